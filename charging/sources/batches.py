"""Rows of a table made into records as a preset says, some thousand rows at a time and column after column.

A column is read as a whole, and what a cell means is kept, since codes, counts and dates repeat.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from charging.domain.vocabulary import Connector, connector_mask
from charging.sources.cells import current_of, read_position, reader_of, says_yes
from charging.sources.coordinates import read_point
from charging.sources.preset_faults import POSITION
from charging.sources.presets import Mapped, Preset
from charging.sources.records import PileRecord, Reason, Record, Rejection, StationRecord
from charging.sources.tables import LAT, LON

_MOST_KEPT = 8_192  # meanings of cells, and rows of different piles

_PILE_ID = "pile_id"
_ID = "source_id"

Pairs = tuple[tuple[str, str], ...]
Column = Sequence[str]
_Values = list[Any]


class _Odd(NamedTuple):
    """What a cell says beside its value."""

    unread: tuple[str, ...]  # codes that were not understood
    doubts: Pairs  # what was put right


class _Meanings(dict[str, Any]):
    """Cells and their values, read when they are first asked for; an empty one is None."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.odd: dict[str, _Odd] = {}
        self._read = read

    def __missing__(self, cell: str) -> Any:  # noqa: ANN401  whatever the field holds
        text = cell.strip()
        value, unread, doubts = self._read(text) if text else (None, (), ())
        self[cell] = value
        if unread or doubts:
            self.odd[cell] = _Odd(unread, doubts)
        return value

    def of(self, cells: Iterable[str]) -> _Values:
        """Return the values of a column."""
        if len(self) > _MOST_KEPT:
            self.clear()
            self.odd.clear()
        return list(map(self.__getitem__, cells))


class _Field(NamedTuple):
    """A field of a record and where a row holds it."""

    name: str
    places: tuple[tuple[int, ...], ...]  # alternatives; positions of cells to join by a space
    meanings: _Meanings | None  # None: the text itself


class _Group(NamedTuple):
    """A group of piles and where a row holds it."""

    mapped: Mapped
    fields: tuple[_Field, ...]
    also: tuple[_Field, ...]
    plugs: tuple[tuple[Connector, int], ...]


class _Piles(NamedTuple):
    """The piles of a row, and which group of the preset each is of; `has_ids` where one has an id."""

    piles: tuple[PileRecord, ...]
    groups: tuple[int, ...]
    has_ids: bool
    unread: Pairs
    doubts: Pairs


class _Notes:
    """What the rows of a batch say beside their values."""

    def __init__(self) -> None:
        self.unread: dict[int, Pairs] = {}
        self.doubts: dict[int, Pairs] = {}

    def add(self, row: int, unread: Pairs, doubts: Pairs) -> None:
        if unread:
            self.unread[row] = self.unread.get(row, ()) + unread
        if doubts:
            self.doubts[row] = self.doubts.get(row, ()) + doubts


