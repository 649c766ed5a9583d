import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charging.domain.vocabulary import Access, Connector, Current, Datum, connectors_in
from charging.errors import SourceError
from charging.sources.openstreetmap import model as openstreetmap
from charging.sources.openstreetmap.piles import read_capacity, read_piles
from charging.sources.records import Reason, Rejection, StationRecord

FIXTURES = Path(__file__).parents[2] / "fixtures" / "openstreetmap"


@pytest.fixture(scope="module")
def records():
    return list(openstreetmap.read(FIXTURES / "overpass.json"))


@pytest.fixture(scope="module")
def stations(records):
    return {record.source_id: record for record in records if isinstance(record, StationRecord)}


def piles(**tags):
    named = {key.replace("__", ":"): value for key, value in tags.items()}
    unmapped = []
    found = read_piles(named, read_capacity(named, unmapped), unmapped)
    return [(pile.current, pile.power_kw, pile.count) for pile in found], unmapped


def test_a_node_becomes_a_station(stations):
    first = stations["node/1"]
    assert (first.lat, first.lon, first.datum) == (31.2, 121.5, Datum.WGS84)
    assert (first.name, first.name_zh, first.country) == ("Shanghai East", "上海东站", "CN")
    assert (first.operator_raw, first.operator_wikidata) == ("特来电", "Q118487238")
    assert (first.access, first.price, first.opening_hours) == (Access.MEMBERS, "1.2 CNY/kWh", "24/7")
    assert first.address == "东路 5"
    assert first.updated_at == dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC)


def test_sockets_become_groups_with_their_power(stations):
    dc, ac = stations["node/1"].piles
    assert (dc.current, dc.power_kw, dc.count) == (Current.DC, 120, 4)
    assert (connectors_in(ac.connectors), ac.power_kw, ac.count) == ((Connector.GBT_AC_SOCKET,), 7, 2)


def test_more_sockets_than_vehicles_are_piles_with_a_choice_of_plugs(stations):
    second = stations["way/2"]
    (group,) = second.piles
    assert (group.count, group.power_kw) == (2, 22)
    assert connectors_in(group.connectors) == (Connector.TYPE2, Connector.HOUSEHOLD)
    assert second.unmapped == (("connectors", "dreieck"), ("access", "nach Absprache"))


@pytest.mark.parametrize(
    ("element", "point"),
    [("way/2", (48.1, 11.5)), ("way/3", (48.3, 11.7)), ("relation/4", (48.1, 11.2)), ("way/5", (50.1, 10.1))],
)
def test_shapes_stand_at_their_middle_however_overpass_was_asked(stations, element, point):
    assert (stations[element].lat, stations[element].lon) == pytest.approx(point)


def test_what_is_no_station_for_cars_now_is_told_why(records):
    told = {record.record_id: record.reason for record in records if isinstance(record, Rejection)}
    assert told == {
        "node/6": Reason.NOT_CAR_CHARGING,
        "node/7": Reason.NOT_CAR_CHARGING,
        "node/8": Reason.NOT_CAR_CHARGING,
        "node/9": Reason.REMOVED,
        "node/10": Reason.NOT_BUILT,
        "node/14": Reason.NOT_CAR_CHARGING,
        "node/15": Reason.MISSING_COORDINATE,
        None: Reason.MALFORMED,
    }


def test_a_post_belongs_to_the_station_it_stands_at_and_is_counted_once(stations):
    assert "node/12" not in stations
    site = stations["node/11"]
    assert (site.rows, [(pile.power_kw, pile.count) for pile in site.piles]) == (2, [(22, 1)])


def test_a_post_alone_is_a_station(stations):
    assert [pile.count for pile in stations["node/13"].piles] == [None]


def test_every_element_with_tags_is_taken_or_told(records):
    assert sum(record.rows if isinstance(record, StationRecord) else 1 for record in records) == 16


