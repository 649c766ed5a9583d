"""Cities and places of mainland China, and distances on the ground.

Which 365 units count as cities is this project's own choice, explained in data/README.md; places are the
weights of reach. All coordinates are WGS-84, all codes GB/T 2260. This module knows no borders of any kind:
the city of a point is the one whose centre is nearest.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from charging.domain.hexes import EARTH_RADIUS_KM
from charging.domain.reference_data import FACTS_DIR, read_records
from charging.domain.text_folding import fold_letters
from charging.errors import SchemaError

Floats = NDArray[np.float64]

_PAIRS_AT_ONCE = 18_000_000  # points × cities of 8 bytes: 146 MB, the largest array `nearest_city` makes

_PEOPLES = (
    "朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|黎族"
    "|蒙古族|蒙古|柯尔克孜|哈萨克"
)
_UNIT_ZH = re.compile(rf"(?<=..)(?:(?:{_PEOPLES})*自治[州县]|地区|林区|市|盟|县)$")
_REGION_ZH = re.compile(r"(?:壮族|回族|维吾尔)?自治区$|省$|市$")
_UNIT_EN = re.compile(
    r"(?<=.)(?:autonomousprefecture|prefecture|municipality|autonomousregion|province|sheng|city|shi)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """One of the project's 365 cities, at its urban centre, or a town of `charging.domain.towns`."""

    id: str  # GB/T 2260, six digits; of a town geonames:<id>
    name_zh: str  # unique among the 365
    name_en: str  # not unique: two Suzhou, two Fuzhou
    pinyin: str | None  # without tones, ü as v; only where `name_en` follows the local language: Urumqi
    province_zh: str
    province_en: str
    lat: float
    lon: float
    population: int  # people, of the urban area


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A populated place of 5,000 people and more; a district of a city is counted in its city."""

    geonameid: int
    name: str
    name_zh: str | None
    lat: float
    lon: float
    population: int  # people
    province: str  # GB/T 2260, first two digits


def great_circle_km(lat: ArrayLike, lon: ArrayLike, other_lat: ArrayLike, other_lon: ArrayLike) -> Floats:
    """Return the distance between points on a sphere, in km; degrees in, shapes broadcast.

    Notes
    -----
    Haversine, exact for close points too; the sphere is off the ellipsoid by up to 0.6 %.

    Examples
    --------
    >>> float(great_circle_km(39.9042, 116.4074, 31.2304, 121.4737).round())
    1067.0
    """
    phi, lam, other_phi, other_lam = (np.radians(angle) for angle in (lat, lon, other_lat, other_lon))
    chord = (
        np.sin((other_phi - phi) / 2) ** 2
        + np.cos(phi) * np.cos(other_phi) * np.sin((other_lam - lam) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1))), dtype=np.float64)


def unit_vectors(lat: ArrayLike, lon: ArrayLike) -> Floats:
    """Return points as vectors from the centre of a unit sphere; degrees in, one axis of length 3 added."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


