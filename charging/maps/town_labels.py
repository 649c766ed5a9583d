"""The names of towns for a part of the map: the largest where there is room, at every zoom.

The cities and towns of China are in `static/labels.json`, which the map loads once. There are too many of the
world for that: here are those in view, thinned to about what the browser will find room for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.bounds import FULL_CIRCLE, Bounds
from charging.domain.geography import Floats
from charging.domain.towns import Towns, load_towns
from charging.maps.static_files import static_json

MAX_LABELS = 120
"""Names of one answer, the largest towns first."""

DISTRICTS_FROM_ZOOM = 12.0
"""Zoom from which districts are named too: their city is larger than the map by then."""

RANK_PEOPLE = (5_000_000, 1_500_000, 500_000, 100_000, 20_000)
"""People from which a town has rank 0, 1, 2 ...: the size of its letters, and which comes first."""

_ROOM_PX = (110, 40)
"""Room of a name, across and down, in which the largest town is named."""

_TILE_PX = 256


class TownLabel(NamedTuple):
    """A name on the map, as the rows of `static/labels.json`."""

    lat: float
    lon: float
    rank: int
    name: str
    name_zh: str


def town_labels(bounds: Bounds, zoom: float) -> list[TownLabel]:
    """Return the names of towns outside mainland China in a box, at a Web Mercator zoom, larger first."""
    towns = load_towns()
    lies_in = bounds.contains(towns.lat, towns.lon)
    if zoom < DISTRICTS_FROM_ZOOM:
        lies_in &= towns.part_of == 0
    rows = np.flatnonzero(lies_in)
    rows = rows[np.lexsort((rows, -towns.population[rows]))]
    rows = rows[_first_of_room(towns, rows, zoom)][:MAX_LABELS]
    # where no large town is near, a small one is named from as far
    nearest = sum(zoom >= least for least in static_json("theme.json")["zoom"]["labelsFrom"]) - 1
    rank = np.minimum(np.searchsorted(-np.array(RANK_PEOPLE), -towns.population[rows]), max(nearest, 0))
    return [
        TownLabel(
            float(towns.lat[row]),
            float(towns.lon[row]),
            int(each),
            towns.name[row],
            towns.name_zh[row] or towns.name[row],
        )
        for row, each in zip(rows.tolist(), rank.tolist(), strict=True)
    ]


def _first_of_room(towns: Towns, rows: NDArray[np.intp], zoom: float) -> NDArray[np.intp]:
    """Return the positions of the rows that are the first in their rectangle of the map, in their order."""
    x, y = _mercator_px(towns.lat[rows], towns.lon[rows], zoom)
    across, down = (np.floor(each / room) for each, room in zip((x, y), _ROOM_PX, strict=True))
    _, first = np.unique(np.stack([across, down]), axis=1, return_index=True)
    return np.sort(first)


def _mercator_px(lat: Floats, lon: Floats, zoom: float) -> tuple[Floats, Floats]:
    """Return the place of points on the square of the world, in pixels."""
    size = _TILE_PX * 2**zoom
    height: Floats = 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)
    return (lon / FULL_CIRCLE + 0.5) * size, height * size
