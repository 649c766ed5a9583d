"""Reach: how much of a weight, such as people, lies within X km of a charging station.

Every distance is a straight line over the ground: a great circle on a sphere, in km. The road there is
longer. Which stations match is the selection the points were made with: by default reach is asked about DC
piles, and the caller says so in its `Filters`.

A pile whose current is not known is no DC pile, so a share is a lower bound, and 0 where a source says
nothing about currents. Whoever shows one also says how many stations were left out as unknown
(`queries.totals.count_left_out_as_unknown`), or shows the upper bound, from `filters.with_unknown()`.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.holdings import operator_set
from charging.domain.arrays import ratio
from charging.domain.geography import Floats, great_circle_km, unit_vectors
from charging.domain.weights import Weights

NOT_KNOWN = "not_known"
"""The column of stations whose operator is not known; no operator has this id."""

AREA_KM = 100.0
"""Distance in km from every station beyond which a place lies outside the area a dataset covers: our own
choice, above the 50 km between service areas and below the width of a province."""


class ReachLevel(StrEnum):
    """How much of a cell's weight is reached, the least first."""

    MISSED = "missed"
    PARTLY = "partly"
    REACHED = "reached"


class UnreachedPlaces(NamedTuple):
    """The places that are not reached, and what they come to."""

    table: pd.DataFrame
    weight: float


class Places(Protocol):
    """Places with WGS-84 degrees, one-dimensional: `Weights`, for example."""

    @property
    def lat(self) -> Floats:
        """Latitude of each place."""

    @property
    def lon(self) -> Floats:
        """Longitude of each place."""


def nearest_km(places: Places, points: pd.DataFrame) -> pd.DataFrame:
    """Return the distance from each place to the nearest station of each operator, in a straight line.

    `points` is the table of `queries.points.points`: `operator_id`, `lat`, `lon`.

    Returns
    -------
    table
        One row a place, in their order; one column of km for each operator that has a point, by id, and a
        last one, `NOT_KNOWN`, where some points name no operator. An operator without any point has no
        column: its distance is infinite wherever it is asked for. Without points there are no columns.
    """
    codes, names = pd.factorize(points.operator_id, sort=True)
    lat, lon = points.lat.to_numpy(dtype=np.float64), points.lon.to_numpy(dtype=np.float64)
    vectors = unit_vectors(places.lat, places.lon)
    columns = {}
    for name, code in [*((str(name), code) for code, name in enumerate(names)), (NOT_KNOWN, -1)]:
        rows = np.flatnonzero(codes == code)
        if rows.size:
            columns[name] = _nearest_points(places, vectors, lat[rows], lon[rows], 1)[1][0]
    return pd.DataFrame(columns, index=pd.RangeIndex(len(places.lat)))


def km_to_nearest(places: Places, lat: Floats, lon: Floats) -> Floats:
    """Return the distance from each place to the nearest of some points, in km; infinite without points.

    Notes
    -----
    The nearest by the chord through the sphere is the nearest along the ground, so a tree of unit vectors
    finds it, and the haversine says how far it is. Of two that are equally far to a billionth of a km either
    may be meant; towards the far side of the globe (over 10,000 km) that grows to a tenth of a metre.
    """
    if not lat.size:
        return np.full(len(places.lat), np.inf)
    km: Floats = nearest_points(places, lat, lon, 1)[1][0]
    return km


def nearest_points(places: Places, lat: Floats, lon: Floats, count: int) -> tuple[NDArray[np.intp], Floats]:
    """Return the nearest few points to each place, and how far they are, as `km_to_nearest` has it.

    Returns
    -------
    position, km
        Both with a row for the nearest points, one for the second nearest, and so on, as many as asked for or
        as there are points, and a column for each place.
    """
    return _nearest_points(places, unit_vectors(places.lat, places.lon), lat, lon, count)


def _nearest_points(
    places: Places, vectors: Floats, lat: Floats, lon: Floats, count: int
) -> tuple[NDArray[np.intp], Floats]:
    """Return what `nearest_points` does, given the unit vectors of the places."""
    from scipy.spatial import cKDTree  # noqa: PLC0415  takes a third of a second to load

    if not lat.size:
        return np.empty((0, len(vectors)), dtype=np.intp), np.empty((0, len(vectors)))
    # an unbalanced tree is made faster, and asked no slower
    tree = cKDTree(unit_vectors(lat, lon), balanced_tree=False)
    _, nearest = tree.query(vectors, k=range(1, min(count, lat.size) + 1))
    position: NDArray[np.intp] = np.transpose(nearest)
    return position, great_circle_km(places.lat, places.lon, lat[position], lon[position])


def nearest_of(nearest: pd.DataFrame, operators: Collection[str] | None) -> Floats:
    """Return the distance from each place to the nearest station of a set of operators, in km.

    Parameters
    ----------
    nearest
        The table of `nearest_km`.
    operators
        Ids; `NOT_KNOWN` may be among them. None: any, known or not.

    Returns
    -------
    distances
        In the order of the places; infinite where none of the operators has a station anywhere.

    Raises
    ------
    UsageError
        If `operators` is one text.
    """
    wanted = set(nearest) if operators is None else operator_set(operators)
    distances = np.full(len(nearest), np.inf)
    for name in nearest:
        if name in wanted:
            np.minimum(distances, nearest[name].to_numpy(dtype=np.float64), out=distances)
    return distances


