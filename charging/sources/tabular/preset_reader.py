"""Blocks of a table made into stations as a preset says, column after column."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.sources.io.blocks import Cells
from charging.sources.json_records.list_cells import first_values, list_of
from charging.sources.records import Reason, Rejection, Repair
from charging.sources.tabular.default_rejections import NAMES, rejected_names
from charging.sources.tabular.headers import Header
from charging.sources.tabular.pile_columns import PileColumns
from charging.sources.tabular.points import PointReader
from charging.sources.tabular.preset_columns import Field, Notes, Sheet, encoded, fields_of
from charging.sources.tabular.preset_schema import POSITION, Preset, PresetColumn
from charging.sources.tabular.station_columns import (
    TEXTS,
    TIMES,
    Coded,
    Piles,
    Stations,
)
from charging.sources.tabular.tables import LAT, LON
from charging.sources.tabular.total_rows import RunningSums, total_rows, totals_without_id

_ID = "source_id"
_STATED = "stated_piles"
_REASONS_OF_TOTALS = (Reason.MISSING_ID, Reason.MISSING_COORDINATE, Reason.NOT_A_NUMBER)


class PresetTable:
    """A preset laid over the header of a table."""

    def __init__(
        self,
        preset: Preset,
        header: Header | Sequence[str],
        *,
        where: str = "",
        repairs: Collection[Repair] = (),
    ) -> None:
        """Find the columns of the preset.

        Parameters
        ----------
        header
            The header, or the names of the columns.
        where
            The file, for messages.
        repairs
            What is put right on request.
        """
        header = header if isinstance(header, Header) else Header.of(header)
        self.width = header.width
        self._preset = preset
        positions = header.positions
        columns = dict(preset.station.columns)
        own = columns[LAT].any if LAT in columns else ()
        if not any(positions.keys() >= {*each} for each in own) and POSITION not in columns:
            columns |= {field: PresetColumn(any=((field,),)) for field in (LAT, LON)}
        station = tuple(fields_of(columns, preset.station, positions, preset))
        places = {field.name: field for field in station if field.name in (LAT, LON, POSITION)}
        self._station = tuple(field for field in station if field.name not in places)
        self._rules = tuple((rule, positions[rule.column]) for rule in preset.rules)
        self._piles = PileColumns(preset, positions)
        self._in_lists = tuple(at for name, at in positions.items() if list_of(name) is not None)
        used = {at for field in places.values() for place in field.places for at in place}
        names = [name for name, at in positions.items() if at in used]
        self._points = PointReader(preset, places, names, where, repairs)
        self._sums = RunningSums()
        self.least = _least_width(station)
        self.wanted = sorted(
            {
                *chain.from_iterable(chain.from_iterable(field.places for field in station)),
                *(at for _, at in self._rules),
                *self._piles.wanted,
            }
        )

    def stations(self, cells: Cells) -> Stations:
        """Return what rows say, with the rejections between them."""
        sheet, notes = Sheet(self._of_station(cells.columns), cells.rows), Notes()
        columns, stated = self._columns(sheet, notes)
        ids = columns.get(_ID, pa.nulls(cells.rows, pa.string()))
        nameless = np.flatnonzero(ids.is_null()).tolist()
        lines = cells.lines() if nameless else ()
        refused = {
            at: Rejection(reason=Reason.MISSING_ID, record_id=f"{cells.unit} {lines[at]}", field=_ID)
            for at in nameless
        }
        self._apply_rules(sheet, ids, refused)
        if self._preset.reject_defaults:
            _apply_defaults(columns, ids, refused)
        lat, lon = self._points.read(sheet, ids, refused, notes)
        _name_totals(sheet, refused)
        piles = self._piles.read(sheet if not self._in_lists else Sheet(cells.columns, cells.rows), notes)
        self._refuse_totals(sheet, ids, _counts(piles, stated, cells.rows), refused)
        stations = Stations(
            lat=lat,
            lon=lon,
            datum=Coded.same(self._preset.datum, cells.rows),
            columns=columns,
            stated_piles=stated,
            piles=piles,
            rows=np.ones(cells.rows, np.int64),
            unmapped=notes.unread,
            doubts=notes.doubts,
        )
        return _without(stations, refused, cells.broken)

    def _refuse_totals(
        self, sheet: Sheet, ids: pa.Array, counts: NDArray[np.float64], refused: dict[int, Rejection]
    ) -> None:
        """Refuse the rows with a point that are the sum of those above, or that alone have no id."""
        own_ids = next(field for field in self._station if field.name == _ID)
        bare = (
            totals_without_id(sheet.cells, sheet.texts(own_ids.places[0])).tolist()
            if len(own_ids.places) > 1
            else []
        )
        known = [*bare, *(row for row, each in refused.items() if each.reason is Reason.TOTAL)]
        for row in (*bare, *self._sums.find(sheet.cells, counts, known)):
            refused[row] = Rejection(
                reason=Reason.TOTAL, record_id=ids[row].as_py(), field=_STATED, value=f"{counts[row]:g}"
            )

    def _of_station(self, columns: Mapping[int, pa.Array]) -> Mapping[int, pa.Array]:
        """Return columns of cells, of lists inside a record the first value."""
        lists = {at: first_values(columns[at]) for at in self._in_lists if at in columns}
        return {**columns, **lists} if lists else columns

    def _columns(self, sheet: Sheet, notes: Notes) -> tuple[dict[str, pa.Array], Coded]:
        """Return texts and times by field, and the stated piles."""
        constants = self._preset.station.constants
        columns: dict[str, pa.Array] = {}
        stated = Coded.same(constants.get(_STATED), sheet.rows)
        for field in self._station:
            constant = constants.get(field.name)
            if field.name == _STATED:
                found = sheet.coded(field, notes)
                stated = Coded([constant if each is None else each for each in found.values], found.at)
                continue
            kind = TIMES.get(field.name, pa.string())
            column = sheet.column(field) if field.is_text else sheet.coded(field, notes).column(kind)
            columns[field.name] = (
                column if constant is None else pc.fill_null(column, pa.scalar(constant, kind))
            )
        for name, constant in constants.items():
            if name not in columns and name in (*TEXTS, *TIMES):
                columns[name] = pa.repeat(pa.scalar(constant, TIMES.get(name, pa.string())), sheet.rows)
        return columns, stated

    def _apply_rules(self, sheet: Sheet, ids: pa.Array, refused: dict[int, Rejection]) -> None:
        for rule, position in self._rules:
            cells, at = encoded(sheet.cells[position])
            is_meant = [rule.rejects(cell) for cell in cells]
            for row in np.flatnonzero(np.array(is_meant, np.bool_)[at]).tolist() if any(is_meant) else ():
                if row not in refused:
                    refused[row] = Rejection(
                        reason=rule.reason,
                        record_id=ids[row].as_py(),
                        field=rule.column,
                        value=cells[at[row]],
                    )


def _apply_defaults(columns: Mapping[str, pa.Array], ids: pa.Array, refused: dict[int, Rejection]) -> None:
    """Refuse the rows whose names say in Chinese that they are no station, or none any more."""
    for field in NAMES:
        for reason, rows in rejected_names(columns[field]) if field in columns else ():
            for row in rows.tolist():
                name = columns[field][row].as_py()
                rejection = Rejection(reason=reason, record_id=ids[row].as_py(), field=field, value=name)
                refused.setdefault(row, rejection)


def _name_totals(sheet: Sheet, refused: dict[int, Rejection]) -> None:
    """Tell the rows without an id or a point that are the sum of the others as what they are."""
    bare = [row for row, each in refused.items() if each.reason in _REASONS_OF_TOTALS]
    for row in total_rows(sheet.cells, bare).tolist() if bare else ():
        refused[row] = replace(refused[row], reason=Reason.TOTAL)


def _counts(piles: Piles, stated: Coded, rows: int) -> NDArray[np.float64]:
    """Return how many piles each row says it has; 0 where it does not."""
    of_kind = np.array([pile.count or 0 for pile in piles.kind.values], np.float64)
    counts = (
        np.bincount(piles.station, of_kind[piles.kind.at], rows) if len(piles.station) else np.zeros(rows)
    )
    total = np.array([count or 0 for count in stated.values], np.float64)[stated.at]
    return np.where(counts > 0, counts, total)


def _least_width(station: Iterable[Field]) -> int:
    """Return how many cells a row must have: those up to its id and its point."""
    ends = {field.name: min(max(place) + 1 for place in field.places) for field in station}
    points = [max(ends[LAT], ends[LON])] if LAT in ends and LON in ends else []
    points += [ends[POSITION]] if POSITION in ends else []
    return max(ends.get(_ID, 1), min(points, default=1))


def _without(
    stations: Stations, refused: Mapping[int, Rejection], broken: Iterable[tuple[int, Rejection]]
) -> Stations:
    """Return the rows that are not refused, with all rejections in the order of the rows."""
    if not refused:
        return replace(stations, between=tuple(broken))
    is_taken = np.ones(len(stations), np.bool_)
    is_taken[list(refused)] = False
    before = np.concatenate([[0], np.cumsum(is_taken)]).tolist()
    rejections = sorted(
        [
            *((row, 0, rejection) for row, rejection in broken),
            *((row, 1, each) for row, each in refused.items()),
        ],
        key=lambda each: each[:2],
    )
    between = tuple((before[row], rejection) for row, _, rejection in rejections)
    return replace(stations.of(is_taken), between=between)
