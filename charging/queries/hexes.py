"""The selection, cell by cell."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from charging.domain.bounds import Bounds
from charging.domain.filters import Filters
from charging.domain.hexes import are_centred_in, flat_width_km
from charging.queries.engine import Engine, decode
from charging.queries.measures import SHARES, SUMS, piles_by_cell_and_operator, share, sum_by_cell

MARGIN_EDGES = 1.5
"""How far the searched box exceeds the given one, in cell edges: a cell whose centre is just inside reaches
one edge out, and edges can be a fifth longer than the average."""


def hexes(
    engine: Engine,
    filters: Filters,
    bounds: Bounds,
    resolution: int,
    *,
    columns: Collection[str] = (*SUMS, *SHARES),
) -> pd.DataFrame:
    """Return one row per cell that holds a selected station and whose centre lies in `bounds`.

    Each cell is counted whole, even where it reaches beyond the box.

    Returns
    -------
    table
        `cell` (int64, H3 at `resolution`) and `columns`, of those of `measures.sum_groups` and their shares,
        ordered by cell.
    """
    needed = dict.fromkeys(part for name in columns for part in SHARES.get(name, (name,)))
    sums = sum_by_cell(engine, filters, _search_box(bounds, resolution), resolution, tuple(needed))
    inside = are_centred_in(bounds, sums["cell"])
    sums = {name: column[inside] for name, column in sums.items()}
    sums |= {name: share(sums, name) for name in SHARES if name in columns}
    return pd.DataFrame({name: sums[name] for name in ("cell", *columns)})


def hex_operators(engine: Engine, filters: Filters, bounds: Bounds, resolution: int) -> pd.DataFrame:
    """Return one row per cell and operator: `cell`, `operator_id` (null: not known), `piles`.

    The cells are those of `hexes`; rows are ordered by cell, then by piles descending, then by operator.
    """
    sums = piles_by_cell_and_operator(engine, filters, _search_box(bounds, resolution), resolution)
    cells, positions = np.unique(sums["cell"], return_inverse=True)
    inside = are_centred_in(bounds, cells)[positions]
    sums = {name: column[inside] for name, column in sums.items()}
    operator_ids = decode(engine.operator_ids, sums["operator_code"])
    return pd.DataFrame({"cell": sums["cell"], "operator_id": operator_ids, "piles": sums["piles"]})


def leading_operators(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the operator with most piles of each cell of `hex_operators`: `cell`, `leading_operator`.

    An unknown operator leads no cell; ties go to the first operator.
    """
    known = parts[parts.operator_id.notna() & (parts.piles > 0)]
    leaders = known.drop_duplicates("cell")[["cell", "operator_id"]]
    return leaders.rename(columns={"operator_id": "leading_operator"}).reset_index(drop=True)


def _search_box(bounds: Bounds, resolution: int) -> Bounds:
    return bounds.widen(MARGIN_EDGES * flat_width_km(resolution) / 3**0.5)
