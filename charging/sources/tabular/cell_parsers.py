"""What a cell of a table means: one reader for each field of a record, as a preset says.

A reader takes the text of a cell that is not empty, and returns its value, or None, with what in it could
not be understood.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any

from charging.domain.vocabulary import Connector, Current, connector_mask
from charging.sources.coordinates import read_number
from charging.sources.countries import find_country
from charging.sources.tabular.cells import Read, Reader
from charging.sources.tabular.date_columns import DateColumn
from charging.sources.tabular.preset_schema import CLOSED_SETS, Layout
from charging.sources.tabular.quantity_columns import CountColumn, PowerColumn

YES = frozenset(
    ("true", "1", "yes", "y", "t", "oui", "vrai", "ja", "x", "si", "sí", "sim", "是", "有", "да", "✓", "✔")
)
"""Cells that say yes, in lower case; a number above 0 does too."""

NO = frozenset(
    ("false", "0", "no", "n", "f", "non", "faux", "nein", "nee", "não", "nao", "否", "无", "нет", "none", "-")
)
"""Cells that say no, in lower case; the number 0 does too."""

_AC_PLUGS = frozenset(
    {Connector.TYPE1, Connector.TYPE2, Connector.HOUSEHOLD, Connector.GBT_AC_CABLE, Connector.GBT_AC_SOCKET}
)
_DC_PLUGS = frozenset({Connector.CCS1, Connector.CCS2, Connector.CHADEMO, Connector.CHAOJI, Connector.GBT_DC})


_COUNTRY = "country"
_COLUMNS: Mapping[str, Callable[[Layout], Reader]] = {
    "power_kw": PowerColumn,
    "stated_piles": CountColumn,
    "count": CountColumn,
    "opened_on": partial(DateColumn, gives="day"),
    "status_at": partial(DateColumn, gives="time"),
    "updated_at": partial(DateColumn, gives="time"),
}


def is_text(field: str) -> bool:
    """Whether the value of a field is the text of its cell, or one that stands for it."""
    return field not in CLOSED_SETS and field not in _COLUMNS and field != _COUNTRY


def reader_of(field: str, layout: Layout, codes: Mapping[str, Any] | None) -> Reader | None:
    """Return what reads the cells of a field in one column; None where the text itself is the value."""
    if field == "connectors":
        read: Reader = partial(_listed, layout.separator, codes or {}, _mask_of)
    elif field == "current":
        read = partial(_listed, layout.separator, codes or {}, together)
    elif field in CLOSED_SETS:
        read = partial(_code, codes or {})
    elif field in _COLUMNS:
        read = _COLUMNS[field](layout)
    elif field == _COUNTRY:
        read = partial(_country, codes or {})
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


def read_flag(cell: str, decimal: str) -> bool | None:
    """Return whether a cell says yes, or how many there are; None where it says neither that nor no.

    Examples
    --------
    >>> read_flag("TRUE", "."), read_flag("2", "."), read_flag("0", "."), read_flag("soon", ".")
    (True, True, False, None)
    """
    text = cell.casefold()
    if text in YES or text in NO or not text:
        return text in YES
    number = read_number(cell, decimal=decimal)
    return None if number is None else number > 0


def _mask_of(plugs: Iterable[Sequence[Connector]]) -> int:
    """Return the mask of the plugs of all codes, of which each stands for some."""
    return connector_mask(plug for some in plugs for plug in some)


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


def _country(known: Mapping[str, str | None], cell: str) -> Read:
    """Return a country as two letters: points are held against it."""
    code = cell.casefold()
    value = known[code] if code in known else find_country(cell)
    return Read(value, () if value or code in known else (cell,))