def is_within(nearest: pd.DataFrame, operators: Collection[str] | None, km: float) -> pd.Series:
    """Return whether each place lies within `km`, the bound included, of a station of the operators.

    The arguments are those of `nearest_of`; the answer has the index of `nearest`.

    Examples
    --------
    >>> nearest = pd.DataFrame({"nio": [3.0, 40.0], "teld": [8.0, 9.0]})
    >>> is_within(nearest, {"nio"}, 10).tolist(), is_within(nearest, None, 10).tolist()
    ([True, False], [True, True])
    """
    return pd.Series(nearest_of(nearest, operators) <= km, index=nearest.index, name="within")


def reach_curve(
    nearest: pd.DataFrame, weights: Weights, operators: Collection[str] | None, kms: Iterable[float]
) -> pd.DataFrame:
    """Return how much of the weight lies within each distance of a station of the operators.

    Parameters
    ----------
    nearest
        The table of `nearest_km` for the places of `weights`.
    operators
        Ids; None: any, known or not. An empty set reaches nothing.
    kms
        Distances in km, in any order; each becomes a row.

    Returns
    -------
    table
        `km`, `weight_reached`, `weight_whole` (both in the unit of the weights) and `share` (0 to 1; null
        where the whole is zero). Without any weights all three are null: that nobody is reached is not known,
        and not to be shown as 0. `weights_of_area` empties weights that lie elsewhere than the stations.

    Raises
    ------
    ValueError
        If `nearest` and `weights` are not of the same places.
    """
    return reach_curves(nearest, weights, {"": operators}, kms).drop(columns="network")


def reach_curves(
    nearest: pd.DataFrame,
    weights: Weights,
    networks: Mapping[str, Collection[str] | None],
    kms: Iterable[float],
) -> pd.DataFrame:
    """Return `reach_curve` for several networks, one below the other, with its name in a column `network`."""
    if len(nearest) != len(weights):
        message = f"expected distances for {len(weights)} places, found {len(nearest)}"
        raise ValueError(message)
    km = np.array(list(kms), dtype=np.float64)
    reached, whole = (np.full((len(networks), km.size), np.nan) for _ in range(2))
    for at, operators in enumerate(networks.values() if len(weights) else ()):
        distance_km = nearest_of(nearest, operators)
        order = np.argsort(distance_km, kind="stable")
        sums = np.concatenate([[0.0], np.cumsum(weights.weight[order])])
        # the last sum is the whole, added up in another order than `Weights.whole`: a full reach is exactly 1
        reached[at], whole[at] = sums[np.searchsorted(distance_km[order], km, side="right")], sums[-1]
    return pd.DataFrame(
        {
            "km": np.tile(km, len(networks)),
            "weight_reached": reached.ravel(),
            "weight_whole": whole.ravel(),
            "share": ratio(reached, whole).ravel(),
            "network": np.repeat(np.array(list(networks), dtype=object), km.size),
        }
    )


def reach_by_cell(
    nearest: pd.DataFrame, weights: Weights, operators: Collection[str] | None, km: float, resolution: int
) -> pd.DataFrame:
    """Return how much of the weight in each cell is reached.

    Each place counts in the cell of its point, whole: it lies within `km` of a station or it does not. The
    resolution is 0 to 11; the other arguments are those of `reach_curve`.

    Returns
    -------
    table
        One row for each cell that holds a weight above zero, ordered by cell: `cell` (int64), `category` (a
        `ReachLevel`), `weight` and `weight_missed` (both in the unit of the weights).

    Raises
    ------
    UsageError
        If the weights are of cells coarser than that.
    """
    cells, at = np.unique(weights.cells(resolution), return_inverse=True)
    missed = weights.weight * ~is_within(nearest, operators, km).to_numpy()
    whole, lost = (np.bincount(at, weights=one, minlength=len(cells)) for one in (weights.weight, missed))
    table = pd.DataFrame(
        {
            "cell": cells,
            "category": np.select(
                [lost == 0, lost < whole], [ReachLevel.REACHED, ReachLevel.PARTLY], ReachLevel.MISSED
            ).astype(object),
            "weight": whole,
            "weight_missed": lost,
        }
    )
    return table[table.weight > 0].reset_index(drop=True)


def unreached_places(
    nearest: pd.DataFrame, weights: Weights, operators: Collection[str] | None, km: float
) -> UnreachedPlaces:
    """Return the places with a weight above zero that lie farther than `km` from every station.

    Returns
    -------
    unreached
        The table has one row a place, by weight, descending, equal ones in the order of the weights:
        `name`, `name_zh` (null: not known), `lat`, `lon` (degrees, WGS-84), `weight` (in the unit of the
        weights) and `distance_km` (to the nearest station of the operators, in a straight line; null where
        they have none).
    """
    distance_km = nearest_of(nearest, operators)
    far = np.flatnonzero((distance_km > km) & (weights.weight > 0))
    rows = far[np.argsort(-weights.weight[far], kind="stable")]
    table = pd.DataFrame(
        {
            "name": weights.names[rows],
            "name_zh": weights.names_zh[rows],
            "lat": weights.lat[rows],
            "lon": weights.lon[rows],
            "weight": weights.weight[rows],
            "distance_km": np.where(np.isfinite(distance_km), distance_km, np.nan)[rows],
        }
    )
    return UnreachedPlaces(table, float(weights.weight[far].sum()))


def weights_of_area(weights: Weights, stations: pd.DataFrame, km: float = AREA_KM) -> Weights:
    """Return the weights of the area a dataset covers: the places within `km` of any of its stations.

    The people of a country are no measure for a register of one city, or of another country: of them a share
    would be small, or 0, without meaning anything. A dataset far from all weights gets none, and
    `reach_curve` says so.

    `stations` has `lat` and `lon` of all stations of the dataset, not of a selection: the denominator must
    not move with the numerator.
    """
    distances = km_to_nearest(weights, stations.lat.to_numpy(), stations.lon.to_numpy())
    return weights.where(np.flatnonzero(distances <= km))
