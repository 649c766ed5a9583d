"""Coordinates as the cells of a table write them: angles with letters, pairs, WKT, WKB and GeoJSON.

WKT, EWKT, WKB and GeoJSON write longitude first, as their standards ask; a bare pair is latitude and
longitude unless the preset, the header or the range of the numbers says otherwise.
"""

import json
import re
import struct
from enum import Enum
from itertools import chain
from typing import NamedTuple

from charging.sources.coordinates import read_angle, read_number
from charging.sources.io.geojson import box_centre

_PLAIN = r"([+-]?\d{1,8}(?:\.\d+)?)"
_BARE = re.compile(rf"{_PLAIN} *[,;/| \t] *{_PLAIN}")
_ARRAY = re.compile(rf"\[ *{_PLAIN} *, *{_PLAIN} *(?:, *[+-]?[\d.]+ *)?\]")
_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_WKT = re.compile(
    r"(?:SRID *= *(\d+) *; *)?(?:<[^>]*> *)?((?:MULTI)?(?:POINT|LINESTRING|POLYGON))\b(.*)",
    re.IGNORECASE | re.DOTALL,
)
_WKT_POINT = re.compile(rf"({_NUMBER}) +({_NUMBER})")
_HEX = re.compile(r"(?:\\x)?((?:[0-9A-Fa-f]{2}){21,})")
_COMMAS = re.compile(r"([+-]?\d{1,3}),(\d+) *([,;/|]| ) *([+-]?\d{1,3}),(\d+)")
_IN_DEGREES = re.compile("[°º度:′']")
_PARTS = re.compile(r"[,;/|]")
_MAX_GEOMETRY = 1_000_000  # characters of a geometry that is read
_WKB_TYPES = {1: 0, 2: 1, 3: 2, 4: 1, 5: 2, 6: 3}  # how many counts stand before a position
_EWKB_SRID, _EWKB_Z, _EWKB_M = 0x20000000, 0x80000000, 0x40000000


class Form(Enum):
    """Which of two numbers comes first, by how they are written."""

    LON_LAT = "lon lat"  # the form says so: WKT, WKB, GeoJSON
    LAT_LON = "lat lon"  # so do letters or names
    ARRAY = (
        "array"  # in brackets, as the coordinates of GeoJSON: longitude first where nothing says otherwise
    )
    BARE = "bare"  # latitude first where nothing says otherwise


class Pair(NamedTuple):
    """Two coordinates in the order of the text, and what tells that order."""

    first: float
    second: float
    form: Form
    crs: int | None = None  # that the text names


def read_pair(cell: str, decimal: str = ".") -> Pair | None:
    """Return the coordinates of a cell that holds both, None where they are not two.

    Examples
    --------
    >>> read_pair("48.85, 2.35"), read_pair("SRID=4326;POINT(2.35 48.85)").form
    (Pair(first=48.85, second=2.35, form=<Form.BARE: 'bare'>, crs=None), <Form.LON_LAT: 'lon lat'>)
    >>> read_pair("39,9;116,4", ",")[:2], read_pair("33.86 S, 151.21 E")[:2]
    ((39.9, 116.4), (-33.86, 151.21))
    """
    cell = cell.strip()
    if match := _ARRAY.fullmatch(cell):
        return Pair(float(match[1]), float(match[2]), Form.ARRAY)
    bare = cell[1:-1].strip() if cell[:1] + cell[-1:] in ("()", "[]") else cell
    if (match := _BARE.fullmatch(bare)) and (decimal == "." or "." in bare or "," not in bare):
        return Pair(float(match[1]), float(match[2]), Form.BARE)
    if match := _COMMAS.fullmatch(bare):
        first, second = f"{match[1]}.{match[2]}", f"{match[4]}.{match[5]}"
        return Pair(float(first), float(second), Form.BARE) if decimal == "," or match[3] != " " else None
    return _of_geometry(cell) or _of_angles(bare)


def _of_geometry(cell: str) -> Pair | None:
    if len(cell) > _MAX_GEOMETRY:
        return None
    if match := _WKT.fullmatch(cell):
        points = [(float(x), float(y)) for x, y in _WKT_POINT.findall(match[3])]
        return _middle(points, int(match[1]) if match[1] else None)
    if match := _HEX.fullmatch(cell):
        return read_wkb(bytes.fromhex(match[1]))
    if cell.startswith("{"):
        try:
            return _of_object(json.loads(cell))
        except (ValueError, RecursionError):
            return None
    return None


