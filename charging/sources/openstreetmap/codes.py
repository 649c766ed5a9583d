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
    """What a kind of socket is; None is "not known"."""

    connector: Connector | None
    current: Current | None


_HOUSEHOLD_SOCKETS = """
schuko typee type_e domestic bs1363 sev1011_t13 sev1011_t15 sev1011_t23 sev1011_t25 as3112
nema_5_15 nema_5_15r nema_5_20 nema_5_20r unesco
"""
_OTHER_AC_SOCKETS = """
type3 type3a type3c cee_blue cee_red_16a cee_red_32a cee_red_63a cee_red_125a nema_14_30 nema_14_50 nema_tt_30
bosch_3pin bosch_5pin magne_charge avcon
"""

SOCKETS: Mapping[str, Socket] = {
    **dict.fromkeys(("type2", "type2_cable"), Socket(Connector.TYPE2, Current.AC)),
    **dict.fromkeys(("type2_combo", "combo2", "tesla_supercharger_ccs"), Socket(Connector.CCS2, Current.DC)),
    **dict.fromkeys(("type1", "type1_cable"), Socket(Connector.TYPE1, Current.AC)),
    **dict.fromkeys(("type1_combo", "combo1"), Socket(Connector.CCS1, Current.DC)),
    "ccs": Socket(None, Current.DC),  # either of the two
    "chademo": Socket(Connector.CHADEMO, Current.DC),
    **dict.fromkeys(("gb_ac", "gbt_ac"), Socket(Connector.GBT_AC_SOCKET, Current.AC)),
    **dict.fromkeys(("gb_dc", "gbt_dc"), Socket(Connector.GBT_DC, Current.DC)),
    "gbt": Socket(None, None),  # either of the two
    "chaoji": Socket(Connector.CHAOJI, Current.DC),
    "nacs": Socket(Connector.NACS, None),  # gives either current
    "tesla_supercharger": Socket(Connector.NACS, Current.DC),
    **dict.fromkeys(
        ("tesla_standard", "tesla_destination", "tesla_roadster"), Socket(Connector.NACS, Current.AC)
    ),
    "mcs": Socket(Connector.OTHER, Current.DC),
    **dict.fromkeys(_HOUSEHOLD_SOCKETS.split(), Socket(Connector.HOUSEHOLD, Current.AC)),
    **dict.fromkeys(_OTHER_AC_SOCKETS.split(), Socket(Connector.OTHER, Current.AC)),
}
"""`socket:<key>`."""

ACCESS: Mapping[str, Access | None] = {
    **dict.fromkeys(("yes", "public", "permissive", "designated", "destination"), Access.PUBLIC),
    **dict.fromkeys(("customers", "members", "permit"), Access.MEMBERS),
    **dict.fromkeys(("private", "no", "residents", "employees", "delivery"), Access.PRIVATE),
    "unknown": None,
}

STATUSES: Mapping[str, Status | None] = {
    **dict.fromkeys(("operational", "open", "yes"), Status.OPERATIONAL),
    **dict.fromkeys(("broken", "out_of_order", "no", "needs_maintenance"), Status.FAULT),
    "unknown": None,
}
"""`operational_status`."""

LIFECYCLE: Mapping[str, Reason] = {
    **dict.fromkeys(("proposed", "planned", "construction"), Reason.NOT_BUILT),
    **dict.fromkeys(("disused", "abandoned", "removed", "demolished", "razed"), Reason.REMOVED),
    **dict.fromkeys(("destroyed", "was"), Reason.REMOVED),
}
"""Prefixes of a tag, or keys with the value yes, that say it does not hold now."""

CARS = ("motorcar", "car", "motor_vehicle", "truck", "hgv", "goods", "bus", "taxi")
NO_CARS = ("bicycle", "bike", "scooter", "motorcycle", "moped", "kick_scooter", "small_electric_vehicle")
ALLOWED = frozenset({"yes", "designated", "permissive", "customers", "private", "official"})

SWAP_KEYS = ("battery_swap", "battery_swapping", "service:battery_swap", "service:vehicle:battery_swap")
SWAP_NAME = re.compile(r"换电|換電|power\s*swap|battery\s*(swap|exchange)", re.IGNORECASE)
"""The name-suggestion-index tags swap sites of NIO as charging stations."""
