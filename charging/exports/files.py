"""Files to download: a table as CSV, GeoJSON or Parquet, with everything needed to use it.

CSV and GeoJSON come in a zip with a data dictionary, the licences and a description; Parquet carries the
same as metadata. The page and the command line write the same bytes for the same question: nothing in a file
depends on the clock.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any
from urllib.parse import urlencode
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pyarrow as pa
import pyarrow.parquet as pq

from charging.dataset.operators import operator_names
from charging.dataset.store import Dataset
from charging.dataset.summary import repeated_piles
from charging.domain.bounds import Bounds
from charging.domain.filters import Filters
from charging.domain.operators import load_operators
from charging.domain.schema import Table
from charging.domain.towns import city_name
from charging.domain.vocabulary import Kind
from charging.exports.formats import BYTE_ORDER_MARK, as_json, csv_pieces, geojson_pieces
from charging.exports.tables import Export, export_hexes, export_stations
from charging.queries.engine import Engine

DEFLATE_LEVEL = 4  # a third of the time of the usual 6, for a file a twentieth larger

_NOTICE = {
    Kind.SIMULATED: "SIMULATED DATA: calibrated to published sums. No station stands where it says.",
    Kind.REAL: "Real data, as its sources give it.",
}


_OF_SOURCE = ("source", "title", "licence", "attribution", "url", "as_of")
"""What a file says of a source."""


class What(StrEnum):
    """What can be exported."""

    STATIONS = "stations"
    HEXES = "hexes"


class Format(StrEnum):
    """The file format, which is the suffix of the table's file."""

    CSV = "csv"
    GEOJSON = "geojson"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for: a table of a selection, everywhere or in a box."""

    what: What
    format: Format
    filters: Filters
    bounds: Bounds | None = None
    resolution: int = 0  # H3, of hexes

    @property
    def query(self) -> str:
        """The selection as the query of a link to the page."""
        return urlencode(self.filters.to_query(), doseq=True)


def file_name(dataset: Dataset, request: Request) -> str:
    """Return the name of the file; of simulated data it says so."""
    end = request.format if request.format is Format.PARQUET else f"{request.format}.zip"
    return f"{file_stem(dataset)}-{_table_name(request)}.{end}"


def file_stem(dataset: Dataset) -> str:
    """Return how the name of every file of a dataset begins: kind if simulated, name, version of content."""
    kind = [str(dataset.kind)] if dataset.kind is Kind.SIMULATED else []
    return "-".join(dict.fromkeys([*kind, dataset.name, dataset.content_hash[:8]]))


def write_export(engine: Engine, dataset: Dataset, request: Request, target: IO[bytes]) -> int:
    """Write what is asked for to a binary file, and return the number of rows."""
    if request.what is What.STATIONS:
        export = export_stations(engine, request.filters, request.bounds, dataset.kind)
    else:
        export = export_hexes(engine, request.filters, request.bounds, request.resolution, dataset.kind)
    if request.format is Format.PARQUET:
        return _write_parquet(export, describe(dataset, request), target)
    return _write_zip(export, dataset, request, target)


def describe(dataset: Dataset, request: Request) -> dict[str, Any]:
    """Return the description that a file carries, as plain JSON values."""
    manifest, repeated = dataset.manifest, repeated_piles(dataset)
    return {
        "table": str(request.what),
        "kind": str(dataset.kind),
        "notice": _NOTICE[dataset.kind],
        "dataset": manifest.name,
        "title": manifest.title,
        "as_of": manifest.as_of,
        "content_hash": manifest.content_hash,
        "unit_counted": manifest.unit_counted,
        "repeated_piles": repeated.count if repeated else 0,
        "selection": describe_filters(request.filters, operator_names(dataset)),
        "query": f"?{request.query}",
        "bounds": list(request.bounds) if request.bounds else None,
        "resolution": request.resolution if request.what is What.HEXES else None,
        "sources": [
            {name: getattr(rows.info, name) for name in _OF_SOURCE}
            | {"retrieved_at": rows.retrieved_at.isoformat()}
            for rows in manifest.sources
        ],
    }


def data_dictionary(table: Table) -> list[dict[str, str]]:
    """Return one record per column: name, type, unit, meaning, meaning of null, possible values."""
    return [
        {
            "column": column.name,
            "type": str(column.type),
            "unit": column.unit,
            "meaning": column.meaning,
            "when_null": "never null" if column.required else column.when_null,
            "values": " ".join(column.values or ()),
        }
        for column in table.columns
    ]


def describe_filters(filters: Filters, operators: Mapping[str, str] | None = None) -> str:
    """Return the selection as an English sentence: files are in English for everyone.

    `operators` has the names of those that the registry does not know.

    Examples
    --------
    >>> describe_filters(Filters(operators=("nio",), min_power_kw=120))
    'Stations with operator: NIO; min_kw: 120'
    """
    names = {f"operator.{operator.id}": operator.name_en for operator in load_operators()}
    names |= {f"operator.{operator_id}": name for operator_id, name in (operators or {}).items()}
    names |= {f"city.{city_id}": city_name(city_id, "en") for city_id in filters.cities}
    names |= {
        "filter.everything": "All stations",
        "filter.sentence": "Stations with {clauses}",
        "filter.or": " or ",
        "filter.and": "; ",
        "filter.clause.unknown": "or where any of it is not known",
    }

    def say(key: str) -> str:
        last = key.rpartition(".")[2]
        return names.get(key, f"{last}: {{value}}" if key.startswith("filter.clause.") else last)

    return filters.describe(say)


def _table_name(request: Request) -> str:
    return f"{request.what}-r{request.resolution}" if request.what is What.HEXES else str(request.what)


def _write_parquet(export: Export, about: dict[str, Any], target: IO[bytes]) -> int:
    metadata = {"charging": as_json(about), "dictionary": as_json(data_dictionary(export.table))}
    schema = export.table.arrow_schema.with_metadata(metadata)
    count = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in export.batches:
            writer.write_table(batch.replace_schema_metadata(metadata))
            count += batch.num_rows
    return count


def _write_zip(export: Export, dataset: Dataset, request: Request, target: IO[bytes]) -> int:
    about = describe(dataset, request)
    count = 0

    def count_rows() -> Iterator[pa.Table]:
        nonlocal count
        for batch in export.batches:
            count += batch.num_rows
            yield batch

    pieces = _WRITERS[request.format](export.table, count_rows(), about)
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=DEFLATE_LEVEL) as archive:
        name = f"{file_stem(dataset)}-{_table_name(request)}.{request.format}"
        with archive.open(zip_entry(name, dataset), "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
        for name, text in (
            ("dictionary.csv", _dictionary_csv(export.table)),
            ("licence.txt", _licences(about)),
            ("about.txt", _about_text(about, count, request.format)),
            ("about.json", as_json(about)),
        ):
            archive.writestr(zip_entry(name, dataset), text.encode(), compresslevel=DEFLATE_LEVEL)
    return count


def zip_entry(name: str, dataset: Dataset) -> ZipInfo:
    """Return an entry dated by the dataset, so that the same question gives the same bytes."""
    built = dataset.manifest.built_at.astimezone(dt.UTC)
    info = ZipInfo(name, (max(built.year, 1980), *built.timetuple()[1:6]))  # zip counts from 1980
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o644 << 16  # readable once unpacked
    return info


_WRITERS: dict[Format, Callable[[Table, Iterable[pa.Table], dict[str, Any]], Iterator[bytes]]] = {
    Format.CSV: csv_pieces,
    Format.GEOJSON: geojson_pieces,
}


def _dictionary_csv(table: Table) -> str:
    records = data_dictionary(table)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, records[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return BYTE_ORDER_MARK + buffer.getvalue()


_TOWNS = """Cities and towns (city_id, city, city_derived_km)
  Licence: CC BY 4.0
  Attribution: GeoNames
  From: https://www.geonames.org/
