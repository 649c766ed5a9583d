"""Formats of figures: aligned tables and shares for people, JSON values for programs."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import pandas as pd

NOT_KNOWN = "not known"

_WIDE = "WF"  # of unicodedata.east_asian_width: two columns of a terminal
_GAP = "  "
_MIN_SHARE = 0.0005  # smallest share not rounded to zero


def json_value(value: object) -> Any:  # noqa: ANN401  JSON has values of several types
    """Return a value for JSON: whole numbers as integers, unknown or not finite as null."""
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


def json_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table for programs."""
    rows = table.to_dict("records")
    return [{str(name): json_value(value) for name, value in row.items()} for row in rows]


def figure(value: object, digits: int = 0) -> str:
    """Return a number for people, with separators, or "not known"."""
    known = json_value(value)
    return NOT_KNOWN if known is None else f"{known:,.{digits}f}"


def percent(share: object) -> str:
    """Return a share, 0 to 1, for people; only exactly 0 and 1 are written as 0% and 100%.

    Examples
    --------
    >>> percent(0.99999), percent(1), percent(0.2)
    ('>99.9%', '100.0%', '20.0%')
    """
    known = json_value(share)
    if known is None:
        return NOT_KNOWN
    if _MIN_SHARE > known > 0:
        return "<0.1%"
    return ">99.9%" if 1 > known > 1 - _MIN_SHARE else f"{known:.1%}"


def part_of(part: object, whole: object) -> str:
    """Return a part of a whole for people: never a share without its whole."""
    text = f"{figure(part)} of {figure(whole)}"
    known_part, known_whole = json_value(part), json_value(whole)
    return text if known_part is None or not known_whole else f"{text} ({percent(known_part / known_whole)})"


def one_line(value: object) -> str:
    """Return foreign text on one line, without characters that move the cursor or change direction."""
    known = json_value(value)
    known_text = NOT_KNOWN if known is None else str(known)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in known_text)


def align_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table as lines: texts left-aligned, numbers right-aligned, two blanks between."""
    cells = [[one_line(cell) for cell in row] for row in (header, *rows)]
    columns = list(zip(*cells, strict=True))
    widths = [max(map(_cell_width, column)) for column in columns]
    are_numbers = [all(_is_number(cell) for cell in column[1:]) for column in columns]
    return [
        _GAP.join(_pad_cell(*each) for each in zip(row, widths, are_numbers, strict=True)).rstrip()
        for row in cells
    ]


def align_figures(figures: Mapping[str, str]) -> list[str]:
    """Return named figures as lines, values in one column."""
    width = max(map(_cell_width, figures), default=0)
    return [f"{_pad_cell(name, width, False)}{_GAP}{text}" for name, text in figures.items()]


def _pad_cell(cell: str, width: int, is_number: bool) -> str:  # noqa: FBT001  a column is one or the other
    blanks = " " * (width - _cell_width(cell))
    return blanks + cell if is_number else cell + blanks


def _cell_width(cell: str) -> int:
    """Return the width of a text in terminal columns."""
    return sum(1 + (unicodedata.east_asian_width(letter) in _WIDE) for letter in cell)


def _is_number(cell: str) -> bool:
    return cell == NOT_KNOWN or (cell[:1] in "+-<>0123456789" and cell[-1:] in "0123456789%)")
