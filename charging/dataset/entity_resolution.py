"""Who and where: operators and cities of stations, and the words a text search finds them by.

Answers are kept, since a register repeats few operators and cities over many stations.
"""

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.dataset.columns import fold_texts
from charging.domain.geography import City, CityIndex
from charging.domain.operators import OperatorRegistry, is_operator_stated
from charging.sources.io.arrow_texts import empty_to_null
from charging.sources.tabular.station_columns import Coded, Rows, Stations, different

MAINLAND = "CN"
"""The country whose cities are listed."""

_KEPT = 65_536  # answers

_OPERATOR = ("operator_id", "operator_org_code", "operator_wikidata", "operator_raw", "country")


class Resolver:
    """The registry of operators and the list of cities, as the builder asks them."""

    def __init__(self, registry: OperatorRegistry, cities: CityIndex) -> None:
        """Keep both, and start with no answers."""
        self._registry = registry
        self._cities = cities
        self._operator = lru_cache(_KEPT)(self._uncached_operator)
        self._city = lru_cache(_KEPT)(self._uncached_city)

    def operators_of(self, stations: Stations) -> Coded:
        """Return the operator of each station, None where nothing tells it."""
        keys, at = different([stations.column(name) for name in _OPERATOR], len(stations))
        operators = [self._operator(*each, None) for each in keys]
        # an operator that is stated and not known is another one, whatever word is in the station's name
        is_silent = np.array([not is_operator_stated(*each[:-1]) for each in keys], np.bool_)[at]
        silent = np.flatnonzero(is_silent)
        names = pc.coalesce(
            *(empty_to_null(stations.column(name).take(silent)) for name in ("name_zh", "name"))
        )
        for row, name in self._that_may_tell(silent, names):
            if operator := self._uncached_operator(*(*keys[at[row]], name)):
                at[row] = len(operators)
                operators.append(operator)
        return Coded(operators, at)

    def cities_of(self, stations: Stations) -> Coded:
        """Return the city of each station on the mainland, None where it is not known."""
        # a register of another country names many places, of which none has to be looked up
        if not pc.any(pc.fill_null(pc.equal(stations.column("country"), MAINLAND), fill_value=True)).as_py():
            return Coded.same(None, len(stations))
        places = [stations.column(name) for name in ("country", "city_id", "city_raw", "region")]
        keys, at = different(places, len(stations))
        return Coded([self._city(*each) for each in keys], at)

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

    def _that_may_tell(self, at: Rows, names: pa.Array) -> list[tuple[int, str]]:
        """Return the names that hold a spelling of some operator: few do, and names seldom repeat."""
        holds = pc.match_substring_regex(fold_texts(names), self._registry.spellings)
        found = np.flatnonzero(holds)
        return list(zip(at[found].tolist(), names.take(found).to_pylist(), strict=True))

    def _uncached_city(
        self, country: str | None, city_id: str | None, city_raw: str | None, region: str | None
    ) -> City | None:
        if country not in (None, MAINLAND):
            return None
        if city_id and (city := self._cities.city_of_area(city_id)):
            return city
        return self._cities.resolve(city_raw, region) if city_raw else None
