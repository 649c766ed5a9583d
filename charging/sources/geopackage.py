"""People in H3 cells from a GeoPackage, as Kontur publishes them: a table with `h3` and `population`.

A GeoPackage is a SQLite database whose table `gpkg_contents` lists the tables that hold data
(https://www.geopackage.org/spec/). Geometries are not read: a cell's id says where it is. Of the file no more
is held than the numbers of cells and of people.
"""

import sqlite3
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.geography import Floats
from charging.domain.hexes import cell_from_text, cell_text, resolutions_of
from charging.domain.text_folding import fold_text
from charging.errors import Fault, SourceError
from charging.sources.io.sqlite_files import (
    StoredTable,
    open_sqlite,
    quote_name,
    stored_columns,
    stored_tables,
)

MAX_CELLS = 40_000_000
"""Rows read; the whole world has some 30 million cells of resolution 8."""

MAX_SOURCE_LENGTH = 300
"""Characters kept of what a file says of its source."""

_CONTENTS, _METADATA = "gpkg_contents", "gpkg_metadata"
_DATA_TYPES = ("features", "attributes")  # of tables with and without a geometry
_BLOCK_ROWS = 50_000
_MAX_LISTED = 1_000  # entries read of a list of tables or of metadata
_SHOWN, _SHOWN_NAMES = 60, 8  # characters of a foreign text, and names, in a message
_NAMES = "the columns h3 (H3 cell ids) and population"

_NO_CELL = "without an H3 cell id"
_NO_PEOPLE = "without a population"
_NO_NUMBER = "whose population is no number"
_OUT_OF_RANGE = "whose population is out of range"


class PeopleInCells(NamedTuple):
    """Cells of one resolution, each once, and the people in each."""

    cells: NDArray[np.int64]
    people: Floats
    column: str  # that held the people
    source: str  # as the file states it; "" where it does not


class _Columns(NamedTuple):
    table: StoredTable
    cell: str
    people: str


