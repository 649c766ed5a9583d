"""Stations one by one: those in a place, and everything about one of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from charging.domain.arrays import run_starts
from charging.domain.bounds import FULL_CIRCLE, WORLD, Bounds
from charging.domain.filters import Filters
from charging.domain.vocabulary import Status
from charging.queries.codes import codes_of
from charging.queries.engine import Engine, Query, decode, to_frame
from charging.queries.measures import sum_by_station, sum_stations
from charging.queries.predicates import Place, select_groups

_COLUMNS = (
    *("station_id", "name", "name_zh", "operator_id", "operator_raw", "lat", "lon"),
    *("city_id", "city_raw", "address", "access", "site", "opened_on"),
)
NAMES = ("station_id", "name", "name_zh", "operator_id", "operator_raw")
"""What a station is called, and who operates it."""

_STATUS_NAMES = np.array([*map(str, Status), None], dtype=object)
_SUMS = ("piles", "dc_piles", "max_power_kw", "available_piles", "live_piles", "fault_piles")


@dataclass(frozen=True, slots=True)
class Station:
    """Everything stored about one station: its row, and one row per group of identical piles."""

    row: pd.Series
    groups: pd.DataFrame


def stations(
    engine: Engine, filters: Filters, place: Place, *, limit: int, columns: Sequence[str] = _COLUMNS
) -> pd.DataFrame:
    """Return selected stations of a place, the largest first, at most `limit` of them.

    Numbers of piles are those of the selected piles. `count_stations` returns how many there are in all.

    Returns
    -------
    table
        One row per station: ids, names, operator, WGS-84 degrees and more, as far as they are among
        `columns`, the sums of its selected piles, and the best `status` among them: available before
        charging, occupied, reserved, fault, offline.
    """
    # the largest are found by numbers alone, before their texts are fetched; ties go by cell, then by id
    sums = sum_by_station(engine, filters, place, limit=limit, sums_of=_SUMS)
    texts = [name for name in columns if name != "operator_id"]
    stored = engine.station_table(sums["station_no"], [*texts, "operator_code"])
    codes = stored["operator_code"].fill_null(-1).to_numpy()
    table = stored.select(texts)
    for name in _SUMS:  # each column that is put into a data frame takes as long as all of them together
        table = table.append_column(name, pa.array(sums[name]))
    rows = to_frame(table)
    if "operator_id" in columns:
        rows.insert(columns.index("operator_id"), "operator_id", decode(engine.operator_ids, codes))
    rows["status"] = pd.Series(_STATUS_NAMES[sums["status_rank"]], dtype=object)
    return rows


def count_stations(engine: Engine, filters: Filters, place: Place) -> int:
    """Return how many selected stations a place has."""
    rows = select_groups(engine, filters, place)
    return int(np.count_nonzero(run_starts(engine.columns.station_no[rows])))


def station_batches(
    engine: Engine,
    filters: Filters,
    place: Place,
    columns: Collection[str],
    sums: Mapping[str, str],
    *,
    batch_rows: int,
) -> Iterator[pd.DataFrame]:
    """Yield the selected stations of a place in the order of their numbers, in batches.

    They have some columns of `stations`, and sums over their selected groups, each with its new name.
    """
    held = pd.DataFrame(sum_stations(engine, select_groups(engine, filters, place)))
    held = held[["station_no", *sums, "status_rank"]].rename(columns=dict(sums))
    stored = ", ".join(columns)
    for first in range(1, int(held.station_no.max()) + 1 if len(held) else 1, batch_rows):
        last = first + batch_rows - 1
        some = held[held.station_no.between(first, last)]
        if len(some):
            # by number, not by offset: an offset would sort the whole result for every batch
            where = f"where station_no between {first} and {last} order by station_no"
            rows = engine.run(Query(f"select station_no, {stored} from stations {where}"))
            yield rows.merge(some, on="station_no").drop(columns="station_no")


def extent(engine: Engine) -> Bounds:
    """Return the box around the stations, without the outermost hundredth on each side.

    With a few stations far away, a box around all of them would be mostly empty. It crosses the 180th
    meridian where that makes it smaller, and no wider than half of the globe. Without data, the world.
    """
    columns = engine.columns
    if not columns.lat.size:
        return WORLD
    (south, north), (west, east), (turned_west, turned_east) = (
        np.quantile(axis, [0.01, 0.99]).tolist()
        for axis in (columns.lat, columns.lon, columns.lon % FULL_CIRCLE)
    )
    if turned_east - turned_west < min(east - west, FULL_CIRCLE / 2):
        return Bounds.from_map(south, turned_west, north, turned_east)
    return Bounds(south, west, north, east)


def station(engine: Engine, station_id: str) -> Station | None:
    """Return everything about one station, or None if the dataset does not have the id."""
    rows = engine.run(Query("select * from stations where station_id = ?", (station_id,)))
    if rows.empty:
        return None
    return Station(rows.iloc[0], _pile_groups(engine, int(rows.station_no[0])))


def _pile_groups(engine: Engine, station_no: int) -> pd.DataFrame:
    """Return the groups of a station, the most powerful first."""
    columns = engine.columns
    of_station = slice(*np.searchsorted(columns.station_no, [station_no, station_no + 1]))
    coded = {name: codes_of(engine, name) for name in ("operator_id", "current", "status")}
    texts = {name: each.texts_of(each.codes[of_station]) for name, each in coded.items()}
    connectors, piles = columns.connectors[of_station], columns.pile_counts["piles"][of_station]
    groups = pd.DataFrame(
        {
            "operator_id": texts["operator_id"],
            "current": texts["current"],
            "connectors": np.where(connectors < 0, np.nan, connectors),
            "power_kw": columns.power_kw[of_station],
            "status": texts["status"],
            "piles": np.where(columns.is_known["piles"][of_station], piles, np.nan),
        }
    )
    return groups.sort_values(_BY_POWER, ascending=[False, True, True], kind="stable", ignore_index=True)


_BY_POWER = ["power_kw", "current", "status"]
