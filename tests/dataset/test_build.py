import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.dataset.validate import complaints_about
from charging.domain.hexes import cells_at
from charging.domain.vocabulary import Current, Datum, Status
from charging.sources.records import PileRecord, Reason, Rejection, ServiceAreaRecord, StationRecord


def station(source_id="1", lat=39.9, lon=116.4, **given):
    return StationRecord(**{"source_id": source_id, "lat": lat, "lon": lon, "datum": Datum.WGS84} | given)


def area(area_id="A", lat=40.0, lon=116.0):
    return ServiceAreaRecord(
        service_area_id=area_id, expressway="G6", direction="北京", chainage_km=1.0, lat=lat, lon=lon
    )


def rows(built, table="stations"):
    return built.tables[table].to_pylist()


def counts(findings):
    return {finding.what: finding.count for finding in findings}


@pytest.mark.slow
def test_every_record_is_taken_or_counted_as_rejected(build):
    built = build(
        [
            station("1"),
            station("1"),
            station(" "),
            station("2", lat=0.0, lon=0.0),
            station("3", lat=116.4, lon=39.9),
            area("A"),
            area("A"),
            area("B", lon=float("nan")),
            Rejection(reason=Reason.NOT_PUBLIC, record_id="4"),
        ]
    )
    report = built.report
    assert (report.rows_read, report.taken, report.rejected) == (9, 2, 7)
    assert counts(report.rejections) == {
        "duplicate_id": 2,
        "missing_coordinate": 1,
        "missing_id": 1,
        "not_public": 1,
        "swapped_coordinate": 1,
        "zero_coordinate": 1,
    }
    assert (built.sources[0].rows_read, built.sources[0].rows_taken) == (9, 2)


def test_an_id_that_utf_8_cannot_spell_is_stored_as_far_as_it_can(build):
    built = build([station("1\ud800"), station("1?"), station("2")])
    assert [row["source_id"] for row in rows(built)] == ["1?", "2"]
    assert counts(built.report.rejections) == {"duplicate_id": 1}


def test_the_first_record_of_an_id_wins(build):
    built = build([station("1", name="first"), station("1 ", name="second")])
    assert [row["name"] for row in rows(built)] == ["first"]


def test_a_record_refused_for_its_place_does_not_keep_its_id(build):
    assert len(rows(build([station("1", lat=0.0), station("1")]))) == 1


def test_tables_follow_the_schema(tiny_built):
    assert list(complaints_about(tiny_built.tables)) == []


def test_an_import_of_nothing_gives_empty_tables_of_the_schema(build):
    built = build([])
    assert list(complaints_about(built.tables)) == []
    assert [len(table) for table in built.tables.values()] == [0, 0, 0]


def test_rows_are_sorted_by_cell_and_station(tiny_built):
    for name in ("stations", "piles"):
        keys = [(row["cell"], row["station_id"]) for row in rows(tiny_built, name)]
        assert keys == sorted(keys)


def test_the_cell_is_that_of_the_wgs84_point(tiny_built):
    table = tiny_built.tables["stations"].to_pandas()
    assert table.cell.to_numpy().tolist() == cells_at(table.lat.to_numpy(), table.lon.to_numpy()).tolist()


def test_gcj02_is_moved_once_and_kept_as_given(build):
    (row,) = rows(build([station(lat=22.540383, lon=114.063014, datum=Datum.GCJ02, country="CN")]))
    assert (row["source_lat"], row["source_lon"], row["source_datum"]) == (22.540383, 114.063014, "gcj02")
    assert np.allclose((row["lat"], row["lon"]), (22.5431, 114.0579), atol=1e-6)


def test_gcj02_of_hong_kong_stays_where_it_is(build):
    (row,) = rows(build([station(lat=22.3, lon=114.17, datum=Datum.GCJ02, country="HK")]))
    assert (row["lat"], row["lon"]) == (22.3, 114.17)


def test_a_declared_datum_replaces_that_of_the_reader(build):
    (row,) = rows(build([station(country="CN")], datum=Datum.GCJ02))
    assert row["source_datum"] == "gcj02"
    assert row["lat"] != row["source_lat"]


def test_a_null_count_adds_no_pile(build):
    built = build([station(piles=(PileRecord(count=None),)), station("2", piles=(PileRecord(count=3),))])
    assert sorted(str(row["piles"]) for row in rows(built)) == ["3", "None"]
    assert (built.report.piles, built.report.stations_without_pile_count) == (3, 1)


def test_a_stated_total_above_the_groups_adds_a_group_of_unknown_kind(build):
    built = build(
        [station(stated_piles=6, operator_id="nio", piles=(PileRecord(current=Current.DC, count=4),))]
    )
    rest = [row for row in rows(built, "piles") if row["current"] is None]
    assert [(row["count"], row["operator_id"], row["power_kw"]) for row in rest] == [(2, "nio", None)]
    assert rows(built)[0]["piles"] == 6


