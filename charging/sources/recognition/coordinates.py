"""Which columns hold latitude and longitude, or both in one cell; and whether that is sure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from charging.sources.recognition.cells import MIN_SHARE, SampleColumn
from charging.sources.recognition.column_guess import Assumed, Assumption
from charging.sources.recognition.field_rules import Candidate, candidate
from charging.sources.recognition.header_words import NUMBER, UNKNOWN, fold_word, meanings
from charging.sources.tabular.position_cells import read_pair
from charging.sources.tabular.projections import IN_DEGREES, crs_in, is_northing_first

SURE = 0.75
"""Confidence from which on coordinates are taken without asking."""

_MAX_LAT = 90.0
_MAX_LON = 180.0
_BESIDE_AXES = frozenset({"crs_name", "address", "station", "place", "display"})
_MIN_PLACES = 3  # decimals of degrees that say where a station is
_NEAR_DEG = 0.01
_LON_FIRST = re.compile(r"point\s*\(|^\s*\[", re.IGNORECASE)
_XY = re.compile(r"xy$|lnglat|lonlat|geojson|geometry|geom\b|wkt|amap|经纬度")


_AXES = (
    ("x", "y"),
    ("xcoord", "ycoord"),
    ("x_coord", "y_coord"),
    ("coord_x", "coord_y"),
    ("geometry.x", "geometry.y"),  # features of ArcGIS
)
_EAST_AND_NORTH = (
    *(("east", "north"), ("e", "n"), ("est", "nord"), ("ost", "nord"), ("este", "norte")),
    *(("oost", "noord"), ("ost", "norr"), ("ita", "pohjoinen"), ("rechts", "hoch")),
)
"""Headers that are a coordinate in metres where a reference system is stated, folded; in this order."""


class Coordinates(NamedTuple):
    """The columns of coordinates by field, and what is to be said of them."""

    columns: Mapping[str, Candidate]
    order: str | None = "lat lon"
    warnings: tuple[Assumption, ...] = ()
    doubts: tuple[str, ...] = ()
    candidates: tuple[int, ...] = ()
    are_in_metres: bool = False  # what seems to be coordinates, in a reference system that is not known


def find_coordinates(
    headers: Sequence[str],
    columns: Sequence[SampleColumn],
    given: Mapping[str, int],
    crs: int | None = None,
) -> Coordinates:
    """Return the columns that hold the coordinates of a table.

    Parameters
    ----------
    headers, columns
        Those of the table.
    given
        Positions of columns the user named, by field.
    crs
        EPSG code of their reference system, where it is stated; one in a header counts as well.
    """
    said = {field: Candidate(at, 1.0, "you said so") for field, at in given.items()}
    if not said and (found_in_metres := _in_system(headers, columns, crs)):
        return found_in_metres
    lats, lons, both = (_candidates(field, headers, columns) for field in ("lat", "lon", "position"))
    if "position" in said and not said.keys() & {"lat", "lon"}:
        lats = lons = []
    pair = _pair(
        [said["lat"]] if "lat" in said else lats, [said["lon"]] if "lon" in said else lons, headers, columns
    ) or _xy_pair(headers, columns)
    found = dict(zip(("lat", "lon"), pair, strict=True)) if pair and not _says_position(said) else {}
    warnings: list[Assumption] = []
    doubts: list[str] = []
    if found and not {"lat", "lon"} <= said.keys() and _are_swapped(found, columns):
        found = {"lat": found["lon"], "lon": found["lat"]}
        swapped = tuple(headers[found[field].at] for field in ("lon", "lat"))
        warnings.append(Assumption(what=Assumed.SWAPPED_HEADERS, headers=swapped))
    found |= {name: each for name, each in said.items() if name in ("lat", "lon", "position")}
    order: str | None = "lat lon"
    position = said.get("position") or _best_position(both, found, columns)
    if position is not None:
        order, doubt = order_of(headers[position.at], columns[position.at], _known_points(found, columns))
        if "lat" not in found or not doubt:
            found["position"] = position
        if "lat" not in found and doubt and "position" not in said:
            doubts.append(doubt)
    doubts += _doubts(found, headers, columns)
    if not said and found and crs not in (None, *IN_DEGREES):
        doubts.append(f"{_quoted(headers, found.values())} hold degrees, and no metres of EPSG:{crs}")
    maybe = {each.at for each in (*lats, *lons, *both)} | {each.at for each in found.values()}
    in_metres = _in_metres(headers, columns) if doubts and not found else []
    maybe |= {*in_metres}
    return Coordinates(
        found, order, tuple(warnings), tuple(doubts), tuple(sorted(maybe)), are_in_metres=bool(in_metres)
    )


def order_of(
    header: str, column: SampleColumn, known: Sequence[tuple[float, float] | None] = ()
) -> tuple[str | None, str | None]:
    """Return the order of the two numbers in a cell, and a doubt where nothing tells it.

    A range tells it first, then columns with the same point, then how the pair is written: WKT, GeoJSON and
    headers that say so have longitude first, a bare pair has latitude first. Of numbers that are no degrees
    nothing here tells it: their reference system does, when they are read.
    """
    firsts, seconds = zip(*column.pairs, strict=True) if column.pairs else ((), ())
    is_lon_first = any(abs(value) > _MAX_LAT for value in firsts)
    is_lat_first = any(abs(value) > _MAX_LAT for value in seconds)
    if is_lon_first and is_lat_first:
        return "lat lon", f"{header!r} has latitude first in some rows and second in others"
    if is_lon_first or is_lat_first:
        return ("lon lat" if is_lon_first else "lat lon"), None
    same = [(pair, point) for pair, point in zip(column.pairs, known, strict=False) if point is not None]
    as_written = sum(_are_near(pair, point) for pair, point in same)
    turned = sum(_are_near((pair[1], pair[0]), point) for pair, point in same)
    if max(as_written, turned) > len(same) / 2:
        return ("lat lon" if as_written > turned else "lon lat"), None
    order = [
        concept for meaning in meanings(header) for concept in meaning.order if concept in ("lat", "lon")
    ]
    if set(order) == {"lat", "lon"}:
        return ("lat lon" if order[0] == "lat" else "lon lat"), None
    says_xy = bool(_XY.search(fold_word(header).replace("_", "")))
    if says_xy or column.share(lambda cell: bool(_LON_FIRST.search(cell))) >= MIN_SHARE:
        return "lon lat", None
    return ("lat lon" if column.pairs else None), None


def _candidates(field: str, headers: Sequence[str], columns: Sequence[SampleColumn]) -> list[Candidate]:
    found = (
        candidate(field, at, meanings(header), column)
        for at, (header, column) in enumerate(zip(headers, columns, strict=True))
        if header
    )
    return [each for each in found if each is not None]


def _pair(
    lats: Sequence[Candidate],
    lons: Sequence[Candidate],
    headers: Sequence[str],
    columns: Sequence[SampleColumn],
) -> tuple[Candidate, Candidate] | None:
    """Return the surest latitude and longitude, of equally sure ones those that belong together."""

    def worth(pair: tuple[Candidate, Candidate]) -> tuple[float, bool, bool, int, int]:
        lat, lon = pair
        belong = _rest(headers[lat.at], "lat") == _rest(headers[lon.at], "lon")
        is_full = not (columns[lat.at].is_empty or columns[lon.at].is_empty)
        confidence = lat.confidence + lon.confidence
        return confidence, belong, is_full, -abs(lat.at - lon.at), -lat.at

    pairs = [pair for pair in product(lats, lons) if pair[0].at != pair[1].at]
    return max(pairs, key=worth, default=None)


def _rest(header: str, concept: str) -> tuple[frozenset[str], int]:
    """Return what a header says beside being a coordinate, and how deep it stands."""
    said = meanings(header)
    return (said[0].concepts - {concept} if said else frozenset()), header.count(".")


def _xy_pair(headers: Sequence[str], columns: Sequence[SampleColumn]) -> tuple[Candidate, Candidate] | None:
    """Return columns that are called x and y, where they hold degrees with decimals."""
    by_name = {fold_word(header): at for at, header in enumerate(headers)}
    for x_name, y_name in _AXES:
        if x_name in by_name and y_name in by_name:
            x, y = by_name[x_name], by_name[y_name]
            if _are_degrees(columns[x], 180.0) and _are_degrees(columns[y], _MAX_LAT):
                reason = "it is called as an axis and holds degrees"
                return Candidate(y, 0.8, reason), Candidate(x, 0.8, reason)
    return None


def _in_system(
    headers: Sequence[str], columns: Sequence[SampleColumn], stated: int | None
) -> Coordinates | None:
    """Return the columns of coordinates in metres, where their reference system is stated or in a header."""
    easts, norths = (
        [at for at, header in enumerate(headers) if _is_axis(axis, header, columns[at])]
        for axis in ("east", "north")
    )
    both = [
        at
        for at, header in enumerate(headers)
        if any("position" in meaning.concepts for meaning in meanings(header))
        and columns[at].share(_are_metres) >= MIN_SHARE
    ]
    crs = stated or crs_in([headers[at] for at in (*easts, *norths, *both)])
    if crs is None or crs in IN_DEGREES:
        return None
    reason = f"it is called as an axis, and its numbers are of EPSG:{crs}"
    pairs = [(x, y) for x in easts for y in norths if _belong(headers[x], headers[y])]
    if pairs:
        x, y = pairs[0]
        if _is_bare_axis(headers[x]) and _is_turned(columns[x], columns[y], crs):
            x, y = y, x
        return Coordinates({"lat": Candidate(y, 0.9, reason), "lon": Candidate(x, 0.9, reason)})
    return Coordinates({"position": Candidate(both[0], 0.9, reason)}, order=None) if both else None


def _is_axis(axis: str, header: str, column: SampleColumn) -> bool:
    """Whether a column is called easting or northing, in any way, and holds numbers too high for degrees."""
    numbers = column.numbers
    if not header or numbers is None or not column.are_numbers or numbers.are_within(-_MAX_LON, _MAX_LON):
        return False
    index = ("east", "north").index(axis)
    concepts = ({"x", "lon"}, {"y", "lat"})[index]
    allowed = _BESIDE_AXES | {"position", NUMBER} | concepts
    is_named = any(
        meaning.concepts & concepts and meaning.concepts <= allowed and not meaning.unknown
        for meaning in meanings(header)
    )
    return is_named or fold_word(header) in {pair[index] for pair in _EAST_AND_NORTH}


def _belong(east: str, north: str) -> bool:
    """Whether two headers say the same beside their axes."""
    beside = [meanings(header)[0].concepts - {"x", "y", "lat", "lon", UNKNOWN} for header in (east, north)]
    return (fold_word(east), fold_word(north)) in _EAST_AND_NORTH or beside[0] == beside[1]


def _is_bare_axis(header: str) -> bool:
    """Whether a header is a mere x, which some reference systems have for the northing."""
    return bool(re.search(r"(?:^|[^a-z])[xy](?:[^a-z]|$)|coord[xy]$|^[xy]coord", fold_word(header)))


def _is_turned(x: SampleColumn, y: SampleColumn, crs: int) -> bool:
    if x.numbers is None or y.numbers is None:
        return False
    pairs = np.array([*zip(x.numbers.values, y.numbers.values, strict=False)])
    return is_northing_first(pairs[:, 0], pairs[:, 1], crs, "The coordinates")


def _quoted(headers: Sequence[str], found: Iterable[Candidate]) -> str:
    return " and ".join(repr(headers[each.at]) for each in found)


def _are_degrees(column: SampleColumn, limit: float) -> bool:
    numbers = column.numbers
    if numbers is None or not column.are_numbers or not numbers.are_within(-limit, limit):
        return False
    fine = sum(places >= _MIN_PLACES for places in numbers.places)
    return fine >= MIN_SHARE * len(numbers.places) and max(map(abs, numbers.values)) > 1


def _says_position(said: Mapping[str, Candidate]) -> bool:
    return "position" in said and not said.keys() & {"lat", "lon"}


def _are_swapped(found: Mapping[str, Candidate], columns: Sequence[SampleColumn]) -> bool:
    lat, lon = (columns[found[field].at].numbers for field in ("lat", "lon"))
    if lat is None or lon is None:
        return False
    beyond = sum(abs(value) > _MAX_LAT for value in lat.values)
    return beyond >= MIN_SHARE * len(lat.values) and lon.are_within(-_MAX_LAT, _MAX_LAT)


def _best_position(
    both: Sequence[Candidate],
    found: Mapping[str, Candidate],
    columns: Sequence[SampleColumn],
) -> Candidate | None:
    """Return the column with both coordinates; beside two columns only one with the same points."""
    free = [each for each in both if each.at not in {other.at for other in found.values()}]
    best = max(free, key=lambda each: (each.confidence, -each.at), default=None)
    if best is None or not found:
        return best
    points = _known_points(found, columns)
    same = [
        _are_near(pair, point) or _are_near((pair[1], pair[0]), point)
        for pair, point in zip(columns[best.at].pairs, points, strict=False)
        if point is not None
    ]
    return best if same and sum(same) >= MIN_SHARE * len(same) else None


def _known_points(
    found: Mapping[str, Candidate], columns: Sequence[SampleColumn]
) -> tuple[tuple[float, float] | None, ...]:
    """Return the points of the rows, where each has its two numbers."""
    if not {"lat", "lon"} <= found.keys():
        return ()
    lat, lon = (columns[found[field].at].numbers for field in ("lat", "lon"))
    if lat is None or lon is None or len(lat.values) != len(lon.values):
        return ()
    return tuple(zip(lat.values, lon.values, strict=True))


def _are_near(pair: tuple[float, float], point: tuple[float, float]) -> bool:
    return abs(pair[0] - point[0]) < _NEAR_DEG and abs(pair[1] - point[1]) < _NEAR_DEG


def _doubts(
    found: Mapping[str, Candidate], headers: Sequence[str], columns: Sequence[SampleColumn]
) -> list[str]:
    if not found.keys() & {"lat", "position"}:
        return [
            projected_note(headers, columns) or "no column was found that surely holds latitude and longitude"
        ]
    doubts = []
    for field, each in found.items():
        column = columns[each.at]
        if each.confidence < SURE and each.confidence < 1:
            doubts.append(f"{headers[each.at]!r} may be {field}, which is not sure")
        elif column.is_empty:
            doubts.append(f"{headers[each.at]!r} is called {field}, and its cells are empty")
        elif (
            field == "lat"
            and column.numbers is not None
            and not column.numbers.are_within(-_MAX_LAT, _MAX_LAT)
        ):
            doubts.append(f"{headers[each.at]!r} is called latitude, and lies beyond 90 degrees")
    return doubts


def projected_note(headers: Sequence[str], columns: Sequence[SampleColumn]) -> str | None:
    """Return a word on columns that seem to hold coordinates in metres."""
    found = _in_metres(headers, columns)
    if not found:
        return None
    return (
        f"{', '.join(repr(headers[at]) for at in found)} hold no degrees: projected coordinates, as it seems"
    )


def _in_metres(headers: Sequence[str], columns: Sequence[SampleColumn]) -> list[int]:
    """Return the positions of columns that are called coordinates and hold no degrees."""
    return [
        at
        for at, (header, column) in enumerate(zip(headers, columns, strict=True))
        if _is_called_metres(header, column)
    ]


def _is_called_metres(header: str, column: SampleColumn) -> bool:
    """Whether a column is called a coordinate, or both, and holds numbers too high for degrees."""
    concepts = {concept for meaning in meanings(header) for concept in meaning.concepts}
    if column.numbers is not None:
        is_axis = fold_word(header) in {name for pair in _EAST_AND_NORTH for name in pair}
        return (is_axis or bool(concepts & {"x", "y", "lat", "lon"})) and not column.numbers.are_within(
            -180, 180
        )
    return "position" in concepts and column.share(_are_metres) >= MIN_SHARE


def _are_metres(cell: str) -> bool:
    pair = read_pair(cell)
    return pair is not None and min(abs(pair.first), abs(pair.second)) > _MAX_LON
