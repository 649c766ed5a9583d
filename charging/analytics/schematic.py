"""The schematic lines of data/expressways.csv: their length, their interruptions, and how they are drawn."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.expressways import Expressway, length_km, load_expressways, points_at

_STEP_KM = 20.0  # between the corners of a drawn line: great circles look bent on the map
_NEARER_KM = 1e-6  # short of an interruption, since at its chainage itself the line is on the far side


class Line(NamedTuple):
    """An expressway of data/expressways.csv."""

    road: Expressway
    length_km: float
    breaks: tuple[float, ...]  # chainages where it is interrupted


@cache
def schematic_lines() -> dict[str, Line]:
    """Return the lines of all expressways by their number."""
    return {road.number: Line(road, length_km(road), _breaks(road)) for road in load_expressways()}


def pieces(line: Line, from_km: float, to_km: float) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return a line between two chainages as (lat, lon), WGS-84 degrees, torn where it is interrupted."""
    inner = [km for km in line.breaks if from_km < km < to_km]
    torn = []
    for start, end in pairwise([from_km, *inner, to_km]):
        last = end - _NEARER_KM if end in line.breaks else end
        points = points_at(line.road, np.append(np.arange(start, last, _STEP_KM), last))
        torn.append((points.lat, points.lon))
    return torn


def _breaks(road: Expressway) -> tuple[float, ...]:
    return tuple(
        length_km(replace(road, sections=road.sections[:count])) for count in range(1, len(road.sections))
    )
