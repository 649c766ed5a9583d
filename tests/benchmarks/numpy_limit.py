"""How fast one processor can answer: numpy over the groups sorted by cell, with nothing between it and
memory.

Made for this one question: texts are codes, unknown is -1 and the last place of every look-up table. Rows of
a station and of a cell follow each other, so sums need no hashing. It takes for granted what the simulated
network guarantees: every count, current and operator is known, so no station's piles are unknown.
"""

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from questions import Question

from charging.domain.filters import Filters
from charging.domain.hexes import MAX_RESOLUTION, MIN_RESOLUTION, cells_at, flat_width_km
from charging.domain.vocabulary import Current, connector_bit
from charging.queries.groups import PILE_COUNTS
from charging.queries.hexes import MARGIN_EDGES

TEXTS = {
    "operators": "operator_id",
    "statuses": "status",
    "access": "access",
    "sites": "site",
    "cities": "city_id",
}
"""Conditions on a column of texts."""

RESOLUTIONS = range(MIN_RESOLUTION, MAX_RESOLUTION + 1)

NEVER_NULL = ("current_unknown_piles", "power_unknown_piles", "status_unknown_piles", "live_piles")

COLUMNS = (
    "cell",
    "stations",
    *PILE_COUNTS,
    "max_power_kw",
    "stations_piles_unknown",
    "dc_share",
    "available_share",
    "unknown_share",
)
"""What an answer holds: the columns of `charging.queries.hexes.hexes`."""


class NumpyLimit:
    """Answers questions about groups, one array per column."""

    def __init__(self, groups: pd.DataFrame) -> None:
        rows = groups.sort_values(["cell", "station_no"], kind="stable")
        self.station_no = rows.station_no.to_numpy(np.int32)
        self.lat, self.lon = rows.lat.to_numpy(np.float64), rows.lon.to_numpy(np.float64)
        self.by_cell = {resolution: self._by_cell(resolution) for resolution in RESOLUTIONS}
        parts = rows[list(PILE_COUNTS)].to_numpy(np.float64, na_value=np.nan)
        self.parts, self.is_known = np.nan_to_num(parts), ~np.isnan(parts)
        self.is_dc = (rows.current != Current.AC).to_numpy(bool)
        self.is_ac = (rows.current != Current.DC).to_numpy(bool)
        self.connectors = rows.connectors.fillna(0).to_numpy(np.int64)
        self.power_kw = rows.power_kw.to_numpy(np.float32, na_value=np.nan)
        self.opened_on = pd.to_datetime(rows.opened_on).to_numpy("datetime64[D]")
        self.codes, self.values = {}, {}
        for column in TEXTS.values():
            codes, self.values[column] = pd.factorize(rows[column])
            self.codes[column] = codes.astype(np.int16)

    def hexes(self, question: Question) -> pd.DataFrame:
        """Return the table of `charging.queries.hexes.hexes`."""
        rows = self._selected(question.filters, self._in_box(question))
        order, place, of_row = self.by_cell[question.resolution]
        rows = order[np.sort(place[rows])]
        of_rows = of_row[rows]
        starts = _starts(of_rows)
        cells = of_rows[starts]
        centres = np.array([h3.cell_to_latlng(cell) for cell in cells.tolist()]).reshape(-1, 2)
        inside = question.bounds.contains(centres[:, 0], centres[:, 1])
        if not inside.any():
            return pd.DataFrame(columns=COLUMNS)
        is_first = np.zeros(rows.size, dtype=np.int64)
        is_first[_starts(self.station_no[rows])] = 1
        sums = np.add.reduceat(self.parts[rows], starts)
        sums[~np.logical_or.reduceat(self.is_known[rows], starts)] = np.nan
        columns = dict(zip(PILE_COUNTS, sums.T, strict=True))
        columns |= {name: np.nan_to_num(columns[name]) for name in NEVER_NULL}
        columns["cell"], columns["stations"] = cells, np.add.reduceat(is_first, starts)
        columns["max_power_kw"] = np.fmax.reduceat(self.power_kw[rows], starts)
        columns["stations_piles_unknown"] = np.zeros(starts.size)
        columns["dc_share"] = _share(columns["dc_piles"], columns["piles"] - columns["current_unknown_piles"])
        columns["available_share"] = _share(columns["available_piles"], columns["live_piles"])
        columns["unknown_share"] = _share(columns["status_unknown_piles"], columns["piles"])
        return pd.DataFrame({name: columns[name][inside] for name in COLUMNS})

    def _by_cell(self, resolution: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the rows by cell, the place of each row among them, and its cell."""
        cells = cells_at(self.lat, self.lon, resolution)
        order = np.argsort(cells, kind="stable")
        place = np.empty(order.size, dtype=np.int32)
        place[order] = np.arange(order.size)
        return order, place, cells

    def _in_box(self, question: Question) -> np.ndarray:
        box = question.bounds.widen(MARGIN_EDGES * flat_width_km(question.resolution) / 3**0.5)
        return np.flatnonzero(box.contains(self.lat, self.lon))

    def _selected(self, filters: Filters, rows: np.ndarray) -> np.ndarray:
        unknown = filters.include_unknown
        for name, column in TEXTS.items():
            if wanted := getattr(filters, name):
                passes = np.append(np.isin(self.values[column], wanted), unknown)
                rows = rows[passes[self.codes[column][rows]]]
        if filters.currents:
            passes = {Current.AC: self.is_ac, Current.DC: self.is_dc}
            rows = rows[np.logical_or.reduce([passes[current][rows] for current in filters.currents])]
        if filters.connectors:
            wanted = sum(1 << connector_bit(connector) for connector in filters.connectors)
            bits = self.connectors[rows]
            rows = rows[(bits & wanted != 0) | (unknown & (bits == 0))]
        if filters.min_power_kw is not None:
            power_kw = self.power_kw[rows]
            rows = rows[(power_kw >= filters.min_power_kw) | (unknown & np.isnan(power_kw))]
        if filters.opened_since is not None:
            opened_on = self.opened_on[rows]
            since = np.datetime64(filters.opened_since)
            rows = rows[(opened_on >= since) | (unknown & np.isnat(opened_on))]
        return rows


def _starts(values: np.ndarray) -> np.ndarray:
    """Return where a run of equal values begins."""
    if not values.size:
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
