"""Published figures about the network, with date, unit and source, from data/published.csv.

Nothing else in the project states a published number. A figure is what its source claimed on its day; what a
loaded dataset holds is counted elsewhere and shown next to it.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from charging.domain.reference_data import FACTS_DIR, read_records
from charging.errors import SchemaError

LAUNCHED_ON = dt.date(2025, 1, 27)
"""Day of the figures at the launch of the map; those of its partners were published a month before."""

NETWORK = "network"
"""Subject of the figures of the whole map."""


class Qualifier(StrEnum):
    """How exact a figure is."""

    AT_LEAST = "at_least"  # "14,000+", "over 800,000"
    EXACT = "exact"
    ABOUT = "about"  # rounded by the source


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One published number."""

    as_of: dt.date
    subject: str  # `NETWORK`, or an operator's id, or another name, explained in the note
    measure: str  # piles, operators, dc_piles, …
    value: float  # in `unit`
    qualifier: Qualifier
    unit: str  # piles, stations, "%", …
    source: str
    document: str  # where the source was read
    note: str | None


@cache
def load_figures(path: Path = FACTS_DIR / "published.csv") -> tuple[Figure, ...]:
    """Return all published figures, oldest first.

    Raises
    ------
    SchemaError
        If a column is missing, a date, number or qualifier cannot be read, or a figure has no source.
    """
    figures = read_records(path, Figure)
    for figure in figures:
        if not figure.source or not figure.document:
            message = f"{path.name}: expected a source for every figure, found none for {figure!r}"
            raise SchemaError(message)
    return tuple(sorted(figures, key=lambda figure: figure.as_of))


def figure_on(subject: str, measure: str, on: dt.date = dt.date.max) -> Figure | None:
    """Return the latest figure published on or before a day, or None if there was none.

    Examples
    --------
    >>> figure_on("network", "piles", LAUNCHED_ON).value
    1020000.0
    >>> figure_on("network", "piles", dt.date(2024, 12, 31)) is None
    True
    """
    return _latest(subject, on).get(measure)


def launch_figures(subject: str) -> tuple[Figure, ...]:
    """Return the figures of a subject at the launch of the map, one per measure, in file order.

    Examples
    --------
    >>> [figure.measure for figure in launch_figures("network")]
    ['piles', 'operators', 'dc_piles', 'cities', 'service_area_share']
    """
    return tuple(_latest(subject, LAUNCHED_ON).values())


def history(subject: str, measure: str) -> tuple[Figure, ...]:
    """Return every figure published of a subject and measure, oldest first.

    Several figures of one day stay in file order. Figures of different units or qualifiers may follow one
    another; each says its own.

    Examples
    --------
    >>> [(str(figure.as_of), figure.value) for figure in history("network", "operators")]
    [('2025-01-27', 13.0), ('2025-04-28', 18.0), ('2025-07-09', 23.0)]
    """
    return tuple(
        figure for figure in load_figures() if figure.subject == subject and figure.measure == measure
    )


def _latest(subject: str, on: dt.date) -> dict[str, Figure]:
    figures = (figure for figure in load_figures() if figure.subject == subject and figure.as_of <= on)
    return {figure.measure: figure for figure in figures}
