"""The people of a dataset: who lives in the area it tells about, and how far they have to a station.

Distances are asked for one selection after another, and a changed condition leaves most stations near a place
where they were. So the nearest points of the whole dataset are found once, and of a selection the first of
them that is selected; only where none of them is, a tree of the selected points is asked.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.reach import NOT_KNOWN, few_nearest, km_to_nearest, weights_of_area
from charging.domain.filters import Filters
from charging.domain.geography import Floats
from charging.domain.weights import Weights, place_weights
from charging.queries.engine import Engine
from charging.queries.points import PointArrays, point_arrays, points

FEW = 8
"""Points of an operator kept for each place."""


class _Nearby(NamedTuple):
    """The points near each place, whatever is selected; the axes are nearest first, operators, places."""

    key: NDArray[np.int64]  # of `Found`; -1: the operator has not so many
    km: Floats


def people_of(engine: Engine) -> Weights:
    """Return the people of `data/places.csv` who live in the area the dataset tells about; maybe nobody."""
    return engine.memoize("people", lambda: weights_of_area(place_weights(), points(engine, Filters())))


def nearest_people_km(engine: Engine, filters: Filters) -> pd.DataFrame:
    """Return what `reach.nearest_km` says of `people_of` and the points of a selection."""
    people = people_of(engine)
    near = engine.memoize("nearby", lambda: _nearby(engine, people))
    found = point_arrays(engine, filters)
    is_selected = np.zeros(max(near.key.max(initial=0), found.key.max(initial=0)) + 2, dtype=np.bool_)
    is_selected[found.key] = True  # -1 points at the last, which never is
    distances = np.full(near.km.shape[1:], np.inf)
    for key, km in zip(near.key[::-1], near.km[::-1], strict=True):
        np.copyto(distances, km, where=is_selected[key])
    columns = {}
    for at, (name, rows) in enumerate(_by_operator(engine, found).items()):
        if rows.size:
            far = np.flatnonzero(np.isinf(distances[at]))
            if far.size:
                distances[at, far] = km_to_nearest(people.where(far), *_where(engine, found, rows))
            columns[name] = distances[at]
    return pd.DataFrame(columns, index=pd.RangeIndex(len(people)))


def _nearby(engine: Engine, people: Weights) -> _Nearby:
    found = point_arrays(engine, Filters())
    groups = _by_operator(engine, found)
    shape = FEW, len(groups), len(people)
    near = _Nearby(np.full(shape, -1), np.full(shape, np.inf))
    for at, rows in enumerate(groups.values()):
        nearest, km = few_nearest(people, *_where(engine, found, rows), FEW)
        near.key[: len(nearest), at], near.km[: len(nearest), at] = found.key[rows][nearest], km
    return near


def _by_operator(engine: Engine, found: PointArrays) -> dict[str, NDArray[np.intp]]:
    """Return which points belong to each operator of the dataset, in the order of the columns."""
    codes = engine.columns.operator_code[found.first]
    named = sorted((name, code) for code, name in engine.operator_ids.items())
    return {name: np.flatnonzero(codes == code) for name, code in [*named, (NOT_KNOWN, -1)]}


def _where(engine: Engine, found: PointArrays, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the latitude and longitude of some points."""
    at = found.first[rows]
    return engine.columns.lat[at], engine.columns.lon[at]
