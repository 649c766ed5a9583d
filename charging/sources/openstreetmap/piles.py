"""The piles of a charging station of OpenStreetMap, from its tags.

`capacity` is the number of vehicles that can charge at once, which is what a pile is here, and `socket:*` the
number of sockets of a kind. Where there are more sockets than vehicles, the piles are as many as vehicles,
each with any of the plugs.
"""

import functools
import operator
import re
from collections.abc import Iterator

from charging.domain.vocabulary import Connector, Current, connector_mask
from charging.sources.coordinates import read_number
from charging.sources.openstreetmap.codes import SOCKETS, STATUSES, Socket
from charging.sources.openstreetmap.elements import Tags
from charging.sources.records import PileRecord

MAX_KW_WITHOUT_UNIT = 1_000.0
"""Outputs without a unit are kW; above this they are W, which is what 7000 or 22000 can only mean."""

_HOUSEHOLD = SOCKETS["schuko"]
_SOCKET = re.compile("socket:([a-z0-9_]+)")
_OUTPUT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(kw|kva|w|va|mw)?")
_UNITS = {"w": 0.001, "va": 0.001, "kw": 1.0, "kva": 1.0, "mw": 1000.0}
_CAPACITY = ("capacity:motorcar", "capacity:car", "capacity:cars", "capacity")

Unmapped = list[tuple[str, str]]
"""Pairs of a field and what could not be understood in it; is added to."""


def read_capacity(tags: Tags, unmapped: Unmapped) -> int | None:
    """Return how many vehicles can charge at once, or None where it is not told."""
    text = next((tags[key] for key in _CAPACITY if key in tags), None)
    number = read_number(text)
    if text is not None and (number is None or number < 1 or not number.is_integer()):
        unmapped.append(("stated_piles", text))
        return None
    return None if number is None else int(number)


def read_piles(tags: Tags, capacity: int | None, unmapped: Unmapped) -> tuple[PileRecord, ...]:
    """Return the groups of identical piles that the sockets of a station make."""
    status = STATUSES.get(tags.get("operational_status", ""))
    if "operational_status" in tags and tags["operational_status"] not in STATUSES:
        unmapped.append(("status", tags["operational_status"]))
    groups = [
        PileRecord(
            current=socket.current,
            connectors=None if socket.connector is None else connector_mask([socket.connector]),
            power_kw=power_kw,
            status=status,
            count=count,
        )
        for socket, count, power_kw in _sockets(tags, unmapped)
    ]
    whole_kw = _power(tags, "charging_station:output", unmapped)
    if len(groups) == 1 and groups[0].power_kw is None:
        groups = [groups[0]._replace(power_kw=whole_kw)]
    total = sum(group.count or 0 for group in groups)
    if capacity is not None and len(groups) > 1 and (total > capacity or None in {g.count for g in groups}):
        return (_any_of(groups, capacity),)
    if capacity is not None and len(groups) == 1:
        return (groups[0]._replace(count=min(groups[0].count or capacity, capacity)),)
    return tuple(groups)


def is_car_plug(key: str) -> bool:
    """Whether a tag names a socket that only cars have."""
    found = _SOCKET.match(key)
    plug = SOCKETS.get(found[1], _HOUSEHOLD).connector if found else None
    return plug is not None and plug not in {Connector.HOUSEHOLD, Connector.OTHER}


def _any_of(groups: list[PileRecord], capacity: int) -> PileRecord:
    """Return piles of which each has any of the plugs, where there are more sockets than vehicles."""
    currents = {group.current for group in groups}
    is_each = all(group.count == capacity for group in groups) or capacity == 1
    mixed = Current.AC_DC if is_each and None not in currents else None
    masks = [group.connectors for group in groups if group.connectors is not None]
    return groups[0]._replace(
        current=currents.pop() if len(currents) == 1 else mixed,
        connectors=functools.reduce(operator.or_, masks) if masks else None,
        power_kw=max((group.power_kw for group in groups if group.power_kw is not None), default=None),
        count=capacity,
    )


def _sockets(tags: Tags, unmapped: Unmapped) -> Iterator[tuple[Socket, int | None, float | None]]:
    """Yield every kind of socket there is, how many, and its power in kW."""
    for key, value in tags.items():
        found = _SOCKET.fullmatch(key)
        if not found or value in ("no", "0"):
            continue
        kind = found[1]
        if kind not in SOCKETS:
            unmapped.append(("connectors", kind))
        count = read_number(value)
        if count is None and value != "yes":
            unmapped.append(("count", value))
        power_kw = _power(tags, f"{key}:output", unmapped)
        if power_kw is None:
            power_kw = _power(tags, f"{key}:power", unmapped)  # the older key
        is_count = count is not None and count >= 1 and count.is_integer()
        yield SOCKETS.get(kind, Socket(None, None)), int(count or 0) if is_count else None, power_kw


def _power(tags: Tags, key: str, unmapped: Unmapped) -> float | None:
    """Return the highest power of a list such as `43;50 kW`, kW, or None where part of it is no power."""
    text = tags.get(key)
    if text is None:
        return None
    found = [_OUTPUT.fullmatch(each.strip().casefold()) for each in text.split(";") if each.strip()]
    if not found or None in found:
        unmapped.append(("power_kw", text))
        return None
    unit = next((each[2] for each in reversed(found) if each and each[2]), None)
    return max(_in_kw(float(each[1].replace(",", ".")), each[2] or unit) for each in found if each)


def _in_kw(number: float, unit: str | None) -> float:
    if unit is None:
        return number / 1000 if number > MAX_KW_WITHOUT_UNIT else number
    return number * _UNITS[unit]
