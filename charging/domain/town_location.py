"""Which town a station is in: the one its source names, else the nearest to its coordinates.

A name is one of the country's towns, of several of that name the nearest. Where the source names none, the
town is derived: of those whose distance is sensible for their size, the one that is nearest by that measure.
A city of mainland China is a prefecture, so that the next one along may be the right one: it is derived only
where every other is clearly further, and never against a region that the source states.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.geography import City, Floats, great_circle_km, is_in_province, unit_vectors
from charging.domain.text_folding import fold_letters
from charging.domain.towns import (
    CHINA,
    UNITED_STATES,
    cities_of,
    is_of_china,
    load_countries,
    load_towns,
    nearest_countries,
)

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

MAX_NAMED_KM = 50.0
"""Distance from a station beyond which a town of the name its source gives is another one."""

MIN_DERIVED_KM = 5.0
"""Distance up to which a station is in the smallest town, if no other is nearer."""

PEOPLE_PER_KM2 = 3_000
"""Density of the built-up circle that the distance grows with."""

MIN_CLEARANCE = 1.25
"""How many times further, by the same measure, any other town must be from a derived city of China."""

_SIZES = (1_000_000, 100_000, 0)
"""People from which towns are searched apart: a large one that is far may be nearer by its size."""

_CANDIDATES = 4  # of each size

_TOGETHER = {CHINA: frozenset({CHINA, "HK", "MO", "TW"})}
"""Codes under which sources list stations that others list under codes of their own."""

_DECIMALS = 1
"""Of a distance that is stored, km: what lies below differs between libraries."""

Indices = NDArray[np.intp]


class LocatedCities(NamedTuple):
    """The cities of stations."""

    cities: list[City | None]
    at: Indices  # which of them each station is in
    derived_km: (
        Floats  # to the centre of a city that is derived; NaN where the source names it, or none is near
    )


def sensible_km(population: Floats) -> Floats:
    """Return up to which distance from a town's centre a station is taken for one of it, km.

    Examples
    --------
    >>> sensible_km(np.array([5_000, 1_000_000, 8_800_000])).round().tolist()
    [6.0, 15.0, 36.0]
    """
    radius_km: Floats = np.sqrt(population / PEOPLE_PER_KM2 / math.pi)
    return MIN_DERIVED_KM + radius_km


def derive_cities(country: str | None, lat: Floats, lon: Floats, region: str | None = None) -> LocatedCities:
    """Return the city of each point of a country by its distance and size.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code. None: any; the points may be in several.
    lat, lon
        WGS-84 degrees.
    region
        A province of mainland China excludes the cities of every other; anything else is not looked at.
    """
    best, second = np.full((2, len(lat)), np.inf)
    found = np.full(len(lat), -1)
    index = _index_of(country)
    for tree, rows in index.trees:
        _, nearest = tree.query(unit_vectors(lat, lon), k=range(1, min(_CANDIDATES, len(rows)) + 1))
        for column in rows[nearest].T:
            km = great_circle_km(lat, lon, index.lat[column], index.lon[column])
            share = km / index.sensible_km[column]
            is_better = share < np.minimum(best, 1)
            second = np.minimum(second, np.where(is_better, best, share))
            best[is_better], found[is_better] = share[is_better], column[is_better]
    is_there = found >= 0
    is_there[is_there] &= ~index.is_of_china[found[is_there]] | (
        second[is_there] >= MIN_CLEARANCE * best[is_there]
    )
    rows, at = np.unique(np.where(is_there, found, -1), return_inverse=True)
    near = [_in_region(index.cities[row], region) if row >= 0 else None for row in rows.tolist()]
    is_derived = np.array([city is not None for city in near], np.bool_)[at]
    km = np.full(len(lat), np.nan)
    there = found[is_derived]
    km[is_derived] = great_circle_km(lat[is_derived], lon[is_derived], index.lat[there], index.lon[there])
    return LocatedCities(near, at, km.round(_DECIMALS))


def _in_region(city: City, region: str | None) -> City | None:
    is_elsewhere = region is not None and is_of_china(city.id) and is_in_province(city, region) is False
    return None if is_elsewhere else city


class _Index(NamedTuple):
    cities: Sequence[City]
    lat: Floats
    lon: Floats
    sensible_km: Floats
    is_of_china: NDArray[np.bool_]
    trees: tuple[tuple["cKDTree", Indices], ...]  # of each size, with the rows of its cities


@cache
def _index_of(country: str | None) -> _Index:
    from scipy.spatial import cKDTree  # noqa: PLC0415  takes a third of a second to load

    countries = frozenset(load_countries()) if country is None else frozenset({country})
    cities = cities_of(_TOGETHER.get(country or "", countries))
    lat, lon, population = (
        np.array([getattr(city, name) for city in cities], np.float64)
        for name in ("lat", "lon", "population")
    )
    size = np.searchsorted(-np.array(_SIZES), -population)
    trees = []
    for each in range(len(_SIZES)):
        rows = np.flatnonzero(size == each)
        if rows.size:
            trees.append((cKDTree(unit_vectors(lat[rows], lon[rows]), balanced_tree=False), rows))
    is_china = np.array([is_of_china(city.id) for city in cities], np.bool_)
    return _Index(cities, lat, lon, sensible_km(population), is_china, tuple(trees))


def named_cities(
    country: str | None, name: str, lat: Floats, lon: Floats, region: str | None = None
) -> LocatedCities:
    """Return for each point the town of a name in its country, None where there is none near.

    The parameters are those of `derive_cities`. A name is compared by its letters, among all names of a town
    and those of its districts, which are towns of their own here. In the United States, a region that is the
    letters of a state excludes the towns of every other.

    Examples
    --------
    >>> found = named_cities("DE", "MÜNCHEN", np.array([48.1, 52.5]), np.array([11.6, 13.4]))
    >>> [city and city.name_en for city in found.cities], found.at.tolist()
    ([None, 'Munich'], [1, 0])
    """
    cities: list[City | None] = [None]
    at = np.zeros(len(lat), np.intp)
    towns, key = load_towns(), fold_letters(name)
    codes = None if country else nearest_countries(lat, lon)
    for code in [country] if codes is None else dict.fromkeys(codes.tolist()):
        rows = _rows_in(_rows_by_name(code).get(key, ()), region)
        if rows.size:
            points = np.arange(len(lat)) if codes is None else np.flatnonzero(codes == code)
            km = great_circle_km(lat[points, None], lon[points, None], towns.lat[rows], towns.lon[rows])
            at[points] = np.where(km.min(axis=1) <= MAX_NAMED_KM, len(cities) + km.argmin(axis=1), 0)
            cities += map(_city, rows.tolist())
    return LocatedCities(cities, at, np.full(len(lat), np.nan))


def _rows_in(rows: Sequence[int], region: str | None) -> Indices:
    """Return the rows of towns of one country that lie in a region, as far as that can be told."""
    state = (region or "").strip().upper()
    towns = load_towns()
    if rows and towns.country[rows[0]] == UNITED_STATES and state in _states():
        rows = [row for row in rows if towns.region[row] in (None, state)]
    return np.array(rows, np.intp)


@cache
def _states() -> frozenset[str]:
    towns = load_towns()
    return frozenset(towns.region[towns.rows_of(UNITED_STATES)].tolist()) - {None}


@cache
def _city(row: int) -> City:
    return load_towns().city(row)


@cache
def _rows_by_name(country: str) -> Mapping[str, Sequence[int]]:
    """Return the rows of a country's towns by each of their names, folded."""
    towns = load_towns()
    names, rows = towns.folded_names(towns.rows_of(country))
    found: dict[str, dict[int, None]] = defaultdict(dict)
    for name, row in zip(names, rows.tolist(), strict=True):
        found[name][row] = None
    return {name: [*several] for name, several in found.items()}
