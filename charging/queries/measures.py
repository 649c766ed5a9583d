"""What is counted, once for cells, stations and totals alike.

Groups are summed by station first: then a station is one row, and counting them needs no `count(distinct)`.
Sums are null where every part is null, so that "not known" survives to the page.
"""

import pandas as pd

from charging.domain.vocabulary import LIVE_STATUSES, Status

_LIVE = ", ".join(f"'{status}'" for status in LIVE_STATUSES)

_STATUS_RANK = " ".join(
    ["case", *(f"when status = '{status}' then {rank}" for rank, status in enumerate(Status)), "end"]
)

# a part counts 0 where the whole is known to hold none of it, and is null where nothing is known
_GROUP_SUMS = f"""
    sum(piles) as piles,
    sum(case when current in ('DC', 'AC_DC') then piles when current = 'AC' then 0 * piles end) as dc_piles,
    sum(case when current in ('AC', 'AC_DC') then piles when current = 'DC' then 0 * piles end) as ac_piles,
    sum(case when current is null then piles end) as current_unknown_piles,
    max(power_kw) as max_power_kw,
    sum(case when power_kw is null then piles end) as power_unknown_piles,
    sum(case when status = 'available' then piles when status in ({_LIVE}) then 0 * piles end)
        as available_piles,
    sum(case when status in ({_LIVE}) then piles end) as live_piles,
    sum(case when status = 'fault' then piles when status is not null then 0 * piles end) as fault_piles,
    sum(case when status is null then piles end) as status_unknown_piles,
    min({_STATUS_RANK}) as status_rank
"""

_KNOWN_PARTS = ("piles", "dc_piles", "ac_piles", "available_piles", "fault_piles")
_COUNTS_OF_UNKNOWN = ("current_unknown_piles", "power_unknown_piles", "status_unknown_piles", "live_piles")

SUMS = ", ".join(
    [
        "count(*) as stations",
        *(f"case when count(*) = 0 then 0 else sum({part}) end as {part}" for part in _KNOWN_PARTS),
        *(f"coalesce(sum({count}), 0) as {count}" for count in _COUNTS_OF_UNKNOWN),
        "max(max_power_kw) as max_power_kw",
        "coalesce(sum(case when piles is null then 1 else 0 end), 0) as stations_piles_unknown",
    ]
)
"""Sums over stations: `stations`, numbers of piles, highest power, and how much of it is not known.

Numbers of piles are null where nothing is known of them; no station at all has 0.
"""


def with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of `SUMS` with its shares, 0 to 1; null where the denominator is zero.

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


def per_station(condition: str, *extra: str) -> str:
    """Return the query that sums the groups meeting `condition` by station (and by `extra` columns)."""
    columns = ", ".join(["station_no", "cell", *extra])
    return f"select {columns}, {_GROUP_SUMS} from groups where {condition} group by {columns}"
