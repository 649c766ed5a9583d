"""What is counted, defined once for cells, stations and totals.

Sums are null where nothing is known of what they add up, and 0 where there is nothing to add.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import ratio, run_starts
from charging.domain.filters import Filters
from charging.queries.codes import cell_codes, codes_of
from charging.queries.engine import Columns, Engine
from charging.queries.groups import NO_STATUS, PILE_COUNTS
from charging.queries.predicates import Place, select_groups

Sums = dict[str, NDArray[Any]]
"""Columns of sums by name, all of one length."""

SUMS = ("stations", "stations_piles_unknown", *PILE_COUNTS, "max_power_kw")
"""The columns of sums; a query adds up only those it is asked for, since each takes time."""

_NEVER_NULL = ("current_unknown_piles", "power_unknown_piles", "status_unknown_piles", "live_piles")
"""Counts of what is, or is not, known: 0 where there is nothing."""


class Measure(StrEnum):
    """What a cell can be coloured by: a column of the cells."""

    PILES = "piles"
    STATIONS = "stations"
    DC_SHARE = "dc_share"
    MAX_POWER = "max_power_kw"
    LEADER = "leading_operator"
    AVAILABLE_SHARE = "available_share"
    UNKNOWN_SHARE = "unknown_share"

    @property
    def is_share(self) -> bool:
        """Whether it is a share of something."""
        return self.endswith("_share")


def sum_groups(
    engine: Engine, filters: Filters, place: Place, sums_of: Collection[str] = SUMS
) -> pd.DataFrame:
    """Return sums over the groups that are selected in a place: one row, with those columns of `SUMS`."""
    rows = select_groups(engine, filters, place)
    sums = _sums_of_runs(engine.columns, rows, np.zeros(rows.size, dtype=np.int64), sums_of)
    del sums["key"]
    return pd.DataFrame(sums) if rows.size else _zero_sums(pd.Index(sums))


def sum_by(engine: Engine, filters: Filters, place: Place, by: str, sums_of: Collection[str] = SUMS) -> Sums:
    """Return what `sum_groups` returns by the values of a column of the groups, as arrays.

    The first, `key`, has the values in ascending order, the unknown one last: null, of an operator -1.
    """
    columns, rows = engine.columns, select_groups(engine, filters, place)
    if by == "operator_code":
        return _sum_by_code(columns, rows, columns.operator_code[rows], sums_of)
    coded = codes_of(engine, by)
    sums = _sum_by_code(columns, rows, coded.codes[rows], sums_of)
    return sums | {"key": coded.texts_of(sums["key"])}


def sum_by_cell(
    engine: Engine, filters: Filters, place: Place, resolution: int, sums_of: Collection[str] = SUMS
) -> Sums:
    """Return what `sum_groups` returns by the cells of a resolution, as arrays, with `cell` for `key`.

    Groups are added up in the order of their cells: adding runs of rows is several times faster than grouping
    them (tests/benchmarks).
    """
    rows, cells = _by_cell(engine, select_groups(engine, filters, place), resolution)
    sums = _sums_of_runs(engine.columns, rows, cells, sums_of)
    return {"cell": sums.pop("key"), **sums}


def _by_cell(
    engine: Engine, rows: NDArray[np.int64], resolution: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return groups in the order of the cells they lie in, with the cell of each."""
    found = cell_codes(engine, resolution)
    if rows.size == found.order.size:
        return found.order, found.cells[found.codes[found.order]]
    # sorting small integers takes a fraction of sorting by cell: the order is the same in every selection
    rows_by_cell = found.order[np.sort(found.rank[rows])]
    return rows_by_cell, found.cells[found.codes[rows_by_cell]]


