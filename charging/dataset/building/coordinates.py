"""Checks the coordinates of records, and converts those in another datum to WGS-84, by domain/datum.py.

A doubtful pair is refused and counted, and corrected only on request. Which rows are moved from another datum
is decided by country and region, never by a rectangle alone: Hong Kong, Macau and Taiwan draw on WGS-84 maps.
"""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.domain.countries import BOXES, PAD_DEG, lies_in
from charging.domain.datum import to_wgs84
from charging.domain.vocabulary import Datum
from charging.sources.coordinates import is_projected
from charging.sources.records import Reason, Rejection

_MAX_LAT, _MAX_LON = 90.0, 180.0


def coordinate_refusal(
    record_id: str, lat: float | None, lon: float | None, country: str | None
) -> Rejection | None:
    """Return why a pair of coordinates, degrees in any datum, cannot be taken, or None if it can.

    A pair that fits its country (ISO 3166-1 alpha-2) only the other way round is recognised.
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
        (np.abs(lat) <= _MAX_LAT) & (np.abs(lon) <= _MAX_LON) & ((lat != 0) | (lon != 0))
    )
    outside = np.flatnonzero(~is_in_country(lat, lon, country))
    # one that fits its country neither way is taken, and reported
    lat, lon = lat[outside], lon[outside]
    may_be_swapped = is_in_country(lon, lat, country.take(pa.array(outside)), pad_deg=0)
    is_on_globe[outside] &= ~may_be_swapped & (lat != 0) & (lon != 0)
    return is_on_globe


def is_in_country(
    lat: NDArray[np.float64], lon: NDArray[np.float64], country: pa.Array, pad_deg: float = PAD_DEG
) -> NDArray[np.bool_]:
    """Return which points do not lie far from the country that is stated; where none is, all do not."""
    if country.null_count == len(country):
        return np.ones(len(lat), np.bool_)
    found = pc.dictionary_encode(country, null_encoding="encode")
    codes = found.dictionary.to_pylist()
    if len(codes) == 1:
        return lies_in(codes[0], lat, lon, pad_deg)
    at = found.indices.to_numpy()
    is_inside = np.ones(len(lat), np.bool_)
    for number, code in enumerate(codes):
        if code in BOXES:
            rows = np.flatnonzero(at == number)
            is_inside[rows] = lies_in(code, lat[rows], lon[rows], pad_deg)
    return is_inside


def in_wgs84(
    lat: NDArray[np.float64], lon: NDArray[np.float64], shifted_from: NDArray[np.object_] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points in WGS-84 degrees.

    Parameters
    ----------
    lat, lon
        Degrees, each in its own datum.
    shifted_from
        The `Datum` each point has to be moved from, or None where it stays; None as a whole where all stay.
    """
    if shifted_from is None:
        return lat, lon
    lat, lon = lat.copy(), lon.copy()
    for datum in (Datum.GCJ02, Datum.BD09):
        rows = shifted_from == datum
        if rows.any():
            lat[rows], lon[rows] = to_wgs84(lat[rows], lon[rows], datum)
    return lat, lon


def _reason(lat: float, lon: float, country: str | None) -> Reason | None:
    if lat == 0 and lon == 0:
        return Reason.ZERO_COORDINATE
    if not (-_MAX_LAT <= lat <= _MAX_LAT and -_MAX_LON <= lon <= _MAX_LON):
        if is_projected(np.array([lat]), np.array([lon]))[0]:
            return Reason.PROJECTED
        swapped_fits = abs(lat) <= _MAX_LON and abs(lon) <= _MAX_LAT
        return Reason.SWAPPED_COORDINATE if swapped_fits else Reason.OUT_OF_RANGE
    if country is None or _is_in(country, lat, lon):
        return None
    if 0 in (lat, lon):  # a place in Greenwich or on the equator, but not of this country
        return Reason.ZERO_COORDINATE
    return Reason.SWAPPED_COORDINATE if _is_in(country, lon, lat, pad_deg=0) else None


def _is_in(country: str, lat: float, lon: float, *, pad_deg: float = PAD_DEG) -> bool:
    return bool(lies_in(country, np.array([lat]), np.array([lon]), pad_deg)[0])
