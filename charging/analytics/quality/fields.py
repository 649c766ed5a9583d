"""How good the data is: what is known, and what lies where it cannot.

Operators that could not be resolved are in the report of an import.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from charging.domain.arrays import ratio
from charging.domain.geography import City, CityIndex
from charging.domain.world.regions import OUTSIDE_KM


def completeness(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the share that is known of each field and source, with what it is a share of.

    To the counts of `charging.queries.quality.field_counts` it adds `share`: `known` ÷ `of`, 0 to 1; NaN
    where `of` is 0, for nothing is asked there.
    """
    known, whole = (counts[column].to_numpy(np.float64) for column in ("known", "of"))
    return counts.assign(share=ratio(known, whole))


def outside_region(stations: pd.DataFrame, cities: Iterable[City]) -> pd.DataFrame:
    """Return stations that lie outside the region they are said to be in; mainland China only.

    A station does when the nearest city lies in another region and the nearest city of its stated region is
    over `OUTSIDE_KM` away. Its stated region is the one its source writes, or else that of its city. Where
    that is no province of the mainland, the station is left out.

    Parameters
    ----------
    stations
        With `station_id`, `source`, `lat`, `lon` (WGS-84 degrees), `country`, `region`, `city_id`; null: not
        known.
    cities
        The cities of the mainland.

    Returns
    -------
    table
        The farthest first, then by id: `station_id`, `source`, `lat`, `lon`, `region` (stated, Chinese),
        `stated_city_id` (nearest one of the stated region) and `stated_km` to it, `nearest_region`,
        `nearest_city_id` and `nearest_km`. Distances are great circles, km.
    """
    index = CityIndex(cities)
    is_asked = stations.country.isna() | stations.country.eq("CN")
    rows = stations[is_asked].reset_index(drop=True)
    rows = rows.assign(stated=_stated_regions(rows, index)).dropna(subset="stated")
    rows = _add_nearest(rows, index, "nearest")
    rows = rows[rows.nearest_region != rows.stated]
    parts = [
        _add_nearest(part, CityIndex(city for city in index.cities if city.province_zh == region), "stated")
        for region, part in rows.groupby("stated", sort=True)
    ]
    columns = ["station_id", "source", "lat", "lon", "region", "stated_city_id", "stated_km"]
    columns += ["nearest_region", "nearest_city_id", "nearest_km"]
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts).assign(region=lambda all_rows: all_rows.stated)
    table = table[table.stated_km > OUTSIDE_KM]
    return table.sort_values(["stated_km", "station_id"], ascending=[False, True], ignore_index=True)[columns]


def _stated_regions(rows: pd.DataFrame, index: CityIndex) -> pd.Series:
    """Return the Chinese name of the province each station is said to be in; null where none is."""
    one_each = {city.province_zh: city for city in index.cities}
    of_city = {city.id: city.province_zh for city in index.cities}

    def province(text: str) -> str | None:
        # a city's own name and a region lead to the city only where it lies in that region
        return next((p for p, city in one_each.items() if index.resolve(city.name_zh, text) is city), None)

    written = rows.region.where(rows.region.astype("string").str.strip().ne("").fillna(value=False))
    known = {text: province(text) for text in written.dropna().unique()}
    stated = written.map(known, na_action="ignore").astype("object")
    # a region that is no province of the mainland is not overruled by a city
    return stated.where(written.notna(), rows.city_id.map(of_city))


def _add_nearest(rows: pd.DataFrame, index: CityIndex, prefix: str) -> pd.DataFrame:
    """Return rows with the nearest city of `index`: its id, region and distance."""
    at, distance_km = index.nearest_city(rows.lat.to_numpy(np.float64), rows.lon.to_numpy(np.float64))
    ids = np.array([city.id for city in index.cities], dtype=object)
    regions = np.array([city.province_zh for city in index.cities], dtype=object)
    columns = {f"{prefix}_city_id": ids[at], f"{prefix}_region": regions[at], f"{prefix}_km": distance_km}
    return rows.assign(**columns)
