"""Reading JSON value by value in bounded memory: an array, an array inside an envelope, or one value a line.

A line that is not JSON is one bad record among good ones, and is handed on as such; elsewhere nothing says
where the next value begins, so a broken value is a broken file: it raises a `SourceError`, as does a value
that is longer than `MAX_VALUE_LENGTH`.
"""

import json
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from charging.errors import Fault, SourceError
from charging.sources.io.files import Part

MAX_VALUE_LENGTH = 16_777_216
"""Longest single value read, in characters; sites with hundreds of comments take some 100,000."""

CHUNK_CHARS = 131_072
"""Characters read at once."""

MAX_MEMBERS = 250
"""Members of an object that are kept besides its records; the longest of the field have some forty."""

_MAX_DEPTH = 8  # envelopes inside one another that are opened

RECORD_SEPARATOR = "\x1e"
"""What a text sequence (RFC 7464) has before each value."""

_SPACE = " \t\r\n" + RECORD_SEPARATOR
_BEGINS_RECORD = ("{", "n")  # an object, or null in its place
_MAX_LINES_SEEN = 50  # of a head, to tell whether each is a value


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is not JSON, by its number from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Before:
    """The members of an envelope that come before one that is opened."""

    members: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    """The members of an object, but for those its records were taken from."""

    members: dict[str, Any]
    has_records: bool  # whether there were such members, full or empty


def is_lines(head: bytes, *names: str) -> bool:
    """Whether a line of a file's head is a record by itself: an object with one of the names.

    One that is broken must not decide for the rest.
    """
    return head.lstrip()[:1] == b"{" and any(_has_one_of(names, line) for line in head.splitlines())


def values_in_lines(text: TextIO, path: Path | Part) -> Iterator[Any]:
    """Return the JSON value of each line that is not blank, or a `BrokenLine`."""
    number = 0
    while line := text.readline(MAX_VALUE_LENGTH + 1):
        number += 1
        _check_length(line, path)
        if line.isspace():
            continue
        try:
            yield json.loads(line.lstrip(_SPACE))
        except (ValueError, RecursionError):
            yield BrokenLine(number, line.strip())


def values(text: TextIO, path: Path, *, chunk_chars: int = CHUNK_CHARS) -> Iterator[Any]:
    """Return the elements of a JSON array, or values that follow one another."""
    window = _Window(text, path, chunk_chars)
    while not window.at_end:
        if window.peek("["):
            yield from _elements(window)
        else:
            yield window.value()


def records(
    text: TextIO,
    path: Path | Part,
    inside: Container[str],
    *,
    keyed_record: Callable[[str, Any], Any] | None = None,
    envelopes: Container[str] | None = None,
    chunk_chars: int = CHUNK_CHARS,
) -> Iterator[Any]:
    """Return the records of an array, or of objects that hold arrays of them, and what is around those.

    Parameters
    ----------
    inside
        Names of the members that hold the records: an array of them, or an object with such a member.
    keyed_record
        Returns the record that the key and value of another member are, or None where they are none.
    envelopes
        Names of `inside` under which an array holds envelopes and not records. Where there are any, objects
        of an array that has no name are opened too, and each opening is announced by a `Before`.

    Returns
    -------
    Iterator
        Each element of an array that is alone or under a name of `inside`. An object yields an `Around`
        after its records; one without them is wholly in its `Around`.

    Raises
    ------
    SourceError
        If a value is broken, cut or too long, or an object has over `MAX_MEMBERS`.
    """
    window = _Window(text, path, chunk_chars)
    walk = _Walk(window, inside, keyed_record or _no_record, envelopes)
    while not window.at_end:
        if window.peek("["):
            yield from walk.elements("", 0)
        elif window.peek("{"):
            yield from walk.members(0)
        else:
            yield window.value()


def elements(text: TextIO, path: Path | Part, key: str) -> Iterator[Any]:
    """Return what `records` does of one key of a JSON object, as GeoJSON and Overpass have it.

    Raises
    ------
    SourceError
        As in `records`, or if there is no such array.
    """
    for value in records(text, path, {key}):
        if isinstance(value, Around) and not value.has_records:
            raise SourceError(
                f"{path}: expected records under {key!r}, found none. Check that the file is of this format."
            )
        yield value


def are_lines(head: bytes) -> bool:
    r"""Whether a file that begins like this has an object a line: most of its lines are one.

    Examples
    --------
    >>> are_lines(b'{"id": 1}\n{"id": \n{"id": 3}\n'), are_lines(b'{"a": [\n{"id": 1},\n{"id": 2}\n]}')
    (True, False)
    """
    space = _SPACE.encode()
    lines = [line for line in (line.strip(space) for line in head.splitlines()[:_MAX_LINES_SEEN]) if line]
    objects = [line for line in lines if line.startswith(b"{")]
    if len(lines) < 2 or not lines[0].startswith(b"{"):  # noqa: PLR2004  one line may be an envelope
        return False
    has_most = sum(map(_is_object, lines)) * 2 > len(lines)
    return has_most or (len(objects) == len(lines) and _is_object(lines[0]))


def elements_by_path(
    text: TextIO, path: Path | Part, *, chunk_chars: int = CHUNK_CHARS
) -> Iterator[tuple[str, Any]]:
    """Return the elements of each array of objects, with the keys that lead to it joined by points.

    An array that is alone has no key. An object that holds no such array is an element by itself.

    Raises
    ------
    SourceError
        As in `records`.
    """
    window = _Window(text, path, chunk_chars)
    while not window.at_end:
        if window.peek("["):
            for element in _elements(window):
                yield "", element
        elif window.peek("{"):
            members: dict[str, Any] = {}
            has_array = False
            for keyed in _arrays(window, members, ""):
                has_array = True
                yield keyed
            if not has_array:
                yield "", members
        else:
            yield "", window.value()


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _has_one_of(names: tuple[str, ...], line: bytes) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and any(name in value for name in names)


