"""Who holds what where: stations and piles by unit and operator, the table the analytics read.

SQL picks the groups, numpy adds them up, as in `measures.summed_by_cell`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.filters import Filters
from charging.domain.hexes import parent_cells
from charging.queries.conditions import picked
from charging.queries.engine import Engine
from charging.queries.measures import begins


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
        `unit` (int64 H3 cell, or the id as text), `operator_id` (categorical; null: not known), `stations`
        (int64), `piles` and `dc_piles` (whole numbers as float64; null: nothing is known of any of them),
        ordered by unit, then by operator id, the operator that is not known last.

    Raises
    ------
    ValueError
        If a resolution is not 0 to 11.
    """
    at = picked(engine, filters)
    if isinstance(by, int):
        cells = parent_cells(engine.columns.cell[at], by)
        starts = begins(cells)  # rows stand by cell
        return _held(engine, at, cells[starts], np.cumsum(starts) - 1)
    units = engine.numbered(by)
    at = at[units.number[at] >= 0]
    table = _held(engine, at, units.values, units.number[at])
    return table.astype({"unit": "str"})


def _held(
    engine: Engine, at: NDArray[np.int64], units: NDArray[Any], unit_no: NDArray[np.int64]
) -> pd.DataFrame:
    """Return the holdings of some groups, each in the unit of its number."""
    columns, operator_ids = engine.columns, sorted(engine.operator_ids.values())
    rows = slice(None) if at.size == columns.cell.size else at  # all of them need no copy
    kinds = len(operator_ids) + 1
    rank = _ranks(engine.operator_ids)[columns.operator_code[rows]]
    pairs, pair = _numbered(unit_no * kinds + rank, units.size * kinds)
    first = _first_of_station(columns.station_no[rows], rank)
    held_by = pairs % kinds
    table: dict[str, Any] = {
        "unit": units[pairs // kinds],
        "operator_id": pd.Categorical.from_codes(
            np.where(held_by < len(operator_ids), held_by, -1), categories=pd.Index(operator_ids)
        ),
        "stations": np.bincount(pair[first], minlength=pairs.size),
    }
    for name in ("piles", "dc_piles"):
        sums = np.bincount(pair, columns.parts[name][rows], minlength=pairs.size)
        table[name] = sums.astype(np.float64, copy=False)  # of nothing they are whole numbers
        if name not in columns.known_parts:
            is_known = columns.is_known[name][rows]
            table[name][np.bincount(pair[is_known], minlength=pairs.size) == 0] = np.nan
    return pd.DataFrame(table)


def _ranks(operator_ids: Mapping[int, str]) -> NDArray[np.int64]:
    """Return the position of each operator, by its code, among the ids; of code -1, the last: after all."""
    ranks = np.full(max(operator_ids, default=-1) + 2, len(operator_ids), dtype=np.int64)
    ranks[sorted(operator_ids, key=operator_ids.__getitem__)] = np.arange(len(operator_ids))
    return ranks


def _numbered(keys: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct keys, upwards, and the position of each key among them; keys are below `size`."""
    if size > MOST_EMPTY * keys.size:
        distinct, position = np.unique(keys, return_inverse=True)
        return distinct, position.astype(np.int64, copy=False)
    occurs = np.zeros(size, dtype=np.bool_)
    occurs[keys] = True
    distinct = np.flatnonzero(occurs)
    position = np.empty(size, dtype=np.int64)
    position[distinct] = np.arange(distinct.size)
    return distinct, position[keys]


def _first_of_station(station_no: NDArray[np.int64], rank: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one position for each station and operator; rows of a station stand together."""
    first = np.flatnonzero(begins(station_no) | begins(rank))
    keys = station_no[first] * (rank.max(initial=0) + 1) + rank[first]
    # few stations have piles of several operators, and then the same may come up again
    _, kept = np.unique(keys, return_index=True) if (keys[1:] <= keys[:-1]).any() else (None, slice(None))
    return first[kept]


MOST_EMPTY = 32
"""Places for keys, in multiples of the rows, up to which counting into an array is faster than sorting."""
