"""What is taken away is what was asked for, and says what it is."""

import csv
import datetime as dt
import io
import json
import re
from dataclasses import replace
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.cli import main
from charging.dataset.versions import write_version
from charging.domain.bounds import WORLD, Bounds
from charging.domain.filters import Filters
from charging.domain.schema import STATIONS
from charging.domain.vocabulary import Kind
from charging.exports import tables
from charging.exports.files import Format, Request, What, file_name, write_export
from charging.exports.formats import escape_formulas
from charging.queries.engine import Engine
from charging.queries.hexes import hexes
from charging.queries.stations import stations

BEIJING = Bounds(39.0, 115.0, 41.0, 118.0)
SELECTIONS = (Filters(), Filters(operators=("nio",)), Filters(min_power_kw=100, include_unknown=True))
EVERY = [(what, form) for what in What for form in Format]


@pytest.fixture(scope="module")
def engine(tiny_dataset):
    engine = Engine(tiny_dataset, memory_limit_mb=100)
    yield engine
    engine.close()


@pytest.fixture
def take(engine, tiny_dataset):
    """Write a file and return its bytes."""

    def _take(what, form, filters=SELECTIONS[0], dataset=tiny_dataset, **options):
        target = io.BytesIO()
        options = {"resolution": 5} | options
        write_export(engine, dataset, Request(what=what, format=form, filters=filters, **options), target)
        return target.getvalue()

    return _take


def unpack(data):
    """Return the texts of a zip by the ends of their names."""
    with ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        texts = {entry.filename: archive.read(entry).decode("utf-8-sig") for entry in archive.infolist()}
    [table] = {name for name in texts if "tiny" in name}
    return texts | {"table": texts[table]}


def read(data, form):
    """Return a file's rows as a table of objects, null as None."""
    if form is Format.PARQUET:
        rows = pq.read_table(io.BytesIO(data)).to_pandas()
    elif form is Format.CSV:
        text = {"city_id": str, "h3_cell": str, "source_id": str}
        rows = pd.read_csv(io.StringIO(unpack(data)["table"]), dtype=text)
    else:
        rows = pd.DataFrame([f["properties"] for f in json.loads(unpack(data)["table"])["features"]])
    return rows.astype(object).where(rows.notna(), None)


@pytest.mark.slow
@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("filters", SELECTIONS)
@pytest.mark.parametrize("bounds", [None, BEIJING])
def test_stations_read_back_are_those_of_the_query(engine, take, form, filters, bounds):
    found = read(take(What.STATIONS, form, filters, bounds=bounds), form).set_index("station_id")
    expected = stations(engine, filters, bounds, limit=100).set_index("station_id")
    assert set(found.index) == set(expected.index)
    for name in ("piles", "dc_piles", "max_power_kw", "available_piles", "fault_piles"):
        wanted = expected[name].reindex(found.index)
        pd.testing.assert_series_equal(
            found[f"selected_{name}"].astype(float), wanted.astype(float), check_names=False
        )
    assert (found.lat.astype(float) - expected.lat).abs().max() < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("filters", SELECTIONS)
@pytest.mark.parametrize("bounds", [None, BEIJING])
def test_cells_read_back_are_those_of_the_query(engine, take, form, filters, bounds):
    found = read(take(What.HEXES, form, filters, bounds=bounds), form)
    expected = hexes(engine, filters, bounds or WORLD, 5)
    assert found.h3_cell.tolist() == [f"{cell:x}" for cell in expected.cell]
    for name in ("stations", "piles", "dc_share", "unknown_share", "max_power_kw"):
        pd.testing.assert_series_equal(found[name].astype(float), expected[name].astype(float), atol=1e-6)


@pytest.mark.parametrize(("what", "form"), EVERY)
def test_every_column_is_in_the_dictionary_of_its_file(take, what, form):
    data = take(what, form)
    if form is Format.PARQUET:
        explained = json.loads(pq.read_schema(io.BytesIO(data)).metadata[b"dictionary"])
    else:
        explained = list(csv.DictReader(io.StringIO(unpack(data)["dictionary.csv"])))
    assert [row["column"] for row in explained] == read(data, form).columns.tolist()
    assert all(row["meaning"] and row["when_null"] for row in explained)


