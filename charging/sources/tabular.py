"""Registers as delimited text, one station a row, read as a preset says.

Read in a stream: a byte order mark, either line end and line breaks inside quotes are understood, and a row
that does not parse is one bad record. A cell that cannot be what its field asks for is stored as unknown and
counted.
"""

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from charging.domain.vocabulary import Connector, connector_mask
from charging.errors import SourceError, UsageError
from charging.sources.coordinates import read_number, read_point
from charging.sources.files import open_text
from charging.sources.presets import CLOSED_SETS, Layout, Mapped, Preset, load_preset, presets
from charging.sources.records import PileRecord, Reason, Record, Rejection, SourceInfo, StationRecord

_Unread = tuple[tuple[str, str], ...]  # (field, code) pairs that were not understood
_Read = tuple[Any, tuple[str, ...]]  # the value of a cell or None, and the codes in it not understood
_Parser = Callable[[str, Layout], float | dt.date | None]


class _Field(NamedTuple):
    """A field of a record and where a row holds it."""

    name: str
    places: tuple[int, ...]  # positions of the cells, joined by a space
    read: Callable[[str], _Read] | None  # None: the text itself


class _Table(NamedTuple):
    """A preset laid over the header of a file."""

    preset: Preset
    station: tuple[_Field, ...]
    piles: tuple[tuple[_Field, ...], ...]


def recognise(head: bytes) -> str | None:
    """Return the name of the preset whose columns all stand in the first line of a file, if any."""
    for name in presets():
        preset = load_preset(name)
        line = head.decode(preset.layout.encoding, errors="replace").partition("\n")[0]
        if set(preset.columns) <= set(_header([line], preset.layout)):
            return name
    return None


def source(*, preset: str | None) -> SourceInfo:
    """Return where the records of a preset come from."""
    return _load(preset).info


def read(path: Path, *, preset: str | None) -> Iterator[Record]:
    """Return the stations of a file, one by one.

    Parameters
    ----------
    preset
        Name of the preset.

    Raises
    ------
    UsageError
        If no preset is named, or there is none of that name.
    SourceError
        If the file lacks a column of the preset, is not in its encoding, or is not text.
    """
    chosen = _load(preset)
    with open_text(path, encoding=chosen.layout.encoding) as text:
        rows = _rows(text, chosen.layout)
        header = [name.strip() for name in next(rows, (1, None))[1] or ()]
        _check_header(header, chosen, path)
        table = _Table(
            chosen,
            _fields(chosen.station, header, chosen),
            tuple(_fields(group, header, chosen) for group in chosen.piles),
        )
        for line, cells in rows:
            if cells is None or len(cells) != len(header):
                found = None if cells is None else f"{len(cells)} cells instead of {len(header)}"
                yield Rejection(reason=Reason.MALFORMED, record_id=f"line {line}", value=found)
            else:
                yield _convert(cells, table, line)


def _load(preset: str | None) -> Preset:
    if preset is None:
        message = f"Expected a preset for the columns, found none. Name one of {', '.join(presets())}."
        raise UsageError(message)
    return load_preset(preset)


def _header(lines: list[str], layout: Layout) -> list[str]:
    return [name.strip() for name in next(csv.reader(lines, delimiter=layout.delimiter), [])]


def _check_header(header: list[str], preset: Preset, path: Path) -> None:
    lacking = [name for name in preset.columns if header.count(name) != 1]
    if lacking:
        message = (
            f"{path}: expected each column of the preset {preset.name} once ({', '.join(preset.columns)}), "
            f"found {', '.join(header)[:300]!r}, without {', '.join(lacking)}. "
            "Check that the file is of this preset, or that its delimiter is "
            f"{preset.layout.delimiter!r}."
        )
        raise SourceError(message)


