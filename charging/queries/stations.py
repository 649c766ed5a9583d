"""Stations one by one: those in a place, and everything about one of them."""

from dataclasses import dataclass

import pandas as pd

from charging.domain.bounds import WORLD, Bounds
from charging.domain.filters import Filters
from charging.domain.vocabulary import Status
from charging.queries.conditions import Place, where
from charging.queries.engine import Engine, Query
from charging.queries.measures import GROUP_SUMS

_SHOWN = (
    "s.station_id, s.name, s.name_zh, s.operator_code, s.operator_raw, s.lat, s.lon, s.city_id, s.city_raw, "
    "s.address, s.access, s.site, s.opened_on, held.piles, held.dc_piles, held.max_power_kw, "
    "held.available_piles, held.live_piles, held.fault_piles, held.status_rank"
)


@dataclass(frozen=True, slots=True)
class Station:
    """All that is stored about one station: its row, and one row per group of identical piles."""

    row: pd.Series
    groups: pd.DataFrame


def stations(engine: Engine, filters: Filters, place: Place, *, limit: int) -> pd.DataFrame:
    """Return selected stations of a place, the largest first, at most `limit` of them.

    Numbers of piles are those of the selected piles. Ask `count_stations` how many there are in all.

    Returns
    -------
    table
        One row per station: ids, names, operator, WGS-84 degrees, the sums of its selected piles, and the
        best `status` among them: available before charging, occupied, reserved, fault, offline.
    """
    condition = where(filters, place, engine)
    # the largest are found among numbers alone, before their texts are fetched; ties go by cell, then by id
    largest = (
        f"select station_no, min(status_rank) as status_rank, {GROUP_SUMS} from groups where {condition.sql}"
        f" group by station_no order by piles desc nulls last, station_no limit {int(limit)}"
    )
    query = Query(
        f"select {_SHOWN} from ({largest}) held join stations s using (station_no)"
        " order by held.piles desc nulls last, station_no",
        condition.parameters,
    )
    table = engine.run(query)
    table.insert(3, "operator_id", table.pop("operator_code").map(engine.operator_ids).astype("object"))
    table["status"] = table.pop("status_rank").map(dict(enumerate(map(str, Status)))).astype("object")
    return table


def count_stations(engine: Engine, filters: Filters, place: Place) -> int:
    """Return how many selected stations a place holds."""
    condition = where(filters, place, engine)
    selected = f"select station_no from groups where {condition.sql} group by station_no"
    counted = engine.run(Query(f"select count(*) as n from ({selected}) held", condition.parameters))
    return int(counted.n[0])


def extent(engine: Engine) -> Bounds:
    """Return the box that holds the stations, but for the outermost hundredth on each side.

    A box around all of them would show mostly emptiness where a few stand far away. Without data, the world.
    """
    points = engine.run(Query("select lat, lon from groups"))
    if points.empty:
        return WORLD
    (south, west), (north, east) = points.quantile([0.01, 0.99]).to_numpy()
    return Bounds(float(south), float(west), float(north), float(east))


def station(engine: Engine, station_id: str) -> Station | None:
    """Return everything about one station, or None if the dataset has no such id."""
    rows = engine.run(Query("select * from stations where station_id = ?", (station_id,)))
    if rows.empty:
        return None
    groups = engine.run(
        Query(
            "select operator_code, current, connectors, power_kw, status, piles from groups"
            " where station_no = ? order by power_kw desc nulls last, current, status",
            (int(rows.station_no[0]),),
        )
    )
    groups.insert(0, "operator_id", groups.pop("operator_code").map(engine.operator_ids).astype("object"))
    return Station(rows.iloc[0], groups)
