import csv
import datetime as dt
import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from charging.domain.vocabulary import Access, Connector, Datum, Site, connectors_in
from charging.errors import SourceError, UsageError
from charging.sources.io import files
from charging.sources.records import Reason, Rejection, StationRecord
from charging.sources.tabular import model as tabular
from charging.sources.tabular.presets import load_preset, presets

FIXTURES = Path(__file__).parents[2] / "fixtures" / "tabular"
HEADER = "station_id,longitude,latitude,charge_count\n"


@pytest.fixture
def register(monkeypatch):
    preset = load_preset("register", FIXTURES)
    monkeypatch.setattr(tabular, "load_preset", lambda _: preset)
    return list(tabular.read(FIXTURES / "register.csv", preset="register"))


def read(name):
    return list(tabular.read(FIXTURES / name, preset="urbanev"))


def rewritten(known, folder, layout, delimiter):
    path = folder / "other"
    with files.open_text(known, encoding=layout.encodings) as text, path.open("w", encoding="utf-8") as other:
        csv.writer(other, delimiter=delimiter).writerows(csv.reader(text, delimiter=layout.delimiter))
    return path


def read_text(folder, text, encoding="utf-8"):
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return list(tabular.read(path, preset="urbanev"))


def test_a_row_becomes_a_station_in_the_datum_of_its_source():
    assert read("shenzhen.csv")[0] == StationRecord(
        source_id="1001",
        lat=22.540383,
        lon=114.063014,
        datum=Datum.GCJ02,
        stated_piles=20,
        country="CN",
        region="广东省",
        city_id="440300",
        city_raw="深圳市",
    )


def test_a_bad_row_is_told_and_the_rest_are_read():
    records = read("bad_rows.csv")
    told = [(record.reason, record.record_id) for record in records if isinstance(record, Rejection)]
    assert told == [
        (Reason.MISSING_ID, "line 2"),
        (Reason.MISSING_COORDINATE, "2"),
        (Reason.NOT_A_NUMBER, "3"),
        (Reason.NOT_A_NUMBER, "4"),
        (Reason.NOT_A_NUMBER, "5"),
        (Reason.MALFORMED, "line 8"),
    ]
    assert len(records) == 13


def test_missing_cells_at_the_end_of_a_row_are_empty():
    assert [(each.lat, each.stated_piles) for each in read("bad_rows.csv")[5:6]] == [(22.54, None)]


def test_numbers_that_can_be_no_place_are_left_to_the_one_who_judges_all_sources():
    points = {record.source_id: (record.lat, record.lon) for record in read("bad_rows.csv")[7:10]}
    assert points == {"8": (0, 0), "9": (114.06, 22.54), "10": (22.54, 500)}


def test_a_count_that_is_none_is_unknown_and_told():
    many, empty, four = read("bad_rows.csv")[10:]
    assert (many.stated_piles, many.unmapped) == (None, (("stated_piles", "many"),))
    assert (empty.stated_piles, empty.unmapped) == (None, ())
    assert four.stated_piles == 4


def test_a_quote_left_open_tells_every_line_it_swallows():
    first, *rest = read("open_quote.csv")
    assert first.source_id == "1"
    assert [record.record_id for record in rest] == ["line 3", "line 4", "line 5"]


def test_a_cell_longer_than_any_text_is_one_bad_row(tmp_path):
    records = read_text(tmp_path, HEADER + f'1,"{"x" * 200_000}",22.5,1\n2,114.0,22.5,1\n')
    assert records[0].reason is Reason.MALFORMED
    assert records[-1].source_id == "2"


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_byte_order_marks_and_line_ends_make_no_difference(tmp_path, mark, line_end):
    text = mark + HEADER + "1,114.0,22.5,3\n"
    assert read_text(tmp_path, text.replace("\n", line_end))[0].stated_piles == 3


@pytest.mark.slow
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["shenzhen", "afdc", "bnetza", "irve", "irve_stations"])
def test_a_table_of_a_preset_reads_the_same_by_any_usual_delimiter(tmp_path, name, delimiter):
    known = FIXTURES / f"{name}.csv"
    preset = tabular.recognise(known)
    path = rewritten(known, tmp_path, load_preset(preset).layout, delimiter)
    assert tabular.recognise(path) == preset
    assert list(tabular.read(path, preset=preset)) == list(tabular.read(known, preset=preset))


