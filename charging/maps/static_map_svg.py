"""The current map as a static SVG for print, on our own ground, in the colours of the light theme.

It is drawn from the same calls the layers make in the browser, so every view with a map can be printed.
Street tiles are left out.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from charging.domain.bounds import FULL_CIRCLE, Bounds
from charging.maps.analysis_colours import VERDICTS
from charging.maps.ground import (
    COAST_TO_ZOOM,
    FINE_FROM_ZOOM,
    Degrees,
    Square,
    read_square,
    squares_in,
    whole_land,
)
from charging.maps.layers import Layer
from charging.maps.palette import (
    FAULT,
    FREE_COLOURS,
    MAX_CLASSES,
    OTHER,
    OWN_COLOURS,
    STATUSES,
    LegendRow,
    Theme,
    ramp,
)
from charging.maps.standalone import script_calls
from charging.maps.static_files import static_json
from charging.maps.town_labels import town_labels
from charging.maps.viewport import Viewport, fitting_view

WIDTH = 1000
"""Width of the picture in its own units; about as many as the map has pixels."""

MAX_HEIGHT = 1000
"""A map taller than wide is cropped at top and bottom: it would fill a whole page."""

_LAND, _COAST, _SEA, _INK, _GREY, _MARK, _RING, _PAPER = (
    static_json("theme.json")["light"][name]
    for name in ("land", "coast", "sea", "label", "hatch", "mark", "ring", "paper")
)
_ZOOM = static_json("theme.json")["zoom"]
_MAX_ZOOM_OF_POINTS = 11.0
_ENLARGED = 1.8  # names on a picture that is shown at half its size
_ROOM_FOR_DOTS = 0.5  # steps of zoom, so that none is cut at the edge
_LABEL_SIZES = (16, 15, 14, 14, 13, 13)
_LABEL_GAP = 14.0
_HATCH = "not-known"

Corner = tuple[float, float]  # in units of the picture, from its upper left corner


class Legend(NamedTuple):
    """Legend of the picture."""

    title: str
    unit: str
    rows: tuple[LegendRow, ...]
    count_label: str


class StaticMap(NamedTuple):
    """A picture as SVG, and its legends."""

    svg: str
    legends: tuple[Legend, ...]


class _View(NamedTuple):
    """Projection of coordinates into the picture."""

    west: float
    north: float  # Mercator, as `_mercator`
    scale: float  # units of the picture per turn
    height: float
    middle_lon: float
    bounds: Bounds  # what is asked for; a tall box is cropped

    def project(self, lat: float, lon: float, near: float | None = None) -> Corner:
        """Return the position of a point, on the side of the globe where the longitude `near` is shown."""
        reference = self.middle_lon if near is None else near
        turned = lon - FULL_CIRCLE * round((lon - reference) / FULL_CIRCLE)
        x = (turned - self.west) / FULL_CIRCLE * self.scale
        return round(x, 1), round((_mercator(lat) - self.north) * self.scale, 1)

    def nearest_turn(self, lon: float) -> float:
        """Return a longitude, shifted by whole turns to the visible side."""
        return lon - FULL_CIRCLE * round((lon - self.middle_lon) / FULL_CIRCLE)


def draw_static_map(
    bounds: Bounds, zoom: float, layers: Iterable[Layer], language: str, label: str
) -> StaticMap:
    """Return the picture of a map and its legends.

    Of a box taller than wide the middle is shown. The Web Mercator zoom of the map decides which places are
    labelled, in the language "en" or "zh". The surface is among the layers; `label` is the text for screen
    readers.
    """
    view = _view_of(bounds)
    size = {"width": str(WIDTH), "height": f"{view.height:.0f}"}
    box = {"viewBox": f"0 0 {WIDTH} {view.height:.0f}", **size}
    svg = Element("svg", {**box, "role": "img", "aria-label": label})
    _add_hatching(svg)
    SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": _SEA})
    _draw_ground(svg, view, zoom)
    theme, legends, towns = Theme.LIGHT, [], []
    for call in script_calls(layers):
        function, _, data, selected = json.loads(call)
        if function == "surface":
            theme = Theme(data["theme"])
        elif function == "towns":
            towns = data["names"]
        elif function == "legend":
            rows = (
                LegendRow(light_colour(colour, theme), name, amount) for colour, name, amount in data["rows"]
            )
            legends.append(Legend(data["title"], data["unit"], tuple(rows), data["counted"]))
        elif function in _PAINTERS:
            _PAINTERS[function](svg, view, data, theme, selected)
    _draw_labels(svg, view, zoom, language, towns)
    return StaticMap(tostring(svg, encoding="unicode"), tuple(legends))


def draw_points_map(points: Sequence[tuple[float, float]], language: str, label: str, theme: Theme) -> str:
    """Return the picture of points, latitude and longitude in WGS-84 degrees, on a map of them all."""
    lats, lons = zip(*points, strict=True)
    shown = fitting_view(Bounds(min(lats), min(lons), max(lats), max(lons)))
    bounds, zoom = Viewport.around(shown._replace(zoom=min(shown.zoom, _MAX_ZOOM_OF_POINTS) - _ROOM_FOR_DOTS))
    view = _view_of(bounds)
    box = {"viewBox": f"0 0 {WIDTH} {view.height:.0f}", "width": str(WIDTH), "height": f"{view.height:.0f}"}
    svg = Element("svg", {**box, "role": "img", "aria-label": label})
    SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": _SEA})
    _draw_ground(svg, view, zoom)
    _draw_labels(svg, view, zoom, language, town_labels(bounds, zoom), enlarged=_ENLARGED)
    dots = SubElement(svg, "g", {"fill": static_json("theme.json")["light"]["accent"], "stroke": _RING})
    for lat, lon in dict.fromkeys(points):
        x, y = view.project(lat, lon)
        SubElement(dots, "circle", {"cx": f"{x:g}", "cy": f"{y:g}", "r": "8", "stroke-width": "1.5"})
    return _in_theme(tostring(svg, encoding="unicode"), theme)


def _in_theme(svg: str, theme: Theme) -> str:
    """Return a picture in the light theme's colours in those of another theme."""
    ours, others = static_json("theme.json")["light"], static_json("theme.json")[theme]
    for name in ("land", "coast", "sea", "label", "accent", "ring"):
        svg = svg.replace(f'"{ours[name]}"', f'"{others[name]}"')
    return svg


