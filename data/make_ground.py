"""Make charging/maps/static/ground.json: the land of the world as silhouettes, without any political border.

Land is the mask of the package `global-land-mask` (public domain, from NOAA's GLOBE elevation model, one
sample per arc minute or so), asked at the centre of H3 cells: resolution 5 in East Asia, 3 elsewhere. The
cells are dissolved with shapely and simplified; the browser rounds the corners when it draws. Rings are
closed implicitly and written as whole hundredths of a degree, [lon, lat, step, step, ...], outer rings and
lakes alike (even-odd fill).

    python data/make_ground.py
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import h3.api.numpy_int as h3
import numpy as np
from global_land_mask import globe
from shapely import Polygon, box, union_all
from shapely.geometry.base import BaseGeometry

TARGET = Path(__file__).parents[1] / "charging" / "maps" / "static" / "ground.json"

EAST_ASIA = box(66, -12, 154, 56)
"""Longitudes and latitudes drawn finely: everything a map of China shows."""

WEST = -169.0
"""Longitude of the drawing's western edge: through the Bering Strait, where it cuts no coast but the
Antarctic."""

POLAR_LAT = 84.0
"""Cells beyond it are left out: Web Mercator ends at 85."""

WORLD = box(WEST, -POLAR_LAT, WEST + 360, POLAR_LAT)

PER_DEGREE = 100
FINE, COARSE = 5, 4
"""H3 resolutions, about 17 and 45 km from flat to flat."""

FINE_TOLERANCE, COARSE_TOLERANCE = 0.07, 0.25
"""Douglas-Peucker tolerance, degrees: less than half a cell."""

MIN_ISLAND, MIN_LAKE = 0.02, 3.0
"""Areas in square degrees below which a ring is left out."""


def main() -> None:
    """Write the file and say how large it is."""
    fine = land(FINE, EAST_ASIA).simplify(FINE_TOLERANCE)
    coarse = land(COARSE, WORLD).simplify(COARSE_TOLERANCE)
    ground = union_all([fine.intersection(EAST_ASIA), coarse.difference(EAST_ASIA)])
    # a hair of width closes the seam between the two
    ground = ground.buffer(0.05).buffer(-0.05).simplify(0.01)
    rings = [encode(ring) for ring in worth_drawing(ground)]
    TARGET.write_text(json.dumps({"perDegree": PER_DEGREE, "rings": rings}, separators=(",", ":")) + "\n")
    print(f"{len(rings)} rings, {sum(map(len, rings)) // 2} vertices, {TARGET.stat().st_size:,} bytes")


def land(resolution: int, area: BaseGeometry) -> BaseGeometry:
    """Return the cells of `area` whose centre lies on land, dissolved."""
    west, south, east, north = area.bounds
    cells = [cell for base in h3.get_res0_cells() for cell in h3.cell_to_children(base, resolution)]
    centres = np.array([h3.cell_to_latlng(cell) for cell in cells])
    lat, lon = centres.T
    lon_here = (lon - WEST) % 360 + WEST
    # a cell beyond the frame still reaches into it
    inside = (
        (abs(lat) < POLAR_LAT)
        & (lat > south - 1)
        & (lat < north + 1)
        & (lon_here > west - 1)
        & (lon_here < east + 1)
    )
    inside[inside] = globe.is_land(lat[inside], lon[inside])
    return union_all(
        [shape for cell in np.array(cells)[inside] for shape in outline(int(cell))], grid_size=1e-7
    )


def outline(cell: int) -> Iterator[Polygon]:
    """Yield the cell as polygons of longitude and latitude, two where it crosses the edge of the drawing."""
    ring = np.array(h3.cell_to_boundary(cell))[:, ::-1]
    ring[:, 0] = (ring[:, 0] - WEST) % 360 + WEST
    if np.ptp(ring[:, 0]) < 180:  # noqa: PLR2004  half the world: no cell is that wide
        yield Polygon(ring)
        return
    eastern = np.where(ring[:, :1] < WEST + 180, ring + np.array([360, 0]), ring)
    for shift in (0, -360):
        part = Polygon(eastern + np.array([shift, 0])).intersection(WORLD)
        if isinstance(part, Polygon) and not part.is_empty:
            yield part


def worth_drawing(ground: BaseGeometry) -> Iterator[np.ndarray]:
    """Yield the rings that are large enough to see, largest land first."""
    parts: Iterable[Polygon] = getattr(ground, "geoms", [ground])
    for part in sorted(parts, key=lambda polygon: -polygon.area):
        if part.area < MIN_ISLAND:
            continue
        yield np.array(part.exterior.coords)
        yield from (np.array(hole.coords) for hole in part.interiors if Polygon(hole).area > MIN_LAKE)


def encode(ring: np.ndarray) -> list[int]:
    """Return a closed ring as its first point and the steps from there, in whole units."""
    grid = np.rint(ring[:-1] * PER_DEGREE).astype(int)
    steps = np.diff(grid, axis=0, prepend=0 * grid[:1])
    return steps[(steps != 0).any(axis=1)].ravel().tolist()


if __name__ == "__main__":
    main()
