"""Coordinates in metres: which reference system they are in, and how they become degrees.

A system is believed where it is declared: by the preset, on the command line, in the name of a column or in
the geometry itself. The conversion is pyproj's, which need not be installed; without it such a table is
refused, and never taken for degrees.
"""

import re
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from charging.errors import Fault, SourceError

IN_DEGREES = frozenset(
    {4167, 4171, 4230, 4258, 4269, 4283, 4326, 4490, 4612, 4617, 4674, 4937, 4979, 6318, 6668, 7844}
)
"""Systems in degrees of latitude and longitude that differ from WGS-84 by some metres at most."""

_LIBRARY = "pyproj"
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
        If the system is one of metres and what converts it is not installed, or does not know it.
    """
    if crs in IN_DEGREES:
        return y, x
    if find_spec(_LIBRARY) is None:
        message = (
            f"{where}: expected coordinates in degrees, found EPSG:{crs}. {_LIBRARY} converts it, and is not"
            f" installed. Install it (pip install {_LIBRARY}), or convert the table to EPSG:4326 first."
        )
        raise SourceError(message, Fault.PROJECTION)
    library = import_module(_LIBRARY)
    try:
        transformer = library.Transformer.from_crs(f"EPSG:{crs}", "EPSG:4326", always_xy=True)
        lon, lat = transformer.transform(x, y)
    except library.exceptions.ProjError as error:
        message = (
            f"{where}: expected the EPSG code of a reference system, found {crs}, which {_LIBRARY} cannot"
            f" convert ({str(error)[:80]}). Check the code."
        )
        raise SourceError(message, Fault.PROJECTION) from error
    return np.asarray(lat, np.float64), np.asarray(lon, np.float64)
