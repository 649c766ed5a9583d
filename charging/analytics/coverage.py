"""What a partner adds: the units an operator serves, and what each partner adds to those already served.

An operator serves a unit where it holds a known, positive number of piles. Units are cells, cities, service
areas or, within a distance, places; each counts its weight.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.holdings import Holdings, operator_set, require_disjoint, to_categories
from charging.domain.arrays import ratio
from charging.errors import UsageError

MAX_DISKS = 32_768
"""Cells whose neighbours are cached, 0.6 kB each: more than a million piles occupy at resolution 7."""


class Effect(StrEnum):
    """What a partner means for a unit."""

    COVERED = "covered"  # the base serves it, no partner does
    SHARED = "shared"  # both serve it
    ADDED = "added"  # only a partner serves it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coverage:
    """Which units each operator serves, and what each unit counts.

    Shares are of `whole`, the weight of all units, served or not.
    """

    units: NDArray[Any]  # distinct, ascending
    operator_ids: tuple[str, ...]  # distinct, ascending
    matrix: NDArray[np.bool_]  # units × operators
    weights: NDArray[np.float64]  # of each unit, 0 or more

    @property
    def whole(self) -> float:
        """The weight of all units."""
        return float(self.weights.sum())

    def is_served_by(self, operators: Collection[str]) -> NDArray[np.bool_]:
        """Return for each unit whether one of `operators` serves it; one without units serves none."""
        found: NDArray[np.bool_] = np.logical_or.reduce(self.columns_of(sorted(set(operators))), axis=1)
        return found

    def columns_of(self, operators: Sequence[str]) -> NDArray[np.bool_]:
        """Return the columns of `matrix` for `operators`, in their order."""
        position = {operator_id: at for at, operator_id in enumerate(self.operator_ids)}
        columns = np.zeros((self.units.size, len(operators)), dtype=np.bool_)
        for at, operator_id in enumerate(operators):
            if operator_id in position:
                columns[:, at] = self.matrix[:, position[operator_id]]
        return columns


def coverage_of(
    holdings: pd.DataFrame, *, rings: int = 0, weights: "pd.Series[float] | None" = None
) -> Coverage:
    """Return which units each operator of a table of holdings serves.

    The units are those of the table, those with a weight, and with `rings` all cells that any operator, known
    or not, grows to. What an operator that is not known serves counts in the whole and belongs to nobody.

    Parameters
    ----------
    rings
        H3 rings by which the cells of each operator grow: 1 adds the six neighbours. The cells must be of one
        resolution. One cell makes 3 k (k + 1) + 1 of k rings, some fewer around the twelve pentagons.
    weights
        What a unit counts, 0 or more, by unit (the index); a unit without a weight counts 0. By default each
        counts 1. Units where nobody holds anything come in this way: all service areas with 1 each, say.

    Raises
    ------
    UsageError
        If the table is not one of holdings, `rings` is negative or its units are no cells, or a weight is
        null, negative or given twice.
    """
    table = Holdings.read(holdings)
    matrix = np.zeros((table.units.size, len(table.operator_ids) + 1), dtype=np.bool_)
    has_piles = table.piles > 0
    matrix[table.unit_no[has_piles], table.operator_no[has_piles]] = True  # the last column: not known
    units = table.units
    if rings:
        units, matrix = _grow_cells(units, matrix, rings)
    counted = np.ones(units.size)
    if weights is not None:
        _check_weights(weights)
        units, matrix = _add_units(units, matrix, weights.index)
        counted = _align_weights(weights, units)
    return Coverage(units=units, operator_ids=table.operator_ids, matrix=matrix[:, :-1], weights=counted)


def coverage_within(distances: pd.DataFrame, weights: "pd.Series[float]", km: float) -> Coverage:
    """Return which places each operator reaches, for example the population within X km of its stations.

    Parameters
    ----------
    distances
        Distance from each place (the index, distinct) to the nearest station of each operator (the columns),
        km; NaN: the operator has no station.
    weights
        What each place counts, 0 or more, for example people; by place (the index).
    km
        How far counts as reached, this distance included.

    Raises
    ------
    UsageError
        If a place has no weight, or a place or weight is given twice, null or negative.
    """
    _check_weights(weights)
    places = distances.sort_index().sort_index(axis="columns")
    if not (places.index.is_unique and places.index.isin(weights.index).all() and places.columns.is_unique):
        message = "Expected a weight for every place, each place and operator once"
        raise UsageError(
            f"{message}, found {int((~places.index.isin(weights.index)).sum())} without a weight"
        )
    return Coverage(
        units=places.index.to_numpy(),
        operator_ids=tuple(map(str, places.columns)),
        matrix=places.to_numpy(dtype=np.float64) <= km,
        weights=_align_weights(weights, places.index),
    )


def marginal_gains(coverage: Coverage, base: Collection[str], partners: Collection[str]) -> pd.DataFrame:
    """Return what each partner adds to a base, in greedy order.

    The gain of a partner is the weight of the units it serves and nobody before it does. The greedy order
    takes the partner with the largest gain each time; ties go to the operator id that sorts first, and so do
    partners that add nothing. Gains never grow along the order. An operator that serves no unit adds 0.

    Returns
    -------
    table
        `operator_id`, `order` (from 1), `gain` (added to the base and to those before), `gain_alone` (added
        to the base only), `covered_after` (served by the base and all up to here), `share_after` (of `whole`,
        0 to 1; NaN where the whole is 0), `whole` (all units, served or not). Gains, `covered_after` and
        `whole` are in the unit of the weights, exact where these are whole numbers.

    Raises
    ------
    UsageError
        If a partner is in the base.
    """
    base_ids, partner_ids = operator_set(base), sorted(operator_set(partners))
    require_disjoint(base_ids, partner_ids, "partners that are not in the base")
    covered, weights = coverage.is_served_by(base_ids), coverage.weights
    # what the base serves cannot be added, so only the rest counts
    rest, rest_weights = coverage.columns_of(partner_ids)[~covered], weights[~covered]
    order, gains = _greedy_order(rest, rest_weights)
    alone = rest_weights @ rest
    covered_after = weights[covered].sum() + gains.cumsum()
    whole = np.full(gains.size, coverage.whole)
    return pd.DataFrame(
        {
            "operator_id": pd.array([partner_ids[at] for at in order], dtype="str"),
            "order": np.arange(1, gains.size + 1),
            "gain": gains,
            "gain_alone": alone[order],
            "covered_after": covered_after,
            "share_after": ratio(covered_after, whole),
            "whole": whole,
        }
    )


def partner_layer(coverage: Coverage, base: Collection[str], partners: Collection[str]) -> pd.DataFrame:
    """Return what partners mean for each unit that they or the base serve: `unit`, `category`, by unit.

    The category is a value of `Effect`; a unit that neither serves has no row.

    Raises
    ------
    UsageError
        If a partner is in the base.
    """
    base_ids, partner_ids = operator_set(base), operator_set(partners)
    require_disjoint(base_ids, partner_ids, "partners that are not in the base")
    of_base, of_partner = coverage.is_served_by(base_ids), coverage.is_served_by(partner_ids)
    either = of_base | of_partner
    # covered 0, shared 1, added 2: the order of `Effect`
    category = of_partner[either].astype(np.intp) + ~of_base[either]
    return pd.DataFrame({"unit": coverage.units[either], "category": to_categories(category, Effect)})


def _greedy_order(
    matrix: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the columns in greedy order, and what each adds; the first column wins a tie."""
    left = np.arange(matrix.shape[1])
    order, gains = [], []
    while left.size:
        sums = weights @ matrix
        best = int(np.argmax(sums))
        order.append(left[best])
        gains.append(sums[best])
        open_still = ~matrix[:, best]
        left = np.delete(left, best)
        matrix, weights = np.delete(matrix[open_still], best, axis=1), weights[open_still]
    return np.array(order, dtype=np.intp), np.array(gains, dtype=np.float64)


