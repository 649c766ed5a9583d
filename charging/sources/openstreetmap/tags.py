"""An element of OpenStreetMap, and its tags as text."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from charging.sources.scalars import read_text

Tags = Mapping[str, str]


class Element(NamedTuple):
    """A node, way or relation with tags."""

    id: str  # node/1
    tags: Tags
    lat: Any
    lon: Any
    updated_at: str | None


def read_tags(given: Mapping[str, Any]) -> dict[str, str]:
    """Return tags as text: GeoJSON may hold numbers."""
    return {key: text for key, value in given.items() if (text := read_tag(value))}


def read_tag(value: object) -> str | None:
    """Return the value of a tag as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return read_text(value)