@pytest.mark.parametrize("delimiter", [":", ";", "\t"])
def test_a_delimiter_that_a_preset_names_goes_before_the_usual_ones(
    tmp_path, monkeypatch, register, delimiter
):
    given = load_preset("register", FIXTURES)
    path = rewritten(FIXTURES / "register.csv", tmp_path, given.layout, delimiter)
    own = given.model_copy(update={"layout": replace(given.layout, delimiter=":")})
    monkeypatch.setattr(tabular, "load_preset", lambda _: own)
    assert list(tabular.read(path, preset="register")) == register


def test_blank_lines_are_no_records(tmp_path):
    assert len(read_text(tmp_path, HEADER + "\n1,114.0,22.5,3\n\n")) == 1


def test_a_compressed_table_reads_the_same(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress((FIXTURES / "shenzhen.csv").read_bytes()))
    assert list(tabular.read(path, preset="urbanev")) == read("shenzhen.csv")


def test_groups_of_columns_become_groups_of_piles(register):
    fast, slow = register[0].piles
    assert (connectors_in(fast.connectors), fast.power_kw, fast.count) == (
        (Connector.CCS2, Connector.CHADEMO),
        150.5,
        1,
    )
    assert (connectors_in(slow.connectors), slow.power_kw) == ((Connector.TYPE2,), 22)


def test_columns_join_and_codes_dates_and_constants_become_ours(register):
    first = register[0]
    assert (first.name, first.address) == ("Hof; Nord", "Am Tor 5a")
    assert (first.access, first.site) == (Access.PUBLIC, Site.URBAN)
    assert first.opened_on == dt.date(2024, 2, 29)
    assert (first.lat, first.lon) == (52.5163, 13.3777)


def test_what_no_map_knows_is_unknown_and_told(register):
    second = register[1]
    assert second.unmapped == (
        ("access", "nach Absprache"),
        ("opened_on", "31.02.2024"),
        ("connectors", "Eigenbau"),
        ("power_kw", "schnell"),
    )
    assert (second.access, second.opened_on) == (None, None)
    assert [(pile.connectors, pile.power_kw, pile.count) for pile in second.piles] == [(None, None, 1)]


def test_hostile_text_with_line_breaks_is_only_text(register):
    assert register[1].name == "<script>alert(1)</script>\n`${x}`"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"PK\x03\x04\x14\0\x06\0", "Excel"),
        (HEADER.encode("utf-16-le") + b"\0\0" * 9_000, "binary"),
        (b'{"type": "FeatureCollection"}', "found none"),
        (b'{"features": [{"properties": {"a": 1}}]}', "without station_id"),
        (b"station_id:longitude:latitude:charge_count\n1:2:3:4\n", "delimiter"),
        (b"station_id,longitude,latitude\n1,2,3\n", "without charge_count"),
        (HEADER.encode() + "1,114.0,22.5,深\n".encode("gb18030"), "0xc9"),
        (gzip.compress(HEADER.encode() * 100, mtime=0)[:40], "damaged"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_what_was_found(tmp_path, content, says):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=says) as refusal:
        list(tabular.read(path, preset="urbanev"))
    assert str(path) in str(refusal.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SourceError, match="No such file"):
        list(tabular.read(tmp_path / "none.csv", preset="urbanev"))


def test_an_unknown_preset_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="urbanev"):
        load_preset("urbanova")


@pytest.mark.parametrize("name", presets())
def test_every_preset_of_the_project_can_be_used(name):
    assert load_preset(name).name == name


def test_every_fault_of_a_preset_is_named_at_once(tmp_path):
    (tmp_path / "bad.toml").write_text(
        'datum = "nad27"\ncolour = "red"\n'
        '[source]\ntitle = "t"\n[file]\ndelimiter = ";;"\nencoding = "utf-77"\n'
        '[columns]\nsource_id = 7\nheight = "H"\n[constants]\naccess = "all"\n'
        '[values.site]\nx = "moon"\n[[piles]]\ncolumns = {volts = "V"}\n'
    )
    with pytest.raises(UsageError) as refusal:
        load_preset("bad", tmp_path)
    faults = ["nad27", "colour", "licence", ";;", "utf-77", "source_id", "height", "lat", "moon", "volts"]
    assert [fault for fault in faults if fault not in str(refusal.value)] == []


def test_a_preset_that_is_no_toml_is_refused(tmp_path):
    (tmp_path / "bad.toml").write_text("[source")
    with pytest.raises(UsageError, match="TOML"):
        load_preset("bad", tmp_path)
