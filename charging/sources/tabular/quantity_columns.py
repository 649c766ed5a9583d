"""Powers and counts as the cells of a table write them: with units, as lists, ranges, products and sums."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

from charging.sources.tabular.cells import Read
from charging.sources.tabular.number_columns import BLANKS, MAX_SEEN, NumberColumn
from charging.sources.tabular.preset_schema import Layout

MAX_KW_WITHOUT_UNIT = 1_000.0
"""What no column that also holds watts gives for sure in kW."""

MIN_WATTS = 1_800.0
"""From it on a number is watts where a column may hold either: none gives so many kW, and few less W."""

MIN_KW = 0.5
"""What a number with a unit comes to at least: "1.200 W" is no 1.2 watts."""

MAX_KW = 3_750.0
"""Highest power in kW of any standard: what is above it, without a unit, is not believed."""

_NUMBER = rf"[+-]?\d[\d.,{BLANKS}]*(?:e[+-]?\d+)?"
_UNITS = {
    "w": 0.001,
    "kw": 1.0,
    "mw": 1_000.0,
    "kwh": 1.0,
    "千瓦": 1.0,
    "瓦": 0.001,
    "вт": 0.001,
    "квт": 1.0,
    "мвт": 1_000.0,
}
_WORDS = (
    r"(?:max\.?|up to|bis zu|bis|jusqu'à|hasta|fino a|tot|ca\.?|até|do|до|upp till|op til|ac|dc"
    r"|最大|最高|约|单枪|[:(≤])"
)
_ITEM = re.compile(
    rf"(?:{_WORDS}\s*)*(?:\d{{1,3}}\s*[x×*]\s*)?({_NUMBER})\s*(kwh?|mw|w|千瓦|瓦|[км]?вт)?"
    rf"\s*(?:[x×*]\s*\d{{1,3}})?\s*(?:ac|dc|peak|max\.?|\))*"
)
_BETWEEN = re.compile(
    r"\s*(?:[;/|、&+\n~～–—]|(?<=\d),(?=\s)|(?<=[a-z瓦]),|(?<=[\dwh])\s*-(?=\s*\d)"
    r"|\s(?:and|und|et|en|y|e|or|to|bis|à|至)\s)\s*"
)
_VOLTS_BEHIND = re.compile(r"(?<=kw)\s*[-–(,;/]?\s*\d{2,4}\s*v(?:dc|ac)?\b.*")
"""What tells of volts, amperes and phases behind a power: "22 kW - 400V 3-phase max 32A"."""

_COUNT = re.compile(
    rf"({_NUMBER})\s*(?:个|台|根|桩|枪|把|座|支|条|piles?|points?|chargers?|plugs?|ports?|stück|stk\.?|pcs\.?"
    rf"|bornes?|pdc|x|×|ladepunkte?|evses?)?"
)


def folded(cell: str) -> str:
    """Return a cell in lower case, with the digits and letters of any width as one."""
    return (cell if cell.isascii() else unicodedata.normalize("NFKC", cell)).casefold().strip()


@dataclass(slots=True)
class CountColumn:
    """Reads the counts of a column."""

    layout: Layout
    _numbers: NumberColumn = field(init=False)

    def __post_init__(self) -> None:
        """Start with no cell seen."""
        self._numbers = NumberColumn(self.layout.decimal, whole=True)

    def observe(self, texts: Collection[str]) -> bool:
        """Learn from more cells how the column is written; return whether that changes what one means."""
        return self._numbers.observe(texts)

    def __call__(self, cell: str) -> Read:
        """Return the count of a cell, of several with a plus between them the sum."""
        total = 0.0
        for part in folded(cell).split("+"):
            match = _COUNT.fullmatch(part.strip())
            numbers = self._numbers.numbers(match[1]) if match else None
            if not numbers or numbers[0] < 0:
                return Read(None, (cell,))
            total += numbers[0]
        return Read(int(total)) if total.is_integer() else Read(None, (cell,))


@dataclass(slots=True)
class PowerColumn:
    """Reads the powers of a column, in kW."""

    layout: Layout
    _numbers: NumberColumn = field(init=False)
    _bare: set[str] = field(default_factory=set)  # seen, without a unit
    _sizes: list[int] = field(default_factory=lambda: [0, 0])  # of them below, and from MIN_WATTS on

    def __post_init__(self) -> None:
        """Start with no cell seen."""
        self._numbers = NumberColumn(self.layout.decimal, lists=True)

    def observe(self, texts: Collection[str]) -> bool:
        """Learn from more cells how the column is written; return whether that changes what one means."""
        before, is_new = self._unit, self._numbers.observe(texts)
        for text in texts:
            if text in self._bare or len(self._bare) > MAX_SEEN:
                continue
            self._bare.add(text)
            for number, unit in self._items(folded(text)) or ():
                if unit is None and number > 0:
                    self._sizes[number >= MIN_WATTS] += 1
        return is_new or self._unit != before

    @property
    def _unit(self) -> tuple[str, bool]:
        """The unit of numbers without one, and whether there are numbers of the other unit too."""
        low, high = self._sizes
        declared = self.layout.power_unit
        if declared == "kW":
            return "kW", False
        if declared == "W":
            return ("kW", False) if low and not high else ("W", low > 0)
        return ("W" if high > low else "kW"), bool(high)

    def __call__(self, cell: str) -> Read:
        """Return the power of a cell, of a list the highest: that of the plug of a pile that gives most."""
        items = self._items(folded(cell))
        powers = [
            number * _UNITS[unit] if unit else self._without_unit(number) for number, unit in items or ()
        ]
        known = [power for power in powers if power is not None]
        if not items or len(known) < len(powers):
            return Read(None, (cell,))
        if any(unit and 0 < power < MIN_KW for power, (_, unit) in zip(known, items, strict=True)):
            return Read(None, (cell,))
        is_doubtful = any(
            unit == "kwh" or (unit is None and self._is_doubtful(number, power))
            for power, (number, unit) in zip(known, items, strict=True)
        )
        return Read(max(known), (), (("power_unit", cell),) if is_doubtful else ())

    def _is_doubtful(self, number: float, power: float) -> bool:
        """Whether the unit of a number is not the one that is stated, or cannot be."""
        return power > MAX_KW or (power == number) is (self.layout.power_unit == "W" and number > 0)

    def _without_unit(self, number: float) -> float | None:
        """Return the power in kW of a number without a unit; None where the column does not tell it."""
        (unit, is_mixed), declared = self._unit, self.layout.power_unit
        if unit == "W":
            return number / 1000 if declared == "W" or number > MAX_KW_WITHOUT_UNIT else number
        if declared == "kW" or not is_mixed or number <= MAX_KW_WITHOUT_UNIT:
            return number
        if declared == "kW or W":
            return number / 1000 if number >= MIN_WATTS else None
        return number if number < MIN_WATTS else None

    def _items(self, cell: str) -> list[tuple[float, str | None]] | None:
        """Return the numbers of a cell with their units; None where a part of it is none."""
        found: list[tuple[float, str | None]] = []
        for part in self._parts(cell):
            match = _ITEM.fullmatch(part)
            numbers = self._numbers.numbers(match[1].strip()) if match else None
            if match is None or not numbers:
                return None
            found += [(number, match[2]) for number in numbers]
        unit = next((unit for _, unit in reversed(found) if unit), None)
        return [(number, own or unit) for number, own in found]

    def _parts(self, cell: str) -> list[str]:
        cell = cell.strip("[]")
        if "kw" in cell:
            cell = _VOLTS_BEHIND.sub("", cell)
        separator = self.layout.separator.strip()
        if separator not in ("", ".", ","):
            cell = cell.replace(separator.casefold(), ";")
        elif not separator and " " in cell:
            cell = re.sub(r"(?<=\d) (?=\d)", ";", cell)
        return [part for part in map(str.strip, _BETWEEN.split(cell)) if part]
