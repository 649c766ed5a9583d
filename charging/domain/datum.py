"""Geodetic datums: WGS-84, GCJ-02 (maps of mainland China) and BD-09 (Baidu), and conversions between them.

This is only the arithmetic. It says nothing about *where* a shift applies: outside the mainland GCJ-02
equals WGS-84, and the usual test by a rectangle would move Hong Kong and Seoul.
`charging.dataset.building` decides by source and country, once per row.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from charging.domain.bounds import Bounds
from charging.domain.vocabulary import Datum

_Reals = NDArray[np.float64]
_Point = tuple[_Reals, _Reals]

_AXIS_M = 6_378_245.0  # semi-major axis, m; Krasovsky 1940
_ECCENTRICITY_SQUARED = 0.00669342162296594323  # dimensionless; Krasovsky 1940
_ORIGIN_LAT_DEG = 35.0  # where the polynomials of GCJ-02 are centred
_ORIGIN_LON_DEG = 105.0
_WAVE_M = 2 / 3  # common factor of the sine terms of GCJ-02, m

_BD09_LAT_DEG = 0.006  # constant part of BD-09
_BD09_LON_DEG = 0.0065
_BD09_RADIUS_DEG = 2e-5  # amplitude of its wave along the radius
_BD09_ANGLE_RAD = 3e-6  # amplitude of its wave along the angle
_BD09_WAVE_RAD = np.pi * 3000 / 180  # radians of wave per degree

_INVERSE_STEPS = 3
"""Fixed-point steps of an inverse: each divides the error by 50 or more, three leave under a millimetre."""


def to_wgs84(lat: ArrayLike, lon: ArrayLike, datum: Datum) -> _Point:
    """Convert points in degrees from a datum to WGS-84, of the same shape; NaN stays NaN.

    Points must lie inside mainland China unless `datum` is WGS-84.

    Notes
    -----
    Exact to a millimetre against the public formula, which itself agrees with official maps to about a metre.

    Examples
    --------
    >>> lat, lon = to_wgs84(22.540383, 114.063014, Datum.GCJ02)
    >>> print(f"{lat:.5f} {lon:.5f}")
    22.54310 114.05790
    """
    point = _reals(lat, lon)
    if datum is Datum.BD09:
        point = _undo(_bd09_from_gcj02, point, (point[0] - _BD09_LAT_DEG, point[1] - _BD09_LON_DEG))
    if datum is not Datum.WGS84:
        point = _undo(_gcj02_from_wgs84, point, point)
    return point


def from_wgs84(lat: ArrayLike, lon: ArrayLike, datum: Datum) -> _Point:
    """Convert points in degrees from WGS-84 to another datum: the inverse of `to_wgs84`.

    Notes
    -----
    The formulas are the public ones, as in PRCoords (https://github.com/Artoria2e5/PRCoords).

    Examples
    --------
    >>> lat, lon = from_wgs84([39.9087], [116.3975], Datum.BD09)
    >>> print(f"{lat[0]:.6f} {lon[0]:.6f}")
    39.916443 116.410117
    """
    point = _reals(lat, lon)
    if datum is not Datum.WGS84:
        point = _gcj02_from_wgs84(*point)
    if datum is Datum.BD09:
        point = _bd09_from_gcj02(*point)
    return point


def _reals(lat: ArrayLike, lon: ArrayLike) -> _Point:
    return np.array(lat, dtype=np.float64), np.array(lon, dtype=np.float64)


def _gcj02_from_wgs84(lat: _Reals, lon: _Reals) -> _Point:
    north_m, east_m = _gcj02_offset_m(lat - _ORIGIN_LAT_DEG, lon - _ORIGIN_LON_DEG)
    latitude = np.radians(lat)
    # radii of curvature along the meridian and of the parallel
    bend = 1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY_SQUARED) / bend**1.5
    parallel_m = _AXIS_M * np.cos(latitude) / np.sqrt(bend)
    return lat + np.degrees(north_m / meridian_m), lon + np.degrees(east_m / parallel_m)


def _gcj02_offset_m(north: _Reals, east: _Reals) -> _Point:
    """Return the shift of GCJ-02 in metres north and east, at a point in degrees from the origin."""
    shared = 20 * np.sin(6 * np.pi * east) + 20 * np.sin(2 * np.pi * east)
    root = np.sqrt(np.abs(east))
    north_m = -100 + 2 * east + 3 * north + 0.2 * north**2 + 0.1 * east * north + 0.2 * root
    east_m = 300 + east + 2 * north + 0.1 * east**2 + 0.1 * east * north + 0.1 * root
    north_m += _WAVE_M * (shared + _waves(north, 20, 40, 160, 320))
    east_m += _WAVE_M * (shared + _waves(east, 20, 40, 150, 300))
    return north_m, east_m


def _waves(degrees: _Reals, *amplitudes: float) -> _Reals:
    """Return the sum of the slow sine terms, whose half-waves are 1, 3, 12 and 30 degrees long."""
    total = np.zeros_like(degrees)
    for amplitude, length in zip(amplitudes, (1, 3, 12, 30), strict=True):
        total = total + amplitude * np.sin(np.pi * degrees / length)
    return total


def _bd09_from_gcj02(lat: _Reals, lon: _Reals) -> _Point:
    radius = np.hypot(lon, lat) + _BD09_RADIUS_DEG * np.sin(_BD09_WAVE_RAD * lat)
    angle = np.arctan2(lat, lon) + _BD09_ANGLE_RAD * np.cos(_BD09_WAVE_RAD * lon)
    return radius * np.sin(angle) + _BD09_LAT_DEG, radius * np.cos(angle) + _BD09_LON_DEG


def _undo(forward: Callable[[_Reals, _Reals], _Point], image: _Point, start: _Point) -> _Point:
    """Return the point that `forward` moves to `image`, by fixed-point steps from `start`."""
    lat, lon = start
    for _ in range(_INVERSE_STEPS):
        moved_lat, moved_lon = forward(lat, lon)
        lat, lon = lat - (moved_lat - image[0]), lon - (moved_lon - image[1])
    return lat, lon


CHINA = Bounds(3.0, 73.0, 54.0, 136.0)
"""A generous box around China, degrees."""

_NEIGHBOURS = (
    Bounds(33.0, 124.7, 39.9, 136.0),  # Korea and Japan
    Bounds(30.0, 126.5, 34.0, 136.0),
    Bounds(42.3, 131.5, 45.0, 136.0),  # Vladivostok
    Bounds(45.5, 91.1, 54.0, 110.0),  # Mongolia, Irkutsk
    Bounds(49.5, 73.0, 54.0, 115.0),  # Siberia
    Bounds(42.3, 73.0, 49.5, 79.9),  # Kazakhstan and Kyrgyzstan
    Bounds(27.0, 73.0, 31.0, 78.5),  # northern India
    Bounds(3.0, 73.0, 27.0, 88.0),  # India and Sri Lanka
    Bounds(27.0, 80.0, 27.75, 87.9),  # Nepal
    Bounds(3.0, 73.0, 17.0, 107.0),  # Thailand, Malaysia, southern Vietnam
    Bounds(17.0, 92.0, 21.0, 108.2),  # Laos, Myanmar, northern Vietnam
    Bounds(21.0, 105.0, 22.0, 106.7),
    Bounds(5.0, 117.5, 21.5, 127.0),  # the Philippines
    Bounds(20.7, 120.0, 25.6, 122.5),  # Taiwan
)
"""Boxes inside that around China in which no point is on the mainland."""


def may_be_in_china(lat: _Reals, lon: _Reals) -> NDArray[np.bool_]:
    """Return which points may lie on the mainland: a rough answer, for records that state no country.

    Examples
    --------
    >>> may_be_in_china(np.array([31.2, 37.57, 52.5, 13.75]), np.array([121.5, 126.98, 13.4, 100.5])).tolist()
    [True, False, False, False]
    """
    found: NDArray[np.bool_] = CHINA.contains(lat, lon)
    for box in _NEIGHBOURS:
        found &= ~box.contains(lat, lon)
    return found


_OFF_THE_MAINLAND = ("71", "81", "82", "geonames:")
"""Beginnings of ids of cities: Taiwan, Hong Kong and Macau in GB/T 2260, and towns outside of it."""

_REGIONS_OFF_THE_MAINLAND = ("台湾", "臺灣", "香港", "澳门", "澳門", "taiwan", "hong kong", "macau", "macao")


def is_shifted(datum: Datum, country: str | None, region: str | None, city_id: str | None) -> bool:
    """Return whether points given in `datum`, of a place, must be shifted to become WGS-84.

    GCJ-02 and BD-09 differ from WGS-84 on the mainland only. A record without a country is assumed to be in
    China, unless its point lies elsewhere (`may_be_in_china`): only Chinese sources use these datums.

    Examples
    --------
    >>> is_shifted(Datum.GCJ02, "CN", "广东省", None), is_shifted(Datum.GCJ02, "HK", None, None)
    (True, False)
    """
    if datum is Datum.WGS84 or country not in (None, "CN"):
        return False
    if city_id is not None and city_id.startswith(_OFF_THE_MAINLAND):
        return False
    return region is None or not region.strip().casefold().startswith(_REGIONS_OFF_THE_MAINLAND)
