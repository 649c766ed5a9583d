"""Where simulated stations are: towns, the quarters of a town, and a scatter around each quarter."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.bounds import KM_PER_DEGREE
from charging.domain.geography import City, great_circle_km, load_cities, load_places
from charging.simulation.draws import Draws, Indices, Reals
from charging.simulation.land import load_land
from charging.simulation.profiles import PROVINCE_WEIGHTS, RICH_CITIES, Profile

_TOWN_DISCOUNT = 0.6  # weight of a person in a town, relative to the seat of its city
_SEAT_KM = 6.0  # a place this close to a city's point is that city
_ASTRAY_KM = 85.0  # a place farther from its city, with another province's not far beyond, is left out
_MAX_PLACES = 14  # of data/places.csv taken for one city
_MIN_TOWNS = 7  # around a city; missing ones are invented
_MIN_PART, _PART_RANGE = 0.22, 0.3  # of the way to a neighbouring city
_OUTSKIRTS_KM = 70.0  # from the seat of a city to its invented towns, at most
_ASIDE = 0.25  # deviation from that way, in parts of the distance
_SMALL_TOWN, _PEOPLE_OUTSIDE = (
    15_000,
    0.05,
)  # people of an invented town: a constant plus a share of its city's,
_MIN_TOWN_FACTOR = 0.4  # times a random factor from this to one more
_PEOPLE_PER_QUARTER = 30_000  # a town has √(people / this) quarters
_MAX_QUARTERS = 40
_CORE_SHARE = 0.2  # of a town's stations, in the quarter at its centre
_MIN_QUARTER = 0.15  # smallest weight, plus a draw of up to one
_TOWN_SCALE_KM = 0.95  # distance from the centre within which half the quarters of 100,000 people lie
_QUARTER_SCALE = 0.45  # of a quarter, in scales of its town
_MAX_STRETCH = 1.8  # length over width of a town, at most
_WIDE_SHARE, _WIDE, _MAX_WIDE_KM = (
    0.08,
    4.0,
    10.0,
)  # share of stations far out; factor and maximum of their scale
_FREE_TRIES = 8  # a point in the water is redrawn this often,
_STEP_INLAND = 0.7  # and then closer to its centre by this factor each time
_MAX_TRIES = 30


class Centres(NamedTuple):
    """Points around which stations cluster, element by element; lat and lon are WGS-84 degrees."""

    lat: Reals
    lon: Reals
    scale_km: Reals  # half the stations lie within
    axis: Reals  # (n, 2), unit vector east and north along which the town is long
    stretch: Reals  # length over width
    city: Indices  # index into data/cities.csv
    weight: Reals  # how many stations, relative to other centres

    def take(self, index: Indices) -> "Centres":
        """Return the chosen centres, one per index."""
        return Centres._make(values[index] for values in self)


def make_quarters(draws: Draws) -> Centres:
    """Return the quarters of every city's seat, then those of other towns; the first of each is the core."""
    towns, people = _make_towns(draws)
    counts = np.clip(np.sqrt(people / _PEOPLE_PER_QUARTER), 1, _MAX_QUARTERS).astype(np.int64)
    town = np.repeat(np.arange(len(counts)), counts)
    is_single = counts[town] == 1
    is_core = np.diff(town, prepend=-1) > 0
    size = np.where(is_core, 0.0, _MIN_QUARTER + draws.uniform(len(town)))
    of_rest = size / np.where(is_single, 1.0, np.bincount(town, weights=size)[town])
    share = np.where(is_core, _CORE_SHARE, (1 - _CORE_SHARE) * of_rest)
    around = towns.take(town)
    lat, lon = scatter(draws, around)
    return around._replace(
        lat=np.where(is_core, around.lat, lat),
        lon=np.where(is_core, around.lon, lon),
        scale_km=around.scale_km * np.where(is_single, 1.0, _QUARTER_SCALE),
        weight=around.weight * np.where(is_single, 1.0, share),
    )


def scatter(draws: Draws, centres: Centres) -> tuple[Reals, Reals]:
    """Return one point near each centre, on land, as latitude and longitude in degrees to five decimals."""
    land, count = load_land(), len(centres.lat)
    wide_km = np.maximum(centres.scale_km, np.minimum(centres.scale_km * _WIDE, _MAX_WIDE_KM))
    reach_km = np.where(draws.uniform(count) < _WIDE_SHARE, wide_km, centres.scale_km)
    lat, lon = np.empty(count), np.empty(count)
    open_ones = np.arange(count)
    for tries in range(_MAX_TRIES):
        if not len(open_ones):
            break
        around = centres.take(open_ones)
        east_km, north_km = _stretch_offsets(draws.offsets(len(open_ones)), around) * reach_km[open_ones]
        lat[open_ones] = np.round(around.lat + north_km / KM_PER_DEGREE, 5)
        shrink = np.cos(np.radians(around.lat))
        lon[open_ones] = np.round(around.lon + east_km / (KM_PER_DEGREE * shrink), 5)
        open_ones = open_ones[~land.allows(lat[open_ones], lon[open_ones])]
        if tries >= _FREE_TRIES:
            reach_km[open_ones] *= _STEP_INLAND
    return lat, lon


def preference(profile: Profile, centres: Centres) -> Reals:
    """Return the relative likelihood of a station of this operator at each centre."""
    cities = load_cities()
    home = np.array([_value_by_prefix(profile.home, city.id, profile.elsewhere) for city in cities])
    if profile.loves_rich_cities:
        home *= _wealth(cities)
    likely: Reals = centres.weight * home[centres.city]
    return likely


