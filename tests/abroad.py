"""Stations abroad and at home, whose cities are stated, derived or not known: what a format 2 dataset had."""

import datetime as dt

from charging.dataset.building.build import BuildResult, build_tables
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.domain.vocabulary import Current, Datum
from charging.sources.records import PileRecord, SourceInfo, StationRecord

SOURCE = SourceInfo(
    source="abroad", title="A wide world", licence="CC0-1.0", attribution="Nobody", as_of="2024-12"
)


def _station(source_id, lat, lon, country, **given):
    return StationRecord(
        source_id=source_id,
        lat=lat,
        lon=lon,
        datum=Datum.WGS84,
        country=country,
        name=f"Station {source_id}",
        operator_raw="Tesla, Inc.",
        piles=(PileRecord(current=Current.DC, power_kw=150.0, count=2),),
        **given,
    )


RECORDS = (
    _station("stated", 48.14, 11.58, "DE", city_raw="München"),
    _station("silent", 40.74, -73.99, "US", region="NY"),
    _station("unknown", 42.5, -73.7, "US", region="NY", city_raw="Nowhere at All"),
    _station("far", 39.5, -116.0, "US"),
    _station("china", 39.91, 116.40, "CN", city_raw="北京"),
)
CITIES = {
    "stated": ("geonames:2867714", "慕尼黑"),
    "silent": ("geonames:5128581", "纽约"),
    "unknown": (None, None),
    "far": (None, None),
    "china": ("110000", "北京市"),
}


def build_abroad() -> BuildResult:
    """Return the tables as they are built today."""
    return build_tables(
        RECORDS,
        source=SOURCE,
        retrieved_at=dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        registry=load_operators(),
        cities=CityIndex(load_cities()),
    )