def piles_by_cell_and_operator(engine: Engine, filters: Filters, place: Place, resolution: int) -> Sums:
    """Return the piles of each operator in each cell of a resolution: `cell`, `operator_code`, `piles`.

    Rows are ordered by cell, then by piles descending, then by operator; what is not known comes last, an
    operator as -1, piles as NaN.
    """
    columns = engine.columns
    rows, cells = _by_cell(engine, select_groups(engine, filters, place), resolution)
    starts_cell = run_starts(cells)
    codes = columns.operator_code[rows]
    width = int(codes.max(initial=0)) + 2
    # positions in a table of cells and operators, the unknown operator in its last column
    places = (np.cumsum(starts_cell) - 1) * width + np.where(codes < 0, width - 1, codes)
    size = int(starts_cell.sum()) * width
    # without rows bincount returns integers
    piles = np.bincount(places, columns.pile_counts["piles"][rows], size).astype(np.float64)
    piles[np.bincount(places, columns.is_known["piles"][rows], size) == 0] = np.nan
    occurs = np.flatnonzero(np.bincount(places, minlength=size))
    in_cell, code = np.divmod(occurs, width)
    order = np.lexsort((code, -piles[occurs], in_cell))
    return {
        "cell": cells[starts_cell][in_cell[order]],
        "operator_code": np.where(code == width - 1, -1, code)[order],
        "piles": piles[occurs][order],
    }


def sum_by_station(
    engine: Engine, filters: Filters, place: Place, *, limit: int, sums_of: Collection[str] = SUMS
) -> Sums:
    """Return what `sum_groups` returns by station, with `station_no` for `key`, and the best `status_rank`.

    At most `limit` stations are returned, those with most piles first, ties by number, those of unknown piles
    last; `piles` have to be among `sums_of`. The rank is a position in `Status`, -1 where no status is known.
    """
    rows = _rows_of_largest(engine.columns, select_groups(engine, filters, place), limit)
    sums = sum_stations(engine, rows, sums_of)
    largest = np.argsort(-sums["piles"], kind="stable")
    return {name: column[largest] for name, column in sums.items()}


def sum_stations(engine: Engine, rows: NDArray[np.int64], sums_of: Collection[str] = SUMS) -> Sums:
    """Return what `sum_by_station` returns of some groups, of all their stations, by number."""
    columns = engine.columns
    station_no = columns.station_no[rows]
    sums = _sums_of_runs(columns, rows, station_no, sums_of)
    ranks = np.minimum.reduceat(columns.status_rank[rows], _starts(station_no)) if rows.size else rows
    return {"station_no": sums.pop("key"), **sums, "status_rank": np.where(ranks == NO_STATUS, -1, ranks)}


