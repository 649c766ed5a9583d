"""The refill points of a site as piles: their plugs, current, power, status and price.

A point charges one vehicle at a time. A pile has the power of its strongest connector.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from charging.domain.vocabulary import Status
from charging.sources.datex2.codes import (
    ABSENT,
    CAR_USAGES,
    CURRENTS,
    OPERATION_STATUSES,
    PLUGS,
    POWER_TYPES,
    STATUSES,
    UNKNOWN_PLUGS,
)
from charging.sources.datex2.prices import Price, add_prices, join_prices
from charging.sources.datex2.statuses import PointStatus, Statuses
from charging.sources.datex2.values import (
    NO_OBJECT,
    Object,
    inner_object,
    raw_code,
    read_code,
    read_codes,
    read_id,
    read_numbers,
    read_objects,
)
from charging.sources.ocpi.codes import CURRENTS as OCPI_CURRENTS
from charging.sources.ocpi.codes import Doubt, Pairs
from charging.sources.ocpi.piles import Outlet, ask_cached, join_outlets
from charging.sources.ocpi.power import read_power
from charging.sources.records import PileRecord, Reason


@dataclass(slots=True)
class SitePiles:
    """The piles of a site, as they are found."""

    present: list[PileRecord] = field(default_factory=list)  # those that exist, each once
    status_at: dt.datetime | None = None  # of the latest of their statuses, UTC
    prices: dict[Price, None] = field(default_factory=dict)
    unmapped: list[tuple[str, str]] = field(default_factory=list)  # (field, code) no table maps
    doubts: list[tuple[str, str]] = field(default_factory=list)  # (what, value) put right or left out
    reasons: set[Reason] = field(default_factory=set)  # why points are left out
    stated: int | None = 0  # points that the stations say they have; None where one does not say

    @property
    def price(self) -> str | None:
        """What charging costs."""
        return join_prices(self.prices)

    @property
    def rejection(self) -> Reason | None:
        """Why the site is not taken: it has no point that exists and charges cars."""
        if self.present:
            return None
        order = (Reason.NOT_CAR_CHARGING, Reason.REMOVED, Reason.NOT_BUILT)
        if self.reasons:
            return max(self.reasons, key=order.index)
        return None if self.stated else Reason.NO_PILES


def read_piles(stations: Iterable[Object], publisher: str | None, statuses: Statuses) -> SitePiles:
    """Return the points of the stations of a site."""
    piles = SitePiles()
    known: set[str] = set()
    for station in stations:
        station_id = read_id(station)
        found = [
            (point, point_id, statuses.find(publisher, point_id, station_id))
            for point in points_of(station, piles.reasons)
            for point_id in [read_id(point)]
        ]
        if not found or not all(told and told.prices for _, _, told in found):
            add_prices(piles.prices, station)
        stated = read_numbers(station.get("numberOfRefillPoints"))
        can_add = piles.stated is not None and len(stated) == 1 and stated[0].is_integer() and stated[0] >= 0
        piles.stated = (piles.stated or 0) + int(stated[0]) if can_add else None
        for point, point_id, told in found:
            if point_id is not None and point_id in known:
                piles.doubts.append((Doubt.PILE_TWICE, point_id))
                continue
            known.add(point_id or "")
            _add_point(piles, point, point_id, told)
    return piles


def points_of(station: Object, reasons: set[Reason] | None = None) -> Iterator[Object]:
    """Yield the electric points of a station; why others are left out is noted in `reasons`."""
    for wrapper in read_objects(station.get("refillPoint")):
        point = inner_object(wrapper, "lectricChargingPoint", "RefillPoint")
        if point is None and _is_of_another_class(wrapper):
            is_for_cars = False
        else:
            point = wrapper if point is None else point
            usages = {*read_codes(point["usageType"])} if "usageType" in point else CAR_USAGES
            is_for_cars = not usages or not usages.isdisjoint(CAR_USAGES)
        if is_for_cars and point is not None:
            yield point
        elif reasons is not None:
            reasons.add(Reason.NOT_CAR_CHARGING)


def _is_of_another_class(wrapper: Object) -> bool:
    """Whether what stands in the place of a point is a dispenser of another fuel."""
    return "connector" not in wrapper and inner_object(wrapper, "Point", "Dispenser") is not None


def _add_point(piles: SitePiles, point: Object, point_id: str | None, told: PointStatus | None) -> None:
    status = None
    if told is not None:
        if absence := ABSENT.get(told.code or ""):
            doubt, reason = absence
            piles.doubts.append((doubt, point_id or ""))
            piles.reasons.add(reason)
            return
        status = _status(told, piles.unmapped)
        if status is not None and told.at is not None:
            piles.status_at = max(piles.status_at or told.at, told.at)
    outlet = _outlet(point)
    piles.unmapped += outlet.unmapped
    piles.doubts += outlet.doubts
    if told is not None and told.prices:
        piles.prices |= dict.fromkeys(told.prices)
    else:
        add_prices(piles.prices, point)
    piles.present.append(
        PileRecord(
            pile_id=_evse_id(point) or point_id,
            current=outlet.current,
            connectors=outlet.mask,
            power_kw=outlet.power_kw,
            status=status,
        )
    )


def _status(told: PointStatus, unmapped: list[tuple[str, str]]) -> Status | None:
    code, table = (told.code, STATUSES) if told.code else (told.operation, OPERATION_STATUSES)
    if code and code not in table:
        unmapped.append(("piles.status", code))
    return table.get(code or "")


def _evse_id(point: Object) -> str | None:
    """Return the id that a driver can read on the point, where it is not that of the publication."""
    for given in read_objects(point.get("externalIdentifier")):
        if read_code(given.get("typeOfIdentifier")) == "evseid":
            identifier = given.get("identifier")
            return identifier.strip() or None if isinstance(identifier, str) else None
    return None


def _outlet(point: Object) -> Outlet:
    connectors = [*read_objects(point.get("connector"))] or [NO_OBJECT]
    outlets = [_connector_outlet(each, point, is_alone=len(connectors) == 1) for each in connectors]
    return outlets[0] if len(outlets) == 1 else join_outlets(outlets)


def _connector_outlet(connector: Object, point: Object, *, is_alone: bool) -> Outlet:
    get = connector.get
    power, volts = get("maxPowerAtSocket"), get("voltage")
    if power is None:  # then the point tells
        power = max(read_numbers(point.get("availableChargingPower")), default=None)
        volts = volts or max(read_numbers(point.get("availableVoltage")), default=None)
    given = (
        raw_code(get("connectorType")),
        raw_code(get("chargingMode") or point.get("chargingMode")),
        raw_code(point.get("currentType")),
        power,
        volts,
        get("maximumCurrent"),
    )
    return ask_cached(_cached_outlet, given, is_alone=is_alone)


@lru_cache(maxsize=8_192, typed=True)
def _cached_outlet(
    plug_value: object,
    mode_value: object,
    current_value: object,
    power: object,
    volts: object,
    amps: object,
    *,
    is_alone: bool,
) -> Outlet:
    """Return what one connector is; kept, since a network has few kinds of connectors."""
    plug_code, mode, current_code = map(read_code, (plug_value, mode_value, current_value))
    unmapped: list[tuple[str, str]] = []
    doubts: list[tuple[str, str]] = []
    plug = PLUGS.get(plug_code or "")
    if plug_code and plug is None and plug_code not in UNKNOWN_PLUGS:
        unmapped.append(("connectors", plug_code))
    power_type = POWER_TYPES.get(mode or "")
    unmapped += _unknown_codes(mode, current_code)
    stated = CURRENTS.get(current_code or "") or OCPI_CURRENTS.get(power_type or "")
    current = (plug and plug.current) or stated
    if stated and stated is not current and is_alone:  # of several connectors the point has one current
        doubts.append((Doubt.CURRENT, f"{current_code or mode}, {plug_code}"))
    power_kw, power_doubts = read_power(current, power_type, power, volts, amps, is_kw=False)
    return Outlet(plug.mask if plug else None, current, power_kw, tuple(unmapped), (*doubts, *power_doubts))


def _unknown_codes(mode: str | None, current_code: str | None) -> Pairs:
    """Return the codes that say nothing of the current, since no table has them."""
    given = ((mode, POWER_TYPES), (current_code, CURRENTS))
    return tuple(("current", code) for code, table in given if code and code not in table)