def test_geojson_reads_as_well():
    area, point, nowhere = openstreetmap.read(FIXTURES / "turbo.geojson")
    assert (area.source_id, area.stated_piles) == ("way/1", 4)
    assert (area.lat, area.lon) == pytest.approx((48.2, 11.1))
    assert (point.source_id, point.lat, point.operator_raw) == ("node/2", 50.5, "<b>Stadt</b>")
    assert nowhere.reason is Reason.MISSING_COORDINATE


@pytest.mark.parametrize(
    ("told", "power_kw"),
    [
        ("22 kW", 22),
        ("22kW", 22),
        ("22000 W", 22),
        ("22000", 22),
        ("22", 22),
        ("3,7 kW", 3.7),
        ("43;50 kW", 50),
        ("11 kVA", 11),
        ("1.5 MW", 1500),
        ("fast", None),
        ("22 kW max", None),
        (";", None),
    ],
)
def test_outputs_are_read_as_mappers_write_them(told, power_kw):
    ((group,), unmapped) = piles(socket__type2="1", socket__type2__output=told)
    assert group == (Current.AC, power_kw, 1)
    assert unmapped == ([] if power_kw else [("power_kw", told)])


def test_a_capacity_fits_the_sockets_it_is_told_with():
    assert piles(capacity="2", socket__type2="yes")[0] == [(Current.AC, None, 2)]
    assert piles(capacity="4", socket__type2="2")[0] == [(Current.AC, None, 2)]
    assert piles(capacity="2", socket__type2="2", socket__chademo="2")[0] == [(Current.AC_DC, None, 2)]
    assert piles(capacity="3", socket__type2="2", socket__chademo="2")[0] == [(None, None, 3)]
    assert piles(capacity="few")[1] == [("stated_piles", "few")]


def test_a_socket_that_is_not_there_is_no_group():
    assert piles(socket__type2="no", socket__chademo="0") == ([], [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"elements": []}', "OpenStreetMap"),
        ('{"osm3s": {}, "elements": [], "remark": "runtime error: Query timed out"}', "timed out"),
        ('{"osm3s": {}, "elements": [{"type": "node"', "cut"),
        ('{"osm3s": {}, "elements": 7}', "found none"),
        ('{"osm3s": {}, "elements": [' + "[" * 100_000, "nested"),
    ],
)
def test_a_file_that_is_cut_or_says_it_is_incomplete_is_refused(tmp_path, content, says):
    path = tmp_path / "file.json"
    path.write_text(content)
    with pytest.raises(SourceError, match=says):
        list(openstreetmap.read(path))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(["yes", "no", "7;8 kW"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("type", "id", "lat", "lon", "tags", "center", "bounds", "geometry", "nodes", "timestamp")
TAGS = (
    "amenity",
    "man_made",
    "capacity",
    "socket:type2",
    "socket:type2:output",
    "access",
    "start_date",
    "name",
)


def test_a_place_beyond_the_world_is_left_to_be_rejected(tmp_path):
    place = {"type": "node", "lat": 1e308, "lon": -1e308}
    tags = ({"amenity": "charging_station"}, {"man_made": "charge_point"})
    path = tmp_path / "file.json"
    elements = [{**place, "id": number, "tags": each} for number, each in enumerate(tags)]
    path.write_text(json.dumps({"osm3s": {}, "elements": elements}))
    assert [record.lat for record in openstreetmap.read(path)] == [1e308, 1e308]


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5)
        | st.fixed_dictionaries(
            {"tags": st.dictionaries(st.sampled_from(TAGS), JSON | st.just("charging_station"), max_size=6)},
            optional={"id": JSON, "lat": JSON, "lon": JSON},
        )
        | JSON,
        max_size=4,
    )
)
def test_whatever_an_element_holds_it_is_a_record_or_told(tmp_path, elements):
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"osm3s": {}, "elements": elements}))
    for record in openstreetmap.read(path):
        assert isinstance(record, (StationRecord, Rejection))
