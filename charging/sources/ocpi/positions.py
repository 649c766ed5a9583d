"""Where a location is: its own point, and those of its EVSEs, which tell where its own is wrong."""

import math
from collections.abc import Collection
from statistics import median
from typing import NamedTuple

from charging.domain.bounds import WORLD
from charging.domain.geography import great_circle_km
from charging.sources.coordinates import read_point
from charging.sources.ocpi.codes import Doubt, Object, Pairs
from charging.sources.ocpi.names import NAMES
from charging.sources.records import Rejection, Repair

MAX_EVSE_KM = 1.0
"""Distance from a location up to which an EVSE is at it, km: the largest car parks are not wider."""

_NEAR_DEG = 0.005  # half a kilometre at most: distances are measured only beyond it

Point = tuple[float, float]
"""Latitude and longitude, degrees."""


class Position(NamedTuple):
    """A point, and what was found or put right about it."""

    lat: float
    lon: float
    doubts: Pairs = ()


def position_of(location: Object, source_id: str, repairs: Collection[Repair]) -> Position | Rejection:
    """Return where a location is, or the rejection of the record.

    With `Repair.EVSE` it is in the middle of its EVSEs where these are together, and it is far from them or
    nowhere.
    """
    stated = _read(location.get("coordinates"), source_id)
    points = _evse_points(location.get("evses"))
    if isinstance(stated, Rejection):
        if not points:
            return stated
    elif all(_is_near(stated, each) for each in points):
        return Position(*stated)
    middle = median(point[0] for point in points), median(point[1] for point in points)
    can_repair = Repair.EVSE in repairs and all(_is_near(middle, each) for each in points)
    if isinstance(stated, Rejection):
        doubt = (Doubt.EVSE_POINT, f"{stated.reason}; EVSE {_text(middle)}")
        return Position(middle[0], middle[1], (doubt,)) if can_repair else stated
    farthest = max(points, key=lambda point: _distance_km(stated, point))
    found = f"{_text(stated)}; EVSE {_text(farthest)}, {_distance_km(stated, farthest):,.0f} km away"
    if can_repair and not _is_near(stated, middle):
        return Position(middle[0], middle[1], ((Doubt.EVSE_POINT, found),))
    return Position(stated[0], stated[1], ((Doubt.EVSE_FAR, found),))


def _read(coordinates: object, source_id: str) -> Point | Rejection:
    place = NAMES.rename(coordinates) if isinstance(coordinates, dict) else {}
    return read_point(place.get("latitude"), place.get("longitude"), source_id)


def _evse_points(evses: object) -> list[Point]:
    """Return the points of EVSEs that have one of their own."""
    points = []
    for evse in evses if isinstance(evses, list) else []:
        place = evse.get("coordinates") if isinstance(evse, dict) else None
        if not place:
            continue
        point = _read(place, "")
        if not isinstance(point, Rejection) and any(point) and WORLD.contains(*point):
            points.append(point)
    return points


def _is_near(one: Point, other: Point) -> bool:
    if abs(one[0] - other[0]) <= _NEAR_DEG and abs(one[1] - other[1]) <= _NEAR_DEG:
        return True
    return _distance_km(one, other) <= MAX_EVSE_KM


def _distance_km(one: Point, other: Point) -> float:
    is_measured = WORLD.contains(*one) and WORLD.contains(*other)
    return float(great_circle_km(*one, *other)) if is_measured else math.inf


def _text(point: Point) -> str:
    return f"{point[0]:g}, {point[1]:g}"
