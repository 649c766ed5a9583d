"""The elements of OpenStreetMap with their tags and one point each, from Overpass's JSON or from GeoJSON."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from charging.errors import SourceError
from charging.sources.coordinates import read_number
from charging.sources.io import geojson
from charging.sources.io.files import Part, open_text, parts, read_matching_head
from charging.sources.io.json_stream import Around, elements
from charging.sources.scalars import read_text

Tags = Mapping[str, str]


class Element(NamedTuple):
    """A node, way or relation with tags."""

    id: str  # node/1
    tags: Tags
    lat: Any
    lon: Any
    updated_at: str | None


def matches(head: bytes) -> bool:
    """Whether a file that begins like this holds charging stations of OpenStreetMap."""
    if head.lstrip()[:1] != b"{":
        return False
    is_named = any(word in head for word in (b"charging_station", b"charge_point"))
    if b'"elements"' in head:
        return is_named or b'"osm3s"' in head
    return (
        geojson.matches(head)
        and is_named
        and (b'"@id"' in head or b'"amenity"' in head or b'"man_made"' in head)
    )


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
            if geojson.matches(head) and b'"elements"' not in head:
                yield from (_from_feature(feature) for feature in geojson.features(text, part))
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


def _from_feature(feature: geojson.Feature | None) -> Element | None:
    """Return a feature as an element: as overpass-turbo writes it, or with its tags under `tags`."""
    if feature is None:
        return None
    given = feature.properties.get("tags")
    tags = _tags(given if isinstance(given, dict) else feature.properties)
    element_id = tags.get("@id") or _text(feature.id) or tags.get("id") or ""
    return Element(element_id, tags, feature.lat, feature.lon, tags.get("@timestamp"))


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
        element = Element(f"{kind}/{number}", _tags(tags), lat, lon, _text(value.get("timestamp")))
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


def _tags(given: Mapping[str, Any]) -> Tags:
    """Return tags as text: GeoJSON may hold numbers."""
    return {key: text for key, value in given.items() if (text := _text(value))}


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return read_text(value)
