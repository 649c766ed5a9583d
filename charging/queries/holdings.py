"""Who has what where: stations and piles by unit and operator, the table that the analytics read.

Arrays are added up, as in `measures.sum_by_cell`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import run_starts
from charging.domain.filters import Filters
from charging.queries.codes import cell_codes
from charging.queries.engine import Engine
from charging.queries.predicates import select_groups


class Unit(StrEnum):
    """A unit other than a cell: the name of its column."""

    CITY = "city_id"
    SERVICE_AREA = "service_area_id"


UnitKind = int | Unit
"""What holdings are counted by: an H3 resolution, 0 to 11, or a unit."""


def holdings(engine: Engine, filters: Filters, by: UnitKind) -> pd.DataFrame:
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
        ordered by unit, then by operator id, the unknown operator last.

    Raises
    ------
    ValueError
        If a resolution is not 0 to 11.
    """
    pairs = engine.memoize(f"pairs {by}", lambda: _pairs(engine, by))
    rows = select_groups(engine, filters)
    pair = pairs.of_group[rows].astype(np.intp)
    if isinstance(by, Unit):
        rows, pair = rows[pair >= 0], pair[pair >= 0]
        return _sum_pairs(engine, rows, pair, pairs).astype({"unit": "str"})
    return _sum_pairs(engine, rows, pair, pairs)


class _Pairs(NamedTuple):
    """Every unit with each operator that has groups there, selected or not: by unit, then by operator."""

    unit: NDArray[Any]
    operator_no: NDArray[np.int64]  # position in `operators`; -1: not known
    operators: Any  # all ids of the dataset, ascending, as a categorical type: pandas checks it only once
    of_group: NDArray[np.int32]  # the pair of each group; -1: its unit is not known


def _pairs(engine: Engine, by: UnitKind) -> _Pairs:
    columns, kinds = engine.columns, len(engine.operator_ids) + 1
    rank = _ranks(engine.operator_ids)[columns.operator_code]
    units: NDArray[Any]
    units, codes = cell_codes(engine, by)[:2] if isinstance(by, int) else engine.text_codes(by)
    unit_no = codes.astype(np.int64, copy=False)
    is_known = unit_no >= 0
    of_group = np.full(unit_no.size, -1, dtype=np.int32)
    distinct, of_group[is_known] = _encode_keys(
        unit_no[is_known] * kinds + rank[is_known], units.size * kinds
    )
    operator = distinct % kinds
    operators = pd.CategoricalDtype(sorted(engine.operator_ids.values()))
    return _Pairs(units[distinct // kinds], np.where(operator < kinds - 1, operator, -1), operators, of_group)


def _sum_pairs(
    engine: Engine, rows: NDArray[np.int64], pair: NDArray[np.intp], pairs: _Pairs
) -> pd.DataFrame:
    """Return the holdings of some groups, summed by pair."""
    columns = engine.columns
    taken = slice(None) if rows.size == columns.cell.size else rows  # all of them need no copy
    occurs = np.flatnonzero(np.bincount(pair, minlength=pairs.unit.size))

    def sum_by_pair(pair: NDArray[np.intp], values: NDArray[np.float64] | None = None) -> NDArray[Any]:
        sums: NDArray[Any] = np.bincount(pair, values, minlength=pairs.unit.size)[occurs]
        return sums

    table: dict[str, Any] = {
        "unit": pairs.unit[occurs],
        "operator_id": pd.Categorical.from_codes(pairs.operator_no[occurs], dtype=pairs.operators),
        "stations": sum_by_pair(pair[_first_of_station(columns.station_no[taken], pair)]),
    }
    for name in ("piles", "dc_piles"):
        # without rows bincount returns integers
        table[name] = sum_by_pair(pair, columns.pile_counts[name][taken]).astype(np.float64, copy=False)
        if name not in columns.known_counts:
            table[name][sum_by_pair(pair[columns.is_known[name][taken]]) == 0] = np.nan
    return pd.DataFrame(table)


def _ranks(operator_ids: Mapping[int, str]) -> NDArray[np.int64]:
    """Return the position of each operator, by its code, among the ids; the last for code -1, not known."""
    ranks = np.full(max(operator_ids, default=-1) + 2, len(operator_ids), dtype=np.int64)
    ranks[sorted(operator_ids, key=operator_ids.__getitem__)] = np.arange(len(operator_ids))
    return ranks


def _encode_keys(keys: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct keys, ascending, and the position of each key among them; keys are below `size`."""
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
    """Return one position for each station and pair; rows of a station are contiguous."""
    first = np.flatnonzero(run_starts(station_no) | run_starts(pair))
    keys = station_no[first] * (pair.max(initial=0) + 1) + pair[first]
    # where a station has piles of several operators, which is rare, a pair may repeat
    _, kept = np.unique(keys, return_index=True) if (keys[1:] <= keys[:-1]).any() else (None, slice(None))
    return first[kept]


MAX_PLACES_PER_ROW = 32
"""Possible keys per row up to which counting into an array is faster than sorting."""
