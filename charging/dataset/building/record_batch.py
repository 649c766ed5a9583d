"""Some thousand valid records with their piles, as two Arrow tables.

Everything but the operator codes is computed; those wait until all operators of the dataset are known.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.dataset.building.columns import clean_texts, fill_nulls, fold_texts
from charging.dataset.building.entity_resolution import Resolver
from charging.domain.geography import City, Floats
from charging.domain.hexes import cells_at
from charging.domain.schema import STATIONS
from charging.domain.vocabulary import Current
from charging.sources.records import SourceInfo
from charging.sources.tabular.station_columns import TEXTS, TIMES, Coded, Stations

_TYPES = {column.name: column.type for column in STATIONS.columns}
_CODES = ("access", "site")
_COMPUTED = ("source_id", "operator_id", "city_id")
_FREE_TEXTS = [name for name in TEXTS if name in _TYPES and name not in (*_CODES, *_COMPUTED)]


SEARCHED = ("name", "name_zh", "operator_raw", "city_raw", "address")
"""Columns whose texts a station is found by."""


class PileGroups(NamedTuple):
    """Groups of identical piles, column by column."""

    station: NDArray[np.int64]  # position in the chunk
    pile_id: pa.Array
    operator_id: pa.Array  # null: the station's
    current: pa.Array
    connectors: pa.Array
    power_kw: pa.Array
    status: pa.Array
    count: pa.Array


class RecordBatch(NamedTuple):
    """Stations of one source whose ids and coordinates are sound, and their piles, column by column."""

    given: Stations
    source_ids: pa.Array  # clean
    lat: Floats  # WGS-84 degrees, as `lon`
    lon: Floats
    operators: Coded
    cities: Coded
    city_derived_km: Floats  # NaN: the city is stated, or not known
    groups: PileGroups

    def tables(
        self, source: SourceInfo, retrieved_at: datetime, resolver: Resolver
    ) -> tuple[pa.Table, pa.Table]:
        """Return the stations and the piles, without operator codes, in the order they came."""
        stations = self._stations(source, retrieved_at)
        stations["search"] = self._search(stations, resolver)
        groups = self.groups._asdict()
        at = pa.array(groups.pop("station"))
        groups["pile_id"] = clean_texts(groups["pile_id"])
        stations.update(_sums_of(self.groups.station, groups, len(self.source_ids)))
        piles = {
            "station_id": stations["station_id"].take(at),
            "operator_id": fill_nulls(groups.pop("operator_id"), stations["operator_id"].take(at)),
            "cell": stations["cell"].take(at),
            **groups,
        }
        return pa.table(stations), pa.table(piles)

    def _stations(self, source: SourceInfo, retrieved_at: datetime) -> dict[str, pa.Array]:
        given, ids = self.given, self.source_ids
        columns = {name: clean_texts(given.column(name)) for name in _FREE_TEXTS}
        columns |= {name: given.column(name) for name in (*_CODES, *TIMES)}
        for name, default in (
            ("licence", pa.scalar(source.licence, pa.string())),
            ("attribution", pa.scalar(source.attribution, pa.string())),
            # a code too is how a source writes an operator
            ("operator_raw", clean_texts(given.column("operator_org_code"))),
        ):
            columns[name] = fill_nulls(columns[name], default)
        columns |= {
            "station_id": pc.binary_join_element_wise(source.source, ids, ":"),
            "source": pa.repeat(pa.scalar(source.source, pa.string()), len(ids)),
            "source_id": ids,
            "source_datum": given.datum.column(pa.string()),
            "operator_id": self.operators.column(pa.string()),
            "city_id": self._of_cities(lambda city: city.id),
            "city": self._of_cities(lambda city: city.name_zh),
            "city_derived_km": pa.array(self.city_derived_km, from_pandas=True),
            "retrieved_at": pa.repeat(pa.scalar(retrieved_at, _TYPES["retrieved_at"]), len(ids)),
        }
        return columns | self._points() | {"cell": pa.array(cells_at(self.lat, self.lon))}

    def places(self) -> pa.Table:
        """Return where the stations are and are said to be, without what else `tables` computes."""
        texts = {name: clean_texts(self.given.column(name)) for name in ("country", "region")}
        return pa.table({"source_id": self.source_ids} | texts | self._points())

    def _points(self) -> dict[str, pa.Array]:
        return {
            "source_lat": pa.array(self.given.lat),
            "source_lon": pa.array(self.given.lon),
            "lat": pa.array(self.lat),
            "lon": pa.array(self.lon),
        }

    def _search(self, stations: Mapping[str, pa.Array], resolver: Resolver) -> pa.Array:
        operators = [resolver.operator_text(each) or None for each in self.operators.values]
        of_operators = Coded(operators, self.operators.at).column(pa.string())
        return search_texts(stations, of_operators, self._of_cities(city_text))

    def _of_cities(self, describe: Callable[[City], str]) -> pa.Array:
        return Coded([city and describe(city) for city in self.cities.values], self.cities.at).column(
            pa.string()
        )


def search_texts(stations: Mapping[str, pa.Array], operators: pa.Array, cities: pa.Array) -> pa.Array:
    """Return the words stations are found by: some of their columns, with the names of operator and city."""
    texts = [*(stations[name] for name in SEARCHED), operators, cities]
    # a row that has nothing to join would be left out
    is_silent = np.logical_and.reduce([np.asarray(text.is_null()) for text in texts])
    if is_silent.any():
        texts[0] = pc.if_else(is_silent, "", texts[0])
    return fold_texts(pc.binary_join_element_wise(*texts, " ", null_handling="skip"))


def city_text(city: City) -> str:
    """Return the names a station is found by in a city."""
    return " ".join(dict.fromkeys((city.name_zh, city.name_en)))


def _sums_of(
    station: NDArray[np.int64], groups: Mapping[str, pa.Array], stations: int
) -> dict[str, pa.Array]:
    """Return `piles`, `dc_piles` and `max_power_kw` of each station; null where every part is."""
    count = pc.fill_null(groups["count"], 0).to_numpy(zero_copy_only=False)
    is_counted = groups["count"].is_valid().to_numpy(zero_copy_only=False)
    has_current = is_counted & groups["current"].is_valid().to_numpy(zero_copy_only=False)
    gives_dc = pc.is_in(groups["current"], pa.array([Current.DC, Current.AC_DC], pa.string()))
    is_dc = gives_dc.to_numpy(zero_copy_only=False)
    power_kw = pc.fill_null(groups["power_kw"], 0.0).to_numpy(zero_copy_only=False)
    highest_kw = np.zeros(stations)
    np.maximum.at(highest_kw, station, power_kw)
    return {
        "piles": _sum_by_station(station, count, is_counted, is_counted, stations),
        "dc_piles": _sum_by_station(station, count, is_dc & is_counted, has_current, stations),
        "max_power_kw": pa.array(highest_kw, mask=highest_kw == 0),  # a power is above 0 or null
    }


def _sum_by_station(
    station: NDArray[np.int64],
    count: NDArray[np.int64],
    is_summed: NDArray[np.bool_],
    is_known: NDArray[np.bool_],
    stations: int,
) -> pa.Array:
    totals = np.bincount(station, weights=count * is_summed, minlength=stations).astype(np.int64)
    return pa.array(totals, mask=np.bincount(station, weights=is_known, minlength=stations) == 0)
