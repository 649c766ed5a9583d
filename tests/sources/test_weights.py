"""Files of weights: what is read, and how every wrong one is refused."""

import gzip
import io
import math

import h3.api.numpy_int as h3
import pytest

from charging.errors import SourceError
from charging.sources import weights as module
from charging.sources.io.delimited import DELIMITERS
from charging.sources.weights import read_weights

CELL = h3.latlng_to_cell(31.23, 121.47, 7)
HOSTILE = '=HYPERLINK("x") <img src=x onerror=alert(1)> ${a} \u202e'


def in_memory(text, name="towns.csv"):
    file = io.BytesIO(text.encode())
    file.name = name
    return file


def refusal(text):
    with pytest.raises(SourceError) as caught:
        read_weights(in_memory(text))
    return str(caught.value)


def test_points_are_read_with_their_names():
    weights = read_weights(in_memory("lat,lon,weight,name\n31.2,121.5,7,浦东\n\n-33.9,-70.6,0.5,\n"))
    assert (weights.lat.tolist(), weights.lon.tolist()) == ([31.2, -33.9], [121.5, -70.6])
    assert (weights.weight.tolist(), weights.names.tolist()) == ([7, 0.5], ["浦东", None])
    assert (weights.title, weights.unit, weights.resolution) == ("towns.csv", "weight", None)


def test_cells_are_read_at_their_centre():
    weights = read_weights(in_memory(f"h3,weight\n{CELL:x},3\n{CELL:x},4\n"))
    assert weights.cells(7).tolist() == [CELL, CELL]
    assert (weights.lat[0], weights.lon[0]) == h3.cell_to_latlng(CELL)
    assert (weights.whole, weights.resolution) == (7, 7)


@pytest.mark.parametrize(
    "header", ["Latitude,LNG,weight", "lat,longitude,Weight", " lat , long , weight ", "纬度,经度,权重"]
)
def test_columns_have_several_spellings(header):
    assert read_weights(in_memory(f"{header}\n1,2,3\n")).whole == 3


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_told_from_the_header(delimiter):
    text = "lat,lon,weight,note\n1,2,3,\n".replace(",", delimiter)
    assert read_weights(in_memory(text)).lon.tolist() == [2]


def test_commas_inside_a_name_of_a_column_are_no_delimiters():
    assert read_weights(in_memory("lat;lon;weight;a, b, c, d\n1;2;3;\n")).lon.tolist() == [2]


def test_the_column_tells_when_the_weight_is_people():
    assert read_weights(in_memory("lat,lon,Population\n1,2,3\n")).unit == "people"
    assert read_weights(in_memory("lat,lon,population\n1,2,3\n"), unit="cars", title="Cars").unit == "cars"


def test_a_file_on_disk_may_be_gzip_and_begin_with_a_mark(tmp_path):
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbflat,lon,weight\r\n1,2,3\r\n"))
    weights = read_weights(path, source="Census")
    assert (weights.whole, weights.title, weights.source) == (3, "people.csv.gz", "Census")


