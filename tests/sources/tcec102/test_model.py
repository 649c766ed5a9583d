import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.dataset.pipeline import import_files
from charging.domain.vocabulary import Access, Connector, Current, Datum, Site, Status, connectors_in
from charging.errors import SourceError
from charging.sources.readers import reader_named, sniff
from charging.sources.records import Reason, Rejection, StationRecord
from charging.sources.tcec102 import model as tcec102
from charging.sources.tcec102.status import Gun, group_status

FIXTURES = Path(__file__).parents[2] / "fixtures" / "tcec102"
STATIONS, STATUS = FIXTURES / "stations.json", FIXTURES / "status.json"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def read(path, **options):
    return list(tcec102.read(path, **options))


def read_value(folder, value):
    path = folder / "payload.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return read(path)


def info(**changes):
    return {"StationID": "1", "StationType": 1, "StationLng": 121.4, "StationLat": 31.2} | changes


def test_a_station_is_read_field_by_field():
    station = read(STATIONS)[0]
    assert (station.source_id, station.operator_org_code) == ("MA4KUHJ97*S1", "MA4KUHJ97")
    assert (station.lat, station.lon, station.datum) == (31.21, 121.4, Datum.GCJ02)
    assert (station.country, station.city_id, station.city_raw) == ("CN", "310105", "310105")
    assert (station.access, station.site) == (Access.PUBLIC, Site.URBAN)
    assert (station.phone, station.opening_hours) == ("400-000-0000", "周一至周日00:00-24:00")
    assert station.price == "电费 1.2元/度; 服务费 0.4元/度"


def test_hostile_text_is_only_text():
    assert read(STATIONS)[0].name == "虹桥<b>站</b> `${name}`"


def test_an_equipment_is_a_pile_with_its_own_power_or_that_of_its_strongest_gun():
    piles = read(STATIONS)[0].piles
    assert [(pile.pile_id, pile.count, pile.current, pile.power_kw) for pile in piles] == [
        ("E1", 1, Current.DC, 120.0),
        ("E2", 1, Current.AC, 7.0),
    ]
    assert [connectors_in(pile.connectors) for pile in piles] == [
        (Connector.GBT_DC,),
        (Connector.GBT_AC_CABLE,),
    ]


def test_small_first_letters_and_numbers_as_text_are_read():
    station = read(STATIONS)[1]
    assert (station.source_id, station.site, station.lat) == ("395815801*S2", Site.SERVICE_AREA, 22.6)
    assert (station.city_id, station.city_raw) == ("440304", "440304001")
    pile = station.piles[0]
    assert (pile.current, pile.power_kw, pile.status) == (Current.AC_DC, 80.0, Status.OFFLINE)


def test_other_types_and_codes_no_table_maps_are_told():
    station = read(STATIONS)[1]
    assert station.access is None
    assert station.unmapped == (("access", "255"), ("connectors", "99"))


def test_without_live_statuses_a_station_in_use_is_operational():
    assert {pile.status for pile in read(STATIONS)[0].piles} == {Status.OPERATIONAL}


def test_statuses_beside_the_stations_are_joined_and_a_pile_has_that_of_its_best_gun():
    first, second = read(STATIONS, companions=(STATUS, STATIONS))
    assert [pile.status for pile in first.piles] == [Status.AVAILABLE, None]
    assert [pile.status for pile in second.piles] == [Status.OCCUPIED, Status.OFFLINE]
    assert ("piles.status", "21503") in first.unmapped


def test_statuses_in_the_same_file_are_joined_even_when_they_come_last(tmp_path):
    pages = [json.loads(path.read_text(encoding="utf-8")) for path in (STATIONS, STATUS)]
    assert read_value(tmp_path, pages) == read(STATIONS, companions=(STATUS,))


def test_statuses_alone_are_refused_and_beside_stations_yield_nothing():
    assert read(STATUS, companions=(STATIONS,)) == []
    with pytest.raises(SourceError, match="statuses alone"):
        read(STATUS)