@pytest.mark.parametrize("form", [Format.CSV, Format.GEOJSON])
def test_a_zip_holds_licence_selection_and_origin(take, tiny_dataset, form):
    texts = unpack(take(What.STATIONS, form, Filters(operators=("nio",), min_power_kw=120)))
    assert "CC0-1.0" in texts["licence.txt"]
    assert "Attribution: Nobody" in texts["licence.txt"]
    for part in (
        "operator: NIO; min_kw: 120",
        "?operator=nio&min_kw=120",
        tiny_dataset.content_hash,
        "2025-01-02T03:04:05",
        "A tiny world (tiny, real)",
    ):
        assert part in texts["about.txt"]


def test_stations_keep_the_licence_of_each_row_and_what_is_not_internal(take):
    rows = read(take(What.STATIONS, Format.PARQUET), Format.PARQUET)
    assert set(rows.licence) == {"CC0-1.0"}
    internal = {"search", "pinyin", "operator_code", "cell"}
    assert {column.name for column in STATIONS.columns} - internal <= set(rows.columns)


@pytest.mark.parametrize(("what", "form"), EVERY)
def test_simulated_data_says_so_in_its_name_its_rows_and_its_description(take, tiny_dataset, what, form):
    simulated = replace(tiny_dataset, manifest=replace(tiny_dataset.manifest, kind=Kind.SIMULATED))
    request = Request(what=what, format=form, filters=Filters(), resolution=5)
    assert "simulated" in file_name(simulated, request)
    assert "simulated" not in file_name(tiny_dataset, request)
    data = take(what, form, dataset=simulated)
    assert set(read(data, form).kind) == {"simulated"}
    if form is Format.PARQUET:
        about = pq.read_schema(io.BytesIO(data)).metadata[b"charging"].decode()
    else:
        about = unpack(data)["about.txt"]
    assert "SIMULATED DATA" in about


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 10", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1", "''@x"]
)
def test_a_formula_gets_an_apostrophe(text):
    assert escape_formulas(pa.chunked_array([[text]])).to_pylist() == [f"'{text}"]


@pytest.mark.slow
@given(st.lists(st.text() | st.none()))
def test_neutralised_texts_never_begin_as_a_formula_and_can_be_restored(texts):
    cells = escape_formulas(pa.chunked_array([texts], pa.string())).to_pylist()
    assert not any(cell and cell[0] in "=+-@\t\r\n＝＋－＠" for cell in cells)
    begins = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
    assert [cell[1:] if cell and begins.match(cell) else cell for cell in cells] == texts


@pytest.mark.slow
def test_a_name_that_is_a_formula_is_disarmed_in_csv_alone(build, tiny_records, tiny_description, tmp_path):
    [record] = [record for record in tiny_records if getattr(record, "source_id", "") == "bj-1"]
    tables = build([record._replace(name="=HYPERLINK(0)", lat=-33.5, country="AU", city_raw=None)]).tables
    dataset = write_version(tmp_path / "tiny", tables, tiny_description)
    engine = Engine(dataset, memory_limit_mb=100)
    names = {}
    for form in Format:
        target = io.BytesIO()
        write_export(engine, dataset, Request(what=What.STATIONS, format=form, filters=Filters()), target)
        [row] = read(target.getvalue(), form).to_dict("records")
        names[form] = row["name"]
        assert row["lat"] == -33.5
    engine.close()
    assert names == {"csv": "'=HYPERLINK(0)", "geojson": "=HYPERLINK(0)", "parquet": "=HYPERLINK(0)"}


def test_numbers_of_a_csv_stay_numbers(take):
    text = unpack(take(What.STATIONS, Format.CSV))["table"]
    [row] = [row for row in csv.DictReader(io.StringIO(text)) if row["station_id"] == "tiny:bj-1"]
    assert (row["lat"], row["selected_piles"], row["selected_max_power_kw"]) == ("39.9087", "6", "180")
    assert (row["opened_on"], row["retrieved_at"]) == ("2023-05-01", "2025-01-02T03:04:05Z")


