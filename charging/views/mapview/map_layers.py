"""From a frame to the layers of the map: which measure, which tooltip, cells or stations."""

import math
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from charging.domain.datum import CHINA
from charging.domain.towns import is_of_china
from charging.domain.vocabulary import LIVE_STATUSES, Kind, Status
from charging.maps import layers as draw
from charging.maps.layers import Layer, SurfaceTexts, Tooltip, TooltipRow
from charging.maps.palette import Categories, ColourScale, Scale, ScaleTexts
from charging.maps.tiles import usable_tiles
from charging.maps.viewport import Frame
from charging.queries.dataset_figures import city_ids
from charging.queries.hexes import hex_operators, hexes, leading_operators
from charging.queries.measures import Measure
from charging.queries.stations import NAMES, count_stations, stations
from charging.views.elements.labels import names_of, operators_of
from charging.views.elements.provenance import localized_manifest
from charging.views.mapview import current_view
from charging.views.session.caching import Answers
from charging.views.session.colours import colours_of, theme
from charging.views.session.context import ViewContext
from charging.views.session.state import selected_cell, selected_id
from charging.views.session.visit import visit

FIXED_BREAKS = {
    Measure.PILES: (10, 100, 1_000, 10_000),
    Measure.STATIONS: (3, 10, 100, 1_000),
    Measure.MAX_POWER: (20, 60, 120, 250, 480),
}
"""Breaks that stay the same from view to view, so that two pictures compare; shares break at every fifth."""

CLASSES = 5
"""Classes of a scale whose breaks follow the values."""

FIFTHS = (0.2, 0.4, 0.6, 0.8)


CELL_FACTS = ("piles", "stations", "dc_piles", "max_power_kw")
"""What the tooltip of a cell says."""


class MapLayers(NamedTuple):
    """Layers of the map, and a note on what they leave out, or ""."""

    layers: list[Layer]
    note: str


NO_LAYERS = MapLayers([], "")


def field_tooltip(context: ViewContext, *columns: str, heading: str = "") -> Tooltip:
    """Return a tooltip of columns named after their fields."""
    say, kw = context.say, "max_power_kw"
    rows = tuple(
        TooltipRow(column=name, label=say(f"field.{name}"), unit="kW" if name == kw else "")
        for name in columns
    )
    return Tooltip(rows=rows, unknown=say("unknown"), footer=context.footer, heading=heading)


def map_layers(context: ViewContext, frame: Frame) -> MapLayers:
    """Return the layers of a frame: stations where it is close and they are few enough, otherwise cells."""
    ground = ground_layers(context)
    if not (frame.is_close and visit.points):
        return MapLayers([*ground, *_cell_layers(context, frame)], "")
    say, limit = context.say, context.settings.station_limit
    count = context.answers.ask(count_stations, context.selection, frame.bounds)
    if count <= limit:
        return MapLayers([*ground, *_station_layers(context, frame)], "")
    note = say("map.too_many", count=say.number(count), limit=say.number(limit))
    return MapLayers([*ground, *_cell_layers(context, frame)], note)


def ground_layers(context: ViewContext) -> list[Layer]:
    """Return the first layers of every map: the surface, and the names of the towns in view.

    The names of China are always there; where a dataset and the view are of China alone, no others are sent.
    """
    viewport = current_view.viewport(context)
    bounds = visit.frame.bounds if visit.frame else viewport.bounds
    centre = viewport.bounds.centre_lat, viewport.bounds.west + viewport.bounds.width / 2
    is_at_home = CHINA.contains(*centre) and _is_of_china(context)
    names = [] if is_at_home else [draw.town_names(bounds, math.floor(2 * viewport.zoom) / 2)]
    return [_surface(context), *names]


def _is_of_china(context: ViewContext) -> bool:
    """Whether no dataset reaches beyond China, as far as its cities tell; the simulated one never does."""
    return all(map(is_of_china, (city for answers in _loaded(context) for city in answers.ask(city_ids))))


def _loaded(context: ViewContext) -> list[Answers]:
    loaded = [each for each in (context.answers, context.other) if each]
    return [each for each in loaded if each.dataset.kind is not Kind.SIMULATED]


def _surface(context: ViewContext) -> Layer:
    """Return the ground, the names and the street tiles."""
    say = context.say
    sources = [
        rows.info for each in context.datasets for rows in localized_manifest(each.manifest, say).sources
    ]
    credited = [info.attribution for info in sources]
    if any(info.source != Kind.SIMULATED for info in sources):  # whose own words name them already
        credited.append(say("map.towns"))
    words = SurfaceTexts(
        label=say("map.label"),
        zoom_in=say("map.zoom_in"),
        zoom_out=say("map.zoom_out"),
        attribution=" · ".join(dict.fromkeys(filter(None, credited))),
        locate=say("map.locate"),
        locate_refused=say("map.locate.refused"),
        locate_failed=say("map.locate.failed"),
    )
    tiles = usable_tiles(context.settings).get(visit.tiles)
    return draw.surface(theme=theme(), language=say.language, tiles=tiles, texts=words)