def test_an_import_joins_the_files_it_is_given_in_either_order(tmp_path):
    hashes = {
        import_files(paths, build_dir=tmp_path / name, name="joined").content_hash
        for name, paths in (("a", [STATIONS, STATUS]), ("b", [STATUS, STATIONS]))
    }
    alone = import_files([STATIONS], build_dir=tmp_path / "c", name="alone")
    assert (len(hashes), alone.content_hash in hashes) == (1, False)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda gun: {"ConnectorStatusInfo": gun},
        lambda gun: {"ConnectorStatusInfo": [gun]},
        lambda gun: {"connectorStatusInfos": [gun]},
        lambda gun: {"Ret": 0, "Data": {"StationStatusInfos": [{"ConnectorStatusInfos": [gun]}]}},
        lambda gun: [[gun]],
        lambda gun: gun,
    ],
)
def test_statuses_come_in_every_form_that_peers_push(wrap):
    gun = {"ConnectorID": "7", "Status": "3", "ParkStatus": 50, "LockStatus": 10}
    assert tcec102.read_statuses(wrap(gun)) == {"7": Gun(Status.CHARGING, True, False, "3")}


def test_the_best_gun_of_a_pile_decides_in_the_order_of_the_statuses():
    order = [
        Status.AVAILABLE,
        Status.CHARGING,
        Status.OCCUPIED,
        Status.RESERVED,
        Status.FAULT,
        Status.OFFLINE,
    ]
    assert [group_status(reversed(order[first:])) for first in range(6)] == order
    assert (group_status([]), group_status([None])) == (None, None)


def test_what_is_not_to_be_shown_is_told_with_its_reason():
    assert [(record.reason, record.record_id) for record in read(FIXTURES / "not_shown.json")] == [
        (Reason.NOT_PUBLIC, "private"),
        (Reason.NOT_PUBLIC, "buses"),
        (Reason.NOT_BUILT, "to-come"),
        (Reason.REMOVED, "closed"),
        (Reason.MISSING_COORDINATE, "nowhere"),
        (Reason.NOT_A_NUMBER, "words"),
        (Reason.MALFORMED, "piles"),
        (Reason.MISSING_ID, None),
        (Reason.MALFORMED, None),
    ]


def test_an_encrypted_answer_is_refused_with_what_to_do():
    with pytest.raises(SourceError, match=r"encrypted.*DataSecret"):
        read(FIXTURES / "encrypted.json")


def test_a_refused_request_is_told_with_its_code(tmp_path):
    with pytest.raises(SourceError, match=r"4002.*token"):
        read_value(tmp_path, {"Ret": 4002, "Msg": "bad token", "Data": {"StationInfos": []}})


@pytest.mark.parametrize(
    "wrap",
    [
        lambda sites: sites,
        lambda sites: {"StationInfos": sites},
        lambda sites: {"Ret": "0", "data": {"stationInfos": sites}},
        lambda sites: [{"Ret": 0, "Data": {"StationInfos": [site]}} for site in sites],
    ],
)
def test_stations_read_the_same_in_every_envelope(tmp_path, wrap):
    records = read_value(tmp_path, wrap([info(), info(StationID="2")]))
    assert [record.source_id for record in records] == ["1", "2"]


def test_only_the_mainland_is_shifted(build):
    mainland = tcec102.read_station(info(AreaCode="310105"))
    hong_kong = tcec102.read_station(
        info(StationID="2", AreaCode="810000", StationLng=114.1, StationLat=22.3)
    )
    rows = build([mainland, hong_kong]).tables["stations"].to_pylist()
    is_moved = {row["source_id"]: row["lat"] != row["source_lat"] for row in rows}
    assert is_moved == {"1": True, "2": False}


def test_the_city_follows_from_the_area_and_the_operator_from_its_code(build):
    rows = build(read(STATIONS)).tables["stations"].to_pylist()
    assert {(row["city_id"], row["operator_id"]) for row in rows} == {("310000", "nio"), ("440300", "teld")}


def test_the_format_is_recognised():
    assert {sniff(path).name for path in FIXTURES.iterdir()} == {"tcec102"}
    assert reader_named("tcec102").source().unit_counted == "EquipmentInfo"


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"StationInfos": ' + '[{"a":' * 100_000, '{"Data": ' * 50_000]
)
def test_nesting_without_end_is_refused(tmp_path, text):
    path = tmp_path / "deep.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError):
        read(path)


FIELDS = tuple(json.loads(STATIONS.read_text(encoding="utf-8"))["Data"]["StationInfos"][0])


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(FIELDS), json_values))
def test_no_value_of_a_field_breaks_the_reader(changes):
    record = tcec102.read_station(info(**changes))
    assert isinstance(record, StationRecord | Rejection)


