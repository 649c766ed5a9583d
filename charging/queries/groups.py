"""The two tables every query reads, and how they are prepared from the stored ones.

`groups` has one row per pile group (one for a station without any), narrow: what filters compare and what
sums add, sorted by cell. Its parts are piles of the group that are DC, available, of unknown power, and so
on: 0 where it is known that none belongs to the part, null where nothing is known; so is every sum of them,
and "not known" survives to the page. `stations` keeps the wide rows.

`station_no` numbers the stations in the order of their cells, so that grouping by station compares integers.
Parts are doubles: they hold whole numbers exactly up to 2**53, and are faster to add than 64-bit integers,
whose sums need 128 bits.

Both stored tables stand by cell and station: the groups of a station are a run of rows, and stations follow
each other as their runs do. So one text a run is looked up, and nothing is sorted, where a query would look
up and sort every row.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from charging.domain.vocabulary import LIVE_STATUSES, Current, Status

NO_STATUS = 99
"""Rank of a status that is not known: after all others."""

PARTS = (
    "piles",
    "dc_piles",
    "ac_piles",
    "current_unknown_piles",
    "power_unknown_piles",
    "available_piles",
    "live_piles",
    "fault_piles",
    "status_unknown_piles",
)
"""The columns of parts."""

NUMBERED = (
    "select {columns}, file_row_number + 1 as station_no from read_parquet({file}, file_row_number = true)"
)
"""The stations, numbered from 1 by their place in their sorted file; `columns` and `file` are put in."""

_OF_STATION = ("cell", "lat", "lon", "city_id", "access", "site", "opened_on", "service_area_id")
IDENTITY, TEXTS = ("station_id", "operator_code"), ("city_id", "access", "site", "service_area_id")
"""What says which station it is, and whose; and the texts of few values."""

_OF_PILES = ("current", "connectors", "power_kw", "status")

_RANKS = {str(status): rank for rank, status in enumerate(Status)}

_DC, _AC = ((current, Current.AC_DC) for current in (Current.DC, Current.AC))
"""A pile with both currents counts under AC and under DC."""


class Groups(NamedTuple):
    """The rows of the stored tables that the groups are made of; a group is a row of both."""

    stations: pa.Table
    piles: pa.Table
    station: NDArray[np.int64]  # row of each group in `stations`, upwards
    pile: NDArray[np.int64]  # row of each group in `piles`; -1: a station without any

    def of_station(self, name: str) -> pa.Array:
        """Return a column of the stations, by group."""
        return _whole(self.stations[name]).take(pa.array(self.station))

    def of_piles(self, name: str) -> pa.Array:
        """Return a column of the piles, by group; null of a station without any."""
        column = _whole(self.piles[name])
        if self.pile.size == len(column) and (self.pile == np.arange(self.pile.size)).all():
            return column  # as usual: every station has piles
        return column.take(pa.array(self.pile, mask=self.pile < 0))

    @property
    def operator_code(self) -> pa.Array:
        """Whose piles they are; of a station without any, whose that is."""
        alone = pa.array(self.pile < 0)
        return pc.if_else(alone, self.of_station("operator_code"), self.of_piles("operator_code"))

    @property
    def status_rank(self) -> NDArray[np.int64]:
        """Position of the status of each group in `Status`; `NO_STATUS` where it is not known."""
        return _looked_up(self.of_piles("status"), _RANKS, NO_STATUS)

    def parts(self) -> dict[str, NDArray[np.float64]]:
        """Return each of `PARTS`; NaN where nothing is known."""
        count = _numbers(self.of_piles("count"))
        current, status = self.of_piles("current"), self.of_piles("status")
        is_known, is_status_known = (~np.asarray(texts.is_null()) for texts in (current, status))
        is_live = _is_one_of(status, LIVE_STATUSES)

        def part(belongs: NDArray[np.bool_], is_told: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
            """Return the piles of the groups that belong; 0 of the others of which that is told."""
            nothing = np.nan if is_told is None else np.where(is_told, 0 * count, np.nan)
            return np.where(belongs, count, nothing)

        return {
            "piles": count,
            "dc_piles": part(_is_one_of(current, _DC), is_known),
            "ac_piles": part(_is_one_of(current, _AC), is_known),
            "current_unknown_piles": part(~is_known),
            "power_unknown_piles": part(np.asarray(self.of_piles("power_kw").is_null())),
            "available_piles": part(_is_one_of(status, (Status.AVAILABLE,)), is_live),
            "live_piles": part(is_live),
            "fault_piles": part(_is_one_of(status, (Status.FAULT,)), is_status_known),
            "status_unknown_piles": part(~is_status_known),
        }

    def table(self, parts: Mapping[str, NDArray[np.float64]]) -> pa.Table:
        """Return the table `groups`, with the parts given here."""
        rank = self.status_rank
        columns: dict[str, Any] = {"station_no": self.station + 1}
        columns |= {name: self.of_station(name) for name in _OF_STATION}
        columns |= {"operator_code": self.operator_code}
        columns |= {name: self.of_piles(name) for name in _OF_PILES}
        columns |= {"status_rank": pa.array(rank, mask=rank == NO_STATUS)}
        columns |= {name: pa.array(values, from_pandas=True) for name, values in parts.items()}
        return pa.table(columns)


def read_groups(stations: Path, piles: Path) -> Groups:
    """Read the groups from the stored tables.

    Raises
    ------
    pyarrow.ArrowInvalid
        If a file is none of Parquet.
    """
    return joined(
        _read(stations, (*IDENTITY, *_OF_STATION)),
        _read(piles, ("station_id", "operator_code", "count", *_OF_PILES)),
    )


def joined(stations: pa.Table, piles: pa.Table) -> Groups:
    """Return which rows make the groups: by station, those of a station in the order of the piles."""
    ids = _whole(piles["station_id"])
    begins = np.ones(len(ids), dtype=np.bool_)
    begins[1:] = pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
    found = pc.index_in(ids.filter(pa.array(begins)), value_set=_whole(stations["station_id"]))
    of_run = found.fill_null(-1).to_numpy().astype(np.int64)
    station, pile = of_run[np.cumsum(begins) - 1], np.arange(len(ids))
    has_piles = np.zeros(len(stations), dtype=np.bool_)
    has_piles[of_run[of_run >= 0]] = True
    alone = np.flatnonzero(~has_piles)
    is_in_order = (of_run[1:] > of_run[:-1]).all() and (of_run >= 0).all()
    if alone.size or not is_in_order:
        station, pile = np.append(station, alone), np.append(pile, np.full(alone.size, -1))
        order = np.argsort(station, kind="stable")[np.count_nonzero(station < 0) :]
        station, pile = station[order], pile[order]
    return Groups(stations, piles, station, pile)


_REPEATED = (*TEXTS, "current", "status")
"""Texts of few values, read as numbers of them, as they are stored."""


def _read(file: Path, columns: tuple[str, ...]) -> pa.Table:
    with pq.ParquetFile(file, read_dictionary=[name for name in columns if name in _REPEATED]) as stored:
        return stored.read(columns=list(columns))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece."""
    whole = column.unify_dictionaries().combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)


def _numbers(column: pa.Array) -> NDArray[np.float64]:
    """Return numbers as doubles; NaN where null."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _is_one_of(texts: pa.Array, wanted: Collection[str]) -> NDArray[np.bool_]:
    return _looked_up(texts, dict.fromkeys(map(str, wanted), 1), 0).astype(np.bool_)


def numbered(texts: pa.ChunkedArray) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the distinct texts, upwards, and the position of each text among them; -1 of null."""
    encoded = _whole(texts).dictionary_encode()
    values = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)[:-1]  # of nothing too
    order = np.argsort(values)
    position = np.full(values.size + 1, -1, dtype=np.intp)
    position[order] = np.arange(values.size)
    return values[order], position[encoded.indices.fill_null(-1).to_numpy()]


def _looked_up(texts: pa.Array, numbers: Mapping[str, int], otherwise: int) -> NDArray[np.int64]:
    """Return the number of each text; `otherwise` of null, and of a text that has none."""
    encoded = texts.dictionary_encode()
    of_each = np.array(
        [*(numbers.get(text, otherwise) for text in encoded.dictionary.to_pylist()), otherwise]
    )
    number: NDArray[np.int64] = of_each[encoded.indices.fill_null(-1).to_numpy()]  # -1 points at the last
    return number
