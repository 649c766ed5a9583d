"""Whether a table lists stations, or sessions, observations, tariffs, sums over zones, other places."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from charging.sources.recognition.cells import SampleColumn
from charging.sources.recognition.column_guess import TableKind
from charging.sources.recognition.header_words import Meaning, fold_word, meanings

MIN_SESSION_SIGNS = 3
"""Weight of the signs from which on a table is one of sessions."""

_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_PERIOD = re.compile(r"(19|20)\d{2}([-/._ ]?(0?[1-9]|1[0-2]|q[1-4]))?")
_MIN_PERIODS = 3
_MIN_SUMS = 2
_SAYS_A_PLACE = frozenset({"lat", "position", "name", "address", "city", "connector", "power_kw"})
_NAMES_A_STATION = ("name", "operator", "address", "connector")
_SESSION = frozenset(
    {"session", "id", "code", "charging", "type", "start", "end", "date", "duration", "energy", "status"}
)
_ENERGY = frozenset({"energy", "kwh", "charging", "session", "total", "display", "power"})
_DURATION = frozenset({"duration", "charging", "session", "total", "parking", "date", "display"})
_USER = frozenset({"user", "id", "code", "type", "name", "charging"})
_SIGNS = (
    (frozenset({"energy", "kwh"}), _ENERGY),
    (frozenset({"duration"}), _DURATION),
    (frozenset({"user"}), _USER),
)
_TIME = frozenset({"start", "end", "date", "hours", "charging", "session", "opened", "duration", "plug"})
_ZONE = frozenset({"zone", "id", "code", "name", "count"})
_NO_SITES = frozenset({"id", "plug", "pile", "point"})
_POPULATION = frozenset({"population", "total", "count", "date", "year"})
_METERED = frozenset({"energy", "kwh", "electric"})
_LIVE_COUNT = frozenset({"available", "count", "number", "pile", "point", "port", "plug", "charging"})
_CHARGES = frozenset({"charging", "pile", "point", "port", "plug", "dc", "ac", "kw", "power"})
_PLAIN_TIMES = frozenset(
    {"time", "timestamp", "datetime", "date_time", "date time", "时间", "collected_at", "recorded_at"}
)


def kind_of_table(
    headers: Sequence[str], columns: Sequence[SampleColumn], fields: Mapping[str, Sequence[int]]
) -> tuple[TableKind, str]:
    """Return what the rows of a table are, and why.

    Parameters
    ----------
    headers, columns
        Those of the table.
    fields
        Positions of the columns that were taken for each field.
    """
    first = [meanings(header)[0] if header else Meaning(frozenset(), 1, ()) for header in headers]
    names = [name for name in _NAMES_A_STATION if name in fields]
    signs = _session_signs(headers, columns, first)
    time = _time_of_observation(headers, columns, fields)
    sums = _aggregate(headers, first, names, fields)
    other = _other_places(headers, first)
    has_prices_alone = "price" in fields and not fields.keys() & _SAYS_A_PLACE
    kinds = (
        (signs, TableKind.SESSIONS, f"its columns {', '.join(map(repr, signs))} tell who charged when"),
        (time, TableKind.OBSERVATIONS, f"the same places are there again and again, by {time!r}"),
        (sums, TableKind.AGGREGATES, sums or ""),
        (other, TableKind.OTHER, f"{other!r} tells that its places are something else"),
        (has_prices_alone, TableKind.TARIFFS, "it has prices and no places"),
    )
    found = ((kind, why) for is_found, kind, why in kinds if is_found)
    return next(found, (TableKind.STATIONS, "nothing tells that it is something else"))


def _other_places(headers: Sequence[str], said: Sequence[Meaning]) -> str | None:
    """Return a header that tells of tolls, or of fuels where none tells of charging."""
    charges = any(meaning.concepts & _CHARGES for meaning in said)
    marks = {"other_place"} if charges else {"other_place", "fuel"}
    return next((header for header, each in zip(headers, said, strict=True) if each.concepts & marks), None)


def _session_signs(
    headers: Sequence[str], columns: Sequence[SampleColumn], said: Sequence[Meaning]
) -> list[str]:
    """Return the headers that tell of sessions, where they do so together."""
    weight, found = 0.0, []
    times: set[str] = set()
    for header, column, meaning in zip(headers, columns, said, strict=True):
        concepts = meaning.concepts
        if meaning.unknown or not concepts:
            continue
        sign = 0.0
        if "session" in concepts and concepts <= _SESSION:
            sign = MIN_SESSION_SIGNS if concepts & {"id", "start", "end", "duration", "energy"} else 1
        elif ends := concepts & {"start", "end"}:
            if concepts <= _TIME and _is_clock(column) and not ends <= times:
                sign, times = 1 + (not column.is_empty and bool(column.date_formats)) / 2, times | ends
        elif any(needed & concepts and concepts <= allowed for needed, allowed in _SIGNS):
            sign = 1
        if sign:
            weight += sign
            found.append(header)
    return found if weight >= MIN_SESSION_SIGNS else []


def _is_clock(column: SampleColumn) -> bool:
    return (
        column.is_empty
        or column.numbers is not None  # hours, or seconds since some day
        or column.share(lambda cell: bool(_CLOCK.search(cell))) > 1 / 2
        or bool(column.date_formats)
    )


def _time_of_observation(
    headers: Sequence[str], columns: Sequence[SampleColumn], fields: Mapping[str, Sequence[int]]
) -> str | None:
    """Return the column of times, where most points stand in several rows that differ in it."""
    counts = [meanings(header)[0].concepts if header else frozenset() for header in headers]
    is_live = any(
        ("available" in concepts and concepts <= _LIVE_COUNT) or (concepts and concepts <= _METERED)
        for concepts in counts
    )
    at = fields.get("position", ()) or (*fields.get("lat", ()), *fields.get("lon", ()))
    for header, column in zip(headers, columns, strict=True):
        if fold_word(header).strip() not in _PLAIN_TIMES or not at:
            continue
        if is_live and _is_clock(column):
            return header
        places = list(zip(*(columns[each].all for each in at), strict=True))
        times: dict[tuple[str, ...], set[str]] = {}
        for place, time in zip(places, column.all, strict=True):
            times.setdefault(place, set()).add(time)
        if len(times) * 2 <= len(places) and sum(map(len, times.values())) >= len(places):
            return header
    return None


def _aggregate(
    headers: Sequence[str],
    said: Sequence[Meaning],
    names: Collection[str],
    fields: Mapping[str, Sequence[int]],
) -> str | None:
    """Return why the rows are sums, or None where nothing tells that."""

    def those(is_meant: Callable[[frozenset[str]], bool]) -> list[str]:
        return [header for header, each in zip(headers, said, strict=True) if is_meant(each.concepts)]

    periods = [header for header in headers if _PERIOD.fullmatch(header.strip().casefold())]
    people = those(lambda concepts: "population" in concepts and concepts <= _POPULATION)
    is_named = bool(names) or "id" in fields
    zones = those(lambda concepts: "zone" in concepts and concepts <= _ZONE)
    stations = those(
        lambda concepts: (
            bool(concepts & {"count", "number"}) and "station" in concepts and not concepts & _NO_SITES
        )
    )
    sums = those(lambda concepts: "group" in concepts)
    reasons = (
        (len(periods) >= _MIN_PERIODS, "its columns are periods", periods),
        (bool(people), "it tells of people", people),
        (bool(zones) and not is_named, "its rows are zones", zones),
        (bool(stations) and not is_named, "it counts stations", stations),
        (len(sums) >= _MIN_SUMS and not is_named, "it has means or shares", sums),
    )
    return next(
        (f"{reason} ({', '.join(map(repr, found[:3]))})" for is_true, reason, found in reasons if is_true),
        None,
    )
