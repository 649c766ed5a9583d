"""The codes of Open Charge Map and what they mean here: one table each.

A code that maps to None is the source's own "unknown"; one that is not in its table is counted in the report.
The ids are those of the reference data (https://api.openchargemap.io/v3/referencedata).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from charging.domain.vocabulary import Access, Connector, Current, Status
from charging.sources.field_names import FieldNames
from charging.sources.records import Reason


class SiteDoubt(StrEnum):
    """What a site says that is not to be taken at its word, for the import report."""

    NO_CONNECTIONS = "no_connections"  # nothing of the equipment, but maybe how many cars can charge
    PLUGS = "plugs"  # more connections than points: several are plugs of one device


Object = Mapping[str, Any]
"""A JSON object."""

Reference = Mapping[str, Mapping[int | None, Object]]
"""Name of a list of the reference data, id, entry."""

_OBJECTS = """
AddressInfo Connections Country OperatorInfo DataProvider UsageType StatusType SubmissionStatus ConnectionType
CurrentType Level
"""
_LISTS = "Countries Operators DataProviders"
_VALUES = """
ID UUID Title ISOCode OperatorID DataProviderID UsageTypeID StatusTypeID SubmissionStatusTypeID
ConnectionTypeID CurrentTypeID LevelID CountryID NumberOfPoints UsageCost DateLastVerified DateLastConfirmed
DateLastStatusUpdate Latitude Longitude StateOrProvince Town AddressLine1 AddressLine2 Postcode
ContactTelephone1 RelatedURL Quantity PowerKW License IsOpenDataLicensed ConnectionTypes
"""
NAMES = FieldNames((_OBJECTS + _LISTS + _VALUES).split(), (_OBJECTS + _LISTS).split())
"""The fields that are read; the API has them in camelCase too, on request."""

ATTRIBUTION = "© Open Charge Map contributors"

LIVE = frozenset({100, 200})  # SubmissionStatusTypeID: imported and published, submission published
CONTRIBUTORS_TITLE = "open charge map contributors"  # in lower case: the provider that needs no more credit
NOBODY = frozenset({1})  # OperatorID: unknown

CONNECTORS: Mapping[int | None, Connector | None] = {
    0: None,
    1: Connector.TYPE1,
    2: Connector.CHADEMO,
    # BS 1363, NEMA 5-20, Europlug, NEMA 5-15, CEE 7/5, Schuko, AS 3112, SEC 1011
    **dict.fromkeys((3, 9, 13, 22, 23, 28, 29, 1037), Connector.HOUSEHOLD),
    # Tesla Roadster, Supercharger, Model S/X
    **dict.fromkeys((8, 27, 30), Connector.NACS),
    25: Connector.TYPE2,
    32: Connector.CCS1,
    33: Connector.CCS2,
    1036: Connector.TYPE2,  # tethered
    1038: Connector.GBT_AC_SOCKET,
    1039: Connector.GBT_AC_CABLE,
    1040: Connector.GBT_DC,
    1044: Connector.CHAOJI,
    # camping and industrial sockets, wireless, battery swap, and plugs no longer made
    **dict.fromkeys(
        (4, 5, 6, 7, 10, 11, 14, 15, 16, 17, 18, 21, 24, 26, 31, 34, 35, 36, 1041, 1042), Connector.OTHER
    ),
}
SUPERCHARGER = 27  # in China these have GB/T plugs, and the id says nothing

STATUSES: Mapping[int | None, Status | None] = {
    0: None,
    10: Status.AVAILABLE,
    20: Status.CHARGING,
    30: Status.OCCUPIED,  # temporarily unavailable
    50: Status.OPERATIONAL,
    75: Status.OPERATIONAL,  # partly
    100: Status.FAULT,
}
ABSENT: Mapping[int | None, Reason] = {150: Reason.NOT_BUILT, 200: Reason.REMOVED, 210: Reason.REMOVED}

ACCESS: Mapping[int | None, Access | None] = {
    0: None,
    1: Access.PUBLIC,
    2: Access.PRIVATE,
    3: Access.PRIVATE,  # privately owned, notice required
    4: Access.MEMBERS,
    5: Access.PUBLIC,  # pay at location
    6: Access.MEMBERS,  # staff, visitors or customers
    7: Access.PUBLIC,  # notice required
}

CURRENTS: Mapping[int | None, Current | None] = {10: Current.AC, 20: Current.AC, 30: Current.DC}
CURRENT_OF_PLUG: Mapping[Connector | None, Current] = {
    **dict.fromkeys((Connector.TYPE1, Connector.HOUSEHOLD), Current.AC),
    **dict.fromkeys((Connector.GBT_AC_SOCKET, Connector.GBT_AC_CABLE), Current.AC),
    **dict.fromkeys((Connector.GBT_DC, Connector.CHAOJI, Connector.CHADEMO), Current.DC),
    **dict.fromkeys((Connector.CCS1, Connector.CCS2), Current.DC),
}
LEVEL_BELOW_2_KW = 1  # LevelID: no direct current is that slow

BUILT_IN: Reference = {
    "Countries": {4: {"ISOCode": "HK"}, 50: {"ISOCode": "CN"}},
    "Operators": {
        23: {"Title": "Tesla"},
        111: {"Title": "Hong Kong EV Power"},
        3290: {"Title": "SGCC"},
        3309: {"Title": "echargenet - SGCC"},
        3534: {"Title": "Tesla"},
    },
    # share-alike is the stricter of the two licences its documents name
    "DataProviders": {1: {"IsOpenDataLicensed": True, "License": "CC BY-SA 4.0"}},
}
