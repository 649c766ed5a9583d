"""Where a site or a station is: its point and its address, of which each may stand in several places."""

from collections.abc import Iterator
from typing import NamedTuple

from charging.sources.datex2.values import (
    NO_OBJECT,
    Object,
    read_code,
    read_label,
    read_object,
    read_objects,
)
from charging.sources.scalars import read_text

_REFERENCES = ("locationReference", "siteLocation", "entrance")


class Address(NamedTuple):
    """What a postal address says."""

    street: str | None = None  # with its number and the postal code
    city: str | None = None
    country: str | None = None  # as it is written


def read_coordinates(holder: Object) -> Object:
    """Return the object with the latitude and longitude of a facility, or an empty one.

    That of a point comes before what an area is shown at.
    """
    for location in _locations(holder):
        by_coordinates = read_object(location.get("pointByCoordinates"))
        for place in (by_coordinates.get("pointCoordinates"), location.get("coordinatesForDisplay")):
            if isinstance(place, dict) and "latitude" in place:
                return place
    return NO_OBJECT


def read_address(holder: Object) -> Address:
    """Return the address of a facility, as much of it as there is."""
    for location in _locations(holder):
        for name, extension in location.items():
            if "xtension" not in name or not isinstance(extension, dict):
                continue
            for inner in (extension, *extension.values()):
                if isinstance(inner, dict) and isinstance(inner.get("address"), dict):
                    return _address(inner["address"])
    return Address()


def _locations(holder: Object) -> Iterator[Object]:
    """Yield the locations that a facility refers to, points before areas."""
    for name in _REFERENCES:
        for reference in read_objects(holder.get(name)):
            classes = [
                (each, held)
                for each, held in reference.items()
                if each.endswith(("Location", "LocationReference")) and isinstance(held, dict)
            ]
            yield from (held for _, held in sorted(classes, key=_is_no_point))
            yield reference


def _is_no_point(named: tuple[str, Object]) -> bool:
    return not named[0].lower().endswith("pointlocation")


def _address(given: Object) -> Address:
    lines: dict[str, list[str]] = {}
    ordered = sorted(read_objects(given.get("addressLine")), key=lambda line: str(line.get("order")).zfill(9))
    for line in ordered:
        if text := read_label(line.get("text")):
            lines.setdefault(read_code(line.get("type")) or "", []).append(text)
    town = lines.pop("town", [None])[0]
    parts = [*lines.pop("street", []), *lines.pop("housenumber", [])]
    others = [text for texts in lines.values() for text in texts]
    street = " ".join(parts) or ", ".join(others)
    code = read_text(given.get("postcode"))
    return Address(
        ", ".join(filter(None, (street, code))) or None,
        read_label(given.get("city")) or town,
        read_text(given.get("countryCode")),
    )
