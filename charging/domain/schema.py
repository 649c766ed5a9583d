"""The tables of a dataset, column by column: the single definition everything else is derived from.

Parquet types and metadata, validation, the documentation and the data dictionary of a download are
derived from `TABLES`. A column holds one quantity in one unit; null always means "not known" unless
`when_null` says otherwise, and never stands for zero.
"""

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from charging.domain.vocabulary import Access, Current, Datum, Site, Status

FORMAT_VERSION = 1
"""Version of the stored format. A reader refuses a dataset with a higher version than its own."""

CELL_RESOLUTION = 11
"""H3 resolution of every stored cell: edges of about 29 m, fine enough to be any coarser cell's child."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its Arrow type, unit, meaning and what null means in it."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    when_null: str = "not known"
    required: bool = False
    values: type[StrEnum] | None = None
    is_clock: bool = False  # when the data was fetched: not part of the content hash
    is_derived: bool = False  # computed from other columns when a dataset is built


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: a file of a dataset."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]  # unique together; empty where rows may repeat

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
_CODE = pa.int16()
_TIME = pa.timestamp("us", tz="UTC")

STATIONS = Table(
    name="stations",
    meaning="One row per charging site of one operator.",
    key=("station_id",),
    columns=(
        Column(name="station_id", type=_TEXT, required=True, meaning="<source>:<id in the source>"),
        Column(name="source", type=_TEXT, required=True, meaning="Source the row comes from"),
        Column(name="source_id", type=_TEXT, required=True, meaning="Id in the source"),
        Column(name="name", type=_TEXT, meaning="Name as the source writes it"),
        Column(name="name_zh", type=_TEXT, meaning="Name in Chinese"),
        Column(
            name="search",
            type=_TEXT,
            required=True,
            is_derived=True,
            meaning="Names, operator, city and address, case-folded, for the text search",
        ),
        Column(
            name="operator_id",
            type=_TEXT,
            meaning="Operator in data/operators.csv",
            when_null="the source names none, or one that could not be resolved",
        ),
        Column(
            name="operator_code",
            type=_CODE,
            is_derived=True,
            meaning="Small integer standing for operator_id within this dataset",
            when_null="operator_id is null",
        ),
        Column(name="operator_raw", type=_TEXT, meaning="Operator as the source writes it"),
        Column(name="access", type=_TEXT, values=Access, meaning="Who may charge"),
        Column(name="site", type=_TEXT, values=Site, meaning="Kind of place"),
        Column(
            name="service_area_id",
            type=_TEXT,
            meaning="Service area the station stands in",
            when_null="not in a service area of the third table",
        ),
        Column(name="lat", type=_REAL, unit="deg", required=True, meaning="Latitude, WGS-84"),
        Column(name="lon", type=_REAL, unit="deg", required=True, meaning="Longitude, WGS-84"),
        Column(name="source_lat", type=_REAL, unit="deg", required=True, meaning="Latitude, as given"),
        Column(name="source_lon", type=_REAL, unit="deg", required=True, meaning="Longitude, as given"),
        Column(
            name="source_datum",
            type=_TEXT,
            required=True,
            values=Datum,
            meaning="Datum of source_lat and source_lon",
        ),
        Column(name="country", type=_TEXT, meaning="ISO 3166-1 alpha-2"),
        Column(name="region", type=_TEXT, meaning="Province or state, as the source writes it"),
        Column(
            name="city_id",
            type=_TEXT,
            meaning="GB/T 2260 code of the city in data/cities.csv",
            when_null="outside mainland China, or not resolved",
        ),
        Column(
            name="city", type=_TEXT, meaning="Chinese name of the city, unique", when_null="city_id is null"
        ),
        Column(name="city_raw", type=_TEXT, meaning="City as the source writes it"),
        Column(name="address", type=_TEXT, meaning="Street address"),
        Column(name="opening_hours", type=_TEXT, meaning="Opening hours, as text"),
        Column(name="price", type=_TEXT, meaning="Price, as text"),
        Column(name="phone", type=_TEXT, meaning="Telephone of the operator or site"),
        Column(name="url", type=_TEXT, meaning="Page of the station or operator"),
        Column(name="opened_on", type=pa.date32(), meaning="Day the station opened"),
        Column(name="status_at", type=_TIME, meaning="Time of the statuses"),
        Column(name="updated_at", type=_TIME, meaning="Time the source last changed the row"),
        Column(
            name="retrieved_at",
            type=_TIME,
            required=True,
            is_clock=True,
            meaning="Time the source was read",
        ),
        Column(name="licence", type=_TEXT, meaning="Licence of the row"),
        Column(name="attribution", type=_TEXT, meaning="Text the licence asks to show"),
        Column(
            name="cell",
            type=_COUNT,
            required=True,
            is_derived=True,
            meaning="H3 cell at resolution 11, as a signed 64-bit integer",
        ),
        Column(
            name="piles",
            type=_COUNT,
            unit="piles",
            is_derived=True,
            meaning="Sum of piles.count of the station",
            when_null="the number of piles is not known",
        ),
        Column(
            name="dc_piles",
            type=_COUNT,
            unit="piles",
            is_derived=True,
            meaning="Sum of piles.count where current is DC or AC_DC",
            when_null="no group with a known current and count",
        ),
        Column(
            name="max_power_kw",
            type=_REAL,
            unit="kW",
            is_derived=True,
            meaning="Highest power of a pile of the station",
        ),
    ),
)

PILES = Table(
    name="piles",
    meaning="One row per group of identical piles of a station.",
    key=(),
    columns=(
        Column(name="station_id", type=_TEXT, required=True, meaning="Station the piles belong to"),
        Column(
            name="pile_id",
            type=_TEXT,
            meaning="Id of the pile in the source, on rows with count 1",
            when_null="the row is a group, or the source gives no id",
        ),
        Column(name="operator_id", type=_TEXT, meaning="Operator of the piles"),
        Column(
            name="operator_code",
            type=_CODE,
            is_derived=True,
            meaning="Small integer standing for operator_id within this dataset",
            when_null="operator_id is null",
        ),
        Column(name="current", type=_TEXT, values=Current, meaning="AC, DC or both"),
        Column(
            name="connectors",
            type=_COUNT,
            meaning="Bit mask: bit b stands for the b-th member of Connector",
        ),
        Column(name="power_kw", type=_REAL, unit="kW", meaning="Rated power of one pile"),
        Column(name="status", type=_TEXT, values=Status, meaning="What the piles are doing"),
        Column(name="count", type=_COUNT, unit="piles", meaning="Number of identical piles"),
        Column(
            name="cell",
            type=_COUNT,
            required=True,
            is_derived=True,
            meaning="H3 cell of the station at resolution 11",
        ),
    ),
)

SERVICE_AREAS = Table(
    name="service_areas",
    meaning="One row per side of the road of each expressway service area.",
    key=("service_area_id",),
    columns=(
        Column(name="service_area_id", type=_TEXT, required=True, meaning="Id of this side of the area"),
        Column(name="name", type=_TEXT, meaning="Name of the area"),
        Column(name="expressway", type=_TEXT, required=True, meaning="Number of the expressway"),
        Column(name="direction", type=_TEXT, required=True, meaning="City the traffic drives towards"),
        Column(
            name="chainage_km",
            type=_REAL,
            unit="km",
            required=True,
            meaning="Distance from the expressway's first city, along its line",
        ),
        Column(name="lat", type=_REAL, unit="deg", required=True, meaning="Latitude, WGS-84"),
        Column(name="lon", type=_REAL, unit="deg", required=True, meaning="Longitude, WGS-84"),
        Column(
            name="cell",
            type=_COUNT,
            required=True,
            is_derived=True,
            meaning="H3 cell at resolution 11",
        ),
    ),
)

TABLES = (STATIONS, PILES, SERVICE_AREAS)
