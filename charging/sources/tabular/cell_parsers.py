"""What a cell of a table means: one reader for each field of a record, as a preset says.

A reader takes the text of a cell that is not empty, and returns its value, or None, with what in it could
not be understood.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from charging.domain.vocabulary import Connector, Current, connector_mask
from charging.sources.coordinates import read_number
from charging.sources.scalars import in_utc
from charging.sources.tabular.preset_schema import CLOSED_SETS, Layout


class Read(NamedTuple):
    """Value of a cell or None, the codes in it not understood, and what was put right."""

    value: Any
    unread: tuple[str, ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()


Reader = Callable[[str], Read]

MAX_KW_WITHOUT_UNIT = 1_000.0
"""Where either unit is written, kW: above it a number is taken for watts."""

YES = frozenset({"true", "1", "yes", "y", "t", "oui", "vrai", "ja", "x"})
"""Cells that say yes, in lower case; a number above 0 does too."""

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_AC_PLUGS = frozenset(
    {Connector.TYPE1, Connector.TYPE2, Connector.HOUSEHOLD, Connector.GBT_AC_CABLE, Connector.GBT_AC_SOCKET}
)
_DC_PLUGS = frozenset({Connector.CCS1, Connector.CCS2, Connector.CHADEMO, Connector.CHAOJI, Connector.GBT_DC})


def is_text(field: str) -> bool:
    """Whether the value of a field is the text of its cell, or one that stands for it."""
    return field not in CLOSED_SETS and field != "power_kw" and field not in _PARSERS


def reader_of(field: str, layout: Layout, codes: Mapping[str, Any] | None) -> Reader | None:
    """Return what reads the cells of a field; None where the text itself is the value."""
    if field == "connectors":
        read: Reader = partial(_listed, layout.separator, codes or {}, connector_mask)
    elif field == "current":
        read = partial(_listed, layout.separator, codes or {}, together)
    elif field in CLOSED_SETS:
        read = partial(_code, codes or {})
    elif field == "power_kw":
        read = partial(_power, layout)
    elif field in _PARSERS:
        read = partial(_parsed, _PARSERS[field], layout)
    elif codes:
        read = partial(_replaced, codes)
    else:
        return None
    return read


def together(currents: Sequence[Current]) -> Current:
    """Return what piles give that give these currents."""
    return Current.AC_DC if len({*currents}) > 1 else currents[0]


def current_of(plugs: frozenset[Connector], count: int | None) -> Current | None:
    """Return what piles with these plugs give; several piles with plugs of both kinds may differ.

    Examples
    --------
    >>> both = frozenset({Connector.CCS2, Connector.TYPE2})
    >>> current_of(both, 1), current_of(both, 2), current_of(frozenset({Connector.TYPE2}), 2)
    (<Current.AC_DC: 'AC_DC'>, None, <Current.AC: 'AC'>)
    """
    if not plugs or not plugs <= _AC_PLUGS | _DC_PLUGS:
        return None
    if plugs <= _AC_PLUGS:
        return Current.AC
    if plugs <= _DC_PLUGS:
        return Current.DC
    return Current.AC_DC if count == 1 else None


def says_yes(cell: str, decimal: str) -> bool:
    """Whether a cell says yes, or how many there are.

    Examples
    --------
    >>> says_yes("TRUE", "."), says_yes("2", "."), says_yes("0", "."), says_yes("non", ".")
    (True, True, False, False)
    """
    return cell.casefold() in YES or (read_number(cell, decimal=decimal) or 0) > 0


def read_position(cell: str, layout: Layout) -> tuple[str, str] | None:
    """Return latitude and longitude of a cell that holds both, as text with a decimal point.

    Examples
    --------
    >>> read_position("[2.35, 48.85]", Layout()), read_position("POINT (2.35 48.85)", Layout())
    (('48.85', '2.35'), ('48.85', '2.35'))
    """
    numbers = _NUMBER.findall(cell)
    if len(numbers) != len(("lon", "lat")):
        return None
    first, second = numbers
    return (second, first) if layout.position == "lon lat" else (first, second)


def _listed(separator: str, known: Mapping[str, Any], joined: Callable[[list[Any]], Any], cell: str) -> Read:
    """Return what a list of codes comes to, None where none of them is known, and those that are not."""
    codes = [code for part in cell.split(separator) if (code := part.strip())]
    values = [value for code in codes if (value := known.get(code.casefold())) is not None]
    unread = tuple(code for code in codes if code.casefold() not in known)
    return Read(joined(values) if values else None, unread)


def _code(known: Mapping[str, StrEnum | None], cell: str) -> Read:
    code = cell.casefold()
    return Read(known[code]) if code in known else Read(None, (cell,))


def _replaced(known: Mapping[str, str | None], cell: str) -> Read:
    return Read(known.get(cell.casefold(), cell))


def _parsed(parse: Callable[[str, Layout], Any], layout: Layout, cell: str) -> Read:
    value = parse(cell, layout)
    return Read(value) if value is not None else Read(None, (cell,))


def _power(layout: Layout, cell: str) -> Read:
    """Return a power in kW, of a list the highest: that of the plug of a pile that gives most."""
    cells = cell.split(layout.separator) if layout.separator.strip() not in ("", layout.decimal) else [cell]
    numbers = [read_number(each, decimal=layout.decimal) for each in cells if each.strip()]
    known = [number for number in numbers if number is not None]
    if not known or len(known) < len(numbers):
        return Read(None, (cell,))
    highest = max(known)
    if layout.power_unit == "W":
        return Read(highest / 1000)
    if layout.power_unit != "kW" and highest > MAX_KW_WITHOUT_UNIT:
        return Read(highest / 1000, (), (("power_unit", cell),))
    return Read(highest)


def _count(cell: str, layout: Layout) -> int | None:
    number = read_number(cell, decimal=layout.decimal)
    return int(number) if number is not None and number >= 0 and number.is_integer() else None


def _date(cell: str, layout: Layout) -> dt.date | None:
    time = _time(cell, layout)
    return time and time.date()


def _time(cell: str, layout: Layout) -> dt.datetime | None:
    """Return a time, one without a zone taken as UTC."""
    for date_format in layout.date_formats or ("",):
        try:
            if date_format:
                time = dt.datetime.strptime(cell, date_format)  # noqa: DTZ007  the zone is added below
            else:
                time = dt.datetime.fromisoformat(cell.removesuffix(" UTC"))
            return in_utc(time)
        except (ValueError, OverflowError):
            continue
    return None


_PARSERS: Mapping[str, Callable[[str, Layout], Any]] = {
    "stated_piles": _count,
    "count": _count,
    "opened_on": _date,
    "status_at": _time,
    "updated_at": _time,
}