def _grow_cells(
    cells: NDArray[np.int64], matrix: NDArray[np.bool_], rings: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the cells within `rings` of any, and who reaches each; cells nobody holds stay as they are."""
    if rings < 0 or cells.dtype != np.int64:
        message = f"Expected 0 or more rings around H3 cells as int64, found {rings!r} around {cells.dtype}"
        raise UsageError(message)
    holding = np.flatnonzero(matrix.any(axis=1))
    disks = [_disk(cell, rings) for cell in cells[holding].tolist()]
    # h3 answers in unsigned numbers; together with signed ones numpy would make them floats
    reached_cells = np.concatenate([*disks, cells.view(np.uint64)]).view(np.int64)
    grown_cells, position = np.unique(reached_cells, return_inverse=True)
    source = np.repeat(holding, [len(disk) for disk in disks])
    target = position[: source.size]
    grown = np.zeros((grown_cells.size, matrix.shape[1]), dtype=np.bool_)
    for operator, holds in enumerate(matrix.T):
        grown[target[holds[source]], operator] = True
    return grown_cells, grown


@lru_cache(maxsize=MAX_DISKS)
def _disk(cell: int, rings: int) -> NDArray[np.uint64]:
    """Return the cells within `rings` of one: mostly the same ones, whatever is selected."""
    cells: NDArray[np.uint64] = h3.grid_disk(cell, rings)
    return cells


def _add_units(
    units: NDArray[Any], matrix: NDArray[np.bool_], others: pd.Index
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the units and the others, ascending, and who serves each; nobody serves the new ones."""
    every = pd.Index(units).union(others, sort=True)
    widened = np.zeros((len(every), matrix.shape[1]), dtype=np.bool_)
    widened[every.get_indexer(pd.Index(units))] = matrix
    return every.to_numpy(), widened


def _align_weights(weights: "pd.Series[float]", units: NDArray[Any] | pd.Index) -> NDArray[np.float64]:
    """Return the weight of each unit, 0 where it has none."""
    return np.asarray(weights.reindex(units).fillna(0), dtype=np.float64)


def _check_weights(weights: "pd.Series[float]") -> None:
    if not weights.index.is_unique or weights.isna().any() or (weights < 0).any():
        message = (
            f"Expected weights of 0 or more, one for each unit, found {int(weights.isna().sum())} null,"
            f" {int((weights < 0).sum())} negative and {int(weights.index.duplicated().sum())} repeated"
        )
        raise UsageError(message)
