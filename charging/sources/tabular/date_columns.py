"""Days and times as tables write them: ISO and Chinese, run together, serials of spreadsheets, epochs.

What the preset says comes first. Day and month that may change places ("01/02/2024") are distinguished by the
whole column: by a cell in which one of them is above 12.
"""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from charging.sources.tabular.cells import Read
from charging.sources.tabular.preset_schema import Layout

SERIAL_DAYS = (25_569, 73_050)
"""Serials of spreadsheets that are taken for days, 1970 to 2099: days since 30 December 1899."""

EPOCH_YEARS = (1990, 2099)
"""Years of the epochs that are believed; their size tells s, ms and µs apart."""

_SERIAL_START = dt.datetime(1899, 12, 30)  # noqa: DTZ001  a day has no zone
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_EPOCH = re.compile(r"(\d{9,10}|\d{12,13}|\d{15,16})(?:\.\d+)?")
_CHINESE = re.compile(
    r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号](?: ?(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2}))?[秒分]?)?"
)
_YEAR_FIRST = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
)
_YEAR_LAST = re.compile(
    r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
)
_MONTHS = 12


@dataclass(slots=True)
class DateColumn:
    """Reads the days or the times of a column."""

    layout: Layout
    gives: Literal["day", "time"]
    _day_first: bool = False  # whether a cell shows that the day stands before the month
    _month_first: bool = False
    _zone: dt.tzinfo = field(init=False)

    def __post_init__(self) -> None:
        """Find the zone of times that name none."""
        self._zone = ZoneInfo(self.layout.timezone) if self.layout.timezone else dt.UTC

    def observe(self, texts: Collection[str]) -> bool:
        """Learn from more cells which of two numbers is the day; return whether that changes anything."""
        before = self._day_first, self._month_first
        for text in texts:
            if match := _YEAR_LAST.fullmatch(text.strip()):
                self._day_first |= match[2] == "." or int(match[1]) > _MONTHS
                self._month_first |= match[2] != "." and int(match[3]) > _MONTHS
        return (self._day_first, self._month_first) != before

    def __call__(self, cell: str) -> Read:
        """Return the day, in the zone it is written in or that of the table, or the time in UTC."""
        try:
            time = self._written(cell)
            if time is None:
                return Read(None, (cell,))
            if self.gives == "day":
                return Read(self._local(time).date())
            return Read((time if time.tzinfo else time.replace(tzinfo=self._zone)).astimezone(dt.UTC))
        except (ValueError, OverflowError):
            return Read(None, (cell,))

    def _local(self, time: dt.datetime) -> dt.datetime:
        # midnight in UTC is how a day alone is written as a time
        is_moment = time.tzinfo is not None and not time.utcoffset() and time.time() != dt.time()
        return time.astimezone(self._zone) if is_moment else time

    def _written(self, cell: str) -> dt.datetime | None:
        """Return a time, with a zone where the cell tells one."""
        for date_format in self.layout.date_formats:
            try:
                return dt.datetime.strptime(cell, date_format)  # noqa: DTZ007  the zone is added later
            except ValueError:
                continue
        try:
            if not cell.isdecimal() or len(cell) == len("20240131"):
                return dt.datetime.fromisoformat(cell.removesuffix(" UTC") + "Z" * cell.endswith(" UTC"))
        except ValueError:
            pass
        return self._numbered(cell) or self._by_parts(cell)

    def _numbered(self, cell: str) -> dt.datetime | None:
        """Return the time of a serial of a spreadsheet or of an epoch."""
        if _SERIAL.fullmatch(cell):
            days = float(cell.replace(",", "."))
            low, high = SERIAL_DAYS
            return _SERIAL_START + dt.timedelta(days=days) if low <= days <= high else None
        if match := _EPOCH.fullmatch(cell):
            per_second = 1000 ** ((len(match[1]) - 9) // 3)
            time = dt.datetime.fromtimestamp(int(match[1]) / per_second, dt.UTC)
            return time if EPOCH_YEARS[0] <= time.year <= EPOCH_YEARS[1] else None
        return None

    def _by_parts(self, cell: str) -> dt.datetime | None:
        if match := _CHINESE.fullmatch(cell):
            return _time_of(*match.groups())
        if match := _YEAR_FIRST.fullmatch(cell):
            year, _, *rest = match.groups()
            return _time_of(year, *rest)
        if (match := _YEAR_LAST.fullmatch(cell)) and not self.layout.date_formats:
            first, mark, second, year, *rest = match.groups()
            is_day_first = mark == "." or (self._day_first and not self._month_first) or int(first) > _MONTHS
            is_month_first = (self._month_first and not self._day_first) or int(second) > _MONTHS
            if first == second or is_day_first is not is_month_first:
                return _time_of(year, *((second, first) if is_day_first else (first, second)), *rest)
        return None


def _time_of(*parts: str | None) -> dt.datetime:
    return dt.datetime(*(int(part or 0) for part in parts))  # type: ignore[arg-type]  # noqa: DTZ001  no zone said
