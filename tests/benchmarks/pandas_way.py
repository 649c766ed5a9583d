"""The obvious way to the cells of a selection: a DataFrame, masks, h3-py for each row, groupby."""

import h3.api.numpy_int as h3
import pandas as pd
from numpy_limit import NEVER_NULL, TEXTS
from questions import Question

from charging.domain.filters import Filters
from charging.domain.hexes import flat_width_km
from charging.domain.vocabulary import LIVE_STATUSES, Current, connector_bit
from charging.queries.groups import PILE_COUNTS
from charging.queries.hexes import MARGIN_EDGES


def hexes(groups: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return the table of `charging.queries.hexes.hexes`."""
    box = question.bounds.widen(MARGIN_EDGES * flat_width_km(question.resolution) / 3**0.5)
    rows = groups[box.contains(groups.lat, groups.lon)]
    rows = _selected(rows, question.filters)
    rows = _counted(rows)
    points = zip(rows.lat, rows.lon, strict=True)
    rows = rows.assign(cell=[h3.latlng_to_cell(lat, lon, question.resolution) for lat, lon in points])
    by_cell = rows.groupby("cell")
    table = by_cell[list(PILE_COUNTS)].sum(min_count=1)
    table[list(NEVER_NULL)] = table[list(NEVER_NULL)].fillna(0)
    by_station = rows.groupby(["cell", "station_no"]).piles.sum(min_count=1)
    table = table.assign(
        stations=by_cell.station_no.nunique(),
        max_power_kw=by_cell.power_kw.max(),
        stations_piles_unknown=by_station.isna().groupby("cell").sum(),
        dc_share=table.dc_piles / (table.piles - table.current_unknown_piles),
        available_share=table.available_piles / table.live_piles,
        unknown_share=table.status_unknown_piles / table.piles,
    ).reset_index()
    inside = [question.bounds.contains(*h3.cell_to_latlng(cell)) for cell in table.cell]
    return table[pd.Series(inside, dtype=bool)].reset_index(drop=True)


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the parts of their piles; the obvious way has prepared nothing."""
    piles, none = rows.piles, 0 * rows.piles
    is_live, is_dc = rows.status.isin(list(LIVE_STATUSES)), rows.current.isin(["DC", "AC_DC"])
    is_ac = rows.current.isin(["AC", "AC_DC"])
    return rows.assign(
        dc_piles=piles.where(is_dc, none.where(rows.current.notna())),
        ac_piles=piles.where(is_ac, none.where(rows.current.notna())),
        current_unknown_piles=piles.where(rows.current.isna()),
        power_unknown_piles=piles.where(rows.power_kw.isna()),
        available_piles=piles.where(rows.status == "available", none.where(is_live)),
        live_piles=piles.where(is_live),
        fault_piles=piles.where(rows.status == "fault", none.where(rows.status.notna())),
        status_unknown_piles=piles.where(rows.status.isna()),
    )


def _selected(rows: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    def keep(column: str, passes: pd.Series) -> pd.DataFrame:
        return rows[passes | rows[column].isna()] if filters.include_unknown else rows[passes]

    for name, column in TEXTS.items():
        if wanted := getattr(filters, name):
            rows = keep(column, rows[column].isin(wanted))
    if filters.currents:
        rows = keep("current", rows.current.isin([*filters.currents, Current.AC_DC]))
    if filters.connectors:
        wanted = sum(1 << connector_bit(connector) for connector in filters.connectors)
        rows = keep("connectors", rows.connectors.fillna(0).astype(int) & wanted != 0)
    if filters.min_power_kw is not None:
        rows = keep("power_kw", rows.power_kw >= filters.min_power_kw)
    if filters.opened_since is not None:
        rows = keep("opened_on", rows.opened_on >= pd.Timestamp(filters.opened_since))
    return rows
