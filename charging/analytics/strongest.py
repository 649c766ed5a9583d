"""Cells of an analysis on a coarser map: what a reader should see of those too small to draw."""

from collections.abc import Sequence

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd

from charging.domain.hexes import resolution_of


def strongest_inside(table: pd.DataFrame, resolution: int, order: Sequence[str]) -> pd.DataFrame:
    """Return one row per cell of a coarser resolution, with the strongest verdict of the cells inside it.

    Parameters
    ----------
    table
        `cell` (H3, int64, one resolution) and `category`.
    resolution
        Resolution to draw at; that of the cells, or coarser.
    order
        The categories, the strongest first. What is none of them has no say.

    Returns
    -------
    table
        `cell`, `category`, and for each of `order` a column with the number of cells inside, ordered by cell.
    """
    verdicts = table[table["category"].isin(list(order))]
    cells = verdicts["cell"].to_numpy(dtype=np.int64)
    if cells.size and resolution < resolution_of(int(cells[0])):
        cells = np.fromiter(
            (h3.cell_to_parent(cell, resolution) for cell in cells.tolist()), np.int64, cells.size
        )
    drawn, position = np.unique(cells, return_inverse=True)
    rank = verdicts["category"].map({name: at for at, name in enumerate(order)}).to_numpy(dtype=np.intp)
    counts = np.zeros((drawn.size, len(order)), dtype=np.int64)
    np.add.at(counts, (position, rank), 1)
    strongest = (counts > 0).argmax(axis=1)
    return pd.DataFrame(
        {
            "cell": drawn,
            "category": np.array(list(order), dtype=object)[strongest],
            **{name: counts[:, at] for at, name in enumerate(order)},
        }
    )
