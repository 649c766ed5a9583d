"""Which cell of each resolution the groups lie in: found once a resolution, kept with the engine."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.arrays import run_starts
from charging.domain.hexes import cells_at
from charging.queries.engine import Engine


class CellCodes(NamedTuple):
    """The cells of one resolution that the groups' stations lie in."""

    cells: NDArray[np.int64]  # distinct, ascending
    codes: NDArray[np.int32]  # of each group, its position in `cells`
    order: NDArray[np.int64]  # the groups by cell, those of one in their own order
    rank: NDArray[np.int32]  # of each group, its position in `order`


def cell_codes(engine: Engine, resolution: int) -> CellCodes:
    """Return the cells that H3 gives for the coordinates.

    Groups are stored by the cell of the finest resolution, which may lie across the edge of a coarser one: so
    each resolution has an order of its own.

    Raises
    ------
    ValueError
        If `resolution` is not between 0 and the stored one.
    """

    def find() -> CellCodes:
        columns = engine.columns
        is_first = run_starts(columns.station_no)
        of_station = cells_at(columns.lat[is_first], columns.lon[is_first], resolution)
        cells, codes = np.unique(of_station, return_inverse=True)
        codes = codes[columns.station_no - 1]
        order = np.argsort(codes, kind="stable")
        rank = np.empty(order.size, dtype=np.int32)
        rank[order] = np.arange(order.size)
        return CellCodes(cells, codes.astype(np.int32), order, rank)

    return engine.memoize(f"cells {resolution}", find)
