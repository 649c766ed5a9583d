"""Tables that are no plain text: archives, workbooks, Parquet, GeoJSON, and files made to do harm."""

import datetime as dt
import gzip
import io
import json
import os
import re
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charging.errors import Fault, SourceError
from charging.sources.io import files
from charging.sources.readers import sniff
from charging.sources.records import Reason, Rejection, StationRecord
from charging.sources.tabular import model as tabular
from charging.sources.tabular.preset_schema import Layout
from charging.sources.tabular.tables import tables

CSV = b"station_id,longitude,latitude,charge_count\n1,114.0,22.5,3\n2,114.1,22.6,4\n"
STATIONS = [("1", 22.5, 114.0, 3), ("2", 22.6, 114.1, 4)]
SHEET = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Register</t></is></c></row>'
    '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="s"><v>2</v></c>'
    '<c r="D3" t="inlineStr"><is><r><t>charge</t></r><r><t>_count</t></r></is></c></row>'
    '<row r="4"><c r="A4"><v>1</v></c><c r="B4"><v>114.0</v></c><c r="C4"><v>22.5</v></c><c><v>3</v></c>'
    '</row><row><c r="A5"><v>2</v></c><c r="B5"><v>114.1</v></c><c r="C5" t="str"><v>22.6</v></c>'
    '<c r="D5"><v>4</v></c></row>'
)
SHARED = (
    "<si><t>station_id</t></si><si><t>longitude</t></si>"
    "<si><t>latitude</t><rPh sb='0' eb='1'><t>x</t></rPh></si>"
)
FIXTURES = Path(__file__).parents[2] / "fixtures"
OCM = (FIXTURES / "open_charge_map" / "verbose.json").read_bytes()
AREAS = (FIXTURES / "service_areas" / "areas.csv").read_bytes()
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(sheet=SHEET, head="", target="worksheets/sheet1.xml"):
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    style = '<xf numFmtId="{}" fontId="0" fillId="0" borderId="0"/>'
    kinds = {"workbook": "sheet.main", "sharedStrings": "sharedStrings", "styles": "styles"}
    members = {
        "[Content_Types].xml": f'<Types xmlns="{package.replace("relationships", "content-types")}">'
        + "".join(
            f'<Override PartName="/xl/{name}.xml" ContentType="application/'
            f'vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
            for name, kind in kinds.items()
        )
        + "</Types>",
        "xl/workbook.xml": f'{head}<workbook xmlns="{MAIN}" xmlns:r="{relations}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">'
        f'<Relationship Id="rId1" Type="{relations}/worksheet" Target="{target}"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{SHARED}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs>{style.format(0)}'
        f"{style.format(14)}</cellXfs></styleSheet>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    return archive(members)


def archive(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def of_one_name(*contents):
    """Return an archive whose members are all called `t.csv`."""
    names = [chr(ord("a") + at) for at in range(len(contents))]
    packed = archive({f"{name}.csv": content for name, content in zip(names, contents, strict=True)})
    return re.sub(rb"[a-z]\.csv", b"t.csv", packed)


def parquet(stations=1, **columns):
    packed = io.BytesIO()
    table = {
        "station_id": [1, 2],
        "longitude": [114.0, 114.1],
        "latitude": [22.5, 22.6],
        "charge_count": [3.0, 4.0],
        **columns,
    }
    repeated = pa.table({name: values * stations for name, values in table.items()})
    pq.write_table(repeated, packed, compression="zstd")
    return packed.getvalue()


def collection(*, properties=("station_id", "charge_count")):
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [lon, lat]},
                    "properties": dict(zip(properties, (int(number), count), strict=True)),
                }
                for number, lat, lon, count in STATIONS
            ],
        }
    ).encode()


def write(folder, content, name="file"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        gzip.compress(CSV),
        archive({"a/table.csv": CSV, "LICENCE.txt": "Free", "a/picture.png": b"\x89PNG\0\0,"}),
        archive({"one.csv": CSV[:58], "two.csv": CSV[:43] + CSV[58:]}),
        CSV.decode().encode("utf-16"),
        workbook(),
        workbook(target="/xl/worksheets/sheet1.xml"),
        parquet(),
        collection(),
        gzip.compress(collection()),
        archive({"stations.geojson": collection()}),
    ],
    ids=[
        "csv",
        "gz",
        "zip",
        "zip-of-two",
        "utf-16",
        "xlsx",
        "xlsx-absolute",
        "parquet",
        "geojson",
        "geojson.gz",
        "geojson.zip",
    ],
)
def test_what_a_file_is_is_told_by_its_content_and_reads_the_same(tmp_path, content):
    path = write(tmp_path, content, "file.dat")
    reader = sniff(path)
    assert reader.preset == "urbanev"
    read = [(each.source_id, each.lat, each.lon, each.stated_piles) for each in reader.read(path)]
    assert read == STATIONS


