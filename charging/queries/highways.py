"""The service areas of a dataset, and the selected piles in them.

One row is one side of the road. Every side in the dataset has its row, whatever the selection: it is the
denominator of every share. For the operators of the piles see `charging.queries.holdings`.
"""

import numpy as np
import pandas as pd

from charging.domain.arrays import run_starts
from charging.domain.filters import Filters
from charging.queries.engine import Engine, Query
from charging.queries.holdings import Unit
from charging.queries.predicates import row_condition, select_groups

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
    condition = row_condition(filters, None, engine)
    selected = (
        f"select station_no, sum(piles) as piles from groups where service_area_id = ? and {condition.sql}"
        " group by station_no"
    )
    query = Query(
        "select s.station_id, s.name, s.name_zh, s.operator_code, s.operator_raw, held.piles"
        f" from ({selected}) held join stations s using (station_no)"
        " order by held.piles desc nulls last, s.station_id",
        (service_area_id, *condition.parameters),
    )
    table = engine.run(query)
    table.insert(3, "operator_id", table.pop("operator_code").map(engine.operator_ids).astype("object"))
    return table
