"""Numbers as tables write them: decimal marks, thousands, units and lists, decided by the whole column.

One cell cannot tell "7,36" (a decimal) from "22,50" (two powers), nor "1,200" from 1.2. The other cells of
its column can: a `NumberColumn` is shown all of them before it reads the first.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum

MAX_SEEN = 65_536
"""Texts of a column that are remembered as counted."""

MAX_BELIEVED = 4_000
"""A number above it is no power in kW and no count of piles, so that its mark stands before decimals."""

LEVELS = frozenset(
    {7, 11, 20, 22, 30, 40, 43, 44, 50, 60, 63, 70, 75, 80, 90, 100, 120, 125, 150, 160, 175, 180, 200, 240}
    | {250, 300, 320, 350, 360, 400, 480, 600}
)
"""Usual powers in kW: where both sides of a comma are one, it may part two of them."""

BLANKS = " '\N{RIGHT SINGLE QUOTATION MARK}\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_GROUP_DIGITS = 3

_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_MARKED = re.compile(rf"\d[\d.,{BLANKS}]*")
_BLANK_GROUPS = re.compile(rf"(?<=\d)[{BLANKS}](?=\d{{3}}(?!\d))")
_GROUPED = {mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+") for mark in ",."}
_OTHER = {",": ".", ".": ","}


class Style(Enum):
    """What a comma or a point in a number of a column is."""

    POINT = "."  # the point is the decimal mark, the comma parts thousands
    COMMA = ","  # the other way round
    LIST = "list"  # the comma parts the entries of a list
    OPEN = "open"  # that of this cell, nothing tells


@dataclass(slots=True)
class NumberColumn:
    """How the numbers of a column are written, as far as its texts tell."""

    declared: str = "."  # the decimal mark
    lists: bool = False  # whether a cell may hold several numbers
    whole: bool = False  # whether a number can have no decimals
    _seen: set[str] = field(default_factory=set)
    _votes: dict[Style, int] = field(default_factory=dict)

    def observe(self, texts: Collection[str]) -> bool:
        """Take more texts of the column into account; return whether that changes what a cell means."""
        before = self.style
        for text in texts:
            if ("," in text or "." in text) and text not in self._seen:
                if len(self._seen) < MAX_SEEN:
                    self._seen.add(text)
                for token in _MARKED.findall(text):
                    style = _style_of(_without_blanks(token))
                    if style is not Style.OPEN and style is not None:
                        self._votes[style] = self._votes.get(style, 0) + 1
        return self.style is not before

    @property
    def style(self) -> Style:
        """What the cells that can be read in one way only agree on."""
        votes = {*self._votes}
        if Style.LIST in votes and Style.COMMA not in votes:
            return Style.LIST if self.lists else Style.POINT
        if votes in ({Style.POINT}, {Style.COMMA}):
            return votes.pop()
        return Style.COMMA if self.declared == "," and not votes else Style.OPEN

    @property
    def decimal_mark(self) -> str:
        """The mark before decimals in most cells that can be read in one way only, "." without any."""
        return "," if self._votes.get(Style.COMMA, 0) > self._votes.get(Style.POINT, 0) else "."

    def numbers(self, token: str) -> tuple[float, ...] | None:
        """Return the numbers of digits with marks: several of a list, None where nothing decides.

        Examples
        --------
        >>> column = NumberColumn()
        >>> column.numbers("1,200"), column.observe(["7,36"]), column.numbers("1,200")
        (None, True, (1.2,))
        """
        sign, token = ("-" if token.startswith("-") else ""), _without_blanks(token.lstrip("+-"))
        found = _style_of(token)
        if found is None:
            return (float(sign + token),) if _PLAIN.fullmatch(token) else None
        style = self.style
        if found is Style.LIST:
            entries = token.split(",") if self.lists and style is not Style.COMMA else ()
            return tuple(map(float, entries)) if entries and all(map(_PLAIN.fullmatch, entries)) else None
        if found is Style.OPEN:
            return self._of_others(sign, token, style)
        contradicts = style not in (found, Style.OPEN) and not (style is Style.LIST and found is Style.POINT)
        return None if contradicts and self.declared != found.value else _parsed(sign, token, found)

    def _of_others(self, sign: str, token: str, style: Style) -> tuple[float, ...] | None:
        """Return what a mark before three digits, or between two usual powers, means by the other cells."""
        mark = "," if "," in token else "."
        head, _, tail = token.partition(mark)
        is_list = self.lists and mark == "," and {int(head), int(tail)} <= LEVELS
        if style is Style.COMMA:
            return _parsed(sign, token, style)
        if is_list:
            return (float(head), float(tail)) if style is not Style.OPEN else None
        if style is not Style.OPEN:
            return _parsed(sign, token, Style.POINT)
        if self.whole:
            return None if tail == "000" and mark == "." else _parsed(sign, token, Style(_OTHER[mark]))
        if mark == self.declared or int(head + tail) > MAX_BELIEVED:
            return _parsed(sign, token, Style(mark))
        return None


def _without_blanks(token: str) -> str:
    return _BLANK_GROUPS.sub("", token).strip(f".,{BLANKS}")


def _style_of(token: str) -> Style | None:
    """Return the only way to read digits with marks, `OPEN` where there are two, None for plain digits."""
    commas, points = token.count(","), token.count(".")
    if not commas and not points:
        return None
    if commas and points:
        return _style_of_both(token)
    mark, count = (",", commas) if commas else (".", points)
    if count > 1:
        if _GROUPED[mark].fullmatch(token):
            return Style(_OTHER[mark])
        return Style.LIST if commas else None
    head, _, tail = token.partition(mark)
    if not (head + tail).isdecimal():
        return None
    is_group = len(tail) == _GROUP_DIGITS and len(head) <= _GROUP_DIGITS and not head.startswith("0")
    is_list = commas and not tail.startswith("0") and {int(head[-9:]), int(tail[:9])} <= LEVELS
    return Style.OPEN if is_group or is_list else Style(mark)


def _style_of_both(token: str) -> Style:
    for mark, other in _OTHER.items():
        head, _, tail = token.rpartition(mark)
        if token.count(mark) == 1 and other not in tail and _GROUPED[other].fullmatch(head):
            return Style(mark)
    return Style.LIST


def _parsed(sign: str, token: str, style: Style) -> tuple[float, ...] | None:
    decimal = style.value
    plain = token.replace(_OTHER[decimal], "").replace(decimal, ".")
    return (float(sign + plain),) if _PLAIN.fullmatch(plain) else None
