"""People in cells from a GeoPackage: what every wrong file is refused for, and numbers as from a CSV."""

import errno
import gzip
import io
import random
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

import h3.api.numpy_int as h3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources.geopackages import CELLS, write_geopackage

from charging.errors import Fault, SourceError
from charging.sources import geopackage as module
from charging.sources.io import decompression_limits, sqlite_files
from charging.sources.weights import read_weights

ROWS = [(cell, 10.5) for cell in CELLS]
NOISE = random.Random(1).randbytes(20_000)  # noqa: S311  as what is encrypted looks
PARENT = f"{h3.cell_to_parent(int(CELLS[0], 16), 7):x}"


@pytest.fixture
def write(tmp_path):
    return lambda rows=ROWS, name="people.gpkg", **more: write_geopackage(tmp_path / name, rows, **more)


def refusal(file):
    with pytest.raises(SourceError) as caught:
        read_weights(file)
    return caught.value


def in_memory(path, name="people.gpkg"):
    file = io.BytesIO(path.read_bytes())
    file.name = name
    return file


# files that are none


def test_a_database_without_contents_is_named_with_its_tables(tmp_path):
    path = tmp_path / "notes.gpkg"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("create table notes (h3, population)")
    error = refusal(path)
    assert error.fault is Fault.NO_CELLS
    assert "notes.gpkg: expected a GeoPackage, found a SQLite database without the table" in str(error)
    assert "but with 'notes'" in str(error)


def test_contents_that_are_a_view_or_lack_their_columns_are_none(tmp_path):
    for number, statement in enumerate(
        (
            "create view gpkg_contents as select 'population' as table_name, 'features' as data_type",
            "create table gpkg_contents (name, kind)",
        )
    ):
        path = tmp_path / f"{number}.gpkg"
        with closing(sqlite3.connect(path)) as base, base:
            base.execute(statement)
        assert refusal(path).fault is Fault.NO_CELLS


@pytest.mark.parametrize("kept", [16, 17, 99, 100, 1_000, 4_096, 8_000])
def test_a_cut_file_is_refused_wherever_it_is_cut(write, kept):
    path = write()
    path.write_bytes(path.read_bytes()[:kept])
    error = refusal(path)
    assert error.fault is Fault.DAMAGED
    assert "people.gpkg: expected a whole SQLite database without a password" in str(error)


def test_damaged_pages_are_refused_and_never_raise_anything_else(write):
    path, draws = write(), random.Random(7)  # noqa: S311  the same damage every time
    whole = path.read_bytes()
    for _ in range(200):
        content = bytearray(whole)
        for _ in range(40):
            content[draws.randrange(16, len(content))] = draws.randrange(256)
        path.write_bytes(content)
        try:
            assert read_weights(path).resolution is not None
        except SourceError:
            continue


@pytest.mark.parametrize("is_held", [False, True])
def test_an_encrypted_file_has_no_header_and_is_told_apart_from_a_csv(tmp_path, is_held):
    path = tmp_path / "secret.gpkg"
    path.write_bytes(NOISE)
    error = refusal(in_memory(path, "secret.gpkg") if is_held else path)
    assert error.fault is Fault.BINARY
    assert "secret.gpkg: expected a CSV or a GeoPackage" in str(error)
    assert "encrypted" in str(error)


def test_a_file_encrypted_behind_its_header_is_refused(write):
    path = write()
    path.write_bytes(path.read_bytes()[:16] + NOISE)
    assert "encrypted" in str(refusal(path))


def test_a_file_being_written_is_refused(write, tmp_path):
    path = write()
    (tmp_path / "people.gpkg-wal").write_bytes(b"x")
    assert "found its journal 'people.gpkg-wal' beside it" in str(refusal(path))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert "cannot be read" in str(refusal(tmp_path / "none.gpkg"))
    assert "cannot be read" in str(refusal(tmp_path))


# tables that are none


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ({"listed": ()}, "gpkg_contents lists no table that is there"),
        ({"listed": [("elsewhere", "features")]}, "gpkg_contents lists no table that is there"),
        ({"listed": [("population", "tiles")]}, "gpkg_contents lists no table that is there"),
        ({"listed": [("gpkg_contents", "features")]}, "'gpkg_contents' with 'table_name', 'data_type'"),
        (
            {"columns": "hexagon text, h3 text, people int, population real"},
            "found several pairs: 'h3 and people of population', 'h3 and population of population'",
        ),
        (
            {
                "listed": [("population", "features"), ("other", "features")],
                "more": ["create table other (H3 text, Population real)"],
            },
            "found several pairs: 'h3 and population of population', 'H3 and Population of other'",
        ),
    ],
)
def test_tables_that_do_not_fit_are_named(write, made, found):
    error = refusal(write(**made))
    assert error.fault is Fault.NO_CELLS
    assert "expected a table with the columns h3" in str(error) or "expected one table" in str(error)
    assert found in str(error)


