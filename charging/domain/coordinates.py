"""Points as people write them, in decimals or in degrees, minutes and seconds, in either order.

Only what is written is read here. Which datum an unnamed one is taken for, and where a shift applies, is for
the reader of the point to decide.
"""

import re
from typing import NamedTuple

from charging.domain.text_folding import folded
from charging.domain.vocabulary import Datum


class WrittenPoint(NamedTuple):
    """Degrees in the datum the text names; None where it names none."""

    lat: float
    lon: float
    datum: Datum | None


def read_point(text: str) -> WrittenPoint | None:
    """Return the point a text consists of, or None where it is no point, or not one on the globe.

    Parameters
    ----------
    text
        Two angles: bare, or each with its axis ("N", "lat", "北纬"), before or after it. The name of a datum
        may stand on either side.

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
    plain = folded(text)
    named = {datum for datum, pattern in _DATUMS.items() if pattern.search(plain)}
    for datum in named:
        plain = _DATUMS[datum].sub(" ", plain)
    found = _written(plain.strip(" ,:;()[]"))
    if found is None or len(named) > 1:
        return None
    lat, lon = found
    if abs(lat) > _MOST_LAT or abs(lon) > _MOST_LON:
        return None
    return WrittenPoint(lat, lon, next(iter(named), None))


_MOST_LAT, _MOST_LON = 90.0, 180.0

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
"""What an angle is called: its axis, and the sign of what is written."""

_MARK = rf"({'|'.join(sorted(_AXES, key=len, reverse=True))})"
_SECONDS = r"(?: ?(\d{1,2}(?:\.\d*)?) ?(?:\"|''|′′|”|秒))?"
_MINUTES = rf"(?: ?(\d{{1,2}}(?:\.\d*)?) ?['′’分]{_SECONDS})?"
_ANGLE = rf"([+-]?\d{{1,3}}(?:\.\d*)?)(?: ?[°度]{_MINUTES})?"
_APART = r"(?: ?[,;/、] ?| )"

_BARE = re.compile(rf"{_ANGLE}{_APART}{_ANGLE}")
_MARKED_BEFORE = re.compile(rf"{_MARK} ?[:=]? ?{_ANGLE}{_APART}?{_MARK} ?[:=]? ?{_ANGLE}")
_MARKED_AFTER = re.compile(rf"{_ANGLE} ?{_MARK}{_APART}?{_ANGLE} ?{_MARK}")


def _written(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude, of any size."""
    if match := _BARE.fullmatch(text):
        first, second = _degrees(*match.groups()[:3]), _degrees(*match.groups()[3:])
        is_written = any(mark in text for mark in ".,°度")  # two bare whole numbers may be anything
        swapped = abs(first) > _MOST_LAT
        return ((second, first) if swapped else (first, second)) if is_written else None
    if match := _MARKED_BEFORE.fullmatch(text):
        mark, *angle, other_mark = match.groups()[:5]
        return _placed({mark: _degrees(*angle), other_mark: _degrees(*match.groups()[5:])})
    if match := _MARKED_AFTER.fullmatch(text):
        *angle, mark = match.groups()[:4]
        *other_angle, other_mark = match.groups()[4:]
        return _placed({mark: _degrees(*angle), other_mark: _degrees(*other_angle)})
    return None


def _degrees(whole: str, minutes: str | None, seconds: str | None) -> float:
    size = abs(float(whole)) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return -size if whole.startswith("-") else size


def _placed(angles: dict[str, float]) -> tuple[float, float] | None:
    """Return latitude and longitude by the marks of the angles; None unless there is one of each."""
    placed = {_AXES[mark][0]: _AXES[mark][1] * degrees for mark, degrees in angles.items()}
    return (placed["lat"], placed["lon"]) if placed.keys() == {"lat", "lon"} else None
