"""Whether points lie in mainland China, whose maps have a datum of their own."""

from collections.abc import Sequence

import numpy as np

from charging.domain.bounds import Bounds
from charging.domain.datum import CHINA
from charging.domain.geography import great_circle_km, load_places

MAX_POINTS = 200
"""Points that are looked at."""

_NEAR_KM = 60.0  # from a town of the mainland
_OFF_THE_MAINLAND = (
    Bounds(22.13, 113.8, 22.52, 114.5),
    Bounds(22.1, 113.52, 22.22, 113.61),
)  # Hong Kong, Macau


def are_on_the_mainland(points: Sequence[tuple[float, float]]) -> bool:
    """Whether most of some points, latitude first, lie near towns of mainland China."""
    lat, lon = (
        np.array(each, np.float64)
        for each in (zip(*sorted(points)[:: _step(points)], strict=True) if points else ((), ()))
    )
    inside = CHINA.contains(lat, lon)
    for area in _OFF_THE_MAINLAND:
        inside &= ~area.contains(lat, lon)
    if not len(lat) or inside.mean() <= 1 / 2:
        return False
    towns = load_places()
    town_lat, town_lon = (np.array([getattr(town, name) for town in towns]) for name in ("lat", "lon"))
    km = great_circle_km(lat[inside, None], lon[inside, None], town_lat[None, :], town_lon[None, :])
    return bool((km.min(axis=1) <= _NEAR_KM).sum() > len(lat) / 2)


def _step(points: Sequence[tuple[float, float]]) -> int:
    return max(1, len(points) // MAX_POINTS)
