"""Make the land of the world for the map, without any political border, in charging/maps/static.

    python data/make_ground.py land-10m.json

The outline is Natural Earth's land, 1:10 million (public domain), as packed in the npm package `world-atlas`
2.0.2 (ISC), whose file is the argument. It is drawn twice: coarsely as a whole (ground.json), and finely in
squares of ten degrees (coast/), which the browser loads for what is in view. Needs shapely and numpy.

Rings are closed implicitly and written as whole parts of a degree, [lon, lat, step, step, ...], outer rings
and holes alike (even-odd fill). A square reaches a little over its edges, so that no gap shows between two;
edges there are no coast.
"""

import argparse
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from shapely import MultiPolygon, Polygon, box, make_valid, union_all
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

STATIC = Path(__file__).parents[1] / "charging" / "maps" / "static"

WEST = -169.0
"""Longitude of the drawing's western edge: through the Bering Strait, where it cuts no coast but the
Antarctic."""

POLAR_LAT = 84.0
"""Land beyond it is left out: Web Mercator ends at 85."""

WORLD = box(WEST, -POLAR_LAT, WEST + 360, POLAR_LAT)

PER_DEGREE, TOLERANCE, MIN_ISLAND, MIN_LAKE = 50, 0.16, 0.07, 3.0
"""Of the whole: units, Douglas-Peucker tolerance in degrees, and areas in square degrees below which a ring
is left out."""

SQUARE = 10
"""Width and height of a square, degrees."""

FINE_PER_DEGREE, FINE_TOLERANCE, MIN_FINE = 500, 0.003, 0.00005

OVERLAP = 0.02
"""How far a square reaches over its edges, degrees."""


def main() -> None:
    """Write the files and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("land", type=Path, help="land-10m.json of world-atlas")
    land = read_land(json.loads(parser.parse_args().land.read_text("utf-8")))
    squares = write_squares(land)
    rings = [
        encode(ring, PER_DEGREE) for ring in worth_drawing(land.simplify(TOLERANCE), MIN_ISLAND, MIN_LAKE)
    ]
    ground = {
        "perDegree": PER_DEGREE,
        "rings": [ring for ring in rings if len(ring) > 4],  # noqa: PLR2004  two points are no ring
        "square": SQUARE,
        "finePerDegree": FINE_PER_DEGREE,
        "overlap": OVERLAP,
        "squares": sorted(squares),
    }
    target = STATIC / "ground.json"
    target.write_text(json.dumps(ground, separators=(",", ":")) + "\n")
    print(f"{len(rings)} rings, {sum(map(len, rings)) // 2} vertices, {target.stat().st_size:,} bytes")
    print(f"{len(squares)} squares, {sum(squares.values()):,} bytes, at most {max(squares.values()):,}")


def read_land(topology: dict[str, Any]) -> BaseGeometry:
    """Return the land of a TopoJSON file in one piece, from the western edge of the drawing on."""
    scale, origin = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + origin for arc in topology["arcs"]]
    polygons = []
    for geometry in topology["objects"]["land"]["geometries"]:
        parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for rings in parts:
            outer, *holes = (join_arcs(ring, arcs) for ring in rings)
            polygons.append(make_valid(Polygon(outer, holes)))
    # what lies outside of the drawing on one side belongs to the other; a hair of width closes the seams
    turned = [
        translate(union_all(polygons), turn).intersection(WORLD).buffer(1e-4) for turn in (-360, 0, 360)
    ]
    return union_all(turned).intersection(WORLD)


def join_arcs(ring: Iterable[int], arcs: list[np.ndarray]) -> np.ndarray:
    """Return the points of a ring; the complement of a number means its arc backwards.

    Where it crosses the 180th meridian longitudes go on beyond it. The Antarctic, which goes around the pole,
    stays as it is: it is closed along both sides of the meridian.
    """
    points = np.concatenate([arcs[at] if at >= 0 else arcs[~at][::-1] for at in ring])
    lon = np.unwrap(points[:, 0], period=360)
    if abs(lon[-1] - lon[0]) > 1:
        return points
    lon -= 360 * round((lon.min() + lon.max()) / 720)  # where its lakes are
    return np.column_stack([lon, points[:, 1]])


def write_squares(land: BaseGeometry) -> dict[str, int]:
    """Write the squares that hold a coast, and return how many bytes each has, by name."""
    folder = STATIC / "coast"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    fine, found = land.simplify(FINE_TOLERANCE), {}
    for south in range(-90, 90, SQUARE):
        for west in range(-180, 180, SQUARE):
            frame = box(west - OVERLAP, south - OVERLAP, west + SQUARE + OVERLAP, south + SQUARE + OVERLAP)
            # in the drawing, longitudes west of its edge are those of its east
            parts = [
                translate(fine.intersection(translate(frame, turn)), -turn)
                for turn in (0, 360)
                if fine.intersects(translate(frame, turn))
            ]
            part = union_all(parts) if parts else Polygon()
            if part.is_empty or frame.difference(part).area < MIN_FINE:
                continue
            rings = [encode(ring, FINE_PER_DEGREE) for ring in worth_drawing(part, MIN_FINE, MIN_FINE)]
            rings = [ring for ring in rings if len(ring) > 4]  # noqa: PLR2004  two points are no ring
            if rings:
                path = folder / f"{south}_{west}.json"
                path.write_text(json.dumps(rings, separators=(",", ":")) + "\n")
                found[path.stem] = path.stat().st_size
    return found


def worth_drawing(ground: BaseGeometry, min_island: float, min_lake: float) -> Iterator[np.ndarray]:
    """Yield the rings that are large enough to see, largest land first."""
    parts = [part for part in getattr(ground, "geoms", [ground]) if isinstance(part, Polygon | MultiPolygon)]
    polygons = [polygon for part in parts for polygon in getattr(part, "geoms", [part])]
    for polygon in sorted(polygons, key=lambda polygon: -polygon.area):
        if polygon.area < min_island:
            continue
        yield np.array(polygon.exterior.coords)
        yield from (np.array(hole.coords) for hole in polygon.interiors if Polygon(hole).area > min_lake)


def encode(ring: np.ndarray, per_degree: int) -> list[int]:
    """Return a closed ring as its first point and the steps from there, in whole units."""
    grid = np.rint(ring[:-1] * per_degree).astype(int)
    steps = np.diff(grid, axis=0, prepend=0 * grid[:1])
    return steps[(steps != 0).any(axis=1)].ravel().tolist()


if __name__ == "__main__":
    main()
