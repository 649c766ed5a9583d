"""Tables of any form as rows of text: delimited text, Excel workbooks, Parquet, GeoJSON and JSON records.

Each table begins with its rows as they stand, the header among the first of them; what is typed in the file
(numbers, dates) is written as the preset's `Layout` says that text is written, so that one way of reading
cells does for all. GeoJSON gives each feature the columns `id`, `lat` and `lon` beside its properties,
GeoParquet each row the columns `lat` and `lon`. Each list of records that a JSON file holds is a table, whose
columns are named by the paths to their values.
"""

import codecs
import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from charging.errors import Fault, SourceError
from charging.sources.io import geojson
from charging.sources.io.blocks import Block, row_blocks
from charging.sources.io.decompression_limits import check_unpacked
from charging.sources.io.delimited import DELIMITERS, DelimitedText, Row, head_rows
from charging.sources.io.files import (
    FileKind,
    Part,
    file_kind,
    is_packed,
    open_text,
    parts,
    read_head,
    source_errors,
)
from charging.sources.json_records.flattening import Flattener
from charging.sources.json_records.record_lists import RecordList, looks_like_json, record_lists, rows_of
from charging.sources.json_records.shape import Shape, is_list_of_objects
from charging.sources.tabular.geometries import Geometry, crs_of_geojson, point_in_degrees
from charging.sources.tabular.preset_schema import Layout

ID, LAT, LON = "id", "lat", "lon"
"""Columns of GeoJSON beside the properties."""

MAX_PREAMBLE = 50
"""Rows among which the header is looked for."""

MAX_PARQUET_COLUMNS = 10_000

MAX_PROPERTIES = 2_000
"""Names of properties of a GeoJSON file."""

_Some = TypeVar("_Some")

_STATED_DELIMITER = re.compile(r'\ufeff?"?sep=([^"\r\n])"?[\r\n]', re.IGNORECASE)  # how Excel is told it
_BATCH_ROWS = 16_384
_MIN_CELL_BYTES = 4  # bytes of any cell unpacked: where a text begins
_MAX_DEPTH = 20  # lists inside one another that are written
_KEPT_FILES = 8  # whose names of properties are remembered


class Rows(NamedTuple):
    """The rows of a table, of which each is read once, in either way."""

    singly: Iterator[Row]
    by_the_block: Iterator[Block]  # begins where the other stopped
    records: RecordList | None = None  # of JSON: which of its lists these are


def tables(part: Part, layout: Layout) -> Iterator[Rows]:
    """Return the tables of a part of a file, each as rows that begin with those above its header.

    Raises
    ------
    SourceError
        If the file cannot be read; for what stands far inside it, when that is read.
    """
    kind = file_kind(part)
    if kind is FileKind.WORKBOOK:
        from charging.sources.io import workbook  # noqa: PLC0415  openpyxl takes a tenth of a second to load

        yield from (_typed(sheet, layout) for sheet in workbook.sheets(part))
    elif kind is FileKind.PARQUET:
        yield _typed(_parquet_rows(part), layout)
    else:
        head = read_head(part)
        is_geojson = geojson.matches(head)
        if not is_geojson and looks_like_json(head):
            yield from _record_tables(part, layout, head)
            return
        with open_text(part, encoding=layout.encodings) as text:
            if is_geojson:
                properties = _properties(part, text.encoding, part.path.stat().st_mtime_ns)
                rows = _typed(_feature_rows(geojson.features(text, part), properties, part, layout), layout)
            else:
                delimited = DelimitedText(text, layout.delimiter)
                rows = Rows(delimited.rows(), delimited.blocks())
            singly = _told(rows.singly, part, text.encoding)
            yield Rows(singly, _told(rows.by_the_block, part, text.encoding))


def is_json(part: Part) -> bool:
    """Whether a part of a file holds records of JSON, which are never read as delimited text."""
    if file_kind(part) is not FileKind.TEXT:
        return False
    head = read_head(part)
    return looks_like_json(head) and not geojson.matches(head)


def first_rows(path: Path, layout: Layout) -> Iterator[list[list[str]]]:
    """Return the first rows of every table of a file, without broken ones; of a text by each delimiter."""
    for part in parts(path):
        if by_delimiter := _first_by_delimiter(part, layout):
            yield from by_delimiter.values()
            continue
        try:
            yield from (_first(table.singly) for table in tables(part, layout))
        except SourceError as error:
            if error.fault is not Fault.ENCODING or not is_json(part):  # which another layout may name
                raise


