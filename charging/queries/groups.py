"""The two tables every query reads, and how they are prepared from the stored ones.

`groups` has one row per pile group (one for a station without any), narrow: what filters compare and what
sums add, sorted by cell. Its parts are piles of the group that are DC, available, of unknown power, and so
on: 0 where it is known that none belongs to the part, null where nothing is known; so is every sum of them,
and "not known" survives to the page. `stations` keeps the wide rows.

`station_no` numbers the stations in the order of their cells, so that grouping by station compares integers.
Parts are doubles: they hold whole numbers exactly up to 2**53, and are faster to add than 64-bit integers,
whose sums need 128 bits.
"""

from charging.domain.vocabulary import LIVE_STATUSES, Status

_LIVE = ", ".join(f"'{status}'" for status in LIVE_STATUSES)

_RANKS = " ".join(f"when '{status}' then {rank}" for rank, status in enumerate(Status))

PARTS = {
    "piles": "count",
    "dc_piles": "case when current in ('DC', 'AC_DC') then count when current = 'AC' then 0 * count end",
    "ac_piles": "case when current in ('AC', 'AC_DC') then count when current = 'DC' then 0 * count end",
    "current_unknown_piles": "case when current is null then count end",
    "power_unknown_piles": "case when power_kw is null then count end",
    "available_piles": (
        f"case when status = 'available' then count when status in ({_LIVE}) then 0 * count end"
    ),
    "live_piles": f"case when status in ({_LIVE}) then count end",
    "fault_piles": "case when status = 'fault' then count when status is not null then 0 * count end",
    "status_unknown_piles": "case when status is null then count end",
}
"""Each part of a group's piles by its column, in terms of the stored table `piles`."""

NUMBERED = (
    "select {columns}, file_row_number + 1 as station_no from read_parquet({file}, file_row_number = true)"
)
"""The stations, numbered from 1 by their place in their sorted file; `columns` and `file` are put in."""

_NARROW = (
    "station_id, cell, lat, lon, city_id, access, site, opened_on, service_area_id,"
    " operator_code as station_operator"
)

_PARTS = ", ".join(f"cast({part} as double) as {name}" for name, part in PARTS.items())

GROUPS = f"""
select s.station_no, s.cell, s.lat, s.lon, s.city_id, s.access, s.site, s.opened_on, s.service_area_id,
    case when p.station_id is null then station_operator else p.operator_code end as operator_code,
    current, connectors, power_kw, status, case status {_RANKS} end as status_rank, {_PARTS}
from ({NUMBERED.format(columns=_NARROW, file="{stations}")}) s left join (
    select * exclude (cell), file_row_number as ordinal from read_parquet({{piles}}, file_row_number = true)
) p on p.station_id = s.station_id
order by s.station_no, ordinal
"""
"""The groups, by cell and within it by station; the files `stations` and `piles` are put in."""
