"""Stations as columns: what a reader of tables hands over, many thousand at a time.

A record for each row is made only where somebody asks for records; a dataset is built from columns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.sources.records import PileRecord, Record, Rejection, StationRecord

Rows = NDArray[np.intp]
"""Positions of rows, or a number for each."""

Pairs = tuple[tuple[str, str], ...]

TIMES: Mapping[str, pa.DataType] = {
    "opened_on": pa.date32(),
    "status_at": pa.timestamp("us", tz="UTC"),
    "updated_at": pa.timestamp("us", tz="UTC"),
}
"""Fields that hold a day or a time."""

TEXTS = tuple(
    name
    for name in StationRecord._fields
    if name not in {"lat", "lon", "datum", "piles", "stated_piles", "unmapped", "doubts", "rows", *TIMES}
)
"""Fields that hold text, codes of closed sets among them."""

_MAX_KEYS = 1 << 31  # two numbers below it make one of 64 bits


class Coded(NamedTuple):
    """A column of values that repeat."""

    values: Sequence[Any]
    at: Rows  # which of them each row has

    @classmethod
    def same(cls, value: Any, rows: int) -> "Coded":  # noqa: ANN401  whatever a field holds
        """Return a column of one value."""
        return cls([value], np.zeros(rows, np.intp))

    @classmethod
    def of(cls, values: Sequence[Any]) -> "Coded":
        """Return a column whose values are found to repeat."""
        numbers = {value: at for at, value in enumerate(dict.fromkeys(values))}
        return cls([*numbers], np.fromiter(map(numbers.__getitem__, values), np.intp, len(values)))

    @classmethod
    def joined(cls, columns: Sequence["Coded"]) -> "Coded":
        """Return one column after the other."""
        offsets = np.cumsum([0, *(len(column.values) for column in columns)])
        parts = [column.at + offset for column, offset in zip(columns, offsets, strict=False)]
        return cls(
            [value for column in columns for value in column.values],
            np.concatenate(parts) if parts else np.empty(0, np.intp),
        )

    def where(self, is_meant: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Tell which rows have a value that is meant."""
        return np.fromiter(map(is_meant, self.values), np.bool_, len(self.values))[self.at]

    def to_list(self) -> list[Any]:
        """Return the value of each row."""
        return [self.values[at] for at in self.at.tolist()]

    def column(self, kind: pa.DataType) -> pa.Array:
        """Return the values of the rows, typed."""
        if len(self.values) == 1:
            return pa.repeat(pa.scalar(self.values[0], kind), len(self.at))
        return pa.array(self.values, kind).take(pa.array(self.at))