def _starts(values: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.flatnonzero(run_starts(values))


def _rows_of_largest(columns: Columns, rows: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Return the rows of the `limit` stations with most piles.

    Only hundreds of stations are then summed and sorted, not a hundred thousand.
    """
    starts = _starts(columns.station_no[rows])
    if starts.size <= limit or limit <= 0:
        return rows[: rows.size if limit > 0 else 0]
    is_known = np.logical_or.reduceat(columns.is_known["piles"][rows], starts)
    piles = np.where(is_known, np.add.reduceat(columns.pile_counts["piles"][rows], starts), -1)
    threshold = np.partition(piles, -limit)[-limit]
    large = np.flatnonzero(piles >= threshold)  # ties at the threshold included
    is_kept = np.zeros(starts.size, dtype=np.bool_)
    is_kept[large[np.argsort(-piles[large], kind="stable")[:limit]]] = True
    return rows[np.repeat(is_kept, np.diff(starts, append=rows.size))]


def _sum_by_code(
    columns: Columns, rows: NDArray[np.int64], codes: NDArray[np.int64], sums_of: Collection[str]
) -> Sums:
    """Return the sums of some groups by their codes, ascending; -1, not known, comes last."""
    last = int(codes.max(initial=0)) + 1
    keys = np.where(codes < 0, last, codes)
    if set(sums_of) <= set(PILE_COUNTS):  # these need no runs of rows
        occurs = np.flatnonzero(np.bincount(keys))
        sums: Sums = {"key": np.where(occurs == last, -1, occurs)}
        return sums | {name: _sum_count(columns, name, rows, keys)[occurs] for name in sums_of}
    # in as few bytes as possible: numpy sorts two bytes by counting, more by comparing
    order = np.argsort(keys.astype(np.min_scalar_type(last)), kind="stable")
    sums = _sums_of_runs(columns, rows[order], keys[order], sums_of)
    return sums | {"key": np.where(sums["key"] == last, -1, sums["key"])}


def _sum_count(
    columns: Columns, name: str, rows: NDArray[np.int64], keys: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the sum of a pile count by key, null as in `_sums_of_runs`."""
    # without rows bincount returns integers
    sums = np.bincount(keys, columns.pile_counts[name][rows]).astype(np.float64, copy=False)
    if name not in columns.known_counts and name not in _NEVER_NULL:
        is_known = columns.is_known[name][rows]
        sums[np.bincount(keys[is_known], minlength=sums.size) == 0] = np.nan
    return sums


def _sums_of_runs(
    columns: Columns, rows: NDArray[np.int64], keys: NDArray[np.int64], sums_of: Collection[str] = SUMS
) -> Sums:
    """Return `key` and some of the columns `SUMS` over runs of equal keys, given the key of each row.

    Within a run the groups of a station are contiguous.
    """
    if not rows.size:
        return {"key": np.empty(0, dtype=np.int64)} | {name: np.empty(0) for name in sums_of}
    starts_key = run_starts(keys)
    of_key = np.flatnonzero(starts_key)
    sums: Sums = {"key": keys[of_key]}
    if not _OF_STATIONS.isdisjoint(sums_of):
        of_station = np.flatnonzero(starts_key | run_starts(columns.station_no[rows]))
        first = np.searchsorted(of_station, of_key)  # station of each key
    for name in sums_of:
        if name == "stations":
            sums[name] = np.diff(first, append=of_station.size).astype(np.float64)
        elif name == "stations_piles_unknown":
            are_unknown = _are_unknown(columns, "piles", rows, of_station)
            sums[name] = np.add.reduceat(are_unknown, first, dtype=np.float64)
        elif name == "max_power_kw":
            sums[name] = np.fmax.reduceat(columns.power_kw[rows], of_key)
        else:
            sums[name] = np.add.reduceat(columns.pile_counts[name][rows], of_key)
            if name not in _NEVER_NULL:
                sums[name][_are_unknown(columns, name, rows, of_key)] = np.nan
    return sums


_OF_STATIONS = frozenset(("stations", "stations_piles_unknown"))


def _are_unknown(
    columns: Columns, name: str, rows: NDArray[np.int64], starts: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return for each run of groups whether a pile count is unknown in all of them."""
    if name in columns.known_counts:
        return np.zeros(starts.size, dtype=np.bool_)
    return ~np.logical_or.reduceat(columns.is_known[name][rows], starts)


def _zero_sums(columns: pd.Index) -> pd.DataFrame:
    """Return the sums of nothing: 0 of everything, and no highest power."""
    nothing = [float("nan") if column == "max_power_kw" else 0.0 for column in columns]
    return pd.DataFrame([nothing], columns=columns)


SHARES = {
    "dc_share": ("dc_piles", "piles", "current_unknown_piles"),
    "available_share": ("available_piles", "live_piles"),
    "unknown_share": ("status_unknown_piles", "piles"),
}
"""Shares, each with its part, the whole, and what of the whole does not count."""


def share(sums: Sums, name: str) -> NDArray[np.float64]:
    """Return one of `SHARES` of sums, 0 to 1; NaN where the denominator is zero or not known.

    `dc_share` is of the piles whose current is known, `available_share` of those with a live status,
    `unknown_share` (status not known) of all.
    """
    part, whole, *without = (sums[each] for each in SHARES[name])
    return ratio(part, whole - without[0] if without else whole)
