import datetime as dt
import gzip
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.vocabulary import Access, Connector, Current, Datum, Site, Status, connectors_in
from charging.errors import SourceError
from charging.sources.countries import ALPHA_2, country_code
from charging.sources.ocpi import model as ocpi
from charging.sources.ocpi.codes import Doubt
from charging.sources.ocpi.model import opening_hours
from charging.sources.ocpi.piles import outlet_of
from charging.sources.readers import reader_named, sniff
from charging.sources.records import Reason, Rejection, StationRecord
from charging.views.elements.texts import LANGUAGES, Texts

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ocpi"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def read(name):
    return list(ocpi.read(FIXTURES / name))


def read_text(folder, text, name="locations.json"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return list(ocpi.read(path))


def location(**changes):
    plain = {
        "id": "1",
        "coordinates": {"latitude": "52.1", "longitude": "4.2"},
        "evses": [{"uid": "U", "evse_id": "E", "status": "AVAILABLE", "connectors": []}],
        "last_updated": "2024-01-01T00:00:00Z",
    }
    return plain | changes


def connector(standard="IEC_62196_T2", power_type="AC_3_PHASE", **given):
    return {"standard": standard, "power_type": power_type, "format": "CABLE", **given}


def told(records):
    return {record.source_id: record.doubts for record in records if isinstance(record, StationRecord)}


def test_a_location_of_2_1_1_is_read_field_by_field():
    (station,) = read("v2_1_1.json")
    (pile,) = station.piles
    assert (station.source_id, station.datum) == ("L-1", Datum.WGS84)
    assert (station.lat, station.lon, station.country) == (51.917, 4.484, "NL")
    assert (station.site, station.access) == (Site.URBAN, None)
    assert (station.operator_raw, station.url) == ("Harbour Power", "https://harbour.example")
    assert (station.address, station.city_raw) == ("Quay 1, 3011 AA", "Rotterdam")
    assert station.opening_hours == "Mo-Tu 07:00-19:00; Sa 09:00-12:00"
    assert station.updated_at == dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.UTC)
    assert station.status_at == dt.datetime(2024, 5, 6, 7, tzinfo=dt.UTC)
    assert (pile.pile_id, pile.count, pile.power_kw, pile.status) == ("U1", 1, 22.08, Status.AVAILABLE)


def test_hostile_text_is_only_text():
    assert read("v2_1_1.json")[0].name == "Quay <script>alert(1)</script> `${name}`"


def test_a_location_of_2_2_1_has_its_party_in_its_id_and_a_pile_for_each_evse():
    station = read("v2_2_1.json")[0]
    assert (station.source_id, station.operator_raw, station.country) == ("CN*NIO*SH-7", "NIO Power", "CN")
    assert (station.site, station.access, station.opening_hours) == (Site.SERVICE_AREA, Access.PUBLIC, "24/7")
    assert [(pile.current, pile.power_kw, pile.status) for pile in station.piles] == [
        (Current.AC_DC, 180.0, Status.CHARGING),
        (Current.DC, 600.0, Status.OCCUPIED),
    ]
    assert connectors_in(station.piles[0].connectors) == (Connector.GBT_DC, Connector.GBT_AC_SOCKET)
    assert station.status_at == dt.datetime(2024, 5, 31, 22, tzinfo=dt.UTC)  # 22:30 in Shanghai is earlier


@given(st.lists(st.datetimes(dt.datetime(2001, 1, 1)), min_size=1, max_size=4), st.booleans())
def test_the_time_of_the_statuses_is_the_latest_in_any_form(times, is_plain):
    written = [
        f"{time.isoformat()}{'Z' if is_plain or number % 2 else ''}" for number, time in enumerate(times)
    ]
    evses = [{"uid": str(n), "status": "CHARGING", "last_updated": text} for n, text in enumerate(written)]
    assert ocpi.read_station(location(evses=evses)).status_at == max(times).replace(tzinfo=dt.UTC)


def test_an_unpublished_location_is_not_shown():
    rejection = read("v2_2_1.json")[1]
    assert (rejection.reason, rejection.record_id) == (Reason.NOT_PUBLIC, "CN*NIO*HIDDEN")


