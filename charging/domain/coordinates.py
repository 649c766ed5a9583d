"""Points as people write them, in decimals or in degrees, minutes and seconds, in either order.

This module only parses the text. Which datum is assumed where none is named, and where a shift applies, is up
to the caller.
"""

import re
from typing import NamedTuple

from charging.domain.text_folding import fold_text
from charging.domain.vocabulary import Datum


class WrittenPoint(NamedTuple):
    """Degrees in the datum the text names; None where it names none."""

    lat: float
    lon: float
    datum: Datum | None


def read_point(text: str) -> WrittenPoint | None:
    """Parse a text that is one point; return None if it is no point, or not on the globe.

    Parameters
    ----------
    text
        Two angles: bare, or each with its axis ("N", "lat", "北纬") before or after it. The name of a datum
        may come first or last.

    Notes
    -----
    Bare angles are latitude and longitude, unless the first can only be a longitude.

    Examples
    --------
    >>> read_point("121.47 31.23")
    WrittenPoint(lat=31.23, lon=121.47, datum=None)
    >>> read_point("gcj 31.23,121.47").datum
    <Datum.GCJ02: 'gcj02'>
    >>> read_point("东经121.5° 北纬31°15′")
    WrittenPoint(lat=31.25, lon=121.5, datum=None)
    >>> read_point("Shanghai 2") is None
    True
    """
    plain = fold_text(text)
    datums = {datum for datum, pattern in _DATUMS.items() if pattern.search(plain)}
    for datum in datums:
        plain = _DATUMS[datum].sub(" ", plain)
    angles = _parse_angles(plain.strip(" ,:;()[]"))
    if angles is None or len(datums) > 1:
        return None
    lat, lon = angles
    if abs(lat) > _MAX_LAT or abs(lon) > _MAX_LON:
        return None
    return WrittenPoint(lat, lon, next(iter(datums), None))


_MAX_LAT, _MAX_LON = 90.0, 180.0

_DATUMS = {
    Datum.WGS84: re.compile(r"\bwgs[- ]?84\b|\bgps\b"),
    Datum.GCJ02: re.compile(r"\bgcj(?:[- ]?02)?\b|\bamap\b|高德|火星坐标"),
    Datum.BD09: re.compile(r"\bbd[- ]?09\b|\bbaidu\b|百度"),
}

_AXES = {
    **dict.fromkeys(("n", "lat", "latitude", "北纬", "纬度"), ("lat", 1)),
    **dict.fromkeys(("s", "南纬"), ("lat", -1)),
    **dict.fromkeys(("e", "lon", "lng", "longitude", "东经", "经度"), ("lon", 1)),
    **dict.fromkeys(("w", "西经"), ("lon", -1)),
}
"""Marks of an angle: the axis, and the sign of the value."""

_MARK = rf"({'|'.join(sorted(_AXES, key=len, reverse=True))})"
_SECONDS = r"(?: ?(\d{1,2}(?:\.\d*)?) ?(?:\"|''|′′|”|秒))?"
_MINUTES = rf"(?: ?(\d{{1,2}}(?:\.\d*)?) ?['′’分]{_SECONDS})?"
_ANGLE = rf"([+-]?\d{{1,3}}(?:\.\d*)?)(?: ?[°度]{_MINUTES})?"
_SEPARATOR = r"(?: ?[,;/、] ?| )"

_BARE_PAIR = re.compile(rf"{_ANGLE}{_SEPARATOR}{_ANGLE}")
_AXIS_FIRST = re.compile(rf"{_MARK} ?[:=]? ?{_ANGLE}{_SEPARATOR}?{_MARK} ?[:=]? ?{_ANGLE}")
_AXIS_LAST = re.compile(rf"{_ANGLE} ?{_MARK}{_SEPARATOR}?{_ANGLE} ?{_MARK}")


def _parse_angles(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude, not yet checked for range."""
    if match := _BARE_PAIR.fullmatch(text):
        first, second = _degrees(*match.groups()[:3]), _degrees(*match.groups()[3:])
        is_written = any(mark in text for mark in ".,°度")  # two bare integers may be anything
        is_lon_first = abs(first) > _MAX_LAT
        return ((second, first) if is_lon_first else (first, second)) if is_written else None
    if match := _AXIS_FIRST.fullmatch(text):
        mark, *angle, other_mark = match.groups()[:5]
        return _pair_angles({mark: _degrees(*angle), other_mark: _degrees(*match.groups()[5:])})
    if match := _AXIS_LAST.fullmatch(text):
        *angle, mark = match.groups()[:4]
        *other_angle, other_mark = match.groups()[4:]
        return _pair_angles({mark: _degrees(*angle), other_mark: _degrees(*other_angle)})
    return None


def _degrees(whole: str, minutes: str | None, seconds: str | None) -> float:
    size = abs(float(whole)) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return -size if whole.startswith("-") else size


def _pair_angles(angles: dict[str, float]) -> tuple[float, float] | None:
    """Return latitude and longitude from marked angles; None unless there is one of each."""
    by_axis = {_AXES[mark][0]: _AXES[mark][1] * degrees for mark, degrees in angles.items()}
    return (by_axis["lat"], by_axis["lon"]) if by_axis.keys() == {"lat", "lon"} else None
