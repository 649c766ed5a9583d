"""View of the map: a centre and a zoom. Without folium, so that a link can be read before it is loaded."""

import math
from typing import NamedTuple

from charging.maps.static_files import static_json

MAX_ZOOM: float = static_json("theme.json")["zoom"]["max"]
"""Finest zoom, Web Mercator."""

MERCATOR_EDGE, DATE_LINE = 85.0, 180.0
"""Latitude and longitude where the map ends, degrees."""


class View(NamedTuple):
    """View of the map: its centre in WGS-84 degrees and its Web Mercator zoom."""

    lat: float
    lon: float
    zoom: float

    @classmethod
    def from_text(cls, text: str) -> "View | None":
        """Read a view from the `at` parameter of a URL; None if it is not valid.

        Examples
        --------
        >>> View.from_text("31.23,121.47,11")
        View(lat=31.23, lon=121.47, zoom=11.0)
        >>> View.from_text("here") is None
        True
        """
        try:
            lat, lon, zoom = (float(part) for part in text.split(","))
        except ValueError:
            return None
        is_view = abs(lat) <= MERCATOR_EDGE and abs(lon) <= DATE_LINE and 0 <= zoom <= MAX_ZOOM
        return cls(lat, lon, zoom) if is_view and math.isfinite(lat + lon + zoom) else None


CHINA = View(35.0, 104.5, 4.5)
"""Where a visit starts without a deep link."""
