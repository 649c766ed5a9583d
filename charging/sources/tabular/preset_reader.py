"""Blocks of a table made into stations as a preset says, column after column."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.domain.vocabulary import Connector, connector_mask, connectors_in
from charging.sources.io.blocks import Cells
from charging.sources.records import PileRecord, Reason, Rejection, Repair
from charging.sources.tabular.cell_parsers import current_of, read_flag
from charging.sources.tabular.default_rejections import NAMES, rejected_names
from charging.sources.tabular.headers import Header
from charging.sources.tabular.points import PointReader
from charging.sources.tabular.preset_columns import Field, Notes, Sheet, encoded, fields_of, of_row, text_of
from charging.sources.tabular.preset_schema import POSITION, Mapped, Preset, PresetColumn
from charging.sources.tabular.station_columns import (
    TEXTS,
    TIMES,
    Coded,
    Pairs,
    Piles,
    Rows,
    Stations,
    codes_of,
    distinct,
)
from charging.sources.tabular.tables import LAT, LON
from charging.sources.tabular.total_rows import total_rows

MAX_KEPT = 8_192
"""Rows of different piles that are remembered."""

_PILE_ID = "pile_id"
_PLUGS = "connectors"
_ID = "source_id"
_STATED = "stated_piles"
_REASONS_OF_TOTALS = (Reason.MISSING_ID, Reason.MISSING_COORDINATE, Reason.NOT_A_NUMBER)


class _Group(NamedTuple):
    """A group of piles and where a row holds it."""

    mapped: Mapped
    fields: tuple[Field, ...]
    also: tuple[Field, ...]
    plugs: tuple[tuple[Connector, int], ...]

    @property
    def pile_id(self) -> Field | None:
        """The field of the id."""
        return next((field for field in (*self.also, *self.fields) if field.name == _PILE_ID), None)


class _Piles(NamedTuple):
    """The piles of a row, without ids, and which group of the preset each is of."""

    piles: tuple[PileRecord, ...]
    groups: tuple[int, ...]
    unread: Pairs
    doubts: Pairs


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
        self._piles = PileReader(preset, positions)
        used = {at for field in places.values() for place in field.places for at in place}
        names = [name for name, at in positions.items() if at in used]
        self._points = PointReader(preset, places, names, where, repairs)
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
        sheet, notes = Sheet(cells.columns, cells.rows), Notes()
        columns, stated = self._columns(sheet, notes)
        ids = columns.get(_ID, pa.nulls(cells.rows, pa.string()))
        nameless = np.flatnonzero(ids.is_null()).tolist()
        lines = cells.lines() if nameless else ()
        refused = {
            at: Rejection(reason=Reason.MISSING_ID, record_id=f"line {lines[at]}", field=_ID)
            for at in nameless
        }
        self._apply_rules(sheet, ids, refused)
        if self._preset.reject_defaults:
            _apply_defaults(columns, ids, refused)
        lat, lon = self._points.read(sheet, ids, refused, notes)
        _name_totals(sheet, refused)
        stations = Stations(
            lat=lat,
            lon=lon,
            datum=Coded.same(self._preset.datum, cells.rows),
            columns=columns,
            stated_piles=stated,
            piles=self._piles.read(sheet, notes),
            rows=np.ones(cells.rows, np.int64),
            unmapped=notes.unread,
            doubts=notes.doubts,
        )
        return _without(stations, refused, cells.broken)

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


def _least_width(station: Iterable[Field]) -> int:
    """Return how many cells a row must have: those up to its id and its point."""
    ends = {field.name: min(max(place) + 1 for place in field.places) for field in station}
    points = [max(ends[LAT], ends[LON])] if LAT in ends and LON in ends else []
    points += [ends[POSITION]] if POSITION in ends else []
    return max(ends.get(_ID, 1), min(points, default=1))


class PileReader:
    """The groups of piles of a preset laid over the header of a table."""

    def __init__(self, preset: Preset, positions: Mapping[str, int]) -> None:
        """Find the columns of the groups."""
        self._decimal = preset.layout.decimal
        self._groups = tuple(
            _Group(
                group,
                tuple(fields_of(group.columns, group, positions, preset)),
                tuple(fields_of(group.also, group, positions, preset)),
                tuple((plug, positions[column]) for plug, column in group.plugs.items()),
            )
            for group in preset.piles
        )
        self._ids = {
            number: field for number, group in enumerate(self._groups) if (field := group.pile_id) is not None
        }
        self._constant_ids = {
            number: constant
            for number, group in enumerate(preset.piles)
            if (constant := group.constants.get(_PILE_ID)) is not None
        }
        self._cells = tuple(sorted({*_cells_of(self._groups)}))
        id_cells = chain.from_iterable(chain.from_iterable(field.places for field in self._ids.values()))
        self.wanted = sorted({*self._cells, *id_cells})
        self._kept: dict[Any, _Piles] = {}
        fields = chain.from_iterable((*group.fields, *group.also) for group in self._groups)
        self._decided = tuple(
            (field, place) for field in fields if field.is_decided_by_column for place in field.places
        )

    def read(self, sheet: Sheet, notes: Notes) -> Piles:
        """Return the piles of all rows; rows that differ in the ids of piles alone are read once."""
        ids = {number: sheet.column(field) for number, field in self._ids.items()}
        for number, constant in self._constant_ids.items():
            same = pa.repeat(pa.scalar(constant, pa.string()), sheet.rows)
            ids[number] = pc.coalesce(ids[number], same) if number in ids else same
        has_id = [np.asarray(column.is_valid()).astype(np.intp) for column in ids.values()]
        keys = [*(codes_of(sheet.cells[at]) for at in self._cells), *has_id]
        first, like = distinct(keys, sheet.rows)
        kinds = self._kinds(sheet, first, has_id)
        odd = [number for number, each in enumerate(kinds) if each.unread or each.doubts]
        for row in np.flatnonzero(np.isin(like, odd)).tolist() if odd else ():
            notes.add(row, kinds[like[row]].unread, kinds[like[row]].doubts)
        size = np.array([len(each.piles) for each in kinds], np.intp)
        station = np.repeat(np.arange(sheet.rows), size[like])
        within = np.arange(len(station)) - np.repeat(np.cumsum(size[like]) - size[like], size[like])
        at = (np.cumsum(size) - size)[like[station]] + within
        group = np.array([number for each in kinds for number in each.groups], np.intp)[at]
        kind = Coded([pile for each in kinds for pile in each.piles], at)
        return Piles(station, kind, _chosen(ids, group, station, sheet.rows))

    def _kinds(self, sheet: Sheet, first: Rows, has_id: Sequence[Rows]) -> list[_Piles]:
        """Return the piles of some rows."""
        if len(self._kept) > MAX_KEPT:
            self._kept.clear()
        rows = pa.array(first)
        cells = {at: sheet.cells[at].take(rows).to_pylist() for at in self.wanted}
        self._observe(cells)
        keys = [*(cells[at] for at in self._cells), *(flags[first].tolist() for flags in has_id)]
        found = []
        for number in range(len(first)):
            key = tuple(column[number] for column in keys)
            if key not in self._kept:
                self._kept[key] = self._of_row({at: column[number] for at, column in cells.items()})
            found.append(self._kept[key])
        return found

    def _observe(self, cells: Mapping[int, list[str]]) -> None:
        """Show the cells of columns to what reads them; what was kept is read again where that matters."""
        is_changed = False
        for field, place in self._decided:
            texts = {
                text_of(dict(zip(place, row, strict=True)), place, field.joiner)
                for row in zip(*(cells[at] for at in place), strict=True)
            }
            is_changed |= field.observe(place, texts - {""})
        if is_changed:
            self._kept.clear()

    def _of_row(self, row: Mapping[int, str]) -> _Piles:
        """Return the piles of a row; a group whose cells are all empty is not there."""
        piles: list[PileRecord] = []
        numbers = []
        unread: Pairs = ()
        doubts: Pairs = ()
        for number, group in enumerate(self._groups):
            values, unread_here, doubts_here = of_row(row, group.fields)
            flags = {at: read_flag(row[at].strip(), self._decimal) for _, at in group.plugs}
            plugs = frozenset(plug for plug, at in group.plugs if flags[at])
            unread_here += tuple((_PLUGS, row[at].strip()) for at, flag in flags.items() if flag is None)
            if not (values or unread_here or plugs):
                continue
            is_left_out = group.mapped.also_if == "first" and any(pile.count != 0 for pile in piles)
            more, unread_more, doubts_more = ({}, (), ()) if is_left_out else of_row(row, group.also)
            given = {"count": None, **group.mapped.constants, **more, **values}
            if plugs:
                given["connectors"] = connector_mask(plugs)
            if group.mapped.current:
                mask = given.get("connectors") if not group.plugs else None
                known = frozenset(connectors_in(mask)) if mask else plugs
                given["current"] = current_of(known, given["count"]) or given.get("current")
            piles.append(PileRecord(**{**given, _PILE_ID: None}))
            numbers.append(number)
            unread += unread_here + unread_more
            doubts += doubts_here + doubts_more
        return _Piles(tuple(piles), tuple(numbers), unread, doubts)


def _chosen(ids: Mapping[int, pa.Array], group: Rows, station: Rows, rows: int) -> pa.Array:
    """Return the ids of piles: of each the one that its row holds for its group."""
    if not ids:
        return pa.nulls(len(group), pa.string())
    slot = np.full(max(group.max(initial=0), *ids) + 1, -1)
    slot[list(ids)] = np.arange(len(ids))
    column = slot[group]
    return pa.concat_arrays(list(ids.values())).take(pa.array(column * rows + station, mask=column < 0))


def _cells_of(groups: Iterable[_Group]) -> Iterator[int]:
    """Yield the cells, but for those of ids, that the piles of a row are read from."""
    for group in groups:
        for field in (*group.fields, *group.also):
            if field.name != _PILE_ID:
                for place in field.places:
                    yield from place
        yield from (at for _, at in group.plugs)


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