def light_colour(colour: str, theme: Theme) -> str:
    """Return the light theme's equivalent of a colour of `theme`."""
    return _light_colours().get(colour, colour) if theme is Theme.DARK else colour


@cache
def _light_colours() -> Mapping[str, str]:
    dark, bright = Theme.DARK, Theme.LIGHT
    pairs: list[tuple[Iterable[str], Iterable[str]]] = [
        *((ramp(classes, dark), ramp(classes, bright)) for classes in range(1, MAX_CLASSES + 2)),
        (STATUSES[dark], STATUSES[bright]),
        (FREE_COLOURS[dark], FREE_COLOURS[bright]),
        (OWN_COLOURS[dark].values(), OWN_COLOURS[bright].values()),
        (VERDICTS[dark].values(), VERDICTS[bright].values()),
        ((OTHER[dark], FAULT[dark]), (OTHER[bright], FAULT[bright])),
    ]
    return {old: new for olds, news in pairs for old, new in zip(olds, news, strict=True)}


def _view_of(bounds: Bounds) -> _View:
    scale = WIDTH / bounds.width * FULL_CIRCLE
    north, south = _mercator(bounds.north), _mercator(bounds.south)
    height = min((south - north) * scale, MAX_HEIGHT)
    top = (north + south - height / scale) / 2
    return _View(bounds.west, top, scale, height, bounds.west + bounds.width / 2, bounds)


def _mercator(lat: float) -> float:
    """Return the distance of a latitude from the top of the Web Mercator square, 0 to 1."""
    return 0.5 - math.asinh(math.tan(math.radians(max(min(lat, 85.05), -85.05)))) / (2 * math.pi)


