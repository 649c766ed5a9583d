"""H3 cells: the cell of a point, the parent of a cell, the resolution for a zoom.

A point lies in the cell that H3 gives for it at each resolution, always in WGS-84. That is not always the
parent of its cell at a finer one, since hexagons are not made up of smaller ones. Where only a cell is known,
coarser ones are its parents, by integer arithmetic that is exact at all resolutions, pentagons included.
Index layout: https://h3geo.org/docs/core-library/h3Indexing
"""

import math
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

import h3.api.numpy_int as h3
import numpy as np
from numpy.typing import NDArray

from charging.domain.bounds import Bounds
from charging.domain.schema import CELL_RESOLUTION

EARTH_RADIUS_KM = 6371.0088
"""Mean Earth radius, IUGG."""

MIN_CELL_PX = 20.0
"""Flat-to-flat width below which a cell is hard to see and to click."""

MIN_RESOLUTION, MAX_RESOLUTION = 2, 9
"""Coarsest and finest resolution of the map: cells about 280 km and 350 m across."""

CACHED_CELLS = 20_000
"""Cells whose centre and corners are cached: a panned map shows half of its cells again. Some 20 MB."""

_POINTS = 16_384  # of which Python's own numbers are held at a time

_METRES_PER_PX_ZOOM_0 = 156_543.034  # Web Mercator at the equator, 256 px tiles (EPSG:3857)


class ParentTerms(NamedTuple):
    """The two numbers of `parent = cell - cell % modulus + offset`."""

    modulus: int
    offset: int


def parent_terms(resolution: int) -> ParentTerms:
    """Return the numbers that turn a stored cell into its parent at `resolution`.

    Three bits a level are unused below a cell's resolution and all set: clearing the stored digits is a
    remainder by a power of eight, setting them again and lowering the resolution field is one addition.

    Raises
    ------
    ValueError
        If `resolution` is not between 0 and the stored resolution.
    """
    _check_resolution(resolution)
    modulus = 8 ** (15 - resolution)
    return ParentTerms(modulus, modulus - 1 - ((CELL_RESOLUTION - resolution) << 52))


def _check_resolution(resolution: int) -> None:
    if not 0 <= resolution <= CELL_RESOLUTION:
        message = f"resolution must be 0 to {CELL_RESOLUTION}, found {resolution!r}"
        raise ValueError(message)


def parent_cells(cells: NDArray[np.int64], resolution: int, of: int = CELL_RESOLUTION) -> NDArray[np.int64]:
    """Return the parents at `resolution` of cells of resolution `of`, by default stored ones, one by one."""
    modulus, offset = parent_terms(resolution)
    # the remainder by bits: dividing takes numpy several times as long
    return (cells & -modulus) + (offset + ((CELL_RESOLUTION - of) << 52))


def stored_cells(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the stored cell of cells of one resolution: the centre child of a coarser one, or the parent."""
    resolution = int(resolutions_of(cells[:1])[0]) if len(cells) else CELL_RESOLUTION
    if resolution >= CELL_RESOLUTION:
        return parent_cells(cells, CELL_RESOLUTION, of=resolution)
    finer = CELL_RESOLUTION - resolution
    digits = ((1 << 3 * finer) - 1) << 3 * (15 - CELL_RESOLUTION)  # all set in the coarser cell
    return (cells & ~digits) + (finer << 52)


def resolutions_of(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the resolution of each cell, 0 to 15."""
    resolutions = cells >> 52
    resolutions &= 15  # in place: there may be many millions
    return resolutions


def cells_at(
    lat: NDArray[np.float64], lon: NDArray[np.float64], resolution: int = CELL_RESOLUTION
) -> NDArray[np.int64]:
    """Return the cell that each point lies in, given in WGS-84 degrees; shape in, shape out.

    Raises
    ------
    ValueError
        If `resolution` is not between 0 and the stored one.
    """
    _check_resolution(resolution)
    cells = np.empty(len(lat), np.int64)
    for start in range(0, len(lat), _POINTS):
        some = slice(start, start + _POINTS)
        found = map(h3.latlng_to_cell, lat[some].tolist(), lon[some].tolist(), repeat(resolution))
        cells[some] = np.fromiter(found, np.int64)
    return cells


@lru_cache(maxsize=CACHED_CELLS)
def _centre(cell: int) -> tuple[float, float]:
    lat, lon = h3.cell_to_latlng(cell)
    return lat, lon


def centres(cells: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return latitude and longitude of the centre of each cell, WGS-84 degrees."""
    # as many as would push all others out of the cache are computed beside it
    centre = _centre if len(cells) <= CACHED_CELLS else h3.cell_to_latlng
    points = np.empty((len(cells), 2))
    for start in range(0, len(cells), CACHED_CELLS):
        block = cells[start : start + CACHED_CELLS].tolist()
        points[start : start + len(block)] = [centre(cell) for cell in block]
    return points[:, 0].copy(), points[:, 1].copy()


@lru_cache(maxsize=CACHED_CELLS)
def boundary(cell: int) -> tuple[tuple[float, float], ...]:
    """Return the corners of a cell, latitude and longitude in WGS-84 degrees: usually six."""
    corners: tuple[tuple[float, float], ...] = h3.cell_to_boundary(cell)
    return corners


def cell_text(cell: int) -> str:
    """Return the H3 id of a cell as fifteen hexadecimal digits.

    Examples
    --------
    >>> cell_text(599686042433355775)
    '85283473fffffff'
    """
    return f"{cell:x}"


def cell_from_text(text: str) -> int:
    """Return the cell of an H3 id.

    Raises
    ------
    ValueError
        If `text` is not the id of a valid cell.
    """
    try:
        cell = int(text, 16)
    except ValueError:
        cell = 0
    if not 0 < cell < 1 << 63 or not h3.is_valid_cell(cell):
        message = f"expected an H3 cell id such as '85283473fffffff', found {text!r}"
        raise ValueError(message)
    return cell


def resolution_of(cell: int) -> int:
    """Return the resolution of a cell, 0 to 15."""
    resolution: int = h3.get_resolution(cell)
    return resolution


def flat_width_km(resolution: int) -> float:
    """Return the average flat-to-flat width of a cell, in km."""
    edge_km: float = h3.average_hexagon_edge_length(resolution, unit="km")
    return edge_km * math.sqrt(3)


def resolution_for_zoom(zoom: float, lat: float, *, shift: int = 0) -> int:
    """Return the finest resolution whose cells are still wide enough to see.

    Parameters
    ----------
    zoom
        Web Mercator zoom, 256 px tiles.
    lat
        Latitude of the map's centre, degrees.
    shift
        Levels finer (positive) or coarser than that, from the detail control.

    Notes
    -----
    Resolutions differ by a factor of sqrt(7) = 2.65, so widths run from 20 to about 55 px.

    Examples
    --------
    >>> resolution_for_zoom(4.5, 35)
    3
    """
    km_per_px = _METRES_PER_PX_ZOOM_0 * math.cos(math.radians(lat)) / 2**zoom / 1000
    wide_enough = [
        r for r in range(MIN_RESOLUTION, MAX_RESOLUTION + 1) if flat_width_km(r) >= MIN_CELL_PX * km_per_px
    ]
    return min(max((wide_enough or [MIN_RESOLUTION])[-1] + shift, MIN_RESOLUTION), MAX_RESOLUTION)


def are_centred_in(bounds: Bounds, cells: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each cell whether its centre is in `bounds`."""
    return bounds.contains(*centres(cells))
