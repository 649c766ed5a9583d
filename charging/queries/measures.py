"""What is counted, once for cells, stations and totals alike.

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
from charging.domain.hexes import parent_cells
from charging.queries.engine import Columns, Engine, Query
from charging.queries.groups import NO_STATUS, PARTS
from charging.queries.predicates import Condition, Place, picked, where

Sums = dict[str, NDArray[Any]]
"""Columns of sums by name, all of one length."""

GROUP_SUMS = ", ".join([*(f"sum({part}) as {part}" for part in PARTS), "max(power_kw) as max_power_kw"])
"""The parts added up, and the highest power."""

SUMS = ("stations", "stations_piles_unknown", *PARTS, "max_power_kw")
"""The columns of sums; a query adds up those it is asked for, since each takes time of its own."""

_STATION_COLUMNS = ("city_id", "access", "site")
"""What groups have from their station: held as numbers, which are quicker to add up by."""

_NEVER_NULL = ("current_unknown_piles", "power_unknown_piles", "status_unknown_piles", "live_piles")
"""Counts of what is, or is not, known: nothing found is 0."""


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


def summed(engine: Engine, filters: Filters, place: Place, sums_of: Collection[str] = SUMS) -> pd.DataFrame:
    """Return sums over the groups that are selected in a place.

    Parameters
    ----------
    sums_of
        The columns that are asked, of `SUMS`.

    Returns
    -------
    table
        One row: `stations`, `stations_piles_unknown`, the parts of `groups.PARTS`, `max_power_kw`.
    """
    at = picked(engine, filters, place)
    sums = _sums_of_runs(engine.columns, at, np.zeros(at.size, dtype=np.int64), sums_of)
    del sums["key"]
    return pd.DataFrame(sums) if at.size else _nothing(pd.Index(sums))


def summed_by(
    engine: Engine, filters: Filters, place: Place, by: str, sums_of: Collection[str] = SUMS
) -> Sums:
    """Return what `summed` returns by the values of a column of `groups`, as arrays.

    The first, `key`, has the values upwards, and last the one that is not known: null, of an operator -1.
    """
    if by == "operator_code":
        at = picked(engine, filters, place)
        return _summed_by_number(engine.columns, at, engine.columns.operator_code[at], sums_of)
    if by in _STATION_COLUMNS:
        at = picked(engine, filters, place)
        values, number = engine.numbered(by)
        sums = _summed_by_number(engine.columns, at, number[at], sums_of)
        return sums | {"key": np.array([*values, None], dtype=object)[sums["key"]]}  # -1 points at the last
    sums = _summed_in_sql(engine, where(filters, place, engine), by)
    return {name: sums[name] for name in ("key", *sums_of)}


def summed_by_cell(engine: Engine, filters: Filters, place: Place, resolution: int) -> Sums:
    """Return what `summed` returns by the cells of a resolution, as arrays, with `cell` for `key`.

    SQL picks the groups, numpy adds them up: groups are sorted by cell, so those of a coarser cell stand
    together, and adding runs of rows is several times faster than grouping them again (tests/benchmarks).
    """
    at = picked(engine, filters, place)
    sums = _sums_of_runs(engine.columns, at, parent_cells(engine.columns.cell[at], resolution))
    return {"cell": sums.pop("key"), **sums}


def piles_by_cell_and_operator(engine: Engine, filters: Filters, place: Place, resolution: int) -> Sums:
    """Return the piles of each operator in each cell of a resolution: `cell`, `operator_code`, `piles`.

    They are ordered by cell, within it by piles downwards, then by operator; what is not known comes last,
    an operator as -1, piles as NaN.
    """
    columns = engine.columns
    at = picked(engine, filters, place)
    cells = parent_cells(columns.cell[at], resolution)
    begins_cell = run_starts(cells)
    codes = columns.operator_code[at]
    width = int(codes.max(initial=0)) + 2
    # places in a table of cells and operators, those not known in its last column
    places = (np.cumsum(begins_cell) - 1) * width + np.where(codes < 0, width - 1, codes)
    size = int(begins_cell.sum()) * width
    # of nothing bincount returns whole numbers
    piles = np.bincount(places, columns.parts["piles"][at], size).astype(np.float64)
    piles[np.bincount(places, columns.is_known["piles"][at], size) == 0] = np.nan
    held = np.flatnonzero(np.bincount(places, minlength=size))
    in_cell, code = np.divmod(held, width)
    order = np.lexsort((code, -piles[held], in_cell))
    return {
        "cell": cells[begins_cell][in_cell[order]],
        "operator_code": np.where(code == width - 1, -1, code)[order],
        "piles": piles[held][order],
    }


def summed_by_station(engine: Engine, filters: Filters, place: Place, *, limit: int) -> Sums:
    """Return what `summed` returns by station, with `station_no` for `key`, and the best `status_rank`.

    The stations with most piles come first, ties by their number, those of which nothing is known last; there
    are at most `limit`. The rank is a position in `Status`, -1 where no status is known.
    """
    columns = engine.columns
    at = _of_largest(columns, picked(engine, filters, place), limit)
    station_no = columns.station_no[at]
    sums = _sums_of_runs(columns, at, station_no)
    ranks = np.minimum.reduceat(columns.status_rank[at], _starts(station_no)) if at.size else at
    sums = {"station_no": sums.pop("key"), **sums, "status_rank": np.where(ranks == NO_STATUS, -1, ranks)}
    largest = np.argsort(-sums["piles"], kind="stable")
    return {name: column[largest] for name, column in sums.items()}


def _starts(values: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.flatnonzero(run_starts(values))


def _of_largest(columns: Columns, at: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Return those of some groups whose stations are the `limit` ones with most piles.

    The other sums, and the sorting, are then about hundreds of stations and not about a hundred thousand.
    """
    starts = _starts(columns.station_no[at])
    if starts.size <= limit or limit <= 0:
        return at[: at.size if limit > 0 else 0]
    is_known = np.logical_or.reduceat(columns.is_known["piles"][at], starts)
    piles = np.where(is_known, np.add.reduceat(columns.parts["piles"][at], starts), -1)
    least = np.partition(piles, -limit)[-limit]
    large = np.flatnonzero(piles >= least)  # with all that are as large as the smallest of them
    is_kept = np.zeros(starts.size, dtype=np.bool_)
    is_kept[large[np.argsort(-piles[large], kind="stable")[:limit]]] = True
    return at[np.repeat(is_kept, np.diff(starts, append=at.size))]


