"""How figures are written: aligned tables and shares for people, plain values for programs."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import pandas as pd

NOT_KNOWN = "not known"

_WIDE = "WF"  # of unicodedata.east_asian_width: two columns of a terminal
_GAP = "  "
_MIN_SHARE = 0.0005  # share that is not rounded to nothing


def plain(value: object) -> Any:  # noqa: ANN401  JSON has values of several types
    """Return a value as JSON has it: whole numbers as such, what is not known or not finite as null."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        number = float(value)
        if not math.isfinite(number):
            return None
        return int(number) if number.is_integer() else number
    return str(value)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table for programs."""
    named = table.to_dict("records")
    return [{str(name): plain(value) for name, value in row.items()} for row in named]


def number(value: object, digits: int = 0) -> str:
    """Return a number for people, with separators; what is not known in words."""
    known = plain(value)
    return NOT_KNOWN if known is None else f"{known:,.{digits}f}"


def percent(share: object) -> str:
    """Return a share, 0 to 1, for people; only what is nothing or all is said to be.

    Examples
    --------
    >>> percent(0.99999), percent(1), percent(0.2)
    ('>99.9%', '100.0%', '20.0%')
    """
    known = plain(share)
    if known is None:
        return NOT_KNOWN
    if _MIN_SHARE > known > 0:
        return "<0.1%"
    return ">99.9%" if 1 > known > 1 - _MIN_SHARE else f"{known:.1%}"


def ratio(part: object, whole: object) -> str:
    """Return a part of a whole for people: never a share without what it is of."""
    said = f"{number(part)} of {number(whole)}"
    known_part, known_whole = plain(part), plain(whole)
    return said if known_part is None or not known_whole else f"{said} ({percent(known_part / known_whole)})"


def text(value: object) -> str:
    """Return foreign text on one line, without what would move the cursor or turn the direction."""
    known = plain(value)
    said = NOT_KNOWN if known is None else str(known)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in said)


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table as lines: texts to the left, columns of numbers to the right, two blanks between."""
    cells = [[text(cell) for cell in row] for row in (header, *rows)]
    columns = list(zip(*cells, strict=True))
    widths = [max(map(_width, column)) for column in columns]
    to_right = [all(_is_number(cell) for cell in column[1:]) for column in columns]
    return [
        _GAP.join(_padded(*each) for each in zip(row, widths, to_right, strict=True)).rstrip()
        for row in cells
    ]


def facts(told: Mapping[str, str]) -> list[str]:
    """Return named figures as lines, their names one below the other."""
    width = max(map(_width, told), default=0)
    return [f"{_padded(name, width, False)}{_GAP}{said}" for name, said in told.items()]


def _padded(cell: str, width: int, to_right: bool) -> str:  # noqa: FBT001  a column is one or the other
    blanks = " " * (width - _width(cell))
    return blanks + cell if to_right else cell + blanks


def _width(cell: str) -> int:
    """Return the columns of a terminal a text takes."""
    return sum(1 + (unicodedata.east_asian_width(letter) in _WIDE) for letter in cell)


def _is_number(cell: str) -> bool:
    return cell == NOT_KNOWN or (cell[:1] in "+-<>0123456789" and cell[-1:] in "0123456789%)")
