"""The points of a table: numbers or angles in two columns, or both in one, in degrees or in metres."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.sources.coordinates import is_projected, read_point
from charging.sources.records import PointDoubt, Reason, Rejection, Repair
from charging.sources.tabular.position_cells import Form, Pair, read_pair
from charging.sources.tabular.preset_columns import Field, Notes, Sheet
from charging.sources.tabular.preset_schema import POSITION, Preset
from charging.sources.tabular.projections import IN_DEGREES, crs_in, in_degrees, is_northing_first
from charging.sources.tabular.station_columns import different
from charging.sources.tabular.tables import LAT, LON

_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
_MAX_LAT = 90.0
_LON_FIRST = re.compile(
    r"(?:lon|lng|long|longitude|经度).*(?:lat|纬度)|xy|^(?:geom|geometry)$", re.IGNORECASE
)
_LAT_FIRST = re.compile(r"(?:lat|纬度).*(?:lon|lng|经度)", re.IGNORECASE)

_Bools = NDArray[np.bool_]
_Reals = NDArray[np.float64]


class _Point(NamedTuple):
    """What a row that is not plainly two numbers says."""

    first: float
    second: float
    form: Form = Form.LAT_LON
    crs: int | None = None


class PointReader:
    """Reads the points of the rows of a table."""

    def __init__(
        self,
        preset: Preset,
        fields: Mapping[str, Field],
        names: Iterable[str],
        where: str,
        repairs: Collection[Repair],
    ) -> None:
        """Take the fields of coordinates by their names, and the names of their columns."""
        self._preset = preset
        self._fields = fields
        self._where = where
        self._is_swap_repaired = Repair.SWAP in repairs
        names = [*names]
        crs = preset.layout.crs or crs_in(names)
        self._crs = None if crs in IN_DEGREES else crs
        self._order = preset.layout.position or _order_of(names)
        self._is_order_by_range = False

    def read(
        self, sheet: Sheet, ids: pa.Array, refused: dict[int, Rejection], notes: Notes
    ) -> tuple[_Reals, _Reals]:
        """Return latitudes and longitudes; a row that has no point is refused."""
        nothing = pa.nulls(sheet.rows, pa.string())
        given = [
            sheet.column(self._fields[name]) if name in self._fields else nothing
            for name in (LAT, LON, POSITION)
        ]
        lat, lon = (_numbers(texts, self._preset.layout.decimal) for texts in given[:2])
        is_plain = np.isfinite(lat) & np.isfinite(lon)
        if self._crs is not None:
            lat, lon = in_degrees(lon, lat, self._crs, self._where)
        is_plain[list(refused)] = True  # nobody asks where it is
        self._read_odd(given, np.flatnonzero(~is_plain), lat, lon, ids, refused, notes)
        self._hold_against_areas(lat, lon, ids, refused, notes)
        return lat, lon

    def _read_odd(
        self,
        given: Sequence[pa.Array],
        rows: NDArray[np.intp],
        lat: _Reals,
        lon: _Reals,
        ids: pa.Array,
        refused: dict[int, Rejection],
        notes: Notes,
    ) -> None:
        """Fill in the points of rows that are not plainly two numbers."""
        if not len(rows):
            return
        texts, like = different([column.take(pa.array(rows)) for column in given], len(rows))
        points = [self._point(*each) for each in texts]
        self._observe_order(points)
        degrees = [each if isinstance(each, Rejection) else self._in_order(each) for each in points]
        is_doubtful = [
            self._is_order_by_range and isinstance(each, _Point) and each.form in (Form.BARE, Form.ARRAY)
            for each in points
        ]
        for row, number in zip(rows.tolist(), like.tolist(), strict=True):
            point = degrees[number]
            if isinstance(point, Rejection):
                refused[row] = replace(point, record_id=ids[row].as_py())
                continue
            lat[row], lon[row] = point
            if is_doubtful[number]:
                notes.add(row, (), ((PointDoubt.POSITION_ORDER, texts[number][2]),))

    def _point(self, lat: str | None, lon: str | None, both: str | None) -> "_Point | Rejection":
        """Return what a row says of its point, or why it says nothing."""
        decimal = self._preset.layout.decimal
        if lat is None and lon is None and both is not None:
            pair: Pair | None = read_pair(both, decimal)
            if pair is None:
                return Rejection(reason=Reason.NOT_A_NUMBER, field=POSITION, value=both)
            return _Point(*pair)
        point = read_point(lat, lon, "", decimal=decimal)
        return point if isinstance(point, Rejection) else _Point(*point)

    def _observe_order(self, points: Iterable["_Point | Rejection"]) -> None:
        """Decide by the range of a column of pairs which of the two is the longitude."""
        if self._order is not None:
            return
        bare = [each for each in points if isinstance(each, _Point) and each.form in (Form.BARE, Form.ARRAY)]
        if self._crs is not None:
            pairs = np.array([(each.first, each.second) for each in bare]).reshape(-1, 2)
            is_northing = is_northing_first(pairs[:, 0], pairs[:, 1], self._crs, self._where)
            self._order = "lat lon" if is_northing else "lon lat"
            return
        is_lon_first = any(abs(each.first) > _MAX_LAT for each in bare if each.form is Form.BARE)
        is_lat_first = any(abs(each.second) > _MAX_LAT for each in bare if each.form is Form.ARRAY)
        others = [each for each in bare if abs(each.second if is_lon_first else each.first) > _MAX_LAT]
        if is_lon_first is not is_lat_first and not others:
            self._order = "lon lat" if is_lon_first else "lat lon"
            self._is_order_by_range = True

    def _in_order(self, point: _Point) -> tuple[float, float]:
        """Return latitude and longitude of a point, in degrees."""
        if point.form in (Form.BARE, Form.ARRAY):
            own = "lat lon" if point.form is Form.BARE else "lon lat"
            is_lon_first = (self._order or own) == "lon lat"
        else:
            is_lon_first = point.form is Form.LON_LAT
        lat, lon = (point.second, point.first) if is_lon_first else (point.first, point.second)
        crs = point.crs or self._crs
        if crs is None or crs in IN_DEGREES:
            return lat, lon
        found_lat, found_lon = in_degrees(np.array([lon]), np.array([lat]), crs, self._where)
        return float(found_lat[0]), float(found_lon[0])

    def _hold_against_areas(
        self, lat: _Reals, lon: _Reals, ids: pa.Array, refused: dict[int, Rejection], notes: Notes
    ) -> None:
        """Refuse the points outside of where the register can have them."""
        if not self._preset.areas:
            return
        # what is unset or in metres is judged later and for all sources
        is_judged = np.isfinite(lat) & np.isfinite(lon) & ((lat != 0) | (lon != 0)) & ~is_projected(lat, lon)
        is_outside = is_judged & ~self._is_inside(lat, lon)
        is_swapped = is_outside & self._is_inside(lon, lat)
        for row in np.flatnonzero(is_outside).tolist():
            if row in refused:
                continue
            value = f"{float(lat[row])!r}, {float(lon[row])!r}"
            if is_swapped[row] and self._is_swap_repaired:
                lat[row], lon[row] = lon[row], lat[row]
                notes.add(row, (), ((PointDoubt.SWAP_REPAIRED, value),))
                continue
            reason = Reason.SWAPPED_COORDINATE if is_swapped[row] else Reason.OUT_OF_AREA
            refused[row] = Rejection(reason=reason, record_id=ids[row].as_py(), field="lat, lon", value=value)

    def _is_inside(self, lat: _Reals, lon: _Reals) -> _Bools:
        found: _Bools = np.any([area.contains(lat, lon) for area in self._preset.areas], axis=0)
        return found


def _order_of(names: Sequence[str]) -> str | None:
    """Return the order of a pair that the name of its column tells."""
    if any(map(_LAT_FIRST.search, names)):
        return "lat lon"
    return "lon lat" if any(map(_LON_FIRST.search, names)) else None


def _numbers(texts: pa.Array, decimal: str) -> _Reals:
    """Return texts as numbers, not a number where one is missing or not plainly written."""
    if texts.null_count == len(texts):
        return np.full(len(texts), np.nan)
    if decimal != ".":
        texts = pc.replace_substring(texts, decimal, ".")
    try:
        numbers = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        texts = pc.replace_substring(texts, ",", ".")  # no angle has thousands
        is_plain = pc.match_substring_regex(texts, _PLAIN_NUMBER)
        numbers = pc.if_else(is_plain, texts, pa.scalar(None, pa.string())).cast(pa.float64())
    return np.array(pc.fill_null(numbers, np.nan))
