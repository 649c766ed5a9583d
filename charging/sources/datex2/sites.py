"""A site of energy infrastructure as a station: its place, its people and its piles.

A site is what a driver goes to, and its stations are the devices there. Some publishers have one site for a
whole network: where it has no point of its own, and its stations are far apart, each of them is a site.
"""

import datetime as dt
import math
from collections.abc import Iterator, Sequence

from charging.domain.bounds import WORLD
from charging.domain.geography import great_circle_km
from charging.domain.vocabulary import Datum, Site
from charging.sources.coordinates import read_point
from charging.sources.countries import country_code
from charging.sources.datex2.codes import SITES, USERS, FacilityDoubt
from charging.sources.datex2.facilities import (
    is_closed_for_good,
    latest_time,
    read_hours,
    read_operator,
    read_phone,
    read_time,
    read_url,
)
from charging.sources.datex2.organisations import unknown_operators
from charging.sources.datex2.piles import points_of, read_piles
from charging.sources.datex2.places import Address, read_address, read_coordinates
from charging.sources.datex2.statuses import NO_STATUSES, Statuses
from charging.sources.datex2.values import Object, read_code, read_codes, read_id, read_label, read_objects
from charging.sources.records import Reason, Rejection, StationRecord

MAX_STATION_KM = 1.0
"""Distance from the point of a site up to which a station is at it, km."""

_NEAR_DEG = 0.005  # half a kilometre at most: distances are measured only beyond it

Point = tuple[float, float]
"""Latitude and longitude, degrees."""


def read_site(
    site: Object, publisher: str | None = None, statuses: Statuses = NO_STATUSES
) -> Iterator[StationRecord | Rejection]:
    """Yield what a site says, or why it is not taken; several stations where it is none itself.

    Parameters
    ----------
    publisher
        Who issued its id, which is unique for that publisher.
    statuses
        Of points, from the publications that are read with it.
    """
    site_id = read_id(site)
    if site_id is None:
        yield Rejection(reason=Reason.MISSING_ID, field="idG")
        return
    source_id = f"{publisher}*{site_id}" if publisher else site_id
    if is_closed_for_good(site):
        yield Rejection(reason=Reason.REMOVED, record_id=source_id, field="closureInformation")
        return
    stations = [*read_objects(site.get("energyInfrastructureStation"))]
    own, station_points = _point(site, source_id), _station_points(stations)
    doubts: list[tuple[str, str]] = []
    if isinstance(own, Rejection) and own.reason is Reason.MISSING_COORDINATE and station_points:
        first = station_points[0][1]
        if all(_is_near(first, point) for _, point in station_points):
            own = first
        else:
            yield from _split(site, stations, source_id, publisher, statuses)
            return
    if isinstance(own, Rejection):
        yield own
        return
    if far := next((point for _, point in station_points if not _is_near(own, point)), None):
        found = f"{own[0]:g}, {own[1]:g}; station {far[0]:g}, {far[1]:g}"
        doubts.append((FacilityDoubt.STATION_FAR, found))
    yield _record((site, *stations), stations, source_id, own, publisher, statuses, doubts)


def point_ids(site: Object) -> Iterator[tuple[bool, str]]:
    """Yield the ids that a status can refer to: whether each is that of a station, and the id."""
    for station in read_objects(site.get("energyInfrastructureStation")):
        if (station_id := read_id(station)) is not None:
            yield True, station_id
        for point in points_of(station):
            if (point_id := read_id(point)) is not None:
                yield False, point_id


def _split(
    site: Object, stations: Sequence[Object], source_id: str, publisher: str | None, statuses: Statuses
) -> Iterator[StationRecord | Rejection]:
    """Yield each station of a site as one by itself."""
    for at, station in enumerate(stations, start=1):
        station_id = f"{source_id}/{read_id(station) or at}"
        point = _point(station, station_id)
        if isinstance(point, Rejection):
            yield point
            continue
        doubts: list[tuple[str, str]] = [(FacilityDoubt.SITE_SPLIT, source_id)]
        yield _record((station, site), [station], station_id, point, publisher, statuses, doubts)


def _record(
    holders: Sequence[Object],
    stations: Sequence[Object],
    source_id: str,
    point: Point,
    publisher: str | None,
    statuses: Statuses,
    doubts: list[tuple[str, str]],
) -> StationRecord | Rejection:
    """Return a station; of what several facilities can say the first of `holders` that says it counts."""
    piles = read_piles(stations, publisher, statuses)
    if piles.rejection is not None:
        return Rejection(reason=piles.rejection, record_id=source_id, field="refillPoint")
    address = next((found for each in holders if (found := read_address(each)) != Address()), Address())
    doubts = [*doubts, *((FacilityDoubt.NO_ORGANISATION, each) for each in unknown_operators(holders))]
    unmapped = piles.unmapped
    return StationRecord(
        source_id=source_id,
        lat=point[0],
        lon=point[1],
        datum=Datum.WGS84,
        piles=tuple(piles.present),
        stated_piles=piles.stated,
        name=next((name for each in holders if (name := read_label(each.get("name")))), None),
        operator_raw=read_operator(holders),
        access=next((USERS[user] for user in _codes(holders, "exclusiveUsers") if USERS.get(user)), None),
        site=_site(holders, unmapped),
        country=_country(address, unmapped),
        city_raw=address.city,
        address=address.street,
        opening_hours=read_hours(holders),
        price=piles.price,
        phone=read_phone(holders),
        url=read_url(holders),
        status_at=piles.status_at,
        updated_at=read_time(holders[0].get("lastUpdated")) or _latest_of_stations(stations),
        unmapped=tuple(unmapped),
        doubts=(*doubts, *piles.doubts),
    )


def _codes(holders: Sequence[Object], name: str) -> Iterator[str]:
    for holder in holders:
        if name in holder:
            yield from read_codes(holder[name])


def _site(holders: Sequence[Object], unmapped: list[tuple[str, str]]) -> Site | None:
    code = next((code for each in holders if (code := read_code(each.get("typeOfSite")))), None)
    if code and code not in SITES:
        unmapped.append(("site", code))
    return SITES.get(code or "")


def _country(address: Address, unmapped: list[tuple[str, str]]) -> str | None:
    country = address.country and country_code(address.country)
    if address.country and not country:
        unmapped.append(("country", address.country))
    return country


def _latest_of_stations(stations: Sequence[Object]) -> dt.datetime | None:
    own = latest_time(station.get("lastUpdated") for station in stations)
    return own or latest_time(point.get("lastUpdated") for each in stations for point in points_of(each))


def _point(holder: Object, record_id: str) -> Point | Rejection:
    place = read_coordinates(holder)
    return read_point(place.get("latitude"), place.get("longitude"), record_id)


def _station_points(stations: Sequence[Object]) -> list[tuple[Object, Point]]:
    """Return the stations that have a point of their own, with it."""
    found = []
    for station in stations:
        point = _point(station, "")
        if not isinstance(point, Rejection) and any(point) and WORLD.contains(*point):
            found.append((station, point))
    return found


def _is_near(one: Point, other: Point) -> bool:
    if abs(one[0] - other[0]) <= _NEAR_DEG and abs(one[1] - other[1]) <= _NEAR_DEG:
        return True
    is_measured = WORLD.contains(*one) and WORLD.contains(*other)
    return (float(great_circle_km(*one, *other)) if is_measured else math.inf) <= MAX_STATION_KM
