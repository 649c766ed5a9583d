"""White spots: cells where much of a weight lives far from any matching station, ranked.

    score = weight ** a · distance_km ** b · (1 + other_piles) ** c

with exponents `a`, `b` and `c` of the reader's choice (`Exponents`). With 1, 1 and 0 it is weight times
distance, in people·km; an exponent of 0 leaves its term out, a larger one makes it count more. A product is
used and not a sum, since it needs no common scale for people, km and piles, and a cell with a station at its
door ranks last by itself.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from h3.api.numpy_int import cell_to_parent
from numpy.typing import NDArray

from charging.analytics.holdings import operator_set
from charging.analytics.reach import NOT_KNOWN, km_to_nearest
from charging.domain.arrays import ratio
from charging.domain.geography import Floats, unit_vectors
from charging.domain.hexes import cell_text, cells_at
from charging.domain.weights import Cells, Weights
from charging.errors import UsageError

MAX_EXPONENT = 5.0
"""Largest exponent: beyond it the first cell outranks all others, whatever they are."""

_NO_OTHERS = {"other_piles": np.nan, "unknown_piles": np.nan}
"""What a cell has when the network is every station: nobody is other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponents:
    """How much each term counts.

    `others` may be below zero. Above, it looks for cells where other operators already are: they found the
    site worth it. Below, for cells nobody serves. With `is_log`, the weight counts as log10(1 + weight): a
    town of a million people counts for 6, one of a thousand for 3, and many small places come up.

    Examples
    --------
    >>> Exponents(distance=2)
    Exponents(weight=1.0, distance=2, others=0.0, is_log=False)

    Raises
    ------
    UsageError
        If an exponent is out of its range: 0 to `MAX_EXPONENT`, for `others` that on either side.
    """

    weight: float = 1.0
    distance: float = 1.0
    others: float = 0.0
    is_log: bool = False

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name, least in (("weight", 0.0), ("distance", 0.0), ("others", -MAX_EXPONENT)):
            exponent = getattr(self, name)
            if not (math.isfinite(exponent) and least <= exponent <= MAX_EXPONENT):
                message = (
                    f"expected an exponent of {least:g} to {MAX_EXPONENT:g} for {name}, found {exponent!r}"
                )
                raise UsageError(message)


class WhiteSpots(NamedTuple):
    """The ranked cells, and how many there were to rank."""

    table: pd.DataFrame
    cells: int  # cells with a score, of which the table shows the first
    unknown: int  # cells with a weight whose distance is not known: they have no rank


def white_spots(
    weights: Weights,
    points: pd.DataFrame,
    resolution: int,
    *,
    operators: Collection[str] | None = None,
    exponents: Exponents | None = None,
    limit: int = 100,
) -> WhiteSpots:
    """Return the cells that need a station most: `white_spot_candidates`, ranked by `rank_white_spots`.

    Parameters and errors are those of the two. Keep the candidates to change the exponents again.
    """
    return rank_white_spots(
        white_spot_candidates(weights, points, resolution, operators), exponents or Exponents(), limit
    )