class _BadRows:
    """Rows that cannot be taken, counted by what is wrong with them, each with its first example."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, str] = {}

    def add(self, trouble: str, example: str) -> None:
        self._counts[trouble] = self._counts.get(trouble, 0) + 1
        self._examples.setdefault(trouble, example)

    def describe(self) -> str:
        """Return what was found, or "" where every row can be taken."""
        return ", and ".join(
            f"{count:,} row{'s' * (count > 1)} {trouble}, such as {self._examples[trouble]}"
            for trouble, count in self._counts.items()
        )


def read_geopackage(
    path: Path, name: str, columns: Mapping[str, Sequence[str]], max_weight: float
) -> PeopleInCells:
    """Return the people in the cells of a GeoPackage.

    Parameters
    ----------
    path
        The file, unpacked.
    name
        How the user knows the file, for messages.
    columns
        How the columns `cell` and `weight` may be spelled.
    max_weight
        Largest number of one row.

    Raises
    ------
    SourceError
        If the file is no GeoPackage, damaged or encrypted; has no table of cells or several; or a row has no
        cell, a cell of another resolution or one that another row has, or no number of people.
    """
    with open_sqlite(path, name) as base:
        tables = stored_tables(base)
        chosen = _choose_columns(base, tables, columns, name)
        where = f"{name}, table {_quote(chosen.table.name)}"
        cells, people = _read_rows(base, chosen, where, max_weight)
        source = _stated_source(base, tables, chosen.table.name)
    _check_cells(cells, where)
    return PeopleInCells(cells, people, chosen.people, source)


def _choose_columns(
    base: sqlite3.Connection,
    tables: Mapping[str, StoredTable],
    spellings: Mapping[str, Sequence[str]],
    name: str,
) -> _Columns:
    """Return the only table with cells and people of those that the GeoPackage lists."""
    listed = _listed_tables(base, tables, name)
    found = []
    for table in listed:
        names = stored_columns(base, table)
        cells, people = (
            [each for each in names if fold_text(each) in spellings[wanted]] for wanted in ("cell", "weight")
        )
        found += [_Columns(table, cell, count) for cell in cells for count in people]
    if len(found) == 1:
        return found[0]
    if found:
        pairs = _listing(f"{each.cell} and {each.people} of {each.table.name}" for each in found)
        message = f"expected one table with {_NAMES}, found several pairs: {pairs}. Leave all but one out."
    else:
        message = f"expected a table with {_NAMES}, found {_describe_tables(base, listed)}"
    raise SourceError(f"{name}: {message}", Fault.NO_CELLS)


def _listed_tables(
    base: sqlite3.Connection, tables: Mapping[str, StoredTable], name: str
) -> list[StoredTable]:
    contents = tables.get(_CONTENTS)
    if contents is None or not {"table_name", "data_type"} <= {*stored_columns(base, contents)}:
        message = (
            f"{name}: expected a GeoPackage, found a SQLite database without the table {_CONTENTS} that "
            f"lists its layers, but with {_listing(tables) or 'no tables'}. Save it as a "
            f"GeoPackage with {_NAMES}."
        )
        raise SourceError(message, Fault.NO_CELLS)
    rows = base.execute(f"SELECT table_name, data_type FROM {_CONTENTS}").fetchmany(_MAX_LISTED)  # noqa: S608
    names = dict.fromkeys(table for table, kind in rows if kind in _DATA_TYPES and isinstance(table, str))
    return [tables[table] for table in names if table in tables]


def _describe_tables(base: sqlite3.Connection, listed: Sequence[StoredTable]) -> str:
    if not listed:
        return f"none: {_CONTENTS} lists no table that is there. Export the layer of cells as a GeoPackage."
    if views := [table.name for table in listed if not table.is_stored]:
        return (
            f"the view or virtual table {_listing(views)}, which would have to be executed. Export it as a "
            "table."
        )
    found = "; ".join(
        f"{_quote(table.name)} with {_listing(stored_columns(base, table)) or 'no stored columns'}"
        for table in listed[:_SHOWN_NAMES]
    )
    return f"{found}. Name the columns so, or give another file."


def _read_rows(
    base: sqlite3.Connection, columns: _Columns, where: str, max_weight: float
) -> tuple[NDArray[np.int64], Floats]:
    names = f"{quote_name(columns.cell)}, {quote_name(columns.people)}"
    # an index holds the same values, or not, in a file made to deceive
    statement = f"SELECT {names} FROM {quote_name(columns.table.name)} NOT INDEXED"  # noqa: S608  quoted
    cursor = base.execute(statement)
    bad_rows, count = _BadRows(), 0
    cells, people = array("q"), array("d")  # which grow in place: the world's are half a GB
    while rows := cursor.fetchmany(_BLOCK_ROWS):
        if count + len(rows) > MAX_CELLS:
            message = (
                f"{where}: expected at most {MAX_CELLS:,} rows, found more. Give a file of one country, or "
                "of coarser cells."
            )
            raise SourceError(message, Fault.TOO_LARGE)
        block = _parse_rows(rows, count, bad_rows, max_weight)
        cells.frombytes(block[0].tobytes())
        people.frombytes(block[1].tobytes())
        count += len(rows)
    _check_rows(bad_rows, count, where, max_weight)
    return np.frombuffer(cells, dtype=np.int64), np.frombuffer(people, dtype=np.float64)


def _parse_rows(
    rows: Sequence[tuple[Any, Any]], before: int, bad_rows: _BadRows, max_weight: float
) -> tuple[NDArray[np.int64], Floats]:
    """Return the cells and people of some rows; those that cannot be taken are added to the bad ones."""
    cells = np.fromiter((_cell(cell) for cell, _ in rows), dtype=np.int64, count=len(rows))
    numbers = (value if isinstance(value, (int, float)) else np.nan for _, value in rows)
    people = np.fromiter(numbers, dtype=np.float64, count=len(rows))
    for row in np.flatnonzero((cells == 0) | ~((people >= 0) & (people <= max_weight))).tolist():
        text, value = rows[row]
        at = f"row {before + row + 1:,}"
        if not cells[row]:
            bad_rows.add(_NO_CELL, f"{_quote(text)} in {at}")
        elif value is None:
            bad_rows.add(_NO_PEOPLE, f"the cell {_quote(text)} in {at}")
        else:
            trouble = _OUT_OF_RANGE if isinstance(value, (int, float)) else _NO_NUMBER
            bad_rows.add(trouble, f"{_quote(value)} of the cell {_quote(text)} in {at}")
    return cells, people


def _cell(value: object) -> int:
    """Return the cell of an id; 0 where it is none."""
    try:
        return cell_from_text(value) if isinstance(value, str) else 0
    except ValueError:
        return 0


def _check_rows(bad_rows: _BadRows, count: int, where: str, max_weight: float) -> None:
    if found := bad_rows.describe():
        message = (
            f"{where}: expected an H3 cell id such as '88283473fffffff' and a population of 0 to "
            f"{max_weight:g} in each of {count:,} rows, found {found}. Correct these rows or leave them "
            "out: a share of people of whom some were lost would look like any other."
        )
        raise SourceError(message, Fault.BAD_ROW)
    if not count:
        raise SourceError(f"{where}: expected rows of cells, found none. Fill it in.", Fault.EMPTY)


def _check_cells(cells: NDArray[np.int64], where: str) -> None:
    """Refuse ground that is counted twice: by cells of several resolutions, or one cell in several rows."""
    resolutions = resolutions_of(cells)
    counts = np.bincount(resolutions)
    if np.count_nonzero(counts) > 1:
        found = ", ".join(
            f"{counts[one]:,} of resolution {one} (such as {cell_text(cells[np.argmax(resolutions == one)])})"
            for one in np.flatnonzero(counts)
        )
        message = (
            f"{where}: expected cells of one resolution, found {found}. A cell and a part of it would count "
            "the same people twice: give cells of one resolution."
        )
        raise SourceError(message, Fault.BAD_ROW)
    ordered = np.sort(cells)
    doubled = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(doubled):
        message = (
            f"{where}: expected each cell in one row, found {len(doubled):,} in several, such as "
            f"{cell_text(doubled.tolist()[0])}. Whether their people add up is not known: leave one row of "
            "each cell."
        )
        raise SourceError(message, Fault.BAD_ROW)


def _stated_source(base: sqlite3.Connection, tables: Mapping[str, StoredTable], table: str) -> str:
    """Return what a file says of the origin of a table: its description, and its metadata in plain text."""
    texts: list[object] = []
    if "description" in stored_columns(base, tables[_CONTENTS]):
        statement = f"SELECT description FROM {_CONTENTS} WHERE table_name = ?"  # noqa: S608  no foreign text
        texts += [text for (text,) in base.execute(statement, (table,)).fetchmany(_MAX_LISTED)]
    metadata = tables.get(_METADATA)
    if metadata and {"mime_type", "metadata"} <= {*stored_columns(base, metadata)}:
        statement = f"SELECT metadata FROM {_METADATA} WHERE mime_type = 'text/plain'"  # noqa: S608  as above
        texts += [text for (text,) in base.execute(statement).fetchmany(_MAX_LISTED)]
    lines = (" ".join(text.split()) for text in texts if isinstance(text, str))
    return ". ".join(dict.fromkeys(line for line in lines if line))[:MAX_SOURCE_LENGTH]


def _listing(names: Iterator[str] | Sequence[str] | Mapping[str, object]) -> str:
    """Return foreign names as a message may hold them, the first few of many."""
    every = [*names]
    more = [f"{len(every) - _SHOWN_NAMES:,} more"] if len(every) > _SHOWN_NAMES else []
    return ", ".join([*map(_quote, every[:_SHOWN_NAMES]), *more])


def _quote(value: object) -> str:
    """Return a foreign value as a message may hold it: short, with what is not printable escaped."""
    return repr(value[:_SHOWN] if isinstance(value, (str, bytes)) else value)
