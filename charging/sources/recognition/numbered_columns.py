"""Columns that differ by a number (Connector 1 type, Connector 1 power, Connector 2 type): one plug each."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from charging.sources.recognition.cells import MIN_SHARE, SampleColumn
from charging.sources.recognition.field_cells import CELLS
from charging.sources.recognition.field_rules import candidate, names_field
from charging.sources.recognition.header_words import MAX_HEADER_LENGTH, meanings
from charging.sources.recognition.plug_columns import PlugColumn

MAX_NUMBER = 50
"""Highest number of a plug that is looked for."""

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")
_OTHER_FIELDS = ("power_kw", "piles")
_MIN_CONFIDENCE = 0.5
_SECOND = 2
_CHARGER = frozenset({"plug", "point", "pile", "port"})
_COUNT = re.compile(r"(\d{1,4})(?:\.0)?", re.ASCII)


def find_numbered_columns(
    names: Sequence[str], columns: Sequence[SampleColumn], said: Mapping[str, tuple[int, ...]]
) -> tuple[PlugColumn, ...]:
    """Return the columns numbered from 1 on that hold plugs, their powers and counts; none without plugs.

    Parameters
    ----------
    names, columns
        Of the table; a header that is not to be looked at is empty.
    said
        Columns of fields that the user named: these have no others, and are numbered only all together.
    """
    plugs = _family_of("connector", names, columns, said, frozenset())
    if not plugs:
        return ()
    numbers = frozenset(each.number for each in plugs if each.number)
    others = [each for field in _OTHER_FIELDS for each in _family_of(field, names, columns, said, numbers)]
    return (*plugs, *(each for each in others if each.number in numbers))


def _family_of(
    field: str,
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    said: Mapping[str, tuple[int, ...]],
    numbers: frozenset[int],
) -> tuple[PlugColumn, ...]:
    """Return the numbered columns of a field, of one that the user named columns of just these, or none."""
    own = {*said.get(field, ())}
    others = {at for positions in said.values() for at in positions}
    free = [
        name if (at in own if field in said else at not in others) else "" for at, name in enumerate(names)
    ]
    families = _families(free)
    if numbers and "connector" in said:  # of plugs that the user left out nothing else counts either
        families = {
            header: {number: at for number, at in at_number.items() if number in numbers}
            for header, at_number in families.items()
            if numbers <= at_number.keys()
        }
    found = _surest_family(field, families, columns, numbers)
    is_asked = len(own) > 1 and {each.at for each in found} == own
    return found if field not in said or is_asked else ()


def are_piles(
    found: Sequence[PlugColumn], columns: Sequence[SampleColumn], total: SampleColumn | None
) -> bool:
    """Whether each number of most rows is a pile, or as many as its count says, by the total of the row."""
    if total is None:
        return True
    numbers = max(each.number or 0 for each in found)
    has_counts = any(each.field == "piles" for each in found)
    pairs = [
        (count, int(match[1]))
        for count, cell in zip(_counts_of_rows(found, columns), total.all, strict=True)
        if (match := _COUNT.fullmatch(cell))
    ]
    # what has more piles than there are numbers says nothing: these may be its kinds of plugs
    telling = [pair for pair in pairs if has_counts or not numbers == pair[0] < pair[1]]
    same = sum(count == stated for count, stated in telling)
    return bool(telling) and same >= MIN_SHARE * len(telling)


def _families(names: Sequence[str]) -> dict[str, dict[int, int]]:
    """Return the positions of headers that differ by one number alone, where it runs from 1 or 0 on."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for at, name in enumerate(names):
        for match in _NUMBER.finditer(name) if len(name) <= MAX_HEADER_LENGTH else ():
            number = int(match[0][: len("999")])
            if number <= MAX_NUMBER:
                found[f"{name[: match.start()]} {name[match.end() :]}".strip()][number] = at
    plain = {_words_of(name): at for at, name in enumerate(names) if name}
    for header, numbers in found.items():
        if min(numbers) == _SECOND and _words_of(header) in plain:  # Connector, Connector 2
            numbers[1] = plain[_words_of(header)]
    return {
        header: {number: numbers[own] for number, own in enumerate(sorted(numbers), start=1)}
        for header, numbers in found.items()
        if {*numbers} in ({*range(1, len(numbers) + 1)}, {*range(len(numbers))})
    }


def _words_of(header: str) -> str:
    return " ".join(_WORD.findall(header))


def _surest_family(
    field: str,
    families: Mapping[str, Mapping[int, int]],
    columns: Sequence[SampleColumn],
    numbers: frozenset[int],
) -> tuple[PlugColumn, ...]:
    """Return the family that surely is a field, the surest of several; none where none is."""
    sure = (
        (confidence, tuple(PlugColumn(at, field, number) for number, at in at_number.items()))
        for header, at_number in families.items()
        if (confidence := _confidence(field, header, columns, at_number, numbers)) > _MIN_CONFIDENCE
    )
    return max(sure, default=(0.0, ()))[1]


def _confidence(
    field: str,
    header: str,
    columns: Sequence[SampleColumn],
    at_number: Mapping[int, int],
    numbers: frozenset[int],
) -> float:
    """Return how surely columns that differ by a number are a field: 0 where one of them cannot be it.

    What says nothing of plugs (Power 1, Power 2) is theirs where it has the numbers of several plugs.
    """
    filled = [columns[at] for at in at_number.values() if not columns[at].is_empty]
    if not filled:
        return 0.0
    is_alike = len(numbers) > 1 and numbers == at_number.keys()
    fitting = tuple(
        meaning
        for meaning in meanings(header)
        if names_field(field, meaning)
        and (field == "connector" or meaning.concepts & _CHARGER or is_alike)
        and all(CELLS[field](column, meaning) > 0 for column in filled)
    )
    found = candidate(field, at_number[1], fitting, filled[0])
    return found.confidence if found else 0.0


def _counts_of_rows(found: Sequence[PlugColumn], columns: Sequence[SampleColumn]) -> list[int]:
    """Return how many piles the numbered columns of each row come to."""
    counts = {each.number: columns[each.at].all for each in found if each.field == "piles"}
    sums = [0] * len(columns[found[0].at].all)
    for each in found:
        if each.field != "connector":
            continue
        known = {*columns[each.at].known}
        for row, cell in enumerate(columns[each.at].all):
            own = _COUNT.fullmatch(counts[each.number][row]) if each.number in counts else None
            sums[row] += (int(own[1]) if own else 1) if cell in known else 0
    return sums
