"""The EVSEs of a location as piles: their status, and the plugs, current and power of their connectors.

A pile has the power of its strongest connector.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from charging.domain.vocabulary import Current
from charging.sources.ocpi.codes import (
    ABSENT,
    CURRENTS,
    GBT_AC,
    GBT_AC_PLUGS,
    PLUGS,
    STATUSES,
    Doubt,
    Object,
    Pairs,
    Plug,
    read_code,
    read_time,
)
from charging.sources.ocpi.names import NAMES
from charging.sources.ocpi.power import read_power, vote_for_kw
from charging.sources.records import PileRecord, Reason
from charging.sources.scalars import read_text


class LocationPiles(NamedTuple):
    """The piles of a location."""

    present: tuple[PileRecord, ...]  # those that exist, each once
    status_at: dt.datetime | None  # of the latest of their statuses, UTC
    unmapped: list[tuple[str, str]]  # (field, code) no table maps
    doubts: list[tuple[str, str]]  # (what, value) put right or left out


class Outlet(NamedTuple):
    """What one connector, or all of a pile together, can do; None is "not known"."""

    mask: int | None = None
    current: Current | None = None
    power_kw: float | None = None
    unmapped: Pairs = ()  # (field, code) no table maps
    doubts: Pairs = ()  # (what, value) put right


def is_feed_in_kw(locations: Iterable[Object]) -> bool:
    """Whether a feed, by the powers of some of its locations, gives kW where the standard has W.

    Each power that can be of one unit alone is a vote; where neither has more, it is the standard's.
    """
    votes = [
        vote
        for location in locations
        for evse in _objects(location.get("evses"))
        for connector in map(NAMES.rename, _objects(evse.get("connectors")))
        if (vote := vote_for_kw(connector.get("max_electric_power"), _outlet(connector).current)) is not None
    ]
    return sum(votes) * 2 > len(votes)


def piles_of(evses: object, *, is_kw: bool = False) -> LocationPiles | Reason:
    """Return the EVSEs of a location as piles, or why there is none; `is_kw` is the unit of the feed.

    One that is planned, removed or repeated is left out and reported. A location that has no other is not
    built or removed itself, and one without any is what the standard calls expired.
    """
    given = evses or []
    return _piles(given, is_kw=is_kw) if isinstance(given, list) else Reason.MALFORMED


def _objects(values: object) -> Iterator[Object]:
    return (each for each in (values if isinstance(values, list) else ()) if isinstance(each, dict))


def _piles(evses: list[Any], *, is_kw: bool) -> LocationPiles | Reason:
    present, times, known = [], [], set()
    absent: set[Reason] = set()
    unmapped: list[tuple[str, str]] = []
    doubts: list[tuple[str, str]] = []
    for evse in evses:
        if not isinstance(evse, dict):
            return Reason.MALFORMED
        uid, evse_id = read_text(evse.get("uid")), read_text(evse.get("evse_id"))
        if evse_id is None:
            doubts.append((Doubt.NO_EVSE_ID, uid or ""))
        code = read_code(evse.get("status")) or ""
        if code in ABSENT:
            doubt, reason = ABSENT[code]
            doubts.append((doubt, uid or ""))
            absent.add(reason)
            continue
        if uid in known:
            doubts.append((Doubt.PILE_TWICE, uid or ""))
            continue
        if uid is not None:
            known.add(uid)
        status = STATUSES.get(code)
        if status is not None:
            times.append(evse.get("last_updated"))
        elif code and code not in STATUSES:
            unmapped.append(("piles.status", code))
        mask, current, power_kw, codes, corrections = outlet_of(evse.get("connectors"), is_kw=is_kw)
        unmapped += codes
        doubts += corrections
        present.append(
            PileRecord(
                pile_id=uid or evse_id, current=current, connectors=mask, power_kw=power_kw, status=status
            )
        )
    if not present:
        return max(absent, key=(Reason.REMOVED, Reason.NOT_BUILT).index, default=Reason.NO_PILES)
    return LocationPiles(tuple(present), _latest(times), unmapped, doubts)


def _latest(times: list[Any]) -> dt.datetime | None:
    known = [time for time in map(read_time, times) if time]
    return max(known) if known else None


def outlet_of(connectors: object, *, is_kw: bool = False) -> Outlet:
    """Return what the connectors of an EVSE are together.

    Examples
    --------
    >>> phases = {"power_type": "AC_3_PHASE", "max_voltage": 400, "max_amperage": 32}
    >>> fast = {"standard": "CHADEMO", "max_electric_power": 50000}
    >>> outlet = outlet_of([{"standard": "IEC_62196_T2", **phases}, fast])
    >>> outlet.current, outlet.power_kw
    (<Current.AC_DC: 'AC_DC'>, 50.0)
    """
    given = connectors if isinstance(connectors, list) else []
    if len(given) == 1 and isinstance(given[0], dict):
        return _outlet(given[0], is_kw=is_kw)
    return join_outlets(
        [_outlet(connector, is_kw=is_kw) for connector in given if isinstance(connector, dict)]
    )


def join_outlets(outlets: Sequence[Outlet]) -> Outlet:
    """Return what outlets are together of which one is used at a time: any plug, and the highest power."""
    masks = [outlet.mask for outlet in outlets if outlet.mask]
    powers = [outlet.power_kw for outlet in outlets if outlet.power_kw]
    currents = {outlet.current for outlet in outlets if outlet.current}
    mask = 0
    for one in masks:
        mask |= one
    return Outlet(
        mask or None,
        Current.AC_DC if len(currents) > 1 else next(iter(currents), None),
        max(powers, default=None),
        tuple(pair for outlet in outlets for pair in outlet.unmapped),
        tuple(pair for outlet in outlets for pair in outlet.doubts),
    )


def _outlet(connector: Object, *, is_kw: bool = False) -> Outlet:
    get = NAMES.rename(connector).get
    given = (
        get("standard"),
        get("format"),
        get("power_type"),
        get("max_electric_power"),
        get("max_voltage") or get("voltage"),  # 2.1.1 has the shorter names, and so have some feeds of 2.2.1
        get("max_amperage") or get("amperage"),
    )
    return ask_cached(_cached_outlet, given, is_kw=is_kw)


def ask_cached(outlet: Callable[..., Outlet], given: Iterable[object], **options: bool) -> Outlet:
    """Return what a cached function makes of codes and numbers; an object or list in their place is none."""
    try:
        return outlet(*given, **options)
    except TypeError:  # what cannot be hashed; few feeds have it
        plain = (value if isinstance(value, (str, int, float)) else None for value in given)
        return outlet(*plain, **options)


@lru_cache(maxsize=8_192, typed=True)
def _cached_outlet(
    standard: object,
    form: object,
    power_type: object,
    power: object,
    volts: object,
    amps: object,
    *,
    is_kw: bool,
) -> Outlet:
    """Return what one connector is; kept, since a network has few kinds of connectors."""
    unmapped, doubts = [], []
    plug_code, form_code, power_code = read_code(standard), read_code(form), read_code(power_type)
    plug = _plug(plug_code, form_code)
    if plug_code and plug is None:
        unmapped.append(("connectors", plug_code))
    stated = CURRENTS.get(power_code) if power_code else None
    if power_code and stated is None:
        unmapped.append(("current", power_code))
    current = (plug and plug.current) or stated
    if stated and stated is not current:
        doubts.append((Doubt.CURRENT, f"{power_code}, {plug_code}"))
    power_kw, power_doubts = read_power(current, power_code, power, volts, amps, is_kw=is_kw)
    return Outlet(plug.mask if plug else None, current, power_kw, tuple(unmapped), (*doubts, *power_doubts))


def _plug(plug_code: str | None, form_code: str | None) -> Plug | None:
    if plug_code == GBT_AC:
        return GBT_AC_PLUGS.get(form_code or "")
    return PLUGS.get(plug_code or "")
