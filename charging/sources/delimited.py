"""Delimited text as rows: either line end and line breaks inside quotes are understood.

A row that does not parse is one bad row. No line, however long, is held whole.
"""

import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import TextIO

LONGEST_LINE = 1_048_576
"""Characters from which on a line is cut, and told as bad rows; a cell has 131,072 at most."""

_BLOCK = 65_536  # characters

Row = tuple[int, list[str] | None]
"""Number of the line a row begins on, from 1, and its cells; None for a line of a row that is broken."""


def rows(text: TextIO, delimiter: str) -> Iterator[Row]:
    """Return the rows that are not blank.

    A quote that is never closed swallows the lines after it, so each of them is told.
    """
    reader = csv.reader(chain.from_iterable(_lines(text)), delimiter=delimiter, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            # one loop for all good rows, since it runs once a row
            for cells in reader:
                if cells:
                    yield first, cells
                first = reader.line_num + 1
        except csv.Error:
            yield from ((line, None) for line in range(first, reader.line_num + 1))
        else:
            return


def _lines(text: TextIO) -> Iterator[list[str]]:
    """Yield lines with their ends, a block of text at a time, which is faster than line by line."""
    rest = ""
    while block := text.read(_BLOCK):
        lines = io.StringIO(rest + block, newline="").readlines()
        # the last line may go on, and a \r may be half of an end
        rest = lines.pop() if lines[-1][-1] != "\n" else ""
        if len(rest) >= LONGEST_LINE:
            lines.append(rest)
            rest = ""
        yield lines
    if rest:
        yield [rest]