def _elements(window: "_Window") -> Iterator[Any]:
    """Step over an array, element by element."""
    window.skip("[")
    while not window.skip("]"):
        yield window.value()
        if not window.skip(",") and not window.peek("]"):
            raise window.broken()


def _arrays(
    window: "_Window", members: dict[str, Any], path: str, depth: int = 0
) -> Iterator[tuple[str, Any]]:
    """Step over an object, and fill `members` with what is no array of objects."""
    window.skip("{")
    while not window.skip("}"):
        name = window.key()
        inner = f"{path}.{name}" if path else name
        if window.peek("[") and window.peek_behind() in _BEGINS_RECORD:
            for element in _elements(window):
                yield inner, element
        elif window.peek("{") and depth < _MAX_DEPTH:
            within: dict[str, Any] = {}
            members[name] = within
            yield from _arrays(window, within, inner, depth + 1)
        else:
            members[name] = window.value()
        window.check_few(members)
        if not window.skip(",") and not window.peek("}"):
            raise window.broken()


def _no_record(_key: str, _value: object) -> None:
    """Say that a member is no record."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk through a text that opens the objects which hold records."""

    window: "_Window"
    inside: Container[str]
    keyed_record: Callable[[str, Any], Any]
    envelopes: Container[str] | None

    def elements(self, name: str, depth: int) -> Iterator[Any]:
        """Step over an array, element by element, or through its elements where they are envelopes."""
        window, names = self.window, self.envelopes
        if names is None or depth >= _MAX_DEPTH or (name and name not in names):
            yield from _elements(window)
            return
        window.skip("[")
        while not window.skip("]"):
            if window.peek("{"):
                yield from self.members(depth + 1)
            else:
                yield window.value()
            if not window.skip(",") and not window.peek("]"):
                raise window.broken()

    def members(self, depth: int) -> Iterator[Any]:
        """Step over an object, member by member."""
        window = self.window
        members: dict[str, Any] = {}
        has_records = False
        window.skip("{")
        while not window.skip("}"):
            name = window.key()
            is_open = name in self.inside and depth < _MAX_DEPTH
            if is_open and (window.peek("[") or window.peek("{")):
                has_records = True
                if self.envelopes is not None:
                    yield Before({**members})
                yield from self.elements(name, depth) if window.peek("[") else self.members(depth + 1)
            elif (record := self.keyed_record(name, value := window.value())) is not None:
                has_records = True
                yield record
            else:
                members[name] = value
                window.check_few(members)
            if not window.skip(",") and not window.peek("}"):
                raise window.broken()
        yield Around(members, has_records)


class _Window:
    """The part of a text that is in memory, from the value to read next."""

    def __init__(self, text: TextIO, path: Path | Part, chunk_chars: int) -> None:
        self._text = text
        self._path = path
        self._chunk_chars = chunk_chars
        self._buffer = ""
        self._at = 0
        self._values = 0
        self._decode = json.JSONDecoder().raw_decode

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

    def peek_behind(self) -> str:
        """Return what comes behind the mark that comes next, white space apart; nothing at the end."""
        ahead = 1
        while True:
            while self._at + ahead < len(self._buffer):
                if self._buffer[self._at + ahead] not in _SPACE:
                    return self._buffer[self._at + ahead]
                ahead += 1
            if not self._grow():
                return ""

    def value(self) -> Any:  # noqa: ANN401  JSON
        """Step over the next value and return it."""
        self._skip_space()
        while True:
            try:
                value, end = self._decode(self._buffer, self._at)
            except (ValueError, RecursionError) as error:
                if not self._grow():
                    raise self.broken() from error
                continue
            # a number that reaches the edge of the window may go on beyond it
            if end == len(self._buffer) and self._grow():
                continue
            self._at = end
            self._values += 1
            return value

    def key(self) -> str:
        """Step over the name of a member, with its colon, and return it."""
        if not self.peek('"'):
            raise self.broken()
        name: str = self.value()
        self._values -= 1
        if not self.skip(":"):
            raise self.broken()
        return name

    def broken(self) -> SourceError:
        """Return the complaint about the value that should come next."""
        return SourceError(
            f"{self._path}: expected JSON to its end, found value {self._values + 1} broken or cut, or "
            "nested too deeply. Fetch the file again.",
            Fault.DAMAGED,
        )

    def check_few(self, members: dict[str, Any]) -> None:
        """Refuse an object that is no envelope, before it fills the memory."""
        if len(members) > MAX_MEMBERS:
            raise SourceError(
                f"{self._path}: expected records in an array, found an object with more than {MAX_MEMBERS} "
                "members. Check that the file is a list of sites."
            )

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
        more = self._text.read(max(self._chunk_chars, len(kept)))
        self._buffer, self._at = kept + more, 0
        return bool(more)


def _check_length(text: str, path: Path | Part) -> None:
    if len(text) > MAX_VALUE_LENGTH:
        message = (
            f"{path}: expected records of at most {MAX_VALUE_LENGTH:,} characters, found a longer or cut one."
            " Check that the file is a list of sites."
        )
        raise SourceError(message, Fault.TOO_LARGE)
