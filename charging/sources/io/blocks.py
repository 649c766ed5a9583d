"""Blocks of rows of a table, taken apart into columns of cells."""

import codecs
import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from charging.sources.io.arrow_texts import texts_of, whole
from charging.sources.records import Reason, Rejection

_BLOCK_ROWS = 16_384
_BLOCK_CELLS = 2_097_152  # of wide tables, where so many rows would fill the memory
_MAX_CELL_LENGTH = csv.field_size_limit()  # characters, as `csv.reader` takes them
_SLICE = 131_072  # bytes looked at together where what is found is small: they stay near the processor
_LF, _CR, _QUOTE = b'\n\r"'

_Row = tuple[int, list[str] | None]


class Cells(NamedTuple):
    """Whole rows, column by column."""

    columns: Mapping[int, pa.Array]  # by position, as they are in the file
    rows: int
    lines: Callable[[], Sequence[int]]  # which line each begins on; seldom is any of them asked for
    broken: Sequence[tuple[int, Rejection]]  # and the number of whole rows before each
    unit: str = "line"  # what the rows are counted in


class Block(Protocol):
    """Some rows of a table."""

    def cells(self, width: int, wanted: Collection[int], least: int | None = None) -> Cells:
        """Return the cells of some columns.

        Parameters
        ----------
        width
            Number of cells of a whole row; empty ones beyond them are left out.
        wanted
            Positions of the columns.
        least
            Number of cells a row has at least, those behind them being empty where they are missing; by
            default all.
        """


class RowBlock(NamedTuple):
    """Rows that were taken apart."""

    rows: Sequence[_Row]
    unit: str = "line"  # what their numbers count

    def cells(self, width: int, wanted: Collection[int], least: int | None = None) -> Cells:
        """Return the cells of some columns."""
        whole, lines, broken = [], [], []
        for line, given in self.rows:
            cells = given if given is None or len(given) == width else _fitted(given, width, least)
            if cells is not None:
                whole.append(cells)
                lines.append(line)
            else:
                found = None if given is None else len(given)
                broken.append((len(whole), _malformed(line, found, width, self.unit)))
        columns = list(zip(*whole, strict=True)) or [()] * width
        texts = {at: texts_of(columns[at]) for at in wanted}
        return Cells(texts, len(whole), lambda: lines, broken, self.unit)


class TextBlock(NamedTuple):
    """Delimited text of whole rows, in which every quote is where it should be."""

    raw: bytes  # UTF-8
    delimiter: str
    first_line: int

    def cells(self, width: int, wanted: Collection[int], least: int | None = None) -> Cells:
        """Return the cells of some columns; a row that cannot be fitted is left out and reported."""
        odd: list[pa_csv.InvalidRow] = []

        def leave_out(row: pa_csv.InvalidRow) -> str:
            odd.append(row)
            return "skip"

        names, has_quotes = [str(at) for at in wanted], b'"' in self.raw
        table = pa_csv.read_csv(
            pa.py_buffer(self.raw),
            pa_csv.ReadOptions(
                use_threads=False, block_size=len(self.raw) + 1, column_names=list(map(str, range(width)))
            ),
            pa_csv.ParseOptions(
                delimiter=self.delimiter,
                quote_char='"' if has_quotes else False,
                newlines_in_values=has_quotes,
                invalid_row_handler=leave_out,
            ),
            pa_csv.ConvertOptions(
                check_utf8=False,
                strings_can_be_null=False,
                include_columns=names,
                column_types=dict.fromkeys(names, pa.string()),
            ),
        )
        if any(row.actual_columns >= (least or width) for row in odd):
            return RowBlock(self._rows()).cells(width, wanted, least)
        columns = {int(name): whole(column) for name, column in zip(names, table.columns, strict=True)}
        broken = self._broken(odd) if odd else []
        return Cells(columns, len(table), partial(self._lines, [row.number - 1 for row in odd]), broken)

    def _rows(self) -> list[_Row]:
        text = io.StringIO(self.raw.decode("utf-8", "replace"), newline="")
        rows = (cells for cells in csv.reader(text, delimiter=self.delimiter) if cells)
        return list(zip((row_lines(self.raw) + self.first_line).tolist(), rows, strict=True))

    def _broken(self, odd: Sequence[pa_csv.InvalidRow]) -> list[tuple[int, Rejection]]:
        lines = row_lines(self.raw) + self.first_line
        return [
            (
                row.number - 1 - before,
                _malformed(lines[row.number - 1], row.actual_columns, row.expected_columns),
            )
            for before, row in enumerate(odd)
        ]

    def _lines(self, left_out: Sequence[int]) -> list[int]:
        lines: list[int] = np.delete(row_lines(self.raw) + self.first_line, left_out).tolist()
        return lines


