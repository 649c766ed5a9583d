"""Every side of the road has its row, and its piles are the selected ones."""

from contextlib import closing
from dataclasses import replace

import pytest

from charging.dataset.versions import write_version
from charging.domain.filters import Filters
from charging.domain.vocabulary import Current, Datum
from charging.queries.engine import Engine
from charging.queries.highways import area_stations, service_areas
from charging.queries.holdings import Unit, holdings
from charging.queries.totals import headline
from charging.sources.records import PileRecord, ServiceAreaRecord, StationRecord

COLUMNS = [
    "service_area_id", "name", "expressway", "direction", "chainage_km", "lat", "lon", "cell",
    "stations", "piles",
]  # fmt: skip


def area(area_id, expressway, direction, chainage_km):
    return ServiceAreaRecord(
        service_area_id=area_id,
        expressway=expressway,
        direction=direction,
        chainage_km=chainage_km,
        lat=40.0,
        lon=116.0,
        name=f"<b>{area_id}</b>",
    )


def station(source_id, area_id, *piles, operator_id="nio"):
    return StationRecord(
        source_id=source_id,
        lat=40.0,
        lon=116.0,
        datum=Datum.WGS84,
        operator_id=operator_id,
        service_area_id=area_id,
        piles=piles,
    )


FAST = PileRecord(current=Current.DC, power_kw=250.0, count=4)
SLOW = PileRecord(current=Current.DC, power_kw=60.0, count=2)
GUEST = PileRecord(current=Current.DC, power_kw=60.0, count=3, operator_id="teld")
UNCOUNTED = PileRecord(current=Current.DC, power_kw=60.0, count=None)

RECORDS = (
    area("far", "G2", "上海", 80.0),
    area("near", "G2", "上海", 20.0),
    area("across", "G2", "北京", 20.0),
    area("other", "G1", "哈尔滨", 5.0),
    station("1", "near", FAST, GUEST),
    station("2", "near", SLOW),
    station("3", "across", UNCOUNTED, operator_id=None),
    station("4", "other", UNCOUNTED),
    station("5", "other", SLOW, operator_id="teld"),
    station("6", None, SLOW),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory, build, tiny_description):
    built = build(RECORDS)
    description = replace(tiny_description, name="roadside", report=built.report, sources=built.sources)
    dataset = write_version(tmp_path_factory.mktemp("roadside") / "roadside", built.tables, description)
    with closing(Engine(dataset, memory_limit_mb=500)) as opened:
        yield opened


def area_rows(engine, **conditions):
    table = service_areas(engine, Filters(**conditions))
    shown = table[["service_area_id", "stations", "piles"]].astype("object")
    return [tuple(row) for row in shown.where(shown.notna(), None).to_numpy()]


def test_every_side_has_a_row_along_its_road_and_an_unknown_count_is_no_zero(engine):
    assert area_rows(engine) == [("other", 2, 2), ("near", 2, 9), ("far", 0, 0), ("across", 1, None)]


def test_a_row_says_where_the_side_lies(engine):
    table = service_areas(engine, Filters())
    assert list(table) == COLUMNS
    row = table[table.service_area_id == "near"].iloc[0]
    assert (row["name"], row.expressway, row.direction, row.chainage_km) == ("<b>near</b>", "G2", "上海", 20)


@pytest.mark.parametrize(
    ("conditions", "near"),
    [
        ({"min_power_kw": 200}, ("near", 1, 4)),
        ({"operators": ("teld",)}, ("near", 1, 3)),
        ({"operators": ("nobody",)}, ("near", 0, 0)),
        ({"text": "nothing has this"}, ("near", 0, 0)),
    ],
)
def test_the_selection_decides_over_piles_and_never_over_rows(engine, conditions, near):
    rows = area_rows(engine, **conditions)
    assert len(rows) == 4
    assert near in rows


def test_the_operators_of_an_area_add_up_to_its_piles(engine):
    held = holdings(engine, Filters(), Unit.SERVICE_AREA)
    by_area = held.groupby("unit").piles.sum(min_count=1)
    for area_id, _stations, piles in area_rows(engine):
        if area_id in by_area.index:
            assert piles is None if by_area[area_id] != by_area[area_id] else piles == by_area[area_id]


def test_the_areas_with_piles_are_as_many_as_the_page_counts(engine):
    table, counted = service_areas(engine, Filters()), headline(engine, Filters())
    assert ((table.piles > 0).sum(), len(table)) == (counted.service_areas_with_piles, counted.service_areas)


def test_the_stations_of_an_area_are_told_with_their_selected_piles(engine):
    table = area_stations(engine, Filters(), "near")
    assert table[["station_id", "operator_id", "piles"]].to_numpy().tolist() == [
        ["tiny:1", "nio", 7.0],
        ["tiny:2", "nio", 2.0],
    ]
    fast = area_stations(engine, Filters(min_power_kw=100.0), "near")
    assert fast.piles.tolist() == [4.0]
    assert area_stations(engine, Filters(), "across").piles.isna().tolist() == [True]
    assert area_stations(engine, Filters(), "' or 1=1 --").empty
