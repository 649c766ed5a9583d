"""Which area is drawn for a viewport, and at which resolution.

A frame is larger than the viewport, so that a small pan shows what is already there, and it stays the same
while the viewport moves inside it: the same frame means the same query and the same layers, and nothing is
redrawn.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from charging.domain.bounds import FULL_CIRCLE, Bounds
from charging.domain.hexes import resolution_for_zoom
from charging.maps.view import MAX_ZOOM, View

PADDING = 0.25
"""Margin of a frame around the viewport on each side, as a share of its extent."""

STATIONS_FROM_ZOOM = 9
"""Zoom from which single stations are drawn, if they are few enough."""

ASSUMED_SIZE_PX = (820, 640)
"""Assumed width and height of a map before it reports its own."""

MAX_REPORTED_LAT, MAX_REPORTED_LON, MAX_REPORTED_ZOOM = 1_000.0, 100_000.0, 30.0
"""Degrees and zoom beyond which a message is not from a map: one dragged around the world many times is."""

_TILE_PX = 256
_STEPS = 2
"""Zoom steps per level, as the map's zoomSnap."""


class Viewport(NamedTuple):
    """Box and zoom shown by the map."""

    bounds: Bounds
    zoom: float

    @classmethod
    def from_component(cls, answer: object) -> "Viewport | None":
        """Read the viewport from the answer of the map component; None if there is none.

        A browser may send anything: what is no box on the earth, or no zoom of a map, is none either.
        """
        box = _part(answer, "bounds")
        low, high = _part(box, "_southWest"), _part(box, "_northEast")
        south, north = (_number(_part(corner, "lat"), MAX_REPORTED_LAT) for corner in (low, high))
        west, east = (_number(_part(corner, "lng"), MAX_REPORTED_LON) for corner in (low, high))
        zoom = _number(_part(answer, "zoom"), MAX_REPORTED_ZOOM)
        if south is None or north is None or west is None or east is None or zoom is None:
            return None
        bounds = Bounds.from_map(south, west, north, east)
        is_box = bounds.south <= bounds.north and west <= east and zoom >= 0
        return cls(bounds, zoom) if is_box else None

    @classmethod
    def around(cls, view: View) -> "Viewport":
        """Return what a map of the assumed size shows at a view."""
        half_width, half_height = (px / 2 / (_TILE_PX * 2**view.zoom) for px in ASSUMED_SIZE_PX)
        middle = _mercator(view.lat)
        south, north = _latitude(middle - half_height), _latitude(middle + half_height)
        west, east = view.lon - 360 * half_width, view.lon + 360 * half_width
        return cls(Bounds.from_map(south, west, north, east), view.zoom)


class Frame(NamedTuple):
    """Area drawn: the cells of a resolution in a box, or its stations."""

    bounds: Bounds
    resolution: int
    is_close: bool  # close enough to draw single stations


def frame_for(viewport: Viewport, *, detail: int, last: Frame | None) -> Frame:
    """Return the frame to draw for a viewport: the last one if it still fits, otherwise a new one.

    `detail` is how many resolutions finer (negative: coarser) to draw than the zoom suggests.
    """
    bounds, zoom = viewport
    resolution = resolution_for_zoom(zoom, bounds.centre_lat, shift=detail)
    frame = Frame(bounds.pad(PADDING), resolution, zoom >= STATIONS_FROM_ZOOM)
    if last and last[1:] == frame[1:] and _contains(last.bounds, bounds):
        return last
    return frame


def fitting_view(bounds: Bounds) -> View:
    """Return the view that fits a whole box on a map of the assumed size."""
    south, north = _mercator(bounds.south), _mercator(bounds.north)
    spans = bounds.width / 360, north - south
    zooms = [
        math.log2(px / (_TILE_PX * span)) for px, span in zip(ASSUMED_SIZE_PX, spans, strict=True) if span > 0
    ]
    zoom = math.floor(min([*zooms, MAX_ZOOM - _STEPS]) * _STEPS) / _STEPS
    centre = Bounds.from_map(bounds.south, bounds.west, bounds.north, bounds.west + bounds.width / 2).east
    return View(round(_latitude((south + north) / 2), 4), round(centre, 4), max(zoom, 1))


def _part(whole: object, name: str) -> object:
    """Return a part of a message; None where it has none."""
    return whole.get(name) if isinstance(whole, Mapping) else None


def _number(value: object, bound: float) -> float | None:
    """Return a number of a message that lies within a bound on either side; None for anything else."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) <= bound else None  # type: ignore[arg-type]


def _contains(outer: Bounds, inner: Bounds) -> bool:
    if not (outer.south <= inner.south and inner.north <= outer.north):
        return False
    return outer.width >= FULL_CIRCLE or (inner.west - outer.west) % FULL_CIRCLE + inner.width <= outer.width


def _mercator(lat: float) -> float:
    """Return the height of a latitude on the Web Mercator square: 0 at the bottom edge, 1 at the top."""
    clipped = math.radians(max(min(lat, 85.05), -85.05))
    return 0.5 + math.asinh(math.tan(clipped)) / (2 * math.pi)


def _latitude(height: float) -> float:
    """Return the latitude of a height on the Web Mercator square, degrees."""
    return math.degrees(math.atan(math.sinh((min(max(height, 0), 1) - 0.5) * 2 * math.pi)))
