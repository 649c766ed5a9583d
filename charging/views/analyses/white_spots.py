"""White spots: cells where much of a weight lives far from a network, ranked as the reader weighs."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from charging.analytics.white_spots import (
    Exponents,
    WhiteSpots,
    first_inside,
    ranked_white_spots,
    white_spot_candidates,
)
from charging.domain.bounds import Bounds
from charging.domain.hexes import are_centred_in, flat_width_km
from charging.maps import layers as draw
from charging.maps.layers import Layer, TooltipRow
from charging.maps.palette import Scale
from charging.maps.viewport import fitting_view
from charging.queries.totals import totals
from charging.views.analyses import analysis, user_weights
from charging.views.elements.labels import names_in
from charging.views.elements.markup import element, plain
from charging.views.mapview.details import fact
from charging.views.mapview.map_layers import field_tooltip
from charging.views.session import analysis_params, state
from charging.views.session.colours import theme
from charging.views.session.context import ViewContext
from charging.views.session.visit import Selection, visit

MOST_SPOTS = 200
"""Ranked cells that are drawn and listed."""

MOST_LISTED = 12
"""Those named beside the map."""

_AROUND = 6  # widths of a cell on each side of one that is flown to
_CLASSES = 5
_NARROW_PX = 132


def controls(context: ViewContext) -> None:
    """Show what the analysis is asked."""
    say = context.say
    analysis.operator_set(context, "base")
    analysis.resolution(context)
    for key, options in (
        ("weigh", analysis_params.EXPONENTS),
        ("far", analysis_params.EXPONENTS),
        ("rival", analysis_params.RIVALS),
    ):
        label = say(f"asked.{key}")
        power = st.selectbox(label, options, key=key, format_func=_power, width=_NARROW_PX)
        context.recorder.asked(label, _power(power))
    if st.toggle(say("asked.log"), key="log", help=say("asked.log.help")):
        context.recorder.asked(say("asked.log"), "✓")
    user_weights.offer(context)


def _power(exponent: float) -> str:
    return f"{exponent:g}".replace("-", "−")


def told(context: ViewContext) -> analysis.Told:
    """Return what the analysis answers."""
    if user_weights.is_nobody(context):
        return analysis.Told([], "", lambda: user_weights.nobody(context), _nothing)
    coarsest = user_weights.weights(context).resolution
    wanted = visit.resolution
    resolution = wanted if coarsest is None else min(wanted, coarsest)
    operators = analysis_params.operator_set("base") or None
    candidates = user_weights.spot_candidates(context, context.selection, resolution, operators)
    found = ranked_white_spots(candidates, _exponents(has_others=operators is not None), MOST_SPOTS)
    groups, note = _layers(context, found.table, resolution)
    if resolution < wanted:
        note = f"{context.say('spots.coarser', given=resolution, asked=wanted)} {note}"
    return analysis.Told(
        groups,
        note,
        lambda: _first(context, found, resolution),
        lambda: _table(context, found),
        lambda h3_cell: _spot(context, found, h3_cell),
    )


def _nothing() -> None:
    """Show nothing."""


def _exponents(*, has_others: bool) -> Exponents:
    return Exponents(
        weight=visit.weight_exponent,
        distance=visit.distance_exponent,
        others=visit.others_exponent if has_others else 0.0,
        is_log=visit.is_log,
    )


def _layers(context: ViewContext, table: pd.DataFrame, resolution: int) -> tuple[list[Layer], str]:
    """Return the ranked cells in view with their legend, and a note on how they are drawn."""
    say = context.say
    frame, drawn = analysis.in_view(context, resolution)
    inside = first_inside(table, drawn)
    rows = inside[are_centred_in(frame.bounds, inside.cell.to_numpy())]
    rows = rows.assign(named=_names(context, rows))
    scale = Scale.from_quantiles(
        table.score_share,
        column="score_share",
        title=say("spots.legend"),
        unit=say("spots.legend.unit"),
        unknown=say("unknown"),
        theme=theme(),
        classes=_CLASSES,
        is_share=True,
    )
    shown = ("rank", "weight", "distance_km", "own_piles", "other_piles")
    lines = [
        TooltipRow(column=name, label=_label(context, name), unit="km" if name == "distance_km" else "")
        for name in (*shown, *(("spots",) if drawn < resolution else ()))
    ]
    tooltip = replace(field_tooltip(context, heading="named"), rows=tuple(lines))
    selected = state.chosen_cell(state.selection())
    legend = draw.legend(scale, rows.score_share, count_label=say("map.cells"), footer=context.footer)
    note = say("analysis.coarser.inside", drawn=drawn, asked=resolution) if drawn < resolution else ""
    return [draw.hexes(rows, scale, tooltip, selected_cell=selected), legend], note


def _label(context: ViewContext, name: str) -> str:
    return user_weights.unit(context) if name == "weight" else context.say(f"spots.field.{name}")


def _names(context: ViewContext, table: pd.DataFrame) -> pd.Series:
    """Return the heaviest place of each cell in the reader's language, else the cell's id."""
    rows = table[["name", "name_zh", "h3_cell"]].to_dict("records")
    names = [names_in(row["name"], row["name_zh"], context.say)[0] or row["h3_cell"] for row in rows]
    return pd.Series(names, index=table.index, dtype=object)


def _first(context: ViewContext, found: WhiteSpots, resolution: int) -> None:
    """Name the first cells; each is a button that leads there."""
    say, table = context.say, found.table.head(MOST_LISTED)
    context.recorder.html(element("h2", "panel-title", text=say("spots.title")))
    if table.empty:
        context.recorder.html(element("p", "empty", text=say("spots.none")))
    else:
        context.recorder.note(say("spots.listed", unit=user_weights.unit(context)))
    for name, row in zip(_names(context, table), table.to_dict("records"), strict=True):
        facts = say(
            "spots.facts",
            weight=say.number(row["weight"]),
            distance=say("unknown") if pd.isna(row["distance_km"]) else f"{row['distance_km']:.1f} km",
        )
        st.button(
            f"{row['rank']}\\. {plain(name)} :small[:gray[{plain(facts)}]]",
            key=f"spot-{row['rank']}-{row['h3_cell']}",
            on_click=_go,
            args=(row["h3_cell"], row["lat"], row["lon"], resolution),
            type="tertiary",
        )
    notes = [user_weights.whole(context), say("analysis.straight_line")]
    notes.append(say("spots.ranked", ranked=say.number(found.ranked), shown=say.number(len(found.table))))
    if found.left_out:
        notes.append(say("spots.left_out", count=say.number(found.left_out)))
    sums = context.answers.ask(totals, context.selection, sums_of=("stations_piles_unknown",))
    if unknown := sums.stations_piles_unknown[0]:
        notes.append(say("reach.piles_unknown", count=say.number(unknown)))
    if not analysis_params.operator_set("base"):
        notes.append(say("spots.no_base"))
    context.recorder.note(" ".join(notes))
    analysis.definition(context, ranked_white_spots, white_spot_candidates, Exponents)


def _spot(context: ViewContext, found: WhiteSpots, h3_cell: str) -> None:
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
        title = say("spots.one", rank=row["rank"], ranked=say.number(found.ranked))
        context.recorder.html(
            element("h3", "panel-section", text=title)
            + element("div", "facts", *(fact(label, value) for label, value in facts))
        )


def _go(h3_cell: str, lat: float, lon: float, resolution: int) -> None:
    """Select a cell and send the map there."""
    state.select(Selection("hex", h3_cell))
    around = Bounds(lat, lon, lat, lon).widen(_AROUND * flat_width_km(resolution))
    state.fly(*fitting_view(around), is_here=True)


def _table(context: ViewContext, found: WhiteSpots) -> None:
    """List the ranked cells, each score taken apart."""
    say, table = context.say, found.table
    rows = table.to_dict("records")
    named = [names_in(row["name"], row["name_zh"], say) for row in rows]
    shown = {
        say("spots.field.rank"): table["rank"],
        say("spots.field.place"): [name for name, _ in named],
        say("reach.other_name"): [other for _, other in named],
        _label(context, "weight"): table.weight,
        **{
            _label(context, name): table[name]
            for name in ("distance_km", "own_piles", "other_piles", "unknown_piles")
        },
        say("spots.field.weight_term", exponent=_power(visit.weight_exponent)): table.weight_term,
        say("spots.field.distance_term", exponent=_power(visit.distance_exponent)): table.distance_term,
        say("spots.field.others_term", exponent=_power(visit.others_exponent)): table.others_term,
        say("spots.field.score"): table.score,
        say("spots.field.score_share"): table.score_share,
        say("field.h3"): table.h3_cell,
    }
    formats = {
        _label(context, "weight"): "localized",
        _label(context, "distance_km"): "%.1f",
        say("spots.field.score"): "compact",
        say("spots.field.weight_term", exponent=_power(visit.weight_exponent)): "compact",
        say("spots.field.distance_term", exponent=_power(visit.distance_exponent)): "compact",
        say("spots.field.others_term", exponent=_power(visit.others_exponent)): "compact",
        say("spots.field.score_share"): "percent",
    }
    config = {name: st.column_config.NumberColumn(format=form) for name, form in formats.items()}
    analysis.table(context, pd.DataFrame(shown), "spots", config=config)
    context.recorder.note(say("spots.note"))
