"""A step of decision.py: which list inside the records of JSON has their chargers, by its columns."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from charging.sources.json_records.list_cells import first_value, list_of, values_of
from charging.sources.json_records.shape import LIST
from charging.sources.recognition.cells import SampleColumn
from charging.sources.recognition.field_rules import Candidate, candidate
from charging.sources.recognition.header_words import meanings

FIELDS_OF_LISTS = ("power_kw", "connector", "status", "piles")
"""Fields that a column of a list inside a record can be."""

_MIN_CONFIDENCE = 0.5
_CHARGERS = frozenset({"pile", "point", "port", "plug"})
_IDS = frozenset({"id", "code"})
_OF_CHARGER = _CHARGERS | _IDS | {"charging", "station", "detail", "display", "belongs"}
_NAMED_BONUS = 0.5  # of a list whose own name says chargers


class ChargerList(NamedTuple):
    """The list of the chargers of a record."""

    path: str
    columns: Mapping[str, Candidate]  # by field
    charger_id: int | None = None  # the position of the column of ids


def sample_columns(
    names: Sequence[str], cells: Sequence[Sequence[str]], said: Mapping[str, tuple[int, ...]]
) -> list[SampleColumn]:
    """Return the columns of a sample, of lists inside records the values of all elements.

    Of one that the user named for a field of the whole record it is the first value of each.
    """
    of_record = {at for field, positions in said.items() if field not in FIELDS_OF_LISTS for at in positions}
    found = []
    for at, (name, column) in enumerate(zip(names, cells, strict=True)):
        if list_of(name) is None:
            found.append(SampleColumn(column))
        elif at in of_record:
            found.append(SampleColumn(map(first_value, column)))
        else:
            found.append(SampleColumn([value for cell in column for value in values_of(cell)]))
    return found


def find_chargers(
    names: Sequence[str], columns: Sequence[SampleColumn], said: Mapping[str, tuple[int, ...]]
) -> ChargerList | None:
    """Return the list that has the chargers, the one the user named a column of before all.

    Parameters
    ----------
    names, columns
        Those of the records.
    said
        Positions of the columns that the user named, by field.
    """
    lists: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        if name and (path := list_of(name)) is not None:
            lists.setdefault(path, []).append(at)
    named = {
        list_of(names[at])
        for field in FIELDS_OF_LISTS
        for at in said.get(field, ())
        if list_of(names[at]) is not None
    }
    found = [
        (path in named, _worth(each), each)
        for path, positions in lists.items()
        if (each := _chargers_in(path, positions, names, columns, said)) is not None
    ]
    return max(found, key=lambda each: each[:2])[2] if found else None


def _worth(chargers: ChargerList) -> float:
    says_so = any(meaning.concepts & _CHARGERS for meaning in meanings(chargers.path))
    return sum(each.confidence for each in chargers.columns.values()) + _NAMED_BONUS * says_so


def _chargers_in(
    path: str,
    positions: Sequence[int],
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    said: Mapping[str, tuple[int, ...]],
) -> ChargerList | None:
    """Return a list as that of chargers, None where neither its columns nor its name say so."""
    found: dict[str, Candidate] = {}
    for field in FIELDS_OF_LISTS:
        if field in said:
            given = [at for at in said[field] if at in positions]
            if given:
                found[field] = Candidate(given[0], 1.0, "you said so")
            continue
        best = max(
            _candidates(field, [at for at in positions if at not in _taken(found)], names, columns),
            key=lambda each: each.confidence,
            default=None,
        )
        if best is not None:
            found[field] = best
    charger_id = _charger_id([at for at in positions if at not in _taken(found)], names, columns)
    says_so = any(meaning.concepts & _CHARGERS and not meaning.unknown for meaning in meanings(path))
    is_known = "power_kw" in found or "connector" in found
    if not is_known and not (says_so and (found or charger_id is not None)):
        return None
    return ChargerList(path, found, charger_id)


def _taken(found: Mapping[str, Candidate]) -> set[int]:
    return {each.at for each in found.values()}


def _candidates(
    field: str, positions: Sequence[int], names: Sequence[str], columns: Sequence[SampleColumn]
) -> list[Candidate]:
    maybe = (
        candidate(field, at, meanings(names[at].replace(LIST, "")), columns[at])
        for at in positions
        if field != "piles" or _says_count(names[at])
    )
    return [each for each in maybe if each is not None and each.confidence >= _MIN_CONFIDENCE]


def _says_count(name: str) -> bool:
    """Whether a column of a list says by itself, and not only by the name of the list, that it counts."""
    inside = name.rpartition(LIST)[2].strip(".")
    return any("count" in meaning.concepts for meaning in meanings(inside))


def _charger_id(
    positions: Sequence[int], names: Sequence[str], columns: Sequence[SampleColumn]
) -> int | None:
    """Return the column of ids of the elements of a list, which is in no list inside that."""
    for at in positions:
        if names[at].count(LIST) > 1 or columns[at].is_empty:
            continue
        for meaning in meanings(names[at].replace(LIST, "")):
            if meaning.concepts & _IDS and meaning.concepts <= _OF_CHARGER and not meaning.unknown:
                return at
    return None
