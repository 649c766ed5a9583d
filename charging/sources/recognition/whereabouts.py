"""Where the points of a table lie: in mainland China, whose maps have their own datum; in which countries."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from charging.domain.bounds import Bounds
from charging.domain.countries import BOXES, lies_in
from charging.domain.datum import CHINA
from charging.domain.geography import great_circle_km, load_places
from charging.sources.countries import find_country
from charging.sources.recognition.cells import MIN_SHARE, SampleColumn

_Reals = NDArray[np.float64]

MAX_POINTS = 200
"""Points that are looked at."""

_NEAR_KM = 60.0  # from a town of the mainland
_OFF_THE_MAINLAND = (
    Bounds(22.13, 113.8, 22.52, 114.5),
    Bounds(22.1, 113.52, 22.22, 113.61),
)  # Hong Kong, Macau

Points = Sequence[tuple[float, float]]
"""Latitude and longitude, in degrees."""


def points_of(columns: Mapping[str, SampleColumn], order: str | None) -> Points:
    """Return the points in the columns of coordinates, by field; `order` is that of a pair in one cell."""
    if {"lat", "lon"} <= columns.keys():
        lat, lon = columns["lat"].numbers, columns["lon"].numbers
        return list(zip(lat.values, lon.values, strict=False)) if lat and lon else []
    pairs = columns["position"].pairs if "position" in columns else ()
    return [pair if order == "lat lon" else (pair[1], pair[0]) for pair in pairs]


def countries_of(stated: SampleColumn | None, points: Points) -> frozenset[str]:
    """Return the countries in which nearly all of a table is, as stated or by the boxes around countries."""
    if stated is not None and not stated.is_empty:
        found = {cell: find_country(cell) for cell in stated.different}
        codes = {code for code in found.values() if code}
        most = {code for code in codes if _share_of(code, stated, found) >= MIN_SHARE}
        if codes:
            return frozenset(most)
    lat, lon = _some(points)
    if not len(lat):
        return frozenset()
    inside = frozenset(code for code in BOXES if lies_in(code, lat, lon, 0.0).mean() >= MIN_SHARE)
    if "CN" not in inside:  # its box has much of its neighbours
        return inside
    return frozenset({"CN"}) if are_on_the_mainland(points) else inside - {"CN"}


def _share_of(code: str, stated: SampleColumn, found: Mapping[str, str | None]) -> float:
    return stated.share(lambda cell: found[cell] == code)


def are_on_the_mainland(points: Points) -> bool:
    """Whether most of some points lie near towns of mainland China."""
    lat, lon = _some(points)
    inside = CHINA.contains(lat, lon)
    for area in _OFF_THE_MAINLAND:
        inside &= ~area.contains(lat, lon)
    if not len(lat) or inside.mean() <= 1 / 2:
        return False
    towns = load_places()
    town_lat, town_lon = (np.array([getattr(town, name) for town in towns]) for name in ("lat", "lon"))
    km = great_circle_km(lat[inside, None], lon[inside, None], town_lat[None, :], town_lon[None, :])
    return bool((km.min(axis=1) <= _NEAR_KM).sum() > len(lat) / 2)


def _some(points: Points) -> tuple[_Reals, _Reals]:
    """Return latitudes and longitudes of some of many points, the same whatever their order."""
    some = sorted(points)[:: max(1, len(points) // MAX_POINTS)]
    lat, lon = zip(*some, strict=True) if some else ((), ())
    return np.array(lat, np.float64), np.array(lon, np.float64)
