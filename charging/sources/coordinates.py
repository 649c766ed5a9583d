"""Reading a coordinate as a source gives it: a number, or the reason why it is none."""

import math

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
        number = read_number(raw, decimal=decimal)
        if number is None:
            return Rejection(reason=Reason.NOT_A_NUMBER, record_id=record_id, field=field, value=str(raw))
        point.append(number)
    return point[0], point[1]


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