def test_a_location_of_2_3_0_may_name_plugs_of_its_own():
    (station,) = read("v2_3_0.json")
    (pile,) = station.piles
    assert (station.site, station.phone, station.region) == (Site.DESTINATION, "+1 555 0100", "OR")
    assert connectors_in(pile.connectors) == (Connector.NACS, Connector.OTHER)
    assert (pile.current, pile.power_kw, pile.status, station.status_at) == (Current.DC, 1_000.0, None, None)
    assert station.unmapped == (("connectors", "TOMORROWS_PLUG"), ("current", "AC_9_PHASE"))


def test_every_location_that_is_not_taken_is_told_with_its_reason():
    assert [(r.reason, r.record_id) for r in read("oddities.json") if isinstance(r, Rejection)] == [
        (Reason.REMOVED, "all-removed"),
        (Reason.NOT_BUILT, "to-come"),
        (Reason.NO_PILES, "expired"),
        (Reason.MISSING_COORDINATE, "blank"),
        (Reason.NOT_A_NUMBER, "words"),
        (Reason.MALFORMED, "text"),
        (Reason.NOT_PUBLIC, "hidden"),
        (Reason.MISSING_ID, None),
        (Reason.MALFORMED, None),
    ]


def test_what_is_put_right_or_left_out_is_told_by_name():
    assert told(read("oddities.json")) == {
        "kw": (
            (Doubt.NO_EVSE_ID, "1"),
            (Doubt.CURRENT, "AC_3_PHASE, IEC_62196_T2_COMBO"),
            (Doubt.POWER_UNIT, "50"),
            (Doubt.NO_TIME, "None"),
        ),
        "megawatts": ((Doubt.POWER_UNREAL, "7360 kW"), (Doubt.POWER_DERIVED, "22.17 kW")),
        "volts": ((Doubt.VOLTAGE_UNREAL, "22 V"),),
        "moved": ((Doubt.EVSE_FAR, "52.4, 20.4; EVSE 52.4, 4.4, 1,083 km away"),),
        "gone": (
            (Doubt.PILE_REMOVED, "1"),
            (Doubt.PILE_PLANNED, "2"),
            (Doubt.PILE_TWICE, "3"),
        ),
    }


def test_codes_no_table_maps_are_told_and_small_letters_and_blanks_are_read():
    kw, _, volts, _, gone, *_ = read("oddities.json")
    assert (kw.unmapped, volts.unmapped) == ((("country", "TRY"),), (("connectors", "GB/T (DC)"),))
    assert (kw.piles[0].status, kw.piles[0].current, kw.piles[0].power_kw) == (
        Status.AVAILABLE,
        Current.DC,
        50.0,
    )
    assert [pile.pile_id for pile in gone.piles] == ["3"]


def test_the_report_of_an_import_names_every_oddity(build):
    report = build(read("oddities.json")).report
    assert {finding.what for finding in report.discrepancies} == set(Doubt) - {Doubt.EVSE_POINT}
    assert report.stations + report.rejected == report.rows_read == 14


def test_every_doubt_and_the_reason_of_this_format_have_a_text_in_both_languages():
    for language in LANGUAGES:
        say = Texts(language)
        assert all(say(f"finding.{doubt}") for doubt in Doubt)
        assert say(f"reason.{Reason.NO_PILES}")


@pytest.mark.parametrize(
    ("given", "power_kw"),
    [
        (connector(power_type="AC_1_PHASE", max_voltage=230, max_amperage=32), 7.36),
        (connector(power_type="AC_2_PHASE", max_voltage=230, max_amperage=16), 7.36),
        (connector(max_voltage=230, max_amperage=32), 22.08),  # to neutral, as the standard has it
        (connector(max_voltage=400, max_amperage=32), 22.17),  # between lines
        (connector("CHADEMO", "DC", max_voltage=500, max_amperage=125), 62.5),
        (connector("IEC_62196_T2_COMBO", max_voltage=400, max_amperage=200), 80.0),  # the plug is believed
        (connector(max_voltage="230", max_amperage="16"), 11.04),
        (connector(max_electric_power=11_000, max_voltage=230, max_amperage=32), 11.0),
        (connector(max_electric_power=22), 22.0),
        (connector(max_electric_power=0), None),
        (connector(max_electric_power=-5, max_voltage=230, max_amperage=-1), None),
        (connector(power_type=None, max_voltage=230, max_amperage=16), None),
        (connector(max_voltage=22, max_amperage=32), None),
    ],
)
def test_power_is_what_is_stated_or_what_volts_and_amperes_make(given, power_kw):
    assert outlet_of([given]).power_kw == power_kw


