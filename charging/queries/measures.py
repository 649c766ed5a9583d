"""What is counted, once for cells, stations and totals alike.

Sums are null where nothing is known of what they add up, and 0 where there is nothing to add.
"""

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.hexes import parent_cells
from charging.queries.conditions import Condition
from charging.queries.engine import Engine, Query
from charging.queries.groups import PARTS

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
        SQL of what to sum by, as a column of `groups`.

    Returns
    -------
    table
        `key` (only with `by`; null where it is not known), `stations`, the parts of `groups.PARTS`,
        `max_power_kw`, and `stations_piles_unknown`, ordered by key.

    Notes
    -----
    Stations are counted apart, grouped by station first: no `count(distinct)`, and the other sums need not be
    made a hundred thousand times before they are made again by cell.
    """
    key = by or "0"
    tail = "group by key order by key nulls last"
    met = f"from groups where {condition.sql}"
    one_each = f"select {key} as key, station_no, sum(piles) as piles {met} group by key, station_no"
    unknown = "sum(case when piles is null then 1 else 0 end) as stations_piles_unknown"
    counts, sums = (
        engine.run(Query(sql, condition.parameters))
        for sql in (
            f"select key, count(*) as stations, {unknown} from ({one_each}) held {tail}",
            f"select {key} as key, {GROUP_SUMS} {met} {tail}",
        )
    )
    table = pd.concat([counts, sums.drop(columns="key")], axis="columns")
    if by is None:
        table = (table if len(table) else _nothing(table.columns)).drop(columns="key")
    table[list(_NEVER_NULL)] = table[list(_NEVER_NULL)].fillna(0)
    return table


def summed_by_cell(engine: Engine, condition: Condition, resolution: int) -> pd.DataFrame:
    """Return what `summed` returns by the cells of a resolution, with `cell` for `key`.

    SQL picks the groups, numpy adds them up: groups are sorted by cell, so those of a coarser cell stand
    together, and adding runs of rows is several times faster than grouping them again (tests/benchmarks).
    """
    columns = engine.columns
    at = engine.group_numbers(condition.sql, condition.parameters)
    cells = parent_cells(columns.cell[at], resolution)
    of_cell, of_station = _starts(cells), _starts(columns.station_no[at])
    if not at.size:
        return pd.DataFrame({name: [] for name in _COLUMNS}, dtype="float64").astype({"cell": "int64"})
    is_known = columns.is_known.take(at, axis=0)
    sums = np.add.reduceat(columns.parts.take(at, axis=0), of_cell)
    sums[~np.logical_or.reduceat(is_known, of_cell)] = np.nan
    stations, unknown = np.zeros((2, at.size))
    stations[of_station] = 1
    unknown[of_station] = ~np.logical_or.reduceat(is_known[:, _PILES], of_station)
    added = dict(zip(PARTS, sums.T, strict=True))
    added |= {part: np.nan_to_num(added[part]) for part in _NEVER_NULL}
    found = {
        "cell": cells[of_cell],
        "stations": np.add.reduceat(stations, of_cell),
        "stations_piles_unknown": np.add.reduceat(unknown, of_cell),
        **added,
        "max_power_kw": np.fmax.reduceat(columns.power_kw[at], of_cell),
    }
    return pd.DataFrame(found)


_COLUMNS = ("cell", "stations", "stations_piles_unknown", *PARTS, "max_power_kw")

_PILES = list(PARTS).index("piles")


def _starts(values: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return where runs of equal values begin."""
    return np.flatnonzero(np.diff(values, prepend=-1))


def _nothing(columns: pd.Index) -> pd.DataFrame:
    """Return the sums of nothing: 0 of everything, and no highest power."""
    return pd.DataFrame([[0.0] * len(columns)], columns=columns).assign(max_power_kw=float("nan"))


def with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of sums with its shares, 0 to 1; null where the denominator is zero.

    `dc_share` is of the piles whose current is known, `available_share` of those with a live status,
    `unknown_share` (status not known) of all.
    """
    column = {name: table[name].to_numpy(dtype=np.float64) for name in PARTS}
    return table.assign(
        dc_share=share(column["dc_piles"], column["piles"] - column["current_unknown_piles"]),
        available_share=share(column["available_piles"], column["live_piles"]),
        unknown_share=share(column["status_unknown_piles"], column["piles"]),
    )


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return part ÷ whole, 0 to 1; NaN where the whole is zero or not known."""
    shares: NDArray[np.float64] = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return shares
