"""Who depends on whom: what is left when operators leave, and how far piles lie in few hands.

Both look at the piles whose number is known. Units without any have nothing to lose and no share of anything:
they have no row.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.holdings import Holdings, group_sums, operator_set, to_categories
from charging.domain.arrays import ratio

MAX_HHI = 10_000
"""The Herfindahl-Hirschman index of a unit whose piles belong to one operator: 100 % squared."""


class Loss(StrEnum):
    """What a unit loses when operators leave; the first that fits."""

    LOST = "lost"  # nothing is left
    HALVED = "halved"  # more than half of its piles go
    REDUCED = "reduced"  # some go
    UNTOUCHED = "untouched"  # none goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """What all units together lose; each unit is counted once, by its `Loss`."""

    units: int
    units_lost: int
    units_halved: int
    units_reduced: int
    units_untouched: int
    piles: int
    piles_lost: int

    @property
    def units_lost_share(self) -> float | None:
        """Share of the units that are lost, 0 to 1; None where there are no units."""
        return self.units_lost / self.units if self.units else None


def losses_without(holdings: pd.DataFrame, leavers: Collection[str]) -> pd.DataFrame:
    """Return what each unit of a table of holdings loses when operators leave.

    Piles of an operator that is not known never leave. Where all known piles go but an operator stays whose
    number of piles is not known, the unit is `halved`, not `lost`: it may not fall to zero. Losing exactly
    half is `reduced`.

    Returns
    -------
    table
        By unit: `unit`, `piles_before` and `piles_after` (known piles), `lost_share` (of `piles_before`, 0 to
        1), `category` (a value of `Loss`).

    Raises
    ------
    UsageError
        If the table is not one of holdings.
    """
    table = Holdings.read(holdings)
    leaves = table.belongs_to(operator_set(leavers))
    before, gone = table.piles_by_unit(), table.piles_by_unit(leaves)
    after = before - gone
    may_stay = np.zeros(before.size, dtype=np.bool_)
    may_stay[table.unit_no[~leaves & np.isnan(table.piles)]] = True
    fits = [(after == 0) & ~may_stay, 2 * gone > before, gone > 0]
    category = np.select(fits, range(len(fits)), default=len(fits))
    has_piles = np.flatnonzero(before > 0)
    return pd.DataFrame(
        {
            "unit": table.units[has_piles],
            "piles_before": before[has_piles],
            "piles_after": after[has_piles],
            "lost_share": ratio(gone, before)[has_piles],
            "category": to_categories(category[has_piles], Loss),
        }
    )


def dependence(losses: pd.DataFrame) -> Dependence:
    """Return the losses of all units of a table that `losses_without` returned, added up."""
    counts = np.bincount(losses["category"].cat.codes, minlength=len(Loss))
    lost, halved, reduced, untouched = counts.tolist()
    return Dependence(
        units=len(losses),
        units_lost=lost,
        units_halved=halved,
        units_reduced=reduced,
        units_untouched=untouched,
        piles=int(losses.piles_before.sum()),
        piles_lost=int((losses.piles_before - losses.piles_after).sum()),
    )


def concentration(holdings: pd.DataFrame) -> pd.DataFrame:
    """Return how far the piles of each unit of a table of holdings lie in few hands.

    Shares are of all known piles of the unit, those of operators that are not known included. The
    Herfindahl-Hirschman index adds the squares of the known operators' shares in percent: 10,000 for one
    operator, near 0 for many. Where some operators are not known it is the least it can be.

    Returns
    -------
    table
        By unit: `unit`, `piles` (the denominator), `operators` (known ones with piles), `largest_operator`
        (of the known ones; ties go to the id that sorts first), `largest_piles`, `largest_share` and
        `unknown_share` (of `piles`, 0 to 1), `hhi` (0 to 10,000). Where no operator is known, the largest
        operator, its piles and share, and the index are null.

    Raises
    ------
    UsageError
        If the table is not one of holdings.

    Notes
    -----
    https://www.justice.gov/atr/herfindahl-hirschman-index
    """
    table = Holdings.read(holdings)
    piles = table.piles_by_unit()
    unit_no, operator_no, held_piles = _known_holders(table)
    squares = group_sums(ratio(held_piles, piles[unit_no]) ** 2, unit_no, piles.size)
    holders = np.bincount(unit_no, minlength=piles.size)
    largest = np.full(piles.size, -np.inf)
    np.maximum.at(largest, unit_no, held_piles)
    # from the last operator to the first, so that the first of several with as many stays
    leads = np.flatnonzero(held_piles == largest[unit_no])[::-1]
    largest_no = np.full(piles.size, -1, dtype=np.intp)
    largest_no[unit_no[leads]] = operator_no[leads]
    largest[largest_no < 0] = np.nan
    of_known = group_sums(held_piles, unit_no, piles.size)
    columns: dict[str, Any] = {
        "unit": table.units,
        "piles": piles,
        "operators": holders,
        "largest_operator": largest_no,
        "largest_piles": largest,
        "largest_share": ratio(largest, piles),
        "unknown_share": ratio(piles - of_known, piles),
        "hhi": np.where(holders > 0, MAX_HHI * squares, np.nan),
    }
    has_piles = np.flatnonzero(piles > 0)
    columns = {name: column[has_piles] for name, column in columns.items()}
    names = pd.array([*table.operator_ids, None], dtype="str")
    return pd.DataFrame(columns | {"largest_operator": names.take(columns["largest_operator"])})


def _known_holders(table: Holdings) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return unit, operator and piles of each known operator that holds piles in a unit: by both, once."""
    holds = (table.piles > 0) & (table.operator_no >= 0)
    unit_no, operator_no, piles = table.unit_no[holds], table.operator_no[holds], table.piles[holds]
    operators = max(len(table.operator_ids), 1)
    pair = unit_no * operators + operator_no
    if (np.diff(pair) > 0).all():
        return unit_no, operator_no, piles
    pairs, position = np.unique(pair, return_inverse=True)
    return pairs // operators, pairs % operators, group_sums(piles, position, pairs.size)
