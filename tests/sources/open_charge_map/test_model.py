import datetime as dt
import gzip
import json
import shutil
from pathlib import Path

import pytest

from charging.domain.vocabulary import (
    Access,
    Connector,
    Current,
    Datum,
    Status,
    connector_mask,
    connectors_in,
)
from charging.errors import SourceError
from charging.sources.open_charge_map import model as open_charge_map
from charging.sources.open_charge_map.codes import SiteDoubt
from charging.sources.readers import sniff
from charging.sources.records import PileRecord, Reason, Rejection, StationRecord

FIXTURES = Path(__file__).parents[2] / "fixtures" / "open_charge_map"


def read(name):
    return list(open_charge_map.read(FIXTURES / name))


def site(**changes):
    return {"ID": 1, "AddressInfo": {"Title": "Here", "Latitude": 30, "Longitude": 120}} | changes


def write(folder, text, name="sites.json"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read_text(folder, text):
    return list(open_charge_map.read(write(folder, text)))


def test_compact_ids_are_looked_up_in_the_reference_one_folder_above():
    assert read("compact/OCM-7001.json") == [
        StationRecord(
            source_id="7001",
            lat=22.28,
            lon=114.16,
            datum=Datum.WGS84,
            piles=(
                PileRecord(
                    current=Current.DC,
                    connectors=connector_mask([Connector.CCS2]),
                    power_kw=60,
                    status=Status.OPERATIONAL,
                    count=2,
                ),
                PileRecord(
                    connectors=connector_mask([Connector.TYPE2]), status=Status.OPERATIONAL, count=None
                ),
            ),
            stated_piles=3,
            name="碼頭 Pier",
            operator_raw="Harbour Power",
            access=Access.MEMBERS,
            country="HK",
            city_raw="Central",
            address="1 Quay",
            status_at=dt.datetime(2024, 5, 6, 7, 8, tzinfo=dt.UTC),
            licence="CC BY 4.0",
            attribution="© Open Charge Map contributors; City register",
        )
    ]


def test_without_reference_an_operator_unknown_by_id_is_told(tmp_path):
    path = shutil.copy(FIXTURES / "compact" / "OCM-7001.json", tmp_path)
    (record,) = open_charge_map.read(Path(path))
    assert (record.operator_raw, record.licence, record.country) == (None, None, "HK")
    assert record.unmapped == (("operator_raw", "900"),)


def test_a_reference_that_is_none_is_refused(tmp_path):
    (tmp_path / "reference.json").write_text('{"Countries": []}')
    with pytest.raises(SourceError, match="reference data"):
        read_text(tmp_path, json.dumps(site()))


def test_names_beside_the_ids_win_and_both_forms_of_a_date_are_read():
    (record,) = read("verbose.json")
    assert (record.operator_raw, record.country, record.licence) == (
        "Tesla Motors (Worldwide)",
        "CN",
        "CC BY-SA 4.0",
    )
    assert record.updated_at == dt.datetime(2020, 8, 24, 16, 27, tzinfo=dt.UTC)
    assert record.status_at == dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert (record.lat, record.lon) == (31.1314, 121.4001)


def test_hostile_text_is_only_text():
    assert read("verbose.json")[0].name == "<script>alert(1)</script> `${name}`"


def test_a_supercharger_in_china_does_not_tell_its_plug():
    (pile,) = read("verbose.json")[0].piles
    assert (pile.connectors, pile.current, pile.count) == (None, Current.DC, 10)


def test_each_record_that_is_not_taken_is_told_with_its_reason():
    told = [(r.reason, r.record_id) for r in read("oddities.jsonl") if isinstance(r, Rejection)]
    assert told == [
        (Reason.MALFORMED, "line 2"),
        (Reason.LOST_TEXT, "3"),
        (Reason.NOT_BUILT, "4"),
        (Reason.REMOVED, "5"),
        (Reason.REMOVED, "6"),
        (Reason.NOT_LIVE, "7"),
        (Reason.NOT_PUBLIC, "8"),
        (Reason.MISSING_COORDINATE, "9"),
        (Reason.NOT_A_NUMBER, "10"),
        (Reason.NOT_A_NUMBER, "11"),
        (Reason.MISSING_ID, None),
        (Reason.MALFORMED, "13"),
        (Reason.MALFORMED, "14"),
        (Reason.MALFORMED, None),
    ]


def test_a_site_without_a_place_is_told_as_such_whether_live_or_not(tmp_path):
    at_zero = {"Title": "zero", "Latitude": 0, "Longitude": 0}
    (station,) = read_text(tmp_path, json.dumps(site(SubmissionStatusTypeID=1000, AddressInfo=at_zero)))
    assert (station.lat, station.lon) == (0, 0)  # which no source may have: `dataset.intake` refuses it
    nowhere = {"Title": "nowhere"}
    (refused,) = read_text(tmp_path, json.dumps(site(SubmissionStatusTypeID=1000, AddressInfo=nowhere)))
    assert refused.reason is Reason.MISSING_COORDINATE


def test_a_site_that_lists_no_equipment_is_told():
    bare = read("oddities.jsonl")[0]
    assert (bare.doubts, read("verbose.json")[0].doubts) == ((("no_connections", "None points"),), ())


def test_no_record_is_lost():
    records = read("oddities.jsonl")
    taken = [record.source_id for record in records if isinstance(record, StationRecord)]
    assert (taken, len(records)) == (["1", "16"], 16)


def test_codes_become_ours_and_a_group_takes_the_status_of_its_site():
    record = read("codes.jsonl")[0]
    assert (record.access, record.operator_raw, record.unmapped) == (Access.MEMBERS, None, ())
    assert [(pile.current, pile.status) for pile in record.piles] == [
        (Current.DC, Status.OCCUPIED),
        (Current.AC, Status.OCCUPIED),
        (None, Status.FAULT),
    ]
    assert connectors_in(record.piles[0].connectors) == (Connector.GBT_DC,)


def test_zero_counts_and_powers_are_unknown():
    record = read("codes.jsonl")[1]
    (pile,) = record.piles
    assert (record.stated_piles, pile.count, pile.power_kw) == (None, None, None)


def plugs(*groups, points=None):
    """Return a site with connections of these types, currents and quantities."""
    connections = [
        {"ConnectionTypeID": kind, "CurrentTypeID": current, "Quantity": quantity, "PowerKW": 50}
        for kind, current, quantity in groups
    ]
    return site(Connections=connections, NumberOfPoints=points)


CCS, CHADEMO, TYPE2 = (33, 30), (2, 30), (25, 20)


@pytest.mark.parametrize(
    ("groups", "points", "piles"),
    [
        ([(*CCS, 1), (*CHADEMO, 1), (*TYPE2, 1)], 1, [(Current.AC_DC, 1)]),  # one device with three cables
        ([(*CCS, 1), (*CHADEMO, 1)], 1, [(Current.DC, 1)]),
        ([(*CCS, 2), (*TYPE2, 2)], 2, [(Current.AC_DC, 2)]),
        ([(*CCS, 2), (*TYPE2, 1)], 2, [(None, 2)]),  # which of the two has the other plug is not told
        ([(*CCS, 4), (*TYPE2, 1)], 1, [(None, 4)]),  # a device has one plug of a kind
        ([(*CCS, None), (*TYPE2, 2), (*CHADEMO, 1)], 2, [(None, 2)]),
        ([(*CCS, 8)], 1, [(Current.DC, 8)]),
        ([(*CCS, 1), (*TYPE2, 1)], 2, [(Current.DC, 1), (Current.AC, 1)]),
        ([(*CCS, 1), (*TYPE2, 1)], 5, [(Current.DC, 1), (Current.AC, 1)]),
        ([(*CCS, 1), (*TYPE2, 1)], None, [(Current.DC, 1), (Current.AC, 1)]),
        ([(*CCS, 1), (*TYPE2, 1)], 0, [(Current.DC, 1), (Current.AC, 1)]),
    ],
)
def test_several_plugs_of_one_device_are_not_several_devices(tmp_path, groups, points, piles):
    (station,) = read_text(tmp_path, json.dumps(plugs(*groups, points=points)))
    assert [(pile.current, pile.count) for pile in station.piles] == piles
    assert len(station.doubts) == (len(groups) > len(piles))


def test_plugs_that_are_no_devices_are_told_with_their_numbers(tmp_path):
    (station,) = read_text(tmp_path, json.dumps(plugs((*CCS, 2), (*TYPE2, 2), points=2)))
    assert station.doubts == ((SiteDoubt.PLUGS, "2 points, 4 plugs, 2 devices"),)
    assert connectors_in(station.piles[0].connectors) == (Connector.CCS2, Connector.TYPE2)


def in_camel_case(value):
    if isinstance(value, list):
        return [in_camel_case(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {camel(name): in_camel_case(inner) for name, inner in value.items()}


def camel(name):
    return {"ID": "id", "ISOCode": "isoCode"}.get(name) or name[0].lower() + name[1:]


@pytest.mark.parametrize("name", ["verbose.json", "compact/OCM-7001.json", "codes.jsonl"])
def test_names_in_camel_case_lose_nothing(tmp_path, name):
    lines = (FIXTURES / name).read_text(encoding="utf-8")
    sites = [json.loads(line) for line in lines.splitlines()] if name.endswith("l") else [json.loads(lines)]
    reference = json.loads((FIXTURES / "reference.json").read_text(encoding="utf-8"))
    (tmp_path / "reference.json").write_text(json.dumps(in_camel_case(reference)), encoding="utf-8")
    changed = in_camel_case(sites)
    assert sniff(write(tmp_path, json.dumps(changed))).name == "open-charge-map"
    assert read_text(tmp_path, json.dumps(changed)) == read(name)
    assert read_text(tmp_path, "\n".join(map(json.dumps, changed))) == read(name)


def test_codes_no_table_maps_are_told_and_a_removed_connection_is_left_out():
    assert read("codes.jsonl")[1].unmapped == (
        ("access", "99"),
        ("operator_raw", "4321"),
        ("connectors", "5555"),
        ("current", "40"),
        ("piles.status", "200"),
    )


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(site()),
        json.dumps(site(), indent=2),
        json.dumps([site()]),
        json.dumps([site()], indent=2),
        "\ufeff" + json.dumps([site()]),
        json.dumps(site()) + "\r\n",
    ],
)
def test_one_site_reads_the_same_in_every_form(tmp_path, text):
    assert [record.name for record in read_text(tmp_path, text)] == ["Here"]


def test_many_sites_read_the_same_as_lines_array_and_gzip(tmp_path):
    sites = [site(ID=number, UsageCost="价" * 700) for number in range(200)]
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in sites)
    packed = tmp_path / "sites.jsonl.gz"
    packed.write_bytes(gzip.compress(lines.encode()))
    expected = [str(number) for number in range(200)]
    for records in (
        read_text(tmp_path, lines),
        read_text(tmp_path, json.dumps(sites)),
        open_charge_map.read(packed),
    ):
        assert [record.source_id for record in records] == expected


