"""The selection, cell by cell."""

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.bounds import Bounds
from charging.domain.filters import Filters
from charging.domain.hexes import flat_width_km, parent_terms
from charging.queries.conditions import where
from charging.queries.engine import Engine, Query
from charging.queries.measures import shares, summed_by_cell

MARGIN_EDGES = 2.6
"""How far the searched box exceeds the asked one, in cell edges: a cell whose centre is just inside reaches
one edge out, its outermost children a little further, and edges can be a fifth longer than their average."""


def hexes(engine: Engine, filters: Filters, bounds: Bounds, resolution: int) -> pd.DataFrame:
    """Return one row per cell that holds a selected station and whose centre lies in `bounds`.

    Each cell is counted whole, also where it reaches over the edge of the box.

    Returns
    -------
    table
        `cell` (int64, H3 at `resolution`), the columns of `measures.summed` and their shares, ordered by
        cell.
    """
    sums = summed_by_cell(engine, filters, _searched(bounds, resolution), resolution)
    inside = are_centred_in(bounds, sums["cell"])
    sums = {name: column[inside] for name, column in sums.items()}
    return pd.DataFrame(sums | shares(sums))


def hex_operators(engine: Engine, filters: Filters, bounds: Bounds, resolution: int) -> pd.DataFrame:
    """Return one row per cell and operator: `cell`, `operator_id` (null: not known), `piles`.

    The cells are those of `hexes`; rows are ordered by cell, then by piles downwards, then by operator.
    """
    condition = where(filters, _searched(bounds, resolution), engine)
    query = Query(
        f"select {_parent(resolution)} as cell, operator_code, sum(piles) as piles from groups"
        f" where {condition.sql} group by 1, 2 order by 1, piles desc nulls last, operator_code",
        condition.parameters,
    )
    table = engine.run(query)
    cells, positions = np.unique(table.cell.to_numpy(), return_inverse=True)
    table = table[are_centred_in(bounds, cells)[positions]].reset_index(drop=True)
    table.insert(1, "operator_id", table.pop("operator_code").map(engine.operator_ids))
    return table


def leading_operators(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the operator with most piles of each cell of `hex_operators`: `cell`, `leading_operator`.

    Piles of an operator that is not known lead no cell; ties go to the first operator.
    """
    known = parts[parts.operator_id.notna() & (parts.piles > 0)]
    leaders = known.drop_duplicates("cell")[["cell", "operator_id"]]
    return leaders.rename(columns={"operator_id": "leading_operator"}).reset_index(drop=True)


def are_centred_in(bounds: Bounds, cells: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of each cell whether its centre lies in `bounds`."""
    centres = np.array([h3.cell_to_latlng(cell) for cell in cells.tolist()]).reshape(-1, 2)
    return bounds.contains(centres[:, 0], centres[:, 1])


def _parent(resolution: int) -> str:
    modulus, offset = parent_terms(resolution)
    return f"cell - cell % {modulus} + {offset}"


def _searched(bounds: Bounds, resolution: int) -> Bounds:
    return bounds.widened(MARGIN_EDGES * flat_width_km(resolution) / 3**0.5)
