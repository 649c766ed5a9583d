"""What stands around OCPI locations: the answer of a server, one or many pages, objects by id or by party.

The standard has an object with `data` alone, an array. Peers and what people keep of their answers have other
names and objects of locations by their id, or under country and party, as the addresses of a receiver are
built (`mod_locations_and_evses`, Receiver Interface: `/{country_code}/{party_id}/{location_id}`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from charging.sources.countries import country_code
from charging.sources.io.json_stream import Around, records
from charging.sources.ocpi.codes import Object
from charging.sources.ocpi.names import NAMES, is_location, spellings

INSIDE = ("data", "items", "locations", "results", "pages")
"""Members of an answer, or of an object in it, that hold the locations."""

_INSIDE = spellings(INSIDE)
_MAX_DEPTH = 8  # pages inside one another that are looked into
_PARTY = re.compile(r"[A-Za-z0-9]{3}", re.ASCII)
_COUNTRY_AND_PARTY = re.compile(r"([A-Za-z]{2})[*-]([A-Za-z0-9]{3})", re.ASCII)
_ALPHA_2 = 2

CheckAnswer = Callable[[Object], None]
"""Refuses the members of an answer that says it failed, by their names in the standard."""


def read_answers(text: TextIO, path: Path, check_answer: CheckAnswer) -> Iterator[Any]:
    """Yield the locations of a text as they stand, or whatever is in their place.

    An object yields an `Around` after its locations, with its other members by their names in the standard;
    one without locations is wholly in its `Around`, and may be a location itself.

    Raises
    ------
    SourceError
        If the text is no JSON to its end, and what `check_answer` raises.
    """
    for value in records(text, path, _INSIDE, keyed_record=_keyed_record):
        if isinstance(value, Around):
            around = dict(NAMES.rename(value.members))
            check_answer(around)
            yield Around(around, value.has_records)
        elif isinstance(value, dict) and "evses" in value:  # as nearly all are
            yield value
        else:
            yield from _unpack(value, check_answer)


def is_single_location(around: Around) -> bool:
    """Whether an object that stands alone is to be read as a location."""
    return is_location(around.members) or ("id" in around.members and not around.has_records)


def _unpack(value: Any, check_answer: CheckAnswer, depth: int = 0) -> Iterator[Any]:  # noqa: ANN401  JSON
    """Yield the locations of a page that is in memory, or the value itself where it is none."""
    page = NAMES.rename(value) if isinstance(value, dict) else {}
    held = [page[name] for name in INSIDE if isinstance(page.get(name), (list, dict))]
    if is_location(page) or depth > _MAX_DEPTH:
        yield value
        return
    if not held:
        yield from _by_key(page, check_answer, depth) or [value]
        return
    check_answer(page)
    for inner in held:
        if isinstance(inner, list):
            for each in inner:
                yield from _unpack(each, check_answer, depth + 1)
        else:
            yield from _by_key(inner, check_answer, depth) or _unpack(inner, check_answer, depth + 1)


def _by_key(members: Mapping[str, Any], check_answer: CheckAnswer, depth: int) -> list[Any]:
    """Return the locations under the keys of an object, none where it is something else."""
    found = [record for item in members.items() if (record := _keyed_record(*item)) is not None]
    return [location for each in found for location in _unpack(each, check_answer, depth + 1)]


def _keyed_record(key: str, value: Any) -> Any:  # noqa: ANN401  JSON
    """Return the location under a key, or those under a country or a party as a page; None for another."""
    if location := _keyed_location(key, value):
        return location
    if match := _COUNTRY_AND_PARTY.fullmatch(key):
        country, party = match.groups()
        found = _of_party(value, country, party) if country_code(country) else None
    elif len(key) == _ALPHA_2 and country_code(key):
        found = _of_country(value, key)
    else:
        found = None
    return None if found is None else {INSIDE[0]: found}


def _keyed_location(key: str, value: Any) -> Object | None:  # noqa: ANN401  JSON
    """Return the location under a key, which is its id where it has none."""
    given = NAMES.rename(value) if isinstance(value, dict) else None
    return {"id": key} | dict(given) if given is not None and is_location(given) else None


def _of_country(value: Any, country: str) -> list[Any] | None:  # noqa: ANN401  JSON
    if not isinstance(value, dict):
        return _of_party(value, country, None)
    found: list[Any] = []
    for key, inner in value.items():
        of_party = _of_party(inner, country, key) if _PARTY.fullmatch(key) else None
        if of_party is None:
            return None
        found += of_party
    return found


def _of_party(value: Any, country: str, party: str | None) -> list[Any] | None:  # noqa: ANN401  JSON
    """Return the locations of a party, each with its party where it names none; None where it has none."""
    if isinstance(value, list):
        given = [NAMES.rename(each) if isinstance(each, dict) else each for each in value]
    elif isinstance(value, dict):
        given = [
            (isinstance(each, dict) and _keyed_location(key, each)) or each for key, each in value.items()
        ]
    else:
        return None
    if given and not any(map(is_location, given)):
        return None
    known = {"country_code": country, "party_id": party} if party else {"country_code": country}
    return [with_party(each, known) for each in given]


def with_party(location: Any, party: Mapping[str, str]) -> Any:  # noqa: ANN401  JSON
    """Return a location with who issued its id, where it does not say so itself."""
    if not isinstance(location, dict):
        return location
    given = NAMES.rename(location)
    return {
        **party,
        **{name: value for name, value in given.items() if value is not None or name not in party},
    }
