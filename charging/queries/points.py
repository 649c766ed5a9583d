"""Where the selected piles of each operator stand: the points that distances are measured to."""

import numpy as np
import pandas as pd

from charging.domain.filters import Filters
from charging.queries.conditions import where
from charging.queries.engine import Engine, Query


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
    condition = where(filters, None, engine)
    query = Query(
        "select station_no, operator_code, min(lat) as lat, min(lon) as lon, min(cell) as cell,"
        f" sum(piles) as piles from groups where {condition.sql} group by station_no, operator_code"
        " having sum(piles) > 0 order by station_no, operator_code nulls last",
        condition.parameters,
    )
    table = engine.run(query)
    table.insert(1, "operator_id", _named(table.pop("operator_code"), engine.operator_ids))
    return table


def _named(codes: pd.Series, operator_ids: dict[int, str]) -> pd.Series:
    """Return the id of each code; null stays null.

    One lookup in an array, not a hundred thousand in a dictionary.
    """
    unknown = max(operator_ids, default=-1) + 1
    names = np.full(unknown + 1, None, dtype=object)
    names[list(operator_ids)] = list(operator_ids.values())
    return pd.Series(names[codes.fillna(unknown).to_numpy(dtype=np.intp)], index=codes.index, dtype=object)