def _of_object(value: object) -> Pair | None:
    """Return the point of a geometry of GeoJSON, or of an object with named coordinates."""
    lat, lon = box_centre(value)
    if lat is not None and lon is not None:
        return Pair(lon, lat, Form.LON_LAT)
    named = {str(key).casefold(): each for key, each in value.items()} if isinstance(value, dict) else {}
    for lat_name, lon_name in (("latitude", "longitude"), ("lat", "lon"), ("lat", "lng"), ("y", "x")):
        first, second = read_number(named.get(lat_name)), read_number(named.get(lon_name))
        if first is not None and second is not None:
            return Pair(first, second, Form.LAT_LON)
    return None


def _of_angles(cell: str) -> Pair | None:
    """Return two angles of which each names its axis, or that are written in degrees and minutes."""
    for parts in _halves(cell):
        angles = [read_angle(part) for part in parts]
        if any(angle is None for angle in angles):
            continue
        (first, first_axis), (second, second_axis) = (angle for angle in angles if angle)
        if first_axis is None and second_axis is None and _IN_DEGREES.search(cell):
            return Pair(first, second, Form.BARE)
        if {first_axis, second_axis} == {"lat", "lon"}:
            return Pair(first, second, Form.LAT_LON if first_axis == "lat" else Form.LON_LAT)
    return None


def _halves(cell: str) -> list[tuple[str, str]]:
    """Return the ways to part a cell in two: at its only mark, or at a blank."""
    marks = [match.start() for match in _PARTS.finditer(cell)]
    at = [marks[len(marks) // 2]] if len(marks) % 2 else []
    found = [(cell[:mark], cell[mark + 1 :]) for mark in at]
    blanks = [match.start() for match in re.finditer(" ", cell)]
    found += [(cell[:blank], cell[blank:]) for blank in blanks[:12]]
    letters = [match.end() for match in re.finditer(r"[NSEWnsew](?=\d)|(?<=\d)[NSns](?=[EWew])", cell)]
    return found + [(cell[:end], cell[end:]) for end in letters[:2]]


def read_wkb(raw: bytes) -> Pair | None:
    """Return the middle of a geometry in WKB or EWKB; None where it is none.

    Examples
    --------
    >>> read_wkb(bytes.fromhex("0101000000" "000000000000F03F" "0000000000000040"))[:2]
    (1.0, 2.0)
    """
    try:
        order = "<" if raw[0] else ">"
        (kind,) = struct.unpack_from(f"{order}I", raw, 1)
        start, crs = 5, None
        if kind & _EWKB_SRID:
            (crs,) = struct.unpack_from(f"{order}I", raw, start)
            start += 4
        points, _ = _wkb_points(raw, start, kind, order)
    except (struct.error, IndexError, KeyError):
        return None
    return _middle(points, crs)


def _wkb_points(raw: bytes, at: int, kind: int, order: str) -> tuple[list[tuple[float, float]], int]:
    """Return the positions of a geometry that begins behind its type, and where it ends."""
    plain, extra = (kind & 0xFFFF) % 1000, (kind & 0xFFFF) // 1000
    size = 2 + bool(kind & _EWKB_Z) + bool(kind & _EWKB_M) + (0, 1, 1, 2)[extra]
    if plain == 1:
        return [struct.unpack_from(f"{order}2d", raw, at)], at + 8 * size
    (count,) = struct.unpack_from(f"{order}I", raw, at)
    at += 4
    if count > len(raw):
        raise IndexError(count)
    if plain == 2:  # noqa: PLR2004  a line: positions follow
        points = [struct.unpack_from(f"{order}2d", raw, at + 8 * size * number) for number in range(count)]
        return points, at + 8 * size * count
    parts = []
    for _ in range(count):
        if plain == 3:  # noqa: PLR2004  a polygon: rings, each like a line
            some, at = _wkb_points(raw, at, (kind & ~0xFFFF) | (1000 * extra + 2), order)
        elif plain in _WKB_TYPES:
            own = "<" if raw[at] else ">"
            some, at = _wkb_points(raw, at + 5, struct.unpack_from(f"{own}I", raw, at + 1)[0], own)
        else:
            raise KeyError(plain)
        parts.append(some)
    return [*chain.from_iterable(parts)], at


def _middle(points: list[tuple[float, float]], crs: int | None) -> Pair | None:
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return Pair(x, y, Form.LON_LAT, crs) if x == x and y == y else None  # noqa: PLR0124  not a number is none
