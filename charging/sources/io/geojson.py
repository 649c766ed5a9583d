"""GeoJSON (RFC 7946): features as properties with a point. Positions are longitude before latitude.

Text sequences (RFC 8142) and features one a line are read too.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TextIO

from charging.errors import SourceError
from charging.sources.coordinates import read_number
from charging.sources.io.files import Part
from charging.sources.io.json_stream import RECORD_SEPARATOR, Around, records

_FEATURE = re.compile(rb'"type"\s*:\s*"Feature"')
_MAX_DEPTH = 6  # a MultiPolygon nests 4 lists


class Feature(NamedTuple):
    """Properties, and latitude and longitude in degrees: of a point, or of the middle of a box around it."""

    id: Any
    properties: dict[str, Any]
    lat: float | None
    lon: float | None
    geometry_type: str | None = None


def matches(head: bytes) -> bool:
    """Whether a file that begins like this holds features."""
    if head.lstrip()[:1] != b"{" or b'"FeatureCollection"' in head:
        return head.lstrip()[:1] == b"{"
    return b'"features"' in head and (b'"properties"' in head or b'"attributes"' not in head)


def is_sequence(head: bytes) -> bool:
    """Whether a file that begins like this is one feature after the other."""
    start = head.lstrip(b" \t\r\n" + RECORD_SEPARATOR.encode())
    return start[:1] == b"{" and _FEATURE.search(start) is not None and not matches(start)


def features(text: TextIO, part: Part, members: dict[str, Any] | None = None) -> Iterator[Feature | None]:
    """Return the features of a collection or sequence one by one, None for one that is none.

    `members`, where given, is filled at the end with everything beside the features.
    """
    for value in records(text, part, {"features"}):
        if not isinstance(value, Around):
            yield _feature(value) if isinstance(value, dict) else None
        elif value.members.get("type") == "Feature":
            yield _feature(value.members)
        elif not value.has_records:
            raise SourceError(f"{part}: expected features, found none. Check that the file is GeoJSON.")
        elif members is not None:
            members |= value.members


def box_centre(geometry: object) -> tuple[float | None, float | None]:
    """Return latitude and longitude of a geometry: the middle of the box around it.

    That is what Overpass calls the centre. A shape across the 180th meridian is not put right.

    Examples
    --------
    >>> box_centre({"type": "LineString", "coordinates": [[8.0, 50.0], [9.0, 51.0]]})
    (50.5, 8.5)
    >>> box_centre({"type": "Point", "coordinates": ["east", 50]})
    (None, None)
    """
    if not isinstance(geometry, dict):
        return None, None
    points = list(_points(geometry.get("coordinates"), _MAX_DEPTH))
    if not points:
        return None, None
    lons, lats = zip(*points, strict=True)
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _feature(value: dict[str, Any]) -> Feature | None:
    properties = value.get("properties")
    if not isinstance(properties, dict):
        return None
    geometry = value.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    return Feature(
        value.get("id"), properties, *box_centre(geometry), kind if isinstance(kind, str) else None
    )


def _points(coordinates: object, max_depth: int) -> Iterator[tuple[float, float]]:
    """Yield longitude and latitude of every position in nested lists."""
    if not isinstance(coordinates, list) or not max_depth:
        return
    if coordinates and not isinstance(coordinates[0], list):
        lon, lat = (read_number(each) for each in [*coordinates[:2], None, None][:2])
        if lon is not None and lat is not None:
            yield lon, lat
        return
    for each in coordinates:
        yield from _points(each, max_depth - 1)
