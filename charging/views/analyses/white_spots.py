"""White spots: cells where much of a weight lives far from a network, ranked as the reader weighs."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from charging.analytics.white_spots import (
    Exponents,
    WhiteSpots,
    coarsen_spots,
    rank_white_spots,
    white_spot_candidates,
)
from charging.domain.bounds import Bounds
from charging.domain.hexes import are_centred_in, flat_width_km
from charging.maps import layers as draw
from charging.maps.layers import TooltipRow
from charging.maps.palette import Scale, ScaleTexts
from charging.maps.viewport import fitting_view
from charging.queries.totals import totals
from charging.views.analyses import analysis, user_weights
from charging.views.elements.labels import both_names_of, names_of
from charging.views.elements.markup import element, escape_markdown, show_plain_button
from charging.views.mapview.details import fact_html
from charging.views.mapview.map_layers import MapLayers, field_tooltip
from charging.views.session import analysis_params, state
from charging.views.session.colours import theme
from charging.views.session.context import ViewContext
from charging.views.session.visit import Selection, visit

MAX_SPOTS = 200
"""Ranked cells that are drawn and listed."""

MAX_LISTED = 12
"""Those named next to the map."""

_AROUND = 6  # widths of a cell on each side of one that is flown to
_CLASSES = 5
_NARROW_PX = 132


class WhiteSpotRanking:
    """Where much of a weight lives far from a network."""

    definition = (rank_white_spots, white_spot_candidates, Exponents)

    def controls(self, context: ViewContext) -> None:
        """Show the parameters."""
        say = context.say
        analysis.choose_operators(context, "base")
        analysis.choose_resolution(context)
        for key, options in (
            ("weigh", analysis_params.EXPONENTS),
            ("far", analysis_params.EXPONENTS),
            ("rival", analysis_params.RIVALS),
        ):
            label = say(f"asked.{key}")
            exponent = st.selectbox(label, options, key=key, format_func=_exponent_text, width=_NARROW_PX)
            context.recorder.record_question(label, _exponent_text(exponent))
        if st.toggle(say("asked.log"), key="log", help=say("asked.log.help")):
            context.recorder.record_question(say("asked.log"), "✓")
        user_weights.show_weights(context)

    def build(self, context: ViewContext) -> analysis.TopicView:
        """Return the answer: its map, panel and tables."""
        if user_weights.is_nobody(context):
            return analysis.TopicView(lambda: user_weights.show_nobody(context), has_figures=False)
        coarsest = user_weights.weights(context).resolution
        wanted = visit.resolution
        resolution = wanted if coarsest is None else min(wanted, coarsest)
        operators = analysis_params.operator_set("base") or None
        candidates = user_weights.spot_candidates(context, context.selection, resolution, operators)
        exponents = Exponents(
            weight=visit.weight_exponent,
            distance=visit.distance_exponent,
            others=visit.others_exponent if operators else 0.0,
            is_log=visit.is_log,
        )
        found = rank_white_spots(candidates, exponents, MAX_SPOTS)
        layers = _cell_layers(context, found.table, resolution)
        if resolution < wanted:
            note = f"{context.say('spots.coarser', given=resolution, asked=wanted)} {layers.note}"
            layers = layers._replace(note=note)
        return analysis.TopicView(
            lambda: _show_first(context, found, resolution),
            lambda: _list_spots(context, found),
            layers,
            lambda h3_cell: _show_spot(context, found, h3_cell),
        )


def _exponent_text(exponent: float) -> str:
    return f"{exponent:g}".replace("-", "−")


def _cell_layers(context: ViewContext, table: pd.DataFrame, wanted: int) -> MapLayers:
    """Return the ranked cells in view with their legend, and a note on how they are drawn."""
    say = context.say
    frame, resolution = analysis.frame_in_view(context, wanted)
    inside = coarsen_spots(table, resolution)
    rows = inside[are_centred_in(frame.bounds, inside.cell.to_numpy())]
    rows = rows.assign(named=_place_names(context, rows))
    title, unit = say("spots.legend"), say("spots.legend.unit")
    texts = ScaleTexts(column="score_share", title=title, unit=unit, unknown=say("unknown"))
    scale = Scale.from_quantiles(table.score_share, theme=theme(), classes=_CLASSES, is_share=True, **texts)
    columns = ("rank", "weight", "distance_km", "own_piles", "other_piles")
    lines = [
        TooltipRow(column=name, label=_label(context, name), unit="km" if name == "distance_km" else "")
        for name in (*columns, *(("spots",) if resolution < wanted else ()))
    ]
    tooltip = replace(field_tooltip(context, heading="named"), rows=tuple(lines))
    legend = draw.legend(scale, rows.score_share, count_label=say("map.cells"), footer=context.footer)
    note = say("analysis.coarser.inside", drawn=resolution, asked=wanted) if resolution < wanted else ""
    return MapLayers([draw.hexes(rows, scale, tooltip, selected_cell=state.selected_cell()), legend], note)


def _label(context: ViewContext, name: str) -> str:
    return user_weights.unit_name(context) if name == "weight" else context.say(f"spots.field.{name}")


def _place_names(context: ViewContext, table: pd.DataFrame) -> pd.Series:
    """Return the heaviest place of each cell in the reader's language, else the cell's id."""
    return pd.Series(names_of(table, context.say, id_column="h3_cell"), index=table.index, dtype=object)


def _show_first(context: ViewContext, found: WhiteSpots, resolution: int) -> None:
    """Name the first cells; each is a button that leads there."""
    say, table = context.say, found.table.head(MAX_LISTED)
    context.recorder.show_html(element("h2", "panel-title", text=say("spots.title")))
    if table.empty:
        context.recorder.show_html(element("p", "empty", text=say("spots.none")))
    else:
        context.recorder.show_note(say("spots.listed", unit=user_weights.unit_name(context)))
    for name, row in zip(_place_names(context, table), table.to_dict("records"), strict=True):
        distance = say("unknown") if pd.isna(row["distance_km"]) else f"{row['distance_km']:.1f} km"
        facts = say("spots.facts", weight=say.number(row["weight"]), distance=distance)
        label = f"{row['rank']}\\. {escape_markdown(name)} :small[:gray[{escape_markdown(facts)}]]"
        place = (row["h3_cell"], row["lat"], row["lon"], resolution)
        show_plain_button(label, f"spot-{row['rank']}-{row['h3_cell']}", _select_spot, *place)
    notes = [user_weights.whole_sentence(context), say("analysis.straight_line")]
    notes.append(say("spots.ranked", ranked=say.number(found.cells), shown=say.number(len(found.table))))
    if found.unknown:
        notes.append(say("spots.left_out", count=say.number(found.unknown)))
    sums = context.answers.ask(totals, context.selection, sums_of=("stations_piles_unknown",))
    if unknown := sums.stations_piles_unknown[0]:
        notes.append(say("reach.piles_unknown", count=say.number(unknown)))
    if not analysis_params.operator_set("base"):
        notes.append(say("spots.no_base"))
    context.recorder.show_note(" ".join(notes))


def _show_spot(context: ViewContext, found: WhiteSpots, h3_cell: str) -> None:
    """Say what makes a ranked cell a white spot; of any other cell, nothing."""
    say, table = context.say, found.table
    for row in table[table.h3_cell == h3_cell].to_dict("records"):
        facts = [
            (_label(context, "weight"), say.number(row["weight"])),
            *(
                (_label(context, name), say("unknown") if pd.isna(row[name]) else f"{row[name]:,.{digits}f}")
                for name, digits in (("distance_km", 1), ("own_piles", 0), ("other_piles", 0))
            ),
        ]
        title = say("spots.one", rank=row["rank"], ranked=say.number(found.cells))
        context.recorder.show_html(
            element("h3", "panel-section", text=title)
            + element("div", "facts", *(fact_html(label, value) for label, value in facts))
        )


def _select_spot(h3_cell: str, lat: float, lon: float, resolution: int) -> None:
    """Select a cell and send the map there."""
    state.select(Selection("hex", h3_cell))
    around = Bounds(lat, lon, lat, lon).widen(_AROUND * flat_width_km(resolution))
    state.fly_to(*fitting_view(around), is_here=True)


def _list_spots(context: ViewContext, found: WhiteSpots) -> None:
    """List the ranked cells, each score taken apart."""
    say, table = context.say, found.table
    names, other_names = both_names_of(table, say)
    exponents = (visit.weight_exponent, visit.distance_exponent, visit.others_exponent)
    terms = {
        name: say(f"spots.field.{name}_term", exponent=_exponent_text(exponent))
        for name, exponent in zip(("weight", "distance", "others"), exponents, strict=True)
    }
    columns = {
        say("spots.field.rank"): table["rank"],
        say("spots.field.place"): names,
        say("reach.other_name"): other_names,
        _label(context, "weight"): table.weight,
        **{
            _label(context, name): table[name]
            for name in ("distance_km", "own_piles", "other_piles", "unknown_piles")
        },
        **{title: table[f"{name}_term"] for name, title in terms.items()},
        say("spots.field.score"): table.score,
        say("spots.field.score_share"): table.score_share,
        say("field.h3"): table.h3_cell,
    }
    formats = {
        _label(context, "weight"): "localized",
        _label(context, "distance_km"): "%.1f",
        say("spots.field.score"): "compact",
        **dict.fromkeys(terms.values(), "compact"),
        say("spots.field.score_share"): "percent",
    }
    config = analysis.number_columns(formats)
    analysis.show_table(context, pd.DataFrame(columns), "spots", config=config)
    context.recorder.show_note(say("spots.note"))
