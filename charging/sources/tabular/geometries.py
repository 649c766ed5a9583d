"""Geometries that a file holds beside its columns: GeoParquet, and the reference system of GeoJSON."""

import json
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from charging.sources.coordinates import read_number
from charging.sources.tabular.position_cells import read_wkb
from charging.sources.tabular.projections import IN_DEGREES, crs_in, in_degrees


class Geometry(NamedTuple):
    """The geometry of a GeoParquet file (specification 1.1)."""

    at: int  # position of its column
    crs: int | None  # its EPSG code, None where it is in degrees
    where: str

    @classmethod
    def of(cls, schema: pa.Schema, where: str) -> "Geometry | None":
        """Return the geometry of a file, None where its metadata names none."""
        try:
            known = json.loads((schema.metadata or {}).get(b"geo", b"null"))
            name = known["primary_column"]
            crs = known["columns"][name].get("crs")
            at = schema.names.index(name)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return cls(at, _crs_of_projjson(crs), where)

    def point(self, value: object) -> tuple[float | None, float | None]:
        """Return latitude and longitude in degrees of a cell: WKB, or a struct of x and y."""
        if isinstance(value, dict):
            x, y = read_number(value.get("x")), read_number(value.get("y"))
            return point_in_degrees(y, x, self.crs, self.where)
        pair = read_wkb(value) if isinstance(value, bytes) else None
        return point_in_degrees(pair.second, pair.first, self.crs, self.where) if pair else (None, None)


def crs_of_geojson(member: object) -> int | None:
    """Return the EPSG code of the member `crs` of older GeoJSON, None where it is in degrees.

    Examples
    --------
    >>> crs_of_geojson({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}})
    25832
    >>> crs_of_geojson({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}) is None
    True
    """
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    crs = crs_in([name]) if isinstance(name, str) else None
    return None if crs in IN_DEGREES else crs


def point_in_degrees(
    lat: float | None, lon: float | None, crs: int | None, where: str
) -> tuple[float | None, float | None]:
    """Return a point in degrees; nothing is done where no reference system of metres is named."""
    if crs is None or lat is None or lon is None:
        return lat, lon
    found_lat, found_lon = in_degrees(np.array([lon]), np.array([lat]), crs, where)
    return float(found_lat[0]), float(found_lon[0])


def _crs_of_projjson(crs: Any) -> int | None:  # noqa: ANN401  JSON
    """Return the EPSG code of a system, None where it is in degrees; 0 where it says none."""
    if crs is None:
        return None
    named = crs.get("id") if isinstance(crs, dict) else None
    if not isinstance(named, dict):
        return None if isinstance(crs, dict) and crs.get("type") == "GeographicCRS" else 0
    code = str(named.get("code"))
    if named.get("authority") == "EPSG" and code.isdecimal():
        return None if int(code) in IN_DEGREES else int(code)
    return None if code in ("CRS84", "CRS84h") else 0
