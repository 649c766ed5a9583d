"""OpenStreetMap: charging stations as Overpass (JSON) or overpass-turbo (GeoJSON) gives them, WGS-84.

A station is `amenity=charging_station`, on a node, way or relation; of a shape the middle of its box is
taken. `man_made=charge_point` is one post: posts within `SITE_M` of a station belong to it and are its piles
where the station itself gives none, others are stations of their own.
"""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from charging.domain.vocabulary import Datum
from charging.sources.coordinates import read_point
from charging.sources.io.files import contains_word, parts
from charging.sources.openstreetmap.charge_points import ChargePosts
from charging.sources.openstreetmap.codes import (
    ACCESS,
    ALLOWED,
    ATTRIBUTION,
    CARS,
    LIFECYCLE,
    NO_CARS,
    SWAP_KEYS,
    SWAP_NAME,
)
from charging.sources.openstreetmap.elements import matches, tagged_elements
from charging.sources.openstreetmap.piles import is_car_plug, read_capacity, read_piles
from charging.sources.openstreetmap.tags import Element, Tags
from charging.sources.records import Reason, Record, Rejection, SourceInfo, StationRecord
from charging.sources.scalars import read_iso_time

__all__ = ["matches", "read", "source"]

_STATION, _POST = ("amenity", "charging_station"), ("man_made", "charge_point")


def source() -> SourceInfo:
    """Return where the records come from."""
    return SourceInfo(
        source="osm",
        title="OpenStreetMap",
        licence="ODbL-1.0",
        attribution=ATTRIBUTION,
        url="https://www.openstreetmap.org/copyright",
        unit_counted="vehicle that can charge at once, or socket where that is not told",
    )


def read(path: Path) -> Iterator[Record]:
    """Return the stations of a file, one by one."""
    # gathering them takes a second reading of the file
    has_posts = any(contains_word(part, _POST[1]) for part in parts(path))
    posts = ChargePosts(_posts(path) if has_posts else ())
    for element in tagged_elements(path):
        if element is None:
            yield Rejection(reason=Reason.MALFORMED)
            continue
        record = _convert(element)
        if not isinstance(record, StationRecord):
            yield record
        elif _is(element.tags, _STATION):
            yield posts.join_posts(record)
    yield from posts.unassigned()


def _posts(path: Path) -> Iterator[StationRecord]:
    for element in tagged_elements(path):
        if element is not None and _is(element.tags, _POST) and not _is(element.tags, _STATION):
            record = _convert(element)
            if isinstance(record, StationRecord):
                yield record


def _is(tags: Tags, tag: tuple[str, str]) -> bool:
    return tags.get(tag[0]) == tag[1]


def _convert(element: Element) -> StationRecord | Rejection:
    tags = element.tags
    if not element.id or "None" in element.id:
        return Rejection(reason=Reason.MISSING_ID, value=tags.get("name"))
    rejection = _refusal(element)
    if rejection is not None:
        return rejection
    point = read_point(element.lat, element.lon, element.id)
    return point if isinstance(point, Rejection) else _station(element, point)


def _refusal(element: Element) -> Rejection | None:
    """Return why an element is no station where cars can charge now."""
    tags = element.tags
    for word, reason in LIFECYCLE.items():
        is_prefixed = any(tags.get(f"{word}:{key}") == value for key, value in (_STATION, _POST))
        if is_prefixed or tags.get(word) == "yes" or tags.get("amenity") == word:
            return Rejection(reason=reason, record_id=element.id, field=word, value=tags.get("name"))
    if not (_is(tags, _STATION) or _is(tags, _POST)):
        found = tags.get("amenity") or tags.get("man_made")
        return Rejection(reason=Reason.NOT_CAR_CHARGING, record_id=element.id, field="amenity", value=found)
    for key in SWAP_KEYS:
        if tags.get(key, "no") != "no":
            return Rejection(reason=Reason.NOT_CAR_CHARGING, record_id=element.id, field=key, value=tags[key])
    for key in ("name", "name:zh", "name:en", "brand", "brand:zh", "operator"):
        if SWAP_NAME.search(tags.get(key, "")):
            return Rejection(reason=Reason.NOT_CAR_CHARGING, record_id=element.id, field=key, value=tags[key])
    return _refusal_of_vehicles(element)


def _refusal_of_vehicles(element: Element) -> Rejection | None:
    """Return why no car can charge: cars are forbidden, or others are named and cars are not."""
    tags = element.tags
    cars = {tags[key] for key in CARS if key in tags}
    if cars & ALLOWED:
        return None
    found = next((key for key in CARS if tags.get(key) == "no"), None)
    if found is None and not any(is_car_plug(key) for key in tags):
        found = next((key for key in NO_CARS if tags.get(key) in ALLOWED), None)
    if found is None:
        return None
    return Rejection(reason=Reason.NOT_CAR_CHARGING, record_id=element.id, field=found, value=tags[found])


def _station(element: Element, point: tuple[float, float]) -> StationRecord:
    tags = element.tags
    unmapped: list[tuple[str, str]] = []
    capacity = read_capacity(tags, unmapped)
    piles = read_piles(tags, capacity, unmapped)
    access = tags.get("access")
    if access is not None and access not in ACCESS:
        unmapped.append(("access", access))
    opened_on = _date(tags.get("start_date"))
    if opened_on is None and "start_date" in tags:  # mostly a month or a year
        unmapped.append(("opened_on", tags["start_date"]))
    return StationRecord(
        source_id=element.id,
        lat=point[0],
        lon=point[1],
        datum=Datum.WGS84,
        piles=piles,
        stated_piles=capacity,
        name=tags.get("name"),
        name_zh=tags.get("name:zh"),
        operator_wikidata=_first(tags, "operator:wikidata", "brand:wikidata", "network:wikidata"),
        operator_raw=_first(tags, "operator", "network", "brand"),
        access=ACCESS.get(access or ""),
        country=_country(tags),
        region=_first(tags, "addr:province", "addr:state"),
        city_raw=tags.get("addr:city"),
        address=_address(tags),
        opening_hours=tags.get("opening_hours"),
        price=tags.get("charge") or ("fee=no" if tags.get("fee") == "no" else None),
        phone=_first(tags, "phone", "contact:phone", "operator:phone"),
        url=_first(tags, "website", "contact:website", "url"),
        opened_on=opened_on,
        updated_at=read_iso_time(element.updated_at) if element.updated_at else None,
        unmapped=tuple(unmapped),
    )


def _first(tags: Tags, *keys: str) -> str | None:
    return next((tags[key] for key in keys if key in tags), None)


def _country(tags: Tags) -> str | None:
    country = tags.get("addr:country", "")
    return country.upper() if re.fullmatch("[A-Za-z]{2}", country) else None


def _address(tags: Tags) -> str | None:
    street = " ".join(tags[key] for key in ("addr:street", "addr:housenumber") if key in tags)
    lines = (street or tags.get("addr:place"), tags.get("addr:postcode"))
    return tags.get("addr:full") or ", ".join(line for line in lines if line) or None


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