@given(st.floats(100, 300), st.floats(1, 60))
def test_three_phases_have_three_times_the_power_to_neutral_and_root_three_between_lines(volts, amps):
    to_neutral = outlet_of([connector(max_voltage=volts, max_amperage=amps)]).power_kw
    between = outlet_of([connector(max_voltage=volts * math.sqrt(3) + 200, max_amperage=amps)]).power_kw
    assert to_neutral == pytest.approx(3 * volts * amps / 1000, abs=0.001)
    expected_kw = math.sqrt(3) * (volts * math.sqrt(3) + 200) * amps / 1000
    assert between == (pytest.approx(expected_kw, abs=0.001) if expected_kw <= 100 else None)


@pytest.mark.parametrize(
    ("form", "connector_of"), [("CABLE", Connector.GBT_AC_CABLE), ("SOCKET", Connector.GBT_AC_SOCKET)]
)
def test_the_format_tells_the_two_chinese_ac_plugs_apart(form, connector_of):
    assert connectors_in(outlet_of([{"standard": "GBT_AC", "format": form}]).mask) == (connector_of,)


def test_a_chinese_ac_plug_without_format_is_not_guessed():
    outlet = outlet_of([{"standard": "GBT_AC"}])
    assert (outlet.mask, outlet.unmapped) == (None, (("connectors", "GBT_AC"),))


@pytest.mark.parametrize(
    ("restrictions", "publish", "access"),
    [
        ([None], True, Access.PUBLIC),
        ([None], None, None),
        ([["CUSTOMERS", "PLUGGED"]], True, Access.MEMBERS),
        ([["customers"], []], True, Access.PUBLIC),
        ([["EV_ONLY"]], None, None),
    ],
)
def test_access_follows_from_publication_and_parking_restrictions(restrictions, publish, access):
    evses = [{"uid": str(number), "parking_restrictions": each} for number, each in enumerate(restrictions)]
    assert ocpi.read_station(location(evses=evses, publish=publish)).access == access


@pytest.mark.parametrize(
    ("changes", "operator"),
    [
        ({"operator": {"name": "A"}, "suboperator": {"name": "B"}, "owner": {"name": "C"}}, "A"),
        ({"operator": {"name": " "}, "suboperator": {"name": "B"}}, "B"),
        ({"operator": "A"}, "A"),
        ({"owner": {"name": "C"}, "country_code": "tr", "party_id": "TGR"}, "TR*TGR"),
        ({"owner": {"name": "C"}}, None),
    ],
)
def test_the_operator_is_who_runs_the_piles_never_who_owns_them(changes, operator):
    assert ocpi.read_station(location(**changes)).operator_raw == operator


def test_opening_hours_that_are_none_are_not_known():
    broken = [{"weekday": 9, "period_begin": "07:00", "period_end": "8"}, 5, {"weekday": "x"}]
    assert [opening_hours(times) for times in (None, [], {"twentyfourseven": False})] == [None] * 3
    assert opening_hours({"regular_hours": broken}) is None


def test_an_id_that_was_taken_before_is_refused(build):
    report = build([ocpi.read_station(location()), ocpi.read_station(location(name="again"))]).report
    assert (report.stations, [finding.what for finding in report.rejections]) == (1, ["duplicate_id"])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(location()),
        json.dumps(location(), indent=2),
        json.dumps([location()]),
        json.dumps({"data": [location()]}),
        json.dumps({"data": location(), "status_code": 1000}),
        json.dumps({"status_code": "Success", "data": [location()], "timestamp": None}, indent=1),
        "\ufeff" + json.dumps([location()]),
        json.dumps(location()) + "\r\n",
    ],
)
def test_one_location_reads_the_same_in_every_form(tmp_path, text):
    assert [record.source_id for record in read_text(tmp_path, text)] == ["1"]


def test_many_locations_read_the_same_as_lines_array_envelope_and_gzip(tmp_path):
    many = [location(id=str(number), name="名" * 700) for number in range(200)]
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in many)
    packed = tmp_path / "locations.json.gz"
    packed.write_bytes(gzip.compress(json.dumps({"data": many}).encode()))
    expected = [ocpi.read_station(each) for each in many]
    for records in (
        read_text(tmp_path, lines),
        read_text(tmp_path, json.dumps(many)),
        list(ocpi.read(packed)),
    ):
        assert records == expected


