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
        return cls(south, _wrap_lon(west), north, _wrap_lon(east))

    @property
    def crosses_180(self) -> bool:
        """Whether the box crosses the 180th meridian."""
        return self.west > self.east

    @property
    def width(self) -> float:
        """Extent in longitude, degrees."""
        return self.east - self.west + (FULL_CIRCLE if self.crosses_180 else 0)

    @property
    def centre_lat(self) -> float:
        """Latitude halfway between the edges, degrees."""
        return (self.south + self.north) / 2

    def pad(self, share: float) -> "Bounds":
        """Return the box extended on each side by `share` of its extent."""
        lat, lon = (self.north - self.south) * share, self.width * share
        return self._grow(lat, lon)

    def widen(self, distance_km: float) -> "Bounds":
        """Return the box extended by at least `distance_km` on each side; near a pole, the whole circle."""
        lat = distance_km / KM_PER_DEGREE
        furthest = max(abs(self.south - lat), abs(self.north + lat))
        if furthest >= 90:  # noqa: PLR2004  a pole is inside
            return self._grow(lat, FULL_CIRCLE)
        # along a parallel a great circle reaches furthest in longitude by asin(sin d / cos lat)
        sine = math.sin(math.radians(lat)) / math.cos(math.radians(furthest))
        return self._grow(lat, math.degrees(math.asin(sine)) if sine < 1 else FULL_CIRCLE)

    @overload
    def contains(self, lat: float, lon: float) -> bool: ...
    @overload
    def contains(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]: ...
    def contains(
        self, lat: float | NDArray[np.float64], lon: float | NDArray[np.float64]
    ) -> bool | NDArray[np.bool_]:
        """Return whether points are in the box, edges included; shape in, shape out."""
        in_lat = (lat >= self.south) & (lat <= self.north)
        if self.crosses_180:
            return in_lat & ((lon >= self.west) | (lon <= self.east))
        return in_lat & (lon >= self.west) & (lon <= self.east)

    def _grow(self, lat: float, lon: float) -> "Bounds":
        return Bounds.from_map(
            self.south - lat, self.west - lon, self.north + lat, self.west + self.width + lon
        )


WORLD = Bounds(-90.0, -180.0, 90.0, 180.0)
"""The whole globe."""


def _wrap_lon(lon: float) -> float:
    """Return a longitude in -180 to 180; both ends stay as they are."""
    if -180 <= lon <= 180:  # noqa: PLR2004  degrees
        return float(lon)
    return (lon + 180) % FULL_CIRCLE - 180
