"""The tables of a dataset, column by column: the single definition everything else is derived from.

Parquet types and metadata, validation, the documentation and the data dictionary of a download are
derived from `TABLES`. A column holds one quantity in one unit; null always means "not known" unless
`when_null` says otherwise, and never stands for zero.
"""

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

import pyarrow as pa

from charging.domain.vocabulary import Access, Current, Datum, Site, Status

FORMAT_VERSION = 3
"""Version of the stored format. A reader refuses a dataset with a higher version than its own.

Version 1 had no table of operators, and no operator that the registry does not know; 2 had no city outside
mainland China, none that is derived from coordinates, and no pinyin.
"""

CELL_RESOLUTION = 11
"""H3 resolution of every stored cell: edges of about 29 m, fine enough to be any coarser cell's child."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type, unit, meaning and what null means in it."""

    name: str
    type: pa.DataType
    meaning: str
    _: KW_ONLY
    unit: str = ""
    when_null: str = "not known"
    required: bool = False
    values: type[StrEnum] | None = None
    is_clock: bool = False  # when the data was fetched: not part of the content hash
    is_derived: bool = False  # computed from other columns when a dataset is built
    since: int = 1  # version of the format; where it is null throughout, a newer column is not in the hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: a file of a dataset."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]  # unique together; empty where rows may repeat
    place: tuple[str, ...] = ()  # the columns its rows are sorted by

    @property
    def order(self) -> tuple[str, ...]:
        """The columns the rows are sorted by; where rows may repeat, all of them."""
        others = [column.name for column in self.columns if column.name not in self.place]
        return self.place if self.key else (*self.place, *others)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema, with unit and meaning as the metadata of each field."""
        return pa.schema(
            [
                pa.field(
                    column.name,
                    column.type,
                    nullable=not column.required,
                    metadata={"unit": column.unit, "meaning": column.meaning},
                )
                for column in self.columns
            ]
        )


_TEXT = pa.string()
_REAL = pa.float64()
_COUNT = pa.int64()
_TIME = pa.timestamp("us", tz="UTC")

_OPERATOR_CODE = Column(
    "operator_code",
    pa.int16(),
    "Small integer standing for operator_id within this dataset",
    is_derived=True,
    when_null="operator_id is null",
)

_PINYIN = Column(
    "pinyin",
    _TEXT,
    "Name in pinyin, for the search: without tones and blanks, ü and v as u; after a blank its initials",
    is_derived=True,
    when_null="the name has no Chinese characters",
    since=3,
)

STATIONS = Table(
    name="stations",
    meaning="One row per charging site of one operator.",
    key=("station_id",),
    place=("cell", "station_id"),
    columns=(
        Column("station_id", _TEXT, "<source>:<id in the source>", required=True),
        Column("source", _TEXT, "Source the row comes from", required=True),
        Column("source_id", _TEXT, "Id in the source", required=True),
        Column("name", _TEXT, "Name as the source writes it"),
        Column("name_zh", _TEXT, "Name in Chinese"),
        Column(
            "search",
            _TEXT,
            "Names, operator, city and address, case-folded, for the text search",
            required=True,
            is_derived=True,
        ),
        _PINYIN,
        Column(
            "operator_id",
            _TEXT,
            "Operator in data/operators.csv, or one made from its name",
            when_null="the source names nobody",
        ),
        _OPERATOR_CODE,
        Column("operator_raw", _TEXT, "Operator as the source writes it"),
        Column("access", _TEXT, "Who may charge", values=Access),
        Column("site", _TEXT, "Kind of place", values=Site),
        Column(
            "service_area_id",
            _TEXT,
            "Service area the station stands in",
            when_null="not in a service area of the third table",
        ),
        Column("lat", _REAL, "Latitude, WGS-84", unit="deg", required=True),
        Column("lon", _REAL, "Longitude, WGS-84", unit="deg", required=True),
        Column("source_lat", _REAL, "Latitude, as given", unit="deg", required=True),
        Column("source_lon", _REAL, "Longitude, as given", unit="deg", required=True),
        Column("source_datum", _TEXT, "Datum of source_lat and source_lon", required=True, values=Datum),
        Column("country", _TEXT, "ISO 3166-1 alpha-2"),
        Column("region", _TEXT, "Province or state, as the source writes it"),
        Column(
            "city_id",
            _TEXT,
            "GB/T 2260 code of the city in data/cities.csv, or geonames:<id> of one outside mainland China",
            when_null="not resolved, and no town is near",
        ),
        Column(
            "city",
            _TEXT,
            "Chinese name of the city, or its own where it has none; unique in mainland China",
            when_null="city_id is null",
        ),
        Column(
            "city_derived_km",
            _REAL,
            "Distance to the centre of a city that is not stated, but derived from the coordinates",
            unit="km",
            is_derived=True,
            when_null="the source states the city, or city_id is null",
            since=3,
        ),
        Column("city_raw", _TEXT, "City as the source writes it"),
        Column("address", _TEXT, "Street address"),
        Column("opening_hours", _TEXT, "Opening hours, as text"),
        Column("price", _TEXT, "Price, as text"),
        Column("phone", _TEXT, "Telephone of the operator or site"),
        Column("url", _TEXT, "Page of the station or operator"),
        Column("opened_on", pa.date32(), "Day the station opened"),
        Column("status_at", _TIME, "Time of the statuses"),
        Column("updated_at", _TIME, "Time the source last changed the row"),
        Column("retrieved_at", _TIME, "Time the source was read", required=True, is_clock=True),
        Column("licence", _TEXT, "Licence of the row"),
        Column("attribution", _TEXT, "Text the licence asks to show"),
        Column(
            "cell",
            _COUNT,
            "H3 cell at resolution 11, as a signed 64-bit integer",
            required=True,
            is_derived=True,
        ),
        Column(
            "piles",
            _COUNT,
            "Sum of piles.count of the station",
            unit="piles",
            is_derived=True,
            when_null="the number of piles is not known",
        ),
        Column(
            "dc_piles",
            _COUNT,
            "Sum of piles.count where current is DC or AC_DC",
            unit="piles",
            is_derived=True,
            when_null="no group with a known current and count",
        ),
        Column("max_power_kw", _REAL, "Highest power of a pile of the station", unit="kW", is_derived=True),
    ),
)

PILES = Table(
    name="piles",
    meaning="One row per group of identical piles of a station.",
    key=(),
    place=("cell", "station_id"),
    columns=(
        Column("station_id", _TEXT, "Station the piles belong to", required=True),
        Column(
            "pile_id",
            _TEXT,
            "Id of the pile in the source, on rows with count 1",
            when_null="the row is a group, or the source gives no id",
        ),
        Column("operator_id", _TEXT, "Operator of the piles"),
        _OPERATOR_CODE,
        Column("current", _TEXT, "AC, DC or both", values=Current),
        Column("connectors", _COUNT, "Bit mask: bit b stands for the b-th member of Connector"),
        Column("power_kw", _REAL, "Rated power of one pile", unit="kW"),
        Column("status", _TEXT, "What the piles are doing", values=Status),
        Column("count", _COUNT, "Number of identical piles", unit="piles"),
        Column("cell", _COUNT, "H3 cell of the station at resolution 11", required=True, is_derived=True),
    ),
)

SERVICE_AREAS = Table(
    name="service_areas",
    meaning="One row per side of the road of each expressway service area.",
    key=("service_area_id",),
    place=("cell", "service_area_id"),
    columns=(
        Column("service_area_id", _TEXT, "Id of this side of the area", required=True),
        Column("name", _TEXT, "Name of the area"),
        Column("expressway", _TEXT, "Number of the expressway", required=True),
        Column("direction", _TEXT, "City the traffic drives towards", required=True),
        Column(
            "chainage_km",
            _REAL,
            "Distance from the expressway's first city, along its line",
            unit="km",
            required=True,
        ),
        Column("lat", _REAL, "Latitude, WGS-84", unit="deg", required=True),
        Column("lon", _REAL, "Longitude, WGS-84", unit="deg", required=True),
        Column("cell", _COUNT, "H3 cell at resolution 11", required=True, is_derived=True),
    ),
)

OPERATORS = Table(
    name="operators",
    meaning="One row per operator of the dataset, made from the other tables.",
    key=("operator_id",),
    place=("operator_code",),
    columns=(
        Column("operator_code", pa.int16(), "Small integer standing for operator_id", required=True),
        Column(
            "operator_id",
            _TEXT,
            "Id in data/operators.csv, or made from its name",
            required=True,
        ),
        Column("name", _TEXT, "Name in English, proper name, or as most often written", required=True),
        Column("name_zh", _TEXT, "Name in Chinese"),
        _PINYIN,
        Column("is_registered", pa.bool_(), "Whether data/operators.csv has it", required=True),
    ),
)

TABLES = (STATIONS, PILES, SERVICE_AREAS)