def test_a_broken_line_is_one_rejection_among_good_ones(tmp_path):
    text = f'{json.dumps(location())}\n{{"id": \n{json.dumps(location(id="2"))}\n'
    first, broken, last = read_text(tmp_path, text)
    assert (first.source_id, last.source_id) == ("1", "2")
    assert (broken.reason, broken.record_id) == (Reason.MALFORMED, "line 2")


@pytest.mark.parametrize("place", ["first", "last"])
def test_the_answer_of_a_server_that_failed_is_refused(tmp_path, place):
    failed = {"status_code": 3000, "status_message": "database <down>"}
    data = {"data": [location()]}
    both = failed | data if place == "first" else data | failed
    with pytest.raises(SourceError, match=r"3000.*database"):
        read_text(tmp_path, json.dumps(both))
    with pytest.raises(SourceError, match=r"3000.*database"):
        read_text(tmp_path, json.dumps(failed))


@pytest.mark.parametrize("rest", ["", ",", ', {"id": "2", "evs', "{}]}", "]", '], "status_code": 10'])
def test_a_file_cut_or_broken_is_refused_after_its_whole_locations(tmp_path, rest):
    path = tmp_path / "cut.json"
    path.write_text('{"data": [' + json.dumps(location()) + rest)
    records = ocpi.read(path)
    assert next(records).source_id == "1"
    with pytest.raises(SourceError, match=r"value [23]"):
        list(records)


@pytest.mark.parametrize(
    "text",
    [
        '{"evses":' * 100_000,
        '{"data": [{"evses":' + "[" * 100_000,
        '{"evses": "' + "x" * 1_000_000,
        '{"evses": ' + "\x01garbage" * 100_000,
        "{" + ", ".join(f'"evses{number}": 1, "evses": 2' for number in range(100_000)) + "}",
        '{"data": ' * 100_000,
        "[]",
        '{"data": []}',
        "id,latitude\n",
        '{"type": "FeatureCollection", "features": [{"coordinates": [1, 2]}]}',
    ],
    ids=range(10),
)
def test_garbage_and_nesting_without_end_are_refused(tmp_path, text):
    with pytest.raises(SourceError):
        read_text(tmp_path, text)


def test_the_format_is_recognised():
    assert {sniff(path).name for path in FIXTURES.iterdir()} == {"ocpi"}
    assert reader_named("ocpi").source().unit_counted == "EVSE"


def test_countries_are_two_letters_for_three():
    assert (len(ALPHA_2), len(set(ALPHA_2.values()))) == (250, 250)
    assert [country_code(text) for text in ("CHN", "cn", "Polska", "")] == ["CN", "CN", None, None]


FIELDS = (*json.loads((FIXTURES / "v2_1_1.json").read_text("utf-8"))[0], "publish", "facilities", "party_id")
EVSE_FIELDS = ("uid", "evse_id", "status", "connectors", "last_updated", "parking_restrictions")
CONNECTOR_FIELDS = (
    "standard",
    "format",
    "power_type",
    "max_voltage",
    "amperage",
    "max_amperage",
    "max_electric_power",
)


@pytest.mark.slow
@given(
    st.dictionaries(st.sampled_from(FIELDS), json_values),
    st.dictionaries(st.sampled_from(EVSE_FIELDS), json_values),
    st.dictionaries(st.sampled_from(CONNECTOR_FIELDS), json_values),
)
def test_no_value_of_a_field_breaks_the_reader(changes, evse, connector):
    evses = [{"connectors": [connector]}, evse, {"uid": "1"} | evse]
    assert isinstance(ocpi.read_station(location(evses=evses)), StationRecord | Rejection)
    assert isinstance(ocpi.read_station(location(**changes)), StationRecord | Rejection)


@pytest.mark.slow
@given(json_values)
def test_no_file_of_json_raises_anything_but_a_source_error(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("any") / "any.json"
    path.write_text(json.dumps({"evses": 1, "data": value}), encoding="utf-8")
    try:
        records = list(ocpi.read(path))
    except SourceError:
        return
    assert all(isinstance(record, StationRecord | Rejection) for record in records)
