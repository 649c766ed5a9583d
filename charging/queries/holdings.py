"""Who holds what where: stations and piles by unit and operator, the table the analytics read.

SQL picks the groups, numpy adds them up, as in `measures.summed_by_cell`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import run_starts
from charging.domain.filters import Filters
from charging.domain.hexes import parent_cells
from charging.queries.engine import Engine
from charging.queries.predicates import picked


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
    pairs = engine.once(f"pairs {by}", lambda: _pairs(engine, by))
    at = picked(engine, filters)
    pair = pairs.number[at].astype(np.intp)
    if isinstance(by, Unit):
        at, pair = at[pair >= 0], pair[pair >= 0]
        return _held(engine, at, pair, pairs).astype({"unit": "str"})
    return _held(engine, at, pair, pairs)


class _Pairs(NamedTuple):
    """Each unit with each operator that has groups there, whatever is selected: by unit, then by operator."""

    unit: NDArray[Any]
    operator_no: NDArray[np.int64]  # position in `operators`; -1: not known
    operators: Any  # all ids of the dataset, upwards, as a type of categories: pandas looks through it once
    number: NDArray[np.int32]  # the pair of each group; -1: its unit is not known


def _pairs(engine: Engine, by: By) -> _Pairs:
    columns, kinds = engine.columns, len(engine.operator_ids) + 1
    rank = _ranks(engine.operator_ids)[columns.operator_code]
    units: NDArray[Any]
    if isinstance(by, int):
        cells = parent_cells(columns.cell, by)
        starts = run_starts(cells)  # rows stand by cell
        units, unit_no = cells[starts], np.cumsum(starts) - 1
    else:
        units, unit_no = engine.numbered(by)
    is_known = unit_no >= 0
    number = np.full(unit_no.size, -1, dtype=np.int32)
    distinct, number[is_known] = _numbered(unit_no[is_known] * kinds + rank[is_known], units.size * kinds)
    held_by = distinct % kinds
    operators = pd.CategoricalDtype(sorted(engine.operator_ids.values()))
    return _Pairs(units[distinct // kinds], np.where(held_by < kinds - 1, held_by, -1), operators, number)


def _held(engine: Engine, at: NDArray[np.int64], pair: NDArray[np.intp], pairs: _Pairs) -> pd.DataFrame:
    """Return the holdings of some groups, each in its pair."""
    columns = engine.columns
    rows = slice(None) if at.size == columns.cell.size else at  # all of them need no copy
    occurs = np.flatnonzero(np.bincount(pair, minlength=pairs.unit.size))

    def added(pair: NDArray[np.intp], values: NDArray[np.float64] | None = None) -> NDArray[Any]:
        sums: NDArray[Any] = np.bincount(pair, values, minlength=pairs.unit.size)[occurs]
        return sums

    table: dict[str, Any] = {
        "unit": pairs.unit[occurs],
        "operator_id": pd.Categorical.from_codes(pairs.operator_no[occurs], dtype=pairs.operators),
        "stations": added(pair[_first_of_station(columns.station_no[rows], pair)]),
    }
    for name in ("piles", "dc_piles"):
        # of nothing bincount gives whole numbers
        table[name] = added(pair, columns.parts[name][rows]).astype(np.float64, copy=False)
        if name not in columns.known_parts:
            table[name][added(pair[columns.is_known[name][rows]]) == 0] = np.nan
    return pd.DataFrame(table)


def _ranks(operator_ids: Mapping[int, str]) -> NDArray[np.int64]:
    """Return the position of each operator, by its code, among the ids; of code -1, the last: after all."""
    ranks = np.full(max(operator_ids, default=-1) + 2, len(operator_ids), dtype=np.int64)
    ranks[sorted(operator_ids, key=operator_ids.__getitem__)] = np.arange(len(operator_ids))
    return ranks


def _numbered(keys: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct keys, upwards, and the position of each key among them; keys are below `size`."""
    if size > MAX_PLACES_PER_ROW * keys.size:
        distinct, position = np.unique(keys, return_inverse=True)
        return distinct, position.astype(np.int64, copy=False)
    occurs = np.zeros(size, dtype=np.bool_)
    occurs[keys] = True
    distinct = np.flatnonzero(occurs)
    position = np.empty(size, dtype=np.int64)
    position[distinct] = np.arange(distinct.size)
    return distinct, position[keys]


def _first_of_station(station_no: NDArray[np.int64], pair: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return one position for each station and pair; rows of a station stand together."""
    first = np.flatnonzero(run_starts(station_no) | run_starts(pair))
    keys = station_no[first] * (pair.max(initial=0) + 1) + pair[first]
    # few stations have piles of several operators, and then the same may come up again
    _, kept = np.unique(keys, return_index=True) if (keys[1:] <= keys[:-1]).any() else (None, slice(None))
    return first[kept]


MAX_PLACES_PER_ROW = 32
"""Places for keys, in multiples of the rows, up to which counting into an array is faster than sorting."""
