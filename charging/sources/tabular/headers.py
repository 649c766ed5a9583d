"""Headers of tables: one row, or two of which the upper one names several columns of the lower one."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from charging.sources.tabular.preset_schema import POSITION, Place, Preset
from charging.sources.tabular.tables import LAT, LON

_DECIMAL = re.compile(r"-?\d+[.,]\d+")  # what names no column


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The names of the columns of a table."""

    names: tuple[str, ...]  # of each column its lower name, or its only one
    positions: Mapping[str, int]  # of the names that one column alone answers to
    repeated: frozenset[str]  # the names of several columns

    @classmethod
    def of(cls, cells: Sequence[str], above: Sequence[str] = ()) -> "Header":
        """Return the header of a row, and of the one above it where that belongs to it.

        A column answers to its lower name alone, and to both joined by a blank; the upper one holds for the
        columns to its right that have none.

        Examples
        --------
        >>> header = Header.of(["id", "count", "kW", "count"], ["", "Fast", "", "Slow"])
        >>> sorted(header.positions), sorted(header.repeated)
        (['Fast count', 'Fast kW', 'Slow count', 'id', 'kW'], ['count'])
        """
        width = max(len(cells), len(above))
        lower = [cell.strip() for cell in cells] + [""] * (width - len(cells))
        upper = [cell.strip() for cell in above] + [""] * (width - len(above))
        named: dict[tuple[str, int], None] = {}
        group = ""
        for at in range(width):
            group = upper[at] or group
            names = (lower[at], f"{group} {lower[at]}".strip()) if lower[at] else (upper[at],)
            named |= {(name, at): None for name in names if name}
        counts = Counter(name for name, _ in named)
        return cls(
            names=tuple(below or above_it for below, above_it in zip(lower, upper, strict=True)),
            positions={name: at for name, at in named if counts[name] == 1},
            repeated=frozenset(name for name, count in counts.items() if count > 1),
        )

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.names)

    def fits(self, preset: Preset) -> bool:
        """Whether every column of a preset is there once."""
        return all(self._has(place, preset) for place in preset.required)

    def lacks(self, preset: Preset) -> list[str]:
        """Return the columns of a preset that are not there once; of alternatives the first."""
        return [place[0][0] for place in preset.required if not self._has(place, preset)]

    def _has(self, place: Place, preset: Preset) -> bool:
        names = self.positions.keys()
        if any(names >= {*columns} for columns in place):
            return True
        if LAT not in names or LON not in names:
            return False
        # GeoJSON has the coordinates beside its properties, under names of its own
        return place in [at.any for key, at in preset.places.items() if key in (LAT, LON, POSITION)]


def headers_in(rows: Sequence[Sequence[str] | None]) -> Iterator[Header]:
    """Yield what may be the header among the first rows of a table."""
    above: Sequence[str] | None = None
    for cells in rows:
        yield from headers_of(cells, above)
        above = cells


def headers_of(cells: Sequence[str] | None, above: Sequence[str] | None) -> Iterator[Header]:
    """Yield the headers that end with a row: by itself, and with the row above it."""
    if cells:
        yield Header.of(cells)
        if above and not any(map(_DECIMAL.fullmatch, above)):
            yield Header.of(cells, above)


def has_header(rows: Sequence[Sequence[str] | None], preset: Preset) -> bool:
    """Whether one of the first rows is the header of a preset."""
    return any(header.fits(preset) for header in headers_in(rows))
