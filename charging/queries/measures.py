"""What is counted, once for cells, stations and totals alike.

Sums are null where nothing is known of what they add up, and 0 where there is nothing to add.
"""

from enum import StrEnum

import pandas as pd

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


def _nothing(columns: pd.Index) -> pd.DataFrame:
    """Return the sums of nothing: 0 of everything, and no highest power."""
    return pd.DataFrame([[0.0] * len(columns)], columns=columns).assign(max_power_kw=float("nan"))


def with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of sums with its shares, 0 to 1; null where the denominator is zero.

    `dc_share` is of the piles whose current is known, `available_share` of those with a live status,
    `unknown_share` (status not known) of all.
    """
    current_known = table.piles - table.current_unknown_piles
    return table.assign(
        dc_share=share(table.dc_piles, current_known),
        available_share=share(table.available_piles, table.live_piles),
        unknown_share=share(table.status_unknown_piles, table.piles),
    )


def share(part: pd.Series, whole: pd.Series | float) -> pd.Series:
    """Return part ÷ whole, 0 to 1; null where the whole is zero."""
    denominator = pd.Series(whole, index=part.index, dtype="float64")
    return part.astype("float64") / denominator.where(denominator > 0)
