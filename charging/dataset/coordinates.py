"""Coordinates of records: the reason to refuse a pair, or the point in WGS-84.

A doubtful pair is refused and counted, never corrected in silence. Which rows are moved from another datum is
decided by country and region, never by a rectangle alone: Hong Kong, Macau and Taiwan draw on WGS-84 maps.
"""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.domain.datum import CHINA, to_wgs84
from charging.domain.vocabulary import Datum
from charging.sources.records import Reason, Rejection

_MAX_LAT, _MAX_LON = 90.0, 180.0


def coordinate_refusal(
    record_id: str, lat: float | None, lon: float | None, country: str | None
) -> Rejection | None:
    """Return why a pair of coordinates, degrees in any datum, cannot be taken, or None if it can.

    Within China (ISO 3166-1 `CN`) a pair that fits only the other way round is recognised.
    """
    if lat is None or math.isnan(lat):
        return Rejection(reason=Reason.MISSING_COORDINATE, record_id=record_id, field="lat")
    if lon is None or math.isnan(lon):
        return Rejection(reason=Reason.MISSING_COORDINATE, record_id=record_id, field="lon")
    reason = _reason(lat, lon, country)
    if reason is None:
        return None
    return Rejection(reason=reason, record_id=record_id, field="lat, lon", value=f"{lat!r}, {lon!r}")


def has_sound_coordinates(
    lat: NDArray[np.float64], lon: NDArray[np.float64], country: pa.Array
) -> NDArray[np.bool_]:
    """Return for each pair whether `coordinate_refusal` surely finds nothing wrong; others it must judge."""
    is_on_globe: NDArray[np.bool_] = (
        (np.abs(lat) <= _MAX_LAT) & (np.abs(lon) <= _MAX_LON) & (lat != 0) & (lon != 0)
    )
    is_china = np.asarray(pc.fill_null(pc.equal(country, "CN"), fill_value=False))
    if is_china.any():
        is_on_globe &= CHINA.contains(lat, lon) | ~is_china
    return is_on_globe


def in_wgs84(
    lat: NDArray[np.float64], lon: NDArray[np.float64], shifted_from: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points in WGS-84 degrees.

    Parameters
    ----------
    lat, lon
        Degrees, each in its own datum.
    shifted_from
        The `Datum` each point has to be moved from, or None where it stays.
    """
    lat, lon = lat.copy(), lon.copy()
    for datum in (Datum.GCJ02, Datum.BD09):
        rows = shifted_from == datum
        if rows.any():
            lat[rows], lon[rows] = to_wgs84(lat[rows], lon[rows], datum)
    return lat, lon


def _reason(lat: float, lon: float, country: str | None) -> Reason | None:
    if lat == 0 or lon == 0:
        return Reason.ZERO_COORDINATE
    if not (-_MAX_LAT <= lat <= _MAX_LAT and -_MAX_LON <= lon <= _MAX_LON):
        swapped_fits = abs(lat) <= _MAX_LON and abs(lon) <= _MAX_LAT
        return Reason.SWAPPED_COORDINATE if swapped_fits else Reason.OUT_OF_RANGE
    if country == "CN" and not CHINA.contains(lat, lon) and CHINA.contains(lon, lat):
        return Reason.SWAPPED_COORDINATE
    return None
