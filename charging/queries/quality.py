"""What is known and what is not: counts per field and source, and the stations that may be duplicates.

Small tables for `charging.analytics.quality`, over the whole dataset: its quality does not depend on a
selection.
"""

import numpy as np
import pandas as pd

from charging.domain.schema import STATIONS
from charging.queries.codes import codes_of
from charging.queries.engine import Engine, Query

_NOT_COUNTED = ("operator_code", "service_area_id", "city", "city_derived_km", "pinyin")
"""Columns of stations whose nulls say nothing new: another column says the same, or null means "in none"."""

STATION_FIELDS = tuple(
    column.name for column in STATIONS.columns if not column.required and column.name not in _NOT_COUNTED
)
"""Fields counted once per station."""

PILE_FIELDS = ("operator_id", "current", "connectors", "power_kw", "status")
"""Fields counted once per pile."""

_POINT = (
    "station_id, source, name, name_zh, operator_id, operator_raw, lat, lon, piles, country, region, city_id,"
    " updated_at, status_at"
)


def field_counts(engine: Engine) -> pd.DataFrame:
    """Return how often each field is known, by source.

    Returns
    -------
    table
        `unit` (stations or piles), `field`, `source`, `known` and `of` (int64), by unit, then in the order of
        the schema, then by source.

    Notes
    -----
    Fields of piles are weighted by the number of piles; piles of unknown number are in neither figure.
    """
    counted = ", ".join(
        f"sum(case when {name} is null then 0 else 1 end) as {name}" for name in STATION_FIELDS
    )
    stations = engine.run(
        Query(f"select source, count(*) as whole, {counted} from stations group by source order by source")
    )
    piles = _known_piles(engine)
    tables = [_counts(stations, "stations", name, "whole") for name in STATION_FIELDS]
    tables += [_counts(piles, "piles", name, "whole") for name in PILE_FIELDS]
    return pd.concat(tables, ignore_index=True)


def _known_piles(engine: Engine) -> pd.DataFrame:
    """Return by source how many piles there are, and of how many each of `PILE_FIELDS` is known."""
    columns = engine.columns
    source = engine.station_rows(None, ("source",)).source.to_numpy()[columns.station_no - 1]
    known = {name: codes_of(engine, name).codes >= 0 for name in ("operator_id", "current", "status")}
    known |= {"connectors": columns.connectors >= 0, "power_kw": ~np.isnan(columns.power_kw)}
    piles = columns.pile_counts["piles"]
    table = pd.DataFrame(
        {"source": source, "whole": piles} | {name: piles * known[name] for name in PILE_FIELDS}
    )
    return table.groupby("source", as_index=False).sum()


def station_points(engine: Engine) -> pd.DataFrame:
    """Return every station with what distinguishes it from others.

    Returns
    -------
    table
        `station_id`, `source`, `name`, `name_zh`, `operator_id`, `operator_raw`, `lat`, `lon` (WGS-84
        degrees), `piles`, `country`, `region`, `city_id`, `updated_at`, `status_at`, `known_fields` (how
        many of `STATION_FIELDS` are known) and `pile_ids` (those that other stations have too; null: none),
        by station_id. Null: not known.
    """
    known = " + ".join(f"case when {name} is null then 0 else 1 end" for name in STATION_FIELDS)
    points = engine.run(Query(f"select {_POINT}, {known} as known_fields from stations order by station_id"))
    return points.assign(pile_ids=points.station_id.map(engine.shared_pile_ids()))


def _counts(by_source: pd.DataFrame, unit: str, field: str, whole: str) -> pd.DataFrame:
    """Return the counts of one field as rows of the long table."""
    return pd.DataFrame(
        {
            "unit": unit,
            "field": field,
            "source": by_source.source,
            "known": by_source[field].astype("int64"),
            "of": by_source[whole].astype("int64"),
        }
    )
