"""A versus B: two sets of operators, or two datasets, unit by unit."""

from collections.abc import Collection
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.holdings import Holdings, group_sums, operator_set, require_disjoint, to_categories
from charging.domain.hexes import resolution_of
from charging.errors import UsageError

PILES = ("piles_a", "piles_b", "piles_others")


class Standing(StrEnum):
    """Who serves a unit, and who has more piles there."""

    ONLY_A = "only_a"  # A, not B
    ONLY_B = "only_b"  # B, not A
    A_LEADS = "a_leads"  # both, A has more
    B_LEADS = "b_leads"  # both, B has more
    EVEN = "even"  # both, with as many
    OTHERS = "others"  # neither, but others


def compare_holdings(
    holdings_a: pd.DataFrame,
    holdings_b: pd.DataFrame | None,
    a: Collection[str] | None,
    b: Collection[str] | None,
) -> pd.DataFrame:
    """Return what A and B hold in each unit, and who leads.

    A or B serves a unit where its operators hold a known, positive number of piles; piles whose number is not
    known do not count. Units where nobody holds a known pile have no row.

    Parameters
    ----------
    holdings_a, holdings_b
        Tables of holdings, of the same units, that A and B are looked up in; None (or the same object) for B
        when both are in one.
    a, b
        Operators of A and of B. None is every operator, those not known included; only for two tables.

    Returns
    -------
    table
        By unit: `unit`, `piles_a`, `piles_b`, `piles_others`, `category` (a value of `Standing`). Others are
        all operators in neither set, those not known included. With two tables `piles_others` is the larger
        of what each table has besides its set, since both may count the same piles.

    Raises
    ------
    UsageError
        If a table is not one of holdings, if one has cells and the other texts or cells of another
        resolution, or if A and B share an operator in one table: its piles would be compared with themselves.
    """
    table_a = Holdings.read(holdings_a)
    if holdings_b is None or holdings_b is holdings_a:
        of_a, of_b = _members(table_a, a), _members(table_a, b)
        disjoint = "two sets of operators that share none in one table"
        require_disjoint(_ids(table_a, a), _ids(table_a, b), disjoint)
        piles = [table_a.piles_by_unit(rows) for rows in (of_a, of_b, ~of_a & ~of_b)]
        return _standings(table_a.units, *piles)
    table_b = Holdings.read(holdings_b)
    units = _all_units(table_a, table_b)
    of_a, of_b = _members(table_a, a), _members(table_b, b)
    others = [_align_piles(table, ~members, units) for table, members in ((table_a, of_a), (table_b, of_b))]
    return _standings(
        units, _align_piles(table_a, of_a, units), _align_piles(table_b, of_b, units), np.maximum(*others)
    )


def sum_by_standing(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table that `compare_holdings` returned, added up by category.

    Returns
    -------
    table
        One row for each value of `Standing`, in its order and also where no unit has it: `category`, `units`,
        `piles_a`, `piles_b`, `piles_others`. Its sums are the totals over all units.
    """
    kinds, standing = len(Standing), np.asarray(table["category"].cat.codes, dtype=np.intp)
    sums = {name: group_sums(table[name].to_numpy(np.float64), standing, kinds) for name in PILES}
    units = np.bincount(standing, minlength=kinds)
    return pd.DataFrame({"category": to_categories(np.arange(kinds), Standing), "units": units, **sums})


def white_spots_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the units of a table that `compare_holdings` returned where B has piles and A none.

    Returns
    -------
    table
        `unit`, `piles_b`, `piles_others`, by the piles of B, descending, then by unit.
    """
    spots = np.flatnonzero(table["category"] == Standing.ONLY_B)
    largest = spots[np.argsort(-table["piles_b"].to_numpy()[spots], kind="stable")]  # they are by unit
    return pd.DataFrame({name: table[name].array[largest] for name in ("unit", "piles_b", "piles_others")})


def _standings(
    units: NDArray[np.generic],
    piles_a: NDArray[np.float64],
    piles_b: NDArray[np.float64],
    piles_others: NDArray[np.float64],
) -> pd.DataFrame:
    fits = [
        (piles_a > 0) & (piles_b == 0),
        (piles_b > 0) & (piles_a == 0),
        piles_a > piles_b,
        piles_b > piles_a,
        piles_a > 0,
    ]
    category = np.select(fits, range(len(fits)), default=len(fits))
    rows = np.flatnonzero((piles_a > 0) | (piles_b > 0) | (piles_others > 0))
    return pd.DataFrame(
        {
            "unit": units[rows],
            "piles_a": piles_a[rows],
            "piles_b": piles_b[rows],
            "piles_others": piles_others[rows],
            "category": to_categories(category[rows], Standing),
        }
    )


def _members(table: Holdings, operators: Collection[str] | None) -> NDArray[np.bool_]:
    if operators is None:
        return np.ones(table.piles.size, dtype=np.bool_)
    return table.belongs_to(operator_set(operators))


def _ids(table: Holdings, operators: Collection[str] | None) -> Collection[str]:
    return table.operator_ids if operators is None else operators


def _all_units(table_a: Holdings, table_b: Holdings) -> NDArray[np.generic]:
    """Return the units of both tables, ascending."""
    kind_a, kind_b = _kind(table_a.units), _kind(table_b.units)
    if kind_a and kind_b and kind_a != kind_b:
        message = f"Expected two tables of the same units, found {kind_a} and {kind_b}; ask for both alike"
        raise UsageError(message)
    return np.asarray(pd.Index(table_a.units).union(pd.Index(table_b.units), sort=True))


def _kind(units: NDArray[np.generic]) -> str:
    """Return what units are, in words; empty where there are none."""
    if not units.size:
        return ""
    if units.dtype == np.int64:
        return f"cells of resolution {resolution_of(int(units[0]))}"
    return "ids as text"


def _align_piles(table: Holdings, rows: NDArray[np.bool_], units: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the piles of some rows of a table, by all units; 0 where the table has none."""
    piles = np.zeros(units.size)
    piles[pd.Index(units).get_indexer(pd.Index(table.units))] = table.piles_by_unit(rows)
    return piles
