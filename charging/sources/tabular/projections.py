"""Coordinates in metres: which reference system they are in, and how they become degrees.

A system is believed where it is declared: by the preset, on the command line, in the name of a column or in
the geometry itself. The conversion is pyproj's.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from charging.domain.bounds import Bounds
from charging.errors import Fault, SourceError

if TYPE_CHECKING:
    import pyproj

IN_DEGREES = frozenset(
    {4167, 4171, 4230, 4258, 4269, 4283, 4326, 4490, 4612, 4617, 4674, 4937, 4979, 6318, 6668, 7844}
)
"""Systems in degrees of latitude and longitude that differ from WGS-84 by some metres at most."""

_CODE = re.compile(r"(?:epsg|srid|crs)(?:[\s:/_.-]|\d\.\d:){0,3}(\d{4,5})(?!\d)", re.IGNORECASE)
_BARE_CODE = re.compile(
    r"(?<!\d)(258\d\d|3035|3857|27700|28992|2056|21781|31[24]\d\d|32[67]\d\d|2154|2180|5514|4326)$"
)

Reals = NDArray[np.float64]


def crs_in(names: Iterable[str]) -> int | None:
    """Return the code of a reference system that names of columns tell.

    Examples
    --------
    >>> crs_in(["x_epsg3035", "y_epsg3035"]), crs_in(["X_25832"]), crs_in(["lat", "Line 4711"])
    (3035, 25832, None)
    """
    for name in names:
        match = _CODE.search(name) or _BARE_CODE.search(name.strip())
        if match:
            return int(match[1])
    return None


def in_degrees(x: Reals, y: Reals, crs: int, where: str) -> tuple[Reals, Reals]:
    """Return latitude and longitude of points in a reference system, given as easting and northing.

    Raises
    ------
    SourceError
        If no such system is known.
    """
    if crs in IN_DEGREES:
        return y, x
    lon, lat = _transformer(crs, where).transform(x, y)
    return np.asarray(lat, np.float64), np.asarray(lon, np.float64)


def is_northing_first(first: Reals, second: Reals, crs: int, where: str) -> bool:
    """Return whether more points lie where a reference system is used if northing stands before easting.

    Examples
    --------
    >>> is_northing_first(np.array([5934000.0]), np.array([565000.0]), 25832, "a table")
    True
    """
    if crs in IN_DEGREES:
        return True
    system = _transformer(crs, where).source_crs
    area = system and system.area_of_use
    if not area:
        return False
    box = Bounds(area.south, area.west, area.north, area.east)
    ways = [in_degrees(first, second, crs, where), in_degrees(second, first, crs, where)]
    by_easting, by_northing = (np.count_nonzero(box.contains(lat, lon)) for lat, lon in ways)
    return bool(by_northing > by_easting)


@cache
def _transformer(crs: int, where: str) -> "pyproj.Transformer":
    import pyproj  # noqa: PLC0415  few tables are in metres, and every other would wait for it

    try:
        return pyproj.Transformer.from_crs(f"EPSG:{crs}", "EPSG:4326", always_xy=True)
    except pyproj.exceptions.ProjError as error:
        message = (
            f"{where}: expected the EPSG code of a reference system, found {crs}, which cannot be converted"
            f" ({str(error)[:80]}). Check the code, or convert the table to EPSG:4326 first."
        )
        raise SourceError(message, Fault.PROJECTION) from error
