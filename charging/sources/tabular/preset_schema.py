"""A preset: how the columns of one register become the fields of a record.

Each table of its file is a model, which checks what stands there and is its JSON schema.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self, get_type_hints
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FiniteFloat,
    GetPydanticSchema,
    Strict,
    StrictBool,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from charging.domain.bounds import Bounds
from charging.domain.vocabulary import Access, Connector, Current, Datum, Site, Status, connector_mask
from charging.sources.json_records.shape import LIST
from charging.sources.records import PileRecord, Reason, SourceInfo, StationRecord
from charging.validation import NamedTable, StrictTable

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

MIN_EPSG, MAX_EPSG = 1_024, 32_767
"""Codes that EPSG gives to coordinate reference systems."""

MAX_REPEATS = 50
"""Groups of piles that one table can stand for."""

_NOT_A_COLUMN = ("datum", "piles", "unmapped", "rows", "doubts")
_NUMBERS = ("lat", "lon", "stated_piles", "count", "power_kw")
_TIMES = ("opened_on", "status_at", "updated_at")
_STATION_FIELDS = tuple(field for field in StationRecord._fields if field not in _NOT_A_COLUMN)
_PILE_FIELDS = PileRecord._fields


def _listed(value: object) -> object:
    if not isinstance(value, (str, list, tuple)):
        raise ValueError("text, or a list of texts")  # noqa: TRY004  pydantic takes no other
    return (value,) if isinstance(value, str) else value


def _one_character(text: str) -> str:
    if len(text) != 1 or text in '"\r\n':
        raise ValueError("one character, which is no quote and no line break")
    return text


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except (LookupError, ValueError) as error:
        raise ValueError("an encoding Python knows") from error
    return name


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError("a time zone of the IANA database, such as Asia/Shanghai") from error
    return name


def _crs(code: object) -> object:
    text = str(code).strip().upper().removeprefix("EPSG:")
    if isinstance(code, bool) or not text.isdecimal() or not MIN_EPSG <= int(text) <= MAX_EPSG:
        raise ValueError("a code of a coordinate reference system, such as EPSG:25832")
    return int(text)


def _folded(code: str) -> str:
    return code.casefold()  # `str.casefold` itself takes pydantic a millisecond to look at, at each use


def _as(kind: Any) -> GetPydanticSchema:  # noqa: ANN401  a type
    """Return what makes pydantic check another type than the one the code sees."""
    return GetPydanticSchema(lambda _source, handler: handler.generate_schema(kind))


_ONE_OR_MORE = BeforeValidator(_listed, json_schema_input_type=str | list[str])

Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1), _ONE_OR_MORE]
Mark = Annotated[str, AfterValidator(_one_character)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Encodings = Annotated[tuple[Encoding, ...], Field(min_length=1), _ONE_OR_MORE]
StationField = Annotated[str, _as(Literal[(*_STATION_FIELDS, POSITION)])]
PileField = Annotated[str, _as(Literal[_PILE_FIELDS])]
Code = Annotated[str, AfterValidator(_folded)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
Crs = Annotated[int, BeforeValidator(_crs, json_schema_input_type=str | int)]
Count = Annotated[int, Strict(), Field(ge=0)]
Number = Annotated[FiniteFloat, Strict()]

Place = tuple[tuple[str, ...], ...]
"""Where a field stands: the first that holds something, each one or several columns to join by a space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is written."""

    delimiter: Mark = ","  # of a file in which the columns are found by it; else by one that is usual
    decimal: Mark = "."
    encodings: Annotated[Encodings, Field(alias="encoding")] = ("utf-8",)  # without a mark the first it is in
    separator: Text = ","  # between the entries of a list in one cell
    date_formats: Annotated[Texts, Field(alias="date_format")] = ()  # as for `strptime`, before all others
    timezone: TimeZone | None = None  # of times that name none, by its IANA name; by default UTC
    power_unit: Literal["kW", "W", "kW or W"] | None = (
        None  # without one in the cell; by default the column tells
    )
    position: Literal["lon lat", "lat lon"] | None = None  # order of a pair; by default as it is written
    crs: Crs | None = None  # of coordinates that are not in degrees, its EPSG code
    records: str | None = None  # of JSON, the keys that lead to the list, joined by points; by default any
    id_from_file: StrictBool = False  # ids are unique within a file only: its name becomes part of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """How several rows make one site."""

    same: Annotated[tuple[str, ...], Field(min_length=1)]  # fields
    adds: Annotated[tuple[Literal["stated_piles"], ...], Field(max_length=1)] = ()
    once: Annotated[tuple[Literal["pile_id"], ...], Field(max_length=1)] = ()  # not again with its id
    equal: Literal["one", "all"] | None = None  # rows equal in all that is read: told, and added up or not
    repeats: Literal["count"] | None = None  # each row has those of the whole site


class PresetColumn(StrictTable):
    """Where a field stands."""

    any: Annotated[Place, _as(Annotated[tuple[Texts, ...], Field(min_length=1)])]
    optional: StrictBool = False  # a file may lack it

    def numbered(self, number: str) -> "PresetColumn":
        """Return the column of a group that repeats."""
        places = tuple(tuple(each.replace("{n}", number) for each in place) for place in self.any)
        return self.model_copy(update={"any": places})


def _column(given: object) -> object:
    if isinstance(given, (str, list)):
        return {"any": (given,)}
    if isinstance(given, (dict, PresetColumn)):
        return given
    raise ValueError("a column, a list of columns, or { any = [columns], optional = true }")


ColumnOf = Annotated[
    PresetColumn, BeforeValidator(_column, json_schema_input_type=str | list[str] | PresetColumn)
]


def _with_id_and_place(columns: dict[str, PresetColumn]) -> dict[str, PresetColumn]:
    lacking = [key for key in ("source_id", "lat", "lon") if key not in columns]
    if POSITION in columns:
        lacking = [key for key in lacking if key == "source_id"]
    if lacking:
        message = f"a table with source_id, and lat and lon or {POSITION}; it lacks {', '.join(lacking)}"
        raise ValueError(message)
    return columns


def _constant(field: str, kind: Any) -> Any:  # noqa: ANN401  a type
    """Return the type of the value of every row."""
    if field == "connectors":
        return Annotated[
            tuple[Connector, ...],
            BeforeValidator(_listed, json_schema_input_type=Connector | list[Connector]),
            AfterValidator(connector_mask),
        ]
    return {"stated_piles": Count, "count": Count, "power_kw": Number}.get(field, kind)


def _plugs(given: tuple[str, ...]) -> tuple[Connector, ...] | None:
    return tuple(map(Connector, given)) if given != ("",) else None


_PLUG = Literal[(*Connector, "")]  # type: ignore[valid-type]  # made of what the code knows
_PLUGS = Annotated[
    tuple[_PLUG, ...],
    Field(min_length=1),
    BeforeValidator(_listed, json_schema_input_type=_PLUG | list[Connector]),
    AfterValidator(_plugs),
]
"""What one code of plugs stands for: a plug, several, or "" for not known."""


def _codes(field: str, _kind: Any) -> Any:  # noqa: ANN401  a type
    """Return the type of their codes with our values; an empty one becomes None, "not known"."""
    kind = CLOSED_SETS.get(field)
    if kind is None:
        return dict[Code, Annotated[str, AfterValidator(lambda value: value or None)]]
    if kind is Connector:
        return dict[Code, _PLUGS]
    allowed = Literal[(*kind, "")]  # type: ignore[valid-type]  # made of what the code knows
    return dict[Code, Annotated[allowed, AfterValidator(lambda value: kind(value) if value else None)]]


def _given(table: StrictTable) -> dict[str, Any]:
    return {field: value for field, value in table if field in table.model_fields_set}


def _table(name: str, type_of: Any, fields: tuple[str, ...], *left_out: str) -> GetPydanticSchema:  # noqa: ANN401
    """Return the check of a table of some fields of a record; of it becomes what was given."""
    kinds = get_type_hints(PileRecord) | get_type_hints(StationRecord)
    given = {field: (type_of(field, kinds[field]), None) for field in fields if field not in left_out}
    model = create_model(name, __base__=StrictTable, **given)  # type: ignore[call-overload]  # fields
    return _as(Annotated[model, AfterValidator(_given)])


Constants = Mapping[str, Any]
"""Field, the value of every row as the record takes it."""

Values = Mapping[str, Mapping[str, Any]]
"""Field, their code in lower case, our value; None where the code says that it is not known."""

_ALL_FIELDS = tuple(dict.fromkeys((*_STATION_FIELDS, *_PILE_FIELDS)))
StationConstants = Annotated[
    Constants, _table("StationConstants", _constant, _STATION_FIELDS, "source_id", "lat", "lon", *_TIMES)
]
PileConstants = Annotated[Constants, _table("PileConstants", _constant, _PILE_FIELDS)]
StationValues = Annotated[Values, _table("StationValues", _codes, _ALL_FIELDS, *_NUMBERS, *_TIMES)]
PileValues = Annotated[Values, _table("PileValues", _codes, _PILE_FIELDS, *_NUMBERS)]


_TextsInside = Annotated[frozenset[Annotated[Code, Field(min_length=1)]], Field(min_length=1)]


class Rule(StrictTable):
    """Which rows are not taken: a code that is one of `when`, none of `unless`, or has one of `contains`.

    `lacks` is met by a code that has none of its texts.
    """

    column: str
    when: frozenset[Code] | None = None
    unless: frozenset[Code] | None = None
    contains: _TextsInside | None = None
    lacks: _TextsInside | None = None
    reason: Reason

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if sum(each is not None for each in (self.when, self.unless, self.contains, self.lacks)) != 1:
            raise ValueError("a table with one of when, unless, contains or lacks")
        return self

    def rejects(self, cell: str) -> bool:
        """Whether the row of a cell is not taken.

        Examples
        --------
        >>> rule = Rule(column="name", contains=["[closed]"], reason="removed")
        >>> rule.rejects("Hof Nord [CLOSED]"), rule.rejects("Hof Nord")
        (True, False)
        """
        code = cell.strip().casefold()
        if self.contains is not None:
            return any(part in code for part in self.contains)
        if self.lacks is not None:
            return not any(part in code for part in self.lacks)
        return code in self.when if self.when is not None else code not in (self.unless or ())


class Area(StrictTable):
    """A box outside of which no row can lie."""

    south: Number
    west: Number
    north: Number
    east: Number


def _bounds(area: Area) -> Bounds:
    return Bounds(*(float(degrees) for _, degrees in area))


class Mapped(StrictTable):
    """Where the fields of a record come from: of a group of piles, of `repeat` of them, or one `each`."""

    columns: Mapping[PileField, ColumnOf] = Field({})
    also: Mapping[PileField, ColumnOf] = Field({})  # say more of a group, but do not make it be there
    also_if: Literal["first"] | None = None  # only where no group before it has a pile
    constants: PileConstants = Field({})
    values: PileValues = Field({})
    plugs: Mapping[Connector, str] = Field({})  # a plug is there where its column says yes
    current: Literal["plugs"] | None = None  # follows from the plugs
    repeat: Annotated[int, Strict(), Field(ge=1, le=MAX_REPEATS)] | None = None
    each: Text | None = None  # of JSON, the path of a list in the record: each of its elements is a group

    @model_validator(mode="after")
    def _has_columns_of_list(self) -> Self:
        places = (place for column in self.columns.values() for place in column.any)
        names = [*(name for place in places for name in place), *self.plugs.values()]
        if self.each and not any(name.startswith(f"{self.each}{LIST}") for name in names):
            raise ValueError(
                f"a table with a column of the list that each names, such as {self.each}{LIST}.id"
            )
        return self

    def groups(self, shared: Values) -> Iterator["Mapped"]:
        """Yield the groups it stands for, with the codes that all groups share."""
        values = {field: {**shared.get(field, {}), **self.values.get(field, {})} for field in _ALL_FIELDS}
        for number in range(1, self.repeat + 1) if self.repeat else ("{n}",):
            numbered = {
                "columns": {field: column.numbered(str(number)) for field, column in self.columns.items()},
                "also": {field: column.numbered(str(number)) for field, column in self.also.items()},
                "plugs": {plug: column.replace("{n}", str(number)) for plug, column in self.plugs.items()},
            }
            yield self.model_copy(update={**numbered, "values": values})


class Preset(NamedTable):
    """How one register is read."""

    datum: Datum
    datum_may_differ: StrictBool = False  # the source gives another on request: told where none is declared
    info: SourceInfo = Field(alias="source")
    layout: Layout = Field(Layout(), alias="file")
    places: Annotated[
        Mapping[StationField, ColumnOf], AfterValidator(_with_id_and_place), Field(alias="columns")
    ]
    constants: StationConstants = Field({})
    values: StationValues = Field({})
    rules: tuple[Rule, ...] = Field((), alias="reject")
    reject_defaults: StrictBool = True  # whether names that say so in Chinese reject a row
    areas: tuple[Annotated[Bounds, _as(Annotated[Area, AfterValidator(_bounds)])], ...] = Field(
        (), alias="area"
    )
    sites: Sites | None = None
    tables: tuple[Mapped, ...] = Field((), alias="piles")

    @field_validator("sites")
    @classmethod
    def _by_columns(cls, sites: Sites, info: ValidationInfo) -> Sites:
        known = {*info.data.get("places", sites.same), "lat", "lon"} - {POSITION}
        if not known.issuperset(sites.same):
            message = f"a table whose same names fields that have a column ({', '.join(sorted(known))})"
            raise ValueError(message)
        return sites

    @cached_property
    def station(self) -> Mapped:
        """Where the fields of a station come from."""
        return Mapped.model_construct(columns=self.places, constants=self.constants, values=self.values)

    @cached_property
    def piles(self) -> tuple[Mapped, ...]:
        """The groups of piles in a row."""
        return tuple(group for table in self.tables for group in table.groups(self.values))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns a file has, of alternatives the first, and none that it may lack."""
        return tuple(dict.fromkeys(column for place in self.required for column in place[0]))

    @cached_property
    def required(self) -> tuple[Place, ...]:
        """The places of which a file must have one alternative each."""
        return tuple(self._required())

    def _required(self) -> Iterator[Place]:
        for part in (self.station, *self.piles):
            places = {**part.columns, **part.also}
            yield from (place.any for place in places.values() if not place.optional)
            yield from (((column,),) for column in part.plugs.values())
        yield from (((rule.column,),) for rule in self.rules)