class Table:
    """A preset laid over the header of a table."""

    def __init__(self, preset: Preset, header: Sequence[str]) -> None:
        """Find the columns of the preset."""
        self.width = len(header)
        self._preset = preset
        positions = {name: at for at, name in enumerate(header)}
        columns = dict(preset.station.columns)
        if not any({*header}.issuperset(each) for each in columns.get(LAT, ())) and POSITION not in columns:
            columns |= {LAT: ((LAT,),), LON: ((LON,),)}
        station = _fields(columns, preset.station, positions, preset)
        self._places = {field.name: field for field in station if field.name in (LAT, LON, POSITION)}
        self._station = tuple(field for field in station if field.name not in self._places)
        self._rules = tuple((rule, positions[rule.column]) for rule in preset.rules)
        self._groups = tuple(
            _Group(
                group,
                _fields(group.columns, group, positions, preset),
                _fields(group.also or {}, group, positions, preset),
                tuple((plug, positions[column]) for plug, column in (group.plugs or {}).items()),
            )
            for group in preset.piles
        )
        self._pile_ids = tuple(
            (number, field)
            for number, group in enumerate(self._groups)
            for field in (*group.also, *group.fields)
            if field.name == _PILE_ID
        )
        self._pile_cells = tuple(sorted(_cells_of(self._groups)))
        self._kept: dict[Any, _Piles] = {}

    def records(self, rows: Sequence[Sequence[str]], lines: Sequence[int]) -> list[Record]:
        """Return what rows say, a record each.

        Parameters
        ----------
        rows
            Cells, each row of `width`.
        lines
            The number of the line each begins on.
        """
        columns = list(zip(*rows, strict=True))
        notes = _Notes()
        values = {field.name: _values(field, columns, notes) for field in self._station}
        ids = values.get(_ID) or [None] * len(rows)
        refused: dict[int, Rejection] = {
            at: Rejection(reason=Reason.MISSING_ID, record_id=f"line {lines[at]}", field=_ID)
            for at, source_id in enumerate(ids if None in ids else ())
            if source_id is None
        }
        self._apply_rules(columns, ids, refused)
        values[LAT], values[LON] = self._points(columns, ids, refused)
        values["piles"] = self._piles(rows, columns, notes)
        return _stations(self._preset, values, notes, refused, len(rows))

    def _apply_rules(self, columns: Sequence[Column], ids: _Values, refused: dict[int, Rejection]) -> None:
        for rule, position in self._rules:
            cells = columns[position]
            codes = {
                cell
                for cell in {*cells}
                if (cell.strip().casefold() in rule.codes) is rule.is_listed_rejected
            }
            for at, cell in enumerate(cells) if codes else ():
                if cell in codes and at not in refused:
                    refused[at] = Rejection(
                        reason=rule.reason, record_id=ids[at], field=rule.column, value=cell
                    )

    def _points(
        self, columns: Sequence[Column], ids: _Values, refused: dict[int, Rejection]
    ) -> tuple[_Values, _Values]:
        """Return latitudes and longitudes; a row that has no point is refused."""
        texts = {name: _values(field, columns, _Notes()) for name, field in self._places.items()}
        lat, lon = (self._numbers(texts.get(name)) for name in (LAT, LON))
        if lat and lon and self._are_inside(lat, lon):
            return lat, lon
        nothing: _Values = [None] * len(ids)
        given = [texts.get(name) or nothing for name in (LAT, LON, POSITION)]
        lats, lons = nothing.copy(), nothing.copy()
        for at, (lat_text, lon_text, both) in enumerate(zip(*given, strict=True)):
            if at not in refused:
                point = _point(lat_text, lon_text, both, ids[at], self._preset)
                if isinstance(point, Rejection):
                    refused[at] = point
                else:
                    lats[at], lons[at] = point
        return lats, lons

    def _numbers(self, texts: _Values | None) -> list[float] | None:
        """Return a column of plain numbers, or None where it holds anything else."""
        if not texts or None in texts:
            return None
        decimal = self._preset.layout.decimal
        joined = "\n".join(texts).replace(decimal, ".")
        if "_" in joined:
            return None
        try:
            numbers = list(map(float, joined.split("\n")))
        except ValueError:
            return None
        return numbers if len(numbers) == len(texts) and math.isfinite(sum(numbers)) else None

    def _are_inside(self, lat: list[float], lon: list[float]) -> bool:
        """Whether all points lie where the register can have them."""
        lats, lons = np.array(lat), np.array(lon)
        if not (lats.all() and lons.all()):
            return False
        areas = self._preset.areas
        return not areas or bool(np.any([area.contains(lats, lons) for area in areas], axis=0).all())

    def _piles(
        self, rows: Sequence[Sequence[str]], columns: Sequence[Column], notes: _Notes
    ) -> list[tuple[PileRecord, ...]]:
        """Return the piles of each row; rows that differ in the ids of piles alone are read once."""
        ids = {number: _values(field, columns, _Notes()) for number, field in self._pile_ids}
        cells = [columns[at] for at in self._pile_cells]
        has_id = [[each is not None for each in column] for column in ids.values()]
        keys = zip(*cells, *has_id, strict=True) if cells or has_id else iter([()] * len(rows))
        if len(self._kept) > _MOST_KEPT:
            self._kept.clear()
        kept = self._kept
        found = []
        for at, key in enumerate(keys):
            known = kept.get(key)
            if known is None:
                known = kept[key] = self._read_piles(rows[at])
            if known.unread or known.doubts:
                notes.add(at, known.unread, known.doubts)
            found.append(_with_ids(known, ids, at) if known.has_ids else known.piles)
        return found

    def _read_piles(self, row: Sequence[str]) -> _Piles:
        """Return the piles of a row; a group whose cells are all empty is not there."""
        piles, numbers = [], []
        unread: Pairs = ()
        doubts: Pairs = ()
        for number, group in enumerate(self._groups):
            values, unread_here, doubts_here = _read_row(row, group.fields)
            plugs = frozenset(
                plug for plug, at in group.plugs if says_yes(row[at].strip(), self._preset.layout.decimal)
            )
            if not (values or unread_here or plugs):
                continue
            more, unread_more, _ = _read_row(row, group.also)
            given = {"count": None, **group.mapped.constants, **more, **values}
            if plugs:
                given["connectors"] = connector_mask(plugs)
            if group.mapped.current_of_plugs and (current := current_of(plugs, given["count"])):
                given["current"] = current
            piles.append(PileRecord(**given))
            numbers.append(number)
            unread += unread_here + unread_more
            doubts += doubts_here
        has_ids = any(pile.pile_id is not None for pile in piles)
        return _Piles(tuple(piles), tuple(numbers), has_ids, unread, doubts)


