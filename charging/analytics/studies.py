"""The questions of the page and of the command line, from a selection to the answer of an analysis.

Definitions are in the analyses; this module only gives them the tables they read. So the page, the command
line and a notebook show the same numbers. `data` is whatever runs queries on a dataset: `Uncached`, or a
cache of earlier answers.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.comparison import compare_holdings
from charging.analytics.coverage import Coverage, coverage_of, coverage_within, marginal_gains
from charging.analytics.coverage_options import Gain, Grid
from charging.analytics.density import density_by_city
from charging.analytics.highways import AreaShare, Roads, area_layer, area_share, gap_changes, roads_of
from charging.analytics.population import nearest_people_km, people_of
from charging.analytics.reach import nearest_km
from charging.analytics.resilience import concentration, losses_without
from charging.analytics.white_spots import white_spot_candidates
from charging.domain.filters import Filters
from charging.domain.geography import CityIndex
from charging.domain.hexes import centres
from charging.domain.operators import OperatorKind, load_operators
from charging.domain.towns import CHINA, cities_of
from charging.domain.vocabulary import Current
from charging.domain.weights import Weights
from charging.queries.engine import Engine
from charging.queries.highways import service_areas
from charging.queries.holdings import Unit, UnitKind, holdings
from charging.queries.points import points
from charging.queries.totals import Breakdown, piles_by_operator, totals

P = ParamSpec("P")
T = TypeVar("T")


class QueryRunner(Protocol):
    """Runs queries on one dataset."""

    def ask(self, query: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `query(engine, ...)`."""


