"""Columns of the groups as positions among their distinct values: found once, kept with the engine."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.arrays import run_starts
from charging.domain.hexes import cells_at
from charging.domain.vocabulary import Current, Status
from charging.queries.engine import Engine, TextCodes, decode
from charging.queries.groups import NO_STATUS


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


def find_ahead(engine: Engine) -> None:
    """Find what the first questions of most analyses need, so that nobody waits for it."""
    for resolution in AHEAD:
        cell_codes(engine, resolution)


AHEAD = (5, 6, 7)
"""Resolutions that analyses are first asked for."""


def codes_of(engine: Engine, column: str) -> TextCodes:
    """Return a column of few texts, by group: `operator_id`, `current`, `status`, or one of its station."""

    def find() -> TextCodes:
        columns = engine.columns
        match column:
            case "operator_id":
                ids = decode(engine.operator_ids, np.arange(max(engine.operator_ids, default=-1) + 1))
                return TextCodes(ids.to_numpy(), columns.operator_code)
            case "current":
                return _by_text(Current, columns.current_rank)
            case "status":
                return _by_text(Status, np.where(columns.status_rank == NO_STATUS, -1, columns.status_rank))
            case _:
                return engine.text_codes(column)

    return engine.memoize(f"texts {column}", find)


def _by_text(values: Iterable[str], ranks: NDArray[np.int64]) -> TextCodes:
    """Return positions among some values, -1 for none of them, as positions among them in ascending order."""
    texts = np.array([*map(str, values)], dtype=object)
    order = np.argsort(texts)
    place = np.append(np.argsort(order), -1)  # the last is that of -1
    return TextCodes(texts[order], place[ranks])
