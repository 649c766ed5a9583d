"""The people of a dataset: who lives in the area it covers, and how far they have to a station.

Distances are needed for one selection after another, and most stations near a place stay when a condition
changes. So the nearest points of the whole dataset are found once, and a selection takes the first of them
that it has; only where it has none of them, a tree of the selected points is searched.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.reach import NOT_KNOWN, km_to_nearest, nearest_points, weights_of_area
from charging.domain.arrays import run_starts
from charging.domain.filters import Filters
from charging.domain.geography import Floats
from charging.domain.weights import Weights, people_weights
from charging.queries.dataset_figures import countries
from charging.queries.engine import Engine
from charging.queries.points import PointArrays, point_arrays

POINTS_PER_PLACE = 8
"""Points of an operator kept for each place, where that is not too much to keep."""

MAX_POINTS_KEPT = 8_000_000
"""Points kept in all, 16 bytes each: of a continent's places fewer are kept for each."""


class _NearestPoints(NamedTuple):
    """The points near each place, whatever is selected; the axes are nearest first, operators, places."""

    key: NDArray[np.int64]  # of `Found`; -1: the operator has not so many
    km: Floats


def people_of(engine: Engine) -> Weights:
    """Return the people who live in the area the dataset covers, in its countries; maybe nobody.

    A station whose piles are not known covers its surroundings too. Those of a neighbour are no people of a
    register that ends at the border.
    """

    def find() -> Weights:
        columns = engine.columns
        is_first = run_starts(columns.station_no)
        stations = pd.DataFrame({"lat": columns.lat[is_first], "lon": columns.lon[is_first]})
        return weights_of_area(people_weights(countries(engine)), stations)

    return engine.memoize("people", find)


def nearest_people_km(engine: Engine, filters: Filters) -> pd.DataFrame:
    """Return what `reach.nearest_km` says of `people_of` and the points of a selection."""
    people = people_of(engine)
    near = engine.memoize("nearby", lambda: _nearest_points(engine, people))
    arrays = point_arrays(engine, filters)
    is_selected = np.zeros(max(near.key.max(initial=0), arrays.key.max(initial=0)) + 2, dtype=np.bool_)
    is_selected[arrays.key] = True  # -1 points at the last, which never is
    distances = np.full(near.km.shape[1:], np.inf)
    for key, km in zip(near.key[::-1], near.km[::-1], strict=True):
        np.copyto(distances, km, where=is_selected[key])
    columns = {}
    for at, (name, rows) in enumerate(_rows_by_operator(engine, arrays).items()):
        if rows.size:
            far = np.flatnonzero(np.isinf(distances[at]))
            if far.size:
                distances[at, far] = km_to_nearest(people.where(far), *_locate(engine, arrays, rows))
            columns[name] = distances[at]
    return pd.DataFrame(columns, index=pd.RangeIndex(len(people)))


def _nearest_points(engine: Engine, people: Weights) -> _NearestPoints:
    arrays = point_arrays(engine, Filters())
    groups = _rows_by_operator(engine, arrays)
    count = min(POINTS_PER_PLACE, max(1, MAX_POINTS_KEPT // max(1, len(groups) * len(people))))
    shape = count, len(groups), len(people)
    near = _NearestPoints(np.full(shape, -1), np.full(shape, np.inf))
    for at, rows in enumerate(groups.values()):
        nearest, km = nearest_points(people, *_locate(engine, arrays, rows), count)
        near.key[: len(nearest), at], near.km[: len(nearest), at] = arrays.key[rows][nearest], km
    return near


def _rows_by_operator(engine: Engine, arrays: PointArrays) -> dict[str, NDArray[np.intp]]:
    """Return which points belong to each operator of the dataset, in the order of the columns."""
    codes = engine.columns.operator_code[arrays.first]
    named = sorted((name, code) for code, name in engine.operator_ids.items())
    return {name: np.flatnonzero(codes == code) for name, code in [*named, (NOT_KNOWN, -1)]}


def _locate(engine: Engine, arrays: PointArrays, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the latitude and longitude of some points."""
    at = arrays.first[rows]
    return engine.columns.lat[at], engine.columns.lon[at]