def _stations(
    preset: Preset, values: dict[str, _Values], notes: _Notes, refused: dict[int, Rejection], rows: int
) -> list[Record]:
    """Return the records of rows, column by column."""
    given: dict[str, Sequence[Any]] = {**values, "datum": [preset.datum] * rows}
    for name, constant in preset.station.constants.items():
        column = given.get(name)
        given[name] = [constant if each is None else each for each in column or [None] * rows]
    for name, pairs in (("unmapped", notes.unread), ("doubts", notes.doubts)):
        given[name] = [pairs.get(at, ()) for at in range(rows)] if pairs else [()] * rows
    defaults = StationRecord._field_defaults
    columns = [given.get(name) or [defaults[name]] * rows for name in StationRecord._fields]
    found: list[Record] = list(map(StationRecord._make, zip(*columns, strict=True)))
    for at, rejection in refused.items():
        found[at] = rejection
    return found


def _fields(
    places: Mapping[str, Any], mapped: Mapped, positions: Mapping[str, int], preset: Preset
) -> tuple[_Field, ...]:
    found = []
    for name, place in places.items():
        there = tuple(
            tuple(positions[column] for column in columns)
            for columns in place
            if all(column in positions for column in columns)
        )
        if there:
            read_cell = reader_of(name, preset.layout, mapped.values.get(name))
            found.append(_Field(name, there, _Meanings(read_cell) if read_cell else None))
    return tuple(found)


def _cells_of(groups: Iterable[_Group]) -> Iterator[int]:
    """Yield the cells, but for those of ids, that the piles of a row are read from."""
    for group in groups:
        for field in (*group.fields, *group.also):
            if field.name != _PILE_ID:
                for place in field.places:
                    yield from place
        yield from (at for _, at in group.plugs)


def _values(field: _Field, columns: Sequence[Column], notes: _Notes) -> _Values:
    """Return the values of a field, None where no place holds one."""
    values = _of_place(field, _joined(columns, field.places[0]), notes, None)
    for place in field.places[1:]:
        still = [at for at, value in enumerate(values) if value is None]
        if not still:
            break
        cells = _joined(columns, place)
        found = _of_place(field, [cells[at] for at in still], notes, still)
        for at, value in zip(still, found, strict=True):
            values[at] = value
    return values


def _of_place(field: _Field, cells: Column, notes: _Notes, rows: Sequence[int] | None) -> _Values:
    """Return the values of cells, which stand in some rows, or in all."""
    meanings = field.meanings
    if meanings is None:
        texts: _Values = list(map(str.strip, cells)) if any(cells) else [None] * len(cells)
        return [text or None for text in texts] if "" in texts else texts
    values = meanings.of(cells)
    if meanings.odd:
        for at, odd in enumerate(map(meanings.odd.get, cells)):
            if odd:
                pairs = tuple((field.name, code) for code in odd.unread)
                notes.add(at if rows is None else rows[at], pairs, odd.doubts)
    return values


def _joined(columns: Sequence[Column], place: tuple[int, ...]) -> Column:
    cells = columns[place[0]]
    for at in place[1:]:
        cells = [
            f"{cell.strip()} {more.strip()}".strip() for cell, more in zip(cells, columns[at], strict=True)
        ]
    return cells


def _read_row(row: Sequence[str], fields: Iterable[_Field]) -> tuple[dict[str, Any], Pairs, Pairs]:
    """Return the fields of one row that hold something, what was not understood and what was put right."""
    notes = _Notes()
    cells = [(cell,) for cell in row]
    found = ((field.name, _values(field, cells, notes)[0]) for field in fields)
    values = {name: value for name, value in found if value is not None}
    return values, notes.unread.get(0, ()), notes.doubts.get(0, ())


def _with_ids(known: _Piles, ids: Mapping[int, _Values], row: int) -> tuple[PileRecord, ...]:
    """Return piles with the ids of a row; nothing else in it differs from the row they were read from."""
    return tuple(
        PileRecord(
            pile_id=ids[number][row],
            operator_id=pile.operator_id,
            current=pile.current,
            connectors=pile.connectors,
            power_kw=pile.power_kw,
            status=pile.status,
            count=pile.count,
        )
        if number in ids
        else pile
        for number, pile in zip(known.groups, known.piles, strict=True)
    )


def _point(
    lat: str | None, lon: str | None, both: str | None, source_id: str, preset: Preset
) -> tuple[float, float] | Rejection:
    """Return the point of a row, or why it has none."""
    decimal = preset.layout.decimal
    if lat is None and lon is None and both is not None:
        pair = read_position(both, preset.layout)
        if pair is None:
            return Rejection(reason=Reason.NOT_A_NUMBER, record_id=source_id, field=POSITION, value=both)
        lat, lon = pair
        decimal = "."
    point = read_point(lat, lon, source_id, decimal=decimal)
    # a zero is an unset coordinate, which is judged later and for all sources
    if isinstance(point, Rejection) or not preset.areas or 0 in point:
        return point
    if any(area.contains(*point) for area in preset.areas):
        return point
    is_swapped = any(area.contains(point[1], point[0]) for area in preset.areas)
    reason = Reason.SWAPPED_COORDINATE if is_swapped else Reason.OUT_OF_AREA
    return Rejection(
        reason=reason, record_id=source_id, field="lat, lon", value=f"{point[0]!r}, {point[1]!r}"
    )
