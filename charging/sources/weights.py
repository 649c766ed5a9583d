"""Weights that users bring: a CSV of points or of H3 cells, or a GeoPackage of people in H3 cells.

A CSV has a header, then one row a place. For points `lat`, `lon` (WGS-84 degrees) and `weight`; for cells
`cell` (H3 ids of one resolution) and `weight`; both may have a `name`. `COLUMNS` lists other spellings;
further columns are left alone. Comma, semicolon, tab or | between the cells, a point as the decimal mark,
UTF-8. Rows of one place or one cell add up. A GeoPackage is read by `charging.sources.geopackage`. Which of
them a file is, plain or gzip, its content says.

One bad row refuses the whole file: a share of a weight that lost some of its rows would look like any other.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from charging.domain.hexes import cell_from_text, resolution_of
from charging.domain.text_folding import fold_text
from charging.domain.weights import PEOPLE, Weights, weights_at, weights_in
from charging.errors import Fault, SourceError
from charging.sources.coordinates import read_number
from charging.sources.geopackage import read_geopackage
from charging.sources.io.bom import detect_encoding
from charging.sources.io.delimited import DELIMITERS, delimiter_of
from charging.sources.io.files import HEAD_BYTES, ZIP, open_text, source_errors
from charging.sources.io.sqlite_files import SQLITE_HEADER
from charging.sources.io.uploads import UploadedFile, on_disk, open_upload, upload_name

MAX_ROWS = 1_000_000
"""Rows read of a CSV; one with more is refused."""

MAX_BYTES = 50_000_000
"""Size of a CSV, and of what it holds after decompression; a larger one is refused."""

MAX_CELLS = 4_000_000
"""Cells returned by default, some 200 MB; more are summed into coarser ones."""

MAX_WEIGHT = 1e15
"""Largest weight of one row: sums of a million of them stay finite and exact to six digits."""

MAX_NAME_LENGTH = 200
"""Characters of a name that are kept."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "lat": ("lat", "latitude", "纬度"),
    "lon": ("lon", "lng", "long", "longitude", "经度"),
    "cell": ("cell", "h3", "h3_cell", "hex"),
    "weight": ("weight", "people", "population", "权重", "人口"),
    "name": ("name", "名称"),
}
"""How each column may be spelled, in any case."""

_PEOPLE = ("people", "population", "人口")  # a weight called so is in people

_MAX_LAT, _MAX_LON = 90.0, 180.0
_MIN_COLUMNS = 2  # that a header has: a place, if by a cell alone, and its weight
_SHOWN = 60  # characters of a foreign text in a message


class _Header(NamedTuple):
    """The position of each column, by its name here, and how the file spells it."""

    places: dict[str, int]
    spelled: dict[str, str]
    width: int


class _Rows(NamedTuple):
    """What the rows said, column by column."""

    points: list[tuple[float, float]]
    cells: list[int]
    weights: list[float]
    names: list[str | None]


def read_weights(
    file: UploadedFile,
    *,
    title: str | None = None,
    unit: str | None = None,
    source: str = "",
    max_cells: int = MAX_CELLS,
) -> Weights:
    """Return the weights that a CSV or a GeoPackage holds.

    Parameters
    ----------
    title
        What the weights are; the file's name if left out.
    unit
        What they count; if left out "people" where the column says so, else "weight".
    source
        Whom to credit; if left out what a GeoPackage states itself.
    max_cells
        Of H3 cells, more than that are summed into coarser ones.

    Raises
    ------
    SourceError
        If the file is missing, empty, too large, or neither text nor a GeoPackage; a column is missing or
        doubled; a row has another length than the header; or a cell is no number, out of range, negative, no
        H3 id, or of another resolution than those before it. The message names line and column; the header
        is line 1. What a GeoPackage is refused for, `read_geopackage` says.
    """
    where = upload_name(file, "weights")
    given: dict[str, Any] = {"title": title or where, "source": source}
    with open_upload(file, where) as opened:
        is_database = opened.read(len(SQLITE_HEADER)) == SQLITE_HEADER
    if is_database:
        with on_disk(file, where) as path:
            found = read_geopackage(path, where, COLUMNS, MAX_WEIGHT)
        given |= {"unit": unit or _unit(found.column), "source": source or found.source}
        return weights_in(found.cells, found.people, max_cells=max_cells, **given)
    header, rows = _read_table(file, where)
    given |= {"unit": unit or _unit(header.spelled["weight"])}
    if "cell" in header.places:
        return weights_in(rows.cells, rows.weights, names=rows.names, max_cells=max_cells, **given)
    lat, lon = zip(*rows.points, strict=True)
    return weights_at(lat, lon, rows.weights, names=rows.names, **given)


