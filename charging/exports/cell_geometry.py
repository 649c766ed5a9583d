"""Cells as GeoJSON geometries that every reader draws in the right place.

A cell across the 180th meridian is cut into two polygons and one around a pole follows the edge of the
map, as RFC 7946, section 3.1.9, asks; exterior rings run counter-clockwise (section 3.1.6).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import h3.api.numpy_int as h3

from charging.domain.hexes import cell_from_text

DECIMALS = 6
"""Of degrees: a tenth of a metre."""

TURN, HALF_TURN, POLE = 360.0, 180.0, 90.0

Point = tuple[float, float]  # lon, lat


def centre_of(h3_id: str) -> tuple[float, float]:
    """Return latitude and longitude of the centre of a cell, degrees."""
    lat, lon = h3.cell_to_latlng(cell_from_text(h3_id))
    return float(lat), float(lon)


def cell_geometry(h3_id: str) -> dict[str, Any]:
    """Return the outline of a cell as a GeoJSON Polygon, or a MultiPolygon across the 180th meridian."""
    ring = _unroll([(float(lon), float(lat)) for lat, lon in h3.cell_to_boundary(cell_from_text(h3_id))])
    if abs(ring[-1][0] - ring[0][0]) > HALF_TURN:
        return {"type": "Polygon", "coordinates": [_close_ring(_polar_ring(ring))]}
    parts = [part for shift in (-TURN, 0.0, TURN) if (part := _clip_to_world(ring[:-1], shift))]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": [_close_ring(parts[0])]}
    return {"type": "MultiPolygon", "coordinates": [[_close_ring(part)] for part in parts]}


def _unroll(corners: Sequence[Point]) -> list[Point]:
    """Return a closed ring whose longitudes run on past 180; around a pole its ends are a turn apart."""
    ring = [corners[0]]
    for lon, lat in (*corners[1:], corners[0]):
        step = (lon - ring[-1][0] + HALF_TURN) % TURN - HALF_TURN
        ring.append((ring[-1][0] + step, lat))
    return ring


def _clip_to_world(ring: Sequence[Point], shift: float) -> list[Point]:
    """Return the part of a convex ring that lies between -180 and 180 after a shift."""
    moved = [(lon + shift, lat) for lon, lat in ring]
    cut = _cut(_cut(moved, -HALF_TURN, keep=1), HALF_TURN, keep=-1)
    return cut if len({lon for lon, _ in cut}) > 1 else []


def _cut(ring: Sequence[Point], meridian: float, *, keep: int) -> list[Point]:
    """Return the part of a ring on one side of a meridian: east of it (`keep` = 1) or west of it (-1)."""
    kept: list[Point] = []
    for start, end in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        is_in, stays_in = (keep * (lon - meridian) >= 0 for lon, _ in (start, end))
        if is_in:
            kept.append(start)
        if is_in != stays_in:
            kept.append((meridian, _lat_at(meridian, start, end)))
    return kept


def _polar_ring(ring: Sequence[Point]) -> list[Point]:
    """Return the ring around a pole from one edge of the map to the other, closed along the pole."""
    is_north = sum(lat for _, lat in ring) > 0
    if ring[-1][0] < ring[0][0]:
        ring = ring[::-1]
    edge = HALF_TURN + TURN * ((ring[0][0] + HALF_TURN) // TURN)  # the one meridian of 180 the ring crosses
    crossing = next(_lat_at(edge, start, end) for start, end in pairwise(ring) if start[0] <= edge <= end[0])
    west = [(lon - TURN, lat) for lon, lat in ring[:-1] if lon > edge]
    inner = [*west, *((lon, lat) for lon, lat in ring[:-1] if lon < edge)]
    shift = TURN * round((edge - HALF_TURN) / TURN)
    line = [(lon - shift, lat) for lon, lat in inner]
    pole = POLE if is_north else -POLE
    path = [(-HALF_TURN, crossing), *line, (HALF_TURN, crossing), (HALF_TURN, pole), (-HALF_TURN, pole)]
    return path if is_north else path[::-1]


def _lat_at(meridian: float, start: Point, end: Point) -> float:
    if start[0] == end[0]:
        return start[1]
    return start[1] + (end[1] - start[1]) * (meridian - start[0]) / (end[0] - start[0])


def _close_ring(ring: Sequence[Point]) -> list[list[float]]:
    rounded = [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in ring]
    distinct = [point for before, point in pairwise([rounded[-1], *rounded]) if point != before]
    return [*distinct, distinct[0]]