def test_a_layer_without_cells_is_named_with_its_columns(write):
    path = write(
        listed=[("roads", "features")], more=["create table roads (fid integer primary key, name text)"]
    )
    assert "found 'roads' with 'fid', 'name'" in str(refusal(path))


# files that want something executed


@pytest.mark.parametrize(
    "made",
    [
        "create view trap as select h3, population from population",
        "create view trap as with recursive n(h3) as (select 1 union all select 2 from n) select *, 1 from n",
        "create virtual table trap using fts5(h3, population)",
        "create table trap (h3 text as (hex(zeroblob(100000000))), population real)",
        "create table trap (h3 text, population real as (load_extension('x')) stored)",
    ],
)
def test_what_would_be_computed_is_not(write, made):
    path = write(listed=[("trap", "features")])
    with closing(sqlite3.connect(path)) as base:
        if "load_extension" in made:  # SQLite makes no such table; a file may hold one all the same
            base.execute("create table trap (h3 text, population real as (abs(1)) stored)")
            base.execute("pragma writable_schema = on")
            base.execute("update sqlite_master set sql = ? where name = 'trap'", (made,))
        else:
            base.execute(made)
        base.commit()
    error = refusal(path)
    assert error.fault in (Fault.NO_CELLS, Fault.DAMAGED)


def test_nothing_can_be_called_written_or_attached(write, tmp_path):
    with sqlite_files.open_sqlite(write(), "people.gpkg") as base:
        for statement in (
            "select load_extension('x')",
            "select randomblob(9)",
            "select upper(h3) from population",
            f"attach '{tmp_path / 'new'}' as other",
            "delete from population",
            "pragma trusted_schema = on",
            "pragma writable_schema = on",
            "create temp table mine (a)",
        ):
            with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited"):
                base.execute(statement)
    assert not (tmp_path / "new").exists()


def test_time_is_bounded(write):
    rows = [(f"{cell:x}", 1) for cell in h3.cell_to_children(int(PARENT, 16), 12).tolist()]
    path = write(rows)
    with (
        pytest.raises(SourceError, match="expected a database that is read in 0 s"),
        sqlite_files.open_sqlite(path, "people.gpkg", 0.0) as base,
    ):
        base.execute("select h3 from population where population < 0").fetchall()


def test_a_value_that_is_too_long_is_refused(write):
    path = write([*ROWS, ("8" * (sqlite_files.MAX_VALUE_BYTES + 1), 1)])
    assert "too big" in str(refusal(path))


# rows that cannot be taken


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ((CELLS[0], None), f"1 row without a population, such as the cell '{CELLS[0]}' in row 20"),
        ((CELLS[0], float("nan")), "1 row without a population"),  # SQLite keeps NaN as NULL
        ((CELLS[0], -3.0), "1 row whose population is out of range, such as -3.0 of the cell"),
        ((CELLS[0], float("inf")), "out of range, such as inf"),
        ((CELLS[0], 1e16), "out of range, such as 1e+16"),
        ((CELLS[0], "many"), "1 row whose population is no number, such as 'many'"),
        ((CELLS[0], b"\0\1"), "1 row whose population is no number"),
        ((None, 1), "1 row without an H3 cell id, such as None in row 20"),
        (("", 1), "1 row without an H3 cell id, such as '' in row 20"),
        (("88283473ffffff0", 1), "without an H3 cell id, such as '88283473ffffff0'"),
        ((b"\xff\xfe", 1), "without an H3 cell id"),
        (("\u202e<b>", 1), r"without an H3 cell id, such as '\u202e<b>'"),
        ((CELLS[0][:14] + "é" * 100, 1), "without an H3 cell id"),
    ],
)
def test_a_bad_row_refuses_the_file_with_its_example(write, row, found):
    error = refusal(write([*ROWS, row]))
    assert error.fault is Fault.BAD_ROW
    assert str(error).startswith("people.gpkg, table 'population': expected an H3 cell id such as")
    assert found in str(error)
    assert len(str(error)) < 600


def test_bad_rows_are_counted_by_what_is_wrong(write):
    bad = [("tower", 1), (CELLS[0], None), ("", 2), (CELLS[1], -1), ("x", None)]
    message = str(refusal(write([*ROWS, *bad])))
    assert "in each of 24 rows" in message
    assert "3 rows without an H3 cell id, such as 'tower' in row 20" in message
    assert "and 1 row without a population" in message
    assert "and 1 row whose population is out of range, such as -1.0" in message