@dataclass(frozen=True, slots=True)
class Uncached:
    """Runs queries on an engine, and keeps no answer."""

    engine: Engine

    def ask(self, query: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `query(engine, ...)`."""
        return query(self.engine, *args, **kwargs)

    def ask_both(
        self,
        other: "Uncached",
        question: Callable[Concatenate["Uncached", "Uncached", P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return `question(self, other, ...)`."""
        return question(self, other, *args, **kwargs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """The sets of operators an analysis is about; any may be empty."""

    base: tuple[str, ...]
    partner: tuple[str, ...]
    leaver: tuple[str, ...]
    a: tuple[str, ...]
    b: tuple[str, ...]


MAX_USUAL = 12
"""Operators in a default set: of hundreds nobody chose, the largest."""


def usual_sets(data: QueryRunner) -> Sets:
    """Return the default sets of operators of a dataset.

    The base is the public operators and the partners are the carmakers, as on the published map, each by size
    of the network; of a dataset without both, the largest operator and the others. Of many operators a set
    has the largest dozen. The largest partner is the one that leaves, and A and B are the two first partners,
    or the first and the largest of the base.
    """
    keys = data.ask(piles_by_operator, Filters()).key
    operators = [key for key in keys if isinstance(key, str)]
    carmakers = {operator.id for operator in load_operators() if operator.kind is OperatorKind.CARMAKER}
    partners = [operator for operator in operators if operator in carmakers]
    base = [operator for operator in operators if operator not in carmakers]
    if not partners or not base:
        base, partners = operators[:1], operators[1:]
    rivals = [*partners, *base][:2]
    return Sets(
        base=tuple(base[:MAX_USUAL]),
        partner=tuple(partners[:MAX_USUAL]),
        leaver=tuple(partners[:1]),
        a=tuple(rivals[:1]),
        b=tuple(rivals[1:]),
    )


def served_units(
    data: QueryRunner, filters: Filters, gain: Gain, grid: Grid, weights: Weights | None = None
) -> Coverage:
    """Return who serves which units, with the whole that shares are of.

    The whole is: of cells, those that any operator serves in the selection; of cities, those with a station
    in the dataset; of service areas, all the dataset lists; of people, those of `weights`,
    by default `people_of`. People are served as reach has it: within the distance of a DC pile, unless the
    selection says which currents (`reach_filters`), so that both give the same number.
    """
    if gain is Gain.CELLS:
        return coverage_of(data.ask(holdings, filters, grid.resolution), rings=grid.rings)
    if gain is Gain.CITIES:
        cities = data.ask(holdings, Filters(), Unit.CITY).unit.drop_duplicates()
        return coverage_of(data.ask(holdings, filters, Unit.CITY), weights=_ones(cities))
    if gain is Gain.SERVICE_AREAS:
        areas = data.ask(service_areas, Filters()).service_area_id
        return coverage_of(data.ask(holdings, filters, Unit.SERVICE_AREA), weights=_ones(areas))
    places = data.ask(people_of) if weights is None else weights
    weight = pd.Series(places.weight, index=pd.RangeIndex(len(places)))
    return coverage_within(distances_km(data, reach_filters(filters), weights), weight, grid.km)


def gains(
    data: QueryRunner,
    filters: Filters,
    base: Collection[str],
    partners: Collection[str],
    grid: Grid,
    weights: Weights | None = None,
) -> dict[Gain, pd.DataFrame]:
    """Return what `coverage.marginal_gains` says of each kind of unit."""
    return gains_over(served_units_by_gain(data, filters, grid, weights), base, partners)


def served_units_by_gain(
    data: QueryRunner, filters: Filters, grid: Grid, weights: Weights | None = None
) -> dict[Gain, Coverage]:
    """Return who serves which units, of each kind of unit."""
    return {gain: served_units(data, filters, gain, grid, weights) for gain in Gain}


def gains_over(
    units: Mapping[Gain, Coverage], base: Collection[str], partners: Collection[str]
) -> dict[Gain, pd.DataFrame]:
    """Return `gains` from the answer of `served_units_by_gain`, for callers who need both."""
    return {gain: marginal_gains(coverage, base, partners) for gain, coverage in units.items()}


def losses(data: QueryRunner, filters: Filters, leavers: Collection[str], by: UnitKind) -> pd.DataFrame:
    """Return `resilience.losses_without` for the units of a selection: cells by resolution, or others."""
    return losses_without(data.ask(holdings, filters, by), leavers)


def concentrations(data: QueryRunner, filters: Filters, by: UnitKind | None = None) -> pd.DataFrame:
    """Return what `resilience.concentration` says of the units of a selection.

    Without `by` the whole selection is the one unit, stations without a city or service area included.
    """
    if by is not None:
        return concentration(data.ask(holdings, filters, by))
    sums = data.ask(piles_by_operator, filters)
    held = pd.DataFrame({"unit": "all", "operator_id": sums.key.astype("str"), "piles": sums.piles})
    return concentration(held)


def compare_operators(
    data: QueryRunner,
    filters: Filters,
    a: Collection[str] | None,
    b: Collection[str] | None,
    by: UnitKind,
    other: QueryRunner | None = None,
) -> pd.DataFrame:
    """Return what `comparison.compare_holdings` says of the units of a selection.

    With `other`, B is looked up in that dataset, with the same selection; only then may a set be None, for
    every operator.
    """
    holdings_b = other.ask(holdings, filters, by) if other else None
    return compare_holdings(data.ask(holdings, filters, by), holdings_b, a, b)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowns:
    """What is not known of a selection, and so missing from its figures."""

    stations: int
    stations_without_piles: int  # their number of piles is not known
    stations_without_city: int
    piles: float  # known ones
    piles_without_operator: float  # known piles of operators that are not


def unknowns(data: QueryRunner, filters: Filters) -> Unknowns:
    """Return how much of a selection has no known piles, city or operator."""
    sums = data.ask(totals, filters, sums_of=("stations", "stations_piles_unknown")).iloc[0]
    by_city = data.ask(totals, filters, by=Breakdown.CITY, sums_of=("stations", "piles"))
    by_operator = data.ask(piles_by_operator, filters)
    return Unknowns(
        stations=int(sums.stations),
        stations_without_piles=int(sums.stations_piles_unknown),
        stations_without_city=int(by_city.stations[by_city.key.isna()].sum()),
        piles=float(by_operator.piles.sum()),
        piles_without_operator=float(by_operator.piles[by_operator.key.isna()].sum()),
    )


def reach_networks(base: Collection[str], partners: Collection[str]) -> dict[str, tuple[str, ...] | None]:
    """Return the sets of operators to show the reach of: base, both together, all, then each partner alone.

    `all` is None: any operator, known or not. A set that would be empty, or say the same again, is left out.
    """
    networks: dict[str, tuple[str, ...] | None] = {"base": tuple(base)} if base else {}
    if partners:
        networks["both"] = (*base, *partners)
    networks["all"] = None
    alone = partners if base or len(partners) > 1 else ()
    return networks | {f"alone.{operator}": (operator,) for operator in alone}


NEAR_KM = 300.0
"""Distance beyond which a cell is near no city; the loneliest, Ngari, is 513 km from the next."""


def near_cities(cells: NDArray[np.int64], countries: frozenset[str] = frozenset({CHINA})) -> pd.DataFrame:
    """Return the nearest city of some countries to the centre of each H3 cell, by default of mainland China.

    Returns
    -------
    table
        By cell, in their order: `city_id` and `km` to its centre (great circle); both null beyond `NEAR_KM`.
    """
    cities = cities_of(countries)
    if not cities:
        nothing = np.full(len(cells), None, dtype=object)
        return pd.DataFrame({"city_id": pd.Series(nothing, dtype="str"), "km": np.full(len(cells), np.nan)})
    index = CityIndex(cities)
    at, km = index.nearest_city(*centres(cells))
    city_ids = np.array([city.id for city in index.cities], dtype=object)
    table = pd.DataFrame({"city_id": pd.Series(city_ids[at], dtype="str"), "km": km})
    return table.where(table.km <= NEAR_KM)


def distances_km(data: QueryRunner, filters: Filters, weights: Weights | None = None) -> pd.DataFrame:
    """Return what `reach.nearest_km` says of the places of `weights`, by default of `people_of`."""
    if weights is None:
        return data.ask(nearest_people_km, filters)
    return nearest_km(weights, data.ask(points, filters))


CURVE_KMS = tuple(float(km) for km in sorted({*range(1, 31), *range(32, 60, 2), *range(60, 101, 5)}))
"""Distances in km at which curves of reach are drawn: every km where they are steep."""


def reach_filters(filters: Filters) -> Filters:
    """Return a selection as reach is asked about it: DC piles, unless it says which currents."""
    return filters if filters.currents else replace(filters, currents=(Current.DC,))


def spot_candidates(
    data: QueryRunner,
    filters: Filters,
    resolution: int,
    operators: tuple[str, ...] | None,
    weights: Weights | None = None,
) -> pd.DataFrame:
    """Return what `white_spots.white_spot_candidates` says of a selection, by default of `people_of`."""
    if weights is None:
        return data.ask(_people_candidates, filters, resolution, operators)
    return white_spot_candidates(weights, data.ask(points, filters), resolution, operators)


class Highways(NamedTuple):
    """Where the base, and the partners with it, serve the service areas and the roads of a dataset."""

    areas: pd.DataFrame  # `highways.area_layer`
    before: AreaShare  # with the base
    after: AreaShare  # with the base and the partners
    gaps: pd.DataFrame  # `highways.gap_changes`


def highway_service(
    data: QueryRunner, filters: Filters, base: Collection[str], partners: Collection[str]
) -> Highways:
    """Return what `charging.analytics.highways` says of a dataset, before and after partners join the base.

    Every service area the dataset lists is counted, whatever the selection says of stations.
    """
    areas = data.ask(service_areas, Filters())
    held = data.ask(holdings, filters, Unit.SERVICE_AREA)
    before, after = (area_share(areas, held, operators) for operators in (base, {*base, *partners}))
    changed = gap_changes(areas, held, base, partners, roads=data.ask(_roads))
    return Highways(area_layer(areas, held, base, partners), before, after, changed)


def _roads(engine: Engine) -> Roads:
    return roads_of(service_areas(engine, Filters()))


def city_density(data: QueryRunner, filters: Filters) -> pd.DataFrame:
    """Return what `density.density_by_city` says of a selection, most piles per person first."""
    cities = density_by_city(data.ask(totals, filters, by=Breakdown.CITY, sums_of=("piles",)))
    return cities.sort_values(["piles_per_100k", "piles"], ascending=False, kind="stable", ignore_index=True)


def _people_candidates(
    engine: Engine, filters: Filters, resolution: int, operators: tuple[str, ...] | None
) -> pd.DataFrame:
    return white_spot_candidates(people_of(engine), points(engine, filters), resolution, operators)


def _ones(units: pd.Series) -> "pd.Series[Any]":
    return pd.Series(1.0, index=pd.Index(units))
