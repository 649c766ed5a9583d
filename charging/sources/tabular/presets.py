"""Presets: how the columns of one register become the fields of a record, as `data/presets/<name>.toml`.

A preset has these parts; only `datum`, `source` and the columns of id and coordinates must be there::

    datum = "gcj02"
    [source]  # as in `SourceInfo`
    [file]  # how the file is written: the fields of `Layout`
    [columns]  # our field = where it stands (see `Mapped`)
    [constants]  # our field = the value of every row
    [values.access]  # "their code" = "our value", or "" where the code says that it is not known
    [[reject]]  # rows that are not taken: column, when or unless = [codes], reason
    [[area]]  # south, west, north, east: boxes outside of which no row can lie
    [sites]  # same = [fields] that make rows one site, adds and once = [fields]: see `Sites`
    [[piles]]  # one per group of piles in a row, or one for `repeat = n` of them

How to write one is told with an example in docs/data.md; what can be wrong with one is in `preset_faults`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from charging.domain.bounds import Bounds
from charging.domain.vocabulary import Connector, Datum, connector_mask
from charging.errors import UsageError
from charging.paths import DATA_DIR
from charging.sources.records import Reason, SourceInfo
from charging.sources.tabular.preset_faults import CLOSED_SETS, faults

PRESETS = DATA_DIR / "presets"
"""Where presets are kept."""

Place = tuple[tuple[str, ...], ...]
"""Where a field stands: the first that holds something, each one or several columns to join by a space."""

Values = Mapping[str, Mapping[str, Any]]
"""Field, their code in lower case, our value; None where the code says that it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is written."""

    delimiter: str = ","  # of a file in which the columns are found by it; else by one that is usual
    decimal: str = "."
    encodings: tuple[str, ...] = ("utf-8",)  # of a text without a byte order mark; the first it is in
    separator: str = ","  # between the entries of a list in one cell
    date_formats: tuple[str, ...] = ()  # as `strptime` takes them; none: ISO 8601
    power_unit: str = "kW"  # kW, W, or "kW or W": above 1,000 it is W
    position: str = "lon lat"  # order of the two numbers in a cell of `position`


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Where the fields of a record come from."""

    columns: Mapping[str, Place]
    constants: Mapping[str, Any]  # field -> value, as the record takes it
    values: Values
    optional: frozenset[str] = frozenset()  # fields whose columns a file may lack
    also: Mapping[str, Place] | None = None  # of piles: say more of a group, but do not make it be there
    plugs: Mapping[Connector, str] | None = None  # of piles: a plug is there where its column says yes
    current_of_plugs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which rows are not taken: those whose code is one of `codes`, or is none of them."""

    column: str
    codes: frozenset[str]  # in lower case
    is_listed_rejected: bool
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """How several rows make one site."""

    same: tuple[str, ...]  # fields
    adds: tuple[str, ...] = ()
    once: tuple[str, ...] = ()  # a pile whose id was there before is the same pile


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """How one register is read."""

    name: str
    info: SourceInfo
    datum: Datum
    layout: Layout
    station: Mapped
    piles: tuple[Mapped, ...]
    rules: tuple[Rule, ...] = ()
    areas: tuple[Bounds, ...] = ()
    sites: Sites | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns a file has, of alternatives the first, and none that it may lack."""
        return tuple(dict.fromkeys(column for place in self.required() for column in place[0]))

    def required(self) -> Iterator[Place]:
        """Yield the places of which a file must have one alternative each."""
        for part in (self.station, *self.piles):
            places = {**part.columns, **(part.also or {})}
            yield from (place for field, place in places.items() if field not in part.optional)
            yield from (((column,),) for column in (part.plugs or {}).values())
        yield from (((rule.column,),) for rule in self.rules)


