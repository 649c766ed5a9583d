"""The stations of a selection as one snapshot: what two datasets are compared by."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import run_starts
from charging.domain.filters import Filters
from charging.queries.engine import Engine, named
from charging.queries.predicates import picked


def snapshot(engine: Engine, filters: Filters) -> pd.DataFrame:
    """Return the selected stations with what `charging.analytics.changes` compares.

    A station of which no pile is selected has no row, so with a selection "opened" means: selected since.

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
    """Return `snapshot` of the whole dataset without its piles: what no selection changes."""
    return _stations(engine, None)


def _stations(engine: Engine, at: NDArray[np.int64] | None) -> pd.DataFrame:
    """Return some stations, by their place among all; None: all of them."""
    # first the texts, which are read from a file while the groups may still be prepared
    texts = dict(engine.station_rows(None if at is None else at + 1, _TEXTS).items())
    columns = engine.columns
    codes = texts.pop("operator_code").fillna(-1).to_numpy(np.intp)
    ids = named(engine.operator_ids, np.arange(-1, max(engine.operator_ids, default=-1) + 1)).astype("str")
    city_ids = texts.pop("city_id")
    first = np.flatnonzero(run_starts(columns.station_no))[slice(None) if at is None else at]
    return pd.DataFrame(
        {
            **texts,
            "operator_id": ids.array.take(codes + 1),
            "city_id": city_ids,
            # where a station lies is known of its groups, which stand in memory
            "lat": columns.lat[first],
            "lon": columns.lon[first],
            "cell": columns.cell[first],
        }
    )


def _count(engine: Engine) -> int:
    return int(engine.columns.station_no.max(initial=0))


_TEXTS = ("station_id", "name", "name_zh", "operator_code", "city_id")


class SelectedPiles(NamedTuple):
    """The stations of a selection among all, in the order of a snapshot of everything."""

    holds: NDArray[np.bool_]  # whether the selection holds the station
    piles: NDArray[np.float64]  # the selected ones whose count is known; NaN: of none


def selected_piles(engine: Engine, filters: Filters) -> SelectedPiles:
    """Return what a selection holds of each station of the dataset: numbers alone, so that it is fast.

    Row n is row n of `every_station(engine)`; where the selection holds the station, its piles are
    those of `snapshot(engine, filters)`.
    """
    columns, stations = engine.columns, _count(engine)
    at = picked(engine, filters)
    row = columns.station_no[at] - 1
    piles = np.bincount(row, weights=columns.parts["piles"][at], minlength=stations)
    holds = np.zeros(stations, dtype=np.bool_)
    holds[row] = True
    is_known = holds
    if "piles" not in columns.known_parts:
        is_known = np.zeros(stations, dtype=np.bool_)
        is_known[row[columns.is_known["piles"][at]]] = True
    return SelectedPiles(holds, np.where(is_known, piles, np.nan))
