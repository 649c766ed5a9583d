"""The names of OCPI's fields that are read, and what of a feed is a location."""

from operator import is_
from typing import Any

from charging.sources.field_names import FieldNames
from charging.sources.ocpi.codes import Object

OWN = ("evses", "coordinates")
"""Of which every location has one."""

_NESTED = ("evses", "connectors", "coordinates", "operator", "suboperator", "owner", "opening_times")

_NAMES = """
id country_code party_id publish name address city postal_code state country parking_type type facilities
time_zone charging_when_closed images energy_mix directions related_locations last_updated help_phone website
uid evse_id status status_schedule parking_restrictions capabilities floor_level physical_reference
standard format power_type max_electric_power max_voltage voltage max_amperage amperage tariff_ids tariff_id
latitude longitude regular_hours weekday period_begin period_end twentyfourseven
exceptional_openings exceptional_closings logo status_code status_message timestamp
data items locations results pages version endpoints identifier role url
"""

NAMES = FieldNames((*_NAMES.split(), *_NESTED))


def is_location(given: Any) -> bool:  # noqa: ANN401  JSON
    """Whether an object, its names being the standard's, has what every location has."""
    return isinstance(given, dict) and (
        isinstance(given.get("evses"), list) or isinstance(given.get("coordinates"), dict)
    )


def standard_location(location: Object) -> Object:
    """Return a location with the names of the standard, and its EVSEs; the rest is renamed when read."""
    given = NAMES.rename(location)
    evses = given.get("evses")
    if not isinstance(evses, list):
        return given
    renamed = [NAMES.rename(evse) if isinstance(evse, dict) else evse for evse in evses]
    return given if all(map(is_, renamed, evses)) else {**given, "evses": renamed}


def spellings(names: tuple[str, ...]) -> frozenset[str]:
    """Return names with a small and with a large first letter."""
    return frozenset(spelt for name in names for spelt in (name, name.capitalize()))
