"""How a table is written: as CSV, or as GeoJSON features.

- CSV is UTF-8 with a byte order mark: without one, spreadsheets read Chinese names in the local encoding.
- A text that a spreadsheet would run as a formula gets a leading apostrophe
  (https://owasp.org/www-community/attacks/CSV_Injection); numbers stay numbers.
- GeoJSON follows RFC 7946: longitude first, WGS-84.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from charging.domain.schema import Table
from charging.exports.cell_geometry import cell_geometry

BYTE_ORDER_MARK = "\ufeff"

FORMULA = r"^'*[=+\-@\t\r\n＝＋－＠]"
"""Texts a spreadsheet may run. Those with apostrophes before count too, so that removing one apostrophe
from every text that matches gives back what was written."""


def csv_pieces(table: Table, batches: Iterable[pa.Table], _about: dict[str, Any]) -> Iterator[bytes]:
    """Yield a table as CSV, piece by piece; what is not known is an empty cell."""
    yield BYTE_ORDER_MARK.encode()
    yield (",".join(f'"{column.name}"' for column in table.columns) + "\n").encode()
    options = pa_csv.WriteOptions(include_header=False)
    for batch in batches:
        buffer = io.BytesIO()
        pa_csv.write_csv(_to_text(batch, escape_formulas), buffer, options)
        yield buffer.getvalue()


def table_csv(table: pa.Table) -> bytes:
    """Return a small table of any columns as CSV, in the form of `csv_pieces`."""
    buffer = io.BytesIO(BYTE_ORDER_MARK.encode())
    buffer.seek(0, io.SEEK_END)
    texts = [
        pc.cast(column, pa.string()) if pa.types.is_large_string(column.type) else column
        for column in table.columns
    ]
    pa_csv.write_csv(_to_text(pa.Table.from_arrays(texts, names=table.column_names), escape_formulas), buffer)
    return buffer.getvalue()


def escape_formulas(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts with an apostrophe before those a spreadsheet would run as a formula.

    Examples
    --------
    >>> escape_formulas(pa.chunked_array([["=1+1", "+86 10", "Zhongguancun", None]])).to_pylist()
    ["'=1+1", "'+86 10", 'Zhongguancun', None]
    """
    is_formula = pc.fill_null(pc.match_substring_regex(texts, FORMULA), fill_value=False)
    return pc.if_else(is_formula, pc.binary_join_element_wise("'", texts, ""), texts)


def geojson_pieces(table: Table, batches: Iterable[pa.Table], about: dict[str, Any]) -> Iterator[bytes]:
    """Yield a table as a FeatureCollection, piece by piece: cells as polygons, stations as points."""
    head = as_json({"type": "FeatureCollection", "name": table.name, "about": about})
    yield (head.removesuffix("}") + ',"features":[\n').encode()
    separator = ""
    for batch in batches:
        features = [as_json(_feature(row, table)) for row in _to_text(batch).to_pylist()]
        yield (separator + ",\n".join(features)).encode()
        separator = ",\n"
    yield b"\n]}\n"


def _feature(row: dict[str, Any], table: Table) -> dict[str, Any]:
    [key] = table.key
    if key == "h3_cell":
        geometry = cell_geometry(row[key])
    else:
        geometry = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    return {"type": "Feature", "id": row[key], "geometry": geometry, "properties": row}


def _to_text(batch: pa.Table, change: Callable[[pa.ChunkedArray], pa.ChunkedArray] | None = None) -> pa.Table:
    """Return a batch with times and days as ISO 8601 text, and its own texts changed."""
    columns = []
    for values in batch.columns:
        if pa.types.is_timestamp(values.type):
            columns.append(pc.strftime(_whole_seconds(values), "%Y-%m-%dT%H:%M:%SZ"))
        elif pa.types.is_date(values.type):
            columns.append(pc.cast(values, pa.string()))
        elif change and pa.types.is_string(values.type):
            columns.append(change(values))
        else:
            columns.append(values)
    return pa.Table.from_arrays(columns, names=batch.column_names)


def as_json(value: Any) -> str:  # noqa: ANN401  any JSON value
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _whole_seconds(times: pa.Array) -> pa.Array:
    """Return times without their fractions of a second, which a cast refuses to drop."""
    return pc.cast(pc.floor_temporal(times, unit="second"), pa.timestamp("s", tz="UTC"))
