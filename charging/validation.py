"""What comes from outside, checked by pydantic, and what is wrong with it in the project's own words.

Presets, peers, settings and manifests pass here. A message names the key, what is allowed there, what was
found, and the nearest of the names that are allowed; whoever calls adds the file and what to do.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, TypeAdapter, ValidationError

MAX_FAULTS = 20
"""Faults a message names."""

MAX_SHOWN = 80
"""Characters a message shows of a value."""

Secret = Annotated[str, Field(repr=False, json_schema_extra={"writeOnly": True})]
"""Text that is neither shown nor quoted in a message."""

T = TypeVar("T")

_BARE_KEY = re.compile(r"[\w-]+")
_QUOTED = re.compile(r"'([^']*)'")
_EXPECTED = {
    "string_type": "text",
    "string_too_short": "text, and not empty",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "too_short": "a list with at least one entry",
    "too_long": "a list of at most {max_length}",
    "frozen_set_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "dataclass_type": "a table",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "value_error": "{error}",
}
"""What is expected, by pydantic's names of errors; of others its own words are taken."""


class StrictTable(BaseModel):
    """A table of a TOML file: it has no keys but its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class NamedTable(StrictTable):
    """A file of such tables; its name is the context it is validated with, and not one of its keys."""

    _name: str = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401  as pydantic has it
        """Keep the name."""
        self._name = context

    @property
    def name(self) -> str:
        """The name of the file."""
        return self._name


def validate(
    kind: type[T],
    given: object,
    refuse: Callable[[str], Exception],
    *,
    key_of: Callable[[str], str] = str,
    context: object = None,
) -> T:
    """Return what was given as what it must be, or raise the error that `refuse` makes of all that is wrong.

    Parameters
    ----------
    kind
        A model of pydantic, or a dataclass.
    given
        Plain values, as they come out of TOML or JSON.
    key_of
        Turns a field into the key it has outside.
    context
        For the validators of `kind`.
    """
    adapter: TypeAdapter[T] = _adapter(kind)  # type: ignore[arg-type]  # a class has a hash
    try:
        return adapter.validate_python(given, context=context)
    except ValidationError as error:
        schema = adapter.json_schema()
        faults = [_fault(each, schema, key_of) for each in error.errors(include_url=False)]
        more = [f"and {len(faults) - MAX_FAULTS} more"] if len(faults) > MAX_FAULTS else []
        # pydantic's own error holds what was given, and with it a secret
        raise refuse("; ".join([*faults[:MAX_FAULTS], *more])) from None


def suggest(name: object, allowed: Iterable[str]) -> str:
    """Return a question for the nearest of the names that are allowed; nothing where none is near.

    Examples
    --------
    >>> suggest("Nmae", ["address", "name"])
    " (did you mean 'name'?)"
    """
    known = {each.casefold(): each for each in allowed}
    near = get_close_matches(str(name).casefold(), known, n=1)
    return f" (did you mean {known[near[0]]!r}?)" if near else ""


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401  a type
    return TypeAdapter(kind)


def _fault(error: Any, schema: Mapping[str, Any], key_of: Callable[[str], str]) -> str:  # noqa: ANN401
    place, found, context = error["loc"], error["input"], error.get("ctx", {})
    allowed = _QUOTED.findall(str(context.get("expected", "")))
    if place and place[-1] == "[key]":
        place = place[:-1]
        return _unknown_key(place, allowed, key_of)
    if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return _unknown_key(place, [*_schema_at(schema, schema, place[:-1])["properties"]], key_of)
    key = _toml_path(place, key_of)
    if error["type"] == "missing":
        return f"{key} is missing"
    if allowed:
        expected = "one of " + ", ".join(each or '""' for each in allowed)
    elif error["type"] in _EXPECTED:
        expected = _EXPECTED[error["type"]].format_map(context)
    else:
        expected = error["msg"].partition(" should be ")[2] or error["msg"]
    if _schema_at(schema, schema, place).get("writeOnly"):
        return f"{key} must be {expected}, found something else, which is not shown: it may be a secret"
    return f"{key} must be {expected}, found {found!r:.{MAX_SHOWN}}{suggest(found, allowed)}"


def _unknown_key(place: tuple[Any, ...], allowed: Iterable[str], key_of: Callable[[str], str]) -> str:
    keys = [key_of(each) for each in allowed]
    near = suggest(key_of(place[-1]), keys)
    return f"{_toml_path(place, key_of)} is no known key{near}, only {', '.join(sorted(keys))}"


def _toml_path(place: tuple[Any, ...], key_of: Callable[[str], str]) -> str:
    """Return a place as TOML writes it; tables of one name are counted from 1.

    Examples
    --------
    >>> _toml_path(("piles", 1, "columns", "count"), str)
    'piles[2].columns.count'
    """
    dotted = ""
    for step in place:
        if isinstance(step, int):
            dotted += f"[{step + 1}]"
        else:
            dotted += f".{key_of(step)}" if _BARE_KEY.fullmatch(step) else f".{json.dumps(step)}"
    return dotted.removeprefix(".") or "the whole"


def _schema_at(
    schema: Mapping[str, Any], whole: Mapping[str, Any], place: tuple[Any, ...]
) -> Mapping[str, Any]:
    """Return the part of a JSON schema that a place is held against; an empty one where there is none."""
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        parts = (_schema_at(each, whole, place) for each in schema["anyOf"])
        return max(filter(None, parts), key=lambda part: "properties" in part, default={})
    if not place:
        return schema
    step, *rest = place
    inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
    inner = inner or schema.get("additionalProperties")
    return _schema_at(inner, whole, tuple(rest)) if isinstance(inner, dict) else {}
