"""JSON that is not as it should be, and how it is told."""

import json

import pytest

from charging.cli import main
from charging.domain.vocabulary import Connector, Current, Datum, connectors_in
from charging.errors import Fault, SourceError, UsageError
from charging.sources.readers import reader_named, sniff
from charging.sources.recognition.column_guess import Hints
from charging.sources.recognition.table_guess import guess_table
from charging.sources.records import Reason, Rejection
from charging.sources.tabular import model as tabular
from charging.sources.tabular.presets import load_preset

SITE = {"id": 1, "name": "A", "lat": 52.5, "lon": 13.4, "operator": "Voltberry", "chargers": 4}

PRESET = """\
datum = "wgs84"
[source]
source = "mine"
title = "Mine"
licence = "test"
attribution = "test"
[columns]
source_id = "id"
lat = "lat"
lon = "lon"
[[piles]]
columns = { count = "chargers" }
"""


def read(path, **hints):
    return [*sniff(path, hints=Hints(**hints)).read(path)]


def mine(tmp_path, text=PRESET):
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    return load_preset("mine", tmp_path)


def test_stations_under_two_keys_are_told_with_what_to_do(write):
    path = write({"stations": [SITE], "closed": [SITE | {"id": 2}]})
    with pytest.raises(SourceError, match=r"under 'stations' and 'closed'.*--records stations"):
        read(path)
    assert [station.source_id for station in read(path, records="closed")] == ["2"]


def test_so_are_those_that_a_preset_has_the_columns_of(write, tmp_path):
    path = write({"stations": [SITE], "data": {"more": [SITE | {"id": 2}]}})
    with pytest.raises(SourceError, match=r"under 'stations' and 'data.more'"):
        list(tabular.read(path, preset=mine(tmp_path)))
    preset = mine(tmp_path, PRESET.replace("[columns]", '[file]\nrecords = "data.more"\n[columns]'))
    assert [station.source_id for station in tabular.read(path, preset=preset)] == ["2"]


def test_a_list_of_something_else_beside_the_stations_does_no_harm(write):
    path = write({"operators": [{"id": 1, "name": "Voltberry"}], "stations": [SITE]})
    assert [station.name for station in read(path)] == ["A"]


def test_keys_that_lead_to_no_list_are_told_with_those_that_do(write):
    with pytest.raises(SourceError, match=r"under 'stops', found lists under .*'data.stations'"):
        read(write({"data": {"stations": [SITE, SITE]}}), records="stops")


@pytest.mark.parametrize("content", ["{}", "[]", "[1, 2]", '{"error": "no key"}', '{"data": []}', "[null]"])
@pytest.mark.parametrize("with_preset", [False, True])
def test_json_without_stations_is_told_as_such(content, with_preset, write, tmp_path):
    path = write(content)
    with pytest.raises(SourceError, match=r"expected .*(JSON|each column of the preset)") as refusal:
        list(tabular.read(path, preset=mine(tmp_path))) if with_preset else read(path)
    assert "delimiter" not in str(refusal.value)


def test_lists_of_other_things_are_named_with_their_keys(write):
    with pytest.raises(SourceError, match="under 'fruits' with colour, taste") as refusal:
        read(write({"fruits": [{"colour": "red", "taste": "sweet"}] * 3}))
    assert refusal.value.fault is Fault.UNRECOGNISED


def test_a_preset_never_reads_json_as_delimited_text(write, tmp_path):
    """Whose lines have commas, and may begin with the names of columns."""
    path = write('[\n"id,lat,lon,chargers",\n"1,52.5,13.4,4"\n]')
    with pytest.raises(SourceError, match="JSON"):
        list(tabular.read(path, preset=mine(tmp_path)))


def test_a_text_in_brackets_is_no_json(write):
    path = write("[id],[name],lat,lon,chargers\n1,A,52.5,13.4,4\n2,B,52.6,13.5,2\n", "table.csv")
    assert len(read(path)) == 2


