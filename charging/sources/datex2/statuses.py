"""The statuses of points, and which of them are of the points of some tables.

The id of a point is unique for its publisher. Where the publisher of a status has a table among those read
with it, the status is of a point of that table; else of the point with its id, whoever published it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from charging.sources.datex2.facilities import read_time
from charging.sources.datex2.prices import Price, read_updates
from charging.sources.datex2.values import (
    Object,
    inner_object,
    is_true,
    read_code,
    read_id,
    read_object,
    read_objects,
)

Key = tuple[str | None, str]
"""A publisher, or None for any, and the id of a point or station."""


class PointStatus(NamedTuple):
    """What a point or a station is said to be doing."""

    code: str | None  # of `status`
    operation: str | None  # of `operationStatus`, where there is no `status`
    at: dt.datetime | None  # UTC
    prices: tuple[Price, ...] = ()  # that hold now; none: those of the table


class Statuses(NamedTuple):
    """Statuses of points, and of stations that tell those of all their points."""

    points: Mapping[Key, PointStatus]
    stations: Mapping[Key, PointStatus]

    def find(self, publisher: str | None, point_id: str | None, station_id: str | None) -> PointStatus | None:
        """Return the status of a point, or that of its station."""
        for found, wanted in ((self.points, point_id), (self.stations, station_id)):
            if wanted is not None and found:
                status = found.get((publisher, wanted)) or found.get((None, wanted))
                if status is not None:
                    return status
        return None


NO_STATUSES = Statuses({}, {})


def read_statuses(site: Object, published_at: object) -> Iterator[tuple[bool, str, PointStatus]]:
    """Yield whether each status of a site is that of a station, the id it is of, and the status."""
    site_time = read_time(site.get("lastUpdated")) or read_time(published_at)
    for station in read_objects(site.get("energyInfrastructureStationStatus")):
        station_time = read_time(station.get("lastUpdated")) or site_time
        station_prices = read_updates(station)
        points = [*read_objects(station.get("refillPointStatus"))]
        for wrapper in points:
            point = wrapper if "reference" in wrapper else inner_object(wrapper, "Status") or wrapper
            if (point_id := _reference(point)) is not None:
                status = _status(point, station_time)
                yield False, point_id, status if status.prices else status._replace(prices=station_prices)
        if not points and (station_id := _reference(station)) is not None:
            status = _status(station, station_time)
            if "isAvailable" in station:  # which of its points are free it does not say
                operation = "inoperation" if is_true(station["isAvailable"]) else "notinoperation"
                status = status._replace(operation=operation)
            if status.code or status.operation or status.prices:
                yield True, station_id, status


def assign_publishers(
    given: Mapping[Key, PointStatus], publishers: Iterable[str | None]
) -> dict[Key, PointStatus]:
    """Return statuses by the publisher of the table they are for; of several for one point the latest."""
    known = frozenset(publishers)
    assigned: dict[Key, PointStatus] = {}
    for (publisher, point_id), status in given.items():
        key = publisher if publisher in known else None, point_id
        assigned[key] = newer_status(assigned.get(key), status)
    return assigned


def newer_status(one: PointStatus | None, other: PointStatus) -> PointStatus:
    """Return the later of two statuses; where their times do not tell, the one that came later."""
    if one is None:
        return other
    is_one_later = one.at is not None and other.at is not None and one.at > other.at
    later, earlier = (one, other) if is_one_later else (other, one)
    return later if later.prices else later._replace(prices=earlier.prices)


def _reference(status: Object) -> str | None:
    reference = read_object(status.get("reference"))
    return read_id(reference) or read_id(inner_object(reference, "Reference", "ReferenceG") or {})


def _status(given: Object, default: dt.datetime | None) -> PointStatus:
    code = read_code(given.get("status"))
    operation = None if code else read_code(given.get("operationStatus"))
    at = read_time(given.get("lastUpdated")) or default
    return PointStatus(code, operation, at, read_updates(given))
