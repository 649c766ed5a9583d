"""Density: piles on the ground and piles for people, by cell and by city.

Every ratio comes with its denominator, and is null where that is zero or not known.
"""

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd

from charging.domain.arrays import ratio
from charging.domain.geography import Floats
from charging.domain.hexes import resolution_of
from charging.domain.towns import find_city
from charging.domain.weights import Cells, Weights

PER_PEOPLE = 100_000
"""Piles are counted per this many people, or other units of weight."""


def density_by_cell(cells: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Return piles per km² and per 100,000 people of each cell.

    Parameters
    ----------
    cells
        `cell` (int64, H3, all of one resolution, each once) and `piles` (null: not known), as
        `queries.hexes.hexes` gives them.
    weights
        The people, or whatever else piles are to be compared with; `weights.unit` says what.

    Returns
    -------
    table
        In the order of `cells`: `cell`, `piles`, `area_km2` (of this very cell, on the sphere: cells of one
        resolution differ in size), `piles_per_km2`, `weight` (of the places whose point lies in the
        cell; 0 where none does) and `piles_per_100k` (null where `weight` is 0).

    Raises
    ------
    UsageError
        If the cells are finer than those the weights are of.

    Notes
    -----
    All people of a place count at its one point. Where a city is wider than a cell (from resolution 5 on,
    17 km across), the cell of that point holds too many people and its neighbours none: there, piles per
    people say little, and those per km² are the ones to look at.
    """
    cell = cells.cell.to_numpy(dtype=np.int64)
    piles: Floats = cells.piles.to_numpy(dtype="float64", na_value=np.nan)
    area_km2 = np.array([h3.cell_area(one, unit="km^2") for one in cell.tolist()], dtype=np.float64)
    weight = _weight_in(cell, weights)
    return pd.DataFrame(
        {
            "cell": cell,
            "piles": piles,
            "area_km2": area_km2,
            "piles_per_km2": ratio(piles, area_km2),
            "weight": weight,
            "piles_per_100k": ratio(piles, weight) * PER_PEOPLE,
        }
    )


def density_by_city(cities: pd.DataFrame) -> pd.DataFrame:
    """Return piles per 100,000 people of each city.

    Not per km²: `data/cities.csv` has no areas. The area of the administrative unit would be of little use
    with people of the urban area (Chongqing's is that of Austria), and that of the urban area is published
    for few.

    Parameters
    ----------
    cities
        `key` (id of a city; null: not known) and `piles` (null: not known), as
        `queries.totals.totals` gives them by city.

    Returns
    -------
    table
        In the order of `cities`: `city_id`, `piles`, `weight` (people of the urban area, of `data/cities.csv`
        or `data/towns.csv.gz`; null for a city that is in neither, and for piles whose city is not known) and
        `piles_per_100k`. Only cities of the input: one without a row has no selected pile, or the dataset
        does not reach so far, and which of the two is not known here.
    """
    known = {key: find_city(key) for key in cities.key.dropna().unique()}
    people = {key: city.population for key, city in known.items() if city is not None}
    piles: Floats = cities.piles.to_numpy(dtype="float64", na_value=np.nan)
    weight = np.array([people.get(key, np.nan) for key in cities.key], dtype=np.float64)
    return pd.DataFrame(
        {
            "city_id": cities.key.reset_index(drop=True),
            "piles": piles,
            "weight": weight,
            "piles_per_100k": ratio(piles, weight) * PER_PEOPLE,
        }
    )


def _weight_in(cell: Cells, weights: Weights) -> Floats:
    """Return the weight in each cell."""
    if not cell.size:
        return np.empty(0)
    holding, at = np.unique(weights.cells(resolution_of(int(cell[0]))), return_inverse=True)
    sums = pd.Series(np.bincount(at, weights=weights.weight, minlength=len(holding)), index=holding)
    return sums.reindex(cell, fill_value=0.0).to_numpy(dtype=np.float64)
