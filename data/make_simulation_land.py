"""Make simulation_land.pbm.gz: where simulated stations may stand, along the eastern half of China.

Run by hand from the checkout, with `global-land-mask`, `numpy` and `shapely` installed; the program itself
needs none but numpy. The picture is a portable bitmap (PBM, P4): one bit per 1/120 degree, rows from north
to south, 1 = may stand. Land is the public-domain GLOBE land mask of the package `global-land-mask`; the
shapes below are drawn by hand, coarse on purpose, and take out large lakes and the built-up areas
next door that a city's outskirts would otherwise spill into. They say nothing about any boundary.
"""

import gzip
from pathlib import Path

import numpy as np
import shapely
from global_land_mask import globe

TARGET = Path(__file__).with_name("simulation_land.pbm.gz")
SOUTH, NORTH, WEST, EAST = 17.5, 41.5, 105.5, 125.5  # degrees, WGS-84
PIXELS_PER_DEGREE = 120
ISLET_PIXELS = 2  # taken off every shore, so that what is narrower than twice that and one is gone,
COAST_PIXELS = 8  # and put back on what is left

# (lat, lon, half height, half width) of an ellipse, degrees
LAKES = {
    "Tai": (31.20, 120.17, 0.29, 0.26),
    "Chao": (31.56, 117.53, 0.10, 0.24),
    "Hongze": (33.30, 118.62, 0.22, 0.22),
    "Poyang": (29.05, 116.32, 0.30, 0.16),
    "East Dongting": (29.28, 112.98, 0.15, 0.12),
    "Gaoyou": (32.88, 119.30, 0.17, 0.12),
    "Weishan": (34.75, 117.08, 0.22, 0.06),
}

# (lon, lat) corners
NEXT_DOOR = {
    "south of the Shenzhen river": [
        (113.80, 22.10), (113.80, 22.35), (113.90, 22.43), (113.97, 22.475), (114.03, 22.502),
        (114.065, 22.516), (114.113, 22.532), (114.155, 22.556), (114.185, 22.559), (114.225, 22.551),
        (114.30, 22.550), (114.42, 22.53), (114.46, 22.40), (114.55, 22.30), (114.55, 22.10),
    ],
    "south of Gongbei, east of Hengqin": [
        (113.532, 22.185), (113.532, 22.213), (113.555, 22.217), (113.61, 22.20), (113.61, 22.10),
        (113.548, 22.10), (113.548, 22.16),
    ],
    "south-east of the Yalu": [
        (124.17, 39.80), (124.33, 40.02), (124.375, 40.105), (124.50, 40.19), (124.90, 40.47),
        (125.30, 40.63), (125.50, 40.75), (125.50, 39.50), (124.50, 39.50),
    ],
    "south of Dongxing": [
        (106.50, 21.30), (107.00, 21.80), (107.60, 21.60), (107.85, 21.63), (107.97, 21.535),
        (108.05, 21.53), (108.05, 21.30),
    ],
}  # fmt: skip


def main() -> None:
    """Write the bitmap beside this script."""
    allowed = without_islets(land_by_hand())
    rows, columns = allowed.shape
    picture = f"P4\n{columns} {rows}\n".encode() + np.packbits(allowed, axis=1).tobytes()
    TARGET.write_bytes(gzip.compress(picture, 9, mtime=0))
    print(f"{TARGET.name}: {columns} x {rows}, {TARGET.stat().st_size} bytes")


def land_by_hand() -> np.ndarray:
    """Return the land mask of the box without the shapes above."""
    rows, columns = round((NORTH - SOUTH) * PIXELS_PER_DEGREE), round((EAST - WEST) * PIXELS_PER_DEGREE)
    lat = NORTH - (np.arange(rows)[:, None] + 0.5) / PIXELS_PER_DEGREE
    lon = WEST + (np.arange(columns)[None, :] + 0.5) / PIXELS_PER_DEGREE
    allowed = globe.is_land(lat, lon)
    for centre_lat, centre_lon, half_height, half_width in LAKES.values():
        allowed &= ((lat - centre_lat) / half_height) ** 2 + ((lon - centre_lon) / half_width) ** 2 > 1
    for corners in NEXT_DOOR.values():
        shape = shapely.Polygon(corners)
        shapely.prepare(shape)
        allowed &= ~shapely.contains_xy(shape, *np.broadcast_arrays(lon, lat))
    return allowed


def without_islets(land: np.ndarray) -> np.ndarray:
    """Return the land that hangs together with a square of five pixels, some 4 km wide."""
    kept = land
    for _ in range(ISLET_PIXELS):
        kept = ~grown(~kept)
    for _ in range(COAST_PIXELS):
        kept = grown(kept) & land
    return kept


def grown(mask: np.ndarray) -> np.ndarray:
    """Return a mask with the eight neighbours of each of its pixels."""
    padded = np.pad(mask, 1, mode="edge")
    rows, columns = mask.shape
    return np.logical_or.reduce([padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)])


if __name__ == "__main__":
    main()