def test_cells_of_several_resolutions_are_counted(write):
    error = refusal(write([*ROWS, (PARENT, 5)]))
    assert error.fault is Fault.BAD_ROW
    assert f"found 1 of resolution 7 (such as {PARENT}), 19 of resolution 8 (such as" in str(error)


def test_a_cell_in_two_rows_is_refused_however_it_is_written(write):
    error = refusal(write([*ROWS, (CELLS[3].upper(), 5)]))
    assert error.fault is Fault.BAD_ROW
    assert f"expected each cell in one row, found 1 in several, such as {CELLS[3]}" in str(error)


def test_a_table_without_rows_is_refused(write):
    assert refusal(write([])).fault is Fault.EMPTY


def test_rows_are_bounded(write, monkeypatch):
    monkeypatch.setattr(module, "MAX_CELLS", len(ROWS))
    assert len(read_weights(write())) == len(ROWS)
    monkeypatch.setattr(module, "MAX_CELLS", len(ROWS) - 1)
    error = refusal(write(name="more.gpkg"))
    assert (error.fault, "expected at most 18 rows" in str(error)) == (Fault.TOO_LARGE, True)


# packed files


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("is_held", [False, True])
def test_a_bomb_is_refused_and_leaves_no_copy(write, tmp_path, temporary, is_held):
    bomb = tmp_path / "bomb.gpkg.gz"
    bomb.write_bytes(gzip.compress(write().read_bytes() + bytes(decompression_limits.FREE_UNPACKED * 2)))
    error = refusal(in_memory(bomb, bomb.name) if is_held else bomb)
    assert error.fault is Fault.TOO_LARGE
    assert [*temporary.iterdir()] == []


@pytest.mark.parametrize("is_held", [False, True])
@pytest.mark.parametrize("kept", [5, 100, -1])
def test_a_cut_packed_file_is_refused_and_leaves_no_copy(write, tmp_path, temporary, is_held, kept):
    path = tmp_path / "people.gpkg.gz"
    path.write_bytes(gzip.compress(write().read_bytes())[:kept])
    assert refusal(in_memory(path, path.name) if is_held else path).fault is Fault.DAMAGED
    assert [*temporary.iterdir()] == []


def test_a_full_disk_is_named(write, tmp_path, temporary, monkeypatch):
    path = tmp_path / "people.gpkg.gz"
    path.write_bytes(gzip.compress(write().read_bytes()))

    class Full(io.FileIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    opened = Path.open
    full = lambda path, mode: (Full if mode == "wb" else opened)(path, mode)  # noqa: E731
    monkeypatch.setattr(Path, "open", full)
    assert "expected room for its content" in str(refusal(path))
    assert [*temporary.iterdir()] == []


@pytest.mark.parametrize("name", ["people.gpkg", "people.csv", "people"])
@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("is_held", [False, True])
def test_the_content_says_what_a_file_is_and_not_its_name(write, temporary, name, is_packed, is_held):
    path = write(name=name)
    if is_packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    weights = read_weights(in_memory(path, name) if is_held else path)
    assert (len(weights), weights.whole, weights.title) == (19, 10.5 * 19, name)
    assert [*temporary.iterdir()] == []


def test_a_csv_called_a_geopackage_is_a_csv_packed_or_not(tmp_path):
    content = f"h3,population\n{CELLS[0]},3\n".encode()
    for name, packed in (("people.gpkg", content), ("people.gpkg.gz", gzip.compress(content))):
        path = tmp_path / name
        path.write_bytes(packed)
        assert read_weights(path).whole == read_weights(in_memory(path, name)).whole == 3


@pytest.mark.parametrize("is_held", [False, True])
def test_one_in_an_archive_is_to_be_unpacked_first(write, tmp_path, is_held):
    path = tmp_path / "people.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(write(), "people.gpkg")
    error = refusal(in_memory(path, path.name) if is_held else path)
    assert error.fault is Fault.PACKED
    assert "npack" in str(error)
    assert "GeoPackage" in str(error)


# files that are right


def test_people_are_counted_in_their_cells(write):
    weights = read_weights(write())
    assert weights.cells(8).tolist() == [int(cell, 16) for cell in CELLS]
    assert (weights.lat[0], weights.lon[0]) == h3.cell_to_latlng(int(CELLS[0], 16))
    assert (weights.unit, weights.resolution, weights.given_resolution) == ("people", 8, None)


@pytest.mark.parametrize("resolution", range(16))
def test_cells_may_be_of_any_resolution(write, resolution):
    cell = h3.latlng_to_cell(52.52, 13.4, resolution)
    assert read_weights(write([(f"{cell:x}", 7)])).resolution == resolution


@pytest.mark.parametrize(
    "made",
    [
        {"columns": "H3 text, POPULATION real"},
        {"columns": "h3, population"},
        {"columns": "h3 text primary key, population int, fid int, unique (population, h3)"},
        {"listed": [("population", "attributes")]},
        {"listed": [("population", "features"), ("gone", "features"), ("tiles", "tiles")]},
        {"more": ["create view seen as select * from population", "pragma user_version = 10300"]},
        {"more": ["create trigger t after insert on population begin delete from population; end"]},
    ],
)
def test_what_else_a_file_holds_does_no_harm(write, made):
    assert read_weights(write(**made)).whole == 10.5 * len(ROWS)


@pytest.mark.parametrize("setting", ["journal_mode = wal", "encoding = 'UTF-16le'", "page_size = 512"])
def test_a_file_may_be_stored_in_any_way_and_is_left_alone(tmp_path, setting):
    path = tmp_path / "people.gpkg"
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"pragma {setting}")
        base.execute("create table empty (a)")
    before = [*tmp_path.iterdir()]
    content = write_geopackage(path, ROWS).read_bytes()
    assert read_weights(path).whole == 10.5 * len(ROWS)
    assert ([*tmp_path.iterdir()], path.read_bytes()) == (before, content)


