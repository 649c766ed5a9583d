"""The stations of a selection as one snapshot, for comparing two datasets."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import run_starts
from charging.domain.filters import Filters
from charging.queries.codes import cell_codes
from charging.queries.engine import Engine, decode
from charging.queries.predicates import select_groups


def snapshot(engine: Engine, filters: Filters) -> pd.DataFrame:
    """Return the selected stations with the columns that `charging.analytics.changes.stations` compares.

    A station without a selected pile has no row, so with a selection "opened" means: selected since.

    Returns
    -------
    table
        One row per station, by cell and id: `station_id`, `name`, `name_zh`, `operator_id` (of the station;
        null: not known), `city_id`, `lat`, `lon` (WGS-84 degrees), `cell` (H3, resolution 11), `piles` (the
        selected ones whose count is known; null: of none).
    """
    selected = selected_piles(engine, filters)
    table = _stations(engine, np.flatnonzero(selected.holds))
    return table.assign(piles=selected.piles[selected.holds])


def every_station(engine: Engine) -> pd.DataFrame:
    """Return `snapshot` of the whole dataset, without piles: the part that no selection changes."""
    return _stations(engine, None)


def _stations(engine: Engine, rows: NDArray[np.int64] | None) -> pd.DataFrame:
    """Return some stations by row; None: all of them."""
    # first the texts, which are read from a file: the groups may not be ready yet
    texts = dict(engine.station_rows(None if rows is None else rows + 1, _TEXTS).items())
    columns = engine.columns
    codes = texts.pop("operator_code").fillna(-1).to_numpy(np.intp)
    ids = decode(engine.operator_ids, np.arange(-1, max(engine.operator_ids, default=-1) + 1)).astype("str")
    city_ids = texts.pop("city_id")
    first = np.flatnonzero(run_starts(columns.station_no))[slice(None) if rows is None else rows]
    return pd.DataFrame(
        {
            **texts,
            "operator_id": ids.array.take(codes + 1),
            "city_id": city_ids,
            # the groups, which are in memory, have the coordinates of their station
            "lat": columns.lat[first],
            "lon": columns.lon[first],
            "cell": columns.cell[first],
        }
    )


def station_cells(engine: Engine, resolution: int) -> NDArray[np.int64]:
    """Return the cell at a resolution that each station of `every_station` lies in."""
    cells = cell_codes(engine, resolution)
    return cells.cells[cells.codes[run_starts(engine.columns.station_no)]]


def _count(engine: Engine) -> int:
    return int(engine.columns.station_no.max(initial=0))


_TEXTS = ("station_id", "name", "name_zh", "operator_code", "city_id")


class SelectedPiles(NamedTuple):
    """Which stations of a dataset a selection has, row by row of `every_station`."""

    holds: NDArray[np.bool_]  # whether the station is selected
    piles: NDArray[np.float64]  # selected piles of known count; NaN: none is known


def selected_piles(engine: Engine, filters: Filters) -> SelectedPiles:
    """Return what a selection has of each station of the dataset: numbers only, so it is fast.

    Row n is row n of `every_station(engine)`; the piles of a selected station are those of
    `snapshot(engine, filters)`.
    """
    columns, stations = engine.columns, _count(engine)
    rows = select_groups(engine, filters)
    station_row = columns.station_no[rows] - 1
    piles = np.bincount(station_row, weights=columns.pile_counts["piles"][rows], minlength=stations)
    holds = np.zeros(stations, dtype=np.bool_)
    holds[station_row] = True
    is_known = holds
    if "piles" not in columns.known_counts:
        is_known = np.zeros(stations, dtype=np.bool_)
        is_known[station_row[columns.is_known["piles"][rows]]] = True
    return SelectedPiles(holds, np.where(is_known, piles, np.nan))
