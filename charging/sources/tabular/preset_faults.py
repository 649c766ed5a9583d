"""What can be wrong with a preset: every fault is told with its key and what it must be."""

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from charging.domain.vocabulary import Access, Connector, Current, Datum, Site, Status
from charging.sources.records import PileRecord, Reason, SourceInfo, StationRecord

CLOSED_SETS: Mapping[str, type[StrEnum]] = {
    "access": Access,
    "site": Site,
    "current": Current,
    "status": Status,
    "connectors": Connector,
}
"""Fields with a closed set of values."""

POSITION = "position"
"""The field of a column that holds both coordinates."""

MOST_REPEATS = 50

_NOT_A_COLUMN = frozenset({"datum", "piles", "unmapped", "rows", "doubts"})
_NUMBERS_AND_DATES = frozenset(
    {"lat", "lon", "stated_piles", "count", "power_kw", "opened_on", "status_at", "updated_at"}
)
_STATION_FIELDS = frozenset(StationRecord._fields) - _NOT_A_COLUMN
_PILE_FIELDS = frozenset(PileRecord._fields)
_SOURCE_FIELDS = frozenset(field.name for field in fields(SourceInfo))
_SOURCE_REQUIRED = ("source", "title", "licence", "attribution")
_TABLES = ("source", "file", "columns", "constants", "values", "sites")
_LISTS = ("reject", "area", "piles")
_SIDES = ("south", "west", "north", "east")


