"""What the cells of a column hold: numbers and in which form, days, pairs of numbers, words."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from charging.sources.recognition.header_words import fold_word
from charging.sources.tabular.cell_parsers import NO, YES
from charging.sources.tabular.number_columns import NumberColumn
from charging.sources.tabular.position_cells import read_pair
from charging.sources.tabular.preset_schema import Layout
from charging.sources.tabular.quantity_columns import PowerColumn

_UNKNOWN = (
    "-|--|?|.|n/a|#n/a|na|nan|none|null|nil|unknown|undefined|not known|not available|not specified"
    "|keine angabe|k.a.|unbekannt|inconnu|inconnue|non renseigné|desconocido|no disponible|sin datos"
    "|não informado|não informada|sconosciuto|onbekend|none known|不详|未知|无|暂无"
)
NOT_KNOWN = frozenset(("", *map(fold_word, _UNKNOWN.split("|"))))
"""Texts that say of a value that it is not known."""

MIN_SHARE = 0.9
"""Share of the cells that hold something from which on a column is of a kind."""

_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][-+]?\d+)?")
_UNITS = re.compile(r"\s*(?:kw|w|kilowatt|千瓦|个|台|座|pcs|°|kva)\.?\s*", re.IGNORECASE)
_POWER_CELL = re.compile(r"\d\s*(?:(?:[km]?w|[км]?вт)(?![a-zа-яё])|千瓦|瓦)", re.IGNORECASE)
_PAIR = re.compile(r"[-+]?\d{1,3}(?:\.\d+)?")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}")
_YEAR = re.compile(r"(?:19[89]|20\d)\d(?:\.0|年)?", re.ASCII)
_HOURS = re.compile(
    r"\d{1,2}[:h.]\d{0,2}\s*(?:-|–|to|bis|à|~)\s*\d{1,2}|24\s*/\s*7|24 ?h|\d{1,2}:\d{2}$", re.IGNORECASE
)

DATE_FORMATS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
)
"""Forms of a day, as `strptime` takes them."""

_FLAGS = (YES | NO) - {"1", "0", "x", "-"}  # those that are nothing else

_MIN_YEAR, _MAX_YEAR = 1990, 2100


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a column."""

    values: tuple[float, ...]
    decimal: str  # the mark before decimals, "." where none shows
    places: tuple[int, ...]  # digits after it, of each

    @property
    def are_whole(self) -> bool:
        """Whether there are no fractions."""
        return all(value.is_integer() for value in self.values)

    def are_within(self, low: float, high: float) -> bool:
        """Whether nearly all lie between two bounds."""
        inside = sum(low <= value <= high for value in self.values)
        return bool(self.values) and inside >= MIN_SHARE * len(self.values)


