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
from charging.views.mapview.map_layers import Drawing
from charging.views.session import analysis_params, state
from charging.views.session.colours import theme

MOST_SPOTS = 200
"""Ranked cells that are drawn and listed."""

MOST_LISTED = 12
"""Those named beside the map."""

_AROUND = 6  # widths of a cell on each side of one that is flown to
_CLASSES = 5
_NARROW_PX = 132


def controls(drawing: Drawing) -> None:
    """Show what the analysis is asked."""
    say = drawing.say
    analysis.operator_set(drawing, "base")
    analysis.resolution(drawing)
    for key, options in (
        ("weigh", analysis_params.EXPONENTS),
        ("far", analysis_params.EXPONENTS),
        ("rival", analysis_params.RIVALS),
    ):
        label = say(f"asked.{key}")
        power = st.selectbox(label, options, key=key, format_func=_power, width=_NARROW_PX)
        drawing.said.asked(label, _power(power))
    if st.toggle(say("asked.log"), key="log", help=say("asked.log.help")):
        drawing.said.asked(say("asked.log"), "✓")
    user_weights.offer(drawing)


def _power(exponent: float) -> str:
    return f"{exponent:g}".replace("-", "−")


def told(drawing: Drawing) -> analysis.Told:
    """Return what the analysis answers."""
    if user_weights.is_nobody(drawing):
        return analysis.Told([], "", lambda: user_weights.nobody(drawing), _nothing)
    coarsest = user_weights.weights(drawing).resolution
    wanted = st.session_state.resolution
    resolution = wanted if coarsest is None else min(wanted, coarsest)
    operators = analysis_params.chosen("base") or None
    candidates = user_weights.spot_candidates(drawing, drawing.selection, resolution, operators)
    found = ranked_white_spots(candidates, _exponents(has_others=operators is not None), MOST_SPOTS)
    groups, note = _layers(drawing, found.table, resolution)
    if resolution < wanted:
        note = f"{drawing.say('spots.coarser', given=resolution, asked=wanted)} {note}"
    return analysis.Told(
        groups,
        note,
        lambda: _first(drawing, found, resolution),
        lambda: _table(drawing, found),
        lambda h3_cell: _spot(drawing, found, h3_cell),
    )


def _nothing() -> None:
    """Show nothing."""


def _exponents(*, has_others: bool) -> Exponents:
    session = st.session_state
    others = session.rival if has_others else 0.0
    return Exponents(weight=session.weigh, distance=session.far, others=others, is_log=session.log)


def _layers(drawing: Drawing, table: pd.DataFrame, resolution: int) -> tuple[list[Layer], str]:
    """Return the ranked cells in view with their legend, and a note on how they are drawn."""
    say = drawing.say
    frame, drawn = analysis.in_view(drawing, resolution)
    inside = first_inside(table, drawn)
    rows = inside[are_centred_in(frame.bounds, inside.cell.to_numpy())]
    rows = rows.assign(named=_names(drawing, rows))
    scale = Scale.quantile(
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
        TooltipRow(column=name, label=_label(drawing, name), unit="km" if name == "distance_km" else "")
        for name in (*shown, *(("spots",) if drawn < resolution else ()))
    ]
    tooltip = replace(drawing.tooltip(heading="named"), rows=tuple(lines))
    selected = state.chosen_cell(state.selection())
    legend = draw.legend(scale, rows.score_share, counted=say("map.cells"), footer=drawing.footer)
    note = say("analysis.coarser.inside", drawn=drawn, asked=resolution) if drawn < resolution else ""
    return [draw.hexes(rows, scale, tooltip, selected=selected), legend], note


def _label(drawing: Drawing, name: str) -> str:
    return user_weights.unit(drawing) if name == "weight" else drawing.say(f"spots.field.{name}")


def _names(drawing: Drawing, table: pd.DataFrame) -> pd.Series:
    """Return the heaviest place of each cell in the reader's language, else the cell's id."""
    rows = table[["name", "name_zh", "h3_cell"]].to_dict("records")
    names = [names_in(row["name"], row["name_zh"], drawing.say)[0] or row["h3_cell"] for row in rows]
    return pd.Series(names, index=table.index, dtype=object)


