"""The groups of piles of each row of a table, as a preset says: in its columns, and in its lists."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.domain.vocabulary import Connector, connector_mask, connectors_in
from charging.sources.json_records.list_cells import as_rows, joined_values, list_mark, list_of
from charging.sources.plug_choice import piles_with_choice
from charging.sources.records import PileRecord
from charging.sources.tabular.cell_parsers import current_of, read_flag
from charging.sources.tabular.preset_columns import Field, Notes, Sheet, fields_of, of_row, text_of
from charging.sources.tabular.preset_schema import Mapped, Preset
from charging.sources.tabular.station_columns import Coded, Pairs, Piles, Rows, codes_of, distinct

MAX_KEPT = 8_192
"""Rows of different piles that are remembered."""

_PILE_ID = "pile_id"
_PLUGS = "connectors"


class PileColumns:
    """All groups of piles of a preset laid over the header of a table."""

    def __init__(self, preset: Preset, positions: Mapping[str, int]) -> None:
        """Find the columns of the groups."""
        by_list = dict.fromkeys(group.each for group in preset.piles)
        self._readers = {
            each: _GroupReader(preset, positions, [group for group in preset.piles if group.each == each])
            for each in by_list
        }
        self._separator = list_mark(preset.layout.separator)
        self._list_of = {at: path for name, at in positions.items() if (path := list_of(name)) is not None}
        self.wanted = sorted({*chain.from_iterable(reader.wanted for reader in self._readers.values())})

    def read(self, sheet: Sheet, notes: Notes) -> Piles:
        """Return the piles of all rows, those in its lists behind those in its columns."""
        if not self._list_of:
            (reader,) = self._readers.values() or [None]
            return reader.read(sheet, notes) if reader else _no_piles()
        parts = [
            self._in_columns(reader, sheet, notes)
            if each is None
            else self._in_list(each, reader, sheet, notes)
            for each, reader in self._readers.items()
        ]
        return _joined(parts)

    def _in_columns(self, reader: "_GroupReader", sheet: Sheet, notes: Notes) -> Piles:
        """Return the piles of rows, of which each list is one text with all its values."""
        return reader.read(Sheet(self._with_joined(reader, sheet, None), sheet.rows), notes)

    def _in_list(self, each: str, reader: "_GroupReader", sheet: Sheet, notes: Notes) -> Piles:
        """Return the piles of the elements of a list."""
        cells = self._with_joined(reader, sheet, each)
        in_list = [at for at in cells if self._list_of.get(at) == each]
        if not in_list:
            return _no_piles()
        columns, row = as_rows(cells, in_list, sheet.rows)
        inside = Notes()
        found = reader.read(Sheet(columns, len(row)), inside)
        for at in sorted({*inside.unread, *inside.doubts}):
            notes.add(int(row[at]), inside.unread.get(at, ()), inside.doubts.get(at, ()))
        return _one_for_each_id(Piles(row[found.station], found.kind, found.pile_id))

    def _with_joined(self, reader: "_GroupReader", sheet: Sheet, each: str | None) -> dict[int, pa.Array]:
        """Return the cells of groups, those of all lists but one as texts with all their values."""
        return {
            at: joined_values(sheet.cells[at], self._separator)
            if at in self._list_of and self._list_of[at] != each
            else sheet.cells[at]
            for at in reader.wanted
        }


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


class _GroupReader:
    """Groups of piles of a preset laid over the header of a table."""

    def __init__(self, preset: Preset, positions: Mapping[str, int], mapped: Sequence[Mapped]) -> None:
        """Find the columns of the groups."""
        self._decimal = preset.layout.decimal
        self._groups = tuple(
            _Group(
                group,
                tuple(fields_of(group.columns, group, positions, preset)),
                tuple(fields_of(group.also, group, positions, preset)),
                tuple((plug, positions[column]) for plug, column in group.plugs.items()),
            )
            for group in mapped
        )
        self._ids = {
            number: field for number, group in enumerate(self._groups) if (field := group.pile_id) is not None
        }
        self._constant_ids = {
            number: constant
            for number, group in enumerate(mapped)
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


def _no_piles() -> Piles:
    nothing = np.empty(0, np.intp)
    return Piles(nothing, Coded([], nothing), pa.nulls(0, pa.string()))


def _one_for_each_id(piles: Piles) -> Piles:
    """Return piles, of those of one station with one id a single one with the plugs of all."""
    named = np.flatnonzero(piles.pile_id.is_valid())
    first, like = distinct([piles.station[named], codes_of(piles.pile_id)[named]], len(named))
    if len(first) == len(named):
        return piles
    kinds = piles.kind.to_list()
    plugs: dict[int, list[PileRecord]] = {}
    for number, at in zip(like.tolist(), named.tolist(), strict=True):
        plugs.setdefault(int(named[first[number]]), []).append(kinds[at])
    for at, several in plugs.items():
        kinds[at] = piles_with_choice(several, 1) if len(several) > 1 else kinds[at]
    is_kept = np.ones(len(kinds), np.bool_)
    is_kept[named] = False
    is_kept[[*plugs]] = True
    kept = np.flatnonzero(is_kept)
    ids = piles.pile_id.take(pa.array(kept))
    return Piles(piles.station[kept], Coded.of([kinds[at] for at in kept.tolist()]), ids)


def _joined(parts: Sequence[Piles]) -> Piles:
    """Return the piles of all parts, station by station."""
    if len(parts) < 2:  # noqa: PLR2004  nothing to join
        return parts[0] if parts else _no_piles()
    station = np.concatenate([part.station for part in parts])
    order = np.argsort(station, kind="stable")
    kind = Coded.joined([part.kind for part in parts])
    ids = pa.concat_arrays([part.pile_id for part in parts]).take(pa.array(order))
    return Piles(station[order], Coded(kind.values, kind.at[order]), ids)
