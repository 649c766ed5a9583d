"""The service areas of a dataset, and the selected piles that stand in them.

One row is one side of the road. Every side of the dataset has its row, whatever the selection: it is the
denominator of every share. Whose piles they are is told by `charging.queries.holdings` by service area.
"""

import pandas as pd

from charging.domain.filters import Filters
from charging.queries.conditions import where
from charging.queries.engine import Engine, Query

_AREA = (
    "a.service_area_id, a.name, a.expressway, a.direction, a.chainage_km, a.lat, a.lon, a.cell,"
    " case when held.stations is null then 0 else held.stations end as stations,"
    " case when held.stations is null then 0.0 else held.piles end as piles"
)


def service_areas(engine: Engine, filters: Filters) -> pd.DataFrame:
    """Return every service area with its selected piles.

    Returns
    -------
    table
        One row per side of the road, by expressway, direction and chainage: `service_area_id`, `name`,
        `expressway`, `direction`, `chainage_km`, `lat`, `lon` (WGS-84 degrees), `cell` (H3, resolution 11),
        `stations` (with a selected pile) and `piles`: the sum of the counts that are known, 0 where no
        selected pile stands, null where piles stand and nobody says how many.
    """
    condition = where(filters, None, engine)
    by_station = (
        "select service_area_id, station_no, sum(piles) as piles from groups"
        f" where service_area_id is not null and {condition.sql} group by service_area_id, station_no"
    )
    by_area = (
        "select service_area_id, count(*) as stations, sum(piles) as piles"
        f" from ({by_station}) standing group by service_area_id"
    )
    query = (
        f"select {_AREA} from service_areas a left join ({by_area}) held"
        " on held.service_area_id = a.service_area_id"
        " order by a.expressway, a.direction, a.chainage_km, a.service_area_id"
    )
    return engine.run(Query(query, condition.parameters))


def area_stations(engine: Engine, filters: Filters, service_area_id: str) -> pd.DataFrame:
    """Return the selected stations in one service area.

    Returns
    -------
    table
        One row per station, the largest first, then by id: `station_id`, `name`, `name_zh`, `operator_id` (of
        the station; null: not known), `operator_raw`, `piles` (the selected ones; null: not known).
    """
    condition = where(filters, None, engine)
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
