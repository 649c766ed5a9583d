"""Towns of the countries besides mainland China, and the countries themselves.

Made from GeoNames by `data/make_places.py`, rules in data/README.md. A town is a city like those of
`charging.domain.geography`, with the id `geonames:<id>`. A district is one too, found by its name; its people
are in the number of its town. Coordinates are WGS-84 degrees.
"""

import gzip
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from charging.domain.geography import City, Floats, load_cities, load_places, unit_vectors
from charging.domain.reference_data import FACTS_DIR, read_records
from charging.domain.text_folding import fold_all_letters
from charging.errors import SchemaError

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

TOWN_PREFIX = "geonames:"
"""Beginning of the id of a city outside mainland China."""

CHINA = "CN"
"""The country whose cities are those of data/cities.csv."""

UNITED_STATES = "US"
"""The country whose regions are told by letters that people write."""

Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country, or what ISO 3166-1 has a code for."""

    code: str  # alpha-2
    name: str  # in English
    name_zh: str
    population: int | None  # people


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Towns:
    """Towns row by row: by country, in each the largest first. Arrays are of equal length."""

    geonameid: NDArray[np.int64]
    name: Texts
    name_zh: Texts  # None: not known
    names: Texts  # others, native ones among them, divided by |; None: no others
    lat: Floats
    lon: Floats
    population: NDArray[np.int64]  # people, those of its districts included
    country: Texts  # ISO 3166-1 alpha-2
    region: Texts  # province in GeoNames, in the United States the letters of the state; None: not known
    part_of: NDArray[np.int64]  # geonameid of the town whose number holds the people of this one; 0: none

    def __len__(self) -> int:
        return len(self.geonameid)

    def rows_of(self, country: str) -> slice:
        """Return the rows of a country."""
        first, last = _country_bounds().get(country, (0, 0))
        return slice(first, last)

    def folded_names(self, rows: slice) -> tuple[list[str], NDArray[np.int64]]:
        """Return every name of some towns as `fold_letters` has it, and the row of each."""
        columns = (self.name[rows], self.name_zh[rows], self.names[rows])
        by_town = [
            [*filter(None, (name, chinese, *(others or "").split("|")))]
            for name, chinese, others in zip(*columns, strict=True)
        ]
        owners = np.repeat(np.arange(len(self))[rows], np.array([*map(len, by_town)], np.intp))
        return fold_all_letters([*chain.from_iterable(by_town)]), owners

    def city(self, row: int) -> City:
        """Return a town as a city; its country stands for the province."""
        code = self.country[row]
        country = load_countries().get(code)
        name_en, name_zh = (country.name, country.name_zh) if country else (code, code)
        state = self.region[row] if code == UNITED_STATES else None  # elsewhere a number that says nothing
        return City(
            id=f"{TOWN_PREFIX}{self.geonameid[row]}",
            name_zh=self.name_zh[row] or self.name[row],
            name_en=self.name[row],
            pinyin=None,
            province_zh=name_zh,
            province_en=f"{state}, {name_en}" if state else name_en,
            lat=float(self.lat[row]),
            lon=float(self.lon[row]),
            population=int(self.population[row]),
        )


@cache
def load_towns(path: Path = FACTS_DIR / "towns.csv.gz") -> Towns:
    """Return the towns.

    Raises
    ------
    SchemaError
        If the file cannot be read, or a column is missing or not of its type.
    """
    options = csv.ConvertOptions(
        column_types=_TYPES, include_columns=list(_TYPES), strings_can_be_null=True, null_values=[""]
    )
    try:
        text = pa.BufferReader(gzip.decompress(path.read_bytes()))
        # for one file, threads cost more than they save
        table = csv.read_csv(text, csv.ReadOptions(use_threads=False), convert_options=options)
    except (pa.ArrowException, KeyError, OSError, EOFError) as error:
        message = f"{path.name}: {error}"
        raise SchemaError(message) from error
    return Towns(**{name: _to_array(table[name]) for name in _TYPES})


def _to_array(column: pa.ChunkedArray) -> NDArray[Any]:
    if pa.types.is_string(column.type):
        different = column.combine_chunks().dictionary_encode()
        # Arrow itself would load pandas for it
        texts: Texts = np.array([*different.dictionary.to_pylist(), None], dtype=object)
        of_rows: Texts = texts[different.indices.fill_null(-1).to_numpy()]
        return of_rows
    numbers: NDArray[Any] = column.combine_chunks().fill_null(0).to_numpy()
    return numbers


_TYPES = {
    "geonameid": pa.int64(),
    "name": pa.string(),
    "name_zh": pa.string(),
    "names": pa.string(),
    "lat": pa.float64(),
    "lon": pa.float64(),
    "population": pa.int64(),
    "country": pa.string(),
    "region": pa.string(),
    "part_of": pa.int64(),
}


@cache
def load_countries(path: Path = FACTS_DIR / "countries.csv") -> dict[str, Country]:
    """Return the countries by code.

    Raises
    ------
    SchemaError
        If a column is missing or a number cannot be read.
    """
    return {country.code: country for country in read_records(path, Country)}


@cache
def _country_bounds() -> dict[str, tuple[int, int]]:
    countries = load_towns().country
    bounds = [0, *(np.flatnonzero(countries[1:] != countries[:-1]) + 1).tolist(), len(countries)]
    return {countries[first]: (first, last) for first, last in pairwise(bounds)}


def find_city(city_id: str) -> City | None:
    """Return the city of an id, in China or elsewhere; None if there is none.

    Examples
    --------
    >>> find_city("310000").name_en, find_city("geonames:2867714").name_en, find_city("geonames:x")
    ('Shanghai', 'Munich', None)
    """
    if not city_id.startswith(TOWN_PREFIX):
        return _cities_by_id().get(city_id)
    number = city_id.removeprefix(TOWN_PREFIX)
    row = _town_rows().get(int(number)) if number.isascii() and number.isdecimal() else None
    return None if row is None else load_towns().city(row)


@cache
def _cities_by_id() -> dict[str, City]:
    return {city.id: city for city in load_cities()}


@cache
def _town_rows() -> dict[int, int]:
    return {geonameid: row for row, geonameid in enumerate(load_towns().geonameid.tolist())}


def city_name(city_id: str, language: str) -> str:
    """Return the name of a city, "zh" in Chinese where it has one; the id itself for one that is not known.

    Examples
    --------
    >>> city_name("geonames:5128581", "zh"), city_name("310000", "en"), city_name("0", "en")
    ('纽约', 'Shanghai', '0')
    """
    city = find_city(city_id)
    if city is None:
        return city_id
    return city.name_zh if language == "zh" else city.name_en


def is_of_china(city_id: str) -> bool:
    """Whether a city is one of data/cities.csv, by its id."""
    return not city_id.startswith(TOWN_PREFIX)


@cache
def cities_of(countries: frozenset[str]) -> tuple[City, ...]:
    """Return the cities of countries, without those whose people are in the number of another."""
    towns = load_towns() if countries - {CHINA} else None
    found = load_cities() if CHINA in countries else ()
    return (*found, *(towns.city(row) for row in _own_rows(towns, countries))) if towns else found


def _own_rows(towns: Towns, countries: Collection[str]) -> Iterator[int]:
    for country in sorted(countries):
        rows = towns.rows_of(country)
        yield from (rows.start + np.flatnonzero(towns.part_of[rows] == 0)).tolist()


class Settlements(NamedTuple):
    """Towns and places row by row, to be found by where they are."""

    lat: Floats
    lon: Floats
    country: Texts  # ISO 3166-1 alpha-2
    region: Texts  # province, by its code in GeoNames, of China in GB/T 2260; None: not known

    def nearest(self, lat: Floats, lon: Floats) -> NDArray[np.intp]:
        """Return the row of the nearest one to each point; WGS-84 degrees."""
        vectors = unit_vectors(lat, lon)
        if len(lat) <= MAX_COMPARED:
            # a few at a time: each takes as many numbers as there are settlements
            parts = np.array_split(vectors, -(-len(lat) // _COMPARED_AT_ONCE) or 1)
            own = unit_vectors(self.lat, self.lon).T
            return np.concatenate([(part @ own).argmax(axis=1) for part in parts])
        return np.asarray(_tree_of_settlements().query(vectors)[1])


MAX_COMPARED = 300
"""Points that are compared with all settlements: for more of them a tree is loaded and grown."""

_COMPARED_AT_ONCE = 16


@cache
def _tree_of_settlements() -> "cKDTree":
    from scipy.spatial import cKDTree  # noqa: PLC0415  takes a third of a second to load

    world = settlements()
    return cKDTree(unit_vectors(world.lat, world.lon), balanced_tree=False)


@cache
def settlements() -> Settlements:
    """Return the towns of the world and the places of mainland China."""
    towns, places = load_towns(), load_places()
    lat = np.concatenate([towns.lat, [place.lat for place in places]])
    lon = np.concatenate([towns.lon, [place.lon for place in places]])
    country = np.concatenate([towns.country, np.full(len(places), CHINA, dtype=object)])
    region = np.concatenate([towns.region, np.array([place.province for place in places], dtype=object)])
    return Settlements(lat, lon, country, region)


def nearest_countries(lat: Floats, lon: Floats) -> Texts:
    """Return the country of the nearest town to each point; WGS-84 degrees."""
    world = settlements()
    found: Texts = world.country[world.nearest(lat, lon)]
    return found