def with_delimiter_of(part: Part, layout: Layout, has_header: Callable[[list[list[str]]], bool]) -> Layout:
    """Return a layout with the delimiter by which a text has a header, or as it is where none is found.

    Raises
    ------
    SourceError
        If the part cannot be read.
    """
    by_delimiter = _first_by_delimiter(part, layout)
    found = (delimiter for delimiter, rows in by_delimiter.items() if has_header(rows))
    return replace(layout, delimiter=next(found, layout.delimiter))


def _first_by_delimiter(part: Part, layout: Layout) -> dict[str, list[list[str]]]:
    """Return the first rows of delimited text by each delimiter, the layout's first; else nothing."""
    if file_kind(part) is not FileKind.TEXT or looks_like_json(head := read_head(part)):
        return {}
    text = _decoded(head, layout)
    stated = _STATED_DELIMITER.match(text)
    known = (*((stated[1],) if stated else ()), *delimiters(layout))
    return {delimiter: head_rows(text, delimiter, MAX_PREAMBLE) for delimiter in dict.fromkeys(known)}


def delimiters(layout: Layout) -> tuple[str, ...]:
    """Return what may separate the columns of a text: what the layout says comes first."""
    return tuple(dict.fromkeys((layout.delimiter, *DELIMITERS)))


def _first(table: Iterator[Row]) -> list[list[str]]:
    return [cells for _, cells in islice(table, MAX_PREAMBLE) if cells is not None]


def _decoded(head: bytes, layout: Layout) -> str:
    """Return the beginning of a text; a character that is cut at its end is left out."""
    for encoding in layout.encodings:
        try:
            return codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeError:  # that of UTF-16 without its mark is no UnicodeDecodeError
            continue
    return head.decode(errors="replace")


def _told(rows: Iterator[_Some], part: Part, encoding: str) -> Iterator[_Some]:
    """Yield rows or blocks, and tell what is wrong with the text they come from when it is read."""
    with source_errors(part, encoding):
        yield from rows


def _record_tables(part: Part, layout: Layout, head: bytes) -> Iterator[Rows]:
    """Yield the lists of records of a JSON file, or the one that the layout names."""
    with open_text(part, encoding=layout.encodings if _is_other_than_utf8(head) else "utf-8") as text:
        encoding = text.encoding
    found = record_lists(part, encoding)
    wanted = [each for each in found if layout.records in (None, each.path)]
    if found and not wanted:
        raise SourceError(
            f"{part}: expected a list of records under {layout.records!r}, found lists under "
            f"{', '.join(each.name for each in found)}. Name one of them."
        )
    for each in wanted:
        rows = rows_of(part, encoding, each, partial(_text, layout=layout), layout.separator)
        yield _typed(_told(rows, part, encoding), layout, "record")._replace(records=each)


def _is_other_than_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return True
    return False


def _typed(rows: Iterable[tuple[int, list[Any] | None]], layout: Layout, unit: str = "line") -> Rows:
    found = _typed_rows(rows, layout)
    return Rows(found, row_blocks(found, unit))


def _typed_rows(rows: Iterable[tuple[int, list[Any] | None]], layout: Layout) -> Iterator[Row]:
    """Yield rows as text, each as wide as the widest of the first ones, where the header is."""
    rows = iter(rows)
    first = list(islice(rows, MAX_PREAMBLE))
    width = max((len(cells) for _, cells in first if cells), default=0)
    if not width:
        return
    for number, cells in chain(first, rows):
        if cells is None:
            yield number, None
            continue
        texts = [_text(cell, layout) for cell in cells]
        if any(texts):
            yield number, texts + [""] * (width - len(texts))


def _text(value: Any, layout: Layout, depth: int = 0) -> str:  # noqa: ANN401  whatever a file holds
    """Return a value as a preset's reader understands it."""
    match value:
        case str():
            text = value
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case float():
            text = str(int(value)) if value.is_integer() else repr(value).replace(".", layout.decimal)
        case dt.date():  # a time is one too
            text = value.strftime(layout.date_formats[0]) if layout.date_formats else _iso(value)
        case bytes():  # geometry in WKB
            text = value.hex()
        case list() | dict() if depth > _MAX_DEPTH:
            text = "…"
        case dict():
            text = _json(value)
        case list():
            text = layout.separator.join([_text(each, layout, depth + 1) for each in value])
        case _:
            text = str(value)
    return text


def _json(value: dict[str, Any]) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:  # read at the limit, and written beyond it
        return "…"


def _iso(value: dt.date) -> str:
    is_day = isinstance(value, dt.datetime) and value.tzinfo is None and value.time() == dt.time()
    return value.isoformat()[:10] if is_day else value.isoformat()


