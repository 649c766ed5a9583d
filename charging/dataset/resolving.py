"""Who and where: operator and city of a record, and the words a text search finds them by.

Answers are kept, since a register repeats few operators and cities over many stations.
"""

from functools import cache

from charging.domain.geography import City, CityIndex
from charging.domain.operators import OperatorRegistry
from charging.sources.records import StationRecord


class Resolver:
    """The registry of operators and the list of cities, as the builder asks them."""

    def __init__(self, registry: OperatorRegistry, cities: CityIndex) -> None:
        """Keep both, and start with no answers."""
        self._registry = registry
        self._city_in_area = cache(cities.in_area)
        self._city_named = cache(cities.resolve)

    def operator_of(self, record: StationRecord) -> str | None:
        """Return the operator of a station, or None where nothing tells it."""
        if record.operator_id is not None and record.operator_id in self._registry:
            return record.operator_id
        return self._registry.resolve(
            org_code=record.operator_org_code,
            wikidata=record.operator_wikidata,
            raw=record.operator_raw,
            station_name=record.name_zh or record.name,
            country=record.country,
        )

    def city_of(self, record: StationRecord) -> City | None:
        """Return the city of a station on the mainland, or None where it is not known."""
        if record.country not in (None, "CN"):
            return None
        if record.city_id and (city := self._city_in_area(record.city_id)):
            return city
        return self._city_named(record.city_raw, record.region) if record.city_raw else None

    def operator_text(self, operator_id: str | None) -> str:
        """Return the names of an operator in both scripts."""
        if operator_id is None or operator_id not in self._registry:
            return ""
        operator = self._registry[operator_id]
        return f"{operator.name_en} {operator.name_zh or ''}"
