"""Elements of OpenStreetMap from features of GeoJSON: each program writes ids and tags in its own way."""

import json
import re
from collections.abc import Mapping
from typing import Any

from charging.sources.coordinates import read_number
from charging.sources.io.geojson import Feature
from charging.sources.openstreetmap.tags import Element, read_tag, read_tags

_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("n", "node", "nodes", "point", "points"), "node"),
    **dict.fromkeys(("w", "way", "ways", "line", "lines", "linestring", "polygon"), "way"),
    **dict.fromkeys(("r", "relation", "relations", "multipolygon"), "relation"),
}
"""By what programs call the kind of an element, and by the type of a geometry."""

_HOLDERS = ("tags", "other_tags", "all_tags")
"""Properties that hold tags: as an object, as JSON, or as the text of PostgreSQL's hstore."""

_TYPE_NAMES = ("@type", "osm_type", "element_type", "element")
_OF_ELEMENT = frozenset({"@id", "@timestamp", "id", "osm_id", "osm_way_id", "full_id", "osmid", *_TYPE_NAMES})
"""Properties that tell of the element and are no tags."""

_SHORT_ID = re.compile(r"([nwra])/?(\d+)")  # a: an area, which is a way twice, or a relation twice and one
_LONG_ID = re.compile(r"(node|way|relation)[/ ](\d+)")
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_PAIR = re.compile(rf"{_QUOTED}\s*=>\s*(?:{_QUOTED}|NULL)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def element_of(feature: Feature | None) -> Element | None:
    """Return a feature as an element; its id is empty where it tells none."""
    if feature is None:
        return None
    tags = _tags_of(feature.properties)
    return Element(_id_of(feature, tags), tags, feature.lat, feature.lon, tags.get("@timestamp"))


def _tags_of(properties: Mapping[str, Any]) -> dict[str, str]:
    held: dict[str, str] = {}
    for name in _HOLDERS:
        if (found := _held_tags(properties.get(name))) is not None:
            held |= found
    if "tags" in properties and held:  # tags by themselves, beside what else is known
        return held | {name: text for name, text in read_tags(properties).items() if name in _OF_ELEMENT}
    return {name: text for name, text in read_tags(properties).items() if name not in _HOLDERS} | held


def _held_tags(value: object) -> dict[str, str] | None:
    """Return the tags in an object, or in a text that holds them."""
    if isinstance(value, str):
        if value.lstrip()[:1] != "{":
            return read_hstore(value)
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return read_tags(value) if isinstance(value, dict) else None


def read_hstore(text: str) -> dict[str, str]:
    r"""Return the tags in a text of PostgreSQL's hstore, as GDAL writes what has no column of its own.

    Examples
    --------
    >>> read_hstore(r'"capacity"=>"2","name"=>"The \"Hub\"","fee"=>NULL')
    {'capacity': '2', 'name': 'The "Hub"'}
    """
    found = (match.groups() for match in _PAIR.finditer(text))
    return {_ESCAPED.sub(r"\1", name): _ESCAPED.sub(r"\1", value) for name, value in found if value}


def _id_of(feature: Feature, tags: Mapping[str, str]) -> str:
    """Return the kind and number of an element, such as `node/1`."""
    stated = [tags.get("@id"), tags.get("full_id"), read_tag(feature.id), tags.get("id")]
    for text in filter(None, stated):
        if match := _LONG_ID.fullmatch(text) or _SHORT_ID.fullmatch(text):
            return _from_letter(match[1], int(match[2]))
    told = next((tags[name] for name in _TYPE_NAMES if name in tags), "")
    kind = _TYPES.get(told.casefold())
    for name in ("osm_way_id", "osm_id", "osmid", "@id", *(["id"] if kind else [])):
        number = read_number(tags.get(name))
        if number is not None and number.is_integer() and number:
            return f"{_kind(name, kind, number, feature)}/{abs(int(number))}"
    return next(filter(None, stated), "")


def _kind(name: str, stated: str | None, number: float, feature: Feature) -> str:
    if name == "osm_way_id":
        return "way"
    if number < 0:  # as osm2pgsql writes relations
        return "relation"
    return stated or _TYPES.get((feature.geometry_type or "").casefold(), "node")


def _from_letter(letter: str, number: int) -> str:
    if letter == "a":
        return f"{'relation' if number % 2 else 'way'}/{number // 2}"
    return f"{_TYPES[letter]}/{number}"