def is_regular(raw: bytes, delimiter: str) -> bool:
    """Whether each quote opens a cell, closes one or is doubled inside one, and no cell is too long."""
    if raw.startswith(codecs.BOM_UTF8):  # which Arrow takes for no part of the text
        return False
    codes = np.frombuffer(raw, np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE if b'"' in raw else ())
    if len(quotes) % 2 or len(delimiter.encode()) > 1 or delimiter == '"' or _has_long_line(raw):
        return False
    if not len(quotes):
        return True
    borders = (_LF, _CR, ord(delimiter))
    opening, closing = quotes[0::2], quotes[1::2]
    is_opened = (opening == 0) | np.isin(codes[opening - 1], borders)
    is_closed = (closing == len(codes) - 1) | np.isin(codes[(closing + 1) % len(codes)], borders)
    is_doubled = closing[:-1] + 1 == opening[1:]
    is_opened[1:] |= is_doubled
    is_closed[:-1] |= is_doubled
    begins, ends = opening[~np.insert(is_doubled, 0, False)], closing[~np.append(is_doubled, False)]
    is_short = (ends - begins).max(initial=0) <= _MAX_CELL_LENGTH
    return bool(is_opened.all() and is_closed.all() and is_short)


def line_count(raw: bytes) -> int:
    r"""Return the number of lines of a text, the last one with an end or without.

    Examples
    --------
    >>> line_count(b"\na\r\nb\rc\n"), line_count(b"a\n\nb")
    (4, 3)
    """
    codes, ends = np.frombuffer(raw, np.uint8), 0
    for start in range(0, len(codes), _SLICE):
        some = codes[start : start + _SLICE + 1]  # and the next, which may end the same line
        is_feed, is_return = some == _LF, some == _CR
        ends += int(np.count_nonzero(is_feed[:_SLICE]) + np.count_nonzero(is_return[:_SLICE]))
        ends -= int(np.count_nonzero(is_return[:-1] & is_feed[1:]))
    return ends + (raw[-1] not in (_LF, _CR))


def row_lines(raw: bytes) -> NDArray[np.intp]:
    r"""Return how many lines precede each row that is not blank; every quote is where it should be.

    Examples
    --------
    >>> row_lines(b'a,b\r\n\r\n"c\nd",e\n\rf').tolist()
    [0, 2, 5]
    """
    codes = np.frombuffer(raw, np.uint8)
    is_end = (codes == _LF) | (codes == _CR) & (np.append(codes[1:], 0) != _LF)
    begins = np.concatenate([[0], np.flatnonzero(is_end) + 1])
    begins = begins[begins < len(codes)]
    quotes_before = np.searchsorted(np.flatnonzero(codes == _QUOTE), begins)
    return np.flatnonzero((quotes_before % 2 == 0) & ~np.isin(codes[begins], (_LF, _CR)))


def _has_long_line(raw: bytes) -> bool:
    """Whether a line is longer than a cell can be."""
    half = _MAX_CELL_LENGTH // 2  # where there is an end in every half, no line is
    if all(raw.find(b"\n", at, at + half) >= 0 for at in range(0, len(raw) - half, half)):
        return False
    codes = np.frombuffer(raw, np.uint8)
    ends = np.flatnonzero((codes == _LF) | (codes == _CR))
    return bool(np.diff(ends, prepend=-1, append=len(codes)).max() > _MAX_CELL_LENGTH)


def _fitted(cells: list[str], width: int, least: int | None) -> list[str] | None:
    """Return a row without empty cells beyond its width, or with those it lacks; None if it has others."""
    if len(cells) > width:
        return None if any(map(str.strip, cells[width:])) else cells[:width]
    return cells + [""] * (width - len(cells)) if len(cells) >= (least or width) else None


def _malformed(line: int, cells: int | None, width: int, unit: str = "line") -> Rejection:
    found = None if cells is None else f"{cells} cells instead of {width}"
    return Rejection(reason=Reason.MALFORMED, record_id=f"{unit} {line}", value=found)


def row_blocks(rows: Iterable[_Row], unit: str = "line") -> Iterator[Block]:
    """Yield rows by the block; `unit` is what their numbers count."""
    rows = iter(rows)
    while first := next(rows, None):
        width = len(first[1] or ())
        more = min(_BLOCK_ROWS, _BLOCK_CELLS // max(1, width)) - 1
        yield RowBlock([first, *islice(rows, more)], unit)
