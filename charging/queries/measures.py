"""What is counted, once for cells, stations and totals alike.

Sums are null where nothing is known of what they add up, and 0 where there is nothing to add.
"""

from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.hexes import parent_cells
from charging.queries.conditions import Condition
from charging.queries.engine import NO_STATUS, Columns, Engine, Query
from charging.queries.groups import PARTS

Sums = dict[str, NDArray[Any]]
"""Columns of sums by name, all of one length."""

GROUP_SUMS = ", ".join([*(f"sum({part}) as {part}" for part in PARTS), "max(power_kw) as max_power_kw"])
"""The parts added up, and the highest power."""

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


def summed(engine: Engine, condition: Condition, by: str | None = None) -> pd.DataFrame:
    """Return the sums over the groups that meet a condition: one row, or one for each value of `by`.

    Parameters
    ----------
    by
        Column of `groups` to sum by.

    Returns
    -------
    table
        `key` (only with `by`; null where it is not known), `stations`, the parts of `groups.PARTS`,
        `max_power_kw`, and `stations_piles_unknown`, ordered by key, null last.
    """
    if by not in (None, "operator_code"):
        return _summed_in_sql(engine, condition, str(by))
    at = engine.group_numbers(condition.sql, condition.parameters)
    codes = np.zeros(at.size, dtype=np.int64) if by is None else engine.columns.operator_code[at]
    keys = np.where(codes < 0, _LAST, codes)
    order = np.argsort(keys, kind="stable")
    table = pd.DataFrame(_sums_of_runs(engine.columns, at[order], keys[order]))
    if by is None:
        return (table if len(table) else _nothing(table.columns)).drop(columns="key")
    return table.assign(key=table.key.astype(np.float64).mask(table.key == _LAST))


def summed_by_cell(engine: Engine, condition: Condition, resolution: int) -> Sums:
    """Return what `summed` returns by the cells of a resolution, as arrays, with `cell` for `key`.

    SQL picks the groups, numpy adds them up: groups are sorted by cell, so those of a coarser cell stand
    together, and adding runs of rows is several times faster than grouping them again (tests/benchmarks).
    """
    at = engine.group_numbers(condition.sql, condition.parameters)
    sums = _sums_of_runs(engine.columns, at, parent_cells(engine.columns.cell[at], resolution))
    return {"cell": sums.pop("key"), **sums}


def summed_by_station(engine: Engine, condition: Condition) -> Sums:
    """Return what `summed` returns by station, with `station_no` for `key`, and the best `status_rank`.

    The rank is a position in `Status`, -1 where no status is known.
    """
    columns = engine.columns
    at = engine.group_numbers(condition.sql, condition.parameters)
    station_no = columns.station_no[at]
    sums = _sums_of_runs(columns, at, station_no)
    ranks = (
        np.minimum.reduceat(columns.status_rank[at], np.flatnonzero(begins(station_no))) if at.size else at
    )
    return {"station_no": sums.pop("key"), **sums, "status_rank": np.where(ranks == NO_STATUS, -1, ranks)}


def begins(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of each value whether a run of equal ones begins with it."""
    found = np.ones(values.size, dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def _summed_in_sql(engine: Engine, condition: Condition, by: str) -> pd.DataFrame:
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
    return table


def _sums_of_runs(columns: Columns, at: NDArray[np.int64], keys: NDArray[np.int64]) -> Sums:
    """Return the sums over runs of equal keys; within a run the groups of a station stand together.

    Parameters
    ----------
    at
        Positions of the groups in `columns`.
    keys
        The key of each.
    """
    if not at.size:
        return {name: np.empty(0, dtype=np.int64 if name == "key" else np.float64) for name in _COLUMNS}
    station_no = columns.station_no[at]
    begins_key = begins(keys)
    of_key = np.flatnonzero(begins_key)
    of_station = np.flatnonzero(begins_key | begins(station_no))
    is_known = columns.is_known.take(at, axis=1)
    sums = np.add.reduceat(columns.parts.take(at, axis=1), of_key, axis=1)
    sums[~np.logical_or.reduceat(is_known, of_key, axis=1)] = np.nan
    stations, unknown = np.zeros((2, at.size))
    stations[of_station] = 1
    unknown[of_station] = ~np.logical_or.reduceat(is_known[_PILES], of_station)
    added = dict(zip(PARTS, sums, strict=True))
    added |= {part: np.nan_to_num(added[part]) for part in _NEVER_NULL}
    return {
        "key": keys[of_key],
        "stations": np.add.reduceat(stations, of_key),
        "stations_piles_unknown": np.add.reduceat(unknown, of_key),
        **added,
        "max_power_kw": np.fmax.reduceat(columns.power_kw[at], of_key),
    }


_LAST = np.iinfo(np.int64).max
"""Key of what is not known, which comes last."""

_COLUMNS = ("key", "stations", "stations_piles_unknown", *PARTS, "max_power_kw")

_PILES = list(PARTS).index("piles")


def _nothing(columns: pd.Index) -> pd.DataFrame:
    """Return the sums of nothing: 0 of everything, and no highest power."""
    return pd.DataFrame([[0.0] * len(columns)], columns=columns).assign(max_power_kw=float("nan"))


def shares(sums: Sums) -> Sums:
    """Return the shares of sums, 0 to 1; NaN where the denominator is zero or not known.

    `dc_share` is of the piles whose current is known, `available_share` of those with a live status,
    `unknown_share` (status not known) of all.
    """
    piles = sums["piles"]
    return {
        "dc_share": share(sums["dc_piles"], piles - sums["current_unknown_piles"]),
        "available_share": share(sums["available_piles"], sums["live_piles"]),
        "unknown_share": share(sums["status_unknown_piles"], piles),
    }


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return part ÷ whole, 0 to 1; NaN where the whole is zero or not known."""
    result: NDArray[np.float64] = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return result