@pytest.mark.slow
@pytest.mark.parametrize("form", [Format.CSV, Format.GEOJSON])
def test_times_with_fractions_of_a_second_are_written_without_them(
    build, tiny_records, tiny_description, tmp_path, form
):
    time = dt.datetime(1969, 6, 7, 19, 15, 9, 560_000, tzinfo=dt.UTC)
    [record] = [record for record in tiny_records if getattr(record, "source_id", "") == "bj-1"]
    tables = build([record._replace(updated_at=time)]).tables
    dataset = write_version(tmp_path / "tiny", tables, tiny_description)
    engine = Engine(dataset, memory_limit_mb=100)
    target = io.BytesIO()
    write_export(engine, dataset, Request(what=What.STATIONS, format=form, filters=Filters()), target)
    engine.close()
    assert "1969-06-07T19:15:09Z" in unpack(target.getvalue())["table"]


def test_a_csv_begins_with_a_byte_order_mark(take):
    with ZipFile(io.BytesIO(take(What.HEXES, Format.CSV))) as archive:
        assert archive.read(archive.namelist()[0]).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("form", Format)
def test_a_hostile_name_is_only_text(take, tiny_records, form):
    [hostile] = [record.name for record in tiny_records if getattr(record, "source_id", "") == "bj-3"]
    rows = read(take(What.STATIONS, form), form).set_index("station_id")
    assert rows.loc["tiny:bj-3", "name"] == hostile


@pytest.mark.parametrize("form", Format)
def test_nothing_selected_is_a_table_without_rows(take, form):
    data = take(What.STATIONS, form, Filters(text="no such station"))
    if form is Format.GEOJSON:
        assert json.loads(unpack(data)["table"])["features"] == []
    else:
        assert len(read(data, form)) == 0


def test_batches_are_the_whole_in_order(engine, monkeypatch):
    whole = pa.concat_tables(tables.export_stations(engine, Filters(), None, Kind.REAL).batches)
    monkeypatch.setattr(tables, "BATCH_ROWS", 5)
    parts = list(tables.export_stations(engine, Filters(), None, Kind.REAL).batches)
    assert len(parts) == 3
    assert pa.concat_tables(parts).equals(whole)


@pytest.mark.parametrize(("what", "form"), EVERY)
def test_the_same_question_gives_the_same_bytes(take, what, form):
    assert take(what, form) == take(what, form)


@pytest.mark.slow
@pytest.mark.parametrize(("what", "form"), EVERY)
def test_the_command_line_writes_what_the_page_hands_out(take, tiny_dataset, tmp_path, capsys, what, form):
    out = tmp_path / "out"
    arguments = ["--what", what, "--format", form, "--out", str(out), "--resolution", "5"]
    code = main(
        ["export", str(tiny_dataset.folder), *arguments, "--query", "?operator=nio&lang=zh", "--json"]
    )
    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert out.read_bytes() == take(what, form, Filters(operators=("nio",)))
    assert answer["bytes"] == out.stat().st_size
    assert answer["rows"] == len(read(out.read_bytes(), form))


@pytest.mark.parametrize("query", ["min_kw=fast", "operator=nobody", "current=plasma"])
def test_a_query_that_cannot_be_read_writes_nothing(tiny_dataset, tmp_path, capsys, query):
    arguments = ["--what", "hexes", "--format", "csv", "--out", str(tmp_path / "out"), "--query", query]
    assert main(["export", str(tiny_dataset.folder), *arguments]) == 2
    assert query in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_bad_use(tiny_dataset, tmp_path, capsys):
    out = tmp_path / "missing" / "out"
    assert (
        main(["export", str(tiny_dataset.folder), "--what", "hexes", "--format", "csv", "--out", str(out)])
        == 2
    )
    assert "Cannot write" in capsys.readouterr().err