class CityIndex:
    """Finds a city by the name in a source, or by coordinates."""

    def __init__(self, cities: Iterable[City]) -> None:
        self.cities = tuple(cities)
        self._by_id = {city.id: city for city in self.cities}
        self._lat = np.array([city.lat for city in self.cities])
        self._lon = np.array([city.lon for city in self.cities])
        self._vectors = unit_vectors(self._lat, self._lon)

    @cached_property
    def _by_name(self) -> dict[str, list[City]]:
        found: dict[str, list[City]] = {}
        for city in self.cities:
            for key in _keys(city):
                found.setdefault(key, []).append(city)
        return found

    @cached_property
    def _provinces(self) -> set[str]:
        return {key for city in self.cities for key in _region_keys(city)}

    def resolve(self, name: str, region: str | None = None) -> City | None:
        """Return the city of a name, or None if there is none or several.

        Parameters
        ----------
        name
            Chinese or English, with or without 市, 地区, "City" and the like, in any case.
        region
            The province, Chinese or English, short or full; it excludes the cities of every other province,
            so all cities if it is no province of mainland China.

        Examples
        --------
        >>> index = CityIndex(load_cities())
        >>> index.resolve("Suzhou"), index.resolve("Suzhou", "Anhui").name_zh, index.resolve("大理州").id
        (None, '宿州市', '532900')

        Notes
        -----
        A bare name that is also a province's ("吉林", "海南", "Jilin") means a city only with its region or
        its suffix; the four municipalities are both.
        """
        found = self._by_name.get(_key(name), [])
        if region and region.strip():
            found = [city for city in found if is_in_province(city, region)]
        elif fold_letters(name) in self._provinces:
            found = [city for city in found if city.id.endswith("0000")]
        return found[0] if len(found) == 1 else None

    def city_of_area(self, code: str) -> City | None:
        """Return the city that holds a GB/T 2260 area: itself, its prefecture or its municipality.

        Examples
        --------
        >>> index = CityIndex(load_cities())
        >>> [index.city_of_area(code).name_en for code in ("310151", "440305", "429004")]
        ['Shanghai', 'Shenzhen', 'Xiantao']
        """
        code = code.strip()
        candidates = (code, f"{code[:4]}00", f"{code[:2]}0000") if len(code) == len("110000") else ()
        return next((self._by_id[c] for c in candidates if c in self._by_id), None)

    def nearest_city(self, lat: Floats, lon: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Return the position in `cities` of the nearest one to each point, and its distance in km.

        Points are WGS-84 degrees, one-dimensional; a point that is not a number gives position -1 and no
        distance. Distance alone decides, so a point abroad has a nearest city too.

        Raises
        ------
        ValueError
            If there are no cities.
        """
        if not self.cities:
            message = "expected at least one city, found none"
            raise ValueError(message)
        nearest = np.empty(len(lat), dtype=np.intp)
        points = max(1, _PAIRS_AT_ONCE // len(self.cities))
        for start in range(0, len(lat), points):
            part = slice(start, start + points)
            nearest[part] = (unit_vectors(lat[part], lon[part]) @ self._vectors.T).argmax(axis=1)
        distance_km = great_circle_km(lat, lon, self._lat[nearest], self._lon[nearest])
        return np.where(np.isnan(distance_km), -1, nearest), distance_km


@cache
def load_cities(path: Path = FACTS_DIR / "cities.csv") -> tuple[City, ...]:
    """Return the cities, by code.

    Raises
    ------
    SchemaError
        If a column is missing, a number cannot be read, or a code or Chinese name is repeated.
    """
    cities = tuple(read_records(path, City))
    if any(len({getattr(city, key) for city in cities}) < len(cities) for key in ("id", "name_zh")):
        message = f"{path.name}: expected every code and every Chinese name once"
        raise SchemaError(message)
    return cities


@cache
def load_places(path: Path = FACTS_DIR / "places.csv") -> tuple[Place, ...]:
    """Return the places, by GeoNames id.

    Raises
    ------
    SchemaError
        If a column is missing or a number cannot be read.
    """
    return tuple(read_records(path, Place))


def is_in_province(city: City, region: str) -> bool | None:
    """Whether a city is in a province, Chinese or English, short or full; None: it is none of the mainland.

    Examples
    --------
    >>> dalian = next(city for city in load_cities() if city.name_en == "Dalian")
    >>> [is_in_province(dalian, each) for each in ("辽宁", "Jilin Province", "Bavaria")]
    [True, False, None]
    """
    key = _region_key(region)
    if key in _region_keys(city):
        return True
    return False if key in _all_region_keys() else None


@cache
def _all_region_keys() -> frozenset[str]:
    return frozenset(key for city in load_cities() for key in _region_keys(city))


def _keys(city: City) -> set[str]:
    short = _key(city.name_zh)
    usual = {f"{short}州"} if city.name_zh.endswith("自治州") else set()  # 大理州 for 大理白族自治州
    return {short, _key(city.name_en)} | usual


def _key(name: str) -> str:
    return _UNIT_EN.sub("", _UNIT_ZH.sub("", fold_letters(name)))


def _region_keys(city: City) -> tuple[str, str]:
    return _region_key(city.province_zh), _region_key(city.province_en)


def _region_key(name: str) -> str:
    return _UNIT_EN.sub("", _REGION_ZH.sub("", fold_letters(name)))
