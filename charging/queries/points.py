"""Where the selected piles of each operator stand: the points that distances are measured to."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import run_starts
from charging.domain.filters import Filters
from charging.queries.engine import Engine, named
from charging.queries.predicates import picked


def points(engine: Engine, filters: Filters) -> pd.DataFrame:
    """Return one row per station and operator that has a selected pile there.

    A station counts where the number of its selected piles is known and above zero: one that may have piles,
    or that lists groups of none, is no point. A station whose piles belong to several operators is a point of
    each. The operator is that of the pile; of a station that names none, it is not known.

    Parameters
    ----------
    engine
        The dataset.
    filters
        The selection. Reach is by default asked about DC piles: the caller says so here
        (`currents=(Current.DC,)`), as it does for every other condition.

    Returns
    -------
    table
        `station_no` (int64), `operator_id` (null: not known), `lat`, `lon` (degrees, WGS-84), `cell` (int64,
        H3 at the stored resolution) and `piles` (how many are selected, above zero), ordered by station, then
        by operator, not known last.
    """
    columns, found = engine.columns, found_points(engine, filters)
    at = found.first
    return pd.DataFrame(
        {
            "station_no": columns.station_no[at],
            "operator_id": named(engine.operator_ids, columns.operator_code[at]),
            "lat": columns.lat[at],
            "lon": columns.lon[at],
            "cell": columns.cell[at],
            "piles": found.piles,
        }
    )


class Found(NamedTuple):
    """The points of a selection as arrays."""

    key: NDArray[np.int64]  # of the station and the operator, the same in every selection; upwards
    first: NDArray[np.int64]  # position of the first group in `Engine.columns`
    piles: NDArray[np.float64]


def found_points(engine: Engine, filters: Filters) -> Found:
    """Return what `points` does, as arrays."""
    columns = engine.columns
    not_known = max(engine.operator_ids, default=-1) + 1
    at = picked(engine, filters)
    codes = columns.operator_code[at]
    keys = columns.station_no[at] * (not_known + 1) + np.where(codes < 0, not_known, codes)
    order = np.argsort(keys, kind="stable")  # nearly in order already, which this kind of sorting uses
    at, keys = at[order], keys[order]
    starts = np.flatnonzero(run_starts(keys))
    held = np.add.reduceat(columns.parts["piles"][at], starts) if at.size else np.empty(0)
    has_piles = held > 0  # a count that is not known adds 0
    first = starts[has_piles]
    return Found(keys[first], at[first], held[has_piles])
