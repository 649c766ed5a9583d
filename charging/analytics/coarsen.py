"""Cells of an analysis on a coarser map: what a reader should see of those too small to draw."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from charging.domain.hexes import parent_cells, resolution_of


def coarsen_cells(table: pd.DataFrame, resolution: int, order: Sequence[str]) -> pd.DataFrame:
    """Return one row per cell of a coarser resolution, with the strongest verdict of the cells inside it.

    Parameters
    ----------
    table
        `cell` (H3, int64, one resolution) and `category`.
    order
        The categories, the strongest first; rows of any other are left out.

    Returns
    -------
    table
        `cell`, `category`, and for each of `order` a column with the number of cells inside, ordered by cell.
    """
    verdicts = table[table["category"].isin(list(order))]
    cells = verdicts["cell"].to_numpy(dtype=np.int64)
    if cells.size and resolution < resolution_of(int(cells[0])):
        cells = parent_cells(cells, resolution, of=resolution_of(int(cells[0])))
    drawn, position = np.unique(cells, return_inverse=True)
    rank = verdicts["category"].map({name: at for at, name in enumerate(order)}).to_numpy(dtype=np.intp)
    size = len(order)
    counts = np.bincount(position * size + rank, minlength=drawn.size * size).reshape(-1, size)
    strongest = (counts > 0).argmax(axis=1)
    return pd.DataFrame(
        {
            "cell": drawn,
            "category": np.array(list(order), dtype=object)[strongest],
            **{name: counts[:, at] for at, name in enumerate(order)},
        }
    )