def _rows(text: TextIO, layout: Layout) -> Iterator[tuple[int, list[str] | None]]:
    """Return the rows that are not blank with the line each begins on; None for a line of one that is broken.

    A quote that is never closed swallows the lines after it, so each of them is told.
    """
    reader = csv.reader(text, delimiter=layout.delimiter, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield from ((line, None) for line in range(first, reader.line_num + 1))
            continue
        if cells:
            yield first, cells


def _fields(mapped: Mapped, header: list[str], preset: Preset) -> tuple[_Field, ...]:
    return tuple(
        _Field(name, tuple(header.index(column) for column in columns), _reader(name, preset))
        for name, columns in mapped.columns.items()
    )


def _reader(name: str, preset: Preset) -> Callable[[str], _Read] | None:
    """Return what reads a field that is more than text; the last answers are kept, since codes repeat."""
    if name == "connectors":
        read_cell = partial(_connectors, preset)
    elif name in CLOSED_SETS:
        read_cell = partial(_code, preset.values.get(name, {}))
    elif name in _PARSERS:
        read_cell = partial(_parsed, _PARSERS[name], preset.layout)
    else:
        return None
    return lru_cache(maxsize=1024)(read_cell)


def _convert(row: list[str], table: _Table, line: int) -> Record:
    values, unread = _values(row, table.station)
    source_id = values.pop("source_id", None)
    if source_id is None:
        return Rejection(reason=Reason.MISSING_ID, record_id=f"line {line}", field="source_id")
    preset = table.preset
    lat, lon = values.pop("lat", None), values.pop("lon", None)
    point = read_point(lat, lon, source_id, decimal=preset.layout.decimal)
    if isinstance(point, Rejection):
        return point
    piles, unread_piles = _piles(row, table)
    return StationRecord(
        source_id=source_id,
        lat=point[0],
        lon=point[1],
        datum=preset.datum,
        piles=piles,
        unmapped=unread + unread_piles,
        **{**preset.station.constants, **values},
    )


def _piles(row: list[str], table: _Table) -> tuple[tuple[PileRecord, ...], _Unread]:
    """Return the groups of a row; one whose cells are all empty is not there."""
    piles: list[PileRecord] = []
    unread: _Unread = ()
    for group, group_fields in zip(table.preset.piles, table.piles, strict=True):
        values, unread_here = _values(row, group_fields)
        if values or unread_here:
            piles.append(PileRecord(**{"count": None, **group.constants, **values}))
            unread += unread_here
    return tuple(piles), unread


def _values(row: list[str], row_fields: tuple[_Field, ...]) -> tuple[dict[str, Any], _Unread]:
    """Return the fields that hold something, and the cells or codes that could not be understood."""
    values: dict[str, Any] = {}
    unread: _Unread = ()
    for name, places, read_cell in row_fields:
        cell = row[places[0]].strip()
        for place in places[1:]:
            cell = f"{cell} {row[place].strip()}".strip()
        if not cell:
            continue
        value, strange = read_cell(cell) if read_cell else (cell, ())
        if value is not None:
            values[name] = value
        if strange:
            unread += tuple((name, code) for code in strange)
    return values, unread


def _connectors(preset: Preset, cell: str) -> _Read:
    """Return the bit mask of a list of plugs, None where none of them is known, and those that are not."""
    codes = [code for part in cell.split(preset.layout.separator) if (code := part.strip())]
    known = preset.values.get("connectors", {})
    plugs = [Connector(known[code]) for code in codes if code in known]
    return connector_mask(plugs) if plugs else None, tuple(code for code in codes if code not in known)


def _code(known: Mapping[str, StrEnum], cell: str) -> _Read:
    return (known[cell], ()) if cell in known else (None, (cell,))


def _parsed(parse: _Parser, layout: Layout, cell: str) -> _Read:
    value = parse(cell, layout)
    return value, (() if value is not None else (cell,))


def _power(cell: str, layout: Layout) -> float | None:
    return read_number(cell, decimal=layout.decimal)


def _count(cell: str, layout: Layout) -> int | None:
    number = read_number(cell, decimal=layout.decimal)
    return int(number) if number is not None and number >= 0 and number.is_integer() else None


def _date(cell: str, layout: Layout) -> dt.date | None:
    time = _time(cell, layout)
    return time and time.date()


def _time(cell: str, layout: Layout) -> dt.datetime | None:
    """Return a time, one without a zone taken as UTC."""
    try:
        if layout.date_format:
            time = dt.datetime.strptime(cell, layout.date_format)  # noqa: DTZ007  the zone is added below
        else:
            time = dt.datetime.fromisoformat(cell)
        return time.astimezone(dt.UTC) if time.tzinfo else time.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None


_PARSERS: Mapping[str, _Parser] = {
    "stated_piles": _count,
    "count": _count,
    "power_kw": _power,
    "opened_on": _date,
    "status_at": _time,
    "updated_at": _time,
}
