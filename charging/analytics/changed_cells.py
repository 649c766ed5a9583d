"""What happened in each cell between two snapshots: the map of changes."""

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.changes import ChangesBy, change_totals
from charging.domain.hexes import parent_cells


class Happened(StrEnum):
    """What happened in a cell, from gain to loss."""

    OPENED = "opened"  # the first stations of the selection came
    GROWN = "grown"
    MIXED = "mixed"
    SHRUNK = "shrunk"
    CLOSED = "closed"  # the last ones went


def changed_cells(
    changed: pd.DataFrame,
    old_cells: NDArray[np.int64],
    new_cells: NDArray[np.int64],
    resolution: int,
) -> pd.DataFrame:
    """Return what happened in each cell of a resolution.

    Parameters
    ----------
    changed
        What `changes.changes` returned.
    old_cells, new_cells
        H3 cell (resolution 11) of every selected station, then and now.
    resolution
        H3 resolution, 0 to 11.

    Returns
    -------
    table
        One row per cell, by cell: `cell`, what `changes.change_totals` says of it, `stations_before`,
        `stations_after`, and `category`, one of `Happened`:

        - `opened`: no station of the selection then, some now; `closed`: some then, none now;
        - else a station that opened, grew or moved in is a gain, one that closed, shrank or moved out a loss:
          `grown` with gains alone, `shrunk` with losses alone, `mixed` with both, whatever their size;
        - null where neither is known: a number of piles is missing on one side at least.

        A cell in which stations only changed their name or operator, or moved inside it, has no row.
    """
    table = change_totals(changed, ChangesBy.CELL, resolution=resolution).rename(columns={"key": "cell"})
    cells = pd.Index(table["cell"].to_numpy(np.int64))
    before, after = (_counted(held, resolution, cells) for held in (old_cells, new_cells))
    now, was = (
        parent_cells(changed[name].fillna(0).to_numpy(np.int64), resolution)
        for name in ("cell", "cell_before")
    )
    crosses = changed.moved.to_numpy(bool) & (now != was)
    stays = ~crosses  # a station that came is a gain here, also if it shrank on the way
    gains = _holds(cells, now, (changed.opened | changed.grown).to_numpy(bool) & stays | crosses)
    losses = _holds(cells, now, (changed.closed | changed.shrunk).to_numpy(bool) & stays)
    losses |= _holds(cells, was, crosses)
    category = np.full(len(table), None, dtype=object)
    for verdict, holds in (  # the last that holds is told
        (Happened.GROWN, gains),
        (Happened.SHRUNK, losses),
        (Happened.MIXED, gains & losses),
        (Happened.OPENED, (before == 0) & (after > 0)),
        (Happened.CLOSED, (before > 0) & (after == 0)),
    ):
        category[holds] = verdict
    table = table.assign(
        cell=np.asarray(cells, dtype=np.int64),
        stations_before=before,
        stations_after=after,
        category=pd.Series(category, index=table.index, dtype="object"),
    )
    is_told = table.category.notna() | (table.stations_piles_unknown > 0)
    return table[is_told].sort_values("cell", ignore_index=True)


def _holds(cells: pd.Index, of_station: NDArray[np.int64], is_so: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which cells hold a station of which something is so."""
    return np.asarray(cells.isin(of_station[is_so]), dtype=bool)


def _counted(held: NDArray[np.int64], resolution: int, cells: pd.Index) -> NDArray[np.int64]:
    """Return how many of the stations lie in each cell."""
    found, counts = np.unique(parent_cells(held, resolution), return_counts=True)
    return pd.Series(counts, index=found).reindex(cells, fill_value=0).to_numpy(np.int64)


STATIONS = ("opened", "closed", "grown", "shrunk")
"""What can have happened to a station in size."""


def station_categories(changed: pd.DataFrame) -> pd.Series:
    """Return what happened to each changed station in size: the one of `STATIONS` that holds, else null.

    It is null of stations that only changed their name, place or operator, and where a number is not known.
    """
    category = np.full(len(changed), None, dtype=object)
    for name in STATIONS:
        category[changed[name].to_numpy(bool)] = name
    return pd.Series(category, index=changed.index, dtype="object")
