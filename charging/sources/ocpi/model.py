"""OCPI: the Locations of a charge point operator, versions 2.1.1, 2.2.1 and 2.3.0, WGS-84.

Read are answers of the `locations` endpoint (an envelope with `data`, `items` or `locations`, one or many
pages in an array or one after the other), bare arrays, objects of locations by their id or under country and
party, one location a line and a single location, each plain or packed, with names in snake_case or camelCase.
An EVSE is a pile: its connectors charge one vehicle at a time.

Feeds break the standard in many ways. What is put right (a power in kW, a current that the plug cannot carry)
and what is left out (piles removed or planned) is in the import report.

The standard is at https://github.com/ocpi/ocpi, file `mod_locations`.
"""

import json
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from charging.domain.vocabulary import Access, Datum, Site
from charging.errors import SourceError
from charging.sources.countries import country_code
from charging.sources.io.files import open_text, read_head
from charging.sources.io.json_stream import Around, BrokenLine, is_lines, values_in_lines
from charging.sources.ocpi.codes import (
    CUSTOMERS,
    FACILITY_SITES,
    SITES,
    Doubt,
    Object,
    read_code,
    read_time,
)
from charging.sources.ocpi.envelopes import INSIDE, is_single_location, read_answers
from charging.sources.ocpi.names import NAMES, OWN, spellings, standard_location
from charging.sources.ocpi.piles import LocationPiles, is_feed_in_kw, piles_of
from charging.sources.ocpi.positions import Position, position_of
from charging.sources.records import Reason, Record, Rejection, Repair, SourceInfo, StationRecord
from charging.sources.scalars import WEEKDAYS, read_text, spell_week

MAX_WAITING = 256
"""Locations that are read before the first is given, to find the unit of the feed's powers."""

_OWN = spellings(OWN)
_LISTED = re.compile(rb'"coordinates"\s*:\s*\[')  # as GeoJSON has them, and no location of OCPI
_FIRST_ERROR = 2_000  # status_code: below it all went well
_CLOCK = re.compile(r"\d\d:\d\d")
_OF_LOCATIONS = (
    b'"country_code"',
    b'"countrycode"',
    b'"party_id"',
    b'"partyid"',
    b'"last_updated"',
    b'"lastupdated"',
)
_OTHER_FORMATS = (b'"addressinfo"', b'"featurecollection"', b'"max_electric_power_station"')


def matches(head: bytes) -> bool:
    """Whether a file that begins like this holds OCPI locations."""
    names = head.lower()
    if head.lstrip()[:1] not in (b"{", b"[") or any(mark in names for mark in _OTHER_FORMATS):
        return False
    if b'"coordinates"' not in names or (_LISTED.search(names) and b'"latitude"' not in names):
        return False
    return b'"evses"' in names or (b'"latitude"' in names and any(mark in names for mark in _OF_LOCATIONS))


def source() -> SourceInfo:
    """Return where the records come from: a feed names its operators, and no licence."""
    return SourceInfo(
        source="ocpi",
        title="OCPI Locations",
        licence=None,
        attribution="The operators of the charge points",
        url="https://github.com/ocpi/ocpi",
        unit_counted="EVSE",
    )


def read(path: Path, *, repairs: Collection[Repair] = ()) -> Iterator[Record]:
    """Return the locations of a file, one by one; `repairs` is what is put right on request."""
    head = read_head(path)
    if not matches(head):
        raise _not_locations(path, head)
    yield from read_stations(_values(path, head), repairs=repairs)


def read_stations(
    locations: Iterable[Any], *, repairs: Collection[Repair] = ()
) -> Iterator[StationRecord | Rejection]:
    """Yield what the locations of one feed say; the first ones tell the unit of its powers."""
    coming = iter(locations)
    waiting: deque[Any] = deque()
    failure: SourceError | None = None
    try:
        waiting.extend(islice(coming, MAX_WAITING))
    except SourceError as error:  # what came before it is taken
        failure = error
    is_kw = is_feed_in_kw(standard_location(each) for each in waiting if isinstance(each, dict))
    while waiting:
        yield read_station(waiting.popleft(), is_kw=is_kw, repairs=repairs)
    if failure is not None:
        raise failure
    for location in coming:
        yield read_station(location, is_kw=is_kw, repairs=repairs)


