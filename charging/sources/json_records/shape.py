"""What the records of a list hold: the keys of their objects, and of the objects in their lists.

A key may hold a number here, an object or a list there. An object in the place of a list is a list of one,
and an object with the keys "1", "2" … and an object under each is a list too.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from charging.sources.io.geojson import box_centre

MAX_DEPTH = 12
"""Objects and lists inside one another that are looked into; what is deeper is one value."""

MAX_PLACES = 2_000
"""Keys of the objects of a list of records, those of objects inside them included."""

LIST = "[]"
"""Behind a key that holds a list of objects."""


class Shape:
    """What stands at one place of every record."""

    __slots__ = ("_are_numbered", "_max_number", "_numbered", "has_value", "has_words", "items", "members")

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.has_value = False  # text, a number, or a list of them
        self.has_words = False  # text that is no number
        self.members: dict[str, Shape] = {}
        self.items: Shape | None = None  # of a list of objects
        self._numbered: Shape | None = None  # the same, as long as every object has numbers for keys
        self._are_numbered = True
        self._max_number = 0

    def learn(self, value: Any, depth: int = 0) -> int:  # noqa: ANN401  JSON
        """Learn from the value of one more record; return how many places are new.

        From `MAX_PLACES` new ones on the rest is left out: such records are refused.
        """
        if isinstance(value, dict) and depth < MAX_DEPTH:
            return self._learn_object(as_point(value), depth)
        if depth < MAX_DEPTH and is_list_of_objects(value):
            self.items = self.items or Shape()
            return self.items.learn_all(value, depth + 1)
        self.has_value |= bool(value) or isinstance(value, (int, float))
        self.has_words |= isinstance(value, str) and not value.strip().isdecimal() and bool(value.strip())
        return 0

    def learn_all(self, values: Iterable[Any], depth: int) -> int:
        """Learn from several values, as `learn` does."""
        new = 0
        for value in values:
            new += self.learn(value, depth)
            if new > MAX_PLACES:
                break
        return new

    def settle(self) -> "Shape":
        """Return the shape when all records are known: of what is a list anywhere all objects are items."""
        for inner in filter(None, (self._numbered, self.items, *self.members.values())):
            inner.settle()
        if self._numbered is not None:
            self.items = self.items.merge(self._numbered) if self.items else self._numbered
            self._numbered = None
        if self.items is not None:
            for key, member in self.members.items():
                self.items.members[key] = self.items.member(key).merge(member)
            self.members = {}
            self.items.settle()
        return self

    def member(self, key: str) -> "Shape":
        """Return the shape behind a key, a new one where it was not seen."""
        return self.members.setdefault(key, Shape())

    def merge(self, other: "Shape") -> "Shape":
        """Return this shape, with what another has."""
        self.has_value |= other.has_value
        self.has_words |= other.has_words
        for key, member in other.members.items():
            self.members[key] = self.member(key).merge(member)
        if other.items is not None:
            self.items = (self.items or Shape()).merge(other.items)
        return self

    @property
    def size(self) -> int:
        """The number of places in it."""
        inner = filter(None, (self._numbered, self.items, *self.members.values()))
        return 1 + sum(each.size for each in inner)

    def columns(self, name: str = "") -> Iterator[str]:
        """Yield the names of the columns of a place, of which `name` is the path."""
        if name and (self.has_value or not (self.members or self.items)):
            yield name
        for key, member in self.members.items():
            yield from member.columns(path_of(name, key))
        if self.items:
            yield from self.items.columns(name + LIST)

    def words_columns(self, name: str = "") -> Iterator[str]:
        """Yield the names of the columns of texts that stand in no list."""
        if name and self.has_words:
            yield name
        for key, member in self.members.items() if self.items is None else ():
            yield from member.words_columns(path_of(name, key))

    def words_in(self, value: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, str]]:
        """Yield the texts of an object that stand in no list, with their columns."""
        for key, inner in value.items():
            member = self.members.get(key)
            if member is None or member.items is not None:
                continue
            if isinstance(inner, str) and member.has_words:
                yield path_of(name, key), inner
            elif isinstance(inner, dict):
                yield from member.words_in(inner, path_of(name, key))

    def _learn_object(self, value: Mapping[str, Any], depth: int) -> int:
        if self._are_numbered and depth and is_numbered(value):
            self._numbered = self._numbered or Shape()
            self._max_number = max(self._max_number, len(value))
            return self._numbered.learn_all(value.values(), depth + 1)
        new = self._name_numbers() if value else 0
        for key, inner in value.items():
            if new > MAX_PLACES:
                break
            member = self.members.get(key)
            if member is None:
                member = self.members[key] = Shape()
                new += 1
            new += member.learn(inner, depth + 1)
        return new

    def _name_numbers(self) -> int:
        """Take the numbers that were keys so far as names; return how many places are new."""
        numbered, self._numbered, self._are_numbered = self._numbered, None, False
        if numbered is None:
            return 0
        new = (self._max_number + 1) * numbered.size
        for key in map(str, range(self._max_number + 1)) if new <= MAX_PLACES else ():
            self.members[key] = Shape().merge(numbered.settle())
        return new


def is_list_of_objects(value: Any) -> bool:  # noqa: ANN401  JSON
    """Whether a value is a list with an object in it."""
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def path_of(name: str, key: str) -> str:
    """Return the path of a key inside what has a path.

    Examples
    --------
    >>> path_of("", "id"), path_of("address", "city"), path_of("plugs[]", "type")
    ('id', 'address.city', 'plugs[].type')
    """
    return f"{name}.{key}" if name else key


def is_numbered(value: Mapping[str, Any]) -> bool:
    """Whether an object is a list: an object under each of the keys 1, 2, 3 …, or of 0, 1, 2 … as well.

    Examples
    --------
    >>> is_numbered({"1": {"kW": 50}, "2": {"kW": 22}}), is_numbered({"4": {}, "5": {}})
    (True, False)
    """
    if not value or not all(isinstance(each, dict) for each in value.values()):
        return False
    numbers = sorted(int(key) for key in value if key.isascii() and key.isdecimal() and len(key) < 6)  # noqa: PLR2004
    return len(numbers) == len(value) and numbers[0] in (0, 1) and numbers[-1] - numbers[0] == len(value) - 1


def as_point(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object, of a geometry of GeoJSON the middle of the box around it.

    Examples
    --------
    >>> as_point({"type": "LineString", "coordinates": [[8.0, 50.0], [9.0, 51.0]]})["coordinates"]
    [8.5, 50.5]
    """
    if isinstance(value.get("type"), str) and isinstance(value.get("coordinates"), list):
        lat, lon = box_centre(value)
        if lat is not None and lon is not None:
            return {**value, "coordinates": [lon, lat]}
    return value