def _summed_by_number(
    columns: Columns, at: NDArray[np.int64], numbers: NDArray[np.int64], sums_of: Collection[str]
) -> Sums:
    """Return the sums of some groups by a number of each, upwards; last those of -1, which is not known."""
    last = int(numbers.max(initial=0)) + 1
    keys = np.where(numbers < 0, last, numbers)
    if set(sums_of) <= set(PARTS):  # sums of the groups alone need not stand in runs
        occurs = np.flatnonzero(np.bincount(keys))
        sums: Sums = {"key": np.where(occurs == last, -1, occurs)}
        return sums | {name: _summed_part(columns, name, at, keys)[occurs] for name in sums_of}
    # in as few bytes as hold them: numpy sorts two bytes by counting, and more by comparing
    order = np.argsort(keys.astype(np.min_scalar_type(last)), kind="stable")
    sums = _sums_of_runs(columns, at[order], keys[order], sums_of)
    return sums | {"key": np.where(sums["key"] == last, -1, sums["key"])}


def _summed_part(
    columns: Columns, part: str, at: NDArray[np.int64], keys: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the sum of a part of some groups at the place of each key, null as in `_sums_of_runs`."""
    sums = np.bincount(keys, columns.parts[part][at]).astype(np.float64, copy=False)  # whole ones of nothing
    if part not in columns.known_parts and part not in _NEVER_NULL:
        is_known = columns.is_known[part][at]
        sums[np.bincount(keys[is_known], minlength=sums.size) == 0] = np.nan
    return sums


def _summed_in_sql(engine: Engine, condition: Condition, by: str) -> Sums:
    """Return the sums by a column that is not held as an array.

    Stations are counted apart, grouped by station first: no `count(distinct)`, and the other sums need not be
    made a hundred thousand times before they are made again by key.
    """
    tail = "group by key order by key nulls last"
    met = f"from groups where {condition.sql}"
    one_each = f"select {by} as key, station_no, sum(piles) as piles {met} group by key, station_no"
    unknown = "sum(case when piles is null then 1 else 0 end) as stations_piles_unknown"
    counts, sums = (
        engine.run(Query(sql, condition.parameters))
        for sql in (
            f"select key, count(*) as stations, {unknown} from ({one_each}) held {tail}",
            f"select {by} as key, {GROUP_SUMS} {met} {tail}",
        )
    )
    table = pd.concat([counts, sums.drop(columns="key")], axis="columns")
    table[list(_NEVER_NULL)] = table[list(_NEVER_NULL)].fillna(0)
    return {str(name): column.to_numpy() for name, column in table.items()}


def _sums_of_runs(
    columns: Columns, at: NDArray[np.int64], keys: NDArray[np.int64], sums_of: Collection[str] = SUMS
) -> Sums:
    """Return the sums over runs of equal keys; within a run the groups of a station stand together.

    Parameters
    ----------
    at
        Positions of the groups in `columns`.
    keys
        The key of each.
    sums_of
        The columns that are asked, of `SUMS`; `key` comes before them.
    """
    if not at.size:
        return {"key": np.empty(0, dtype=np.int64)} | {name: np.empty(0) for name in sums_of}
    begins_key = run_starts(keys)
    of_key = np.flatnonzero(begins_key)
    sums: Sums = {"key": keys[of_key]}
    if not _OF_STATIONS.isdisjoint(sums_of):
        of_station = np.flatnonzero(begins_key | run_starts(columns.station_no[at]))
        first = np.searchsorted(of_station, of_key)  # station of each key
    for name in sums_of:
        if name == "stations":
            sums[name] = np.diff(first, append=of_station.size).astype(np.float64)
        elif name == "stations_piles_unknown":
            are_silent = _are_silent(columns, "piles", at, of_station)
            sums[name] = np.add.reduceat(are_silent, first, dtype=np.float64)
        elif name == "max_power_kw":
            sums[name] = np.fmax.reduceat(columns.power_kw[at], of_key)
        else:
            sums[name] = np.add.reduceat(columns.parts[name][at], of_key)
            if name not in _NEVER_NULL:
                sums[name][_are_silent(columns, name, at, of_key)] = np.nan
    return sums


_OF_STATIONS = frozenset(("stations", "stations_piles_unknown"))


def _are_silent(
    columns: Columns, part: str, at: NDArray[np.int64], starts: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Tell of each run of groups whether nothing is known in it of a part."""
    if part in columns.known_parts:
        return np.zeros(starts.size, dtype=np.bool_)
    return ~np.logical_or.reduceat(columns.is_known[part][at], starts)


def _nothing(columns: pd.Index) -> pd.DataFrame:
    """Return the sums of nothing: 0 of everything, and no highest power."""
    nothing = [float("nan") if column == "max_power_kw" else 0.0 for column in columns]
    return pd.DataFrame([nothing], columns=columns)


def shares(sums: Sums) -> Sums:
    """Return the shares of sums, 0 to 1; NaN where the denominator is zero or not known.

    `dc_share` is of the piles whose current is known, `available_share` of those with a live status,
    `unknown_share` (status not known) of all.
    """
    piles = sums["piles"]
    return {
        "dc_share": ratio(sums["dc_piles"], piles - sums["current_unknown_piles"]),
        "available_share": ratio(sums["available_piles"], sums["live_piles"]),
        "unknown_share": ratio(sums["status_unknown_piles"], piles),
    }
