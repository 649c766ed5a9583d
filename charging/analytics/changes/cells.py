"""What happened in each cell between two snapshots: the map of changes."""

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.changes.stations import ChangesBy, cells_now_and_before, change_totals


class CellChange(StrEnum):
    """What happened in a cell, from gain to loss."""

    OPENED = "opened"  # the first stations of the selection came
    GROWN = "grown"
    MIXED = "mixed"
    SHRUNK = "shrunk"
    CLOSED = "closed"  # the last ones went


def changed_cells(
    diff: pd.DataFrame,
    old_cells: NDArray[np.int64],
    new_cells: NDArray[np.int64],
    resolution: int,
) -> pd.DataFrame:
    """Return what happened in each cell of a resolution.

    Parameters
    ----------
    diff
        What `stations.changes` returned.
    old_cells, new_cells
        H3 cell (at `resolution`) of every selected station, then and now.
    resolution
        H3 resolution, 0 to 11.

    Returns
    -------
    table
        One row per cell, by cell: `cell`, what `stations.change_totals` says of it, `stations_before`,
        `stations_after`, and `category`, one of `CellChange`:

        - `opened`: no station of the selection then, some now; `closed`: some then, none now;
        - else a station that opened, grew or moved in is a gain, one that closed, shrank or moved out a loss:
          `grown` with gains alone, `shrunk` with losses alone, `mixed` with both, whatever their size;
        - null where neither is known: a number of piles is missing on one side at least.

        A cell in which stations only changed their name or operator, or moved inside it, has no row.
    """
    table = change_totals(diff, ChangesBy.CELL, resolution=resolution).rename(columns={"key": "cell"})
    cells = pd.Index(table["cell"].to_numpy(np.int64))
    before, after = (_count_by_cell(stations, cells) for stations in (old_cells, new_cells))
    now, was = cells_now_and_before(diff, resolution)
    crosses = diff.moved.to_numpy(bool) & (now != was)
    stays = ~crosses  # a station that came is a gain here, also if it shrank on the way
    gains = _cells_with(cells, now, (diff.opened | diff.grown).to_numpy(bool) & stays | crosses)
    losses = _cells_with(cells, now, (diff.closed | diff.shrunk).to_numpy(bool) & stays)
    losses |= _cells_with(cells, was, crosses)
    category = np.full(len(table), None, dtype=object)
    for verdict, holds in (  # the last that holds wins
        (CellChange.GROWN, gains),
        (CellChange.SHRUNK, losses),
        (CellChange.MIXED, gains & losses),
        (CellChange.OPENED, (before == 0) & (after > 0)),
        (CellChange.CLOSED, (before > 0) & (after == 0)),
    ):
        category[holds] = verdict
    table = table.assign(
        cell=np.asarray(cells, dtype=np.int64),
        stations_before=before,
        stations_after=after,
        category=pd.Series(category, index=table.index, dtype="object"),
    )
    is_shown = table.category.notna() | (table.stations_piles_unknown > 0)
    return table[is_shown].sort_values("cell", ignore_index=True)


def _cells_with(cells: pd.Index, stations: NDArray[np.int64], rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which cells hold one of some stations, given the cell of each station."""
    return np.asarray(cells.isin(stations[rows]), dtype=bool)


def _count_by_cell(stations: NDArray[np.int64], cells: pd.Index) -> NDArray[np.int64]:
    """Return how many of the stations lie in each cell."""
    found, counts = np.unique(stations, return_counts=True)
    return pd.Series(counts, index=found).reindex(cells, fill_value=0).to_numpy(np.int64)


STATIONS = ("opened", "closed", "grown", "shrunk")
"""What can have happened to a station in size."""


def station_categories(diff: pd.DataFrame) -> pd.Series:
    """Return what happened to each changed station in size: the one of `STATIONS` that holds, else null.

    It is null of stations that only changed their name, place or operator, and where a number is not known.
    """
    category = np.full(len(diff), None, dtype=object)
    for name in STATIONS:
        category[diff[name].to_numpy(bool)] = name
    return pd.Series(category, index=diff.index, dtype="object")
