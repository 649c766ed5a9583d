"""Each register that comes as JSON, recognised and read by its preset, with every branch of its fixture."""

import datetime as dt
from pathlib import Path

import pytest

from charging.domain.vocabulary import Access, Connector, Current, Datum, Site, Status, connectors_in
from charging.sources.readers import sniff
from charging.sources.records import Reason, Rejection

FIXTURES = Path(__file__).parents[2] / "fixtures" / "json_records"

CCS1, CHADEMO, NACS, TYPE1 = Connector.CCS1, Connector.CHADEMO, Connector.NACS, Connector.TYPE1
CCS2, TYPE2, HOUSEHOLD = Connector.CCS2, Connector.TYPE2, Connector.HOUSEHOLD


def read(name):
    path = FIXTURES / name
    records = [*sniff(path).read(path)]
    stations = {each.source_id: each for each in records if not isinstance(each, Rejection)}
    return stations, {each.record_id: each.reason for each in records if isinstance(each, Rejection)}


def piles(station):
    return [
        (
            pile.count,
            pile.current,
            pile.power_kw,
            {*connectors_in(pile.connectors)} if pile.connectors else None,
        )
        for pile in station.piles
    ]


@pytest.mark.parametrize(
    ("name", "preset", "datum"),
    [
        ("afdc_api.json", "afdc_api", Datum.WGS84),
        ("afdc_api.geojson", "afdc_api", Datum.WGS84),
        ("nobil.json", "nobil", Datum.WGS84),
        ("oicp.json", "oicp", Datum.WGS84),
        ("bnetza_api.json", "bnetza_api", Datum.WGS84),
        ("amap.json", "amap", Datum.GCJ02),
        ("baidu.json", "baidu", Datum.BD09),
    ],
)
def test_each_register_is_recognised_and_has_the_datum_of_its_source(name, preset, datum):
    assert sniff(FIXTURES / name).preset == preset
    assert {station.datum for station in read(name)[0].values()} == {datum}


@pytest.mark.parametrize("name", ["afdc_api.json", "afdc_api.geojson"])
def test_ports_of_afdc_are_counted_by_level_with_the_powers_of_their_units(name):
    stations, _ = read(name)
    assert piles(stations["101"]) == [
        (2, Current.AC, 6.48, {TYPE1, NACS}),
        (4, Current.DC, 350, {CCS1, CHADEMO, NACS}),
    ]
    assert piles(stations["102"]) == [(3, Current.AC, None, {HOUSEHOLD})]
    assert (stations["102"].piles[0].status, stations["102"].operator_raw) == (Status.OFFLINE, None)


def test_a_station_of_afdc_has_its_facts():
    station = read("afdc_api.json")[0]["101"]
    assert (station.access, station.site, station.country, station.address, station.opened_on) == (
        Access.PUBLIC,
        Site.DESTINATION,
        "US",
        "1 Pier St 10004",
        dt.date(2021, 6, 15),
    )


def test_of_afdc_other_fuels_plans_and_stations_without_a_point_are_rejected():
    assert read("afdc_api.json")[1] == {
        "103": Reason.NOT_BUILT,
        "104": Reason.NOT_CAR_CHARGING,
        "105": Reason.MISSING_COORDINATE,
    }


def test_plugs_of_nobil_with_one_id_are_one_point_and_the_others_one_each():
    stations, rejected = read("nobil.json")
    assert piles(stations["NOR_00011"]) == [
        (1, Current.DC, 150, {CCS2, CHADEMO}),
        (1, Current.AC, 22, {TYPE2}),
        (1, Current.AC, 7.4, {TYPE2}),
    ]
    assert rejected == {"NOR_00013": Reason.NOT_CAR_CHARGING}


def test_a_station_of_nobil_without_connections_has_the_points_it_states():
    station = read("nobil.json")[0]["SWE_00012"]
    assert (station.piles, station.stated_piles, station.access, station.operator_raw, station.country) == (
        (),
        6,
        Access.PRIVATE,
        "Bolaget AB",  # its owner, where no operator is named
        "SE",
    )


def test_a_station_of_nobil_has_the_attributes_behind_numbers():
    station = read("nobil.json")[0]["NOR_00011"]
    assert (station.access, station.site, station.opening_hours, station.stated_piles) == (
        Access.PUBLIC,
        Site.URBAN,
        "24/7",
        3,
    )
    assert (station.lat, station.lon) == (59.90512, 10.75021)


def test_points_of_oicp_at_one_place_are_a_site_of_the_operator_around_them():
    stations, rejected = read("oicp.json")
    site = stations["CH*ALP*S1"]
    assert (site.name, site.operator_raw, site.rows, site.country) == ("Bahnhof", "Alpenstrom", 2, "CH")
    assert piles(site) == [
        (1, Current.AC_DC, 50, {TYPE2, CHADEMO}),
        (1, Current.DC, 150, {CCS2}),
    ]
    assert [pile.pile_id for pile in site.piles] == ["CH*ALP*E1", "CH*ALP*E2"]
    assert rejected == {"CH*ALP*T1": Reason.NOT_LIVE, "CH*ALP*E3": Reason.NOT_A_NUMBER}


def test_a_point_of_oicp_may_have_its_coordinates_in_degrees_and_no_station():
    site = read("oicp.json")[0]["CH*LAC*E1"]
    assert (site.lat, site.lon, site.access, piles(site)) == (
        46.2044,
        6.1432,
        Access.MEMBERS,
        [(1, None, None, {HOUSEHOLD})],
    )


def test_devices_of_bnetza_at_one_place_are_a_site_with_a_pile_for_each_point():
    stations, rejected = read("bnetza_api.json")
    (site,) = stations.values()
    assert piles(site) == [
        (1, Current.DC, 150, {CCS2, CHADEMO}),  # of two plugs one is used at a time
        (1, Current.AC, 22, {TYPE2}),
        (1, Current.AC, None, {HOUSEHOLD}),
    ]
    assert [pile.pile_id for pile in site.piles] == ["DE*STS*E1", None, None]
    assert [pile.status for pile in site.piles] == [Status.OPERATIONAL, Status.OPERATIONAL, Status.OFFLINE]
    assert (site.rows, site.opened_on, rejected) == (2, dt.date(2020, 1, 1), {"503": Reason.OUT_OF_AREA})


def test_of_amap_only_charging_stations_are_taken_by_their_kind():
    stations, rejected = read("amap.json")
    assert {each: station.access for each, station in stations.items()} == {
        "B0FAMAP001": None,
        "B0FAMAP002": Access.PRIVATE,
    }
    assert rejected == {
        "B0FAMAP003": Reason.NOT_CAR_CHARGING,  # battery swap
        "B0FAMAP004": Reason.NOT_CAR_CHARGING,
        "B0FAMAP005": Reason.MISSING_COORDINATE,  # its empty list says "not known"
    }
    assert (stations["B0FAMAP001"].lat, stations["B0FAMAP001"].lon) == (30.254622, 120.158911)


def test_a_place_of_baidu_has_the_point_of_the_place_and_not_of_its_entrance():
    stations, rejected = read("baidu.json")
    station = stations["baidu0001"]
    assert (station.lat, station.lon, station.price, station.phone) == (30.3, 120.2, "1.2", "400-000-0002")
    assert (station.region, station.city_raw, station.address) == ("浙江省", "杭州市", "西湖区 文一路1号")
    assert rejected == {"baidu0002": Reason.REMOVED}
