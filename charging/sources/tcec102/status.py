"""The state of the guns of T/CEC 102, from any of the payloads that tell it, and how its fields are read.

Peers write the first letter of a name small, and numbers as text; both are read.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from charging.domain.vocabulary import LIVE_STATUSES, Status
from charging.sources.coordinates import read_number
from charging.sources.scalars import read_text
from charging.sources.tcec102.codes import GUN_STATUSES, LOCKED_BAYS, OCCUPIED_BAYS

Object = Mapping[str, Any]
"""A JSON object."""

HOLDERS = ("Data", "StationInfos", "StationStatusInfos", "ConnectorStatusInfos", "ConnectorStatusInfo")
"""Names of what holds stations, statuses or another holder."""

MAX_DEPTH = 8
"""Payloads inside one another that are looked into."""


class Gun(NamedTuple):
    """The state of one gun; None is "not known"."""

    status: Status | None
    is_bay_occupied: bool | None = None
    is_bay_locked: bool | None = None
    code: str | None = None  # the status as it was sent


NO_STATUSES: Mapping[str, Gun] = {}
"""What is known of guns where nothing was asked."""


def read_statuses(data: Any) -> dict[str, Gun]:  # noqa: ANN401  JSON
    """Return the state of every gun that a payload tells, by ConnectorID; the last of several wins.

    Parameters
    ----------
    data
        The answer of `query_station_status`, whole or its `Data`, the body of `notification_stationStatus`
        in any of its three forms, a StationStatusInfo, a ConnectorStatusInfo, or an array of them.

    Examples
    --------
    >>> read_statuses({"ConnectorStatusInfo": {"ConnectorID": "7", "Status": 3}})["7"].status
    <Status.CHARGING: 'charging'>
    """
    return {gun_id: _gun(each) for each in _gun_infos(data) if (gun_id := read_text(each.get("ConnectorID")))}


def group_status(guns: Iterable[Status | None]) -> Status | None:
    """Return the status of a pile from its guns: the best of them, or None where none is known.

    Examples
    --------
    >>> group_status([Status.FAULT, None, Status.CHARGING])
    <Status.CHARGING: 'charging'>
    """
    return min((status for status in guns if status), key=LIVE_STATUSES.index, default=None)


def standard_keys(info: Object) -> Object:
    """Return an object with its names as the standard writes them, with a large first letter."""
    if all(name[:1].isupper() for name in info):
        return info
    return {name[:1].upper() + name[1:]: value for name, value in info.items()}


def read_code(value: object) -> int | None:
    """Return a code, written as a number or as text, or None where it is neither."""
    number = read_number(value)
    return int(number) if number is not None and number.is_integer() else None


def _gun_infos(data: object, depth: int = 0) -> Iterator[Object]:
    if depth > MAX_DEPTH:
        return
    if isinstance(data, list):
        for each in data:
            yield from _gun_infos(each, depth + 1)
    elif isinstance(data, dict):
        given = standard_keys(data)
        if "ConnectorID" in given:
            yield given
        for name in HOLDERS:
            yield from _gun_infos(given.get(name), depth + 1)


def _gun(info: Object) -> Gun:
    code = read_code(info.get("Status"))
    return Gun(
        GUN_STATUSES.get(code) if code is not None else None,
        OCCUPIED_BAYS.get(read_code(info.get("ParkStatus")) or 0),
        LOCKED_BAYS.get(read_code(info.get("LockStatus")) or 0),
        read_text(info.get("Status")),
    )


def read_mapped(table: Mapping[int, Any], value: object, field: str, unmapped: list[tuple[str, str]]) -> Any:  # noqa: ANN401  the values of the table
    """Return what a code means; one the table lacks is put among the unmapped."""
    code = read_code(value)
    if code is not None and code in table:
        return table[code]
    if text := read_text(value):
        unmapped.append((field, text))
    return None
