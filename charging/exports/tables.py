"""The tables people export: selected stations with all their columns, or cells with their measures.

Rows come in batches, so that a file of any length is written in bounded memory. How the files look is up to
`charging.exports.files`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from charging.domain.bounds import WORLD, Bounds
from charging.domain.filters import Filters
from charging.domain.hexes import cell_text
from charging.domain.schema import STATIONS, Column, Table
from charging.domain.vocabulary import Kind, Status
from charging.exports.cell_geometry import centre_of
from charging.queries.engine import Engine
from charging.queries.hexes import hex_operators, hexes, leading_operators
from charging.queries.predicates import Place
from charging.queries.stations import station_batches

BATCH_ROWS = 20_000
"""Stations fetched at a time."""

COORDINATE_DECIMALS, SHARE_DECIMALS = 6, 6
"""Decimals written: of degrees, a tenth of a metre."""


class Export(NamedTuple):
    """A table to export: what its columns mean, and its rows in batches of that schema."""

    table: Table
    batches: Iterator[pa.Table]


def _count(name: str, meaning: str, *, when_null: str = "") -> Column:
    given = {"when_null": when_null} if when_null else {"required": True}
    return Column(name, pa.int64(), meaning, unit="piles", **given)


SUMS = (
    _count("piles", "Selected piles", when_null="no selected group has a known number of piles"),
    _count("dc_piles", "Selected piles with DC, those with both included", when_null="no current is known"),
    _count("ac_piles", "Selected piles with AC, those with both included", when_null="no current is known"),
    _count("current_unknown_piles", "Selected piles whose current is not known"),
    _count("power_unknown_piles", "Selected piles whose power is not known"),
    _count("available_piles", "Selected piles that are available", when_null="no live status is known"),
    _count("live_piles", "Selected piles with a live status"),
    _count("fault_piles", "Selected piles out of order", when_null="no status is known"),
    _count("status_unknown_piles", "Selected piles whose status is not known"),
    Column("max_power_kw", pa.float64(), "Highest power of a selected pile", unit="kW"),
)
"""Sums over the selected piles of a station or a cell."""


def _share(name: str, meaning: str) -> Column:
    return Column(
        name, pa.float64(), meaning, unit="0 to 1", when_null="the denominator is zero or not known"
    )


_KIND = Column(
    "kind",
    pa.string(),
    "Whether the row describes the world, or is simulated and must not be taken for real",
    required=True,
    values=Kind,
)
_CELL = Column("h3_cell", pa.string(), "H3 id, fifteen hexadecimal digits", required=True)

_NOT_READ = ("search", "pinyin", "operator_code")
_INTERNAL = (*_NOT_READ, "cell")
_SELECTED = "selected_"

STATION_TABLE = Table(
    name="stations",
    meaning="One row per station with at least one selected pile group, in the order of their cells.",
    key=("station_id",),
    columns=(
        *(column for column in STATIONS.columns if column.name not in _INTERNAL),
        Column("operator_name", pa.string(), "Name of operator_id in English, or as the source writes it"),
        Column("operator_name_zh", pa.string(), "Name of operator_id in Chinese"),
        replace(_CELL, meaning="H3 id of the station at resolution 11"),
        *(replace(column, name=_SELECTED + column.name) for column in SUMS),
        Column("selected_status", pa.string(), "Best status among the selected piles", values=Status),
        _KIND,
    ),
)
"""`piles`, `dc_piles` and `max_power_kw` are of the whole station, `selected_...` of what is selected."""

HEX_TABLE = Table(
    name="hexes",
    meaning="One row per H3 cell with a selected station; each cell is counted whole.",
    key=("h3_cell",),
    columns=(
        _CELL,
        Column("resolution", pa.int64(), "H3 resolution of the cell", required=True),
        Column("lat", pa.float64(), "Centre, latitude, WGS-84", unit="deg", required=True),
        Column("lon", pa.float64(), "Centre, longitude, WGS-84", unit="deg", required=True),
        Column("stations", pa.int64(), "Selected stations", unit="stations", required=True),
        Column(
            "stations_piles_unknown",
            pa.int64(),
            "Selected stations whose number of piles is not known",
            unit="stations",
            required=True,
        ),
        *SUMS,
        _share("dc_share", "dc_piles of the piles whose current is known"),
        _share("available_share", "available_piles of live_piles"),
        _share("unknown_share", "status_unknown_piles of piles"),
        Column(
            "leading_operator",
            pa.string(),
            "Operator with most selected piles; ties go to the first by code",
            when_null="no selected pile has a known operator",
        ),
        _KIND,
    ),
)


def export_stations(engine: Engine, filters: Filters, place: Place, kind: Kind) -> Export:
    """Return the selected stations of a place, as `STATION_TABLE` says."""
    stored = [column.name for column in STATIONS.columns if column.name not in _NOT_READ]
    sums = {column.name: f"{_SELECTED}{column.name}" for column in SUMS}

    def batches() -> Iterator[pa.Table]:
        for rows in station_batches(engine, filters, place, stored, sums, batch_rows=BATCH_ROWS):
            yield _to_arrow(_add_names(rows, engine).assign(kind=str(kind)), STATION_TABLE)

    return Export(STATION_TABLE, batches())


def export_hexes(
    engine: Engine, filters: Filters, bounds: Bounds | None, resolution: int, kind: Kind
) -> Export:
    """Return the cells of a resolution, 0 to 11, whose centre lies in `bounds`, as `HEX_TABLE` says."""
    box = bounds or WORLD

    def batches() -> Iterator[pa.Table]:
        table = hexes(engine, filters, box, resolution)
        leaders = leading_operators(hex_operators(engine, filters, box, resolution))
        table = table.merge(leaders, on="cell", how="left", sort=False)
        table = table.assign(resolution=resolution, h3_cell=_cell_ids(table.cell), kind=str(kind))
        for first in range(0, len(table), BATCH_ROWS):
            rows = table.iloc[first : first + BATCH_ROWS]
            centres = [centre_of(h3_id) for h3_id in rows.h3_cell]
            placed = rows.assign(lat=[lat for lat, _ in centres], lon=[lon for _, lon in centres])
            yield _to_arrow(placed, HEX_TABLE)

    return Export(HEX_TABLE, batches())


def _add_names(rows: pd.DataFrame, engine: Engine) -> pd.DataFrame:
    names = {operator.operator_id: operator.name for operator in engine.operators}
    names_zh = {operator.operator_id: operator.name_zh for operator in engine.operators}
    return rows.assign(
        operator_name=rows.operator_id.map(names),
        operator_name_zh=rows.operator_id.map(names_zh),
        h3_cell=_cell_ids(rows.cell),
        selected_status=rows.status_rank.map(dict(enumerate(map(str, Status)))),
    )


def _cell_ids(cells: Iterable[int]) -> list[str]:
    return [cell_text(int(cell)) for cell in cells]


def _to_arrow(rows: pd.DataFrame, table: Table) -> pa.Table:
    """Return rows as Arrow, null where nothing is known; what only counts the unknown is 0 there."""
    arrays = []
    for column in table.columns:
        values = rows[column.name]
        if column.unit == "deg":
            values = values.round(COORDINATE_DECIMALS)
        elif column.unit == "0 to 1":
            values = values.round(SHARE_DECIMALS)
        elif column.required and pa.types.is_integer(column.type):
            values = values.fillna(0)
        arrays.append(pa.array(values, column.type, from_pandas=True))
    return pa.Table.from_arrays(arrays, schema=table.arrow_schema)
