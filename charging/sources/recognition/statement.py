"""What the user says of a source, where the file cannot."""

import datetime as dt
import re
from dataclasses import dataclass

_AS_OF = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the user says of a source; None where the file or its format says it."""

    title: str | None = None
    licence: str | None = None
    attribution: str | None = None
    as_of: str | None = None  # a date or month in ISO form


def is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day in ISO form.

    Examples
    --------
    >>> is_date("2024"), is_date("2024-02-30")
    (True, False)
    """
    if not _AS_OF.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text + "-01" * (2 - text.count("-")))
    except ValueError:
        return False
    return True