def test_values_of_any_type_are_read_as_what_they_say(write):
    records = [
        {"id": 1.0, "lat": "52.5", "lon": 13.4, "chargers": "4"},
        {"id": "x", "lat": 52.6, "lon": "13.5", "chargers": 2.0},
        {"id": 7_000_000_000_000_000_001, "lat": 52.7, "lon": 13.6, "chargers": {"dc": 2}},
        {"id": None, "lat": 52.8, "lon": 13.7, "chargers": 1},
        {"id": 9, "lat": [1], "lon": {"value": 2}, "chargers": 1},
        {"id": 10, "lat": True, "lon": float("nan"), "chargers": 1},
        None,
    ]
    path = write(records)
    found = [*reader_named("tabular").read(path, preset=mine(path.parent))]
    assert [each.source_id for each in found if not isinstance(each, Rejection)] == [
        "1",
        "x",
        "7000000000000000001",
    ]
    assert [(each.record_id, each.reason) for each in found if isinstance(each, Rejection)] == [
        ("record 4", Reason.MISSING_ID),
        ("9", Reason.MISSING_COORDINATE),
        ("10", Reason.NOT_A_NUMBER),
        ("record 7", Reason.MALFORMED),
    ]


def test_half_of_a_surrogate_pair_is_a_question_mark(write):
    (station,) = read(write([SITE | {"name": "\ud800 A"}]))
    assert station.name == "? A"


def test_a_list_of_chargers_becomes_the_groups_of_a_station_with_their_own_counts(write):
    chargers = [
        {"type": "CCS", "power_kw": 150, "count": 2, "status": "available"},
        {"type": "Type 2", "power_kw": "22", "count": 4, "status": "out of order"},
    ]
    site = {key: value for key, value in SITE.items() if key != "chargers"}
    (station,) = read(write([site | {"chargers": chargers}]))
    assert [(pile.count, pile.power_kw, [*connectors_in(pile.connectors)]) for pile in station.piles] == [
        (2, 150, [Connector.CCS2]),
        (4, 22, [Connector.TYPE2]),
    ]


def test_counts_by_current_are_kept_over_a_list_of_the_plugs_there_are(write):
    site = {"id": 1, "lat": 52.5, "lon": 13.4, "DC chargers": 4, "AC chargers": 2}
    (station,) = read(write([site | {"plugs": [{"type": "CCS"}, {"type": "Type 2"}]}]))
    assert [(pile.current, pile.count) for pile in station.piles] == [(Current.DC, 4), (Current.AC, 2)]
    assert [*connectors_in(station.piles[0].connectors)] == [Connector.CCS2]


def test_plugs_of_a_list_with_the_id_of_one_pile_are_one_pile(write):
    plugs = [
        {"evse_id": "DE*A*E1*1", "type": "CCS", "kW": 150},
        {"evse_id": "DE*A*E1*1", "type": "CHAdeMO", "kW": 50},
        {"evse_id": "DE*A*E1*2", "type": "Type 2", "kW": 22},
        {"evse_id": None, "type": "Type 2", "kW": 22},
        {"evse_id": None, "type": "Type 2", "kW": 22},
    ]
    sites = [{"id": at, "lat": 52.5 + at, "lon": 13.4, "plugs": plugs} for at in range(2)]
    for station in read(write(sites)):
        found = [(pile.pile_id, pile.power_kw, len(connectors_in(pile.connectors))) for pile in station.piles]
        assert found == [
            ("DE*A*E1*1", 150, 2),
            ("DE*A*E1*2", 22, 1),
            (None, 22, 1),
            (None, 22, 1),
        ]


@pytest.mark.parametrize(
    "places", [{"coordinates": {"latitude": 52.5, "longitude": 13.4}}, {"lat": 52.5, "lon": 13.4}]
)
def test_records_that_share_keys_with_ocpi_are_none(places, write):
    site = {"id": 1, "name": "A", **places, "evses": [{"type": "CCS", "power": 150}]}
    assert sniff(write([{key: value for key, value in site.items() if key != "evses"}])).name == "tabular"
    if "lat" in places:
        (station,) = read(write([site]))
        assert station.piles[0].power_kw == 150


def test_features_of_arcgis_are_records_and_no_geojson(write):
    features = [
        {
            "attributes": {"OBJECTID": at, "Station_Name": "A", "Chargers": 4},
            "geometry": {"x": 13.41234 + at, "y": 52.51234},
        }
        for at in (1, 2)
    ]
    path = write(
        {"geometryType": "esriGeometryPoint", "fields": [{"name": "OBJECTID"}], "features": features}
    )
    assert [(each.name, each.lat, each.lon) for each in read(path)] == [
        ("A", 52.51234, 14.41234),
        ("A", 52.51234, 15.41234),
    ]