def _unit(column: str) -> str:
    return PEOPLE if fold_text(column) in _PEOPLE else "weight"


def _read_table(file: UploadedFile, where: str) -> tuple[_Header, _Rows]:
    with _advise_utf8(where), _open_upload_text(file, where) as text:
        lines = _limit_lines(text, where)
        first = next(lines, "")
        delimiter = delimiter_of(first, _is_header) or DELIMITERS[0]
        header = _read_header(_header_cells(first, delimiter, where), where)
        return header, _read_rows(lines, header, delimiter, where)


@contextmanager
def _open_upload_text(file: UploadedFile, where: str) -> Iterator[TextIO]:
    if isinstance(file, Path):
        try:
            with open_text(file) as text:
                yield text
        except SourceError as error:
            if error.fault is Fault.BINARY:
                raise _binary_error(where) from error
            if error.fault is Fault.PACKED:
                raise SourceError(f"{error} A GeoPackage is unpacked first.", Fault.PACKED) from error
            raise
        return
    with open_upload(file, where) as opened:
        content = opened.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise _size_error(where)
    if not content.strip():
        raise SourceError(
            f"{where}: expected a CSV of weights, found an empty file. Fill it in.", Fault.EMPTY
        )
    if content.startswith(ZIP):
        raise SourceError(
            f"{where}: expected a CSV or a GeoPackage, plain or as .gz, found a zip archive. Unpack it.",
            Fault.PACKED,
        )
    encoding = detect_encoding(content[:HEAD_BYTES]) or "utf-8-sig"
    if encoding == "utf-8-sig" and b"\0" in content:
        raise _binary_error(where)
    with source_errors(where, encoding):
        yield io.StringIO(content.decode(encoding), newline="")


@contextmanager
def _advise_utf8(where: str) -> Iterator[None]:
    """Say of a text in another encoding what to do here, where none can be named."""
    try:
        yield
    except SourceError as error:
        if error.fault is not Fault.ENCODING:
            raise
        found = str(error).partition("found ")[2].partition(". ")[0]
        message = (
            f"{where}: expected a CSV in UTF-8, found {found}. Save it as UTF-8 (in Excel as CSV UTF-8), and"
            " bring it again."
        )
        raise SourceError(message, Fault.ENCODING) from error


def _binary_error(where: str) -> SourceError:
    return SourceError(
        f"{where}: expected a CSV or a GeoPackage, plain or as .gz, found binary data that is neither, as an "
        "encrypted file is. Give a CSV in UTF-8, or a GeoPackage without a password.",
        Fault.BINARY,
    )


def _limit_lines(text: TextIO, where: str) -> Iterator[str]:
    """Return the lines of a file, none of it longer in memory than what may be read at all."""
    left = MAX_BYTES
    while line := text.readline(left + 1):
        left -= len(line.encode())
        if left < 0:
            raise _size_error(where)
        yield line


def _size_error(where: str) -> SourceError:
    return SourceError(
        f"{where}: expected at most {MAX_BYTES // 1_000_000} MB of text, found more. Give coarser cells, or "
        "leave out columns that are not read.",
        Fault.TOO_LARGE,
    )


def _is_header(cells: list[str]) -> bool:
    """Whether a row names columns of weights, maybe not all that are needed."""
    spelled = {fold_text(cell) for cell in cells}
    return sum(not spelled.isdisjoint(spellings) for spellings in COLUMNS.values()) >= _MIN_COLUMNS