def presets(folder: Path = PRESETS) -> tuple[str, ...]:
    """Return the names of the presets there are."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def load_preset(name: str, folder: Path = PRESETS) -> Preset:
    """Return a preset.

    Raises
    ------
    UsageError
        If there is none of that name, or it is not one that can be used; the message names every fault.
    """
    if name not in presets(folder):
        message = f"Expected a preset out of {', '.join(presets(folder)) or 'none there is'}, found {name!r}."
        raise UsageError(message)
    path = folder / f"{name}.toml"
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:
        message = f"{path}: expected TOML in UTF-8, found a fault: {error}. Put it right there."
        raise UsageError(message) from error
    found = list(faults(tables))
    if found:
        message = (
            f"{path}: {'; '.join(found)}. Put it right there; docs/data.md shows every part of a preset."
        )
        raise UsageError(message)
    return _build(name, tables)


def _build(name: str, tables: Mapping[str, Any]) -> Preset:
    values = tables.get("values", {})
    return Preset(
        name=name,
        info=SourceInfo(**tables["source"]),
        datum=Datum(tables["datum"]),
        layout=_layout(tables.get("file", {})),
        station=_mapped(tables, values),
        piles=tuple(
            _mapped(group, values) for table in tables.get("piles", ()) for group in _repeated(table)
        ),
        rules=tuple(_rule(table) for table in tables.get("reject", ())),
        areas=tuple(
            Bounds(**{side: float(at) for side, at in box.items()}) for box in tables.get("area", ())
        ),
        sites=_sites(tables["sites"]) if "sites" in tables else None,
    )


def _layout(table: Mapping[str, Any]) -> Layout:
    given = {key: value for key, value in table.items() if key not in ("encoding", "date_format")}
    if "encoding" in table:
        given["encodings"] = _listed(table["encoding"])
    if "date_format" in table:
        given["date_formats"] = _listed(table["date_format"])
    return Layout(**given)


def _mapped(table: Mapping[str, Any], values: Mapping[str, Mapping[str, str]]) -> Mapped:
    columns, also = table.get("columns", {}), table.get("also", {})
    own = table.get("values", {})
    return Mapped(
        columns={field: _place(given) for field, given in columns.items()},
        constants={field: _constant(field, value) for field, value in table.get("constants", {}).items()},
        values={
            field: _codes(field, {**values.get(field, {}), **own.get(field, {})})
            for field in values.keys() | own.keys()
        },
        optional=frozenset(
            field
            for field, given in {**columns, **also}.items()
            if isinstance(given, dict) and given.get("optional")
        ),
        also={field: _place(given) for field, given in also.items()},
        plugs={Connector(plug): column for plug, column in table.get("plugs", {}).items()},
        current_of_plugs=table.get("current") == "plugs",
    )


def _repeated(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a group of piles once, or as often as it repeats, with its number in the names of columns."""
    if "repeat" not in table:
        yield table
        return
    for number in range(1, table["repeat"] + 1):
        parts = {
            part: _numbered(table[part], str(number))
            for part in ("columns", "also", "plugs")
            if part in table
        }
        yield {**table, **parts}


def _numbered(part: Any, number: str) -> Any:  # noqa: ANN401  TOML
    if isinstance(part, str):
        return part.replace("{n}", number)
    if isinstance(part, dict):
        return {key: _numbered(value, number) for key, value in part.items()}
    return [_numbered(value, number) for value in part] if isinstance(part, list) else part


def _place(given: Any) -> Place:  # noqa: ANN401  TOML
    alternatives = given.get("any", []) if isinstance(given, dict) else [given]
    return tuple(_listed(columns) for columns in alternatives)


def _constant(field: str, value: Any) -> Any:  # noqa: ANN401  TOML
    if field == "connectors":
        return connector_mask(Connector(each) for each in _listed(value))
    return CLOSED_SETS[field](value) if field in CLOSED_SETS else value


def _codes(field: str, codes: Mapping[str, str]) -> Mapping[str, StrEnum | str | None]:
    kind = CLOSED_SETS.get(field, str)
    return {code.casefold(): kind(value) if value else None for code, value in codes.items()}


def _rule(table: Mapping[str, Any]) -> Rule:
    return Rule(
        column=table["column"],
        codes=frozenset(code.casefold() for code in table.get("when", table.get("unless", ()))),
        is_listed_rejected="when" in table,
        reason=Reason(table["reason"]),
    )


def _sites(table: Mapping[str, Any]) -> Sites:
    return Sites(**{key: tuple(fields) for key, fields in table.items()})


def _listed(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