class _Towns(NamedTuple):
    """Settlements, element by element."""

    lat: Reals  # degrees, WGS-84
    lon: Reals
    people: Reals
    city: Indices  # index into data/cities.csv

    def take(self, index: Indices) -> "_Towns":
        return _Towns._make(values[index] for values in self)


def _make_towns(draws: Draws) -> tuple[Centres, Reals]:
    """Return the city seats, then other towns, weighted within their province's share; and their people."""
    seats = _seats()
    towns = _largest_places(seats)
    invented = _invent_towns(draws, seats, np.bincount(towns.city, minlength=len(seats.city)))
    spots = _move_ashore(
        _Towns(*(np.concatenate(parts) for parts in zip(seats, towns, invented, strict=True)))
    )
    count = len(spots.city)
    weight = spots.people * np.where(np.arange(count) < len(seats.city), 1.0, _TOWN_DISCOUNT)
    centres = Centres(
        spots.lat,
        spots.lon,
        _TOWN_SCALE_KM * np.sqrt(spots.people / 100_000),
        draws.directions(count),
        1 + (_MAX_STRETCH - 1) * draws.uniform(count),
        spots.city,
        _scale_to_provinces(weight, spots.city, load_cities()),
    )
    return centres, spots.people


def _seats() -> _Towns:
    cities = load_cities()
    lat, lon, people = np.array(
        [(city.lat, city.lon, city.population) for city in cities], dtype=np.float64
    ).T
    return _Towns(lat, lon, people, np.arange(len(cities)))


def _largest_places(seats: _Towns) -> _Towns:
    """Return the largest places of each city, a place belonging to the nearest city of its province.

    GeoNames lists every township of one city and none of the next; without a limit the map would show it.
    """
    places = load_places()
    lat, lon, people = np.array([(p.lat, p.lon, p.population) for p in places], dtype=np.float64).T
    distances = great_circle_km(lat[:, None], lon[:, None], seats.lat, seats.lon)
    provinces = np.array([city.id[:2] for city in load_cities()])
    is_own = np.array([place.province for place in places])[:, None] == provinces
    own = np.where(is_own, distances, np.inf)
    own_km, foreign_km = own.min(axis=1), np.where(is_own, np.inf, distances).min(axis=1)
    is_town = (own_km > _SEAT_KM) & ((own_km < _ASTRAY_KM) | (own_km < foreign_km - _ASTRAY_KM))
    towns = _Towns(lat, lon, people, own.argmin(axis=1)).take(np.flatnonzero(is_town))
    by_size = np.lexsort((-towns.people, towns.city))
    city = towns.city[by_size]
    rank = np.arange(len(city)) - np.searchsorted(city, city)
    return towns.take(by_size[rank < _MAX_PLACES])


def _invent_towns(draws: Draws, seats: _Towns, known_counts: NDArray[np.intp]) -> _Towns:
    """Invent small towns on the way to neighbouring cities where data/places.csv knows few.

    On the way, so that none ends up abroad.
    """
    distances = great_circle_km(seats.lat[:, None], seats.lon[:, None], seats.lat, seats.lon)
    neighbours = np.argsort(distances, axis=1, kind="stable")[:, 1 : 1 + _MIN_TOWNS]
    city, rank = np.nonzero(np.arange(_MIN_TOWNS) >= known_counts[:, None])
    other = neighbours[city, rank]
    away_km = distances[city, other]
    part = np.minimum(_MIN_PART + _PART_RANGE * draws.uniform(len(city)), _OUTSKIRTS_KM / away_km)
    aside = draws.offsets(len(city)) * (part * _ASIDE)[:, None]
    north, east = seats.lat[other] - seats.lat[city], seats.lon[other] - seats.lon[city]
    return _Towns(
        seats.lat[city] + part * north + aside[:, 0] * east,
        seats.lon[city] + part * east - aside[:, 0] * north,
        (_SMALL_TOWN + _PEOPLE_OUTSIDE * seats.people[city]) * (_MIN_TOWN_FACTOR + draws.uniform(len(city))),
        city,
    )


def _move_ashore(towns: _Towns) -> _Towns:
    """Move towns on the water to the nearest land; drop those on small islands."""
    land = load_land()
    lat, lon = land.move_ashore(towns.lat, towns.lon)
    return towns._replace(lat=lat, lon=lon).take(np.flatnonzero(land.allows(lat, lon)))


def _scale_to_provinces(weight: Reals, city: Indices, cities: tuple[City, ...]) -> Reals:
    """Return the weights, higher for rich cities, scaled so that each province has its share."""
    province = np.array([c.id[:2] for c in cities])[city]
    weights: Reals = weight * _wealth(cities)[city]
    for prefix, share in PROVINCE_WEIGHTS.items():
        weights[province == prefix] *= share / weights[province == prefix].sum()
    return weights


def _stretch_offsets(offsets: Reals, centres: Centres) -> Reals:
    """Return offsets as (east, north), shape (2, n), stretched along each centre's axis, of equal area."""
    east, north = centres.axis.T
    ratio = np.sqrt(centres.stretch)
    along, across = offsets[:, 0] * ratio, offsets[:, 1] / ratio
    return np.stack([along * east - across * north, along * north + across * east])


def _wealth(cities: tuple[City, ...]) -> Reals:
    return np.array([_value_by_prefix(RICH_CITIES, city.id, 1.0) for city in cities])


def _value_by_prefix(table: Mapping[str, float], code: str, otherwise: float) -> float:
    fitting = [prefix for prefix in table if code.startswith(prefix)]
    return table[max(fitting, key=len)] if fitting else otherwise
