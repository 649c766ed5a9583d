"""Who holds what where: stations and piles by unit and operator, the table the analytics read."""

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.filters import Filters
from charging.domain.hexes import parent_cells
from charging.queries.conditions import Condition, where
from charging.queries.engine import Engine, Query
from charging.queries.groups import PARTS


class Unit(StrEnum):
    """A unit other than a cell: the name of its column."""

    CITY = "city_id"
    SERVICE_AREA = "service_area_id"


By = int | Unit
"""What holdings are counted by: an H3 resolution, 0 to 11, or a unit."""


def holdings(engine: Engine, filters: Filters, by: By) -> pd.DataFrame:
    """Return what each operator holds in each unit: one row per unit and operator with a selected station.

    A station whose unit is not known (no city, not in a service area) is left out. A station with piles of
    two operators counts once for each. A service area without a station has no row.

    Parameters
    ----------
    by
        Resolution of the H3 cells, 0 to 11, or the unit.

    Returns
    -------
    table
        `unit` (int64 H3 cell, or the id as text), `operator_id` (null: not known), `stations` (int64),
        `piles` and `dc_piles` (whole numbers as float64; null: nothing is known of any of them), ordered by
        unit, then by operator id, the operator that is not known last.

    Raises
    ------
    ValueError
        If a resolution is not 0 to 11.
    """
    condition = where(filters, None, engine)
    table = _by_cell(engine, condition, by) if isinstance(by, int) else _by_unit(engine, condition, by)
    operator_id = table.pop("operator_code").map(engine.operator_ids).astype("str")
    table.insert(1, "operator_id", operator_id)
    return table


def _by_unit(engine: Engine, condition: Condition, unit: Unit) -> pd.DataFrame:
    """Return holdings by a unit, with the code of the operator."""
    # by station first, so that stations are counted and not their groups
    by_station = (
        f"select {unit} as unit, station_no, operator_code, sum(piles) as piles, sum(dc_piles) as dc_piles"
        f" from groups where {unit} is not null and {condition.sql}"
        f" group by {unit}, station_no, operator_code"
    )
    query = Query(
        "select unit, operator_code, count(*) as stations, sum(piles) as piles, sum(dc_piles) as dc_piles"
        f" from ({by_station}) held group by 1, 2 order by 1, {_rank(engine)}",
        condition.parameters,
    )
    return engine.run(query)


def _by_cell(engine: Engine, condition: Condition, resolution: int) -> pd.DataFrame:
    """Return holdings by cell: SQL picks the groups, numpy adds them up, as in `measures.summed_by_cell`."""
    columns = engine.columns
    at = engine.group_numbers(condition.sql, condition.parameters)
    cells = parent_cells(columns.cell[at], resolution)
    starts = np.diff(cells, prepend=-1) != 0
    codes = np.array([*sorted(engine.operator_ids, key=engine.operator_ids.__getitem__), NOT_KNOWN])
    ranks = np.empty(max(codes.max(), 0) + 2, dtype=np.int64)  # the last, which -1 points at: not known
    ranks[codes] = np.arange(codes.size)
    rank = ranks[columns.operator_code[at]]
    pairs, pair = _numbered((np.cumsum(starts) - 1) * codes.size + rank, int(starts.sum()) * codes.size)
    first = _first_of_station(columns.station_no[at] * codes.size + rank)
    table = {
        "unit": cells[starts][pairs // codes.size],
        "operator_code": codes[pairs % codes.size],
        "stations": np.bincount(pair[first], minlength=pairs.size),
    }
    for name in ("piles", "dc_piles"):
        part = list(PARTS).index(name)
        sums = np.bincount(pair, weights=columns.parts[at, part], minlength=pairs.size)
        is_known = np.bincount(pair, weights=columns.is_known[at, part], minlength=pairs.size) > 0
        table[name] = np.where(is_known, sums, np.nan)
    return pd.DataFrame(table)


def _numbered(keys: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct keys, upwards, and the position of each key among them; keys are below `size`."""
    if size > MOST_EMPTY * keys.size:
        distinct, position = np.unique(keys, return_inverse=True)
        return distinct, position.astype(np.int64, copy=False)
    occurs = np.zeros(size, dtype=np.bool_)
    occurs[keys] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[keys]


def _first_of_station(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one position for each station and operator; rows of a station stand together."""
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    # few stations have piles of several operators, and then the same may come up again
    _, kept = (
        np.unique(keys[first], return_index=True)
        if (np.diff(keys[first]) <= 0).any()
        else (None, slice(None))
    )
    return first[kept]


MOST_EMPTY = 32
"""Places for keys, in multiples of the rows, up to which counting into an array is faster than sorting."""

NOT_KNOWN = -1


def _rank(engine: Engine) -> str:
    """Return SQL that orders operators by their id, whatever their codes are."""
    codes = sorted(engine.operator_ids, key=engine.operator_ids.__getitem__)
    whens = " ".join(f"when {int(code)} then {rank}" for rank, code in enumerate(codes))
    return f"case operator_code {whens} else {len(codes)} end" if codes else "2"
