"""Reading JSON value by value in bounded memory: an array, values one after the other, or one value a line.

A line that is not JSON is one bad record among good ones and is told to the caller; elsewhere nothing says
where the next value begins, so a broken value is a broken file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from charging.errors import SourceError

LONGEST_VALUE = 16_777_216
"""Longest single value read, in characters; sites with hundreds of comments take some 100,000."""

_CHUNK = 65_536  # characters read at once
_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is not JSON, by its number from 1."""

    number: int
    text: str


def values_in_lines(text: TextIO, path: Path) -> Iterator[Any]:
    """Return the JSON value of each line that is not blank, or a `BrokenLine`.

    Raises
    ------
    SourceError
        If a line is longer than `LONGEST_VALUE`.
    """
    number = 0
    while line := text.readline(LONGEST_VALUE + 1):
        number += 1
        _check_length(line, path)
        if line.isspace():
            continue
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            yield BrokenLine(number, line.strip())


def values(text: TextIO, path: Path) -> Iterator[Any]:
    """Return the elements of a JSON array, or the values that stand one after the other.

    Raises
    ------
    SourceError
        If a value is broken, cut or longer than `LONGEST_VALUE`.
    """
    window = _Window(text, path)
    in_array = window.skip("[")
    count = 0
    while True:
        if in_array and window.skip("]"):
            in_array = False
        if window.at_end:
            break
        yield window.value(count + 1)
        count += 1
        if in_array and not window.skip(",") and not window.peek("]"):
            raise _broken(path, count + 1)
    if in_array:
        raise _broken(path, count + 1)


class _Window:
    """The part of a text that is in memory, from the value to read next."""

    def __init__(self, text: TextIO, path: Path) -> None:
        self._text = text
        self._path = path
        self._buffer = ""
        self._at = 0
        self._decoder = json.JSONDecoder()

    @property
    def at_end(self) -> bool:
        """Whether only white space is left."""
        return not self._skip_space()

    def peek(self, mark: str) -> bool:
        """Whether a mark comes next."""
        return self._skip_space() and self._buffer[self._at] == mark

    def skip(self, mark: str) -> bool:
        """Step over a mark if it comes next, and say whether it did."""
        found = self.peek(mark)
        self._at += found
        return found

    def value(self, number: int) -> Any:  # noqa: ANN401  JSON
        """Step over the next value and return it."""
        self._skip_space()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError) as error:
                if not self._grow():
                    raise _broken(self._path, number) from error
                continue
            # a number that reaches the edge of the window may go on beyond it
            if end == len(self._buffer) and self._grow():
                continue
            self._at = end
            return value

    def _skip_space(self) -> bool:
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._buffer):
                return True
            if not self._grow():
                return False

    def _grow(self) -> bool:
        """Read on, twice as far each time, so that a long value is parsed a few times at most."""
        kept = self._buffer[self._at :]
        _check_length(kept, self._path)
        more = self._text.read(max(_CHUNK, len(kept)))
        self._buffer, self._at = kept + more, 0
        return bool(more)


def _check_length(text: str, path: Path) -> None:
    if len(text) > LONGEST_VALUE:
        message = (
            f"{path}: expected records of at most {LONGEST_VALUE:,} characters, found a longer or cut one. "
            "Check that the file is a list of sites."
        )
        raise SourceError(message)


def _broken(path: Path, number: int) -> SourceError:
    return SourceError(
        f"{path}: expected JSON to its end, found value {number} broken or cut. Fetch the file again."
    )
