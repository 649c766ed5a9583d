"""What a reader yields: stations, service areas and rejections, in the source's own terms.

A record keeps the source's coordinates in the source's datum and its texts as they were. Turning them into
rows (datum, operator, city, cell, validation) is the business of `charging.dataset.building`, once for all.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from charging.domain.vocabulary import Access, Current, Datum, Site, Status


class Reason(StrEnum):
    """Why a record was not taken."""

    MALFORMED = "malformed"  # not the kind of object the format asks for
    MISSING_ID = "missing_id"
    DUPLICATE_ID = "duplicate_id"  # the id was taken from an earlier record
    MISSING_COORDINATE = "missing_coordinate"
    NOT_A_NUMBER = "not_a_number"  # text where a coordinate belongs
    ZERO_COORDINATE = "zero_coordinate"  # both exactly 0, or one that is not of the stated country: unset
    SWAPPED_COORDINATE = "swapped_coordinate"  # fits only when latitude and longitude change places
    PROJECTED = "projected"  # metres of a map projection where degrees belong
    OUT_OF_RANGE = "out_of_range"
    OUT_OF_AREA = "out_of_area"  # far from all that the source covers
    NOT_PUBLIC = "not_public"  # the source forbids showing it
    NOT_LIVE = "not_live"  # withdrawn or not yet approved in the source
    NOT_BUILT = "not_built"  # planned or under construction
    DUPLICATE_SITE = "duplicate_site"  # another station's site, as a user of the data decided
    REMOVED = "removed"  # closed, dismantled or a duplicate according to the source
    NOT_CAR_CHARGING = "not_car_charging"  # battery swap, bicycles, other fuels
    LOST_TEXT = "lost_text"  # the name is only question marks: its encoding was lost upstream
    TOTAL = "total"  # the sum of the other rows of a table
    NO_GUN = "no_gun"  # a status of a gun that no station has
    NO_POINT = "no_point"  # a status of a charging point that no station has
    OLD_VERSION = "old_version"  # the file has the same site in a later version
    NO_PILES = "no_piles"  # a location without equipment, which its standard calls expired


class Repair(StrEnum):
    """What is put right on request, and never by itself."""

    SWAP = "swap"  # latitude and longitude that fit only the other way round
    EVSE = "evse"  # the point of a location, by the points of its own EVSEs that lie elsewhere


class PointDoubt(StrEnum):
    """What contradicts the point of a station that is taken."""

    OUTSIDE_COUNTRY = "outside_country"  # far from the country that is stated
    OUTSIDE_REGION = "outside_region"  # far from the region that is stated, and near another one
    LAT_IS_LON = "lat_is_lon"  # latitude and longitude are the same number
    POSITION_ORDER = "position_order"  # a pair in one cell is longitude first, by the range of the column
    SWAP_REPAIRED = "swap_repaired"  # latitude and longitude changed places on request


class PileRecord(NamedTuple):
    """Identical piles of a station; None is "not known" in every field.

    A tuple, since an import makes some hundred thousand of them, and a tuple is made in half the time.
    """

    pile_id: str | None = None
    operator_id: str | None = None  # None: the station's operator
    current: Current | None = None
    connectors: int | None = None  # bit mask, `vocabulary.connector_mask`
    power_kw: float | None = None  # of one pile
    status: Status | None = None
    count: int | None = 1  # type: ignore[assignment]  # the method of a tuple is of no use here


class StationRecord(NamedTuple):
    """A charging site as the source describes it; None is "not known" in every field.

    A tuple too, since they become columns, which is then one transposition.
    """

    source_id: str
    lat: float  # degrees, in `datum`
    lon: float
    datum: Datum
    piles: tuple[PileRecord, ...] = ()
    stated_piles: int | None = None  # the source's own total, besides its groups
    name: str | None = None
    name_zh: str | None = None
    operator_id: str | None = None  # only where the source speaks our registry's ids
    operator_org_code: str | None = None  # T/CEC OperatorID
    operator_wikidata: str | None = None
    operator_raw: str | None = None
    access: Access | None = None
    site: Site | None = None
    service_area_id: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2
    region: str | None = None
    city_id: str | None = None  # GB/T 2260, only where the source says so
    city_raw: str | None = None
    address: str | None = None
    opening_hours: str | None = None
    price: str | None = None
    phone: str | None = None
    url: str | None = None
    opened_on: dt.date | None = None
    status_at: dt.datetime | None = None  # aware, UTC
    updated_at: dt.datetime | None = None  # aware, UTC
    licence: str | None = None  # None: the licence of the whole source
    attribution: str | None = None
    unmapped: tuple[tuple[str, str], ...] = ()  # (field, code) pairs no table maps, for the report
    doubts: tuple[tuple[str, str], ...] = ()  # (what, value) of contradictions that were put right, likewise
    rows: int = 1  # records of the source that are this one site, of which it is the sum


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAreaRecord:
    """One side of an expressway's service area, WGS-84."""

    service_area_id: str
    expressway: str
    direction: str
    chainage_km: float
    lat: float
    lon: float
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A record that was not taken, and why."""

    reason: Reason
    record_id: str | None = None
    field: str | None = None
    value: str | None = None  # shortened by the report, never interpreted


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """Where the rows of a dataset come from, as its manifest keeps it."""

    source: str  # short, the prefix of station_id
    title: str
    licence: str | None
    attribution: str | None
    url: str | None = None
    as_of: str | None = None  # what the data describes: a date or month in ISO form
    unit_counted: str = field(default="pile")  # what one count of `piles` is here; "" where none are counted


Record = StationRecord | ServiceAreaRecord | Rejection
