"""The service areas of a dataset, and the selected piles in them.

One row is one side of the road. Every side in the dataset has its row, whatever the selection: it is the
denominator of every share. For the operators of the piles see `charging.queries.holdings`.
"""

import numpy as np
import pandas as pd

from charging.domain.arrays import run_starts
from charging.domain.filters import Filters
from charging.queries.engine import Engine, Query, decode
from charging.queries.holdings import Unit
from charging.queries.measures import sum_stations
from charging.queries.predicates import select_groups

_AREAS = Query(
    "select service_area_id, name, expressway, direction, chainage_km, lat, lon, cell from service_areas"
    " order by expressway, direction, chainage_km, service_area_id"
)


def service_areas(engine: Engine, filters: Filters) -> pd.DataFrame:
    """Return every service area with its selected piles.

    Returns
    -------
    table
        One row per side of the road, by expressway, direction and chainage: `service_area_id`, `name`,
        `expressway`, `direction`, `chainage_km`, `lat`, `lon` (WGS-84 degrees), `cell` (H3, resolution 11),
        `stations` (with a selected pile) and `piles`: the sum of the known counts, 0 where there is no
        selected pile, null where there are piles of unknown number.
    """
    table = engine.run(_AREAS)
    sums = _area_sums(engine, filters).reindex(table.service_area_id)
    stations = sums.stations.fillna(0).to_numpy(np.int64)
    piles = sums.piles.to_numpy()
    return table.assign(stations=stations, piles=np.where(stations > 0, piles, 0.0))


def _area_sums(engine: Engine, filters: Filters) -> pd.DataFrame:
    """Return `stations` and `piles` of the selection by service area; a station lies in at most one."""
    columns = engine.columns
    ids, codes = engine.text_codes(Unit.SERVICE_AREA)
    rows = select_groups(engine, filters)
    rows = rows[codes[rows] >= 0]
    is_known, is_first = columns.is_known["piles"][rows], run_starts(columns.station_no[rows])
    stations, known = (np.bincount(codes[rows[flags]], minlength=ids.size) for flags in (is_first, is_known))
    piles = np.bincount(codes[rows], columns.pile_counts["piles"][rows], minlength=ids.size)
    return pd.DataFrame({"stations": stations, "piles": np.where(known > 0, piles, np.nan)}, index=ids)


def area_stations(engine: Engine, filters: Filters, service_area_id: str) -> pd.DataFrame:
    """Return the selected stations in one service area.

    Returns
    -------
    table
        One row per station, the largest first, then by id: `station_id`, `name`, `name_zh`, `operator_id` (of
        the station; null: not known), `operator_raw`, `piles` (the selected ones; null: not known).
    """
    ids, codes = engine.text_codes(Unit.SERVICE_AREA)
    rows = select_groups(engine, filters)
    held = sum_stations(engine, rows[np.isin(codes[rows], np.flatnonzero(ids == service_area_id))])
    table = engine.station_rows(held["station_no"], _STATION)
    operator_ids = decode(engine.operator_ids, table.pop("operator_code").fillna(-1).to_numpy(np.intp))
    table.insert(3, "operator_id", operator_ids)
    table["piles"] = held["piles"]
    return table.sort_values(["piles", "station_id"], ascending=[False, True], ignore_index=True)


_STATION = ("station_id", "name", "name_zh", "operator_code", "operator_raw")
