"""Columns of one plug each: whether it is there (CHAdeMO: yes), how many there are, what power it gives.

Likewise the powers of one current each (AC power, DC power).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from charging.domain.vocabulary import Connector, Current
from charging.sources.recognition.cells import MIN_SHARE, SampleColumn
from charging.sources.recognition.codes import named_plug
from charging.sources.recognition.field_cells import CELLS
from charging.sources.recognition.header_words import MAX_HEADER_LENGTH, Meaning, meanings
from charging.sources.tabular.cell_parsers import NO, YES

MAX_OF_A_PLUG = 200
"""Piles of a station that can have the same plug."""

_POWER = frozenset({"power", "kw", "w"})
_BESIDE = frozenset({"plug", "type", "charging", "station", "pile", "point", "port", "dc", "ac"})
_COUNT = frozenset({"count", "number", "total"})
_FLAG = frozenset({"flag"})
_BESIDE_POWER = frozenset({"max", "rated"})
_CAPACITY = frozenset({"capacity", "speed"})
_CURRENTS = (("dc", "dc_piles", Current.DC), ("ac", "ac_piles", Current.AC))
_UNMISTAKABLE = frozenset({Connector.CHADEMO, Connector.CCS1, Connector.CCS2, Connector.CHAOJI})
_AMERICAN = frozenset({Connector.TYPE1, Connector.NACS})


class PlugColumn(NamedTuple):
    """A column that says something of one plug, or of the plug of a number."""

    at: int
    field: str  # connector, power_kw or piles
    number: int | None = None
    plug: Connector | None = None  # that its header names
    current: Current | None = None  # that its header names


class _Named(NamedTuple):
    """A column whose header names a plug."""

    at: int
    plug: Connector
    says_power: bool
    says_count: bool
    column: SampleColumn


def find_columns_by_plug(
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    taken: frozenset[str],
    *,
    is_charger_each: bool,
) -> tuple[PlugColumn, ...]:
    """Return the columns whose headers name a plug, where their meaning is sure.

    Parameters
    ----------
    names, columns
        Of the table; a header that is not to be looked at is empty.
    taken
        Fields that have columns of their own, or that the user named.
    is_charger_each
        Whether a row is one charger: it has plugs, and no number of them.
    """
    named = _all_named(names, columns)
    places = [each for each in named if not each.says_power]
    found: list[PlugColumn] = []
    if _are_sure(places) and not taken & {"connector", "dc_piles", "ac_piles"}:
        is_count = not (is_charger_each or "piles" in taken) and _are_counts(places)
        found = [PlugColumn(each.at, "piles" if is_count else "connector", plug=each.plug) for each in places]
    if "power_kw" not in taken and (found or taken & {"dc_piles", "ac_piles", "piles", "connector"}):
        found += [PlugColumn(each.at, "power_kw", plug=each.plug) for each in named if each.says_power]
    return tuple({(each.field, each.plug): each for each in reversed(found)}.values())[::-1]


def named_by_plug(
    field: str, positions: Sequence[int], names: Sequence[str], columns: Sequence[SampleColumn]
) -> tuple[PlugColumn, ...]:
    """Return the columns that the user named for a field as those of single plugs; none where one is not.

    Parameters
    ----------
    field
        connector, power_kw or piles.
    positions
        Of the columns.
    names, columns
        Of the table.
    """
    named = [each for each in _all_named(names, columns) if each.at in positions]
    is_meant = all(each.says_power is (field == "power_kw") for each in named) and (
        field != "piles" or _are_counts(named)
    )
    if not named or len({each.plug for each in named}) < len({*positions}) or not is_meant:
        return ()
    return tuple(PlugColumn(each.at, field, plug=each.plug) for each in named)


def _all_named(names: Sequence[str], columns: Sequence[SampleColumn]) -> list[_Named]:
    """Return the columns whose headers name a plug."""
    named = [each for at, name in enumerate(names) if name and (each := _named(at, name, columns[at]))]
    plugs = {each.plug for each in named}
    if plugs & _AMERICAN and Connector.TYPE2 not in plugs:  # "CCS" alone: beside these it is of type 1
        return [each._replace(plug=Connector.CCS1) if each.plug is Connector.CCS2 else each for each in named]
    return named


def find_powers_by_current(
    names: Sequence[str], columns: Sequence[SampleColumn], fields: frozenset[str]
) -> tuple[PlugColumn, ...]:
    """Return the columns that hold the powers of the piles of one current, where these are counted.

    Parameters
    ----------
    names, columns
        Of the table; a header that is not to be looked at is empty.
    fields
        Fields that have columns.
    """
    found = []
    for concept, field, current in _CURRENTS:
        powers = [
            (is_highest, -at)
            for at, name in enumerate(names)
            if name and (is_highest := _says_power_of(concept, name, columns[at])) is not None
        ]
        if field in fields and powers:
            found.append(PlugColumn(-max(powers)[1], "power_kw", current=current))
    return tuple(found)


def _says_power_of(current: str, name: str, column: SampleColumn) -> bool | None:
    """Return whether a column holds the highest power of one current, None where it holds none of it."""
    allowed = _BESIDE - {"dc", "ac"} | _POWER | _BESIDE_POWER | _CAPACITY | {"per", current}
    for meaning in meanings(name):
        concepts = meaning.concepts
        says_power = concepts & _POWER or (concepts & _CAPACITY and column.says_power)
        is_meant = current in concepts and says_power and concepts <= allowed and not meaning.unknown
        if is_meant and (column.is_empty or CELLS["power_kw"](column, meaning)):
            return "max" in concepts
    return None


def _named(at: int, name: str, column: SampleColumn) -> _Named | None:
    """Return a column as that of a plug, or None where header or cells say anything else."""
    found = named_plug(name) if len(name) <= MAX_HEADER_LENGTH else None
    if found is None:
        return None
    plug, rest = Connector(found[0]), found[1]
    for meaning in meanings(rest) if rest else (Meaning(frozenset(), 0, ()),):
        concepts = meaning.concepts
        if meaning.unknown or meaning.numbers:
            continue
        if concepts & _POWER and concepts <= _BESIDE | _POWER | _BESIDE_POWER:
            if column.is_empty or CELLS["power_kw"](column, meaning):
                return _Named(at, plug, says_power=True, says_count=False, column=column)
        elif concepts <= _BESIDE | _COUNT | _FLAG and _holds(column, _is_flag_or_count):
            says_count = bool(concepts & _COUNT)
            return _Named(at, plug, says_power=False, says_count=says_count, column=column)
    return None


def _holds(column: SampleColumn, is_meant: Callable[[str], bool]) -> bool:
    """Whether nearly all cells are what is meant, or there are none; the others are told when read."""
    return column.is_empty or column.share(is_meant) >= MIN_SHARE


def _is_flag_or_count(cell: str) -> bool:
    return cell.casefold() in YES | NO or _is_count(cell)


def _is_count(cell: str) -> bool:
    whole = cell.removesuffix(".0")
    return whole.isascii() and whole.isdecimal() and len(whole) < len("1000") and int(whole) <= MAX_OF_A_PLUG


def _are_sure(places: Sequence[_Named]) -> bool:
    """Whether there are several plugs, or one that is nothing else, of which some cell says something."""
    plugs = {each.plug for each in places}
    is_filled = any(not each.column.is_empty for each in places)
    return is_filled and (len(plugs) > 1 or bool(plugs & _UNMISTAKABLE))


def _are_counts(places: Sequence[_Named]) -> bool:
    """Whether the cells are numbers of plugs: their headers say so, or one is above 1."""
    cells = [cell for each in places for cell in each.column.different if _is_count(cell)]
    is_said = all(each.says_count for each in places)
    are_numbers = all(_holds(each.column, _is_count) for each in places)
    return are_numbers and (is_said or any(float(cell) > 1 for cell in cells))