class SampleColumn:
    """The cells of a column in a sample; the order of its rows is of no moment."""

    def __init__(self, cells: Iterable[str]) -> None:
        """Take the cells as they stand."""
        self.all = tuple(cell.strip().strip("\ufeff") for cell in cells)
        self.known = tuple(cell for cell in self.all if fold_word(cell) not in NOT_KNOWN)
        self.different = tuple(sorted({*self.known}))
        self.not_known = tuple(sorted({cell for cell in self.all if cell} - {*self.known}))

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds something."""
        return not self.known

    def share(self, is_meant: Callable[[str], bool]) -> float:
        """Return the share of the cells that hold something, of those that are meant; 0 without any."""
        if not self.known:
            return 0.0
        meant = {cell for cell in self.different if is_meant(cell)}
        return sum(cell in meant for cell in self.known) / len(self.known)

    @cached_property
    def numbers(self) -> Numbers | None:
        """The numbers, where half of the cells at least are one; a unit may stand behind them."""
        bare = [
            _UNITS.sub("", cell) if cell[-1:].isalpha() or cell[-1:] == "°" else cell for cell in self.known
        ]
        found = [f"0{cell}" if cell[0] in ".," else cell for cell in bare if _NUMBER.fullmatch(cell)]
        if not found or len(found) < len(bare) / 2:
            return None
        column, whole = NumberColumn(), NumberColumn(whole=True)  # what may be decimals or thousands is whole
        column.observe(found)
        read = [(cell, column.numbers(cell) or whole.numbers(cell)) for cell in found]
        values = {cell: numbers[0] for cell, numbers in read if numbers}
        known = [cell for cell in found if cell in values]
        places = tuple(_places(cell, values[cell]) for cell in known)
        return Numbers(tuple(values[cell] for cell in known), column.decimal_mark, places) if values else None

    @property
    def are_numbers(self) -> bool:
        """Whether nearly all cells are numbers."""
        return self.numbers is not None and len(self.numbers.values) >= MIN_SHARE * len(self.known)

    @cached_property
    def pairs(self) -> tuple[tuple[float, float], ...]:
        """The pairs of numbers, where nearly all cells hold two that can be degrees; else nothing."""
        found = [pair for cell in self.known if (pair := pair_of(cell))]
        return tuple(found) if found and len(found) >= MIN_SHARE * len(self.known) else ()

    @cached_property
    def date_formats(self) -> tuple[str, ...]:
        """The forms in which nearly all cells are a day, "" for ISO 8601."""
        return date_formats_of(self.different)

    @property
    def are_years(self) -> bool:
        """Whether nearly all cells are a year and no day."""
        return self.share(lambda cell: bool(_YEAR.fullmatch(cell))) >= MIN_SHARE

    @cached_property
    def powers(self) -> tuple[float, ...]:
        """The powers in kW of cells with any unit (2 x 150 kW, 1 MW), where half of them at least are one."""
        column = PowerColumn(Layout())
        column.observe(self.different)
        read = {cell: column(cell).value for cell in self.different}
        found = [power for cell in self.known if (power := read[cell]) is not None]
        return tuple(found) if len(found) >= len(self.known) / 2 else ()

    @property
    def says_power(self) -> bool:
        """Whether cells carry their unit of power."""
        return self.share(lambda cell: bool(_POWER_CELL.search(cell))) >= MIN_SHARE

    @property
    def are_hours(self) -> bool:
        """Whether cells hold hours of the day."""
        return self.share(lambda cell: bool(_HOURS.search(cell))) > 1 - MIN_SHARE

    @property
    def are_flags(self) -> bool:
        """Whether cells say yes or no."""
        return bool(self.known) and {cell.casefold() for cell in self.different} <= _FLAGS


def pair_of(cell: str) -> tuple[float, float] | None:
    """Return the two numbers of a cell, where it holds two and they can be degrees.

    Examples
    --------
    >>> pair_of("POINT (6.95 50.94)"), pair_of("[5.8, 53.4]"), pair_of("12, Main Street 4")
    ((6.95, 50.94), (5.8, 53.4), None)
    >>> pair_of("49.188N, 16.615E"), pair_of("40,3458, -3,8249"), pair_of("12,4")
    ((49.188, 16.615), (40.3458, -3.8249), None)
    """
    if len(cell) > len("SRID=4326;POINT (-179.1234567890123456 -89.1234567890123456)") + 20:
        return None
    text = re.sub(r"^SRID=\d+;", "", cell.strip(), flags=re.IGNORECASE)
    bare = re.sub(r"POINT|lat(itude)?|lng|lon(gitude)?|[\[\](){}'\":=°]", " ", text, flags=re.IGNORECASE)
    numbers = [] if re.search(r"[^\d\s.,;+\-/]", bare) else _PAIR.findall(bare)
    rest = re.sub(r"[\s.,;/]", "", _PAIR.sub("", bare))
    if len(numbers) == len(("lat", "lon")) and not rest and all("." in number for number in numbers):
        first, second = map(float, numbers)
    elif (pair := read_pair(cell)) and not (pair.first.is_integer() and pair.second.is_integer()):
        first, second = pair.first, pair.second  # of angles with letters, or of decimal commas
    else:
        return None
    fits = max(abs(first), abs(second)) <= 180 and min(abs(first), abs(second)) <= 90  # noqa: PLR2004  degrees
    return (first, second) if fits else None


def date_formats_of(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the forms in which nearly all texts are a day.

    Examples
    --------
    >>> date_formats_of(["31/12/2020"]), date_formats_of(["3/4/2020"]), date_formats_of(["2020"])
    (('%d/%m/%Y',), ('%d/%m/%Y', '%m/%d/%Y'), ())
    """
    if not texts:
        return ()
    days = [_TIME.split(text)[0].strip() for text in texts]
    return tuple(
        date_format
        for date_format in DATE_FORMATS
        if sum(_is_day(day, date_format) for day in days) >= MIN_SHARE * len(days)
    )


def _is_day(text: str, date_format: str) -> bool:
    if len(text) < len("1/1/20"):
        return False
    try:
        day = dt.datetime.strptime(text, date_format)  # noqa: DTZ007  only whether it is one
    except ValueError:
        return False
    return _MIN_YEAR <= day.year <= _MAX_YEAR


def _places(text: str, value: float) -> int:
    """Return how many digits stand behind the decimal mark of a number."""
    tail = re.split("[.,]", text)[-1] if re.search("[.,]", text) else ""
    digits = "".join(filter(str.isdecimal, text))
    return 0 if digits.isdecimal() and abs(value) == int(digits[:15]) else len(tail)
