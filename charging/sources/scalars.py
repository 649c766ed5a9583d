"""Texts and times of foreign records, read alike in every format that writes them alike."""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def read_text(value: object) -> str | None:
    """Return a text, or a number written where a text belongs; an empty one is not known.

    Examples
    --------
    >>> read_text(" A1 "), read_text(12), read_text(" "), read_text(True)
    ('A1', '12', None, None)
    """
    if isinstance(value, str):
        return value.strip() or None
    if value is None or isinstance(value, bool):
        return None
    return str(value) if isinstance(value, (int, float)) else None


def read_iso_time(text: str) -> dt.datetime | None:
    """Return a time in ISO form, in UTC (`in_utc`), or None where it is none.

    Examples
    --------
    >>> read_iso_time("2024-06-06T11:17:21+02:00") == read_iso_time("2024-06-06T09:17:21")
    True
    >>> read_iso_time("yesterday") is read_iso_time("9999-12-31T23:00:00-02:00") is None
    True
    """
    try:
        return in_utc(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def in_utc(time: dt.datetime) -> dt.datetime:
    """Return a time in UTC; one without a zone is taken to be in UTC.

    Raises
    ------
    OverflowError
        If it is outside the years 1 to 9999 there.
    """
    if time.tzinfo is dt.UTC:
        return time
    return time.astimezone(dt.UTC) if time.tzinfo else time.replace(tzinfo=dt.UTC)


def spell_week(periods: Sequence[Sequence[str]]) -> str | None:
    """Return the opening hours of a week in the short form that OpenStreetMap uses.

    Parameters
    ----------
    periods
        Of each day from Monday, times like "08:00-20:00".

    Examples
    --------
    >>> spell_week([["08:00-20:00"]] * 3 + [[], [], ["08:00-12:00"], []])
    'Mo-We 08:00-20:00; Sa 08:00-12:00'
    """
    spans = []
    for text, days in groupby(range(len(WEEKDAYS)), key=lambda day: ",".join(sorted(periods[day]))):
        if text:
            first, *rest = days
            spans.append(f"{WEEKDAYS[first]}{f'-{WEEKDAYS[rest[-1]]}' if rest else ''} {text}")
    return "; ".join(spans) or None
