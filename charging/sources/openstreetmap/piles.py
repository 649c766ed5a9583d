"""The piles of a charging station of OpenStreetMap, from its tags.

`capacity` is the number of vehicles that can charge at once, which is what a pile is here, and `socket:*` the
number of sockets of a kind. Where there are more sockets than vehicles, the piles are as many as vehicles,
each with any of the plugs.
"""

import re
from collections.abc import Iterator

from charging.domain.vocabulary import Connector, connector_mask
from charging.sources.coordinates import read_number
from charging.sources.openstreetmap.codes import SOCKETS, STATUSES, Socket
from charging.sources.openstreetmap.tags import Tags
from charging.sources.plug_choice import piles_with_choice
from charging.sources.records import PileRecord

MAX_KW_WITHOUT_UNIT = 1_000.0
"""Outputs without a unit are kW; above this they are W, which is what 7000 or 22000 can only mean."""

_HOUSEHOLD = SOCKETS["schuko"]
_SOCKET = re.compile("socket:([a-z0-9_]+)")
_OUTPUT = re.compile(r"(?:(\d{1,4})\s*[x×*]\s*)?(\d+(?:[.,]\d+)?)\s*(kwh|kw|kva|w|va|mw)?")
_LIST_MARK = re.compile(r"[;+/|&]|,(?=\s)|(?<=[a-z]),")
"""What stands between the items of a list; a comma between digits is a decimal one."""

_UNITS = {"w": 0.001, "va": 0.001, "kw": 1.0, "kva": 1.0, "kwh": 1.0, "mw": 1000.0}
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
        return (piles_with_choice(groups, capacity),)
    if capacity is not None and len(groups) == 1:
        return (groups[0]._replace(count=min(groups[0].count or capacity, capacity)),)
    return tuple(groups)


def is_car_plug(key: str) -> bool:
    """Whether a tag names a socket that only cars have."""
    found = _SOCKET.match(key)
    plug = SOCKETS.get(found[1], _HOUSEHOLD).connector if found else None
    return plug is not None and plug not in {Connector.HOUSEHOLD, Connector.OTHER}


def _sockets(tags: Tags, unmapped: Unmapped) -> Iterator[tuple[Socket, int | None, float | None]]:
    """Yield every kind of socket there is, how many and the power in kW: of several powers one by one."""
    for key, value in tags.items():
        found = _SOCKET.fullmatch(key)
        if not found or value in ("no", "0"):
            continue
        kind = found[1]
        if kind not in SOCKETS:
            unmapped.append(("connectors", kind))
        output = f"{key}:output" if f"{key}:output" in tags else f"{key}:power"  # the older key
        for count, power_kw in _pair_up(_counts(value, unmapped), tags.get(output), unmapped):
            yield SOCKETS.get(kind, Socket(None, None)), count, power_kw


def _counts(value: str, unmapped: Unmapped) -> list[int | None]:
    """Return the number of sockets, or the numbers of a list; None is not known."""
    counts: list[int | None] = []
    for each in value.split(";"):
        number = read_number(each)
        is_count = number is not None and number >= 0 and number.is_integer()
        if not is_count and each.strip() != "yes":
            unmapped.append(("count", value))
        counts.append(int(number or 0) if is_count else None)
    return counts if len(counts) == 1 or None not in counts else [None]


def _pair_up(
    counts: list[int | None], told: str | None, unmapped: Unmapped
) -> list[tuple[int | None, float | None]]:
    """Return how many sockets have which power, from the list of numbers and that of powers.

    Lists of one length pair up, and so do as many powers as there are sockets. Multiplied powers such as
    `2 x 11 kW` tell the numbers themselves. A single power is that of all; of several that pair up with
    nothing it is the highest, which is told where there is more than one socket.
    """
    known = [count for count in counts if count is not None]
    total = sum(known) if known and None not in counts else None
    powers = _powers(told, unmapped)
    if any(times for times, _ in powers):
        multiplied = [(times or 1, power_kw) for times, power_kw in powers]
        rest = (total or 0) - sum(times for times, _ in multiplied)
        if total is None or rest >= 0:
            return [*multiplied, *([(rest, None)] if rest > 0 else [])]
        unmapped.append(("power_kw", told or ""))
    values = [power_kw for _, power_kw in powers]
    if len(values) == len(counts) > 1:
        return [pair for pair in zip(counts, values, strict=True) if pair[0]]
    if len(values) == total and len(counts) == 1 and total > 1:
        return [(1, power_kw) for power_kw in values]
    if len(values) > 1 and total != 1 and not any(times for times, _ in powers):
        unmapped.append(("power_kw", told or ""))
    return [(total or None, max(values, default=None))]


def _powers(told: str | None, unmapped: Unmapped) -> list[tuple[int | None, float]]:
    """Return the powers of a list such as `43;50 kW`, kW, each with what it is multiplied by."""
    items = [each.strip() for each in _LIST_MARK.split((told or "").casefold()) if each.strip()]
    found = [_OUTPUT.fullmatch(each) for each in items]
    if told is not None and (not found or None in found):
        unmapped.append(("power_kw", told))
        return []
    unit = next((each[3] for each in reversed(found) if each and each[3]), None)
    return [
        (int(each[1]) if each[1] else None, _in_kw(float(each[2].replace(",", ".")), each[3] or unit))
        for each in found
        if each
    ]


def _power(tags: Tags, key: str, unmapped: Unmapped) -> float | None:
    """Return the highest power of a list, kW, or None where part of it is no power."""
    return max((power_kw for _, power_kw in _powers(tags.get(key), unmapped)), default=None)


def _in_kw(number: float, unit: str | None) -> float:
    if unit is None:
        return number / 1000 if number > MAX_KW_WITHOUT_UNIT else number
    return number * _UNITS[unit]