def read_station(
    location: Any,  # noqa: ANN401  JSON
    *,
    is_kw: bool = False,
    repairs: Collection[Repair] = (),
) -> StationRecord | Rejection:
    """Return what a `Location` of any version says, or whatever is in its place; or why it is not taken.

    Parameters
    ----------
    is_kw
        Whether its feed gives powers in kW, where the standard has W.
    """
    if not isinstance(location, dict):
        return _malformed(location)
    given = standard_location(location)
    location_id, party = read_text(given.get("id")), _party(given)
    if location_id is None:
        return Rejection(reason=Reason.MISSING_ID, field="id")
    source_id = f"{party}*{location_id}" if party else location_id
    if _is_false(given.get("publish")):
        return Rejection(reason=Reason.NOT_PUBLIC, record_id=source_id, field="publish", value="false")
    position = position_of(given, source_id, repairs)
    if isinstance(position, Rejection):
        return position
    piles = piles_of(given.get("evses"), is_kw=is_kw)
    if isinstance(piles, Reason):
        return Rejection(reason=piles, record_id=source_id, field="evses")
    return _station(given, source_id, position, piles)


def _malformed(value: object) -> Rejection:
    if isinstance(value, BrokenLine):
        return Rejection(reason=Reason.MALFORMED, record_id=f"line {value.number}", value=value.text[:100])
    return Rejection(reason=Reason.MALFORMED, value=str(value)[:100])


def _values(path: Path, head: bytes) -> Iterator[Any]:
    """Yield the locations of a file, and the lines that are broken."""
    with open_text(path) as text:
        if is_lines(head, *_OWN):
            yield from values_in_lines(text, path)
            return
        for value in read_answers(text, path, partial(_check_answer, path)):
            if not isinstance(value, Around):
                yield value
            elif is_single_location(value):
                yield value.members
            elif value.members and not value.has_records:
                raise _no_locations_in(path, value.members)


def _no_locations_in(path: Path, around: Object) -> SourceError:
    return SourceError(
        f"{path}: expected OCPI locations in an array, or under {', '.join(INSIDE)}, found an object with "
        f"{', '.join(list(around)[:8])!r}. Give the array of locations in it."
    )


def _not_locations(path: Path, head: bytes) -> SourceError:
    try:
        answer = json.loads(head)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        _check_answer(path, NAMES.rename(answer))
    return SourceError(
        f"{path}: expected OCPI locations, found {head[:40]!r}. Give the JSON of the `locations` endpoint, "
        "with objects that have `evses` or `coordinates`."
    )


def _check_answer(path: Path, envelope: Object) -> None:
    """Refuse the answer of a server that failed: it may hold a part of the locations."""
    code = envelope.get("status_code")
    if isinstance(code, int) and code >= _FIRST_ERROR:
        raise SourceError(
            f"{path}: expected an OCPI answer with status_code 1000, found {code} "
            f"({str(envelope.get('status_message'))[:80]!r}). Fetch it again."
        )


def _station(location: Object, source_id: str, position: Position, piles: LocationPiles) -> StationRecord:
    unmapped, doubts = piles.unmapped.copy(), [*position.doubts, *piles.doubts]
    updated_at = read_time(location.get("last_updated"))
    if updated_at is None:
        doubts.append((Doubt.NO_TIME, str(location.get("last_updated"))[:40]))
    operator = _business(location.get("operator"))
    return StationRecord(
        source_id=source_id,
        lat=position.lat,
        lon=position.lon,
        datum=Datum.WGS84,
        piles=piles.present,
        name=read_text(location.get("name")),
        operator_raw=_operator(location, operator),
        access=_access(location),
        site=_site(location, unmapped),
        country=_country(location, unmapped),
        region=read_text(location.get("state")),
        city_raw=read_text(location.get("city")),
        address=_address(location),
        opening_hours=opening_hours(location.get("opening_times")),
        phone=read_text(location.get("help_phone")),
        url=read_text(operator.get("website")),
        status_at=piles.status_at,
        updated_at=updated_at,
        unmapped=tuple(unmapped),
        doubts=tuple(doubts),
    )


