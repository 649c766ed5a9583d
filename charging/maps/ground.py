"""The land of the map as Python reads it: the whole coarsely, and squares of ten degrees finely.

Made by `data/make_ground.py`. The browser reads the same files, one square at a time.
"""

import json
import math
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from charging.domain.bounds import FULL_CIRCLE, Bounds
from charging.maps.static_files import read_static, static_json

FINE_FROM_ZOOM: float = static_json("theme.json")["zoom"]["fineFrom"]
"""Zoom from which coasts are drawn from squares."""

COAST_TO_ZOOM: float = static_json("theme.json")["zoom"]["coastTo"]
"""Zoom beyond which a coast of this precision would say where the water is, and be wrong."""

Degrees = tuple[float, float]
"""Longitude and latitude."""

_MAX_CACHED = 64  # squares


class Square(NamedTuple):
    """A square of land: its box, and its rings; those edges of a ring that are no coast lie on the box."""

    south: float
    west: float
    size: float
    rings: tuple[tuple[Degrees, ...], ...]

    def coast(self, ring: Sequence[Degrees]) -> Iterator[list[Degrees]]:
        """Yield the lines of a ring that are coast: those that do not run along an edge of the square."""
        line: list[Degrees] = []
        for start, end in pairwise([*ring, ring[0]]):
            if self._runs_along_edge(start, end):
                if line:
                    yield line
                line = []
            else:
                line = [*(line or [start]), end]
        if line:
            yield line

    def _runs_along_edge(self, start: Degrees, end: Degrees) -> bool:
        overlap = static_json("ground.json")["overlap"]
        edges = ((self.west, 0), (self.west + self.size, 0), (self.south, 1), (self.south + self.size, 1))
        for at, (edge, axis) in enumerate(edges):
            line = edge + (overlap if at % 2 else -overlap)
            if abs(start[axis] - line) < overlap / 4 and abs(end[axis] - line) < overlap / 4:
                return True
        return False


@cache
def whole_land() -> tuple[tuple[Degrees, ...], ...]:
    """Return the rings of the whole, longitudes from the Bering Strait eastwards, up to 191 degrees."""
    ground = static_json("ground.json")
    return _degrees(ground["rings"], ground["perDegree"])


def squares_in(bounds: Bounds) -> list[str]:
    """Return the names of the squares with a coast in a box, `<south>_<west>`."""
    size, known = static_json("ground.json")["square"], set(static_json("ground.json")["squares"])
    souths = range(math.floor(bounds.south / size) * size, math.ceil(bounds.north / size) * size, size)
    east = bounds.west + bounds.width
    wests = range(math.floor(bounds.west / size) * size, math.ceil(east / size) * size, size)
    names = (f"{south}_{(west + 180) % int(FULL_CIRCLE) - 180}" for south in souths for west in wests)
    return [name for name in dict.fromkeys(names) if name in known]


def read_square_json(name: str) -> str:
    """Return the file of a square."""
    return read_static(f"coast/{name}.json")


@lru_cache(_MAX_CACHED)
def read_square(name: str) -> Square:
    """Return a square by its name."""
    ground = static_json("ground.json")
    south, _, west = name.partition("_")
    rings = _degrees(json.loads(read_square_json(name)), ground["finePerDegree"])
    return Square(float(south), float(west), float(ground["square"]), rings)


def _degrees(rings: Any, per_degree: int) -> tuple[tuple[Degrees, ...], ...]:  # noqa: ANN401  any JSON value
    return tuple(tuple(_points(steps, per_degree)) for steps in rings)


def _points(steps: Sequence[int], per_degree: int) -> Iterator[Degrees]:
    lon = lat = 0
    for at in range(0, len(steps), 2):
        lon, lat = lon + steps[at], lat + steps[at + 1]
        yield lon / per_degree, lat / per_degree
