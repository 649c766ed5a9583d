"""Who and where: operators and cities of stations, and the words a text search finds them by.

Answers are kept, since a register repeats few operators and cities over many stations.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow.compute as pc

from charging.dataset.columns import folded_texts, texts_of
from charging.domain.geography import City, CityIndex
from charging.domain.operators import OperatorRegistry

_KEPT = 65_536  # answers

Columns = Mapping[str, Sequence[Any]]
"""Fields of `StationRecord` by name, each over the same stations."""


class Resolver:
    """The registry of operators and the list of cities, as the builder asks them."""

    def __init__(self, registry: OperatorRegistry, cities: CityIndex) -> None:
        """Keep both, and start with no answers."""
        self._registry = registry
        self._cities = cities
        self._operator = lru_cache(_KEPT)(self._uncached_operator)
        self._city = lru_cache(_KEPT)(self._uncached_city)

    def operators_of(self, given: Columns) -> list[str | None]:
        """Return the operator of each station, None where nothing tells it."""
        said = list(
            zip(
                given["operator_id"],
                given["operator_org_code"],
                given["operator_wikidata"],
                given["operator_raw"],
                given["country"],
                strict=True,
            )
        )
        operators = [self._operator(*each, None) for each in said]
        silent = [at for at, operator in enumerate(operators) if operator is None]
        names = [given["name_zh"][at] or given["name"][at] for at in silent]
        for at, name in self._that_may_tell(silent, names):
            operators[at] = self._uncached_operator(*said[at], name)
        return operators

    def cities_of(self, given: Columns) -> list[City | None]:
        """Return the city of each station on the mainland, None where it is not known."""
        places = (given[name] for name in ("country", "city_id", "city_raw", "region"))
        return list(map(self._city, *places))

    def operator_text(self, operator_id: str | None) -> str:
        """Return the names of an operator in both scripts."""
        if operator_id is None or operator_id not in self._registry:
            return ""
        operator = self._registry[operator_id]
        return f"{operator.name_en} {operator.name_zh or ''}"

    def _uncached_operator(
        self,
        operator_id: str | None,
        org_code: str | None,
        wikidata: str | None,
        raw: str | None,
        country: str | None,
        station_name: str | None,
    ) -> str | None:
        if operator_id is not None and operator_id in self._registry:
            return operator_id
        return self._registry.resolve(
            org_code=org_code, wikidata=wikidata, raw=raw, station_name=station_name, country=country
        )

    def _that_may_tell(self, at: Sequence[int], names: Sequence[str | None]) -> list[tuple[int, str]]:
        """Return the names that hold a spelling of some operator: few do, and names seldom repeat."""
        holds = pc.match_substring_regex(folded_texts(texts_of(names)), self._registry.spellings)
        found = np.flatnonzero(holds.to_numpy(zero_copy_only=False)).tolist()
        return [(at[each], name) for each in found if (name := names[each])]

    def _uncached_city(
        self, country: str | None, city_id: str | None, city_raw: str | None, region: str | None
    ) -> City | None:
        if country not in (None, "CN"):
            return None
        if city_id and (city := self._cities.in_area(city_id)):
            return city
        return self._cities.resolve(city_raw, region) if city_raw else None
