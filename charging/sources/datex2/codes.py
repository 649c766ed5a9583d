"""The codes of DATEX II energy infrastructure and what they mean here, one table each.

Codes are looked up in small letters, since some publishers write them in capitals. One that maps to None is
known and says nothing that is stored; one that is in no table is counted in the report. The enums are those
of the AFIR recharging profile of DATEX II 3.5 to 3.7.
"""

from collections.abc import Mapping
from enum import StrEnum
from string import ascii_lowercase

from charging.domain.vocabulary import Access, Connector, Current, Site, Status, connector_mask
from charging.sources.ocpi.codes import PLUGS as OCPI_PLUGS
from charging.sources.ocpi.codes import Doubt, Plug
from charging.sources.records import Reason


class FacilityDoubt(StrEnum):
    """What a site says that is not to be taken at its word, for the import report."""

    STATION_FAR = "station_far"  # its stations have points of their own, far from that of the site
    SITE_SPLIT = "site_split"  # it has no point, and its stations are far apart: each is a site of its own
    NO_ORGANISATION = "no_organisation"  # its operator is the id of an organisation that is nowhere described


PLUGS: Mapping[str, Plug] = {
    "chademo": OCPI_PLUGS["CHADEMO"],
    "iec62196t1": OCPI_PLUGS["IEC_62196_T1"],
    "iec62196t1combo": OCPI_PLUGS["IEC_62196_T1_COMBO"],
    "iec62196t2": OCPI_PLUGS["IEC_62196_T2"],
    "iec62196t2combo": OCPI_PLUGS["IEC_62196_T2_COMBO"],
    "iec62196t3a": OCPI_PLUGS["IEC_62196_T3A"],
    "iec62196t3c": OCPI_PLUGS["IEC_62196_T3C"],
    "yazaki": OCPI_PLUGS["IEC_62196_T1"],  # the maker of the first plugs of Type 1
    "mcs": OCPI_PLUGS["MCS"],
    "pantographbottomup": OCPI_PLUGS["PANTOGRAPH_BOTTOM_UP"],
    "pantographtopdown": OCPI_PLUGS["PANTOGRAPH_TOP_DOWN"],
    "teslar": OCPI_PLUGS["TESLA_R"],
    "teslas": OCPI_PLUGS["TESLA_S"],
    "teslaconnectoramerica": OCPI_PLUGS["TESLA_S"],
    "teslaconnectoreurope": OCPI_PLUGS["IEC_62196_T2"],  # which gives direct current too
    "cee3": OCPI_PLUGS["IEC_60309_2_SINGLE_16"],
    "cee5": OCPI_PLUGS["IEC_60309_2_THREE_16"],
    "iec60309x2single16": OCPI_PLUGS["IEC_60309_2_SINGLE_16"],
    "iec60309x2three16": OCPI_PLUGS["IEC_60309_2_THREE_16"],
    "iec60309x2three32": OCPI_PLUGS["IEC_60309_2_THREE_32"],
    "iec60309x2three64": OCPI_PLUGS["IEC_60309_2_THREE_64"],
    "other": Plug(connector_mask([Connector.OTHER]), None),
    "domestic": OCPI_PLUGS["DOMESTIC_F"],
    **{f"domestic{letter}": OCPI_PLUGS[f"DOMESTIC_{letter.upper()}"] for letter in ascii_lowercase[:15]},
}
"""By `connectorType`."""

UNKNOWN_PLUGS = frozenset({"unknown"})
"""Values of `connectorType` that name no plug."""

CURRENTS: Mapping[str, Current] = {"ac": Current.AC, "dc": Current.DC}
"""By `currentType`."""

POWER_TYPES: Mapping[str, str | None] = {
    **dict.fromkeys(("mode1ac1p", "mode2ac1p", "mode3ac1p"), "AC_1_PHASE"),
    **dict.fromkeys(("mode1ac3p", "mode2ac3p", "mode3ac3p"), "AC_3_PHASE"),
    **dict.fromkeys(("mode4dc", "mode4", "ccs"), "DC"),
    **dict.fromkeys(("legacyinductive", "other", "unknown")),
}
"""By `chargingMode`: the `power_type` of OCPI."""

STATUSES: Mapping[str, Status | None] = {
    "available": Status.AVAILABLE,
    "blocked": Status.OCCUPIED,
    "charging": Status.CHARGING,
    "occupied": Status.OCCUPIED,
    "reserved": Status.RESERVED,
    "faulted": Status.FAULT,
    "outoforder": Status.FAULT,
    "inoperative": Status.OFFLINE,
    "unavailable": Status.OFFLINE,
    "outofstock": None,
    "unknown": None,
}
"""By `status` of a refill point."""

OPERATION_STATUSES: Mapping[str, Status | None] = {
    "inoperation": Status.OPERATIONAL,
    "limitedoperation": Status.OPERATIONAL,
    "notinoperation": Status.OFFLINE,
    "notinoperationabnormal": Status.OFFLINE,
    "technicaldefect": Status.FAULT,
    "unknown": None,
}
"""By `operationStatus`, which stands in where there is no `status`."""

ABSENT: Mapping[str, tuple[Doubt, Reason]] = {
    "planned": (Doubt.PILE_PLANNED, Reason.NOT_BUILT),
    "removed": (Doubt.PILE_REMOVED, Reason.REMOVED),
}
"""Statuses of points that are not there, and what a site is that has no other."""

SITES: Mapping[str, Site | None] = {
    "onstreet": Site.ROADSIDE,
    "inbuilding": Site.URBAN,  # a garage
    "oncompanysite": Site.WORKPLACE,
    **dict.fromkeys(("openspace", "other", "unknown")),  # any car park, by a motorway too
}
"""By `typeOfSite`."""

USERS: Mapping[str, Access | None] = {
    "allusers": Access.PUBLIC,
    **dict.fromkeys(("staff", "employees", "residents"), Access.PRIVATE),
    **dict.fromkeys(
        ("customers", "hotelguests", "members", "shoppers", "subscribers", "visitors"), Access.MEMBERS
    ),
}
"""By `exclusiveUsers`; the other kinds of people say nothing of who may charge."""

CAR_USAGES = frozenset(
    {"electricvehicle", "lorrypowerconsumption", "overheadlinedrivenvehicles", "other", "unknown"}
)
"""Values of `usageType` of points for cars and lorries."""

PRICE_UNITS: Mapping[str, str] = {
    "priceperkwh": "/kWh",
    "priceperminute": "/min",
    "baseprice": " per session",
    "flatrate": " flat",
    "perunit": "/kWh",  # of a rate table: the unit delivered
}
"""By `priceType`, or `rateLineType` of a rate table: what an amount of money is for."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