def _party(location: Object) -> str | None:
    """Return who issued the location's id, as two parts with an asterisk, or None where it is not known."""
    country, party = read_text(location.get("country_code")), read_text(location.get("party_id"))
    return f"{country}*{party}".upper() if country and party else None


def _operator(location: Object, operator: Object) -> str | None:
    """Return who runs the piles; where only the feed's owner is known, it is the party that issued the id."""
    suboperator = _business(location.get("suboperator"))
    return read_text(operator.get("name")) or read_text(suboperator.get("name")) or _party(location)


def _business(value: object) -> Object:
    if isinstance(value, dict):
        return NAMES.rename(value)
    return {"name": value} if isinstance(value, str) else {}


def _access(location: Object) -> Access | None:
    """Return who may charge: the standard calls a published location public, unless it is for customers."""
    for evse in location["evses"]:
        restrictions = evse.get("parking_restrictions")
        if not restrictions or CUSTOMERS not in _codes(restrictions):
            return Access.PUBLIC if location.get("publish") is True else None
    return Access.MEMBERS


def _site(location: Object, unmapped: list[tuple[str, str]]) -> Site | None:
    code = read_code(location.get("parking_type") or location.get("type"))
    if code:
        if code not in SITES:
            unmapped.append(("site", code))
        elif site := SITES[code]:
            return site
    facilities = location.get("facilities")
    if not facilities:
        return None
    found = {site for code in _codes(facilities) if code and (site := FACILITY_SITES.get(code))}
    return found.pop() if len(found) == 1 else None


def _country(location: Object, unmapped: list[tuple[str, str]]) -> str | None:
    stated = read_text(location.get("country"))
    country = stated and country_code(stated)
    if stated and not country:
        unmapped.append(("country", stated))
    return country


def opening_hours(times: object) -> str | None:
    """Return opening times as text, in the short form that OpenStreetMap uses; exceptions are left out.

    Examples
    --------
    >>> hours = [{"weekday": day, "period_begin": "08:00", "period_end": "20:00"} for day in (1, 2, 3, 6)]
    >>> opening_hours({"twentyfourseven": False, "regular_hours": hours})
    'Mo-We 08:00-20:00; Sa 08:00-20:00'
    """
    if not isinstance(times, dict):
        return None
    times = NAMES.rename(times)
    if times.get("twentyfourseven") is True:
        return "24/7"
    periods: list[list[str]] = [[] for _ in WEEKDAYS]
    regular = times.get("regular_hours")
    for each in regular if isinstance(regular, list) else []:
        hours = NAMES.rename(each) if isinstance(each, dict) else {}
        day = hours.get("weekday")
        if isinstance(day, int) and 1 <= day <= len(WEEKDAYS):
            begin, end = hours.get("period_begin"), hours.get("period_end")
            if all(isinstance(clock, str) and _CLOCK.fullmatch(clock) for clock in (begin, end)):
                periods[day - 1].append(f"{begin}-{end}")
    return spell_week(periods)


def _codes(values: object) -> list[str | None]:
    return [read_code(value) for value in values] if isinstance(values, list) else []


def _is_false(value: object) -> bool:
    return value is False or read_code(value) == "FALSE"


def _address(location: Object) -> str | None:
    street, code = read_text(location.get("address")), read_text(location.get("postal_code"))
    return f"{street}, {code}" if street and code else street or code
