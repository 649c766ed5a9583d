"""The closed sets of the field, one `StrEnum` each.

Foreign codes map to these members in one table per source (`charging.sources`). No set has an
"unknown" member: unknown is null, everywhere. The terms follow OCPI 2.2.1 `mod_locations`
and T/CEC 102.2-2016, section 7.
"""

from collections.abc import Iterable
from enum import StrEnum


class Current(StrEnum):
    """Current a pile delivers."""

    AC = "AC"  # alternating current, the car's own charger converts; wireless counts here
    DC = "DC"  # direct current, the pile converts
    AC_DC = "AC_DC"  # one pile with both; counted under AC and under DC, once in totals


class Connector(StrEnum):
    """A plug or socket. The order is the bit order of `piles.connectors`: append, never reorder."""

    GBT_DC = "gbt_dc"  # GB/T 20234.3
    GBT_AC_CABLE = "gbt_ac_cable"  # GB/T 20234.2, tethered
    GBT_AC_SOCKET = "gbt_ac_socket"  # GB/T 20234.2, socket
    CHAOJI = "chaoji"  # GB/T 20234.4, CHAdeMO 3
    CCS2 = "ccs2"  # IEC 62196-3 FF
    CCS1 = "ccs1"  # IEC 62196-3 EE
    TYPE2 = "type2"  # IEC 62196-2, socket or tethered
    TYPE1 = "type1"  # IEC 62196-2, SAE J1772
    CHADEMO = "chademo"  # IEC 62196-3 AA
    NACS = "nacs"  # SAE J3400 and Tesla's own plugs before it
    HOUSEHOLD = "household"  # any domestic socket
    OTHER = "other"  # named by the source, and none of the above


class Status(StrEnum):
    """What a pile is doing. The first six are live readings, in the order a group takes from its guns."""

    AVAILABLE = "available"  # free to use now
    CHARGING = "charging"  # delivering energy
    OCCUPIED = "occupied"  # blocked by a car that is not charging
    RESERVED = "reserved"  # held for a customer
    FAULT = "fault"  # broken
    OFFLINE = "offline"  # not reporting
    OPERATIONAL = "operational"  # in service according to a register; no live status


LIVE_STATUSES = tuple(status for status in Status if status is not Status.OPERATIONAL)
"""Live readings: the denominator of the share available."""


class Access(StrEnum):
    """Who may charge."""

    PUBLIC = "public"  # anybody
    MEMBERS = "members"  # customers, brand owners, visitors
    PRIVATE = "private"  # staff, fleets, residents


class Site(StrEnum):
    """Kind of place a station is in."""

    URBAN = "urban"  # a car park or yard in a built-up area
    RESIDENTIAL = "residential"  # homes
    WORKPLACE = "workplace"  # offices, enterprises, industrial parks, public institutions
    DESTINATION = "destination"  # shopping, hotels, sport and culture venues, parks
    TRANSPORT_HUB = "transport_hub"  # railway stations, airports, ferry terminals
    ROADSIDE = "roadside"  # along an ordinary road, fuel stations
    SERVICE_AREA = "service_area"  # a service area of an expressway


class Datum(StrEnum):
    """The geodetic datum a coordinate is given in."""

    WGS84 = "wgs84"  # GPS, OCPI, OpenStreetMap
    GCJ02 = "gcj02"  # maps and T/CEC feeds of mainland China
    BD09 = "bd09"  # Baidu, on top of GCJ-02


class Relation(StrEnum):
    """Relation of an operator to the network whose map this is."""

    OWN = "own"
    PARTNER = "partner"
    ROAMING = "roaming"


class Kind(StrEnum):
    """Whether a dataset describes the world."""

    REAL = "real"
    SIMULATED = "simulated"


def connector_mask(connectors: Iterable[Connector]) -> int:
    """Return the bit mask of a set of connectors, bit *b* for the *b*-th `Connector`.

    Examples
    --------
    >>> connector_mask([Connector.GBT_DC, Connector.GBT_AC_SOCKET])
    5
    """
    return sum(1 << connector_bit(connector) for connector in set(connectors))


def connector_bit(connector: Connector) -> int:
    """Return the position of a connector in the bit mask, from 0."""
    return list(Connector).index(connector)


def connectors_in(mask: int) -> tuple[Connector, ...]:
    """Return the connectors of a bit mask, in bit order.

    Examples
    --------
    >>> [str(connector) for connector in connectors_in(5)]
    ['gbt_dc', 'gbt_ac_socket']
    """
    return tuple(connector for bit, connector in enumerate(Connector) if mask >> bit & 1)