def _parquet_rows(part: Part) -> Iterator[tuple[int, list[Any]]]:
    if is_packed(part):
        message = f"{part}: expected a Parquet file by itself, found a packed one. Unpack it first."
        raise SourceError(message, Fault.PACKED)
    try:
        size = part.path.stat().st_size
        with pq.ParquetFile(part.path, read_dictionary=_texts_of(part.path)) as file:
            names = list(file.schema_arrow.names)
            _check_parquet(file.metadata, names, size, part)
            geometry = Geometry.of(file.schema_arrow, str(part))
            is_beside = geometry is not None and not {LAT, LON} & {*names}
            yield 1, [*names, *((LAT, LON) if is_beside else ())]
            number, unpacked = 1, 0
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                unpacked += sum(map(_size, batch.columns))
                check_unpacked(unpacked, size, part)
                for cells in zip(*map(_values, batch.columns), strict=True):
                    number += 1
                    point = geometry.point(cells[geometry.at]) if geometry and is_beside else ()
                    yield number, [*cells, *point]
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
        message = (
            f"{part}: expected a whole Parquet file, found a damaged one ({str(error)[:120]}). "
            "Fetch the file again."
        )
        raise SourceError(message, Fault.DAMAGED) from error


def _texts_of(path: Path) -> list[str]:
    """Return the columns of text: read with their dictionaries, a text that repeats takes no room."""
    with pq.ParquetFile(path) as file:
        leaves = (file.schema.column(at) for at in range(len(file.schema)))
        return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]


def _check_parquet(metadata: pq.FileMetaData, names: list[str], size: int, part: Part) -> None:
    """Refuse what would fill the memory, by what the file says of itself."""
    if len(names) > MAX_PARQUET_COLUMNS:
        message = (
            f"{part}: expected at most {MAX_PARQUET_COLUMNS:,} columns, found {len(names):,}. "
            "Leave out those that are not needed."
        )
        raise SourceError(message, Fault.TOO_LARGE)
    groups = (metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    check_unpacked(max(sum(groups), metadata.num_rows * len(names) * _MIN_CELL_BYTES), size, part)


def _size(column: pa.Array) -> int:
    """Return the bytes of the cells of a column, each text as often as it is there."""
    if isinstance(column, pa.DictionaryArray):
        return pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0
    if isinstance(column, pa.StructArray):
        return sum(map(_size, column.flatten()))
    return _size(column.flatten()) if pa.types.is_nested(column.type) else int(column.nbytes)


def _values(column: pa.Array) -> list[Any]:
    if not isinstance(column, pa.DictionaryArray):
        values: list[Any] = column.to_pylist()
        return values
    known = [*column.dictionary.to_pylist(), None]
    return [known[-1 if at is None else at] for at in column.indices.to_pylist()]


class _Properties(NamedTuple):
    """What a GeoJSON file says of all its features."""

    names: tuple[str, ...]
    lists: Shape  # of those that are lists of objects, such as connectors
    crs: int | None  # declared, and not in degrees


@lru_cache(_KEPT_FILES)
def _properties(part: Part, encoding: str, _changed_ns: int) -> _Properties:
    """Return the names of the properties of all features: one that is known late is a column too."""
    beside: dict[str, Any] = {}
    named: dict[str, None] = {}
    lists, places = Shape(), 0
    with open_text(part, encoding=encoding) as text:
        for feature in geojson.features(text, part, beside):
            for key, value in feature.properties.items() if feature else ():
                if is_list_of_objects(value):
                    places += lists.member(key).learn(value, 1)
                else:
                    named[key] = None
            if len(named) + places > MAX_PROPERTIES:
                raise _too_many_properties(part)
    return _Properties(tuple(named), lists.settle(), crs_of_geojson(beside.get("crs")))


def _too_many_properties(part: Part) -> SourceError:
    message = (
        f"{part}: expected at most {MAX_PROPERTIES:,} properties, found more. "
        "Leave out those that are not needed."
    )
    return SourceError(message, Fault.TOO_LARGE)


def _feature_rows(
    found: Iterator[geojson.Feature | None], properties: _Properties, part: Part, layout: Layout
) -> Iterator[tuple[int, list[Any] | None]]:
    names = properties.names
    header = [*names, *(name for name in (ID, LAT, LON) if name not in names)]
    lists = Flattener(properties.lists, partial(_text, layout=layout), layout.separator, part)
    yield 0, [*header, *lists.columns]
    for number, feature in enumerate(found, start=1):
        if feature is None:
            yield number, None
            continue
        lat, lon = point_in_degrees(feature.lat, feature.lon, properties.crs, str(part))
        given = {ID: feature.id, LAT: lat, LON: lon, **feature.properties}
        inside = lists.row(feature.properties) or {} if lists.columns else {}
        yield number, [*map(given.get, header), *map(inside.get, lists.columns)]