@pytest.mark.parametrize("rest", ["", ",", ', {"ID": 2, "AddressIn', "{}]", "] and more"])
def test_an_array_cut_or_broken_is_refused_after_its_whole_sites(tmp_path, rest):
    path = tmp_path / "sites.json"
    path.write_text("[" + json.dumps(site()) + rest)
    records = open_charge_map.read(path)
    assert next(records).source_id == "1"
    with pytest.raises(SourceError, match="value 2"):
        list(records)


def test_brackets_without_end_are_refused(tmp_path):
    with pytest.raises(SourceError):
        read_text(tmp_path, '[{"AddressInfo":' + "[" * 100_000)


@pytest.mark.parametrize("text", ["[]", '{"a": 1}', "station_id,latitude\n", '{"ConnectionTypes": []}'])
def test_a_file_without_sites_is_refused(tmp_path, text):
    with pytest.raises(SourceError, match="AddressInfo"):
        read_text(tmp_path, text)


@pytest.mark.parametrize(
    "changes",
    [
        {"Connections": [{"ConnectionTypeID": [1], "Quantity": "many", "PowerKW": {}}]},
        {"DateLastStatusUpdate": {"$date": 10**30}, "DateLastVerified": "yesterday"},
        {"OperatorInfo": 5, "UsageType": [], "StatusTypeID": "50", "NumberOfPoints": True},
        {"AddressInfo": {"Latitude": 30, "Longitude": 120, "Country": 7, "Title": ["x"]}},
    ],
)
def test_fields_of_another_kind_are_unknown(tmp_path, changes):
    (record,) = read_text(tmp_path, json.dumps(site(**changes)))
    assert isinstance(record, StationRecord)


def test_numbers_beyond_every_float_are_no_coordinates(tmp_path):
    text = json.dumps(site()).replace("30", "9" * 400)
    (record,) = read_text(tmp_path, text)
    assert record.reason is Reason.NOT_A_NUMBER


def test_the_licence_is_told_row_by_row():
    info = open_charge_map.source()
    assert (info.source, info.licence) == ("ocm", None)
    assert "Open Charge Map contributors" in info.attribution
