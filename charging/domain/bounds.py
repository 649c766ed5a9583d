"""A box on the globe, in WGS-84 degrees; it may cross the 180th meridian.

Order is always south, west, north, east. A box with `west > east` runs eastwards across the 180th meridian.
"""

import math
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

KM_PER_DEGREE = 111.195
"""Length of one degree of latitude on the sphere of `hexes.EARTH_RADIUS_KM`, in km."""

FULL_CIRCLE = 360.0


class Bounds(NamedTuple):
    """South, west, north and east edge, degrees, edges included."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def from_map(cls, south: float, west: float, north: float, east: float) -> "Bounds":
        """Return the box a map shows; a map dragged around the world reports longitudes beyond 180.

        Examples
        --------
        >>> Bounds.from_map(10, 170, 20, 190)
        Bounds(south=10, west=170.0, north=20, east=-170.0)
        """
        south, north = max(south, -90), min(north, 90)
        if east - west >= FULL_CIRCLE:
            return cls(south, -180.0, north, 180.0)
        return cls(south, _wrapped(west), north, _wrapped(east))

    @property
    def crosses_180(self) -> bool:
        """Whether the box runs across the 180th meridian."""
        return self.west > self.east

    @property
    def width(self) -> float:
        """Extent in longitude, degrees."""
        return self.east - self.west + (FULL_CIRCLE if self.crosses_180 else 0)

    @property
    def centre_lat(self) -> float:
        """Latitude half-way between the edges, degrees."""
        return (self.south + self.north) / 2

    def padded(self, share: float) -> "Bounds":
        """Return the box grown on each side by `share` of its extent."""
        lat, lon = (self.north - self.south) * share, self.width * share
        return self._grown(lat, lon)

    def widened(self, distance_km: float) -> "Bounds":
        """Return the box grown by at least `distance_km` on each side; near a pole, the whole circle."""
        lat = distance_km / KM_PER_DEGREE
        furthest = max(abs(self.south - lat), abs(self.north + lat))
        if furthest >= 90:  # noqa: PLR2004  a pole lies inside
            return self._grown(lat, FULL_CIRCLE)
        # along a parallel a great circle reaches furthest in longitude by asin(sin d / cos lat)
        reach = math.sin(math.radians(lat)) / math.cos(math.radians(furthest))
        return self._grown(lat, math.degrees(math.asin(reach)) if reach < 1 else FULL_CIRCLE)

    @overload
    def contains(self, lat: float, lon: float) -> bool: ...
    @overload
    def contains(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]: ...
    def contains(
        self, lat: float | NDArray[np.float64], lon: float | NDArray[np.float64]
    ) -> bool | NDArray[np.bool_]:
        """Tell whether points lie in the box, edges included; shape in, shape out."""
        in_lat = (lat >= self.south) & (lat <= self.north)
        if self.crosses_180:
            return in_lat & ((lon >= self.west) | (lon <= self.east))
        return in_lat & (lon >= self.west) & (lon <= self.east)

    def _grown(self, lat: float, lon: float) -> "Bounds":
        return Bounds.from_map(
            self.south - lat, self.west - lon, self.north + lat, self.west + self.width + lon
        )


WORLD = Bounds(-90.0, -180.0, 90.0, 180.0)
"""Everything."""


def _wrapped(lon: float) -> float:
    """Return a longitude in -180 to 180; both ends stay what they are."""
    if -180 <= lon <= 180:  # noqa: PLR2004  degrees
        return float(lon)
    return (lon + 180) % FULL_CIRCLE - 180
