"""Fields of a preset laid over the columns of a table: what a column of cells says.

A column is read as a whole, each different cell once, since codes, counts and dates repeat.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.sources.io.arrow_texts import empty_to_null, trim_texts
from charging.sources.tabular.cell_parsers import is_text, reader_of
from charging.sources.tabular.cells import ColumnReader, Read, Reader
from charging.sources.tabular.preset_schema import Layout, Mapped, Preset, PresetColumn
from charging.sources.tabular.station_columns import Coded, Pairs, Rows

MAX_KEPT = 65_536
"""Cells whose meaning is kept."""


_NOTHING = Read(None)
_POWERS = ";"  # between powers; a comma may be a decimal mark


class Field:
    """A field of a record and where a row holds it."""

    def __init__(
        self,
        name: str,
        places: Mapping[tuple[int, ...], Reader | None],
        codes: Mapping[str, Any] | None,
        joiner: str = " ",
    ) -> None:
        """Take alternatives of positions of cells to join with what reads them, and codes."""
        self.name = name
        self.joiner = joiner
        self.places = tuple(places)
        self.is_text = is_text(name)
        self.first_letters = {code[:1] for code in codes or ()} if self.is_text else set()
        self._read = {place: read or Read for place, read in places.items()}
        self._observers = {place: read for place, read in places.items() if isinstance(read, ColumnReader)}
        self._kept: dict[tuple[int, ...], dict[str, Read]] = {place: {"": _NOTHING} for place in places}

    @property
    def is_decided_by_column(self) -> bool:
        """Whether what a cell means depends on the others of its column."""
        return bool(self._observers)

    def observe(self, place: tuple[int, ...], texts: Collection[str]) -> bool:
        """Show all cells of a column to what reads them; return whether that changes what one means."""
        observer = self._observers.get(place)
        if observer is None or not observer.observe(texts):
            return False
        self._kept[place] = {"": _NOTHING}
        return True

    def of_row(self, row: Mapping[int, str]) -> Read:
        """Return what one row says, with everything that was not understood on the way."""
        unread: tuple[str, ...] = ()
        doubts: Pairs = ()
        for place in self.places:
            value, unread_here, doubts_here = self._meaning(place, text_of(row, place, self.joiner))
            unread += unread_here
            doubts += doubts_here
            if value is not None:
                return Read(value, unread, doubts)
        return Read(None, unread, doubts)

    def meanings(self, place: tuple[int, ...], texts: Sequence[str]) -> list[Read]:
        """Return what texts of a place say, none of them surrounded by blanks."""
        kept = self._kept[place]
        if place in self._observers and (new := [text for text in texts if text not in kept]):
            self.observe(place, new)
            kept = self._kept[place]
        return [kept.get(text) or self._meaning(place, text) for text in texts]

    def _meaning(self, place: tuple[int, ...], text: str) -> Read:
        kept = self._kept[place]
        known = kept.get(text)
        if known is None:
            if len(kept) > MAX_KEPT:
                kept = self._kept[place] = {"": _NOTHING}
            known = kept[text] = self._read[place](text)
        return known


def text_of(row: Mapping[int, str], place: tuple[int, ...], joiner: str = " ") -> str:
    """Return the text of a row at a place, of several cells joined; an empty one adds nothing."""
    return joiner.join(filter(None, (row[at].strip() for at in place)))


class Notes:
    """What the rows of a block say beside their values."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.unread: dict[int, Pairs] = {}
        self.doubts: dict[int, Pairs] = {}

    def add(self, row: int, unread: Pairs, doubts: Pairs) -> None:
        """Keep what a row says."""
        if unread:
            self.unread[row] = self.unread.get(row, ()) + unread
        if doubts:
            self.doubts[row] = self.doubts.get(row, ()) + doubts


