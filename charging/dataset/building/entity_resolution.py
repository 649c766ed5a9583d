"""Who and where: operators and cities of stations, and the words a text search finds them by.

Answers are kept, since a register repeats few operators and cities over many stations.
"""

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.dataset.building.columns import distinct_rows, fold_texts
from charging.domain.geography import City, CityIndex, Floats
from charging.domain.operators import OperatorRegistry, is_operator_stated
from charging.domain.town_location import LocatedCities, derive_cities, named_cities
from charging.domain.towns import CHINA, TOWN_PREFIX, find_city
from charging.domain.world.operators import load_world_operators, resolve_worldwide
from charging.sources.io.arrow_texts import empty_to_null, trim_texts
from charging.sources.tabular.station_columns import Coded, Rows, Stations, different

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

    def cities_of(self, stations: Stations, lat: Floats, lon: Floats) -> tuple[Coded, Floats]:
        """Return the city of each station at these WGS-84 degrees, None where it is not known.

        With it comes the distance to the city's centre in km where it is derived, NaN elsewhere.
        """
        places = {name: stations.column(name) for name in ("country", "city_id", "city_raw", "region")}
        keys, at = different([*places.values()], len(stations))
        stated = Coded([self._city(*each) for each in keys], at)
        derived_km = np.full(len(stations), np.nan)
        rows = np.flatnonzero(stated.where(lambda city: city is None))
        if not rows.size:
            return stated, derived_km
        country, region, city_raw = (
            empty_to_null(trim_texts(places[name].take(pa.array(rows))))
            for name in ("country", "region", "city_raw")
        )
        located = locate_cities(country, region, city_raw, lat[rows], lon[rows])
        derived_km[rows] = located.derived_km
        at = at.copy()
        at[rows] = located.at + len(stated.values)
        return Coded([*stated.values, *located.cities], at), derived_km

    def operator_text(self, operator_id: str | None) -> str:
        """Return the names of an operator in both scripts."""
        if operator_id is None:
            return ""
        if operator_id in self._registry:
            operator = self._registry[operator_id]
            return f"{operator.name_en} {operator.name_zh or ''}"
        found = load_world_operators().get(operator_id)
        return found.name if found else ""

    def resolve_stored(self, stations: pa.Table) -> pa.Array:
        """Return the operators of stored stations; those that only a text named are looked up again."""
        keys, at = distinct_rows(stations, ["operator_id", "operator_raw", "country"])
        found = [
            operator_id
            if operator_id is None or self._is_known(operator_id)
            else self._operator(None, None, None, text, country, None)
            for operator_id, text, country in keys
        ]
        return Coded(found, at).column(pa.string())

    def _is_known(self, operator_id: str) -> bool:
        return operator_id in self._registry or load_world_operators().get(operator_id) is not None

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
        found = self._registry.resolve(
            org_code=org_code, wikidata=wikidata, raw=raw, station_name=station_name, country=country
        )
        if found is None and is_operator_stated(wikidata, raw):
            return resolve_worldwide(self._registry, wikidata=wikidata, raw=raw, country=country)
        return found

    def _that_may_tell(self, at: Rows, names: pa.Array) -> list[tuple[int, str]]:
        """Return the names that hold a spelling of some operator: few do, and names seldom repeat."""
        holds = pc.match_substring_regex(fold_texts(names), self._registry.spellings)
        found = np.flatnonzero(holds)
        return list(zip(at[found].tolist(), names.take(found).to_pylist(), strict=True))

    def _uncached_city(
        self, country: str | None, city_id: str | None, city_raw: str | None, region: str | None
    ) -> City | None:
        if city_id and city_id.startswith(TOWN_PREFIX):
            return find_city(city_id)
        if country not in (None, CHINA):
            return None
        if city_id and (city := self._cities.city_of_area(city_id)):
            return city
        return self._cities.resolve(city_raw, region) if city_raw else None


def locate_cities(
    country: pa.Array, region: pa.Array, city_raw: pa.Array, lat: Floats, lon: Floats
) -> LocatedCities:
    """Return the cities of stations that are in none of China's by name.

    A name that is none of a near town stays without a city: what a source says is not replaced by a guess.

    Parameters
    ----------
    country, region, city_raw
        Columns of the stations; null: not known.
    lat, lon
        WGS-84 degrees.
    """
    cities: list[City | None] = [None]
    city, derived_km = np.zeros(len(lat), np.intp), np.full(len(lat), np.nan)
    keys, at = different([country, region, city_raw], len(lat))
    order, ends = np.argsort(at, kind="stable"), np.cumsum(np.bincount(at, minlength=len(keys)))
    for (code, state, name), rows in zip(keys, np.split(order, ends), strict=False):  # the last part is empty
        if not name:
            found = derive_cities(code, lat[rows], lon[rows], state)
        elif code != CHINA:
            found = named_cities(code, name, lat[rows], lon[rows], state)
        else:
            continue
        derived_km[rows] = found.derived_km
        city[rows] = found.at + len(cities)
        cities += found.cities
    return LocatedCities(cities, city, derived_km)
