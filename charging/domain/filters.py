"""`Filters`: the one description of a selection, shared by widgets, URL, queries, captions and exports.

All conditions are ANDed. A station matches when one of its pile groups meets all pile conditions together,
and "operator" means the operator of the pile. A condition that is not set excludes nothing; one that is set
leaves out what is unknown, unless `include_unknown`. The viewport is not a filter.

Each field is one row of `FIELDS`: its key in the URL, how it is read and how it is written. Only
`charging.queries` turns a selection into SQL.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, NamedTuple

from charging.domain.text_folding import folded
from charging.domain.vocabulary import Access, Connector, Current, Relation, Site, Status

MOST_KW = 10_000.0
"""Upper bound of a power condition in kW; megawatt chargers reach 3,750."""

LONGEST_TEXT = 100
"""Longest text or id read from a URL, in characters."""

Say = Callable[[str], str]
"""Gives the text for a key of the catalogue, or the name of an operator or city, in the reader's language."""


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
        """Bring every field into its one canonical form."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (tuple, list, set, frozenset)):
                object.__setattr__(self, field.name, tuple(sorted(set(value))))
        object.__setattr__(self, "text", folded(self.text))
        if self.min_power_kw is not None:
            power_kw = float(self.min_power_kw)
            object.__setattr__(self, "min_power_kw", power_kw if power_kw > 0 else None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is excluded."""
        return not self.set_fields()

    def set_fields(self) -> tuple[str, ...]:
        """Return the names of the conditions that are set; `include_unknown` alone is none."""
        return tuple(
            field.name
            for field in fields(self)
            if field.name != "include_unknown" and getattr(self, field.name) != field.default
        )

    def with_unknown(self) -> "Filters":
        """Return the same selection, with what is not known let through."""
        return replace(self, include_unknown=True)

    @classmethod
    def from_query(cls, query: Mapping[str, Iterable[str]]) -> "Reading":
        """Read a selection from the parameters of a URL, each a key with one or more values.

        Keys that belong to no condition are left alone. What cannot be read is left out and named in
        `Reading.problems`, so that a link with nonsense in it still opens with the rest.

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
        return Reading(cls(**values), tuple(problems))

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


class Reading(NamedTuple):
    """What a URL said: the selection, and the (key, value) pairs that could not be read."""

    filters: Filters
    problems: tuple[tuple[str, str], ...]


class FieldSpec(NamedTuple):
    """How one condition stands in a URL and in a sentence."""

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


def _plain(raw: str) -> str:
    text = raw.strip()
    if not 0 < len(text) <= LONGEST_TEXT or not text.isprintable():
        message = f"expected 1 to {LONGEST_TEXT} printable characters, found {raw!r}"
        raise ValueError(message)
    return text


def _power_kw(raw: str) -> float:
    power_kw = float(raw)
    if not (math.isfinite(power_kw) and 0 < power_kw <= MOST_KW):
        message = f"expected a power in kW above 0 and up to {MOST_KW:g}, found {raw!r}"
        raise ValueError(message)
    return power_kw


def _flag(raw: str) -> bool:
    match raw.casefold():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    message = f"expected true or false, found {raw!r}"
    raise ValueError(message)


def _named(prefix: str) -> Callable[[Any, Say], str]:
    return lambda value, say: say(f"{prefix}.{value}")


def _verbatim(value: Any, _say: Say) -> str:  # noqa: ANN401  a label takes the value of any field
    return f"{value:g}" if isinstance(value, float) else str(value)


def _one_of(name: str, key: str, members: type[StrEnum]) -> FieldSpec:
    return FieldSpec(name, key, True, members, str, _named(key))


FIELDS = (
    FieldSpec("operators", "operator", True, _plain, str, _named("operator")),
    _one_of("relations", "relation", Relation),
    FieldSpec("cities", "city", True, _plain, str, _named("city")),
    _one_of("currents", "current", Current),
    _one_of("connectors", "connector", Connector),
    FieldSpec("min_power_kw", "min_kw", False, _power_kw, lambda kw: repr(kw).removesuffix(".0"), _verbatim),
    _one_of("statuses", "status", Status),
    _one_of("access", "access", Access),
    _one_of("sites", "site", Site),
    FieldSpec("opened_since", "since", False, dt.date.fromisoformat, str, _verbatim),
    FieldSpec("text", "q", False, _plain, str, _verbatim),
    FieldSpec("include_unknown", "unknown", False, _flag, lambda flag: str(flag).lower(), _verbatim),
)
"""Every condition with its key in the URL; widgets carry the same keys."""