def test_a_stated_total_below_the_groups_is_a_counted_discrepancy(build):
    built = build([station(stated_piles=3, piles=(PileRecord(count=4),))])
    assert [finding.count for finding in built.report.discrepancies] == [1]
    assert rows(built)[0]["piles"] == 4


def test_a_stated_total_without_groups_is_one_group_of_unknown_kind(build):
    (row,) = rows(build([station(stated_piles=8)]), "piles")
    assert (row["count"], row["current"], row["power_kw"]) == (8, None, None)


@pytest.mark.parametrize(
    "stated",
    [
        {"stated_piles": 0},
        {"piles": (PileRecord(count=0),)},
        {"piles": (PileRecord(current=Current.AC, count=0), PileRecord(current=Current.DC, count=0))},
        {"stated_piles": 0, "piles": (PileRecord(count=0),)},
    ],
)
def test_a_stated_count_of_zero_is_zero(build, stated):
    built = build([station(**stated)])
    assert rows(built)[0]["piles"] == 0
    assert [row["count"] for row in rows(built, "piles")] == [0]
    assert (built.report.discarded, built.report.stations_without_pile_count) == ((), 0)


@pytest.mark.parametrize(
    ("stated", "piles"),
    [
        ({"stated_piles": 0, "piles": (PileRecord(count=2),)}, 2),
        ({"stated_piles": 3, "piles": (PileRecord(count=0),)}, 3),
        ({"stated_piles": None, "piles": (PileRecord(count=0), PileRecord(count=None))}, None),
        ({"piles": ()}, None),
    ],
)
def test_a_zero_beside_piles_or_unknown_ones_adds_nothing(build, stated, piles):
    assert rows(build([station(**stated)]))[0]["piles"] == piles


def test_a_group_of_none_is_no_group(build):
    built = build([station(piles=(PileRecord(current=Current.AC, count=0), PileRecord(count=2)))])
    assert [row["current"] for row in rows(built, "piles")] == [None]


@pytest.mark.parametrize("power_kw", [0.0, -7.0, 22_000.0, float("nan"), float("inf")])
def test_a_power_no_pile_has_is_null_and_counted(build, power_kw):
    built = build([station(piles=(PileRecord(power_kw=power_kw),))])
    assert rows(built, "piles")[0]["power_kw"] is None
    assert counts(built.report.discarded) == {"power_kw": 1}


@pytest.mark.parametrize("count", [-1, 10_001])
def test_a_count_nothing_has_is_null_and_counted(build, count):
    built = build([station(piles=(PileRecord(count=count),))])
    assert rows(built)[0]["piles"] is None
    assert counts(built.report.discarded) == {"count": 1}


def test_an_ac_dc_pile_counts_as_dc_and_once_in_the_total(build):
    (row,) = rows(build([station(piles=(PileRecord(current=Current.AC_DC, count=5),))]))
    assert (row["piles"], row["dc_piles"]) == (5, 5)


def test_no_dc_is_zero_only_where_the_current_is_known(build):
    ac, unknown = PileRecord(current=Current.AC, count=2), PileRecord(count=2)
    table = rows(build([station("1", piles=(ac,)), station("2", piles=(unknown,))]))
    assert {row["source_id"]: row["dc_piles"] for row in table} == {"1": 0, "2": None}


def test_the_highest_power_is_that_of_the_strongest_group(build):
    powers = (7.0, 250.0, None)
    (row,) = rows(build([station(piles=tuple(PileRecord(power_kw=power) for power in powers))]))
    assert row["max_power_kw"] == 250.0


def test_piles_take_the_operator_of_their_station_unless_they_have_their_own(build):
    piles = (PileRecord(count=1), PileRecord(count=2, operator_id="teld"))
    table = rows(build([station(operator_id="nio", piles=piles)]), "piles")
    assert {row["count"]: row["operator_id"] for row in table} == {1: "nio", 2: "teld"}


def test_operator_codes_are_dense_and_in_the_order_of_the_ids(tiny_built):
    for name in ("stations", "piles"):
        codes = {row["operator_id"]: row["operator_code"] for row in rows(tiny_built, name)}
        ids = ["nio", "nobodys_charging", "state_grid", "teld", "无名充电"]
        assert {*codes} - {*ids} == {None}
        assert codes == {each: ids.index(each) if each else None for each in codes}


def test_an_operator_that_is_not_resolved_stays_visible(tiny_built):
    listed = [(operator.text, operator.stations, operator.piles) for operator in tiny_built.report.unresolved]
    assert listed == [("无名充电", 1, 6), ("Nobody's Charging", 1, 0)]


