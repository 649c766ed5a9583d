"""The world all simulated operators share, towns and service areas, and the points of their stations."""

from dataclasses import dataclass

import numpy as np

from charging.domain.bounds import KM_PER_DEGREE
from charging.domain.geography import City, load_cities
from charging.simulation.draws import Draws, Indices, Reals, pick_indices
from charging.simulation.profiles import CSG_PROVINCES, PROFILES
from charging.simulation.roads import ServiceAreas, place_service_areas
from charging.simulation.sites import Centres, make_quarters, preference, scatter

EVERYWHERE = "teld"
"""The operator that has a station in every city: the largest."""

_SECOND_OPERATOR = 0.35  # share of served sides with a second operator
_ON_SITE_KM = 0.02  # scale of the scatter inside a service area; at most three times that


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Shared by every operator, and the same at every scale of the network."""

    cities: tuple[City, ...]
    quarters: Centres
    areas: ServiceAreas
    sides: dict[str, Indices]  # operator id → its sides of service areas


def make_world(seed: int, served_share: float) -> World:
    """Return the world of a seed, with piles at a given share of the sides of its service areas."""
    draws = Draws(seed)
    cities = load_cities()
    areas = place_service_areas(draws, served_share)
    return World(
        cities=cities,
        quarters=make_quarters(draws),
        areas=areas,
        sides=_operators_of_sides(draws, areas, cities),
    )


def station_points(draws: Draws, world: World, operator_id: str) -> tuple[Reals, Reals, Indices]:
    """Return latitude, longitude and city of an operator's stations; those in service areas come first.

    The city is an index into data/cities.csv.
    """
    sides, quarters = world.sides[operator_id], world.quarters
    on_site = draws.offsets(len(sides)).T * (_ON_SITE_KM / KM_PER_DEGREE)
    side_lat, side_lon = world.areas.lat[sides], world.areas.lon[sides]
    in_towns = PROFILES[operator_id].stations - len(sides)
    # The first quarter of each city is the core of its seat.
    seats = (
        np.unique(quarters.city, return_index=True)[1] if operator_id == EVERYWHERE else np.empty(0, np.intp)
    )
    drawn = draws.choose(preference(PROFILES[operator_id], quarters), in_towns - len(seats))
    chosen = np.concatenate([seats, drawn])
    lat, lon = scatter(draws, quarters.take(chosen))
    return (
        np.concatenate([np.round(side_lat + on_site[0], 5), lat]),
        np.concatenate([np.round(side_lon + on_site[1], 5), lon]),
        np.concatenate([world.areas.city[sides], quarters.city[chosen]]),
    )


def _operators_of_sides(draws: Draws, areas: ServiceAreas, cities: tuple[City, ...]) -> dict[str, Indices]:
    """Choose one or two operators for each served side; both sides of an area have the same."""
    ids = list(PROFILES)
    in_south = np.array([city.id[:2] in CSG_PROVINCES for city in cities])[areas.city]
    lucks = [np.repeat(draws.uniform(len(in_south) // 2), 2) for _ in range(3)]
    # The two power grids are drawn as one, and then split by province.
    first = pick_indices([PROFILES[i].highway * (i != "csg") for i in ids], lucks[0])
    first[(first == ids.index("state_grid")) & in_south] = ids.index("csg")
    second = pick_indices([PROFILES[i].highway_second for i in ids], lucks[1])
    has_second = lucks[2] < _SECOND_OPERATOR
    return {
        operator_id: np.flatnonzero(areas.is_served & ((first == i) | (has_second & (second == i))))
        for i, operator_id in enumerate(ids)
    }
