"""The figures that head a dataset of which none were published: its own, for one selection."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.filters import Filters
from charging.domain.place_names import place_keys
from charging.domain.towns import nearest_countries
from charging.queries.engine import Engine, Query
from charging.queries.predicates import select_groups
from charging.queries.totals import int_or_none, totals


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFigures:
    """What a selection holds; None: nothing is known."""

    stations: int
    stations_piles_unknown: int
    piles: int | None
    current_known_piles: int | None
    dc_piles: int | None  # current DC or AC_DC
    operators: int | None
    piles_without_operator: int | None
    places: int | None  # cities and towns that are named
    stations_without_place: int
    max_power_kw: float | None

    @property
    def dc_share(self) -> float | None:
        """Share of DC among the piles whose current is known, 0 to 1; None where that is of none."""
        if self.dc_piles is None or not self.current_known_piles:
            return None
        return self.dc_piles / self.current_known_piles


def dataset_figures(engine: Engine, filters: Filters) -> DatasetFigures:
    """Return the figures of a selection."""
    sums = totals(engine, filters, sums_of=_SUMS).iloc[0]
    columns, rows = engine.columns, select_groups(engine, filters)
    operators = columns.operator_code[rows]
    places = _place_codes(engine)[np.unique(columns.station_no[rows]) - 1]
    is_nothing = not sums.stations
    return DatasetFigures(
        stations=int(sums.stations),
        stations_piles_unknown=int(sums.stations_piles_unknown),
        piles=int_or_none(sums.piles),
        current_known_piles=int_or_none(sums.piles - sums.current_unknown_piles),
        dc_piles=int_or_none(sums.dc_piles),
        operators=_count_known(operators, is_nothing=is_nothing),
        piles_without_operator=int_or_none(columns.pile_counts["piles"][rows[operators < 0]].sum()),
        places=_count_known(places, is_nothing=is_nothing),
        stations_without_place=int(np.count_nonzero(places < 0)),
        max_power_kw=None if pd.isna(sums.max_power_kw) else float(sums.max_power_kw),
    )


_SUMS = ("stations", "stations_piles_unknown", "piles", "current_unknown_piles", "dc_piles", "max_power_kw")


def city_ids(engine: Engine) -> tuple[str, ...]:
    """Return the cities in which a dataset has stations, ascending."""
    ids, _ = engine.text_codes("city_id")
    return tuple(ids.tolist())


def countries(engine: Engine) -> frozenset[str]:
    """Return the countries in which a dataset has stations, as codes of ISO 3166-1.

    A station that names none is in the country of the nearest town.
    """
    return engine.memoize("countries", lambda: _find_countries(engine))


def _find_countries(engine: Engine) -> frozenset[str]:
    stated = engine.run(Query("select distinct country from stations")).country
    found = frozenset(stated.dropna())
    if not stated.isna().any():
        return found
    # one of each square of a tenth of a degree: neighbours have the same nearest town, nearly
    silent = engine.run(
        Query(
            "select min(lat) as lat, min(lon) as lon from stations where country is null"
            " group by round(lat, 1), round(lon, 1)"
        )
    )
    return found | frozenset(nearest_countries(silent.lat.to_numpy(), silent.lon.to_numpy()).tolist())


def _count_known(codes: NDArray[np.int64], *, is_nothing: bool) -> int | None:
    """Return how many distinct codes there are; where none is known, the number is not 0, it is not known."""
    return int(np.unique(codes[codes >= 0]).size) or (0 if is_nothing else None)


def _place_codes(engine: Engine) -> NDArray[np.int64]:
    """Return a number for the city or town of each station, in the order of `station_no`; -1: not known."""

    def find() -> NDArray[np.int64]:
        rows = engine.station_rows(None, _PLACE_COLUMNS).fillna("")
        group = rows.groupby(list(_PLACE_COLUMNS), sort=False).ngroup().to_numpy()
        keys = place_keys(rows.drop_duplicates().itertuples(index=False, name=None))
        numbers = {
            key: number for number, key in enumerate(dict.fromkeys(key for key in keys if key is not None))
        }
        return np.array([numbers.get(key, -1) for key in keys], dtype=np.int64)[group]

    return engine.memoize("place codes", find)


_PLACE_COLUMNS = ("city_id", "region", "city_raw")
