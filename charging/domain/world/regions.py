"""Which points lie outside the region they are said to be in, by the towns around them.

Nothing here knows names or outlines of regions. Which province of GeoNames a text means is told by the points
that bear it: the one that most of their nearest towns are in. A point lies outside where the towns of that
province are far and another one much nearer, so that a border is crossed unnoticed: what is found is a point
in another part of the country. Where the numbers come from: docs/decisions.md.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.geography import Floats, great_circle_km, unit_vectors
from charging.domain.towns import Settlements, settlements

OUTSIDE_KM = 100.0
"""Distance from the nearest town of its stated region beyond which a point lies outside it, km."""

MIN_TIMES_FURTHER = 4.0
"""How many times further than the nearest town of all that town must be; large regions have few."""

MIN_POINTS = 5
"""Points that must bear a text, for it to be told which province it means."""

MAX_ASKED = 64
"""Points of a text that are asked for it."""

MIN_NEAREST_SHARE = 2 / 3
"""Share of them that must have a town of that province as their nearest; the others may be at its border."""

MAX_OUTSIDE_SHARE = 0.05
"""Share of them that may lie outside, or one of few; where more do, the text means more than a province."""

Indices = NDArray[np.intp]


def lie_outside_region(lat: Floats, lon: Floats, stated: Indices) -> NDArray[np.bool_]:
    """Return which points lie outside the region they state; a region that cannot be told has none.

    Parameters
    ----------
    lat, lon
        WGS-84 degrees.
    stated
        A number for the region each point states, from 0; -1 where it states none.

    Examples
    --------
    >>> lat, lon = np.array([48.1] * 19 + [53.5]), np.array([11.6] * 19 + [10.0])  # in Munich, one in Hamburg
    >>> np.flatnonzero(lie_outside_region(lat, lon, np.zeros(20, np.intp))).tolist()
    [19]
    """
    is_outside = np.zeros(len(lat), np.bool_)
    text = stated + 1
    points = np.bincount(text, minlength=1)
    points[0] = 0  # states none
    rows = np.flatnonzero(points[text] >= MIN_POINTS)
    if not rows.size:
        return is_outside
    provinces = _provinces()
    towns = provinces.towns
    some = _sample(lat[rows], lon[rows], text[rows])
    some_towns = towns.nearest(lat[rows][some], lon[rows][some])
    meant = _provinces_meant(text[rows][some], provinces.of_town[some_towns], len(points))
    rows = rows[meant[text[rows]] >= 0]
    if not rows.size:
        return is_outside
    town = towns.nearest(lat[rows], lon[rows])
    is_asked = meant[text[rows]] != provinces.of_town[town]
    rows, town = rows[is_asked], town[is_asked]
    order = np.argsort(text[rows], kind="stable")
    rows, town = rows[order], town[order]
    nearest_km = great_circle_km(lat[rows], lon[rows], towns.lat[town], towns.lon[town])
    ordered = text[rows]
    for number in np.unique(ordered).tolist():
        part = slice(np.searchsorted(ordered, number), np.searchsorted(ordered, number, "right"))
        same = rows[part]
        own_km = provinces.distance_km(meant[number], lat[same], lon[same])
        is_far = (own_km > OUTSIDE_KM) & (own_km > MIN_TIMES_FURTHER * nearest_km[part])
        if is_far.sum() <= max(1, MAX_OUTSIDE_SHARE * points[number]):
            is_outside[same[is_far]] = True
    return is_outside


def _sample(lat: Floats, lon: Floats, text: Indices) -> Indices:
    """Return up to `MAX_ASKED` points of each text, from south to north, the same whatever their order."""
    order = np.lexsort((lon, lat, text))
    first, count = np.unique(text[order], return_index=True, return_counts=True)[1:]
    rank = np.arange(text.size) - np.repeat(first, count)
    step = np.repeat(-(-count // MAX_ASKED), count)
    sample: Indices = order[rank % step == 0]
    return sample


def _provinces_meant(text: Indices, nearest: Indices, texts: int) -> Indices:
    """Return the province each text means, given the nearest one of some of its points; -1: none is clear."""
    meant = np.full(texts, -1)
    size = int(nearest.max()) + 1
    pairs, votes = np.unique(text * size + nearest, return_counts=True)
    texts_found, provinces = np.divmod(pairs, size)
    asked = np.bincount(text, minlength=texts)
    is_clear = votes >= MIN_NEAREST_SHARE * asked[texts_found]  # of which there is one at most
    meant[texts_found[is_clear]] = provinces[is_clear]
    return meant


class _Provinces(NamedTuple):
    towns: Settlements
    of_town: Indices  # a number for the province of each
    rows: Indices  # of the towns, those of a province together
    first: Indices  # where each province begins in `rows`

    def distance_km(self, province: int, lat: Floats, lon: Floats) -> Floats:
        """Return how far from points the nearest town of a province is, km."""
        from scipy.spatial import cKDTree  # noqa: PLC0415  takes a third of a second to load

        rows = self.rows[self.first[province] : self.first[province + 1]]
        town_lat, town_lon = self.towns.lat[rows], self.towns.lon[rows]
        _, nearest = cKDTree(unit_vectors(town_lat, town_lon)).query(unit_vectors(lat, lon))
        return great_circle_km(lat, lon, town_lat[nearest], town_lon[nearest])


@cache
def _provinces() -> _Provinces:
    towns = settlements()
    numbers: dict[tuple[str, str | None], int] = {}
    keys = zip(towns.country.tolist(), towns.region.tolist(), strict=True)
    of_town = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.intp)
    rows = np.argsort(of_town, kind="stable")
    return _Provinces(towns, of_town, rows, np.searchsorted(of_town[rows], np.arange(len(numbers) + 1)))
