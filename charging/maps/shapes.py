"""Cells and points as small integers, sent by a layer instead of polygons.

Coordinates are WGS-84 degrees times `per_degree`, rounded, each corner the step from the one before.
Rounding is absolute, so neighbouring cells keep common corners, without gaps between them.
"""

from itertools import chain
from typing import NamedTuple

import h3.api.numpy_int as h3
import numpy as np
from numpy.typing import NDArray

from charging.domain.hexes import EARTH_RADIUS_KM, boundary

STEPS_PER_EDGE = 80
"""Grid steps along the edge of a cell: on the screen, where an edge has 12 to 85 px, at most half a pixel
off."""

POINT_PER_DEGREE = 100_000
"""Grid of single points: about a metre."""

KM_PER_DEGREE = np.pi * EARTH_RADIUS_KM / 180

HEXAGON = 6
HALF_TURN, TURN = 180.0, 360.0


class Outlines(NamedTuple):
    """Boundaries of cells, one after the other.

    `steps` holds latitude and longitude in turn; the first corner of a cell is a step from the first corner
    of the cell before it. `corners` has the number of corners of each cell, by position, that does not have
    six.
    """

    per_degree: int
    steps: list[int]
    corners: dict[str, int]


def outlines(cells: NDArray[np.int64]) -> Outlines:
    """Return the boundaries of cells of one resolution; across the antimeridian longitudes exceed 180."""
    if not cells.size:
        return Outlines(1, [], {})
    rings = [boundary(cell) for cell in cells.tolist()]
    counts = np.array([len(ring) for ring in rings])
    first = np.cumsum(counts) - counts
    points = np.fromiter(chain.from_iterable(chain.from_iterable(rings)), dtype=float).reshape(-1, 2)
    points[:, 1] = _unwrap_lon(points[:, 1], np.repeat(points[first, 1], counts))
    per_degree = cell_grid(h3.get_resolution(int(cells[0])))
    grid = np.rint(points * per_degree).astype(np.int64)
    steps = np.diff(grid, axis=0, prepend=[[0, 0]])
    steps[first] = np.diff(grid[first], axis=0, prepend=[[0, 0]])
    odd = {str(at): int(counts[at]) for at in np.flatnonzero(counts != HEXAGON)}
    return Outlines(per_degree, steps.ravel().tolist(), odd)


def cell_grid(resolution: int) -> int:
    """Return the grid of cells at a resolution, in steps per degree."""
    edge_degrees: float = h3.average_hexagon_edge_length(resolution, unit="km") / KM_PER_DEGREE
    return round(STEPS_PER_EDGE / edge_degrees)


def point_steps(
    lat: NDArray[np.float64], lon: NDArray[np.float64], per_degree: int = POINT_PER_DEGREE
) -> list[int]:
    """Return points as steps from the one before, latitude and longitude in turn."""
    grid = np.rint(np.column_stack([lat, lon]) * per_degree).astype(np.int64)
    return np.diff(grid, axis=0, prepend=[[0, 0]]).ravel().tolist()


def _unwrap_lon(lon: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitudes moved by a whole turn to within half a turn of a reference."""
    return lon - TURN * np.sign(lon - reference) * (np.abs(lon - reference) > HALF_TURN)