class Piles(NamedTuple):
    """Groups of identical piles, station by station."""

    station: Rows  # rising
    kind: Coded  # of `PileRecord`, whose ids are not looked at
    pile_id: pa.Array

    def of(self, is_taken: NDArray[np.bool_]) -> "Piles":
        """Return the groups of some stations, which are numbered anew."""
        is_there = is_taken[self.station]
        number = np.cumsum(is_taken) - 1
        kind = Coded(self.kind.values, self.kind.at[is_there])
        return Piles(number[self.station[is_there]], kind, self.pile_id.filter(pa.array(is_there)))

    def records(self) -> Iterator[PileRecord]:
        """Yield a record for each group."""
        for kind, pile_id in zip(self.kind.to_list(), self.pile_id.to_pylist(), strict=True):
            yield kind._replace(pile_id=pile_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stations:
    """Stations as a source describes them, the fields of `StationRecord` column by column."""

    lat: NDArray[np.float64]  # degrees, in `datum`
    lon: NDArray[np.float64]
    datum: Coded
    columns: Mapping[str, pa.Array]  # texts and times; one that is left out is null in every row
    stated_piles: Coded
    piles: Piles
    rows: NDArray[np.int64]  # records of the source that are each of these sites
    unmapped: Mapping[int, Pairs]  # by row, where there are any
    doubts: Mapping[int, Pairs]
    between: Sequence[tuple[int, Rejection]] = ()  # and the number of stations before each

    def __len__(self) -> int:
        """Return the number of stations."""
        return len(self.lat)

    def column(self, name: str) -> pa.Array:
        """Return the texts or times of a field."""
        found = self.columns.get(name)
        return found if found is not None else pa.nulls(len(self.lat), TIMES.get(name, pa.string()))

    def with_id_prefix(self, prefix: str) -> "Stations":
        """Return the stations with a name before their ids, of what these are unique in."""
        ids = pc.binary_join_element_wise(prefix, self.column("source_id"), "/")
        return replace(self, columns={**self.columns, "source_id": ids})

    def of(self, is_taken: NDArray[np.bool_]) -> "Stations":
        """Return some of the stations, and no rejections."""
        mask = pa.array(is_taken)
        number = np.cumsum(is_taken) - 1
        unmapped, doubts = (
            {int(number[at]): pairs for at, pairs in notes.items() if is_taken[at]}
            for notes in (self.unmapped, self.doubts)
        )
        return Stations(
            lat=self.lat[is_taken],
            lon=self.lon[is_taken],
            datum=Coded(self.datum.values, self.datum.at[is_taken]),
            columns={name: column.filter(mask) for name, column in self.columns.items()},
            stated_piles=Coded(self.stated_piles.values, self.stated_piles.at[is_taken]),
            piles=self.piles.of(is_taken),
            rows=self.rows[is_taken],
            unmapped=unmapped,
            doubts=doubts,
        )

    def records(self) -> Iterator[Record]:
        """Yield the stations one by one, with the rejections between them."""
        piles: list[list[PileRecord]] = [[] for _ in self.lat]
        for station, pile in zip(self.piles.station.tolist(), self.piles.records(), strict=True):
            piles[station].append(pile)
        fields: dict[str, Iterable[Any]] = {
            **{name: self.column(name).to_pylist() for name in (*TEXTS, *TIMES)},
            "lat": self.lat.tolist(),
            "lon": self.lon.tolist(),
            "datum": self.datum.to_list(),
            "stated_piles": self.stated_piles.to_list(),
            "piles": map(tuple, piles),
            "rows": self.rows.tolist(),
            "unmapped": [self.unmapped.get(at, ()) for at in range(len(self))],
            "doubts": [self.doubts.get(at, ()) for at in range(len(self))],
        }
        between = list(reversed(self.between))
        for at, values in enumerate(zip(*(fields[name] for name in StationRecord._fields), strict=True)):
            while between and between[-1][0] <= at:
                yield between.pop()[1]
            yield StationRecord._make(values)
        yield from (rejection for _, rejection in reversed(between))


def nothing_but(rejections: Sequence[Rejection]) -> Stations:
    """Return no station, and some rejections."""
    reals, rows = np.empty(0), np.empty(0, np.intp)
    none = Coded([], rows)
    piles = Piles(rows, none, pa.nulls(0, pa.string()))
    between = [(0, rejection) for rejection in rejections]
    return Stations(
        lat=reals,
        lon=reals,
        datum=none,
        columns={},
        stated_piles=none,
        piles=piles,
        rows=np.empty(0, np.int64),
        unmapped={},
        doubts={},
        between=between,
    )


def joined(parts: Sequence[Stations]) -> Stations:
    """Return the stations of all parts, which are one at least, and no rejections."""
    offsets = np.cumsum([0, *map(len, parts)]).tolist()
    names = dict.fromkeys(name for part in parts for name in part.columns)
    unmapped, doubts = (
        {
            at + offset: pairs
            for notes, offset in zip(each, offsets, strict=False)
            for at, pairs in notes.items()
        }
        for each in ([part.unmapped for part in parts], [part.doubts for part in parts])
    )
    piles = [part.piles for part in parts]
    return Stations(
        lat=np.concatenate([part.lat for part in parts]),
        lon=np.concatenate([part.lon for part in parts]),
        datum=Coded.joined([part.datum for part in parts]),
        columns={name: pa.concat_arrays([part.column(name) for part in parts]) for name in names},
        stated_piles=Coded.joined([part.stated_piles for part in parts]),
        piles=Piles(
            np.concatenate([each.station + offset for each, offset in zip(piles, offsets, strict=False)]),
            Coded.joined([each.kind for each in piles]),
            pa.concat_arrays([each.pile_id for each in piles]),
        ),
        rows=np.concatenate([part.rows for part in parts]),
        unmapped=unmapped,
        doubts=doubts,
    )


def codes_of(column: pa.Array) -> Rows:
    """Return a number for each row of a column, the same where the value is; null is a value too."""
    if column.null_count == len(column):
        return np.zeros(len(column), np.intp)
    return _numbers(column)


def distinct(columns: Iterable[Rows], rows: int) -> tuple[Rows, Rows]:
    """Return the first row of each different row, as they come, and which of them each row is like.

    Parameters
    ----------
    columns
        Numbers of 0 and above, of which equal ones mean equal values.
    rows
        Length of each.
    """
    key, keys = np.zeros(rows, np.int64), 1
    for codes in columns:
        size = int(codes.max(initial=0)) + 1
        if size == 1:
            continue
        if keys * size >= _MAX_KEYS:
            key = _numbers(pa.array(key))
            keys = int(key.max(initial=0)) + 1
        key, keys = key * size + codes, keys * size
    like = key if _is_numbered(key) else _numbers(pa.array(key))
    first = np.empty(int(like.max(initial=-1)) + 1, np.intp)
    first[like[::-1]] = np.arange(rows - 1, -1, -1)  # the last one written stays
    return first, like


def _is_numbered(key: Rows) -> bool:
    """Whether numbers are those of `_numbers` already: 0 first, and each new one the next."""
    highest = np.maximum.accumulate(key)
    return not len(key) or (highest[0] == 0 and bool((np.diff(highest) <= 1).all()))


def different(
    columns: Sequence[pa.Array], rows: int, deciding: int | None = None
) -> tuple[list[tuple[Any, ...]], Rows]:
    """Return the different rows of columns, and which of them each row is; the first columns may decide."""
    first, like = distinct(map(codes_of, columns[:deciding]), rows)
    at = pa.array(first)
    return list(zip(*(column.take(at).to_pylist() for column in columns), strict=True)), like


def _numbers(column: pa.Array) -> Rows:
    """Return a number for each value of a column, in the order in which they come; null is one too."""
    encoded = pc.dictionary_encode(column, null_encoding="encode")  # of one that is, null has no number
    numbers: Rows = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy().astype(np.intp)
    return numbers