def _add_hatching(svg: Element) -> None:
    defs = SubElement(svg, "defs")
    pattern = {"id": _HATCH, "width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
    lines = SubElement(defs, "pattern", pattern)
    SubElement(lines, "path", {"d": "M-1 7L7 -1", "stroke": _GREY, "stroke-width": "1.2"})


def _draw_ground(svg: Element, view: _View, zoom: float) -> None:
    if zoom > COAST_TO_ZOOM:
        SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": _LAND})
        return
    drawn = [path for ring in whole_land() for path in _ring_paths(ring, view)]
    land = {"fill": _LAND, "fill-rule": "evenodd", "stroke-linejoin": "round"}
    if zoom < FINE_FROM_ZOOM:
        SubElement(svg, "path", {"d": "".join(drawn), **land, "stroke": _COAST})
        return
    SubElement(svg, "path", {"d": "".join(drawn), **land})
    squares = [read_square(name) for name in squares_in(view.bounds)]
    for square in squares:
        for left, top, right, bottom in _square_boxes(square, view):
            box = {
                "x": f"{left:g}",
                "y": f"{top:g}",
                "width": f"{right - left:g}",
                "height": f"{bottom - top:g}",
            }
            SubElement(svg, "rect", {**box, "fill": _SEA})
    for square in squares:
        rings = [path for ring in square.rings for path in _ring_paths(ring, view)]
        SubElement(svg, "path", {"d": "".join(rings), **land})
        lines = [
            path
            for ring in square.rings
            for line in square.coast(ring)
            for path in _ring_paths(line, view, "")
        ]
        SubElement(svg, "path", {"d": "".join(lines), "fill": "none", "stroke": _COAST})


def _ring_paths(ring: Sequence[Degrees], view: _View, end: str = "Z") -> Iterator[str]:
    lons, lats = zip(*ring, strict=True)
    west, south, east, north = min(lons), min(lats), max(lons), max(lats)
    for turn in (-FULL_CIRCLE, 0.0, FULL_CIRCLE):
        # its box first: most of the land of the earth is far from the picture
        box = [view.project(lat, lon + turn, near=lon + turn) for lat, lon in ((south, west), (north, east))]
        if _is_visible(box, view):
            yield _path([view.project(lat, lon + turn, near=lon + turn) for lon, lat in ring], end)


def _square_boxes(square: Square, view: _View) -> Iterator[tuple[float, float, float, float]]:
    """Yield where a square is on the picture: left, top, right and bottom, whole units."""
    for turn in (-FULL_CIRCLE, 0.0, FULL_CIRCLE):
        west, east = square.west + turn, square.west + square.size + turn
        left, top = view.project(square.south + square.size, west, near=west)
        right, bottom = view.project(square.south, east, near=east)
        if _is_visible([(left, top), (right, bottom)], view):
            yield math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def _draw_hexes(
    svg: Element, view: _View, data: dict[str, Any], theme: Theme, selected_id: str | None
) -> None:
    """Draw cells: one path per class, unknown ones hatched."""
    paths: dict[int, list[str]] = {}
    ring = ""
    for row, corners in _cell_corners(view, data):
        if not _is_visible(corners, view):
            continue
        paths.setdefault(data["classes"][row], []).append(_path(corners))
        if selected_id and data["ids"][row].ljust(len(selected_id), "f") == selected_id:
            ring = paths[data["classes"][row]][-1]
    style = {"fill-opacity": "0.85", "stroke": _LAND, "stroke-width": "0.6"}
    for number in sorted(paths):
        colour = f"url(#{_HATCH})" if number < 0 else light_colour(data["colours"][number], theme)
        SubElement(svg, "path", {"d": "".join(paths[number]), "fill": colour, **style})
    if ring:
        SubElement(svg, "path", {"d": ring, "fill": "none", "stroke": _MARK, "stroke-width": "2.5"})


def _cell_corners(view: _View, data: dict[str, Any]) -> Iterator[tuple[int, list[Corner]]]:
    """Yield the corners of each cell; it starts with a step from the first corner of the one before."""
    steps, per_degree, at = data["steps"], data["perDegree"], 0
    first_lat = first_lon = 0
    for row in range(len(data["ids"])):
        first_lat, first_lon = first_lat + steps[at], first_lon + steps[at + 1]
        end = at + 2 * data["corners"].get(str(row), 6)
        points = _points_from_steps([first_lat, first_lon, *steps[at + 2 : end]])
        near = view.nearest_turn(first_lon / per_degree)
        yield row, [view.project(lat / per_degree, lon / per_degree, near) for lat, lon in points]
        at = end


def _draw_stations(
    svg: Element, view: _View, data: dict[str, Any], theme: Theme, selected_id: str | None
) -> None:
    per_degree = data["perDegree"]
    for row, (lat, lon) in enumerate(_points_from_steps(data["steps"])):
        corner = view.project(lat / per_degree, lon / per_degree)
        if _is_visible([corner], view):
            colour, is_chosen = data["colours"][data["classes"][row]], data["ids"][row] == selected_id
            place = {"cx": f"{corner[0]:g}", "cy": f"{corner[1]:g}", "r": f"{data['radii'][row]:g}"}
            ring = {"stroke": _MARK if is_chosen else _RING, "stroke-width": "3" if is_chosen else "1"}
            SubElement(svg, "circle", {**place, "fill": light_colour(colour, theme), **ring})


def _draw_lines(
    svg: Element, view: _View, data: dict[str, Any], theme: Theme, _selected_id: str | None
) -> None:
    per_degree, drawn = data["perDegree"], []
    for steps in data["lines"]:
        corners = [view.project(lat / per_degree, lon / per_degree) for lat, lon in _points_from_steps(steps)]
        if _is_visible(corners, view):
            drawn.append(_path(corners, end=""))
    style = {"fill": "none", "stroke": light_colour(data["colour"], theme), "stroke-width": "2"}
    SubElement(svg, "path", {"d": "".join(drawn), **style, "stroke-linejoin": "round"})


_PAINTERS = {"hexes": _draw_hexes, "stations": _draw_stations, "lines": _draw_lines}


def _draw_labels(
    svg: Element, view: _View, zoom: float, language: str, towns: Iterable[Any], *, enlarged: float = 1.0
) -> None:
    """Label the places of China and these towns, larger ones first, where there is room."""
    taken: list[tuple[float, float, float]] = []
    style = {"text-anchor": "middle", "fill": _INK, "stroke": _PAPER, "stroke-width": "3"}
    group = SubElement(svg, "g", {**style, "paint-order": "stroke", "stroke-linejoin": "round"})
    for lat, lon, rank, english, chinese in sorted([*static_json("labels.json"), *towns], key=itemgetter(2)):
        (x, y), size = view.project(lat, lon), enlarged * _LABEL_SIZES[rank]
        name = chinese if language == "zh" else english
        half = len(name) * size * (0.5 if language == "zh" else 0.28)
        is_in = half < x < WIDTH - half and size < y < view.height - size
        if zoom < _ZOOM["labelsFrom"][rank] or not is_in:
            continue
        if any(abs(a - x) < b + half + _LABEL_GAP and abs(c - y) < 2 * _LABEL_GAP for a, b, c in taken):
            continue
        taken.append((x, half, y))
        place = {"x": f"{x:g}", "y": f"{y + size / 3:.1f}", "font-size": f"{size:g}"}
        SubElement(group, "text", place).text = name


def _points_from_steps(steps: Sequence[int]) -> list[tuple[int, int]]:
    """Return points from their steps, two numbers per point."""
    first = second = 0
    points = []
    for at in range(0, len(steps), 2):
        first, second = first + steps[at], second + steps[at + 1]
        points.append((first, second))
    return points


def _is_visible(corners: Sequence[Corner], view: _View) -> bool:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return max(xs) >= 0 and min(xs) <= WIDTH and max(ys) >= 0 and min(ys) <= view.height


def _path(corners: Sequence[Corner], end: str = "Z") -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + end
