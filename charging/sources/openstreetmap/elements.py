"""The elements of OpenStreetMap with their tags and one point each, from Overpass's JSON or from GeoJSON.

GeoJSON is that of overpass-turbo, QuickOSM, GDAL and osmium, which each write id and tags in their own way.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from charging.errors import SourceError
from charging.sources.coordinates import read_number
from charging.sources.io import geojson
from charging.sources.io.files import Part, open_text, parts, read_matching_head
from charging.sources.io.json_stream import Around, elements
from charging.sources.openstreetmap.features import element_of
from charging.sources.openstreetmap.tags import Element, read_tag, read_tags

_MARKS = (b'"@id"', b'"amenity"', b'"man_made"', b'"osm_id"', b'"full_id"', b'"other_tags"', b'"all_tags"')


def matches(head: bytes) -> bool:
    """Whether a file that begins like this holds charging stations of OpenStreetMap."""
    is_sequence = geojson.is_sequence(head)
    if head.lstrip()[:1] != b"{" and not is_sequence:
        return False
    is_named = any(word in head for word in (b"charging_station", b"charge_point"))
    if b'"elements"' in head:
        return is_named or b'"osm3s"' in head
    return is_named and (is_sequence or geojson.matches(head)) and any(mark in head for mark in _MARKS)


def tagged_elements(path: Path) -> Iterator[Element | None]:
    """Yield the elements of a file that have tags; None for what is no element.

    Raises
    ------
    SourceError
        If the file is none of OpenStreetMap, is cut or damaged, or if Overpass says in it that it stopped
        before the end.
    """
    for part in parts(path):
        advice = "Give the JSON of Overpass, or GeoJSON with their tags."
        head = read_matching_head(part, matches, "charging stations of OpenStreetMap", advice)
        with open_text(part) as text:
            if b'"elements"' not in head:
                yield from (element_of(feature) for feature in geojson.features(text, part))
            else:
                yield from _from_overpass(_complete(elements(text, part, "elements"), part))


def _complete(values: Iterator[Any], part: Part) -> Iterator[Any]:
    """Yield the elements of Overpass, unless it remarks that it failed."""
    for value in values:
        if not isinstance(value, Around):
            yield value
        elif "error" in str(remark := value.members.get("remark")).casefold():
            raise SourceError(
                f"{part}: expected all that Overpass was asked for, found its remark {str(remark)[:120]!r}."
                " Ask for a smaller area, or with a longer timeout."
            )


def _from_overpass(values: Iterator[Any]) -> Iterator[Element | None]:
    """Yield elements with tags, shapes without coordinates of their own after the nodes they are made of."""
    waiting: list[tuple[Element, list[Any]]] = []
    wanted: dict[Any, tuple[float, float] | None] = {}
    for value in values:
        if not isinstance(value, dict):
            yield None
            continue
        kind, number = value.get("type"), value.get("id")
        tags = value.get("tags")
        if not tags:  # a node that only gives a shape its form
            if isinstance(number, int) and number in wanted and kind == "node":
                wanted[number] = _point(value)
            continue
        if not isinstance(tags, dict):
            yield None
            continue
        lat, lon = _place(value)
        element = Element(f"{kind}/{number}", read_tags(tags), lat, lon, read_tag(value.get("timestamp")))
        nodes = value.get("nodes")
        if lat is None and isinstance(nodes, list):
            there = [node for node in nodes if isinstance(node, int)]
            wanted |= dict.fromkeys((node for node in there if node not in wanted), None)
            waiting.append((element, there))
        else:
            yield element
    for element, nodes in waiting:
        points = [[point[1], point[0]] for node in nodes if (point := wanted[node])]
        lat, lon = geojson.box_centre({"coordinates": points})
        yield element._replace(lat=lat, lon=lon)


def _place(value: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return latitude and longitude of an element: its own, its centre, or the middle of its box or shape."""
    center, bounds, geometry = value.get("center"), value.get("bounds"), value.get("geometry")
    if "lat" in value or "lon" in value:
        return value.get("lat"), value.get("lon")
    if isinstance(center, dict):
        return center.get("lat"), center.get("lon")
    if isinstance(bounds, dict):
        low = [bounds.get("minlon"), bounds.get("minlat")]
        return geojson.box_centre({"coordinates": [low, [bounds.get("maxlon"), bounds.get("maxlat")]]})
    if isinstance(geometry, list):
        corners = [[each.get("lon"), each.get("lat")] for each in geometry if isinstance(each, dict)]
        return geojson.box_centre({"coordinates": corners})
    return None, None


def _point(node: Mapping[str, Any]) -> tuple[float, float] | None:
    lat, lon = read_number(node.get("lat")), read_number(node.get("lon"))
    return None if lat is None or lon is None else (lat, lon)