def test_a_date_of_a_workbook_is_a_date(tmp_path):
    dates = '<c s="1"><v>45351</v></c><c s="1"><v>45351.5</v></c>'
    row = f'<row r="9">{dates}<c><v>7</v></c><c t="b"><v>1</v></c></row>'
    path = write(tmp_path, workbook(row))

    ((line,),) = [list(rows.singly) for rows in tables(files.Part(path), Layout())]
    assert line == (9, ["2024-02-29", "2024-02-29T12:00:00", "7", "true"])
    ((line,),) = [list(rows.singly) for rows in tables(files.Part(path), Layout(date_formats=("%d.%m.%Y",)))]
    assert line[1][0] == "29.02.2024"


def test_typed_values_are_written_as_the_preset_writes_text(tmp_path):

    packed = pa.table({"a": [1.5], "b": [dt.date(2024, 2, 29)], "c": [["x", "y"]], "d": [None], "e": [7]})
    pq.write_table(packed, tmp_path / "t")
    layout = Layout(decimal=",", separator=";")
    ((_, row),) = [list(rows.singly) for rows in tables(files.Part(tmp_path / "t"), layout)]
    assert row == (2, ["1,5", "2024-02-29", "x;y", "", "7"])


def test_a_parquet_file_of_many_like_texts_is_read(tmp_path):
    words = ["a", None, "b", "", "a"]
    nested = [["a", "b"], None, [], ["a"], [None]]
    pq.write_table(pa.table({"word": words, "words": nested, "number": range(5)}), tmp_path / "t")
    (rows,) = [list(rows.singly) for rows in tables(files.Part(tmp_path / "t"), Layout())]
    assert [cells for _, cells in rows[1:]] == [
        ["a", "a,b", "0"],
        ["", "", "1"],
        ["b", "", "2"],
        ["", "a", "3"],
        ["a", "", "4"],
    ]


def test_a_broken_feature_is_one_bad_record(tmp_path):
    content = collection().replace(b'"features": [', b'"features": [7, {"properties": 7}, ')
    records = list(tabular.read(write(tmp_path, content), preset="urbanev"))
    assert [each.reason for each in records[:2]] == [Reason.MALFORMED] * 2
    assert len(records) == 4


def test_half_a_character_does_not_cost_the_others_their_file(tmp_path):
    content = collection().replace(b'"station_id": 1,', b'"station_id": "1\\ud800",')
    records = list(tabular.read(write(tmp_path, content), preset="urbanev"))
    assert [each.source_id for each in records] == ["1?", "2"]


HUGE = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


ROWS_OF_A_BOMB = b"9,114,22,1\n" * 600_000  # over what may be unpacked at any ratio


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(CSV + ROWS_OF_A_BOMB), "unpacks to more"),
        (archive({"bomb.csv": CSV + ROWS_OF_A_BOMB}), "unpacks to more"),
        (archive({"inner.zip": archive({"table.csv": CSV})}), "inside"),
        (archive({"table.csv.gz": gzip.compress(CSV)}), "inside"),
        (archive({"readme": "nothing here"}), "found readme"),
        (archive({f"{number}.csv": "a,b" for number in range(1_001)}), "at most 1,000"),
        (archive({}), "expected"),
        (archive({"a.csv": CSV})[:-30], "archive"),
        (b"PK\x03\x04 not really", "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "another kind"),
        pytest.param(workbook(HUGE), "without station_id", marks=pytest.mark.endurance),  # a million rows
        (workbook("<row><c><v>1</v></c>"), "workbook"),
        (workbook(head='<!DOCTYPE w [<!ENTITY a "b">]>'), "document types"),
        (
            workbook("<row><c t='inlineStr'><is><t>" + "x" * 20_000_000 + "</t></is></c></row>"),
            "unpacked",
        ),
        (parquet()[:200], "Parquet"),
        (gzip.compress(parquet()), "Unpack it"),
        (archive({"t.parquet": parquet()}), "Unpack it"),
        (parquet(500_000), "unpacks to more"),
        (parquet(name=["x" * 10_000_000, "y"]), "unpacks to more"),
        (parquet(200, name=["x" * 100_000, "y"]), "unpacks to more"),
        (parquet(200, names=[["x" * 100_000], ["y"]]), "unpacks to more"),
        (b"PAR1" + bytes(64) + b"PAR1", "Parquet"),
        (b'{"features": ' + b"[" * 100_000, "nested"),
        (b'{"features": [{"properties": {"a": "' + b"x" * 40_000_000, "longer"),
        (b"x" * 20_000_000, "without station_id"),
        (b'"' + b"x,\n" * 5_000_000, "without station_id"),
    ],
)
def test_a_file_made_to_do_harm_is_refused_with_a_reason(tmp_path, content, says):
    path = write(tmp_path, content)
    with pytest.raises(SourceError, match=says):
        list(tabular.read(path, preset="urbanev"))
    with pytest.raises(SourceError):
        list(sniff(path).read(path))


