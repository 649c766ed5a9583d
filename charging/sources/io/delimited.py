"""Delimited text as rows: either line end and line breaks inside quotes are understood.

A row that does not parse is one bad row. No line, however long, is held whole.
"""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TextIO

from charging.sources.io.blocks import Block, RowBlock, TextBlock, is_regular, line_count

MAX_LINE_LENGTH = 1_048_576
"""Characters from which on a line is one bad row, whatever it holds; a cell has 131,072 at most."""

DELIMITERS = (",", ";", "\t", "|")
"""What separates columns as a rule."""

BLOCK = 4_194_304
"""Characters read into columns at a time."""

PIECE_CHARS = 65_536
"""Characters read at a time."""

_MORE_PIECES = 16  # read at most to come to the end of a quoted cell
_MAX_CELL_LENGTH = csv.field_size_limit()  # characters, as `csv.reader` takes them

_TOO_LONG = "x" * (_MAX_CELL_LENGTH + 1)  # in place of a line that is: a cell no reader takes
_END = re.compile(r"\n|\r(?!\Z)")  # a \r at the end may be half of one

Row = tuple[int, list[str] | None]
"""Number of the line a row begins on, from 1, and its cells; None for a line of a row that is broken."""


def rows(text: TextIO, delimiter: str) -> Iterator[Row]:
    """Return the rows of a text that are not blank."""
    return DelimitedText(text, delimiter).rows()


def head_rows(text: str, delimiter: str, max_rows: int) -> list[list[str]]:
    """Return the first rows of a text, at most so many, without broken ones."""
    found = islice(rows(io.StringIO(text, newline=""), delimiter), max_rows)
    return [cells for _, cells in found if cells is not None]


def delimiter_by(
    by_delimiter: Iterable[tuple[str, list[list[str]]]], is_header: Callable[[list[str]], bool]
) -> str | None:
    """Return the first delimiter by whose rows a text has a header; None where it has none by any."""
    return next((delimiter for delimiter, rows in by_delimiter if any(map(is_header, rows))), None)


def delimiter_of(text: str, is_header: Callable[[list[str]], bool]) -> str | None:
    """Return the first delimiter by which the first row of a text is a header; None where it is by none."""
    return delimiter_by(((delimiter, head_rows(text, delimiter, 1)) for delimiter in DELIMITERS), is_header)


class DelimitedText:
    """A text of which each row is read once: singly, or by the block."""

    def __init__(self, text: TextIO, delimiter: str) -> None:
        """Start before the first row."""
        self._lines = _Lines(text)
        self._delimiter = delimiter
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank.

        A quote that is never closed swallows the lines after it, so each of them is yielded.
        """
        while (some := self._next()) is not None:
            yield from some

    def blocks(self) -> Iterator[Block]:
        """Yield what is left, some thousand rows at a time.

        Where every quote is where it should be, rows end where quotes and line ends say so, and a block needs
        not be taken apart here.
        """
        while text := self._lines.peek_block():
            line = self._lines.number + 1
            raw = text.encode()
            if is_regular(raw, self._delimiter):
                self._lines.skip(text, line_count(raw))
                del text  # memory that whoever takes the block apart can use
                yield TextBlock(raw, self._delimiter, line)
            else:
                end = self._lines.position + len(text)
                rows: list[Row] = []
                while self._lines.position < end and (some := self._next()) is not None:
                    rows += some
                yield RowBlock(rows)

    def _next(self) -> list[Row] | None:
        """Return the next row, none where it is blank and several where it is broken; None at the end."""
        first = self._lines.number + 1
        try:
            cells = next(self._reader)
        except csv.Error:
            return [(line, None) for line in range(first, self._lines.number + 1)]
        except StopIteration:
            return None
        return [(first, cells)] if cells else []


class _Lines:
    """The lines of a text, with their ends."""

    def __init__(self, text: TextIO) -> None:
        self.number = 0  # of lines that were read
        self.position = 0  # characters that were read
        self._pieces = _pieces(text)
        self._waiting: deque[str] = deque()
        self._lines = io.StringIO()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while not (line := self._lines.readline()):
            piece = self._waiting.popleft() if self._waiting else next(self._pieces)
            self._lines = io.StringIO(piece, newline="")
        self.number += 1
        self.position += len(line)
        return line

    def peek_block(self) -> str:
        """Return the next block without reading it: whole lines, and whole rows where that can be seen."""
        if rest := self._lines.read():
            self._waiting.appendleft(rest)
        size = sum(map(len, self._waiting))
        while size < BLOCK and (piece := next(self._pieces, "")):
            self._waiting.append(piece)
            size += len(piece)
        text = "".join(self._waiting)
        if '"' in text and text.count('"') % 2:
            for piece in islice(self._pieces, _MORE_PIECES):
                self._waiting.append(piece)
                if piece.count('"') % 2:
                    break
            text = "".join(self._waiting)
        return text

    def skip(self, text: str, lines: int) -> None:
        """Pass over a block that `peek_block` returned, of so many lines."""
        self._waiting.clear()
        self.number += lines
        self.position += len(text)


def _chunks(text: TextIO) -> Iterator[str]:
    """Yield a text a piece at a time; of a file, of which nothing was read, without the detour of `read`.

    That takes 8 kB at a time, and looks for line ends that it leaves as they are.
    """
    if not isinstance(text, io.TextIOWrapper):
        while chars := text.read(PIECE_CHARS):
            yield chars
        return
    decoder = codecs.getincrementaldecoder(text.encoding)(text.errors or "strict")
    while raw := text.buffer.read(PIECE_CHARS):
        if chars := decoder.decode(raw):
            yield chars
    if chars := decoder.decode(b"", final=True):
        yield chars


def _pieces(text: TextIO) -> Iterator[str]:
    """Yield lines with their ends, a piece of text at a time; a line too long is a bad one of its kind."""
    rest, is_too_long = "", False
    for chars in _chunks(text):
        piece = rest + chars
        if is_too_long:
            found = _END.search(piece)
            if not found:
                rest = piece[-1:] if piece.endswith("\r") else ""
                continue
            piece, is_too_long = _TOO_LONG + piece[found.start() :], False
        # the last line may go on, and a \r may be half of an end
        end = max(piece.rfind("\n"), piece.rfind("\r", 0, -1)) + 1
        if end:
            yield piece[:end]
        rest = piece[end:]
        if len(rest) >= MAX_LINE_LENGTH:
            rest, is_too_long = "", True
    if is_too_long or rest:
        yield _TOO_LONG if is_too_long else rest