def test_a_hostile_name_is_a_name():
    quoted = HOSTILE.replace('"', '""')
    weights = read_weights(in_memory(f'name,lat,lon,weight\n"{quoted}",1,2,3\n'))
    assert weights.names.tolist() == [HOSTILE]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("1,2,", "line 3: column Weight: expected a number with a decimal point, found ''"),
        ("1,2,abc", "line 3: column Weight: expected a number with a decimal point, found 'abc'"),
        ("1,2,NaN", "line 3: column Weight: expected a number with a decimal point, found 'NaN'"),
        ("1,2,inf", "line 3: column Weight: expected a number with a decimal point, found 'inf'"),
        ("1,2,-5", "line 3: column Weight: expected 0 to 1e+15, found -5"),
        ("1,2,1e16", "line 3: column Weight: expected 0 to 1e+15, found 1e+16"),
        ("east,2,1", "line 3: column lat: expected a number with a decimal point, found 'east'"),
        ('"31,2",121,1', "line 3: column lat: expected a number with a decimal point, found '31,2'"),
        ("1,,1", "line 3: column lng: expected a number with a decimal point, found ''"),
        ("91,181,1", "line 3: columns lat and lng: expected a latitude within 90"),
        ("1,-180.5,1", "line 3: columns lat and lng: expected a latitude within 90"),
        ("121.5,31.2,1", "are the two columns swapped?"),
        ("0,0,1", "Zero for both means a point that is not known"),
        ("1,2", "line 3: expected 3 cells as in the header, found 2"),
        ("1,2,3,4", "line 3: expected 3 cells as in the header, found 4"),
        ("\u202e,2,3", r"line 3: column lat: expected a number with a decimal point, found '\u202e'"),
        ('1,2,"3', "line 3: expected a row of a CSV, found unexpected end of data"),
    ],
)
def test_a_bad_row_of_points_is_named_with_its_column(row, found):
    assert found in refusal(f"lat,lng,Weight\n1,2,3\n{row}\n")


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("tower,1", "line 3: column Cell: expected an H3 cell id such as '85283473fffffff', found 'tower'"),
        (",1", "line 3: column Cell: expected an H3 cell id such as '85283473fffffff', found ''"),
        ("85283473ffffff0,1", "column Cell: expected an H3 cell id"),
        ("599686042433355775,1", "column Cell: expected an H3 cell id"),
        ("85283473fffffff,1", "column Cell: expected resolution 7, as in the first row, found 5"),
        (f"{CELL:x},-1", "column weight: expected 0 to"),
    ],
)
def test_a_bad_row_of_cells_is_named_with_its_column(row, found):
    assert found in refusal(f"Cell,weight\n{CELL:x},3\n{row}\n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "expected a CSV of weights, found an empty file"),
        (" \n\n", "expected a CSV of weights, found an empty file"),
        ("lat,lon,weight\n\n", "expected rows below the header, found none"),
        ("lat,lon\n1,2\n", "without weight"),
        ("lat,weight\n1,2\n", "without lon"),
        ("1,2,3\n", "without weight, lat, lon"),
        ("lat,latitude,lon,weight\n1,1,2,3\n", "expected one column for lat, found 'lat' and 'latitude'"),
        ("cell,lat,lon,weight\n", "expected points or cells, found columns for both"),
        ("lat,lon,weight\n1,2,\0\n", "found binary data"),
    ],
)
def test_a_bad_file_is_refused_by_name(text, found):
    message = refusal(text)
    assert message.startswith("towns.csv")
    assert found in message


def test_a_file_in_another_encoding_is_refused_with_what_to_do(tmp_path):
    content = "lat,lon,weight,name\n1,2,3,中".encode("gb18030")
    (tmp_path / "people.csv").write_bytes(content)
    for file in (io.BytesIO(content), tmp_path / "people.csv"):
        with pytest.raises(
            SourceError, match=r"expected a CSV in UTF-8, found the byte 0x.*Save it as UTF-8"
        ):
            read_weights(file)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_in_memory_as_from_a_file(tmp_path, encoding):
    content = "lat,lon,weight,name\n31.2,121.5,7,浦东\n".encode(encoding)
    path = tmp_path / "towns.csv"
    path.write_bytes(content)
    in_file, held = read_weights(path), read_weights(io.BytesIO(content))
    assert (held.names, held.weight.tolist()) == (in_file.names, in_file.weight.tolist())


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SourceError):
        read_weights(tmp_path / "absent.csv")


def test_rows_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 2)
    assert len(read_weights(in_memory("lat,lon,weight\n" + "1,2,3\n" * 2))) == 2
    assert "line 4: expected at most 2 rows" in refusal("lat,lon,weight\n" + "1,2,3\n" * 3)


@pytest.mark.parametrize("is_packed", [False, True])
def test_size_is_bounded_also_after_decompression(monkeypatch, tmp_path, is_packed):
    monkeypatch.setattr(module, "MAX_BYTES", 1_000_000)
    content = b"lat,lon,weight,name\n1,2,3," + b"a" * 2_000_000
    path = tmp_path / "bomb.csv"
    path.write_bytes(gzip.compress(content) if is_packed else content)
    for file in (path, io.BytesIO(content)):
        with pytest.raises(SourceError, match="expected at most 1 MB"):
            read_weights(file)


def test_a_long_cell_is_refused_and_cut_in_the_message():
    assert "field larger than field limit" in refusal("lat,lon,weight\n1,2," + "9" * 200_000)
    assert len(refusal("lat,lon,weight\n1,2," + "x" * 100_000)) < 300
    assert "line 1: expected the names of columns, found field larger" in refusal("lat" * 50_000)
    assert "line 1: expected the names of columns" in refusal(
        "lat,lon,weight," + "x" * 200_000 + "\n1,2,3,4\n"
    )


def test_weights_add_up_exactly():
    weights = read_weights(in_memory("lat,lon,weight\n" + "1,2,0.1\n" * 1000))
    assert math.isclose(weights.whole, 100)