@pytest.mark.slow
@given(json_values)
def test_no_value_breaks_station_and_statuses(value):
    assert isinstance(tcec102.read_station(value), StationRecord | Rejection)
    assert isinstance(tcec102.read_statuses({"ConnectorStatusInfo": value}), dict)
    assert isinstance(tcec102.read_station(info(EquipmentInfos=[{"ConnectorInfos": [value]}])).piles, tuple)


def station(*guns, station_id="1"):
    return info(StationID=station_id, EquipmentInfos=[{"EquipmentID": "E", "ConnectorInfos": list(guns)}])


def statuses(**codes):
    guns = [{"ConnectorID": gun_id, "Status": code} for gun_id, code in codes.items()]
    return {"StationStatusInfos": [{"StationID": "1", "ConnectorStatusInfos": guns}]}


def write(folder, name, value):
    path = folder / f"{name}.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_statuses_of_no_gun_are_counted_in_the_report_with_the_gun_and_its_status(tmp_path):
    sites = write(
        tmp_path, "sites", {"StationInfos": [station({"ConnectorID": "1_1"}, {"connectorID": "1_2"})]}
    )
    states = write(tmp_path, "states", statuses(**{"1_1": 3, "X_1": 1, "X_2": 255}))
    for paths in ([sites, states], [states, sites]):
        report = import_files(paths, build_dir=tmp_path / "build", name="told").manifest.report
        (finding,) = report.rejections
        assert (finding.what, finding.count, report.rows_read) == (Reason.NO_GUN, 2, 3)
        assert [(each.record_id, each.value) for each in finding.examples] == [("X_1", "1"), ("X_2", "255")]


def test_statuses_are_of_the_guns_of_any_file_that_is_read_with_them(tmp_path):
    one, two = (
        write(tmp_path, name, {"StationInfos": [station({"ConnectorID": name}, station_id=name)]})
        for name in "ab"
    )
    states = write(tmp_path, "states", statuses(a=1, b=3, c=4))
    together = (one, states, two)
    records = [record for path in together for record in tcec102.read(path, companions=together)]
    assert [getattr(record, "reason", None) for record in records] == [None, Reason.NO_GUN, None]


def test_a_status_that_is_sent_twice_is_missed_once(tmp_path):
    pages = [{"StationInfos": [station()]}, statuses(x=1), statuses(x=3)]
    assert [record.value for record in read_value(tmp_path, pages) if isinstance(record, Rejection)] == ["3"]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: {"Ret": 0, "Data": json.dumps(data), "Sig": "S"},
        lambda data: {"ret": "0", "data": json.dumps(data, indent=1)},
        lambda data: [{"Ret": 0, "Data": json.dumps(data)}],
        lambda data: {"Ret": 0, "Data": json.dumps(data["StationInfos"])},
        lambda data: {"Ret": 0, "Data": json.dumps({"Data": json.dumps(data)})},
    ],
    ids=range(5),
)
def test_data_that_is_plain_json_in_a_text_is_read(tmp_path, wrap):
    given = wrap({"StationInfos": [station({"ConnectorID": "1_1"})], "ItemSize": 1})
    assert [record.source_id for record in read_value(tmp_path, given)] == ["1"]


def test_statuses_in_plain_data_are_joined(tmp_path):
    pages = [
        {"Ret": 0, "Data": json.dumps(each)}
        for each in ({"StationInfos": [station({"ConnectorID": "1_1"})]}, statuses(**{"1_1": 3}))
    ]
    (record,) = read_value(tmp_path, pages)
    assert [pile.status for pile in record.piles] == [Status.CHARGING]


def test_plain_data_that_is_cut_is_refused_as_such_and_not_as_encrypted(tmp_path):
    with pytest.raises(SourceError, match="broken or cut"):
        read_value(tmp_path, {"Ret": 0, "Data": '{"StationInfos": ['})