def test_an_organisation_code_nobody_knows_stays_visible(build):
    built = build([station(operator_org_code="XX0000001")])
    assert rows(built)[0]["operator_raw"] == "XX0000001"
    assert built.report.unresolved[0].text == "XX0000001"


def test_an_operator_id_the_registry_does_not_know_is_not_believed(build):
    (row,) = rows(build([station(operator_id="made_up", operator_raw="特来电")]))
    assert row["operator_id"] == "teld"


def test_cities_are_resolved_by_code_or_name_on_the_mainland_only(build):
    records = [
        station("1", city_id="310104"),
        station("2", city_raw="北京"),
        station("3", city_raw="Paris", country="FR"),
        station("4", city_raw="上海", country="JP"),
    ]
    cities = {row["source_id"]: (row["city_id"], row["city"]) for row in rows(build(records))}
    assert cities == {
        "1": ("310000", "上海市"),
        "2": ("110000", "北京市"),
        "3": (None, None),
        "4": (None, None),
    }


def test_the_search_text_holds_names_operator_and_city_in_both_scripts(build):
    (row,) = rows(
        build([station(name="Ｓｔａｔｉｏｎ", operator_id="nio", city_raw="北京", address="长安街")])
    )
    assert all(word in row["search"] for word in ("station", "nio", "蔚来", "北京市", "beijing", "长安街"))


def test_hostile_text_is_data(tiny_built):
    names = [row["name"] for row in rows(tiny_built) if row["source_id"] == "bj-3"]
    assert names == ["<script>alert(1)</script> `${name}` \u202e站"]


def test_a_service_area_that_is_not_listed_is_not_referred_to(build):
    records = [station("1", service_area_id="A"), station("2", service_area_id="B"), area("A")]
    areas = {row["source_id"]: row["service_area_id"] for row in rows(build(records))}
    assert areas == {"1": "A", "2": None}


def test_codes_no_table_maps_are_counted(build):
    records = [station("1", unmapped=(("status", "X"),)), station("2", unmapped=(("status", "X"),))]
    (code,) = build(records).report.unmapped
    assert (code.field, code.code, code.count) == ("status", "X", 2)


def test_licence_and_attribution_default_to_those_of_the_source(build):
    table = rows(build([station("1"), station("2", licence="ODbL", attribution="OSM")]))
    said = {row["source_id"]: (row["licence"], row["attribution"]) for row in table}
    assert said == {"1": ("CC0-1.0", "Nobody"), "2": ("ODbL", "OSM")}


def test_chunks_leave_no_trace(build, tiny_records, tiny_built, monkeypatch):
    monkeypatch.setattr("charging.dataset.building.build.CHUNK_RECORDS", 5)
    assert build(tiny_records).tables == tiny_built.tables


texts = st.none() | st.text(st.characters(codec=None), max_size=20)
pile_records = st.builds(
    PileRecord,
    pile_id=texts,
    operator_id=st.sampled_from([None, "nio", "teld"]),
    current=st.sampled_from([None, *Current]),
    connectors=st.none() | st.integers(-1, 1 << 20),
    power_kw=st.none() | st.floats(),
    status=st.sampled_from([None, *Status]),
    count=st.none() | st.integers(-(10**9), 10**9),
)
station_records = st.builds(
    StationRecord,
    source_id=st.text(st.characters(codec=None), max_size=4),
    lat=st.floats() | st.floats(20, 50),
    lon=st.floats() | st.floats(80, 130),
    datum=st.sampled_from(Datum),
    piles=st.lists(pile_records, max_size=4).map(tuple),
    stated_piles=st.none() | st.integers(-5, 20),
    name=texts,
    operator_raw=texts,
    city_raw=texts,
    address=texts,
    country=st.sampled_from([None, "CN", "HK", "DE"]),
    opened_on=st.none() | st.dates(),
    status_at=st.none() | st.datetimes(timezones=st.just(dt.UTC)),
    updated_at=st.none() | st.datetimes(timezones=st.just(dt.UTC)),
    rows=st.integers(1, 3),
)
any_records = st.lists(
    station_records
    | st.builds(Rejection, reason=st.sampled_from(Reason), record_id=texts, field=texts, value=texts),
    max_size=8,
)


@pytest.mark.slow
@given(records=any_records)
def test_whatever_a_reader_yields_becomes_sound_tables_and_a_true_report(build, records):
    built = build(records)
    stations, piles = built.tables["stations"], built.tables["piles"]
    assert list(complaints_about(built.tables)) == []
    taken = built.report.taken + built.report.merged
    assert taken + built.report.rejected == built.report.rows_read
    assert sum(row or 0 for row in stations["piles"].to_pylist()) == built.report.piles
    assert built.report.piles == sum(row or 0 for row in piles["count"].to_pylist())
