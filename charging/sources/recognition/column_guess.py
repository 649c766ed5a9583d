"""What a table was taken for: each field with its columns, why, and how surely; and what was not used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from charging.domain.vocabulary import Connector, Current, Datum

FIELDS = (
    *("name", "operator", "lat", "lon", "position", "piles", "dc_piles", "ac_piles", "power_kw", "connector"),
    *("address", "city", "region", "country", "postcode", "opened_on", "status", "access", "price", "id"),
)
"""What a column can be taken for."""

Given = Mapping[str, tuple[str, ...]]
"""Headers the user named, by field; none for a field that is to have no column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What is known of how a table is written, where it does not say so itself."""

    encoding: str | None = None  # of its text
    crs: int | None = None  # of coordinates in metres, the EPSG code
    records: str | None = None  # of JSON, the keys that lead to the list of records


NO_HINTS = Hints()


class TableKind(StrEnum):
    """What a row of a table is."""

    STATIONS = "stations"  # or chargers, or plugs: what stands somewhere
    SESSIONS = "sessions"  # who charged when
    OBSERVATIONS = "observations"  # what stood at one place, time after time
    TARIFFS = "tariffs"
    AGGREGATES = "aggregates"  # sums over zones or towns
    OTHER = "other"  # places of another kind


class Assumed(StrEnum):
    """What was taken for granted of a table, in a word, to be translated."""

    SWAPPED_HEADERS = "swapped_headers"
    DAY_FIRST = "day_first"
    WATTS = "watts"
    YEARS = "years"
    DATUM = "datum"
    PRESET_DATUM = "preset_datum"
    ENCODING = "encoding"


_ASSUMED = {
    Assumed.SWAPPED_HEADERS: "{0} and {1} were taken the other way round: what the header calls latitude lies"
    " beyond 90 degrees",
    Assumed.DAY_FIRST: "{0} may have the day or the month first: the day was taken",
    Assumed.WATTS: "{0} was taken to be in watts: none of its numbers is below 1,000",
    Assumed.YEARS: "{0} holds years alone, such as {1} ({plain[2]} of the cells that were looked at), and"
    " what is kept of an opening is its day: it is not used",
    Assumed.DATUM: "its points are in mainland China and nothing states their datum: they were taken as they"
    " stand, as WGS-84. If they come from a Chinese map (Amap, Tencent: GCJ-02; Baidu: BD-09), they lie up to"
    " 700 m off; import again with --datum gcj02 or --datum bd09",
    Assumed.ENCODING: "its text is not in UTF-8 and does not say in what: it was taken for {0}, in which it"
    " says {1}. If that is wrong, import again with --encoding",
    Assumed.PRESET_DATUM: "its points were taken as {0}, the datum that this source gives unless it was asked"
    " for another: where it was, they lie up to 1 km off; import again with --datum",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something that was taken for granted of a table, and may be otherwise."""

    what: Assumed
    headers: tuple[str, ...] = ()  # and an example with its number, where that says more

    @property
    def text(self) -> str:
        """What it is, as the command line says it."""
        return _ASSUMED[self.what].format(*map(repr, self.headers), plain=self.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGuess:
    """The column or columns taken for a field."""

    field: str
    headers: tuple[str, ...]
    reason: str
    confidence: float  # 0 to 1; 1 where the user said so
    number: int | None = None  # of the plug that it is about, where columns are numbered
    plug: Connector | None = None  # that it is about: whether, or how often, or with what power it is there
    current: Current | None = None  # of the piles whose power it is

    @property
    def is_of_a_kind(self) -> bool:
        """Whether it is about the piles with one plug or of one current, and not about all."""
        return self.plug is not None or self.current is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """How a table is written."""

    header_row: int = 1  # the line or row it stands on, from 1
    sheet: int | None = None  # of a workbook, from 1
    delimiter: str | None = None  # of delimited text
    encodings: tuple[str, ...] = ("utf-8",)  # in the order they are tried
    encoding: str = "utf-8"  # the one of the rows that were looked at
    is_encoding_guessed: bool = False  # its bytes do not tell it, nor did anybody
    decimal: str = "."
    separator: str = ","  # between the plugs of one cell
    date_formats: tuple[str, ...] = ()  # none: ISO 8601
    power_unit: str = "kW"
    position_order: str | None = "lat lon"  # None: as the reader finds, by the reference system of metres
    records: str | None = None  # of JSON, the keys that lead to the list of records
    crs: int | None = None  # of coordinates in metres


@dataclass(frozen=True, slots=True, kw_only=True)
class TableGuess:
    """A table, as it was understood."""

    kind: TableKind
    why: str  # it is of that kind
    columns: tuple[ColumnGuess, ...]
    unused: tuple[str, ...]
    form: TableForm = field(default_factory=TableForm)
    warnings: tuple[Assumption, ...] = ()
    doubts: tuple[str, ...] = ()  # why coordinates are not sure, where they are not
    candidates: tuple[str, ...] = ()  # columns that may hold coordinates
    are_in_metres: bool = False  # these, in a reference system that is not known
    header: tuple[str, ...] = ()
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # values by header, each once
    not_known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # texts that say so, by header
    rows_seen: int = 0
    datum: Datum | None = None  # that a header names
    charger_id: str | None = None  # the column of ids of devices, where each row is one, or each element
    each: str | None = None  # of JSON, the list inside a record whose elements are its chargers
    each_count: str | None = None  # the column that says how many chargers an element of that list is
    is_on_the_mainland: bool = False  # of China, where maps have a datum of their own
    has_repeated_ids: bool = False
    has_numbered_piles: bool = False  # whether each numbered plug is a pile of its own

    @property
    def is_importable(self) -> bool:
        """Whether it is a list of stations whose coordinates are sure."""
        return self.kind is TableKind.STATIONS and not self.doubts

    def of(self, name: str) -> ColumnGuess | None:
        """Return the columns of a field, of numbered ones the first; None where it has none."""
        return next((each for each in self.columns if each.field == name and not each.is_of_a_kind), None)

    def shared_headers_of(self, name: str) -> tuple[str, ...]:
        """Return the headers of a field but for those about single plugs."""
        found = (
            each for each in self.columns if each.field == name and not (each.number or each.is_of_a_kind)
        )
        return next((each.headers for each in found), ())

    def headers_of(self, name: str) -> tuple[str, ...]:
        """Return the headers of a field."""
        found = self.of(name)
        return found.headers if found else ()

    def all_headers_of(self, name: str) -> tuple[str, ...]:
        """Return the headers of a field, those about single plugs and currents among them."""
        return tuple(header for each in self.columns if each.field == name for header in each.headers)

    def to_json(self) -> dict[str, Any]:
        """Return it for programs: fields with a header, or a list of several."""
        named: dict[str, list[str]] = {}
        for each in self.columns:
            named.setdefault(each.field, []).extend(each.headers)
        columns = {field: headers[0] if len(headers) == 1 else headers for field, headers in named.items()}
        return {"columns": columns, "unused": list(self.unused)}


def warnings_of(guess: TableGuess, datum: Datum | None) -> tuple[Assumption, ...]:
    """Return what was taken for granted; `datum` is the one the user declared, if any."""
    if (datum or guess.datum) is not None or not guess.is_on_the_mainland:
        return guess.warnings
    return (*guess.warnings, Assumption(what=Assumed.DATUM))
