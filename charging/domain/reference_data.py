"""The reference files under `data/`: where they are and how their rows are read.

This module knows the format (UTF-8 CSV with a header, plain or as gzip, an empty cell is "not known"), not
the columns.
"""

import csv
import datetime as dt
import gzip
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from charging.errors import SchemaError
from charging.paths import DATA_DIR

FACTS_DIR = DATA_DIR

Row = dict[str, str]

T = TypeVar("T")


def read_facts(path: Path, columns: Sequence[str]) -> list[Row]:
    """Return the rows of a reference file, in its order, cells stripped of surrounding blanks.

    Raises
    ------
    SchemaError
        If a column is missing, or a row has more or fewer cells than the header.
    """
    open_text = gzip.open if path.suffix == ".gz" else open
    with open_text(path, "rt", encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            message = f"{path.name}: expected the columns {', '.join(columns)}, missing {', '.join(missing)}"
            raise SchemaError(message)
        return [_strip_cells(row, path, reader.line_num) for row in reader]


def read_records(path: Path, record: type[T]) -> list[T]:
    """Return the rows of a reference file as records of a dataclass, each field read from its column.

    Raises
    ------
    SchemaError
        As `read_facts`, and if a cell cannot be read as the type of its field.
    """
    types = get_type_hints(record)
    readers = {field.name: _cell_reader(types[field.name]) for field in fields(record)}  # type: ignore[arg-type]
    rows = read_facts(path, tuple(readers))
    try:
        return [record(**{name: read(row[name]) for name, read in readers.items()}) for row in rows]
    except ValueError as error:
        message = f"{path.name}: {error}"
        raise SchemaError(message) from error


def _cell_reader(kind: Any) -> Callable[[str], Any]:  # noqa: ANN401  any type of a field
    """Return what reads a cell as a type: an empty one as None where that may be, several texts by blanks."""
    if NoneType in get_args(kind):
        [known] = set(get_args(kind)) - {NoneType}
        return lambda cell: _cell_reader(known)(cell) if cell else None
    if get_origin(kind) is tuple:
        return lambda cell: tuple(cell.split())
    return dt.date.fromisoformat if kind is dt.date else kind


def _strip_cells(row: dict[str, str], path: Path, line: int) -> Row:
    # DictReader gives surplus cells under the key None and missing ones as the value None.
    if None in row or None in row.values():
        message = f"{path.name}, line {line}: expected as many cells as the header has"
        raise SchemaError(message)
    return {column: cell.strip() for column, cell in row.items()}