def _first(drawing: Drawing, found: WhiteSpots, resolution: int) -> None:
    """Name the first cells; each is a button that leads there."""
    say, table = drawing.say, found.table.head(MOST_LISTED)
    drawing.said.html(element("h2", "panel-title", text=say("spots.title")))
    if table.empty:
        drawing.said.html(element("p", "empty", text=say("spots.none")))
    else:
        drawing.said.note(say("spots.listed", unit=user_weights.unit(drawing)))
    for name, row in zip(_names(drawing, table), table.to_dict("records"), strict=True):
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
    notes = [user_weights.whole(drawing), say("analysis.straight_line")]
    notes.append(say("spots.ranked", ranked=say.number(found.ranked), shown=say.number(len(found.table))))
    if found.left_out:
        notes.append(say("spots.left_out", count=say.number(found.left_out)))
    sums = drawing.answers.ask(totals, drawing.selection, sums_of=("stations_piles_unknown",))
    if unknown := sums.stations_piles_unknown[0]:
        notes.append(say("reach.piles_unknown", count=say.number(unknown)))
    if not analysis_params.chosen("base"):
        notes.append(say("spots.no_base"))
    drawing.said.note(" ".join(notes))
    analysis.definition(drawing, ranked_white_spots, white_spot_candidates, Exponents)


def _spot(drawing: Drawing, found: WhiteSpots, h3_cell: str) -> None:
    """Say what makes a ranked cell a white spot; of any other cell, nothing."""
    say, table = drawing.say, found.table
    for row in table[table.h3_cell == h3_cell].to_dict("records"):
        facts = [
            (_label(drawing, "weight"), say.number(row["weight"])),
            *(
                (_label(drawing, name), say("unknown") if pd.isna(row[name]) else f"{row[name]:,.{digits}f}")
                for name, digits in (("distance_km", 1), ("own_piles", 0), ("other_piles", 0))
            ),
        ]
        title = say("spots.one", rank=row["rank"], ranked=say.number(found.ranked))
        drawing.said.html(
            element("h3", "panel-section", text=title)
            + element("div", "facts", *(fact(label, value) for label, value in facts))
        )


def _go(h3_cell: str, lat: float, lon: float, resolution: int) -> None:
    """Select a cell and send the map there."""
    state.select(state.Selection("hex", h3_cell))
    around = Bounds(lat, lon, lat, lon).widened(_AROUND * flat_width_km(resolution))
    state.fly(*fitting_view(around), is_here=True)


def _table(drawing: Drawing, found: WhiteSpots) -> None:
    """List the ranked cells, each score taken apart."""
    say, table = drawing.say, found.table
    rows = table.to_dict("records")
    named = [names_in(row["name"], row["name_zh"], say) for row in rows]
    session = st.session_state
    shown = {
        say("spots.field.rank"): table["rank"],
        say("spots.field.place"): [name for name, _ in named],
        say("reach.other_name"): [other for _, other in named],
        _label(drawing, "weight"): table.weight,
        **{
            _label(drawing, name): table[name]
            for name in ("distance_km", "own_piles", "other_piles", "unknown_piles")
        },
        say("spots.field.weight_term", exponent=_power(session.weigh)): table.weight_term,
        say("spots.field.distance_term", exponent=_power(session.far)): table.distance_term,
        say("spots.field.others_term", exponent=_power(session.rival)): table.others_term,
        say("spots.field.score"): table.score,
        say("spots.field.score_share"): table.score_share,
        say("field.h3"): table.h3_cell,
    }
    formats = {
        _label(drawing, "weight"): "localized",
        _label(drawing, "distance_km"): "%.1f",
        say("spots.field.score"): "compact",
        say("spots.field.weight_term", exponent=_power(session.weigh)): "compact",
        say("spots.field.distance_term", exponent=_power(session.far)): "compact",
        say("spots.field.others_term", exponent=_power(session.rival)): "compact",
        say("spots.field.score_share"): "percent",
    }
    config = {name: st.column_config.NumberColumn(format=form) for name, form in formats.items()}
    analysis.table(drawing, pd.DataFrame(shown), "spots", config=config)
    drawing.said.note(say("spots.note"))
