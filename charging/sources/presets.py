"""Presets: how the columns of one register become the fields of a record, as `data/presets/<name>.toml`.

A preset has these parts; only `datum`, `source` and the columns of id and coordinates must be there::

    datum = "gcj02"
    [source]  # as in `SourceInfo`
    [file]  # delimiter, decimal, encoding, separator (of lists in a cell), date_format (as strptime takes it)
    [columns]  # our field = "their column", or a list of columns to join by a space
    [constants]  # our field = the value of every row
    [values.access]  # "their code" = "our value", for the fields with a closed set
    [[piles]]  # one per group of piles in a row, each with its own columns and constants
"""

import codecs
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from charging.domain.vocabulary import Access, Connector, Current, Datum, Site, Status, connector_mask
from charging.errors import UsageError
from charging.sources.records import PileRecord, SourceInfo, StationRecord

PRESETS = Path(__file__).resolve().parents[2] / "data" / "presets"
"""Where presets are kept."""

CLOSED_SETS: Mapping[str, type[StrEnum]] = {
    "access": Access,
    "site": Site,
    "current": Current,
    "status": Status,
    "connectors": Connector,
}
"""Fields whose codes go through `[values]`."""

REQUIRED = ("source_id", "lat", "lon")
"""Fields that must have a column."""

_NOT_A_COLUMN = frozenset({"datum", "piles", "unmapped"})
_STATION_FIELDS = frozenset(field.name for field in fields(StationRecord)) - _NOT_A_COLUMN
_PILE_FIELDS = frozenset(field.name for field in fields(PileRecord))
_SOURCE_FIELDS = frozenset(field.name for field in fields(SourceInfo))
_SOURCE_REQUIRED = ("source", "title", "licence", "attribution")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is written."""

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8-sig"
    separator: str = ","  # between the entries of a list in one cell
    date_format: str = ""  # as `strptime` takes it; empty: ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Where the fields of a record come from."""

    columns: Mapping[str, tuple[str, ...]]  # field -> columns, joined by a space
    constants: Mapping[str, Any]  # field -> value, as the record takes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """How one register is read."""

    name: str
    info: SourceInfo
    datum: Datum
    layout: Layout
    station: Mapped
    piles: tuple[Mapped, ...]
    values: Mapping[str, Mapping[str, StrEnum]]  # field -> their code -> our value

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the file must have."""
        parts = (self.station, *self.piles)
        return tuple(
            dict.fromkeys(name for part in parts for names in part.columns.values() for name in names)
        )


def presets(folder: Path = PRESETS) -> tuple[str, ...]:
    """Return the names of the presets there are."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def load_preset(name: str, folder: Path = PRESETS) -> Preset:
    """Return a preset.

    Raises
    ------
    UsageError
        If there is none of that name, or it is not one that can be used; the message names every fault.
    """
    if name not in presets(folder):
        message = f"Expected a preset out of {', '.join(presets(folder)) or 'none there is'}, found {name!r}."
        raise UsageError(message)
    path = folder / f"{name}.toml"
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:
        message = f"{path}: expected TOML in UTF-8, found a fault: {error}."
        raise UsageError(message) from error
    faults = list(_faults(tables))
    if faults:
        message = f"{path}: {'; '.join(faults)}. See charging/sources/presets.py for the parts of a preset."
        raise UsageError(message)
    return _build(name, tables)


def _build(name: str, tables: Mapping[str, Any]) -> Preset:
    return Preset(
        name=name,
        info=SourceInfo(**tables["source"]),
        datum=Datum(tables["datum"]),
        layout=Layout(**tables.get("file", {})),
        station=_mapped(tables),
        piles=tuple(_mapped(group) for group in tables.get("piles", ())),
        values={
            field: {code: CLOSED_SETS[field](value) for code, value in codes.items()}
            for field, codes in tables.get("values", {}).items()
        },
    )


def _mapped(table: Mapping[str, Any]) -> Mapped:
    return Mapped(
        columns={
            field: (column,) if isinstance(column, str) else tuple(column)
            for field, column in table.get("columns", {}).items()
        },
        constants={field: _constant(field, value) for field, value in table.get("constants", {}).items()},
    )


def _constant(field: str, value: Any) -> Any:  # noqa: ANN401  TOML
    if field == "connectors":
        return connector_mask(Connector(each) for each in (value if isinstance(value, list) else [value]))
    return CLOSED_SETS[field](value) if field in CLOSED_SETS else value


def _faults(tables: Mapping[str, Any]) -> Iterator[str]:
    """Return everything that is wrong with a preset, part by part."""
    known = ("datum", "source", "file", "columns", "constants", "values", "piles")
    yield from _unknown("the preset", tables, known)
    if tables.get("datum") not in list(Datum):
        yield f"datum must be one of {', '.join(Datum)}, found {tables.get('datum')!r}"
    for part in ("source", "file", "columns", "constants", "values"):
        if not isinstance(tables.get(part, {}), dict):
            yield f"[{part}] must be a table"
            return
    source = tables.get("source", {})
    yield from _unknown("[source]", source, _SOURCE_FIELDS)
    yield from (f"[source] lacks {key}" for key in _SOURCE_REQUIRED if key not in source)
    yield from _faults_of_layout(tables.get("file", {}))
    yield from _faults_of_columns("", tables, _STATION_FIELDS)
    yield from (f"[columns] lacks {key}" for key in REQUIRED if key not in tables.get("columns", {}))
    for group in tables.get("piles", ()):
        yield from _unknown("[[piles]]", group, ("columns", "constants"))
        yield from _faults_of_columns("piles.", group, _PILE_FIELDS)
    yield from _faults_of_values(tables.get("values", {}))


def _faults_of_layout(layout: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("[file]", layout, [field.name for field in fields(Layout)])
    for key, value in layout.items():
        is_mark = key in ("delimiter", "decimal")
        if not isinstance(value, str) or (is_mark and len(value) != 1):
            yield f"[file] {key} must be {'one character' if is_mark else 'text'}, found {value!r}"
    try:
        codecs.lookup(str(layout.get("encoding", "utf-8")))
    except LookupError:
        yield f"[file] encoding must be one Python knows, found {layout['encoding']!r}"


def _faults_of_columns(prefix: str, table: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    columns, constants = table.get("columns", {}), table.get("constants", {})
    yield from _unknown(f"[{prefix}columns]", columns, known)
    yield from _unknown(f"[{prefix}constants]", constants, known)
    for field, column in columns.items():
        names = [column] if isinstance(column, str) else column
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            yield f"[{prefix}columns] {field} must be a column or a list of columns, found {column!r}"
    for field, value in constants.items():
        allowed = list(CLOSED_SETS.get(field, ()))
        given = value if isinstance(value, list) and field == "connectors" else [value]
        if allowed and not all(each in allowed for each in given):
            yield f"[{prefix}constants] {field} must be one of {', '.join(allowed)}, found {value!r}"


def _faults_of_values(values: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("[values]", values, CLOSED_SETS)
    for field in values.keys() & CLOSED_SETS.keys():
        allowed = list(CLOSED_SETS[field])
        for code, value in values[field].items():
            if value not in allowed:
                yield f"[values.{field}] {code} must be one of {', '.join(allowed)}, found {value!r}"


def _unknown(where: str, table: Mapping[str, Any], known: Iterable[str]) -> Iterator[str]:
    yield from (
        f"{where} has no key {key!r}, only {', '.join(sorted(known))}"
        for key in table
        if key not in set(known)
    )
