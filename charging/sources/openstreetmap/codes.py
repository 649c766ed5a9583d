"""The tags of OpenStreetMap and what they mean here: one table each.

A value that maps to None is known and says nothing; one that is in no table is counted in the report. The
tags are described at https://wiki.openstreetmap.org/wiki/Tag:amenity%3Dcharging_station and
https://wiki.openstreetmap.org/wiki/Key:socket.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from charging.domain.vocabulary import Access, Connector, Current, Status
from charging.sources.records import Reason

ATTRIBUTION = "© OpenStreetMap contributors"


class Socket(NamedTuple):
    """What a kind of socket is; None is "not told"."""

    connector: Connector | None
    current: Current | None


_TYPE2 = Socket(Connector.TYPE2, Current.AC)
_TYPE1 = Socket(Connector.TYPE1, Current.AC)
_CCS2 = Socket(Connector.CCS2, Current.DC)
_CCS1 = Socket(Connector.CCS1, Current.DC)
_CHADEMO = Socket(Connector.CHADEMO, Current.DC)
_HOUSEHOLD = Socket(Connector.HOUSEHOLD, Current.AC)
_OTHER_AC = Socket(Connector.OTHER, Current.AC)
_GB_AC = Socket(Connector.GBT_AC_SOCKET, Current.AC)
_GB_DC = Socket(Connector.GBT_DC, Current.DC)

_HOUSEHOLD_SOCKETS = (
    "schuko",
    "typee",
    "type_e",
    "domestic",
    "bs1363",
    "sev1011_t13",
    "sev1011_t15",
    "sev1011_t23",
    "sev1011_t25",
    "as3112",
    "nema_5_15",
    "nema_5_15r",
    "nema_5_20",
    "nema_5_20r",
    "unesco",
)
_OTHER_AC_SOCKETS = (
    "type3",
    "type3a",
    "type3c",
    "cee_blue",
    "cee_red_16a",
    "cee_red_32a",
    "cee_red_63a",
    "cee_red_125a",
    "nema_14_30",
    "nema_14_50",
    "nema_tt_30",
    "bosch_3pin",
    "bosch_5pin",
    "magne_charge",
    "avcon",
)

SOCKETS: Mapping[str, Socket] = {
    "type2": _TYPE2,
    "type2_cable": _TYPE2,
    "type2_combo": _CCS2,
    "combo2": _CCS2,
    "type1": _TYPE1,
    "type1_cable": _TYPE1,
    "type1_combo": _CCS1,
    "combo1": _CCS1,
    "ccs": Socket(None, Current.DC),  # either of the two
    "chademo": _CHADEMO,
    "gb_ac": _GB_AC,
    "gbt_ac": _GB_AC,
    "gb_dc": _GB_DC,
    "gbt_dc": _GB_DC,
    "gbt": Socket(None, None),  # either of the two
    "chaoji": Socket(Connector.CHAOJI, Current.DC),
    "nacs": Socket(Connector.NACS, None),  # gives either current
    "tesla_supercharger": Socket(Connector.NACS, Current.DC),
    "tesla_supercharger_ccs": _CCS2,
    "tesla_standard": Socket(Connector.NACS, Current.AC),
    "tesla_destination": Socket(Connector.NACS, Current.AC),
    "tesla_roadster": Socket(Connector.NACS, Current.AC),
    "mcs": Socket(Connector.OTHER, Current.DC),
    **dict.fromkeys(_HOUSEHOLD_SOCKETS, _HOUSEHOLD),
    **dict.fromkeys(_OTHER_AC_SOCKETS, _OTHER_AC),
}
"""`socket:<key>`."""

ACCESS: Mapping[str, Access | None] = {
    "yes": Access.PUBLIC,
    "public": Access.PUBLIC,
    "permissive": Access.PUBLIC,
    "designated": Access.PUBLIC,
    "destination": Access.PUBLIC,
    "customers": Access.MEMBERS,
    "members": Access.MEMBERS,
    "permit": Access.MEMBERS,
    "private": Access.PRIVATE,
    "no": Access.PRIVATE,
    "residents": Access.PRIVATE,
    "employees": Access.PRIVATE,
    "delivery": Access.PRIVATE,
    "unknown": None,
}

STATUSES: Mapping[str, Status | None] = {
    "operational": Status.OPERATIONAL,
    "open": Status.OPERATIONAL,
    "yes": Status.OPERATIONAL,
    "broken": Status.FAULT,
    "out_of_order": Status.FAULT,
    "no": Status.FAULT,
    "needs_maintenance": Status.FAULT,
    "unknown": None,
}
"""`operational_status`."""

LIFECYCLE: Mapping[str, Reason] = {
    "proposed": Reason.NOT_BUILT,
    "planned": Reason.NOT_BUILT,
    "construction": Reason.NOT_BUILT,
    "disused": Reason.REMOVED,
    "abandoned": Reason.REMOVED,
    "removed": Reason.REMOVED,
    "demolished": Reason.REMOVED,
    "razed": Reason.REMOVED,
    "destroyed": Reason.REMOVED,
    "was": Reason.REMOVED,
}
"""Prefixes of a tag, or keys with the value yes, that say it does not hold now."""

CARS = ("motorcar", "car", "motor_vehicle", "truck", "hgv", "goods", "bus", "taxi")
OTHER_VEHICLES = (
    "bicycle",
    "bike",
    "scooter",
    "motorcycle",
    "moped",
    "kick_scooter",
    "small_electric_vehicle",
)
ALLOWED = frozenset({"yes", "designated", "permissive", "customers", "private", "official"})

SWAP_KEYS = ("battery_swap", "battery_swapping", "service:battery_swap", "service:vehicle:battery_swap")
SWAP_NAME = re.compile(r"换电|換電|power\s*swap|battery\s*(swap|exchange)", re.IGNORECASE)
"""The name-suggestion-index tags swap sites of NIO as charging stations."""