def _header_cells(line: str, delimiter: str, where: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        message = (
            f"{where}, line 1: expected the names of columns, found {error}. Name them in the first line."
        )
        raise SourceError(message) from error


def _read_header(cells: list[str], where: str) -> _Header:
    places: dict[str, int] = {}
    names = {spelling: name for name, spellings in COLUMNS.items() for spelling in spellings}
    for place, cell in enumerate(cells):
        name = names.get(fold_text(cell))
        if name in places:
            raise SourceError(
                f"{where}, line 1: expected one column for {name}, found {_quote(cells[places[name]])} and"
                f" {_quote(cell)}. Leave one of them out."
            )
        if name:
            places[name] = place
    _check_columns(places, cells, where)
    return _Header(places, {name: cells[place].strip() for name, place in places.items()}, len(cells))


def _check_columns(places: dict[str, int], cells: list[str], where: str) -> None:
    has_cell, axes = "cell" in places, [axis for axis in ("lat", "lon") if axis in places]
    if has_cell and axes:
        raise SourceError(
            f"{where}, line 1: expected points or cells, found columns for both. Leave lat and lon, or the "
            "cell, out."
        )
    lacking = [name for name in ("weight", *(() if has_cell else ("lat", "lon"))) if name not in places]
    if lacking:
        raise SourceError(
            f"{where}, line 1: expected the columns lat, lon and weight, or cell and weight, found "
            f"{_quote(', '.join(cells))}, without {', '.join(lacking)}. Name the columns in the first line."
        )


def _read_rows(lines: Iterator[str], header: _Header, delimiter: str, where: str) -> _Rows:
    rows = _Rows([], [], [], [])
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                _add_row(cells, rows, header)
    except (csv.Error, _BadRowError) as error:
        reason = error if isinstance(error, _BadRowError) else f"expected a row of a CSV, found {error}."
        raise SourceError(f"{where}, line {reader.line_num + 1}: {reason}", Fault.BAD_ROW) from error
    if not rows.weights:
        raise SourceError(f"{where}: expected rows below the header, found none. Fill it in.", Fault.EMPTY)
    return rows


class _BadRowError(ValueError):
    """What is wrong with a row; its line is added once it is known."""


def _add_row(cells: list[str], rows: _Rows, header: _Header) -> None:
    if len(cells) != header.width:
        raise _BadRowError(f"expected {header.width} cells as in the header, found {len(cells)}.")
    if len(rows.weights) == MAX_ROWS:
        raise _BadRowError(f"expected at most {MAX_ROWS:,} rows, found more. Give coarser cells.")
    if "cell" in header.places:
        rows.cells.append(_cell(cells, header, rows.cells[:1]))
    else:
        rows.points.append(_point(cells, header))
    weight = _number(cells, "weight", header)
    if not 0 <= weight <= MAX_WEIGHT:
        raise _BadRowError(
            f"column {header.spelled['weight']}: expected 0 to {MAX_WEIGHT:g}, found {weight:g}. Leave the "
            "row out if its weight is not known."
        )
    rows.weights.append(weight)
    name = cells[header.places["name"]].strip()[:MAX_NAME_LENGTH] if "name" in header.places else ""
    rows.names.append(name or None)


def _point(cells: list[str], header: _Header) -> tuple[float, float]:
    lat, lon = _number(cells, "lat", header), _number(cells, "lon", header)
    if abs(lat) <= _MAX_LAT and abs(lon) <= _MAX_LON and (lat or lon):
        return lat, lon
    if abs(lon) <= _MAX_LAT < abs(lat) <= _MAX_LON:
        trouble = "These fit the other way round: are the two columns swapped?"
    elif not (lat or lon):
        trouble = "Zero for both means a point that is not known: leave the row out."
    else:
        trouble = "Give WGS-84 degrees with a decimal point."
    raise _BadRowError(
        f"columns {header.spelled['lat']} and {header.spelled['lon']}: expected a latitude within 90 and a "
        f"longitude within 180 degrees, found {lat:g} and {lon:g}. {trouble}"
    )


def _cell(cells: list[str], header: _Header, first: list[int]) -> int:
    raw, column = cells[header.places["cell"]].strip(), header.spelled["cell"]
    try:
        cell = cell_from_text(raw)
    except ValueError as error:
        message = f"column {column}: expected an H3 cell id such as '85283473fffffff', found {_quote(raw)}."
        raise _BadRowError(message) from error
    if first and resolution_of(cell) != (expected := resolution_of(first[0])):
        raise _BadRowError(
            f"column {column}: expected resolution {expected}, as in the first row, found "
            f"{resolution_of(cell)}. A cell and a part of it would count the same ground twice: give cells "
            "of one resolution."
        )
    return cell


def _number(cells: list[str], name: str, header: _Header) -> float:
    raw = cells[header.places[name]]
    number = read_number(raw)
    if number is None:
        raise _BadRowError(
            f"column {header.spelled[name]}: expected a number with a decimal point, found {_quote(raw)}. "
            "Leave the row out if it is not known."
        )
    return number


def _quote(text: str) -> str:
    """Return a foreign text as a message may hold it: short, with what is not printable escaped."""
    return repr(text[:_SHOWN])