def test_a_total_beside_a_list_of_chargers_is_stated(write):
    (station,) = read(write([SITE | {"plugs": [{"type": "CCS", "kW": 50}]}]))
    assert (station.stated_piles, [pile.count for pile in station.piles]) == (4, [1])


def test_opening_hours_in_a_list_make_no_sessions_of_stations(write):
    hours = [{"start": "08:00", "end": "20:00", "duration": 12}]
    assert len(read(write([SITE | {"hours": hours}, SITE | {"id": 2, "hours": hours}]))) == 2


def test_a_column_of_a_list_may_be_named_and_left_out(write):
    path = write([SITE | {"plugs": [{"art": "CCS", "nominal": 50}, {"art": "CCS", "nominal": 300}]}])
    guess = guess_table(path, {"power_kw": ("plugs[].nominal",), "connector": ("plugs[].art",)})
    assert (guess.each, guess.headers_of("power_kw"), guess.headers_of("connector")) == (
        "plugs",
        ("plugs[].nominal",),
        ("plugs[].art",),
    )
    assert guess_table(path, {"power_kw": (), "connector": ()}).each is None


def test_a_column_of_a_list_named_for_the_station_gives_its_first_value(write):
    path = write([SITE | {"names": [{"text": ""}, {"text": "Ort"}, {"text": "Lieu"}]}])
    assert guess_table(path, {"name": ("names[].text",)}).samples["names[].text"] == ("Ort",)


def test_a_list_that_no_column_is_of_is_refused_in_a_preset(tmp_path):
    with pytest.raises(UsageError, match="each"):
        mine(tmp_path, PRESET.replace("[[piles]]", '[[piles]]\neach = "plugs"'))


def test_columns_that_were_taken_are_kept_as_a_preset_for_the_next_file(write, tmp_path, monkeypatch):
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(tmp_path / "build"))
    site = SITE | {"plugs": [{"id": "a1", "type": "CCS", "kW": 50}]}
    path = write({"data": {"stations": [site, SITE | {"id": 2}]}})
    assert main(["import", str(path), "--name", "one", "--save-preset", "mine"]) == 0
    preset = load_preset("mine", tmp_path / "build" / "presets")
    assert (preset.layout.records, preset.tables[0].each) == ("data.stations", "plugs")
    assert [each.piles[0].pile_id for each in tabular.read(path, preset=preset) if each.piles] == ["a1"]


def test_the_datum_of_baidu_is_told_unless_it_is_declared(tmp_path, monkeypatch, capsys, write):
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(tmp_path / "build"))
    place = {"uid": "b1", "name": "充电站", "location": {"lat": 30.3, "lng": 120.2}, "address": "文一路"}
    place |= {"province": "浙江省", "city": "杭州市", "area": "西湖区"}
    path = write({"status": 0, "results": [place]})
    assert main(["import", str(path), "--name", "one"]) == 0
    assert "taken as 'bd09'" in capsys.readouterr().out
    assert main(["import", str(path), "--name", "two", "--datum", "gcj02"]) == 0
    assert "bd09" not in capsys.readouterr().out
    assert sniff(path).source().source == "baidu"
    assert load_preset("baidu").datum is Datum.BD09


def test_a_list_is_named_on_the_command_line(tmp_path, monkeypatch, capsys, write):
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(tmp_path / "build"))
    path = write({"stations": [SITE], "closed": [SITE | {"id": 2}, SITE | {"id": 3}]})
    assert main(["import", str(path), "--name", "one", "--records", "closed"]) == 0
    assert "2 stations" in capsys.readouterr().out
    assert main(["import", str(path), "--dry-run", "--records", "closed", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["form"]["records"] == "closed"


@pytest.mark.parametrize("line", ["not json", "null", "[]", '"text"', "<html>", '{"id": 3,'])
def test_a_line_that_is_no_record_is_one_rejection_wherever_it_stands(write, line):
    other = json.dumps(SITE | {"id": 2, "lat": 52.6})
    for lines in ([json.dumps(SITE), line, other], [json.dumps(SITE), other, line]):
        found = read(write("\n".join(lines) + "\n", "stations.jsonl"))
        assert [each.reason for each in found if isinstance(each, Rejection)] == [Reason.MALFORMED]
        assert sum(not isinstance(each, Rejection) for each in found) == 2
