"""From a frame to the layers of the map: which measure, which tooltip, cells or stations."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pandas as pd
import streamlit as st

from charging.dataset.store import Dataset
from charging.domain.filters import Filters
from charging.domain.vocabulary import LIVE_STATUSES, Kind, Status
from charging.maps import layers as draw
from charging.maps.layers import Layer, SurfaceTexts, Tooltip, TooltipRow
from charging.maps.palette import Categories, ColourScale, Scale
from charging.maps.tiles import offered
from charging.maps.viewport import Frame
from charging.queries.hexes import hex_operators, hexes, leading_operators
from charging.queries.measures import Measure
from charging.queries.stations import count_stations, stations
from charging.settings import Settings
from charging.views.elements.labels import names_of, operators_of
from charging.views.elements.provenance import named
from charging.views.elements.report_recorder import Said
from charging.views.elements.texts import Texts
from charging.views.session.caching import Answers
from charging.views.session.colours import colours_of, theme
from charging.views.session.state import Selection, chosen_cell

FIXED_BREAKS = {
    Measure.PILES: (10, 100, 1_000, 10_000),
    Measure.STATIONS: (3, 10, 100, 1_000),
    Measure.MAX_POWER: (20, 60, 120, 250, 480),
}
"""Breaks that stay the same from view to view, so that two pictures compare; shares break at every fifth."""

CLASSES = 5
"""Classes of a scale whose breaks follow the values."""

FIFTHS = (0.2, 0.4, 0.6, 0.8)


class Drawn(NamedTuple):
    """The layers of an answer, and what must be said about what they leave out."""

    groups: list[Layer]
    note: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn from: a dataset, a selection, and the words for it."""

    answers: Answers
    selection: Filters
    settings: Settings
    say: Texts
    beside: Answers | None = None  # another dataset that is looked at together with the first
    said: Said = field(default_factory=Said, compare=False)  # what an analysis has said in the present run

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """What is drawn from: the loaded dataset, and the one beside it."""
        return tuple(answers.dataset for answers in (self.answers, self.beside) if answers)

    @property
    def footer(self) -> str:
        """The line under every tooltip and legend of data that is not real; of two datasets it says which."""
        simulated = [dataset.folder.name for dataset in self.datasets if dataset.kind is Kind.SIMULATED]
        if not simulated:
            return ""
        return (
            self.say("kind.simulated.of", names=", ".join(simulated))
            if self.beside
            else self.say("kind.simulated")
        )

    def tooltip(self, *columns: str, heading: str = "") -> Tooltip:
        """Return a tooltip of columns named after their fields."""
        units = {"max_power_kw": "kW"}
        rows = tuple(
            TooltipRow(column=column, label=self.say(f"field.{column}"), unit=units.get(column, ""))
            for column in columns
        )
        return Tooltip(rows=rows, unknown=self.say("unknown"), footer=self.footer, heading=heading)


def layers(drawing: Drawing, frame: Frame, chosen: Selection | None) -> Drawn:
    """Return the layers of a frame: stations where it is close and they are few enough, otherwise cells."""
    ground = surface(drawing)
    if not (frame.is_close and st.session_state.points):
        return Drawn([ground, *_cells(drawing, frame, chosen)], "")
    say, limit = drawing.say, drawing.settings.station_limit
    count = drawing.answers.ask(count_stations, drawing.selection, frame.bounds)
    if count <= limit:
        return Drawn([ground, *_stations(drawing, frame, chosen)], "")
    note = say("map.too_many", count=say.number(count), limit=say.number(limit))
    return Drawn([ground, *_cells(drawing, frame, chosen)], note)


def surface(drawing: Drawing) -> Layer:
    """Return the ground, the names and the street tiles: the first layer of every map."""
    say = drawing.say
    sources = [rows.info for each in drawing.datasets for rows in named(each.manifest, say).sources]
    words = SurfaceTexts(
        label=say("map.label"),
        zoom_in=say("map.zoom_in"),
        zoom_out=say("map.zoom_out"),
        attribution=" · ".join(dict.fromkeys(info.attribution for info in sources if info.attribution)),
        locate=say("map.locate"),
        locate_refused=say("map.locate.refused"),
        locate_failed=say("map.locate.failed"),
    )
    tiles = offered(drawing.settings).get(st.session_state.tiles)
    return draw.surface(theme=theme(), language=say.language, tiles=tiles, texts=words)


