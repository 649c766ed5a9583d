"""Reading a coordinate as a source gives it: a number, or the reason why it is none."""

import math
import re
import unicodedata
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from charging.sources.records import Reason, Rejection


def read_point(
    lat: object, lon: object, record_id: str, *, decimal: str = "."
) -> tuple[float, float] | Rejection:
    """Return latitude and longitude in degrees, or the rejection of the record.

    Whether the numbers can be a place (zero, swapped, out of range) is judged later, once for all sources.

    Parameters
    ----------
    lat, lon
        What the file holds: text, a number or nothing.
    record_id
        Id of the record, for the rejection.
    decimal
        The decimal mark of numbers written as text.

    Examples
    --------
    >>> read_point("52,5163", "13,3777", "1", decimal=",")
    (52.5163, 13.3777)
    >>> read_point("52.5163", "east", "1").reason
    <Reason.NOT_A_NUMBER: 'not_a_number'>
    """
    point = []
    for field, raw in (("lat", lat), ("lon", lon)):
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return Rejection(reason=Reason.MISSING_COORDINATE, record_id=record_id, field=field)
        number, axis = read_number(raw, decimal=decimal), None
        if number is None:
            number, axis = (isinstance(raw, str) and read_angle(raw)) or (None, None)
        if number is None or axis not in (None, field):
            reason = Reason.NOT_A_NUMBER if number is None else Reason.SWAPPED_COORDINATE
            return Rejection(reason=reason, record_id=record_id, field=field, value=str(raw))
        point.append(number)
    return point[0], point[1]


MIN_METRES, MAX_DEGREES = 1_000.0, 180.0
"""Two coordinates, one of which is above the first and both above the second, are no angles."""


def is_projected(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which pairs can only be metres of a map projection, or degrees without their decimal mark."""
    size, other = np.abs(lat), np.abs(lon)
    found: NDArray[np.bool_] = (np.maximum(size, other) > MIN_METRES) & (
        np.minimum(size, other) > MAX_DEGREES
    )
    return found


Axis = Literal["lat", "lon"]

_AXES: dict[str, tuple[Axis, int]] = {
    **dict.fromkeys(("n", "north", "nord", "lat", "latitude", "北纬", "纬度", "北緯"), ("lat", 1)),
    **dict.fromkeys(("s", "south", "süd", "sud", "sur", "南纬", "南緯"), ("lat", -1)),
    **dict.fromkeys(
        ("e", "east", "ost", "est", "este", "lon", "lng", "longitude", "东经", "经度", "東経"), ("lon", 1)
    ),
    **dict.fromkeys(("w", "west", "ouest", "oeste", "ovest", "西经", "西経"), ("lon", -1)),
}
"""Letters and words of an angle, its axis and sign; "O" is east in German and west in French: neither."""

_MARK = f"({'|'.join(sorted(_AXES, key=len, reverse=True))})"
_DEGREES = r"([+-]?\d{1,3}(?:\.\d+)?)"
_MINUTES = r"(\d{1,2}(?:\.\d+)?)"
_SECOND_MARK = r"(?:\"|''|′′|″|”|“|秒|sec)?"
_ANGLE = (
    rf"{_DEGREES}(?: ?[°度d](?: ?{_MINUTES} ?(?:['′’‘分m]|min)(?: ?{_MINUTES} ?{_SECOND_MARK})?)?"
    rf"|[: ]{_MINUTES}[: ]{_MINUTES})?"
)
_ANGLES = re.compile(rf"(?:{_MARK} ?[:=]? ?)?{_ANGLE} ?{_MARK}?")
_SEXAGESIMAL = 60


def read_angle(text: str) -> tuple[float, Axis | None] | None:
    """Return an angle in degrees as people write it, and the axis that its letter names.

    Examples
    --------
    >>> read_angle("118.24 W"), read_angle("34° 3′ 36″ S"), read_angle("北纬31°30′")
    ((-118.24, 'lon'), (-34.06, 'lat'), (31.5, 'lat'))
    >>> read_angle("-33.86 S") is read_angle("33°70′ S") is read_angle("13.4 O") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text.replace("º", "°")).casefold().strip()
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    match = _ANGLES.fullmatch(plain)
    if match is None:
        return None
    before, degrees, minutes, seconds, colon_minutes, colon_seconds, after = match.groups()
    parts = [float(part or 0) for part in (minutes or colon_minutes, seconds or colon_seconds)]
    is_signed, marks = degrees[0] in "+-", [mark for mark in (before, after) if mark]
    if max(parts) >= _SEXAGESIMAL or len(marks) > 1:
        return None
    sign = math.prod(_AXES[mark][1] for mark in marks)
    if is_signed and any(len(mark) == 1 or _AXES[mark][1] < 0 for mark in marks):
        return None  # a sign and a letter: they may say the same twice, or contradict
    size = abs(float(degrees)) + parts[0] / 60 + parts[1] / 3600
    return round(-size if degrees[0] == "-" else size * sign, 9), _AXES[marks[0]][0] if marks else None


def read_number(raw: object, *, decimal: str = ".") -> float | None:
    """Return a finite number given as a number or as text, or None where it is neither.

    Examples
    --------
    >>> read_number(" 3,7 ", decimal=",")
    3.7
    >>> read_number("NaN") is None
    True
    """
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return None
    if isinstance(raw, str) and "_" in raw:  # Python's own way to group digits, nobody else's
        return None
    text = raw.strip().replace(decimal, ".") if isinstance(raw, str) else raw
    try:
        number = float(text)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
