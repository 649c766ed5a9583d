"""The connections of a site as piles: plug, current, power, status and how many there are."""

from collections.abc import Sequence

from charging.domain.vocabulary import Connector, Current, Status, connector_mask
from charging.sources.coordinates import read_number
from charging.sources.open_charge_map.codes import (
    CONNECTORS,
    CURRENT_OF_PLUG,
    CURRENTS,
    LEVEL_BELOW_2_KW,
    STATUSES,
    SUPERCHARGER,
    Object,
)
from charging.sources.plug_choice import piles_with_choice
from charging.sources.records import PileRecord

_ID_KEYS = {"OperatorInfo": "OperatorID", "SubmissionStatus": "SubmissionStatusTypeID"}


def read_pile(connection: Object, country: str | None, site_status: Status | None) -> PileRecord:
    """Return the piles of one connection of a site; its status is that of the site where it has none."""
    type_id = read_id(connection, "ConnectionType")
    is_reliable = not (type_id == SUPERCHARGER and country == "CN")
    connector = CONNECTORS.get(type_id) if is_reliable else None
    power_kw = read_number(connection.get("PowerKW"))
    return PileRecord(
        current=_current(connection, connector),
        connectors=None if connector is None else connector_mask([connector]),
        power_kw=power_kw if power_kw and power_kw > 0 else None,  # 0 is written for unknown
        status=STATUSES.get(read_id(connection, "StatusType")) or site_status,
        count=read_count(connection.get("Quantity")),
    )


def devices_of(groups: Sequence[PileRecord], points: int | None) -> tuple[PileRecord, ...]:
    """Return piles from the connections of a site: several plugs of one device are not several devices.

    Where the connections are more than the points, the devices are as many as the points, but not fewer than
    the connections of any one kind, of which a device has one.
    """
    counts = [group.count or 0 for group in groups]
    devices = max(points or 0, *counts, 0) if points else 0
    if len(groups) > 1 and 0 < devices < sum(counts):
        return (piles_with_choice(groups, devices),)
    return tuple(groups)


def read_id(holder: Object, name: str) -> int | None:
    """Return the id of a reference, from its own key or from the object given with it."""
    entry = holder.get(name)
    number = read_number(holder.get(_ID_KEYS.get(name, f"{name}ID")))
    if number is None and isinstance(entry, dict):
        number = read_number(entry.get("ID"))
    return None if number is None else int(number)


def read_count(value: object) -> int | None:
    """Return a count of 1 or more."""
    number = read_number(value)
    return int(number) if number and number >= 1 else None  # 0 is written for unknown


def _current(connection: Object, connector: Connector | None) -> Current | None:
    stated = CURRENTS.get(read_id(connection, "CurrentType"))
    if stated is None and read_id(connection, "Level") == LEVEL_BELOW_2_KW:
        return Current.AC
    return stated or CURRENT_OF_PLUG.get(connector)