def _cells(drawing: Drawing, frame: Frame, chosen: Selection | None) -> list[Layer]:
    answers, say = drawing.answers, drawing.say
    table = answers.ask(hexes, drawing.selection, frame.bounds, frame.resolution)
    measure = Measure(st.session_state.measure)
    if measure is Measure.LEADER:
        parts = answers.ask(hex_operators, drawing.selection, frame.bounds, frame.resolution)
        table = table.merge(leading_operators(parts), on="cell", how="left")
    scale = _scale(drawing, measure, table)
    tooltip = drawing.tooltip("piles", "stations", "dc_piles", "max_power_kw")
    groups = [draw.hexes(table, scale, tooltip, selected=chosen_cell(chosen))]
    if st.session_state.layer:
        groups.append(_dots(drawing, frame))
    groups.append(draw.legend(scale, table[measure], counted=say("map.cells"), footer=drawing.footer))
    return groups


def _scale(drawing: Drawing, measure: Measure, table: pd.DataFrame) -> ColourScale:
    say = drawing.say
    title, unit = say(f"colour.{measure}"), say(f"colour.{measure}.unit")
    if measure is Measure.LEADER:
        return _operator_classes(drawing, table[measure], title=title, unit=unit)
    named = {"column": str(measure), "title": title, "unit": unit, "unknown": say("unknown")}
    values, is_share = table[measure], measure.is_share
    if st.session_state.fixed:
        breaks = FIXED_BREAKS.get(measure, FIFTHS)
        return Scale.fixed(values, breaks, **named, theme=theme(), is_share=is_share)
    return Scale.quantile(values, **named, theme=theme(), classes=CLASSES, is_share=is_share)


def _operator_classes(drawing: Drawing, values: pd.Series, *, title: str, unit: str) -> Categories:
    colours = colours_of(drawing.answers)
    return Categories.of_operators(
        values,
        column=str(values.name),
        title=title,
        unit=unit,
        unknown=drawing.say("unknown"),
        colours=colours,
        names={operator: drawing.say(f"operator.{operator}") for operator in colours},
        other=drawing.say("other"),
        theme=theme(),
    )


def _dots(drawing: Drawing, frame: Frame) -> Layer:
    # laid over the cells to compare: what is chosen here, not what the cells are filtered to
    chosen = tuple(st.session_state.layer)
    selection = replace(drawing.selection, operators=chosen, relations=())
    parts = drawing.answers.ask(hex_operators, selection, frame.bounds, frame.resolution)
    colours = colours_of(drawing.answers)
    laid = {operator: colours[operator] for operator in chosen if operator in colours}
    named = {operator: drawing.say(f"operator.{operator}") for operator in laid}
    table = parts.assign(operator=parts.operator_id.map(named))
    return draw.operator_dots(table, drawing.tooltip("piles", heading="operator"), colours=laid)


def _stations(drawing: Drawing, frame: Frame, chosen: Selection | None) -> list[Layer]:
    say = drawing.say
    limit = drawing.settings.station_limit
    table = drawing.answers.ask(stations, drawing.selection, frame.bounds, limit=limit)
    shown = table.assign(
        name=names_of(table, say), operator=pd.Series(operators_of(table, say), dtype=object)
    )
    if not table.status.isin(LIVE_STATUSES).any():  # a register: a ring on every station would say nothing
        shown = shown.drop(columns="status")
    ringed = chosen.id if chosen and chosen.kind == "station" else None
    tooltip = drawing.tooltip("operator", "piles", "dc_piles", "max_power_kw", heading="name")
    scale = _station_scale(drawing, table)
    drawn = draw.stations(shown, scale, tooltip, theme=theme(), selected=ringed)
    notes = [say("map.shapes") if "status" in shown else "", drawing.footer]
    footer = " ".join(note for note in notes if note)
    return [drawn, draw.legend(scale, table[scale.column], counted=say("map.stations"), footer=footer)]


def _station_scale(drawing: Drawing, table: pd.DataFrame) -> ColourScale:
    """Return what the colour of a station says: its operator, its highest power or its status."""
    say, by = drawing.say, st.session_state.shade
    title, unit, unknown = say(f"colour.{by}"), say(f"colour.{by}.unit"), say("unknown")
    if by == "status":
        names = {str(status): say(f"status.{status}") for status in Status}
        return Categories.of_statuses(
            column=by, title=title, unit=unit, unknown=unknown, other=say("other"), names=names, theme=theme()
        )
    if by == Measure.MAX_POWER:
        breaks = FIXED_BREAKS[Measure.MAX_POWER]
        return Scale.fixed(
            table[by], breaks, column=by, title=title, unit=unit, unknown=unknown, theme=theme()
        )
    return _operator_classes(drawing, table.operator_id, title=title, unit=unit)