class Sheet:
    """Columns of cells, and their texts without the blanks around them."""

    def __init__(self, cells: Mapping[int, pa.Array], rows: int) -> None:
        """Take the cells by position."""
        self.cells = cells
        self.rows = rows
        self._trimmed: dict[int, pa.Array] = {}

    def texts(self, place: tuple[int, ...], joiner: str = " ") -> pa.Array:
        """Return the texts of a place, empty where there is none."""
        found = self._trim(place[0])
        for at in place[1:]:
            more = self._trim(at)
            both = pc.binary_join_element_wise(found, more, joiner)
            found = pc.if_else(pc.equal(found, ""), more, pc.if_else(pc.equal(more, ""), found, both))
        return found

    def column(self, field: Field) -> pa.Array:
        """Return the values of a field of text, null where no place holds one."""
        found = self._known(field, field.places[0])
        for place in field.places[1:]:
            if not found.null_count:
                break
            found = pc.coalesce(found, self._known(field, place))
        return found

    def coded(self, field: Field, notes: Notes) -> Coded:
        """Return the values of a field that is read, None where no place holds one."""
        first = field.places[0]
        found = _read(field, first, self.texts(first, field.joiner), np.arange(self.rows), notes)
        for place in field.places[1:]:
            still = np.flatnonzero(found.where(_is_nothing))
            if not len(still):
                break
            more = _read(field, place, self.texts(place, field.joiner).take(pa.array(still)), still, notes)
            at = found.at.copy()
            at[still] = more.at + len(found.values)
            found = Coded([*found.values, *more.values], at)
        return found

    def _known(self, field: Field, place: tuple[int, ...]) -> pa.Array:
        """Return the texts of a place, its codes replaced, null where there is none."""
        texts = self.texts(place, field.joiner)
        if field.first_letters:
            first = pc.dictionary_encode(pc.utf8_slice_codeunits(texts, 0, 1))
            may_be_code = [
                letter.casefold()[:1] in field.first_letters for letter in first.dictionary.to_pylist()
            ]
            is_code = pa.array(np.array(may_be_code, np.bool_)[first.indices.to_numpy()])
            different, at = encoded(texts.filter(is_code))
            values = [meaning.value for meaning in field.meanings(place, different)]
            texts = pc.replace_with_mask(texts, is_code, Coded(values, at).column(pa.string()))
        return empty_to_null(texts)

    def _trim(self, at: int) -> pa.Array:
        if at not in self._trimmed:
            self._trimmed[at] = trim_texts(self.cells[at])
        return self._trimmed[at]


def fields_of(
    places: Mapping[str, PresetColumn], mapped: Mapped, positions: Mapping[str, int], preset: Preset
) -> Iterator[Field]:
    """Yield the fields of which a table has the columns."""
    for name, place in places.items():
        there = tuple(
            tuple(positions[column] for column in columns)
            for columns in place.any
            if all(column in positions for column in columns)
        )
        if there:
            codes = mapped.values.get(name)
            readers = {each: reader_of(name, preset.layout, codes) for each in there}
            yield Field(name, readers, codes, _joiner(name, preset.layout))


def _joiner(name: str, layout: Layout) -> str:
    """Return what parts the cells that a field is joined of: of a field of lists that of their entries."""
    return {"connectors": layout.separator, "current": layout.separator, "power_kw": _POWERS}.get(name, " ")


def of_row(row: Mapping[int, str], fields: Iterable[Field]) -> tuple[dict[str, Any], Pairs, Pairs]:
    """Return the fields of one row that hold something, what was not understood and what was put right."""
    values = {}
    unread: Pairs = ()
    doubts: Pairs = ()
    for field in fields:
        value, unread_here, doubts_here = field.of_row(row)
        unread += tuple((field.name, code) for code in unread_here)
        doubts += doubts_here
        if value is not None:
            values[field.name] = value
    return values, unread, doubts


def encoded(column: pa.Array) -> tuple[list[Any], Rows]:
    """Return the different values of a column, and which of them each row has."""
    found = pc.dictionary_encode(column, null_encoding="encode")
    return found.dictionary.to_pylist(), found.indices.to_numpy().astype(np.intp)


def _read(field: Field, place: tuple[int, ...], texts: pa.Array, rows: Rows, notes: Notes) -> Coded:
    different, at = encoded(texts)
    meanings = field.meanings(place, different)
    odd = [number for number, meaning in enumerate(meanings) if meaning.unread or meaning.doubts]
    for row in np.flatnonzero(np.isin(at, odd)).tolist() if odd else ():
        meaning = meanings[at[row]]
        pairs = tuple((field.name, code) for code in meaning.unread)
        notes.add(int(rows[row]), pairs, meaning.doubts)
    return Coded([meaning.value for meaning in meanings], at)


def _is_nothing(value: object) -> bool:
    return value is None
