"""The national expressways of China, as a schematic: cities in order, and great circles between them.

Numbers follow GB/T 917. The line is not the road: it shows which cities a number joins, and its chainage is
the length of the great circles, less than the kilometre posts say. A map of it must say that it is schematic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from charging.domain.geography import City, load_cities, unit_vectors
from charging.domain.hexes import EARTH_RADIUS_KM
from charging.domain.reference_data import FACTS_DIR, read_facts
from charging.errors import SchemaError

SECTION_MARK = "|"  # between sections not joined by road: a ferry, or a stretch not built yet
CITY_MARK = ";"
MIN_CITIES = 2  # in a section


@dataclass(frozen=True, slots=True, kw_only=True)
class Expressway:
    """A numbered expressway; each section is an unbroken road through at least two cities."""

    number: str
    name_zh: str
    name_en: str
    sections: tuple[tuple[City, ...], ...]

    @property
    def cities(self) -> tuple[City, ...]:
        """The cities of all sections, in order; the first is chainage 0."""
        return tuple(city for section in self.sections for city in section)


class RoadPoints(NamedTuple):
    """Points on an expressway's line, one array element each, WGS-84."""

    chainage_km: NDArray[np.float64]  # from the first city, gaps between sections not counted
    lat: NDArray[np.float64]  # degrees
    lon: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]  # of the line towards the last city, clockwise from north


@cache
def load_expressways(path: Path = FACTS_DIR / "expressways.csv") -> tuple[Expressway, ...]:
    """Read the expressways, in the order of the file.

    Raises
    ------
    SchemaError
        If a column is missing, a city is not in data/cities.csv, a section has fewer than two cities, or a
        number occurs twice.
    """
    cities = {city.name_zh: city for city in load_cities()}
    expressways: dict[str, Expressway] = {}
    for row in read_facts(path, ("number", "name_zh", "name_en", "cities")):
        number = row["number"]
        if number in expressways:
            message = f"{path.name}: expected each expressway once, found {number!r} again"
            raise SchemaError(message)
        expressways[number] = Expressway(
            number=number,
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            sections=tuple(
                _section(number, names.split(CITY_MARK), cities)
                for names in row["cities"].split(SECTION_MARK)
            ),
        )
    return tuple(expressways.values())


def length_km(expressway: Expressway) -> float:
    """Return the length of the line in km, gaps between sections not counted."""
    return float(_legs(expressway).end_km[-1])


def points_at(expressway: Expressway, chainage_km: ArrayLike) -> RoadPoints:
    """Return the points of the line at the given chainages, in km from the first city.

    Raises
    ------
    ValueError
        If a chainage is negative or beyond the end of the line.

    Notes
    -----
    Spherical linear interpolation between unit vectors, on the sphere of `hexes.EARTH_RADIUS_KM`.
    """
    chainage = np.asarray(chainage_km, dtype=np.float64)
    length = length_km(expressway)
    if chainage.size and not (chainage.min() >= 0 and chainage.max() <= length):
        message = f"expected chainages from 0 to {length:.1f} km on {expressway.number}"
        raise ValueError(message)
    return points_of([expressway], np.zeros(chainage.size, dtype=np.intp), chainage)


def points_of(
    expressways: Sequence[Expressway], line: NDArray[np.intp], chainage_km: NDArray[np.float64]
) -> RoadPoints:
    """Return the point at each chainage of its line, given by index into `expressways`.

    Vectorised `points_at` for many lines; beyond an end, the line is extended straight on.
    """
    each, chainage = [_legs(expressway) for expressway in expressways], chainage_km
    legs = _Legs(*(np.concatenate(parts) for parts in zip(*each, strict=True)))
    last = np.cumsum([len(one.end_km) for one in each]) - 1
    before_km = np.cumsum([0.0, *legs.end_km[last[:-1]]])  # total length of all lines before each
    ends_km = legs.end_km + np.repeat(before_km, np.diff(last, prepend=-1))
    leg = np.searchsorted(ends_km, before_km[line] + chainage, side="right")
    leg = np.clip(leg, np.append(0, last[:-1] + 1)[line], last[line])
    start, end, angle = legs.start[leg], legs.end[leg], legs.angle[leg][:, None]
    travelled = (chainage / EARTH_RADIUS_KM)[:, None] - (legs.end_km[leg] / EARTH_RADIUS_KM)[:, None] + angle
    point = (start * np.sin(angle - travelled) + end * np.sin(travelled)) / np.sin(angle)
    heading = (end * np.cos(travelled) - start * np.cos(angle - travelled)) / np.sin(angle)
    lat, lon = np.arcsin(point[:, 2]), np.arctan2(point[:, 1], point[:, 0])
    east = heading[:, 1] * np.cos(lon) - heading[:, 0] * np.sin(lon)
    bearing = np.arctan2(east, heading[:, 2] / np.cos(lat))
    return RoadPoints(chainage, np.degrees(lat), np.degrees(lon), np.degrees(bearing) % 360)


class _Legs(NamedTuple):
    """The great circles between neighbouring cities: unit vectors (n, 3), angles in radians, chainages."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    angle: NDArray[np.float64]
    end_km: NDArray[np.float64]


@cache
def _legs(expressway: Expressway) -> _Legs:
    pairs = [pair for section in expressway.sections for pair in pairwise(section)]
    start, end = (
        unit_vectors([pair[side].lat for pair in pairs], [pair[side].lon for pair in pairs])
        for side in (0, 1)
    )
    angle = np.arctan2(np.linalg.norm(np.cross(start, end), axis=1), (start * end).sum(axis=1))
    return _Legs(start, end, angle, np.cumsum(angle) * EARTH_RADIUS_KM)


def _section(number: str, names: list[str], cities: dict[str, City]) -> tuple[City, ...]:
    unknown = [name for name in names if name not in cities]
    if unknown or len(names) < MIN_CITIES:
        message = (
            f"expected two or more cities of data/cities.csv in each section of {number}, "
            f"found {CITY_MARK.join(unknown or names)!r}"
        )
        raise SchemaError(message)
    return tuple(cities[name] for name in names)
