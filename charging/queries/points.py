"""Where each operator has selected piles: the points that distances are measured to."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import run_starts
from charging.domain.filters import Filters
from charging.queries.engine import Engine, decode
from charging.queries.predicates import select_groups


def points(engine: Engine, filters: Filters) -> pd.DataFrame:
    """Return one row per station and operator that has a selected pile there.

    A station counts if the number of its selected piles is known and above zero: one that may have piles, or
    that lists groups of 0, is no point. A station whose piles belong to several operators is a point of each.
    The operator is that of the pile; it is not known if the station names none.

    Returns
    -------
    table
        `station_no` (int64), `operator_id` (null: not known), `lat`, `lon` (degrees, WGS-84), `cell` (int64,
        H3 at the stored resolution) and `piles` (how many are selected, above zero), ordered by station, then
        by operator, not known last.
    """
    columns, arrays = engine.columns, point_arrays(engine, filters)
    rows = arrays.first
    return pd.DataFrame(
        {
            "station_no": columns.station_no[rows],
            "operator_id": decode(engine.operator_ids, columns.operator_code[rows]),
            "lat": columns.lat[rows],
            "lon": columns.lon[rows],
            "cell": columns.cell[rows],
            "piles": arrays.piles,
        }
    )


class PointArrays(NamedTuple):
    """The points of a selection as arrays."""

    key: NDArray[np.int64]  # of the station and the operator, the same in every selection; ascending
    first: NDArray[np.int64]  # row of its first group in `Engine.columns`
    piles: NDArray[np.float64]


def point_arrays(engine: Engine, filters: Filters) -> PointArrays:
    """Return the same as `points`, as arrays."""
    columns = engine.columns
    not_known = max(engine.operator_ids, default=-1) + 1
    rows = select_groups(engine, filters)
    codes = columns.operator_code[rows]
    keys = columns.station_no[rows] * (not_known + 1) + np.where(codes < 0, not_known, codes)
    order = np.argsort(keys, kind="stable")  # nearly sorted already, which this algorithm makes use of
    rows, keys = rows[order], keys[order]
    starts = np.flatnonzero(run_starts(keys))
    piles = np.add.reduceat(columns.pile_counts["piles"][rows], starts) if rows.size else np.empty(0)
    has_piles = piles > 0  # an unknown count adds 0
    first = starts[has_piles]
    return PointArrays(keys[first], rows[first], piles[has_piles])
