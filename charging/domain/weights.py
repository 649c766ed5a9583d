"""Weights of places: people, or a weight from the user's own file, at points or in cells.

Holds the form of weights and the population of `data/places.csv` and `data/towns.csv.gz`. Users' files are
read by `charging.sources.weights`. Coordinates are WGS-84 degrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from charging.domain.geography import City, Floats, Place, load_places
from charging.domain.hexes import cells_at, centres, parent_cells, resolutions_of, stored_cells
from charging.domain.schema import CELL_RESOLUTION
from charging.domain.towns import CHINA, cities_of
from charging.errors import UsageError

Cells = NDArray[np.int64]
Names = NDArray[np.object_]
"""Texts; None where unknown."""

PEOPLE = "people"
"""The unit of weights that count people."""

BLOCK_CELLS = 1_000_000
"""Cells summed at a time: to sort those of the world at once takes some GB."""

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """Places and their weights, row by row; made by `weights_at`, `weights_in` or `place_weights`.

    Arrays are one-dimensional, of equal length and read-only.
    """

    lat: Floats  # degrees, WGS-84; of a cell, its centre
    lon: Floats
    weight: Floats  # in `unit`; never negative, never unknown
    cell: Cells  # H3 at the stored resolution
    names: Names
    names_zh: Names
    title: str  # of the weights, for people
    unit: str
    source: str  # who must be credited with them
    resolution: int | None = None  # of the cells they are of; None for points
    given_resolution: int | None = None  # of the cells they were summed up from; None where they were not

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def whole(self) -> float:
        """Sum in `unit`, the denominator of every share."""
        return float(self.weight.sum())

    def cells(self, resolution: int) -> Cells:
        """Return the cell at `resolution` of each row.

        Raises
        ------
        UsageError
            If the weights are of coarser cells: their distribution inside is unknown.
        ValueError
            If `resolution` is not between 0 and the stored one.
        """
        if self.resolution is not None and resolution > self.resolution:
            message = (
                f"{self.title}: expected resolution {self.resolution} or coarser, that of the weights' cells,"
                f" found {resolution}. How the weight of a cell lies inside it is not known."
            )
            raise UsageError(message)
        if self.resolution is None:
            return cells_at(self.lat, self.lon, resolution)
        return parent_cells(self.cell, resolution)

    def where(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Weights":
        """Return only these rows, given as a boolean mask or as indices."""
        return replace(
            self,
            lat=_freeze(self.lat[rows]),
            lon=_freeze(self.lon[rows]),
            weight=_freeze(self.weight[rows]),
            cell=_freeze(self.cell[rows]),
            names=_freeze(self.names[rows]),
            names_zh=_freeze(self.names_zh[rows]),
        )


def weights_at(
    lat: ArrayLike,
    lon: ArrayLike,
    weight: ArrayLike,
    *,
    title: str,
    unit: str,
    source: str,
    names: Sequence[str | None] | None = None,
    names_zh: Sequence[str | None] | None = None,
) -> Weights:
    """Return the weights of points: WGS-84 degrees, each weight in `unit`.

    Rows of one point stay separate, and are summed wherever weights are summed.

    Raises
    ------
    ValueError
        If the arrays differ in length, a number is not finite, or a weight is negative.

    Examples
    --------
    >>> towns = weights_at([39.9, 31.2], [116.4, 121.5], [3, 4], title="Towns", unit="people", source="")
    >>> len(towns), towns.whole
    (2, 7.0)
    """
    lats, lons, values = (_freeze(np.array(numbers, dtype=np.float64)) for numbers in (lat, lon, weight))
    _check(lats, lons, values)
    return Weights(
        lat=lats,
        lon=lons,
        weight=values,
        cell=_freeze(cells_at(lats, lons)),
        names=_texts(names, len(values)),
        names_zh=_texts(names_zh, len(values)),
        title=title,
        unit=unit,
        source=source,
    )


def weights_in(
    cells: Sequence[int] | Cells,
    weight: ArrayLike,
    *,
    title: str,
    unit: str,
    source: str,
    names: Sequence[str | None] | None = None,
    max_cells: int | None = None,
) -> Weights:
    """Return the weights of H3 cells, all of one resolution, each weight in `unit`.

    Reach measures from the centre of a cell. Rows of one cell are summed. With `max_cells`, more rows than
    that are summed into coarser cells, without names, until they are no more.

    Raises
    ------
    ValueError
        If the cells differ in resolution, the arrays in length, a number is not finite, or a weight is
        negative.
    """
    ids, values = np.asarray(cells, dtype=np.int64), np.asarray(weight, dtype=np.float64)
    resolutions = np.flatnonzero(np.bincount(resolutions_of(ids), minlength=1)).tolist()
    if len(resolutions) > 1:
        message = (
            f"{title}: expected cells of one resolution, found {resolutions}. A cell and a part of "
            "it would count the same ground twice."
        )
        raise ValueError(message)
    given_resolution = resolutions[0] if resolutions else None
    if max_cells is not None and len(ids) > max_cells:
        ids, values, names = *_sum_in_coarser(ids, values, max_cells), None
    resolution = int(resolutions_of(ids[:1])[0]) if len(ids) else None
    lat, lon = map(_freeze, centres(ids))
    _check(lat, lon, values)
    return Weights(
        lat=lat,
        lon=lon,
        weight=_freeze(np.array(values)),
        cell=_freeze(stored_cells(ids)),
        names=_texts(names, len(values)),
        names_zh=_texts(None, len(values)),
        title=title,
        unit=unit,
        source=source,
        resolution=resolution,
        given_resolution=None if resolution == given_resolution else given_resolution,
    )


@cache
def place_weights() -> Weights:
    """Return the people of `data/places.csv`: mainland China's places of 5,000 people and more.

    All people of a place are at its one point, and those of a district at its city's
    (data/README.md): near a large city, shares within a few km say little.
    """
    places = load_places()
    return weights_at(
        [place.lat for place in places],
        [place.lon for place in places],
        [place.population for place in places],
        names=[place.name for place in places],
        names_zh=[place.name_zh for place in places],
        title="Places of 5,000 people and more",
        unit=PEOPLE,
        source="GeoNames, CC BY 4.0",
    )


@cache
def people_weights(countries: frozenset[str]) -> Weights:
    """Return the people of countries, in places and towns of 5,000 people and more.

    Of mainland China alone these are `place_weights`.
    """
    if countries == {CHINA}:
        return place_weights()
    places = load_places() if CHINA in countries else ()
    towns = cities_of(countries - {CHINA})
    both: list[Place | City] = [*places, *towns]
    return weights_at(
        [each.lat for each in both],
        [each.lon for each in both],
        [each.population for each in both],
        names=[*(place.name for place in places), *(town.name_en for town in towns)],
        names_zh=[*(place.name_zh for place in places), *(town.name_zh for town in towns)],
        title="Places of 5,000 people and more",
        unit=PEOPLE,
        source="GeoNames, CC BY 4.0",
    )


def _sum_in_coarser(cells: Cells, weight: Floats, max_cells: int) -> tuple[Cells, Floats]:
    """Return weights of the finest coarser cells that are few enough; those of resolution 0 always are."""
    resolution = int(resolutions_of(cells[:1])[0])
    while len(cells) > max_cells and resolution > 0:
        coarser = min(resolution - 1, CELL_RESOLUTION)
        parts = [
            _sum_by_cell(parent_cells(cells[rows], coarser, of=resolution), weight[rows])
            for rows in (slice(start, start + BLOCK_CELLS) for start in range(0, len(cells), BLOCK_CELLS))
        ]
        cells, weight = _sum_by_cell(*map(np.concatenate, zip(*parts, strict=True)))
        resolution = coarser
    return cells, weight


def _sum_by_cell(cells: Cells, weight: Floats) -> tuple[Cells, Floats]:
    cells, at = np.unique(cells, return_inverse=True)
    return cells, np.bincount(at, weights=weight, minlength=len(cells)).astype(np.float64, copy=False)


def _check(lat: Floats, lon: Floats, weight: Floats) -> None:
    if not len(lat) == len(lon) == len(weight):
        message = (
            f"expected as many places as weights, found {len(lat)} latitudes, {len(lon)} longitudes and "
            f"{len(weight)} weights"
        )
        raise ValueError(message)
    if not (np.isfinite(lat) & np.isfinite(lon) & np.isfinite(weight) & (weight >= 0)).all():
        message = "expected finite coordinates and weights, and no weight below zero; leave unknown ones out"
        raise ValueError(message)


def _texts(texts: Sequence[str | None] | None, count: int) -> Names:
    found = np.full(count, None, dtype=object)
    for row, text in zip(range(count), texts or (), strict=bool(texts)):
        found[row] = text
    return _freeze(found)


def _freeze(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Make our own array read-only: weights are shared between threads."""
    array.setflags(write=False)
    return array
