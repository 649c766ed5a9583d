"""Where simulated stations may be: not in the sea or in a large lake.

Reads `data/simulation_land.pbm.gz`, made by `data/make_simulation_land.py`; outside its box all is land.
"""

import gzip
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.reference_data import FACTS_DIR
from charging.simulation.draws import Reals

_NORTH, _WEST = 41.5, 105.5  # degrees, corner of the bitmap
_PIXELS_PER_DEGREE = 120
_SEARCH_PX = 24  # distance from the shore of a place's point, at most; about 20 km


class Land(NamedTuple):
    """A bitmap of land, rows from north to south."""

    is_land: NDArray[np.bool_]

    def allows(self, lat: Reals, lon: Reals) -> NDArray[np.bool_]:
        """Return for each point, in WGS-84 degrees, whether it is on land."""
        row, column = _pixels(lat, lon)
        height, width = self.is_land.shape
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        return np.where(inside, self.is_land[np.where(inside, row, 0), np.where(inside, column, 0)], True)

    def move_ashore(self, lat: Reals, lon: Reals) -> tuple[Reals, Reals]:
        """Return the points, those in water moved to the nearest land if there is any nearby."""
        lat, lon = lat.copy(), lon.copy()
        for i in np.flatnonzero(~self.allows(lat, lon)):
            row, column = (int(pixel) for pixel in _pixels(lat[i], lon[i]))
            top, left = max(row - _SEARCH_PX, 0), max(column - _SEARCH_PX, 0)
            rows, columns = np.nonzero(
                self.is_land[top : row + _SEARCH_PX + 1, left : column + _SEARCH_PX + 1]
            )
            if len(rows):
                nearest = np.argmin((rows + top - row) ** 2 + (columns + left - column) ** 2)
                lat[i] = _NORTH - (rows[nearest] + top + 0.5) / _PIXELS_PER_DEGREE
                lon[i] = _WEST + (columns[nearest] + left + 0.5) / _PIXELS_PER_DEGREE
        return lat, lon


@cache
def load_land(path: Path = FACTS_DIR / "simulation_land.pbm.gz") -> Land:
    """Read the bitmap, a gzip-compressed PBM of kind P4 (https://netpbm.sourceforge.net/doc/pbm.html)."""
    magic, size, bits = gzip.decompress(path.read_bytes()).split(b"\n", 2)
    if magic != b"P4":
        message = f"{path.name}: expected a PBM of kind P4, found {magic!r}"
        raise ValueError(message)
    width, height = map(int, size.split())
    rows = np.frombuffer(bits, dtype=np.uint8).reshape(height, -1)
    return Land(np.unpackbits(rows, axis=1, count=width).astype(bool))


def _pixels(lat: Reals, lon: Reals) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    row = np.floor((_NORTH - lat) * _PIXELS_PER_DEGREE).astype(np.int64)
    column = np.floor((lon - _WEST) * _PIXELS_PER_DEGREE).astype(np.int64)
    return row, column