"""


def _licences(about: dict[str, Any]) -> str:
    parts = [
        f"{source['title']} ({source['source']})\n"
        f"  Licence: {source['licence'] or 'row by row, in the column licence'}\n"
        f"  Attribution: {source['attribution'] or 'row by row, in the column attribution'}\n"
        f"  From: {source['url'] or 'not stated'}\n"
        f"  Retrieved: {source['retrieved_at']}\n"
        for source in about["sources"]
    ]
    parts.append(_TOWNS)
    return strip_controls("Sources of the data, and what they ask of those who use it\n\n" + "\n".join(parts))


def _about_text(about: dict[str, Any], count: int, form: Format) -> str:
    box = "south {}, west {}, north {}, east {}".format(*about["bounds"]) if about["bounds"] else "everywhere"
    lines = [
        about["notice"],
        "",
        f"Dataset: {about['title']} ({about['dataset']}, {about['kind']})",
        f"As of: {about['as_of'] or 'not stated'}",
        f"Retrieved: {', '.join(source['retrieved_at'] for source in about['sources'])}",
        f"Content hash: {about['content_hash']}",
        f"Table: {about['table']}, {count} rows",
        f"Selection: {about['selection']}",
        f"Selection in the page's link: {about['query']}",
        f"Where: {box} (WGS-84 degrees)",
        *([f"H3 resolution: {about['resolution']}"] if about["resolution"] is not None else []),
        f"One count of piles is one {about['unit_counted']} of the source.",
        *_repeats_lines(about["repeated_piles"]),
        "An empty cell or null means not known, never zero; dictionary.csv says more.",
    ]
    if form is Format.CSV:
        lines.append(
            "Encoding: UTF-8 with a byte order mark. A text that a spreadsheet could run as a formula has an"
            " apostrophe before it."
        )
    return strip_controls("\n".join(lines) + "\n")


def _repeats_lines(count: int) -> list[str]:
    if not count:
        return []
    why = "they have the id of one at another station"
    return [f"Of the piles in the whole dataset {count:,} may be counted twice: {why}."]


def strip_controls(text: str) -> str:
    """Return text without control and direction characters, but for line ends."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", " ", text)
