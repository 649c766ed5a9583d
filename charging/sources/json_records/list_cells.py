"""Cells of columns that stand for a list inside a record: the values of its elements, in their order."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.sources.json_records.shape import LIST

MARK = "\x1f"
"""Between the values of the elements of one record."""


def list_of(header: str) -> str | None:
    """Return the path of the list whose elements a column holds; None where it holds one value a record.

    Examples
    --------
    >>> list_of("evses[].plugs[].type"), list_of("address.city")
    ('evses', None)
    """
    path, mark, _ = header.partition(LIST)
    return path if mark else None


def list_mark(separator: str) -> str:
    """Return what stands between the values of a list in one cell, by what separates its entries.

    Examples
    --------
    >>> list_mark(","), list_mark(" ")
    (', ', ' ')
    """
    return separator if separator.isspace() else f"{separator} "


def first_values(cells: pa.Array) -> pa.Array:
    """Return of each cell the first of its values that holds something."""
    return pc.replace_substring_regex(pc.ascii_ltrim(cells, MARK), f"(?s){MARK}.*", "")


def first_value(cell: str) -> str:
    """Return the first value of a cell that holds something."""
    return next(filter(None, cell.split(MARK)), "")


def joined_values(cells: pa.Array, mark: str) -> pa.Array:
    """Return of each cell its values that hold something, with a mark between them."""
    return pc.replace_substring_regex(pc.ascii_trim(cells, MARK), f"{MARK}+", mark.replace("\\", "\\\\"))


def values_of(cell: str) -> Sequence[str]:
    r"""Return the values of a cell.

    Examples
    --------
    >>> values_of("CCS\x1fType 2"), values_of("")
    (['CCS', 'Type 2'], [''])
    """
    return cell.split(MARK)


def as_rows(
    cells: Mapping[int, pa.Array], in_list: Sequence[int], rows: int
) -> tuple[dict[int, pa.Array], NDArray[np.intp]]:
    """Return cells with a row for each element of the lists of one path, and of which row each was.

    A row without the list is one element that holds nothing.

    Parameters
    ----------
    cells
        By position.
    in_list
        The positions of the columns of that list, one at least; the others repeat.
    rows
        Number of rows.
    """
    marks = [pc.count_substring(cells[at], MARK).to_numpy() for at in in_list]
    sizes = np.max(marks, axis=0) + 1
    # a column that none of the elements has is one empty cell
    no_values = pc.binary_repeat(MARK, pa.array(sizes - 1))
    parts = {
        at: pc.split_pattern(pc.if_else(pc.equal(cells[at], ""), no_values, cells[at]), MARK)
        for at in in_list
    }
    row = np.repeat(np.arange(rows), sizes)
    taken = pa.array(row)
    found = {at: parts[at].flatten() if at in parts else column.take(taken) for at, column in cells.items()}
    return found, row
