"""Records as rows: a value for each column of their shape, a list of objects as one cell a column."""

from collections.abc import Callable
from typing import Any

from charging.errors import Fault, SourceError
from charging.sources.json_records.list_cells import MARK, list_mark
from charging.sources.json_records.shape import (
    LIST,
    MAX_DEPTH,
    Shape,
    as_point,
    is_list_of_objects,
    is_numbered,
    path_of,
)

AsText = Callable[[Any], str]
"""Writes a value as a cell."""

MAX_LIST_VALUES = 5_000_000
"""Values of the lists of one record, empty ones between them included."""

_PAIR = (2, 3)  # numbers of a position, with a height or without


class Flattener:
    """Makes rows of the records of one shape."""

    def __init__(self, shape: Shape, as_text: AsText, separator: str, where: object) -> None:
        """Take the shape of all records, what writes a value, the mark in inner lists, and the file."""
        self.columns = tuple(dict.fromkeys(shape.columns()))
        self._shape = shape
        self._as_text = as_text
        self._where = where
        self._separator = list_mark(separator)

    def row(self, record: Any) -> dict[str, Any] | None:  # noqa: ANN401  JSON
        """Return the values of a record by column; None where it is none, or holds nothing."""
        if not isinstance(record, dict):
            return None
        values: dict[str, Any] = {}
        for key, inner in record.items():
            member = self._shape.members.get(key)
            if member is not None:
                self._flatten(inner, member, key, values, 1)
        return values if any(value is not None and value != "" for value in values.values()) else None

    def _flatten(self, value: Any, shape: Shape, name: str, values: dict[str, Any], depth: int) -> None:  # noqa: ANN401
        if depth >= MAX_DEPTH:
            values[name] = "…" if isinstance(value, (dict, list)) else value
        elif isinstance(value, dict):
            given = as_point(value)
            if shape.items is not None:
                self._flatten_list(
                    list(given.values()) if is_numbered(given) else [given], shape.items, name, values, depth
                )
                return
            for key, inner in given.items():
                member = shape.members.get(key)
                if member is not None:
                    self._flatten(inner, member, path_of(name, key), values, depth + 1)
        elif is_list_of_objects(value):
            if shape.items is not None:
                self._flatten_list(value, shape.items, name, values, depth)
        elif value is not None or name not in values:
            values[name] = as_position(value)

    def _flatten_list(
        self, elements: list[Any], shape: Shape, name: str, values: dict[str, Any], depth: int
    ) -> None:
        path = name + LIST
        found: list[dict[str, Any]] = []
        for element in elements:
            inside: dict[str, Any] = {}
            self._flatten(element, shape, path, inside, depth + 1)
            found.append(inside)
        is_inner = LIST in name
        mark = self._separator if is_inner else MARK
        known = (column for inside in found for column, value in inside.items() if value is not None)
        there = dict.fromkeys(known)
        if len(there) * len(found) > MAX_LIST_VALUES:
            message = (
                f"{self._where}: expected lists of at most {MAX_LIST_VALUES:,} values in a record, found "
                f"more in {name!r}. Check that the file is a list of sites."
            )
            raise SourceError(message, Fault.TOO_LARGE)
        for column in there:
            texts = [self._as_text(each.get(column)).replace(MARK, " ") for each in found]
            values[column] = mark.join(filter(None, texts) if is_inner else texts)


def as_position(value: Any) -> Any:  # noqa: ANN401  JSON
    """Return a value; a list of two or three numbers that may be a position as the text of one.

    Examples
    --------
    >>> as_position([116.4, 39.9]), as_position([50, 22]), as_position(7)
    ('[116.4, 39.9]', [50, 22], 7)
    """
    if not isinstance(value, list) or len(value) not in _PAIR:
        return value
    are_numbers = all(type(each) in (int, float) for each in value)
    if are_numbers and any(isinstance(each, float) and not each.is_integer() for each in value[:2]):
        return str(value)
    return value
