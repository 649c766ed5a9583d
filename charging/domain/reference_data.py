"""The reference files under `data/`: where they are and how their rows are read.

This module knows the format (UTF-8 CSV with a header, an empty cell is "not known"), not the columns.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from charging.errors import SchemaError
from charging.paths import DATA_DIR

FACTS_DIR = DATA_DIR

Row = dict[str, str]


def read_facts(path: Path, columns: Sequence[str]) -> list[Row]:
    """Return the rows of a reference file, in its order, cells stripped of surrounding blanks.

    Raises
    ------
    SchemaError
        If a column is missing, or a row has more or fewer cells than the header.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            message = f"{path.name}: expected the columns {', '.join(columns)}, missing {', '.join(missing)}"
            raise SchemaError(message)
        return [_strip_cells(row, path, reader.line_num) for row in reader]


def _strip_cells(row: dict[str, str], path: Path, line: int) -> Row:
    # DictReader gives surplus cells under the key None and missing ones as the value None.
    if None in row or None in row.values():
        message = f"{path.name}, line {line}: expected as many cells as the header has"
        raise SchemaError(message)
    return {column: cell.strip() for column, cell in row.items()}
