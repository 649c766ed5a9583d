"""Turns `Filters` into the WHERE of a query over `groups`, and finds the groups of a selection in a place.

Only here do `Filters` become SQL. The SQL is portable: comparison, `in`, `between`, `like`, integer `%`.
Numbers are inlined through `int()` and `float()`, text and dates are bound parameters.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.bounds import Bounds
from charging.domain.filters import Filters
from charging.domain.operators import load_operators
from charging.domain.vocabulary import Current, connector_bit
from charging.queries.cell_codes import cell_codes
from charging.queries.engine import EVERYTHING, Engine

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


class Condition(NamedTuple):
    """SQL that is true or false for a row, with its bound parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Return the condition that all of some conditions are met; of none, everything."""
    return Condition(
        " and ".join(f"({condition.sql})" for condition in conditions) or EVERYTHING,
        tuple(parameter for condition in conditions for parameter in condition.parameters),
    )


def select_groups(engine: Engine, filters: Filters, place: Place = None) -> NDArray[np.int64]:
    """Return the rows of the groups that are selected and lie in the place, in `Engine.columns`.

    SQL finds the rows of the selection, once for all places; those in a place are found among them by
    comparing arrays, which is several times faster than another query. The same holds for a selection whose
    conditions were used before, one by one.
    """
    conditions = list(_selection(filters, engine))
    condition = all_of(conditions)
    rows = engine.cached_rows(condition, lambda: _find_groups(engine, conditions))
    if place is None:
        return rows
    return engine.cached_rows((*condition, place), lambda: _rows_within(engine, rows, place))


def _find_groups(engine: Engine, conditions: Sequence[Condition]) -> NDArray[np.int64]:
    """Return the groups that meet all conditions; one query is for those not in the cache."""
    cached = {condition: engine.peek_rows(all_of([condition])) for condition in conditions}
    found = [rows for rows in cached.values() if rows is not None]
    if len(found) < len(cached) or not cached:
        rest = all_of([condition for condition, rows in cached.items() if rows is None])
        find = partial(engine.find_rows, *rest)
        found.append(engine.cached_rows(rest, find) if found else find())
    rows, *others = sorted(found, key=len)
    for other in others:
        is_met = np.zeros(engine.columns.cell.size, dtype=np.bool_)
        is_met[other] = True
        rows = rows[is_met[rows]]
    return rows


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


def _selection(filters: Filters, engine: Engine) -> Iterable[Condition]:
    unknown = filters.include_unknown
    if filters.operators:
        yield _codes(filters.operators, engine, unknown=unknown)
    if filters.relations:
        related = [op.id for op in load_operators() if op.relation in filters.relations]
        yield _codes(related, engine, unknown=unknown)
    if filters.currents:
        accepted = sorted({kind for current in filters.currents for kind in _COUNTED_AS[current]})
        yield _one_of("current", accepted, unknown=unknown)
    if filters.connectors:
        yield _connectors(filters, unknown=unknown)
    if filters.min_power_kw is not None:
        yield _or_unknown("power_kw", f"power_kw >= {float(filters.min_power_kw)}", unknown=unknown)
    if filters.opened_since is not None:
        yield _or_unknown("opened_on", "opened_on >= ?", filters.opened_since, unknown=unknown)
    for column, values in (
        ("city_id", filters.cities),
        ("status", filters.statuses),
        ("access", filters.access),
        ("site", filters.sites),
    ):
        if values:
            yield _one_of(column, values, unknown=unknown)
    if filters.text:
        yield _text(filters.text)


def _codes(operator_ids: Iterable[str], engine: Engine, *, unknown: bool) -> Condition:
    wanted = set(operator_ids)
    codes = [code for code, operator_id in engine.operator_ids.items() if operator_id in wanted]
    # an operator the dataset does not have matches nothing, instead of making an empty list
    listed = ", ".join(str(int(code)) for code in codes or [-1])
    return _or_unknown("operator_code", f"operator_code in ({listed})", unknown=unknown)


def _connectors(filters: Filters, *, unknown: bool) -> Condition:
    bits = [2 ** connector_bit(connector) for connector in filters.connectors]
    return _or_unknown(
        "connectors", " or ".join(f"connectors % {2 * bit} >= {bit}" for bit in bits), unknown=unknown
    )


def _one_of(column: str, values: Iterable[str], *, unknown: bool) -> Condition:
    texts = tuple(str(value) for value in values)
    return _or_unknown(column, f"{column} in ({', '.join('?' * len(texts))})", *texts, unknown=unknown)


def _or_unknown(column: str, sql: str, *parameters: Any, unknown: bool) -> Condition:  # noqa: ANN401  any SQL value
    """Return a condition that rows of unknown value meet too, if wanted."""
    return Condition(f"{sql} or {column} is null" if unknown else sql, parameters)


def text_condition(text: str) -> Condition:
    """Return the condition that `stations.search` has every word of a text; without words it is empty."""
    words = text.split()
    likes = " and ".join("search like ? escape '!'" for _ in words)
    return Condition(likes, tuple(f"%{escape_like(word)}%" for word in words))


def escape_like(text: str) -> str:
    """Return a text that `like ... escape '!'` takes literally."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _text(text: str) -> Condition:
    likes = text_condition(text)
    return Condition(f"station_no in (select station_no from stations where {likes.sql})", likes.parameters)
