"""`Filters`: the one description of a selection, read from a URL and written into one; all else takes it.

All conditions are ANDed. A station matches when one of its pile groups meets all pile conditions together,
and "operator" means the operator of the pile. A condition that is not set excludes nothing; one that is set
leaves out what is unknown, unless `include_unknown`. The viewport is not a filter.

Each field is one row of `FIELDS`: its key in the URL, its parser and its formatter. Only `charging.queries`
turns a selection into SQL.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, NamedTuple

from charging.domain.text_folding import fold_text
from charging.domain.vocabulary import Access, Connector, Current, Relation, Site, Status

MAX_POWER_KW = 10_000.0
"""Upper bound of a power condition in kW; megawatt chargers reach 3,750."""

MAX_TEXT_LENGTH = 100
"""Longest text or id accepted from a URL, in characters."""

Say = Callable[[str], str]
"""Looks up the text of a catalogue key, or the name of an operator or city, in the reader's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """A selection of stations and piles; hashable, and equal when it selects the same.

    Tuples are sorted and without repetition, `text` is case-folded and trimmed.

    Examples
    --------
    >>> Filters(operators=("xpeng", "nio", "nio")).operators
    ('nio', 'xpeng')
    """

    operators: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    cities: tuple[str, ...] = ()
    currents: tuple[Current, ...] = ()
    connectors: tuple[Connector, ...] = ()
    min_power_kw: float | None = None
    statuses: tuple[Status, ...] = ()
    access: tuple[Access, ...] = ()
    sites: tuple[Site, ...] = ()
    opened_since: dt.date | None = None
    text: str = ""
    include_unknown: bool = False

    def __post_init__(self) -> None:
        """Normalise every field to its canonical form."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (tuple, list, set, frozenset)):
                object.__setattr__(self, field.name, tuple(sorted(set(value))))
        object.__setattr__(self, "text", fold_text(self.text))
        if self.min_power_kw is not None:
            power_kw = float(self.min_power_kw)
            object.__setattr__(self, "min_power_kw", power_kw if power_kw > 0 else None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is excluded."""
        return not self.set_fields()

    def set_fields(self) -> tuple[str, ...]:
        """Return the names of the conditions that are set; `include_unknown` alone does not count."""
        return tuple(
            field.name
            for field in fields(self)
            if field.name != "include_unknown" and getattr(self, field.name) != field.default
        )

    def with_unknown(self) -> "Filters":
        """Return the same selection, with unknown values included."""
        return replace(self, include_unknown=True)

    @classmethod
    def from_query(cls, query: Mapping[str, Iterable[str]]) -> "QueryReading":
        """Read a selection from the parameters of a URL, each a key with one or more values.

        Other keys are ignored. What cannot be read is left out and reported in `problems`, so that a link
        with invalid values still opens with the rest.

        Examples
        --------
        >>> reading = Filters.from_query({"operator": ["nio"], "min_kw": ["fast"]})
        >>> reading.filters.operators, reading.problems
        (('nio',), (('min_kw', 'fast'),))
        """
        values: dict[str, Any] = {}
        problems: list[tuple[str, str]] = []
        for spec in FIELDS:
            read = []
            for raw in query.get(spec.key, ()):
                try:
                    read.append(spec.read(raw))
                except ValueError:
                    problems.append((spec.key, raw))
            if read:
                values[spec.name] = tuple(read) if spec.is_many else read[-1]
        return QueryReading(cls(**values), tuple(problems))

    def to_query(self) -> dict[str, list[str]]:
        """Write the selection as URL parameters, leaving out what is not set.

        Examples
        --------
        >>> Filters(operators=("nio",), min_power_kw=120).to_query()
        {'operator': ['nio'], 'min_kw': ['120']}
        """
        query = {}
        for spec in FIELDS:
            values = [spec.write(value) for value in spec.values(self)]
            if values:
                query[spec.key] = values
        return query

    def describe(self, say: Say) -> str:
        """Return the selection as one sentence, in the language of `say`."""
        clauses = [
            say(f"filter.clause.{spec.key}").format(value=say("filter.or").join(spec.labels(self, say)))
            for spec in FIELDS
            if spec.name in self.set_fields()
        ]
        if not clauses:
            return say("filter.everything")
        if self.include_unknown:
            clauses.append(say("filter.clause.unknown"))
        return say("filter.sentence").format(clauses=say("filter.and").join(clauses))


class QueryReading(NamedTuple):
    """Result of reading a URL: the selection, and the (key, value) pairs that could not be read."""

    filters: Filters
    problems: tuple[tuple[str, str], ...]


class FieldSpec(NamedTuple):
    """How one condition is written in a URL and in a sentence."""

    name: str
    key: str
    is_many: bool
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    label: Callable[[Any, Say], str]

    @property
    def empty(self) -> Any:  # noqa: ANN401  each field has a type of its own
        """The value of a condition that is not set."""
        return next(field.default for field in fields(Filters) if field.name == self.name)

    def values(self, filters: Filters) -> tuple[Any, ...]:
        """Return the values the condition is set to; none if it is not set."""
        value = getattr(filters, self.name)
        if self.is_many:
            return tuple(value)
        return () if value in (None, "", False) else (value,)

    def labels(self, filters: Filters, say: Say) -> list[str]:
        """Return the values as people read them."""
        return [self.label(value, say) for value in self.values(filters)]


def _read_text(raw: str) -> str:
    text = raw.strip()
    if not 0 < len(text) <= MAX_TEXT_LENGTH or not text.isprintable():
        message = f"expected 1 to {MAX_TEXT_LENGTH} printable characters, found {raw!r}"
        raise ValueError(message)
    return text


def _read_power_kw(raw: str) -> float:
    power_kw = float(raw)
    if not (math.isfinite(power_kw) and 0 < power_kw <= MAX_POWER_KW):
        message = f"expected a power in kW above 0 and up to {MAX_POWER_KW:g}, found {raw!r}"
        raise ValueError(message)
    return power_kw


def _read_flag(raw: str) -> bool:
    flags = {"true": True, "1": True, "false": False, "0": False}
    if raw.casefold() not in flags:
        message = f"expected true or false, found {raw!r}"
        raise ValueError(message)
    return flags[raw.casefold()]


def _catalogue_label(prefix: str) -> Callable[[Any, Say], str]:
    return lambda value, say: say(f"{prefix}.{value}")


def _verbatim_label(value: Any, _say: Say) -> str:  # noqa: ANN401  a label takes the value of any field
    return f"{value:g}" if isinstance(value, float) else str(value)


def _enum_field(name: str, key: str, members: type[StrEnum]) -> FieldSpec:
    return FieldSpec(name, key, True, members, str, _catalogue_label(key))


FIELDS = (
    FieldSpec("operators", "operator", True, _read_text, str, _catalogue_label("operator")),
    _enum_field("relations", "relation", Relation),
    FieldSpec("cities", "city", True, _read_text, str, _catalogue_label("city")),
    _enum_field("currents", "current", Current),
    _enum_field("connectors", "connector", Connector),
    FieldSpec(
        "min_power_kw",
        "min_kw",
        False,
        _read_power_kw,
        lambda kw: repr(kw).removesuffix(".0"),
        _verbatim_label,
    ),
    _enum_field("statuses", "status", Status),
    _enum_field("access", "access", Access),
    _enum_field("sites", "site", Site),
    FieldSpec("opened_since", "since", False, dt.date.fromisoformat, str, _verbatim_label),
    FieldSpec("text", "q", False, _read_text, str, _verbatim_label),
    FieldSpec(
        "include_unknown", "unknown", False, _read_flag, lambda flag: str(flag).lower(), _verbatim_label
    ),
)
"""Every condition with its key in the URL; widgets use the same keys."""