def fault_of(path):
    try:
        list(sniff(path).read(path))
    except SourceError as error:  # let go of at once, with the file its traceback holds open
        return error.fault
    return None


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"foo,bar\n1,2\n", Fault.UNRECOGNISED),
        (b" \n", Fault.EMPTY),
        (b"a,b\0", Fault.BINARY),
        (CSV + b"9,114.2,22.7,\xe9\n", Fault.ENCODING),
        (gzip.compress(CSV)[:-9], Fault.DAMAGED),
        (b'{"features": [{"properties": {"station_id": 1', Fault.DAMAGED),
        (parquet()[:200], Fault.DAMAGED),
        (workbook("<row><c><v>1</v></c>"), Fault.DAMAGED),
        (archive({"t.parquet": parquet()}), Fault.PACKED),
        (gzip.compress(CSV + ROWS_OF_A_BOMB), Fault.TOO_LARGE),
    ],
    ids=lambda value: value if isinstance(value, Fault) else "",
)
def test_what_is_wrong_with_a_file_is_told_in_a_word_too(tmp_path, content, fault):
    assert fault_of(write(tmp_path, content)) is fault


def test_a_workbook_that_unpacks_to_more_than_it_can_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("charging.sources.io.workbook.FREE_UNPACKED", 100_000)
    path = write(tmp_path, workbook(SHEET + "<row></row>" * 100_000))
    with pytest.raises(SourceError, match="unpacked"):
        list(tabular.read(path, preset="urbanev"))


@pytest.mark.parametrize("quote", ['"', "", '"a,"",\n'])
def test_a_cell_of_ten_megabytes_is_one_bad_row_among_good_ones(tmp_path, quote):
    end = quote[:1]
    content = CSV + f"3,{quote}{'x' * 10_000_000}{end},22.5,1\r\n4,114.0,22.5,1\n5,,\n".encode()
    records = list(tabular.read(write(tmp_path, content), preset="urbanev"))
    assert [each.source_id for each in records if isinstance(each, StationRecord)] == ["1", "2", "4"]
    bad = [(each.reason, each.record_id) for each in records if isinstance(each, Rejection)]
    lines = [4] if "\n" not in quote else [4, 5]  # a cell of two lines that does not parse
    broken = [(Reason.MALFORMED, f"line {line}") for line in lines]
    assert bad == [*broken, (Reason.MISSING_COORDINATE, "5")]


def test_an_archive_with_a_member_of_no_name_is_read_without_it(tmp_path):
    path = write(tmp_path, archive({"t.csv": CSV, "?": b"a,b"}).replace(b"?", b"\0"))
    assert [each.source_id for each in tabular.read(path, preset="urbanev")] == ["1", "2"]


def test_members_of_one_name_are_each_read(tmp_path):
    path = write(tmp_path, of_one_name(CSV, CSV.replace(b"\n1,", b"\n3,").replace(b"\n2,", b"\n4,")))
    assert [each.source_id for each in tabular.read(path, preset="urbanev")] == ["1", "2", "3", "4"]


def test_a_member_that_is_not_read_is_named_though_another_of_its_name_is(tmp_path):
    path = write(tmp_path, of_one_name(CSV, b"Read me, please"))
    assert sniff(path).unread(path) == ("t.csv",)