def faults(tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield everything that is wrong with a preset, part by part, as it came out of TOML."""
    yield from _unknown("the preset", tables, ("datum", *_TABLES, *_LISTS))
    if tables.get("datum") not in list(Datum):
        yield f"datum must be one of {', '.join(Datum)}, found {tables.get('datum')!r}"
    misshapen = list(_faults_of_shape(tables))
    if misshapen:
        yield from misshapen
        return
    yield from _faults_of_source(tables.get("source", {}))
    yield from _faults_of_layout(tables.get("file", {}))
    yield from _faults_of_columns("", tables, "columns", _STATION_FIELDS | {POSITION})
    yield from _faults_of_constants("", tables, _STATION_FIELDS)
    yield from _faults_of_required(tables.get("columns", {}))
    yield from _faults_of_values("", tables.get("values", {}), _STATION_FIELDS | _PILE_FIELDS)
    for rule in tables.get("reject", ()):
        yield from _faults_of_rule(rule)
    for box in tables.get("area", ()):
        if set(box) != set(_SIDES) or not all(_is_number(at) for at in box.values()):
            yield f"[[area]] must have the numbers {', '.join(_SIDES)}, found {box!r}"
    if "sites" in tables:
        yield from _faults_of_sites(tables["sites"], tables.get("columns", {}))
    for group in tables.get("piles", ()):
        yield from _faults_of_piles(group)


def _faults_of_shape(tables: Mapping[str, Any]) -> Iterator[str]:
    for part in _TABLES:
        if not isinstance(tables.get(part, {}), dict):
            yield f"[{part}] must be a table, found {tables[part]!r}"
    for part in _LISTS:
        given = tables.get(part, [])
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            yield f"[[{part}]] must be a list of tables, found {given!r}"
    groups = tables.get("piles", []) if isinstance(tables.get("piles", []), list) else []
    for group in (each for each in groups if isinstance(each, dict)):
        for part in ("columns", "also", "constants", "values", "plugs"):
            if not isinstance(group.get(part, {}), dict):
                yield f"[[piles]] {part} must be a table, found {group[part]!r}"


def _faults_of_source(source: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("[source]", source, _SOURCE_FIELDS)
    yield from (f"[source] lacks {key}" for key in _SOURCE_REQUIRED if key not in source)
    yield from (
        f"[source] {key} must be text, found {value!r}"
        for key, value in source.items()
        if not isinstance(value, str)
    )


def _faults_of_layout(layout: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("[file]", layout, _LAYOUT)
    for key, value in layout.items():
        expected, is_good = _LAYOUT.get(key, ("", _is_anything))
        if not is_good(value):
            yield f"[file] {key} must be {expected}, found {value!r}"


def _faults_of_columns(
    prefix: str, table: Mapping[str, Any], part: str, known: Iterable[str]
) -> Iterator[str]:
    columns = table.get(part, {})
    yield from _unknown(f"[{prefix}{part}]", columns, known)
    for field, given in columns.items():
        if not (_is_texts(given) or _is_choice(given)):
            yield (
                f"[{prefix}{part}] {field} must be a column, a list of columns, or "
                f"{{ any = [columns], optional = true }}, found {given!r}"
            )


def _faults_of_constants(prefix: str, table: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    constants = table.get("constants", {})
    yield from _unknown(f"[{prefix}constants]", constants, known - {"source_id", "lat", "lon"})
    for field, value in constants.items():
        allowed = list(CLOSED_SETS.get(field, ()))
        given = value if isinstance(value, list) and field == "connectors" else [value]
        if allowed and not all(each in allowed for each in given):
            yield f"[{prefix}constants] {field} must be one of {', '.join(allowed)}, found {value!r}"
        elif not allowed and field in _EXPECTED and not _EXPECTED[field][1](value):
            yield f"[{prefix}constants] {field} must be {_EXPECTED[field][0]}, found {value!r}"
        elif not allowed and field not in _EXPECTED and not isinstance(value, str):
            yield f"[{prefix}constants] {field} must be text, found {value!r}"


def _faults_of_required(columns: Mapping[str, Any]) -> Iterator[str]:
    if "source_id" not in columns:
        yield "[columns] lacks source_id"
    if POSITION not in columns:
        yield from (f"[columns] lacks {key}, or {POSITION}" for key in ("lat", "lon") if key not in columns)


def _faults_of_values(prefix: str, values: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    yield from _unknown(f"[{prefix}values]", values, known - _NUMBERS_AND_DATES)
    for field, codes in values.items():
        if not isinstance(codes, dict):
            yield f"[{prefix}values.{field}] must be a table of codes, found {codes!r}"
            continue
        allowed = list(CLOSED_SETS.get(field, ()))
        for code, value in codes.items():
            if not isinstance(value, str) or (allowed and value and value not in allowed):
                expected = f'one of {", ".join(allowed)}, or "" for not known' if allowed else "text"
                yield f"[{prefix}values.{field}] {code} must be {expected}, found {value!r}"


def _faults_of_rule(rule: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("[[reject]]", rule, ("column", "when", "unless", "reason"))
    if not isinstance(rule.get("column"), str):
        yield f"[[reject]] column must be a column, found {rule.get('column')!r}"
    given = [rule[key] for key in ("when", "unless") if key in rule]
    if (
        len(given) != 1
        or not isinstance(given[0], list)
        or not all(isinstance(code, str) for code in given[0])
    ):
        yield f"[[reject]] must have either when or unless as a list of codes, found {rule!r}"
    if rule.get("reason") not in list(Reason):
        yield f"[[reject]] reason must be one of {', '.join(Reason)}, found {rule.get('reason')!r}"


def _faults_of_sites(sites: Mapping[str, Any], columns: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("[sites]", sites, ("same", "adds", "once"))
    known = {*columns, "lat", "lon"} - {POSITION}
    same = sites.get("same")
    if not isinstance(same, list) or not same or not all(field in known for field in same):
        yield f"[sites] same must be a list of fields that have a column, found {same!r}"
    for key, only in (("adds", "stated_piles"), ("once", "pile_id")):
        if sites.get(key, [only]) != [only]:
            yield f'[sites] {key} must be ["{only}"] or left out, found {sites[key]!r}'


def _faults_of_piles(group: Mapping[str, Any]) -> Iterator[str]:
    parts = ("columns", "also", "constants", "values", "plugs")
    yield from _unknown("[[piles]]", group, (*parts, "repeat", "current"))
    yield from _faults_of_columns("piles.", group, "columns", _PILE_FIELDS)
    yield from _faults_of_columns("piles.", group, "also", _PILE_FIELDS)
    yield from _faults_of_constants("piles.", group, _PILE_FIELDS)
    yield from _faults_of_values("piles.", group.get("values", {}), _PILE_FIELDS)
    for plug, column in group.get("plugs", {}).items():
        if plug not in list(Connector) or not isinstance(column, str):
            yield f"[piles.plugs] must name plugs ({', '.join(Connector)}) with a column each, found {plug!r}"
    repeat = group.get("repeat", 1)
    if isinstance(repeat, bool) or not isinstance(repeat, int) or not 1 <= repeat <= MOST_REPEATS:
        yield f"[[piles]] repeat must be a number from 1 to {MOST_REPEATS}, found {repeat!r}"
    if group.get("current", "plugs") != "plugs":
        yield f'[[piles]] current must be "plugs" or left out, found {group["current"]!r}'


def _unknown(where: str, table: Mapping[str, Any], known: Iterable[str]) -> Iterator[str]:
    known = set(known)
    yield from (
        f"{where} has no key {key!r}, only {', '.join(sorted(known))}" for key in table if key not in known
    )


def _is_anything(_value: object) -> bool:
    return True


def _is_mark(value: object) -> bool:
    return isinstance(value, str) and len(value) == 1


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_texts(value: object) -> bool:
    return _is_text(value) or (isinstance(value, list) and bool(value) and all(map(_is_text, value)))


def _is_choice(value: object) -> bool:
    if not isinstance(value, dict) or not {"any"} <= set(value) <= {"any", "optional"}:
        return False
    given = value["any"]
    is_list = isinstance(given, list) and bool(given) and all(map(_is_texts, given))
    return is_list and isinstance(value.get("optional", False), bool)


def _is_encodings(value: object) -> bool:
    try:
        return _is_texts(value) and all(
            codecs.lookup(name)
            for name in ([value] if isinstance(value, str) else value)  # type: ignore[attr-defined]  # texts
        )
    except LookupError:
        return False


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_one_of(*allowed: str) -> Callable[[object], bool]:
    return lambda value: value in allowed


_Check = tuple[str, Callable[[object], bool]]
_UNITS = ("kW", "W", "kW or W")
_ORDERS = ("lon lat", "lat lon")
_LAYOUT: Mapping[str, _Check] = {
    "delimiter": ("one character", _is_mark),
    "decimal": ("one character", _is_mark),
    "encoding": ("one Python knows, or a list of them", _is_encodings),
    "separator": ("text", _is_text),
    "date_format": ("text, or a list of texts", _is_texts),
    "power_unit": (f"one of {', '.join(_UNITS)}", _is_one_of(*_UNITS)),
    "position": (f"one of {', '.join(_ORDERS)}", _is_one_of(*_ORDERS)),
}
_EXPECTED: Mapping[str, _Check] = {
    "count": ("a whole number", _is_count),
    "stated_piles": ("a whole number", _is_count),
    "power_kw": ("a number", _is_number),
    "opened_on": ("left out, since rows differ in it", lambda _value: False),
    "status_at": ("left out, since rows differ in it", lambda _value: False),
    "updated_at": ("left out, since rows differ in it", lambda _value: False),
}
