"""What a selection asks of a group, as data, and which groups meet it.

Only here is it known what a condition means. Conditions are hashable: they are the keys of what is kept. Each
kind is a class of its own and no tuple, since tuples of the same numbers are equal whatever they ask.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.bounds import Bounds
from charging.domain.filters import Filters
from charging.domain.operators import load_operators
from charging.domain.vocabulary import Current, connector_bit
from charging.queries.codes import cell_codes, codes_of
from charging.queries.engine import Engine

_COUNTED_AS = {
    Current.AC: (Current.AC, Current.AC_DC),
    Current.DC: (Current.DC, Current.AC_DC),
    Current.AC_DC: (Current.AC_DC,),
}
"""A pile with both currents counts under AC and under DC."""


class Cell(NamedTuple):
    """A place: one H3 cell."""

    cell: int
    resolution: int


Place = Bounds | Cell | None
"""Where to look; None means everywhere."""


@dataclass(frozen=True, slots=True)
class IsOneOf:
    """A column of few texts has one of some values; one that the dataset does not have, no group has."""

    column: str  # as `codes_of` knows it
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasConnector:
    """A group has one of some connectors at least."""

    bits: int  # as in `piles.connectors`


@dataclass(frozen=True, slots=True)
class HasPower:
    """The power is a given one or above."""

    min_kw: float


@dataclass(frozen=True, slots=True)
class IsOpenedSince:
    """The station opened on a given day or later."""

    day: date


@dataclass(frozen=True, slots=True)
class HasWords:
    """The station has every word in its searched text."""

    words: tuple[str, ...]


class Condition(NamedTuple):
    """What a group must meet, and whether it does where nothing is known of it."""

    asked: IsOneOf | HasConnector | HasPower | IsOpenedSince | HasWords
    or_unknown: bool = False


def conditions_of(filters: Filters) -> tuple[Condition, ...]:
    """Return the conditions of a selection, all of which a group must meet; of an empty one, none."""
    asked = [Condition(each, filters.include_unknown) for each in _asked(filters)]
    if words := tuple(filters.text.split()):
        asked.append(Condition(HasWords(words)))  # every station has a searched text
    return tuple(asked)


def _asked(filters: Filters) -> Iterator[IsOneOf | HasConnector | HasPower | IsOpenedSince]:
    related = [
        each.id for each in load_operators() if filters.relations and each.relation in filters.relations
    ]
    currents = sorted({kind for current in filters.currents for kind in _COUNTED_AS[current]})
    for column, is_set, values in (
        ("operator_id", filters.operators, filters.operators),
        ("operator_id", filters.relations, related),
        ("current", filters.currents, currents),
        ("city_id", filters.cities, filters.cities),
        ("status", filters.statuses, filters.statuses),
        ("access", filters.access, filters.access),
        ("site", filters.sites, filters.sites),
    ):
        if is_set:
            yield IsOneOf(column, tuple(map(str, values)))
    if filters.connectors:
        yield HasConnector(sum(1 << connector_bit(connector) for connector in filters.connectors))
    if filters.min_power_kw is not None:
        yield HasPower(float(filters.min_power_kw))
    if filters.opened_since is not None:
        yield IsOpenedSince(filters.opened_since)


def select_groups(engine: Engine, filters: Filters, place: Place = None) -> NDArray[np.int64]:
    """Return the rows of the groups that are selected and lie in the place, in `Engine.columns`, ascending.

    The rows of a selection are found once for all places.
    """
    conditions = conditions_of(filters)
    rows = engine.cached_rows(conditions, lambda: _find_groups(engine, conditions))
    if place is None:
        return rows
    return engine.cached_rows((*conditions, place), lambda: _rows_within(engine, rows, place))


def _find_groups(engine: Engine, conditions: tuple[Condition, ...]) -> NDArray[np.int64]:
    are_met = np.ones(engine.columns.cell.size, dtype=np.bool_)
    for condition in conditions:
        are_met &= _meet(engine, condition)
    return np.flatnonzero(are_met)


def _meet(engine: Engine, condition: Condition) -> NDArray[np.bool_]:
    """Return for each group whether it meets a condition."""
    columns, or_unknown = engine.columns, condition.or_unknown
    met: NDArray[Any]
    match condition.asked:
        case IsOneOf(column, values):
            texts, codes = codes_of(engine, column)
            met = np.append(np.isin(texts.astype(str), values), or_unknown)[codes]  # -1 points at the last
            return met
        case HasConnector(bits):
            is_known = columns.connectors >= 0
            met = columns.connectors & bits != 0
        case HasPower(min_kw):
            is_known, met = ~np.isnan(columns.power_kw), columns.power_kw >= min_kw
        case IsOpenedSince(day):
            is_known, met = ~np.isnat(columns.opened_on), columns.opened_on >= np.datetime64(day)
        case HasWords(words):
            return _have_words(engine, words)[columns.station_no - 1]
    return met & is_known | (~is_known & or_unknown)


def _have_words(engine: Engine, words: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return for each station whether it has every word in its searched text."""
    searched = engine.station_rows(None, ("search",)).search
    have = np.ones(len(searched), dtype=np.bool_)
    for word in words:
        have &= searched.str.contains(word, regex=False).to_numpy(np.bool_)
    return have


def _rows_within(engine: Engine, rows: NDArray[np.int64], place: Bounds | Cell) -> NDArray[np.int64]:
    """Return the rows that lie in a place."""
    columns = engine.columns
    if isinstance(place, Cell):
        found = cell_codes(engine, place.resolution)
        is_inside: NDArray[np.bool_] = found.cells[found.codes[rows]] == place.cell
        return rows[is_inside]
    if rows.size == columns.cell.size:  # all of them need no copy
        return np.flatnonzero(place.contains(columns.lat, columns.lon))
    return rows[place.contains(columns.lat[rows], columns.lon[rows])]
