"""What a facility says of itself besides its place and its equipment: operator, hours, website, times."""

import datetime as dt
from collections.abc import Iterable, Iterator

from charging.sources.datex2.codes import DAYS
from charging.sources.datex2.values import (
    NO_OBJECT,
    Object,
    inner_object,
    is_true,
    read_codes,
    read_label,
    read_object,
    read_objects,
)
from charging.sources.scalars import read_iso_time, read_text, spell_week

_PERMANENTLY = ("permananentlyClosed", "permanentlyClosed")  # the first is how the standard spells it
_CLOCK_LENGTH = 5  # of HH:MM


def read_operator(holders: Iterable[Object]) -> str | None:
    """Return who runs a site: its operator, or that of its first station that names one, or the brand."""
    given = list(holders)
    for holder in given:
        organisation = read_organisation(holder.get("operator"))
        for name in ("name", "legalName"):
            if label := read_label(organisation.get(name)):
                return label
    return next((label for holder in given if (label := read_label(holder.get("brand")))), None)


def read_organisation(value: object) -> Object:
    """Return the organisation in a place for one."""
    given = read_object(value)
    if "name" in given:
        return given
    return inner_object(given, "rganisation", "rganisationSpecification") or given


def read_phone(holders: Iterable[Object]) -> str | None:
    """Return the telephone number of the first help desk or operator that has one."""
    for holder in holders:
        for role in ("helpdesk", "operator"):
            for unit in read_objects(read_organisation(holder.get(role)).get("organisationUnit")):
                for contact in read_objects(unit.get("contactInformation")):
                    inner = inner_object(contact, "ontactInformation", "ontactPerson") or contact
                    if number := read_text(inner.get("telephoneNumber")):
                        return number
    return None


def read_url(holders: Iterable[Object]) -> str | None:
    """Return the first website of a facility, or that of its operator."""
    for holder in holders:
        for link in read_objects(holder.get("informationWebsite")):
            if address := read_text(link.get("urlLinkAddress")):
                return address
        if general := read_text(read_organisation(holder.get("operator")).get("linkToGeneralInformation")):
            return general
    return None


def read_hours(holders: Iterable[Object]) -> str | None:
    """Return the first opening hours that are stated, in the short form that OpenStreetMap uses."""
    return next((text for holder in holders if (text := _hours_text(holder.get("operatingHours")))), None)


def is_closed_for_good(holder: Object) -> bool:
    """Whether a facility is closed and not intended to open again."""
    hours = read_object(holder.get("operatingHours"))
    inner = hours if "closureInformation" in hours else inner_object(hours, "Hours", "HoursSpecification")
    closure = read_object((inner or NO_OBJECT).get("closureInformation"))
    return any(is_true(closure.get(name)) for name in _PERMANENTLY)


def read_time(value: object) -> dt.datetime | None:
    """Return a time in UTC; one without a zone is in UTC."""
    return read_iso_time(value.strip()) if isinstance(value, str) else None


def latest_time(values: Iterable[object]) -> dt.datetime | None:
    """Return the latest of some times, in UTC."""
    return max((time for time in map(read_time, values) if time), default=None)


def _hours_text(value: object) -> str | None:
    hours = read_object(value)
    if any(name.endswith("OpenAllHours") for name in hours):
        return "24/7"
    specification = inner_object(hours, "HoursSpecification") or hours
    periods: list[list[str]] = [[] for _ in DAYS]
    for period in read_objects(read_object(specification.get("overallPeriod")).get("validPeriod")):
        clocks = [*_clocks(period)]
        for day in _days(period):
            periods[day] += clocks
    text = spell_week(periods) or read_text(specification.get("label"))
    return "24/7" if text == "Mo-Su 00:00-24:00" else text


def _clocks(period: Object) -> Iterator[str]:
    """Yield the times of day of a period as HH:MM-HH:MM; a period without any is the whole day."""
    given = [*read_objects(period.get("recurringTimePeriodOfDay"))]
    if not given and "recurringDayWeekMonthPeriod" in period:
        yield "00:00-24:00"
    for each in given:
        begin, end = (read_text(each.get(f"{name}TimeOfPeriod")) for name in ("start", "end"))
        if begin and end and len(begin) >= _CLOCK_LENGTH <= len(end):
            yield f"{begin[:_CLOCK_LENGTH]}-{end[:_CLOCK_LENGTH]}"


def _days(period: Object) -> list[int]:
    """Return the days of the week of a period, from 0; those of one that names none are all."""
    if "recurringDayWeekMonthPeriod" not in period:
        return [*range(len(DAYS))]
    named: set[str] = set()
    for wrapper in read_objects(period["recurringDayWeekMonthPeriod"]):
        inner = inner_object(wrapper, "ayWeekMonth") or wrapper
        named |= {*read_codes(inner.get("applicableDay"))}
    return [at for at, day in enumerate(DAYS) if day in named]
