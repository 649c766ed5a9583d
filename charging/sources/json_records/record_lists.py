"""The lists of records that a JSON file holds: alone, a record a line, under a key or inside other records.

A file is gone through once for what its lists hold, and again for each list that is read; one element of the
outermost array is in memory at a time.
"""

import io
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TextIO

from charging.errors import Fault, SourceError
from charging.sources.io.files import HEAD_BYTES, Part, open_text, read_head
from charging.sources.io.json_stream import BrokenLine, are_lines, elements_by_path, values_in_lines
from charging.sources.json_records.flattening import AsText, Flattener
from charging.sources.json_records.shape import MAX_PLACES, Shape, is_numbered, path_of

MAX_LISTS = 20
"""Lists of a file that are told apart."""

_KEPT_FILES = 8  # whose lists are remembered
_BEGINS_VALUE = b'{["-0123456789tfn]'

Words = Mapping[str, str]
"""Texts of what a record stands in, by column."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordList:
    """A list of records."""

    path: str  # the keys that lead to it, joined by points; nothing where it is the file itself
    shape: Shape  # of its records
    stream: str  # the path of the array that is streamed
    root: Shape  # of the elements of that
    keys: tuple[str, ...] = ()  # that lead to the list inside such an element
    outer: tuple[tuple[str, Shape], ...] = ()  # paths and shapes of the lists it stands in

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"{self.path!r}" if self.path else "the file itself"

    @property
    def around(self) -> tuple[str, ...]:
        """The columns that tell of what a record stands in."""
        own = {*self.shape.columns()}
        found = dict.fromkeys(
            path_of(path, column) for path, shape in self.outer for column in shape.words_columns()
        )
        return tuple(column for column in found if column not in own)

    def is_inside(self, other: "RecordList") -> bool:
        """Whether its records stand in those of another list."""
        depth = len(other.keys)
        return self.stream == other.stream and len(self.keys) > depth and self.keys[:depth] == other.keys


def looks_like_json(head: bytes) -> bool:
    """Whether a text that begins like this is JSON, by its first two marks.

    Examples
    --------
    >>> looks_like_json(b'{ "id": 1}'), looks_like_json(b"[id],[lat]"), looks_like_json(b"[{")
    (True, False, True)
    """
    start = head.lstrip(b" \t\r\n\x1e")
    behind = start[1:].lstrip()[:1]
    if start[:1] == b"{":
        return behind in (b'"', b"}", b"")
    return start[:1] == b"[" and behind in _BEGINS_VALUE


def record_lists(part: Part, encoding: str) -> tuple[RecordList, ...]:
    """Return the lists of records of a file, those inside others behind them.

    Raises
    ------
    SourceError
        If the file is broken, or its records have too many places.
    """
    return _record_lists(part, encoding, part.path.stat().st_mtime_ns)


def rows_of(
    part: Part, encoding: str, records: RecordList, as_text: AsText, separator: str
) -> Iterator[tuple[int, list[Any] | None]]:
    """Yield the names of the columns, and the cells of each record; None for one that is none or empty."""
    flattener = Flattener(records.shape, as_text, separator, part)
    around = records.around
    yield 0, [*flattener.columns, *around]
    number = 0
    with open_text(part, encoding=encoding) as text, closing(_elements(text, part)) as elements:
        for path, element in elements:
            if path != records.stream:
                continue
            for words, record in _inside(element, records.root, records.keys, records.outer, {}):
                number += 1
                row = flattener.row(record)
                if row is None:
                    yield number, None
                    continue
                yield number, [*map(row.get, flattener.columns), *map(words.get, around)]


@lru_cache(_KEPT_FILES)
def _record_lists(part: Part, encoding: str, _changed_ns: int) -> tuple[RecordList, ...]:
    shapes: dict[str, Shape] = {}
    places = 0
    is_single = False
    with open_text(part, encoding=encoding) as text, closing(_elements(text, part)) as elements:
        for path, element in elements:
            if not isinstance(element, dict):
                continue
            is_single = isinstance(element, _Single)
            places += shapes.setdefault(path, Shape()).learn(element)
            if places > MAX_PLACES:
                raise _too_many_columns(part)
    found: list[RecordList] = []
    for path, shape in shapes.items():
        whole = RecordList(path=path, shape=shape.settle(), stream=path, root=shape)
        outer = ((path, Shape() if is_single else shape),)
        found += [whole, *_lists_inside(whole, shape, (), path, outer)]
    found = [each for each in found if any(each.shape.columns())]
    return tuple(sorted(found, key=lambda each: len(each.outer))[:MAX_LISTS])


def _too_many_columns(part: Part) -> SourceError:
    message = (
        f"{part}: expected records with at most {MAX_PLACES:,} keys, found more. Check that the file is a "
        "list of sites, and that they are in an array rather than each under a key of its own."
    )
    return SourceError(message, Fault.TOO_LARGE)


class _Single(dict[str, Any]):
    """A file that is one object: a record, or what its lists are under."""


def _elements(text: TextIO, part: Part) -> Generator[tuple[str, Any]]:
    """Yield the elements of all arrays with their paths; a small file that is one object is one of them."""
    head = read_head(part)
    if are_lines(head):
        for value in values_in_lines(text, part):
            yield "", None if isinstance(value, BrokenLine) else value
        return
    if len(head) < HEAD_BYTES:
        whole = text.read()
        try:
            value = json.loads(whole)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            yield "", _Single(value)
            return
        text = io.StringIO(whole)
    yield from elements_by_path(text, part)


def _lists_inside(
    whole: RecordList,
    shape: Shape,
    keys: tuple[str, ...],
    path: str,
    outer: tuple[tuple[str, Shape], ...],
) -> Iterator[RecordList]:
    """Yield the lists of objects inside records of a shape, and those inside them."""
    for key, member in shape.members.items():
        inner, inner_keys = path_of(path, key), (*keys, key)
        if member.items is None:
            yield from _lists_inside(whole, member, inner_keys, inner, outer)
        elif member.items.members:
            yield RecordList(
                path=inner,
                shape=member.items,
                stream=whole.stream,
                root=whole.root,
                keys=inner_keys,
                outer=outer,
            )
            yield from _lists_inside(whole, member.items, inner_keys, inner, (*outer, (inner, member.items)))


def _inside(
    value: Any,  # noqa: ANN401  JSON
    shape: Shape,
    keys: Sequence[str],
    outer: Sequence[tuple[str, Shape]],
    words: Words,
) -> Iterator[tuple[Words, Any]]:
    """Yield the records at the end of some keys inside an element, with the texts around them."""
    if not keys:
        yield words, value
        return
    node, member = value, shape
    for at, key in enumerate(keys, start=1):
        node = node.get(key) if isinstance(node, dict) else None
        member = member.members[key]
        if member.items is None:
            continue
        (path, known), *outer = outer
        if isinstance(value, dict):
            words = {**words, **{path_of(path, name): text for name, text in known.words_in(value)}}
        for element in _as_list(node):
            yield from _inside(element, member.items, keys[at:], outer, words)
        return


def _as_list(value: Any) -> Sequence[Any]:  # noqa: ANN401  JSON
    if isinstance(value, dict):
        return list(value.values()) if is_numbered(value) else [value]
    return value if isinstance(value, list) else []
