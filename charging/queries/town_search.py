"""Finds the towns of the world by a few letters of any of their names, in milliseconds.

The names are folded once, and compared as columns: there are a quarter of a million.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.domain.geography import City
from charging.domain.towns import Towns, load_towns

MIN_CITY_PEOPLE = 100_000
"""People from which a town is shown as a city is: from farther away."""

_EXACT, _BEGINS, _CONTAINS = range(3)


class TownHit(NamedTuple):
    """A town that was found."""

    rank: int  # 0 for an exact name, 1 for one that begins with the text, 2 for one that contains it
    is_home: bool  # in a country of the dataset
    city: City


class _FoldedNames(NamedTuple):
    keys: pa.Array  # every name of every town, folded
    town: NDArray[np.int64]  # its row


def find_towns(
    letters: str, countries: frozenset[str], *, are_cities: bool, limit: int
) -> tuple[TownHit, ...]:
    """Return the towns whose names have the letters: exact ones first, then those at home, the larger first.

    Parameters
    ----------
    letters
        Folded as by `fold_letters`.
    countries
        Those of the dataset. In any other a name must begin with the letters.
    are_cities
        Whether towns of `MIN_CITY_PEOPLE` and more are looked for, or those below.
    """
    towns, names = load_towns(), _names()
    found = np.flatnonzero(pc.match_substring(names.keys, letters).to_numpy(zero_copy_only=False))
    keys, rows = names.keys.take(pa.array(found)), names.town[found]
    begins = pc.starts_with(keys, letters).to_numpy(zero_copy_only=False)
    rank = np.where(begins, _BEGINS, _CONTAINS)
    rank[pc.equal(keys, letters).to_numpy(zero_copy_only=False)] = _EXACT
    is_home = _is_in(towns, countries)[rows]
    is_meant = ((towns.population[rows] >= MIN_CITY_PEOPLE) == are_cities) & (begins | is_home)
    rows, rank, is_home = rows[is_meant], rank[is_meant], is_home[is_meant]
    order = np.lexsort((rows, -towns.population[rows], ~is_home, rank))
    first = dict.fromkeys(rows[order].tolist())
    of_row = dict(zip(reversed(rows[order].tolist()), reversed(order.tolist()), strict=True))  # its best
    return tuple(
        TownHit(int(rank[of_row[row]]), bool(is_home[of_row[row]]), towns.city(row))
        for row in list(first)[:limit]
    )


def _is_in(towns: Towns, countries: frozenset[str]) -> NDArray[np.bool_]:
    is_home = np.zeros(len(towns), np.bool_)
    for country in countries:
        is_home[towns.rows_of(country)] = True
    return is_home


@cache
def _names() -> _FoldedNames:
    towns = load_towns()
    names, rows = towns.folded_names(slice(len(towns)))
    return _FoldedNames(pa.array(names, pa.string()), rows)


def warm_up() -> None:
    """Fold the names, which the first search would wait for."""
    _names()