def white_spot_candidates(
    weights: Weights, points: pd.DataFrame, resolution: int, operators: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the cells that hold some weight, with what ranks them.

    Parameters
    ----------
    weights
        People, or the user's own weights. A place of weight 0 makes no cell a candidate.
    points
        The table of `queries.points.points`: stations that match, of all operators.
    resolution
        H3 resolution of the cells, 0 to 11.
    operators
        Whose network is asked about, by id. Distances are to stations of these alone, and others are those
        of every other operator. None: any station, known operator or not; there are no others then.

    Returns
    -------
    table
        One row a cell, ordered by cell: `cell` (int64), `h3_cell` (its id as people write it), `name`,
        `name_zh` (of its heaviest place, the first of equals; null: not known), `lat`, `lon` (centre of its
        weight, degrees, WGS-84), `weight` (in the unit of the weights, above zero), `distance_km` (from that
        centre to the nearest station, in a straight line; null where no station matches anywhere), and the
        piles in the cell: `own_piles`, `other_piles` and `unknown_piles`, whose operator is not known, so
        that they may be either. Without `operators`, all are own, and the other two null.

    Raises
    ------
    UsageError
        If the weights are of coarser cells than `resolution`, or `operators` is one text.
    ValueError
        If `resolution` is not 0 to 11.

    Notes
    -----
    The distance is that of the weight's centre, not of the cell's: of a cell with one town, the town's.
    """
    heavy = weights.where(weights.weight > 0)
    cells, at = np.unique(heavy.cells(resolution), return_inverse=True)
    centres = _centres(heavy, at, len(cells))
    own = _are_own(points, operators)
    distance_km = km_to_nearest(centres, points.lat.to_numpy()[own], points.lon.to_numpy()[own])
    # by cell, the heaviest first: stable, so of equal places the first
    order = np.lexsort((-heavy.weight, at))
    heaviest = order[np.searchsorted(at[order], np.arange(len(cells)))]
    return pd.DataFrame(
        {
            "cell": cells,
            "h3_cell": pd.Series([cell_text(cell) for cell in cells.tolist()], dtype=object),
            "name": heavy.names[heaviest],
            "name_zh": heavy.names_zh[heaviest],
            "lat": centres.lat,
            "lon": centres.lon,
            "weight": np.bincount(at, weights=heavy.weight, minlength=len(cells)),
            "distance_km": np.where(np.isfinite(distance_km), distance_km, np.nan),
            **_piles_in(cells, points, resolution, own),
            **({} if operators is not None else _NO_OTHERS),
        }
    )


def rank_white_spots(cells: pd.DataFrame, exponents: Exponents, limit: int = 100) -> WhiteSpots:
    """Return the first of the candidates by score, each score with its terms.

    Returns
    -------
    white_spots
        The table has at most `limit` rows: `rank` (from 1), the columns of `white_spot_candidates`,
        `weight_term`, `distance_term` and `others_term`, each with its exponent in it, their product `score`,
        and `score_share`, its share of the first one's (0 to 1; null where that is 0); by score, descending,
        ties by cell. A cell whose distance is not known is left out and counted, unless distance does not
        count.

    Raises
    ------
    UsageError
        If others are to count and the candidates were made without `operators`: nobody is other then.
    """
    if exponents.others and cells.other_piles.isna().any():
        message = "expected operators whose network is asked about, found none: without them nobody is other"
        raise UsageError(message)
    weight = cells.weight.to_numpy(dtype=np.float64)
    scored = cells.assign(
        weight_term=(np.log10(1 + weight) if exponents.is_log else weight) ** exponents.weight,
        distance_term=cells.distance_km.to_numpy(dtype=np.float64) ** exponents.distance,
        others_term=(1 + cells.other_piles.fillna(0).to_numpy(dtype=np.float64)) ** exponents.others,
    )
    scored["score"] = scored.weight_term * scored.distance_term * scored.others_term
    known = scored[scored.score.notna()]
    order = np.lexsort((known.cell.to_numpy(), -known.score.to_numpy()))[: max(limit, 0)]
    table = known.iloc[order].reset_index(drop=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    score = table.score.to_numpy(dtype=np.float64)
    table["score_share"] = ratio(score, np.full(score.shape, score.max(initial=0)))
    return WhiteSpots(table, cells=len(known), unknown=len(scored) - len(known))


def coarsen_spots(spots: pd.DataFrame, resolution: int) -> pd.DataFrame:
    """Return the first of the ranked cells inside each cell of a coarser resolution, for a map too small.

    Returns
    -------
    table
        The rows of `spots`, as `rank_white_spots` returns them, that come first in their coarser cell, by
        rank, with that cell in `cell` (the `h3_cell` stays), and a last column `spots`: how many of the
        ranked cells lie inside.
    """
    inside = [cell_to_parent(cell, resolution) for cell in spots.cell.tolist()]
    drawn = spots.assign(cell=np.array(inside, dtype=np.int64))
    counts = drawn.groupby("cell")["rank"].transform("size")
    return drawn.assign(spots=counts).drop_duplicates("cell", ignore_index=True)


class _Centres(NamedTuple):
    """Places that distances are measured from, degrees."""

    lat: Floats
    lon: Floats


def _centres(weights: Weights, at: NDArray[np.intp], count: int) -> _Centres:
    """Return where the weight of each group balances: the mean of vectors, projected back to the ground."""
    pull = unit_vectors(weights.lat, weights.lon) * weights.weight[:, np.newaxis]
    x, y, z = (np.bincount(at, weights=axis, minlength=count) for axis in pull.T)
    return _Centres(np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x)))


def _are_own(points: pd.DataFrame, operators: Collection[str] | None) -> NDArray[np.bool_]:
    """Return for each point whether it belongs to the network."""
    if operators is None:
        return np.full(len(points), fill_value=True)
    return np.asarray(points.operator_id.fillna(NOT_KNOWN).isin(operator_set(operators)), dtype=np.bool_)


def _piles_in(
    cells: Cells, points: pd.DataFrame, resolution: int, own: NDArray[np.bool_]
) -> dict[str, Floats]:
    """Return the piles in each cell: own, of others, of operators that are not known."""
    inside = cells_at(points.lat.to_numpy(), points.lon.to_numpy(), resolution)
    at = pd.Index(cells).get_indexer(pd.Index(inside))
    piles = points.piles.to_numpy(dtype=np.float64)
    unknown = points.operator_id.isna().to_numpy() & ~own

    def sum_piles(rows: NDArray[np.bool_]) -> Floats:
        inside = rows & (at >= 0)
        return np.bincount(at[inside], weights=piles[inside], minlength=len(cells)).astype(np.float64)

    return {
        "own_piles": sum_piles(own),
        "other_piles": sum_piles(~own & ~unknown),
        "unknown_piles": sum_piles(unknown),
    }