def test_a_name_with_quotes_and_a_path_with_marks_of_addresses_are_read(tmp_path):
    folder = tmp_path / "a?mode=rwc#b%20 c"
    folder.mkdir()
    path = write_geopackage(
        folder / "x.gpkg",
        ROWS,
        listed=[('my "cells"; --', "features")],
        more=['alter table population rename to "my ""cells""; --"'],
    )
    assert read_weights(path).whole == 10.5 * len(ROWS)


def test_no_source_is_stated_where_the_file_states_none(write):
    assert read_weights(write()).source == ""


def test_the_source_is_what_the_file_states_and_bounded(write):
    states = "update gpkg_contents set description = 'Kontur,\n CC BY 4.0'"
    assert read_weights(write(more=[states])).source == "Kontur, CC BY 4.0"
    metadata = [
        "create table gpkg_metadata (id integer primary key, mime_type text, metadata text)",
        "insert into gpkg_metadata (mime_type, metadata) values ('text/plain', 'GHSL, HRSL, OpenStreetMap')",
        "insert into gpkg_metadata (mime_type, metadata) values ('text/xml', '<a/>')",
    ]
    path = write(name="more.gpkg", more=[states, *metadata])
    assert read_weights(path).source == "Kontur, CC BY 4.0. GHSL, HRSL, OpenStreetMap"
    assert read_weights(path, source="Kontur").source == "Kontur"
    long = write(name="long.gpkg", more=["update gpkg_contents set description = hex(zeroblob(9999))"])
    assert len(read_weights(long).source) == module.MAX_SOURCE_LENGTH


PEOPLE = st.one_of(st.floats(0, 1e9), st.integers(0, 10**9))


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(CELLS), PEOPLE, min_size=1), st.integers(1, 25))
def test_a_geopackage_counts_as_the_same_cells_in_a_csv(tmp_path_factory, people, max_cells):
    folder = tmp_path_factory.mktemp("same")
    rows = "".join(f"{cell},{count!r}\n" for cell, count in people.items())
    (folder / "people.csv").write_text(f"h3,population\n{rows}", "utf-8")
    path = write_geopackage(folder / "people.gpkg", people.items())
    table, package = (read_weights(each, max_cells=max_cells) for each in (folder / "people.csv", path))
    for name in ("lat", "lon", "weight", "cell"):
        assert (getattr(table, name) == getattr(package, name)).all()
    assert (table.unit, table.resolution, table.given_resolution) == (
        package.unit,
        package.resolution,
        package.given_resolution,
    )


def test_more_cells_than_are_held_are_summed_into_coarser_ones(write):
    cells = h3.cell_to_children(int(PARENT, 16), 9).tolist()
    weights = read_weights(write([(f"{cell:x}", 2) for cell in cells]), max_cells=7)
    assert (len(weights), weights.whole) == (7, 2 * 49)
    assert (weights.resolution, weights.given_resolution) == (8, 9)
    assert sorted(weights.cells(8).tolist()) == h3.cell_to_children(int(PARENT, 16), 8).tolist()


@pytest.mark.slow
def test_rows_in_many_blocks_are_all_read(write):
    cells = h3.cell_to_children(h3.cell_to_parent(int(PARENT, 16), 3), 9).tolist()
    path = write([(f"{cell:x}", 1) for cell in cells])
    assert len(cells) > 100_000
    assert read_weights(path).whole == len(cells)
