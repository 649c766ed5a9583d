"""How values stand in DATEX II: enumerations, texts in several languages, and objects that name their class.

JSON writes `{"value": "ac"}`, XML the code alone. JSON writes an array where XML repeats an element, so that
one element is no array there. The classes of objects have prefixes that depend on the profile (`aegi`, `egi`,
none), so a class is told by the end of its name.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from charging.sources.coordinates import read_number
from charging.sources.scalars import read_text

Object = Mapping[str, Any]
"""An object of a publication, with the names of the JSON encoding and without prefixes."""

NO_OBJECT: Object = {}

_EXTENDED = ("extendedG", "_extended")
_MAX_DEPTH = 64


def local_name(name: str) -> str:
    """Return a name without its namespace.

    Examples
    --------
    >>> local_name("egi:refillPoint"), local_name("{http://datex2.eu/schema}status"), local_name("@id")
    ('refillPoint', 'status', 'id')
    """
    return name.rpartition("}")[2].rpartition(":")[2].removeprefix("@")


def without_prefixes(value: Any, depth: int = 0) -> Any:  # noqa: ANN401  JSON
    """Return JSON whose names have no prefixes, at any depth."""
    if depth > _MAX_DEPTH:
        return value
    if isinstance(value, list):
        return [without_prefixes(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {local_name(name): without_prefixes(each, depth + 1) for name, each in value.items()}
    return value


def read_id(given: Object) -> str | None:
    """Return the id of an object."""
    return read_text(given.get("idG", given.get("id")))


def read_objects(value: object) -> Iterator[Object]:
    """Yield the objects of an array, or the object that stands where one belongs."""
    if isinstance(value, list):
        for each in value:
            if isinstance(each, dict):
                yield each
    elif isinstance(value, dict):
        yield value


def read_object(value: object) -> Object:
    """Return the first object of a value, or an empty one."""
    return value if isinstance(value, dict) else next(read_objects(value), NO_OBJECT)


def inner_object(value: object, *ends: str) -> Object | None:
    """Return the object under a name that ends like this, which is that of its class."""
    for name, held in value.items() if isinstance(value, dict) else ():
        if name.endswith(ends) and isinstance(held, (dict, list)):
            return read_object(held)
    return None


def read_codes(value: object) -> Iterator[str]:
    """Yield the codes of an enumeration, in small letters."""
    for each in value if isinstance(value, list) else (value,):
        if code := read_code(each):
            yield code


def read_code(value: object) -> str | None:
    """Return a code of an enumeration in small letters, of one that was extended what it was extended by."""
    code = raw_code(value)
    return _folded_code(code) if isinstance(code, str) else None


def raw_code(value: object) -> object:
    """Return what stands in the place of a code, as it is written."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        code = value.get("value")
        if code in _EXTENDED:
            return value.get("extendedValueG", value.get("extendedValue", code))
        return code
    return value


@lru_cache(maxsize=1_024)
def _folded_code(text: str) -> str | None:
    return text.strip().lower() or None


def read_label(value: object) -> str | None:
    """Return a text, of one in several languages the first that is not empty."""
    if not isinstance(value, (dict, list)):
        return read_text(value)
    for each in value if isinstance(value, list) else (value.get("values", value.get("value")),):
        if (text := read_label(each)) is not None:
            return text
    return None


def read_numbers(value: object) -> list[float]:
    """Return the numbers of an array, or the one that stands where one belongs."""
    given = value if isinstance(value, list) else (value,)
    return [number for number in map(read_number, given) if number is not None]


def is_true(value: object) -> bool:
    """Whether a value says yes, in either encoding."""
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "1"))
