"""Distances for one selection after another: a station is looked for among the nearest few of all.

A changed condition leaves most stations near a place where they were. So the nearest points of the whole
dataset are found once, and of a selection the first of them that is selected; only where none of them is, a
tree of the selected points is asked.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.reach import NOT_KNOWN, few_nearest, km_to_nearest
from charging.domain.filters import Filters
from charging.domain.geography import Floats
from charging.domain.weights import Weights
from charging.queries.engine import Engine
from charging.queries.points import Found, found_points

FEW = 8
"""Points of an operator kept for each place."""


NEARBY = np.dtype([("key", np.int64), ("km", np.float64)])
"""A point near a place: its key in `Found`, -1 where there is none, and how far it is."""


def nearest_selected_km(engine: Engine, places: Weights, filters: Filters) -> pd.DataFrame:
    """Return what `reach.nearest_km` says of the points of a selection, for the people of a dataset.

    The engine remembers what is near these places, so it is to be asked about no others.
    """
    near = engine.remembered("nearby", lambda: _nearby(engine, places))
    found = found_points(engine, filters)
    is_selected = np.zeros(max(near["key"].max(initial=0), found.key.max(initial=0)) + 2, dtype=np.bool_)
    is_selected[found.key] = True  # -1 points at the last, which never is
    distances = np.full(near.shape[1:], np.inf)
    for each in near[::-1]:
        np.copyto(distances, each["km"], where=is_selected[each["key"]])
    columns = {}
    for at, (name, rows) in enumerate(_by_operator(engine, found).items()):
        if rows.size:
            far = np.flatnonzero(np.isinf(distances[at]))
            if far.size:
                distances[at, far] = km_to_nearest(places.where(far), *_where(engine, found, rows))
            columns[name] = distances[at]
    return pd.DataFrame(columns, index=pd.RangeIndex(len(places)))


def _nearby(engine: Engine, places: Weights) -> NDArray[Any]:
    """Return the `FEW` nearest points of each operator to each place, whatever is selected.

    The axes are nearest first, operators and places; the elements are `NEARBY`.
    """
    found = found_points(engine, Filters())
    groups = _by_operator(engine, found)
    near = np.full((FEW, len(groups), len(places)), np.array((-1, np.inf), NEARBY), NEARBY)
    for at, rows in enumerate(groups.values()):
        nearest, km = few_nearest(places, *_where(engine, found, rows), FEW)
        near["key"][: len(nearest), at], near["km"][: len(nearest), at] = found.key[rows][nearest], km
    return near


def _by_operator(engine: Engine, found: Found) -> dict[str, NDArray[np.intp]]:
    """Return which points belong to each operator of the dataset, in the order of the columns."""
    codes = engine.columns.operator_code[found.first]
    named = sorted((name, code) for code, name in engine.operator_ids.items())
    return {name: np.flatnonzero(codes == code) for name, code in [*named, (NOT_KNOWN, -1)]}


def _where(engine: Engine, found: Found, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the latitude and longitude of some points."""
    at = found.first[rows]
    return engine.columns.lat[at], engine.columns.lon[at]
