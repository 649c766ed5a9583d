"""Simulated service areas along the schematic expressways, and which of them have piles."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.bounds import KM_PER_DEGREE
from charging.domain.expressways import Expressway, RoadPoints, length_km, load_expressways, points_at
from charging.domain.geography import City, great_circle_km, load_cities
from charging.simulation.draws import Draws, Indices, Reals
from charging.simulation.land import load_land
from charging.sources.records import ServiceAreaRecord

_SPACING_KM = 50.0
_SHIFTS_KM = (0, 4, -4, 8, -8, 12, -12, 16, -16, 20, -20)  # tried in this order
_APART_KM = 12.0  # between areas of expressways that run side by side
_OUT_OF_TOWN_KM = 8.0  # from the centres of the cities on the line
_TO_THE_SIDE_KM = 0.07  # from the schematic line to the car park on either side
_NEIGHBOURHOOD_KM = 60.0  # distance at which a city counts half for the traffic of an area


class ServiceAreas(NamedTuple):
    """Each side of each service area, element by element; lat and lon are WGS-84 degrees."""

    records: list[ServiceAreaRecord]
    lat: Reals
    lon: Reals
    city: Indices  # index of the nearest city in data/cities.csv
    is_served: NDArray[np.bool_]


def place_service_areas(draws: Draws, served_share: float) -> ServiceAreas:
    """Return the service areas of all expressways; only which of them have piles is random.

    The number of sides with piles is as close as possible to the published share. Areas near large cities are
    more likely, and the two sides of an area mostly agree.
    """
    roads, areas = [], np.empty((0, 2))
    for expressway in load_expressways():
        points = _spread_areas(expressway, areas)
        areas = np.concatenate([areas, np.stack([points.lat, points.lon], axis=1)])
        roads.append((expressway, points))
    records = [side for expressway, points in roads for side in _sides(expressway, points)]
    lat, lon = (np.array([getattr(side, axis) for side in records]) for axis in ("lat", "lon"))
    cities = load_cities()
    distances = _distances_km(lat, lon, cities)
    return ServiceAreas(
        records, lat, lon, distances.argmin(axis=1), _choose_served(draws, distances, served_share)
    )


def _spread_areas(expressway: Expressway, other_areas: Reals) -> RoadPoints:
    """Choose a point about every 50 km: on land, out of town, away from other expressways' areas."""
    end_km = length_km(expressway)
    targets = np.arange(_SPACING_KM / 2, end_km - _SPACING_KM / 4, _SPACING_KM)
    tries = np.round(targets[:, None] + _SHIFTS_KM).clip(0, np.floor(end_km))
    points = points_at(expressway, tries.ravel())
    is_free = load_land().allows(points.lat, points.lon)
    is_free &= _distances_km(points.lat, points.lon, expressway.cities).min(axis=1) > _OUT_OF_TOWN_KM
    if len(other_areas):
        gaps = great_circle_km(points.lat[:, None], points.lon[:, None], other_areas[:, 0], other_areas[:, 1])
        is_free &= gaps.min(axis=1) > _APART_KM
    is_free = is_free.reshape(tries.shape)
    chosen = tries[np.arange(len(tries)), is_free.argmax(axis=1)]
    return points_at(expressway, chosen[is_free.any(axis=1)])


def _sides(expressway: Expressway, points: RoadPoints) -> list[ServiceAreaRecord]:
    """Return both sides of each area; traffic drives on the right, so A, towards the last city, is there."""
    towards = {"A": expressway.cities[-1], "B": expressway.cities[0]}
    right = np.radians(points.bearing_deg + 90)
    north = _TO_THE_SIDE_KM / KM_PER_DEGREE * np.cos(right)
    east = _TO_THE_SIDE_KM / KM_PER_DEGREE * np.sin(right) / np.cos(np.radians(points.lat))
    return [
        ServiceAreaRecord(
            service_area_id=f"sim:{expressway.number}-{chainage:04.0f}-{side}",
            expressway=expressway.number,
            direction=towards[side].name_zh,
            chainage_km=chainage,
            lat=round(lat + sign * north_of_line, 5),
            lon=round(lon + sign * east_of_line, 5),
            name=f"{expressway.number} K{chainage:.0f} simulated service area 模拟服务区",
        )
        for chainage, lat, lon, north_of_line, east_of_line in zip(
            *(values.tolist() for values in (points.chainage_km, points.lat, points.lon, north, east)),
            strict=True,
        )
        for side, sign in (("A", 1), ("B", -1))
    ]


def _choose_served(draws: Draws, distances_km: Reals, share: float) -> NDArray[np.bool_]:
    sides = len(distances_km)
    people = np.array([city.population for city in load_cities()], dtype=np.float64)
    busy = (people / (1 + (distances_km / _NEIGHBOURHOOD_KM) ** 2)).sum(axis=1)
    rank = np.argsort(np.argsort(busy, kind="stable"), kind="stable") / sides
    score = rank + np.repeat(draws.uniform(sides // 2), 2) + draws.uniform(sides) / 2
    is_served = np.zeros(sides, dtype=bool)
    is_served[np.argsort(-score, kind="stable")[: round(sides * share)]] = True
    return is_served


def _distances_km(lat: Reals, lon: Reals, cities: tuple[City, ...]) -> Reals:
    """Return the distance from each point to each city: shape (points, cities)."""
    city_lat, city_lon = (np.array([getattr(city, axis) for city in cities]) for axis in ("lat", "lon"))
    return great_circle_km(lat[:, None], lon[:, None], city_lat, city_lon)
