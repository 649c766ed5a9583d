"""The codes of OCPI 2.1.1, 2.2.1 and 2.3.0 and what they mean here, one table each, and how a field is read.

A code that maps to None is the standard's own "unknown"; one that is in no table is counted in the report.
The enums are those of `mod_locations` (https://github.com/ocpi/ocpi); 2.3.0 leaves most of them open.
"""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from string import ascii_uppercase
from typing import Any, NamedTuple

from charging.domain.vocabulary import Connector, Current, Site, Status, connector_mask
from charging.sources import scalars
from charging.sources.records import Reason

Object = Mapping[str, Any]
"""A JSON object."""

Pairs = tuple[tuple[str, str], ...]


class Doubt(StrEnum):
    """What a location says that is not to be taken at its word, for the import report."""

    POWER_UNIT = "power_unit"  # in kW where W is meant
    POWER_DERIVED = "power_derived"  # not stated: voltage times current, an upper bound
    POWER_UNREAL = "power_unreal"  # stated, and more than the plug can carry or less than any gives
    VOLTAGE_UNREAL = "voltage_unreal"  # below that of any mains, so that no power follows from it
    CURRENT = "current"  # the power type is not one of the plug, which is believed
    PILE_REMOVED = "pile_removed"  # a pile that is no longer there, left out
    PILE_PLANNED = "pile_planned"  # a pile that is not there yet, left out
    PILE_TWICE = "pile_twice"  # the same pile again, left out
    EVSE_FAR = "evse_far"  # its EVSEs have points of their own, far from that of the location
    EVSE_POINT = "evse_point"  # the point is that of its EVSEs, on request
    NO_EVSE_ID = "no_evse_id"  # no id that a driver could read on the pile
    NO_TIME = "no_time"  # no time of the last change


class Plug(NamedTuple):
    """What the `standard` of a connector tells."""

    mask: int
    current: Current | None  # None: the plug carries either, its power type tells which


def _plug(connector: Connector, current: Current | None) -> Plug:
    return Plug(connector_mask([connector]), current)


_HOUSEHOLD = _plug(Connector.HOUSEHOLD, Current.AC)
_OTHER_AC = _plug(Connector.OTHER, Current.AC)
_OTHER_DC = _plug(Connector.OTHER, Current.DC)

GBT_AC = "GBT_AC"
PLUGS: Mapping[str, Plug] = {
    "CHADEMO": _plug(Connector.CHADEMO, Current.DC),
    "CHAOJI": _plug(Connector.CHAOJI, Current.DC),
    "GBT_DC": _plug(Connector.GBT_DC, Current.DC),
    "IEC_62196_T1": _plug(Connector.TYPE1, Current.AC),
    "IEC_62196_T1_COMBO": _plug(Connector.CCS1, Current.DC),
    "IEC_62196_T2": _plug(Connector.TYPE2, None),  # early Superchargers give DC through it
    "IEC_62196_T2_COMBO": _plug(Connector.CCS2, Current.DC),
    "SAE_J3400": _plug(Connector.NACS, None),
    "TESLA_R": _plug(Connector.NACS, None),
    "TESLA_S": _plug(Connector.NACS, None),
    "NEMA_5_20": _HOUSEHOLD,
    **{f"DOMESTIC_{letter}": _HOUSEHOLD for letter in ascii_uppercase[:15]},
    **dict.fromkeys(("MCS", "PANTOGRAPH_BOTTOM_UP", "PANTOGRAPH_TOP_DOWN"), _OTHER_DC),
    **{f"IEC_60309_2_{kind}": _OTHER_AC for kind in ("SINGLE_16", "THREE_16", "THREE_32", "THREE_64")},
    **{f"IEC_62196_{kind}": _OTHER_AC for kind in ("T3A", "T3C")},
    **{f"NEMA_{kind}": _OTHER_AC for kind in ("6_30", "6_50", "10_30", "10_50", "14_30", "14_50")},
}
GBT_AC_PLUGS: Mapping[str, Plug] = {
    "CABLE": _plug(Connector.GBT_AC_CABLE, Current.AC),
    "SOCKET": _plug(Connector.GBT_AC_SOCKET, Current.AC),
}
"""By `format`: the standard has one name for both, and they are two here."""

CONDUCTORS: Mapping[str, int] = {
    "AC_1_PHASE": 1,
    "AC_2_PHASE": 2,
    "AC_2_PHASE_SPLIT": 2,
    "AC_3_PHASE": 3,
    "DC": 1,
}
"""Times voltage and current are multiplied for the power, the voltage being that of one line to neutral."""

CURRENTS: Mapping[str, Current] = {code: Current(code[:2]) for code in CONDUCTORS}

STATUSES: Mapping[str, Status | None] = {
    "AVAILABLE": Status.AVAILABLE,
    "BLOCKED": Status.OCCUPIED,
    "CHARGING": Status.CHARGING,
    "INOPERATIVE": Status.OFFLINE,
    "OUTOFORDER": Status.FAULT,
    "RESERVED": Status.RESERVED,
    "UNKNOWN": None,
}
ABSENT: Mapping[str, tuple[Doubt, Reason]] = {
    "PLANNED": (Doubt.PILE_PLANNED, Reason.NOT_BUILT),
    "REMOVED": (Doubt.PILE_REMOVED, Reason.REMOVED),
}
"""Statuses of piles that are not there, and what a location is that has no other."""

SITES: Mapping[str, Site | None] = {
    "ALONG_MOTORWAY": Site.SERVICE_AREA,
    "ON_DRIVEWAY": Site.RESIDENTIAL,
    "ON_STREET": Site.ROADSIDE,
    **dict.fromkeys(("PARKING_GARAGE", "PARKING_LOT", "UNDERGROUND_GARAGE"), Site.URBAN),
    **dict.fromkeys(("OTHER", "UNKNOWN")),
}
"""By `parking_type`, which is `type` in 2.1.1."""

FACILITY_SITES: Mapping[str, Site] = {
    **dict.fromkeys(("CAFE", "HOTEL", "MALL", "MUSEUM", "NATURE"), Site.DESTINATION),
    **dict.fromkeys(("RECREATION_AREA", "RESTAURANT", "SPORT", "SUPERMARKET"), Site.DESTINATION),
    **dict.fromkeys(("AIRPORT", "METRO_STATION", "TRAIN_STATION"), Site.TRANSPORT_HUB),
    "FUEL_STATION": Site.ROADSIDE,
}
"""By `facilities`, where the parking type says nothing; what is found at any kind of place is not in it."""

CUSTOMERS = "CUSTOMERS"
"""The parking restriction that leaves only visitors of the site."""


def read_code(value: object) -> str | None:
    """Return a code without the blanks and small letters that feeds write around and in it."""
    return value.strip().upper() or None if isinstance(value, str) else None


def read_time(value: object) -> dt.datetime | None:
    """Return a time in UTC; one without a zone is in UTC by the standard.

    Examples
    --------
    >>> read_time("2024-06-06T11:17:21+02:00") == read_time("2024-06-06T09:17:21")
    True
    """
    return scalars.read_iso_time(value.strip()) if isinstance(value, str) else None
