"""Blocks of rows of a table, taken apart into columns of cells."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

import pyarrow as pa
import pyarrow.csv as pa_csv

from charging.sources.io.arrow_texts import texts_of
from charging.sources.records import Reason, Rejection

_BLOCK_ROWS = 16_384

_Row = tuple[int, list[str] | None]


class Cells(NamedTuple):
    """Whole rows, column by column."""

    columns: Mapping[int, pa.Array]  # by position, as they stand in the file
    rows: int
    lines: Callable[[], Sequence[int]]  # which line each begins on; seldom is any of them told
    broken: Sequence[tuple[int, Rejection]]  # and the number of whole rows before each


class Block(Protocol):
    """Some rows of a table."""

    def cells(self, width: int, wanted: Collection[int]) -> Cells:
        """Return the cells of some columns.

        Parameters
        ----------
        width
            Number of cells of a whole row.
        wanted
            Positions of the columns.
        """


class RowBlock(NamedTuple):
    """Rows that were taken apart."""

    rows: Sequence[_Row]

    def cells(self, width: int, wanted: Collection[int]) -> Cells:
        """Return the cells of some columns."""
        whole, lines, broken = [], [], []
        for line, cells in self.rows:
            if cells is not None and len(cells) == width:
                whole.append(cells)
                lines.append(line)
            else:
                found = None if cells is None else f"{len(cells)} cells instead of {width}"
                broken.append(
                    (len(whole), Rejection(reason=Reason.MALFORMED, record_id=f"line {line}", value=found))
                )
        columns = list(zip(*whole, strict=True)) or [()] * width
        texts = {at: texts_of(columns[at]) for at in wanted}
        return Cells(texts, len(whole), lambda: lines, broken)


class TextBlock(NamedTuple):
    """Delimited text of whole rows, in which every quote stands as it should."""

    text: str
    delimiter: str
    first_line: int

    def cells(self, width: int, wanted: Collection[int]) -> Cells:
        """Return the cells of some columns; a block in which a row is broken is taken apart row by row."""
        raw, has_quotes = self.text.encode(), '"' in self.text
        names = [str(at) for at in wanted]
        try:
            table = pa_csv.read_csv(
                pa.py_buffer(raw),
                pa_csv.ReadOptions(
                    use_threads=False, block_size=len(raw) + 1, column_names=list(map(str, range(width)))
                ),
                pa_csv.ParseOptions(
                    delimiter=self.delimiter,
                    quote_char='"' if has_quotes else False,
                    newlines_in_values=has_quotes,
                ),
                pa_csv.ConvertOptions(
                    check_utf8=False,
                    strings_can_be_null=False,
                    include_columns=names,
                    column_types=dict.fromkeys(names, pa.string()),
                ),
            )
        except pa.ArrowInvalid:
            return RowBlock(list(self._taken_apart())).cells(width, wanted)
        columns = {
            int(name): column.combine_chunks() for name, column in zip(names, table.columns, strict=True)
        }
        return Cells(columns, len(table), self._lines, ())

    def _taken_apart(self) -> Iterator[_Row]:
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        line = self.first_line
        for cells in reader:
            if cells:
                yield line, cells
            line = self.first_line + reader.line_num

    def _lines(self) -> list[int]:
        return [line for line, _ in self._taken_apart()]


def in_blocks(rows: Iterable[_Row]) -> Iterator[Block]:
    """Yield rows by the block."""
    rows = iter(rows)
    while some := list(islice(rows, _BLOCK_ROWS)):
        yield RowBlock(some)