def _cell_layers(context: ViewContext, frame: Frame) -> list[Layer]:
    answers, say = context.answers, context.say
    measure = Measure(visit.measure)
    columns = tuple(dict.fromkeys(CELL_FACTS if measure is Measure.LEADER else (*CELL_FACTS, str(measure))))
    table = answers.ask(hexes, context.selection, frame.bounds, frame.resolution, columns=columns)
    if measure is Measure.LEADER:
        parts = answers.ask(hex_operators, context.selection, frame.bounds, frame.resolution)
        table = table.merge(leading_operators(parts), on="cell", how="left")
    scale = _cell_scale(context, measure, table)
    tooltip = field_tooltip(context, *CELL_FACTS)
    layers = [draw.hexes(table, scale, tooltip, selected_cell=selected_cell())]
    if visit.overlay:
        layers.append(_operator_dots(context, frame))
    layers.append(draw.legend(scale, table[measure], count_label=say("map.cells"), footer=context.footer))
    return layers


def _cell_scale(context: ViewContext, measure: Measure, table: pd.DataFrame) -> ColourScale:
    texts, values, is_share = _scale_texts(context, measure), table[measure], measure.is_share
    if measure is Measure.LEADER:
        return _operator_classes(context, values, texts)
    if visit.fixed:
        breaks = FIXED_BREAKS.get(measure, FIFTHS)
        return Scale.from_breaks(values, breaks, **texts, theme=theme(), is_share=is_share)
    return Scale.from_quantiles(values, **texts, theme=theme(), classes=CLASSES, is_share=is_share)


def _scale_texts(context: ViewContext, by: str, column: str = "") -> ScaleTexts:
    """Return the words of a legend; `column` is that of the table, if not named like the key of the texts."""
    title, unit = context.say(f"colour.{by}"), context.say(f"colour.{by}.unit")
    return ScaleTexts(column=column or str(by), title=title, unit=unit, unknown=context.say("unknown"))


def _operator_classes(context: ViewContext, values: pd.Series, texts: ScaleTexts) -> Categories:
    colours, other = colours_of(context.answers), context.say("other")
    names = {operator: context.say(f"operator.{operator}") for operator in colours}
    return Categories.of_operators(values, colours=colours, names=names, other=other, theme=theme(), **texts)


def _operator_dots(context: ViewContext, frame: Frame) -> Layer:
    # laid over the cells to compare: what is chosen here, not what the cells are filtered to
    operators = tuple(visit.overlay)
    selection = replace(context.selection, operators=operators, relations=())
    parts = context.answers.ask(hex_operators, selection, frame.bounds, frame.resolution)
    colours = colours_of(context.answers)
    overlay = {operator: colours[operator] for operator in operators if operator in colours}
    names = {operator: context.say(f"operator.{operator}") for operator in overlay}
    table = parts.assign(operator=parts.operator_id.map(names))
    return draw.operator_dots(table, field_tooltip(context, "piles", heading="operator"), colours=overlay)


def _station_layers(context: ViewContext, frame: Frame) -> list[Layer]:
    say = context.say
    limit = context.settings.station_limit
    columns = (*NAMES, "lat", "lon")
    table = context.answers.ask(stations, context.selection, frame.bounds, limit=limit, columns=columns)
    rows = table.assign(name=names_of(table, say), operator=pd.Series(operators_of(table, say), dtype=object))
    if not table.status.isin(LIVE_STATUSES).any():  # a register: a ring on every station would say nothing
        rows = rows.drop(columns="status")
    tooltip = field_tooltip(context, "operator", "piles", "dc_piles", "max_power_kw", heading="name")
    scale = _station_scale(context, table)
    points = draw.stations(rows, scale, tooltip, theme=theme(), selected_id=selected_id("station"))
    notes = [say("map.shapes") if "status" in rows else "", context.footer]
    footer = " ".join(note for note in notes if note)
    return [points, draw.legend(scale, table[scale.column], count_label=say("map.stations"), footer=footer)]


def _station_scale(context: ViewContext, table: pd.DataFrame) -> ColourScale:
    """Return what the colour of a station says: its operator, its highest power or its status."""
    say, by = context.say, visit.shade
    texts = _scale_texts(context, by, "operator_id" if by == "operator" else by)
    if by == "status":
        names = {str(status): say(f"status.{status}") for status in Status}
        return Categories.of_statuses(other=say("other"), names=names, theme=theme(), **texts)
    if by == Measure.MAX_POWER:
        return Scale.from_breaks(table[by], FIXED_BREAKS[Measure.MAX_POWER], theme=theme(), **texts)
    return _operator_classes(context, table.operator_id, texts)
