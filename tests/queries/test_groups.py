"""The groups are those that a query would join, sort and break down, row by row and column by column."""

from contextlib import closing

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from charging.domain.vocabulary import LIVE_STATUSES, Current, Status
from charging.queries.engine import Engine
from charging.queries.groups import NO_STATUS, PILE_COUNTS, join_groups

OF_STATION = ("cell", "lat", "lon", "city_id", "access", "site", "opened_on", "service_area_id")
OF_PILES = ("current", "connectors", "power_kw", "status")

LIVE = ", ".join(f"'{status}'" for status in LIVE_STATUSES)

RANKS = " ".join(f"when '{status}' then {rank}" for rank, status in enumerate(Status))

PLAIN = {
    "piles": "count",
    "dc_piles": "case when current in ('DC', 'AC_DC') then count when current = 'AC' then 0 * count end",
    "ac_piles": "case when current in ('AC', 'AC_DC') then count when current = 'DC' then 0 * count end",
    "current_unknown_piles": "case when current is null then count end",
    "power_unknown_piles": "case when power_kw is null then count end",
    "available_piles": (
        f"case when status = 'available' then count when status in ({LIVE}) then 0 * count end"
    ),
    "live_piles": f"case when status in ({LIVE}) then count end",
    "fault_piles": "case when status = 'fault' then count when status is not null then 0 * count end",
    "status_unknown_piles": "case when status is null then count end",
}

GROUPS = f"""
select s.station_no, s.cell, s.lat, s.lon, s.city_id, s.access, s.site, s.opened_on, s.service_area_id,
    case when p.station_id is null then s.operator_code else p.operator_code end as operator_code,
    current, connectors, power_kw, status, case status {RANKS} end as status_rank,
    {", ".join(f"cast({part} as double) as {name}" for name, part in PLAIN.items())}
from (select row_number() over () as station_no, * from stations) s left join (
    select * exclude (cell), row_number() over () as ordinal from piles
) p on p.station_id = s.station_id
order by s.station_no, ordinal
"""  # noqa: S608  only texts of this file


@pytest.fixture(scope="module")
def tables(tiny_dataset):
    return tuple(pq.read_table(tiny_dataset.path(name)) for name in ("stations", "piles"))


def plain(stations, piles):
    with duckdb.connect() as connection:
        connection.register("stations", stations)
        connection.register("piles", piles)
        return connection.sql(GROUPS).to_arrow_table()


def as_rows(table):
    return table.to_pandas().astype(object).where(lambda found: found.notna(), None).to_dict("records")


def of(stations, piles):
    """Return the groups as a table: the columns of their stations and piles, and the counts."""
    groups = join_groups(stations, piles)
    columns = {"station_no": groups.station_row + 1}
    columns |= {name: groups.station_column(name) for name in OF_STATION}
    columns |= {"operator_code": groups.operator_code}
    columns |= {name: groups.pile_column(name) for name in OF_PILES}
    columns |= {"status_rank": pa.array(groups.status_rank, mask=groups.status_rank == NO_STATUS)}
    counts = groups.pile_counts()
    return pa.table(columns | {name: pa.array(counts[name], from_pandas=True) for name in counts})


@pytest.mark.parametrize(
    ("of_stations", "of_piles"),
    [
        (slice(None), slice(None)),
        (slice(None), slice(None, None, -1)),
        (slice(None, None, 2), slice(None)),
        (slice(None), slice(3, None)),
        (slice(None), slice(0)),
        (slice(0), slice(None)),
    ],
)
def test_groups_are_those_of_a_join_whatever_the_order_and_whoever_is_alone(tables, of_stations, of_piles):
    stations, piles = tables
    stations = stations.take(pa.array(np.arange(len(stations))[of_stations]))
    piles = piles.take(pa.array(np.arange(len(piles))[of_piles]))
    assert as_rows(of(stations, piles)) == as_rows(plain(stations, piles))


@pytest.mark.slow
def test_the_columns_in_memory_are_those_of_the_stored_files(tiny_dataset, tables):
    with closing(Engine(tiny_dataset, memory_limit_mb=100)) as engine:
        columns = engine.columns
    expected = plain(*tables).to_pandas()
    assert set(PILE_COUNTS) == set(columns.pile_counts) == set(PLAIN)
    for name in ("cell", "lat", "lon", "station_no", "power_kw"):
        np.testing.assert_array_equal(getattr(columns, name), expected[name])
    currents = {name: rank for rank, name in enumerate(Current)}
    np.testing.assert_array_equal(columns.current_rank, expected.current.map(currents).fillna(-1))
    np.testing.assert_array_equal(columns.opened_on, expected.opened_on.to_numpy("datetime64[D]"))
    for name, nothing in (("operator_code", -1), ("status_rank", NO_STATUS), ("connectors", -1)):
        np.testing.assert_array_equal(getattr(columns, name), expected[name].fillna(nothing))
    for name in PILE_COUNTS:
        np.testing.assert_array_equal(columns.pile_counts[name], expected[name].fillna(0))
        np.testing.assert_array_equal(columns.is_known[name], expected[name].notna())
