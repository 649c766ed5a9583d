"""Names of fields as a standard writes them, from names that a peer writes in camelCase or its like."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_CACHED_NAMES = 1_024  # spellings kept; a feed has some dozens
_MAX_DEPTH = 8  # objects inside one another that are renamed


class FieldNames:
    """The fields of a standard, found by the letters of their names alone."""

    def __init__(self, names: Iterable[str], inside: Iterable[str] = ()) -> None:
        """Know the names of all fields, and those of them that hold objects or lists of objects."""
        self._names = frozenset(names)
        self._kept = set(self._names)  # names that stay as they are
        self._inside = frozenset(inside)
        self._by_letters = {_letters(name): name for name in self._names}
        self._standard = lru_cache(_CACHED_NAMES)(self._uncached_standard)

    def rename(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an object with the names of the standard; other names stay as they are.

        Examples
        --------
        >>> FieldNames(["evse_id", "uid"]).rename({"evseId": "E", "Uid": "U", "myOwn": 1})
        {'evse_id': 'E', 'uid': 'U', 'myOwn': 1}
        """
        if given.keys() <= self._kept:
            return given
        renamed = {self._standard(name): value for name, value in given.items()}
        if renamed.keys() == given.keys():
            if len(self._kept) < _CACHED_NAMES:
                self._kept |= given.keys()
            return given
        if len(renamed) < len(given):  # of a field that is there twice the standard's spelling counts
            renamed |= {name: given[name] for name in self._names & given.keys()}
        return renamed

    def rename_all(self, value: Any, depth: int = _MAX_DEPTH) -> Any:  # noqa: ANN401  JSON
        """Return a value with the names of the standard, in it and in the objects of its fields."""
        if isinstance(value, list) and depth:
            renamed = [self.rename_all(each, depth - 1) for each in value]
            is_same = all(new is old for new, old in zip(renamed, value, strict=True))
            return value if is_same else renamed
        if not isinstance(value, dict) or not depth:
            return value
        given = self.rename(value)
        changed = {}
        for name in self._inside & given.keys():
            inner = given[name]
            if (new := self.rename_all(inner, depth - 1)) is not inner:
                changed[name] = new
        return {**given, **changed} if changed else given

    def _uncached_standard(self, name: str) -> str:
        return name if name in self._names else self._by_letters.get(_letters(name), name)


def _letters(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
