"""The codes of T/CEC 102.2-2016 and what they mean here: one table each.

A code that maps to None is the standard's own "unknown" or "other"; one that is in no table is counted in the
report. Station types and states that are not to be shown map to the reason why.
"""

from collections.abc import Mapping

from charging.domain.vocabulary import Access, Connector, Current, Site, Status
from charging.sources.records import Reason

STATION_TYPES: Mapping[int, Access | Reason] = {
    1: Access.PUBLIC,
    **dict.fromkeys((50, 100, 101, 102, 103), Reason.NOT_PUBLIC),  # private; bus, sanitation, logistics, taxi
}
"""`StationType`; 255, other, is left out so that it is taken and counted."""

STATION_STATUSES: Mapping[int, Status | Reason | None] = {
    0: None,
    1: Reason.NOT_BUILT,  # under construction
    5: Reason.REMOVED,  # closed
    6: Status.OFFLINE,  # maintenance: not to be used for now
    50: Status.OPERATIONAL,  # in use, which says nothing about this moment
}

SITES: Mapping[int, Site | None] = {
    1: Site.RESIDENTIAL,
    **dict.fromkeys((2, 3, 4, 5), Site.WORKPLACE),  # institution, enterprise, offices, industrial park
    6: Site.TRANSPORT_HUB,
    7: Site.DESTINATION,  # sport and culture venue
    8: Site.DESTINATION,  # urban green
    9: Site.URBAN,  # car park of a large building
    10: Site.ROADSIDE,
    11: Site.SERVICE_AREA,
    255: None,
}
"""`Construction`."""

CURRENTS: Mapping[int, Current | None] = {
    1: Current.DC,
    2: Current.AC,
    3: Current.AC_DC,
    4: Current.AC,  # wireless
    5: None,
}
"""`EquipmentType`."""

CONNECTORS: Mapping[int, Connector] = {
    1: Connector.HOUSEHOLD,  # mode 2
    2: Connector.GBT_AC_SOCKET,  # mode 3, case B
    3: Connector.GBT_AC_CABLE,  # mode 3, case C
    4: Connector.GBT_DC,  # mode 4
    5: Connector.OTHER,  # wireless
    6: Connector.OTHER,
}
"""`ConnectorType`."""

CURRENT_OF_CONNECTOR: Mapping[int, Current] = {**dict.fromkeys((1, 2, 3, 5), Current.AC), 4: Current.DC}

GUN_STATUSES: Mapping[int, Status] = {
    0: Status.OFFLINE,
    1: Status.AVAILABLE,
    2: Status.OCCUPIED,  # connected, not charging
    3: Status.CHARGING,
    4: Status.RESERVED,
    5: Status.OCCUPIED,  # charging has ended; not in the standard, sent nevertheless
    255: Status.FAULT,
}
"""`Status` of a `ConnectorStatusInfo`."""

OCCUPIED_BAYS: Mapping[int, bool | None] = {0: None, 10: False, 50: True}
"""`ParkStatus`: whether a car is in the bay."""

LOCKED_BAYS: Mapping[int, bool | None] = {0: None, 10: False, 50: True}
"""`LockStatus`: whether the bay's lock is up."""