@pytest.mark.parametrize("content", [archive({"table.csv": CSV}), workbook()], ids=["zip", "xlsx"])
def test_an_archive_with_a_password_is_refused(tmp_path, content):
    packed = bytearray(content)
    packed[6] |= 1
    packed[packed.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceError, match="password"):
        sniff(write(tmp_path, bytes(packed)))


def test_an_archive_with_two_files_of_json_is_refused_with_their_names(tmp_path):
    path = write(tmp_path, archive({"a.json": "[1]", "b.json": "[2]"}))
    with pytest.raises(SourceError, match=r"a\.json, b\.json"), files.open_text(path):
        pass


@pytest.mark.parametrize(
    ("members", "name", "unread"),
    [
        ({"t.csv": CSV, "README.txt": "Read me, please"}, "tabular", ("README.txt",)),
        ({"t.csv": CSV, "data.json": '{"title": "Register"}'}, "tabular", ("data.json",)),
        ({"t.csv": CSV * 50, "ocm.json": OCM}, "open-charge-map", ("t.csv",)),
        ({"a.csv": CSV, "codes.csv": b"code,meaning\n1,a\n", "b.csv": CSV}, "tabular", ("codes.csv",)),
        ({"one.csv": CSV, "folder/": b""}, "tabular", ()),
        ({"areas.csv": AREAS, "README.txt": "Read me, please" * 1_000}, "service-areas", ("README.txt",)),
        ({"areas.csv": AREAS, "t.csv": CSV}, "service-areas", ("t.csv",)),
        ({"ocm.json": OCM, "a\u202eb\n.png": b"\0"}, "open-charge-map", ("a\ufffdb\ufffd.png",)),
    ],
    ids=["readme", "description", "table by json", "table", "folder", "prose", "areas", "hostile name"],
)
def test_what_of_an_archive_is_not_read_is_named(tmp_path, members, name, unread):
    path = write(tmp_path, archive(members))
    reader = sniff(path)
    assert (reader.name, reader.unread(path)) == (name, unread)
    assert not all(isinstance(each, Rejection) for each in reader.read(path))


@pytest.mark.parametrize("content", [CSV, gzip.compress(CSV), workbook(), collection()])
def test_a_file_that_is_no_archive_has_nothing_unread(tmp_path, content):
    path = write(tmp_path, content)
    assert sniff(path).unread(path) == ()


def test_random_bytes_are_refused(tmp_path):
    with pytest.raises(SourceError):
        sniff(write(tmp_path, os.urandom(100_000)))


SEEDS = (CSV, gzip.compress(CSV), archive({"t.csv": CSV}), workbook(), parquet(), collection())


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SEEDS), st.data())
def test_a_damaged_file_is_records_or_a_source_error(tmp_path, seed, data):
    content = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = write(tmp_path, bytes(content[: data.draw(st.integers(1, len(content)))]))
    for attempt in (lambda: sniff(path), lambda: list(tabular.read(path, preset="urbanev"))):
        try:
            attempt()
        except SourceError:
            continue


def test_what_a_workbook_holds_beside_its_cells_is_passed_over(tmp_path):
    packed = io.BytesIO(workbook(SHEET + "</sheetData><extLst><ext uri='{x}'/></extLst><sheetData>"))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/vbaProject.bin", b"\xd0\xcf\0macro")
        file.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    records = list(tabular.read(write(tmp_path, packed.getvalue()), preset="urbanev"))
    assert [each.source_id for each in records] == ["1", "2"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "row", ['<row r="99999999999"><c><v>1</v></c></row>', '<row r="2"><c r="ZZZZZ2"><v>1</v></c></row>']
)
def test_a_cell_outside_any_sheet_is_refused(tmp_path, row):
    path = write(tmp_path, workbook(SHEET + row))
    with pytest.raises(SourceError, match="workbook"):
        list(tabular.read(path, preset="urbanev"))


@pytest.mark.slow
def test_shared_texts_that_unpack_to_more_than_they_can_hold_are_refused(tmp_path):
    bomb = {
        "xl/workbook.xml": "<workbook/>",
        "xl/sharedStrings.xml": "<sst>" + "<si><t>x</t></si>" * 2_000_000,
    }
    with pytest.raises(SourceError, match="unpacked"):
        list(tabular.read(write(tmp_path, archive(bomb)), preset="urbanev"))
