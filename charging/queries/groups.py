"""The two tables every query reads, and how they are made from the stored ones.

`groups` has one row per pile group (one for a station without any), narrow: what filters compare and what
sums add, sorted by cell. Its pile counts are the piles of the group that are DC, available, of unknown power,
and so on: 0 where it is known that there are none, null where nothing is known; so is every sum of them,
and "not known" survives to the page. `stations` keeps the wide rows.

`station_no` numbers the stations in the order of their cells, so that grouping by station compares integers.
Counts are doubles: they hold whole numbers exactly up to 2**53, and are faster to add than 64-bit integers,
whose sums need 128 bits.

Both stored tables are sorted by cell and station: the groups of a station are a run of rows, and runs come in
the order of the stations. So one text per run is looked up and nothing is sorted, where a query would look up
and sort every row.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from charging.domain.vocabulary import LIVE_STATUSES, Current, Status

NO_STATUS = 99
"""Rank of a status that is not known: after all others."""

PILE_COUNTS = (
    *("piles", "dc_piles", "ac_piles", "current_unknown_piles", "power_unknown_piles"),
    *("available_piles", "live_piles", "fault_piles", "status_unknown_piles"),
)
"""The columns of pile counts."""

SELECT_STATIONS = (
    "select {columns}, file_row_number + 1 as station_no from read_parquet({file}, file_row_number = true)"
)
"""The stations, numbered from 1 in the order of their sorted file; a template of `columns` and `file`."""

_OF_STATION = ("cell", "lat", "lon", "city_id", "access", "site", "opened_on", "service_area_id")
IDENTITY, TEXTS = ("station_id", "operator_code"), ("city_id", "access", "site", "service_area_id")
"""What identifies a station and its operator; and the texts of few values."""

_OF_PILES = ("current", "connectors", "power_kw", "status")

_RANKS = {str(status): rank for rank, status in enumerate(Status)}
_CURRENT_RANKS = {str(current): rank for rank, current in enumerate(Current)}

_DC, _AC = ((current, Current.AC_DC) for current in (Current.DC, Current.AC))
"""A pile with both currents counts under AC and under DC."""


class StoredGroups(NamedTuple):
    """The stored tables, and which row of each a group is made of."""

    stations: pa.Table
    piles: pa.Table
    station_row: NDArray[np.int64]  # row of each group in `stations`, ascending
    pile_row: NDArray[np.int64]  # row of each group in `piles`; -1: a station without any

    def station_column(self, name: str) -> pa.Array:
        """Return a column of the stations, by group."""
        return _in_one_piece(self.stations[name]).take(pa.array(self.station_row))

    def pile_column(self, name: str) -> pa.Array:
        """Return a column of the piles, by group; null for a station without any."""
        column = _in_one_piece(self.piles[name])
        if self.pile_row.size == len(column) and (self.pile_row == np.arange(self.pile_row.size)).all():
            return column  # as usual: every station has piles
        return column.take(pa.array(self.pile_row, mask=self.pile_row < 0))

    @property
    def operator_code(self) -> pa.Array:
        """Operator of the piles; of the station, if it has no piles."""
        alone = pa.array(self.pile_row < 0)
        return pc.if_else(alone, self.station_column("operator_code"), self.pile_column("operator_code"))

    @property
    def current_rank(self) -> NDArray[np.int64]:
        """Position of the current of each group in `Current`; -1 where it is not known."""
        return _look_up(self.pile_column("current"), _CURRENT_RANKS, -1)

    @property
    def status_rank(self) -> NDArray[np.int64]:
        """Position of the status of each group in `Status`; `NO_STATUS` where it is not known."""
        return _look_up(self.pile_column("status"), _RANKS, NO_STATUS)

    def pile_counts(self) -> dict[str, NDArray[np.float64]]:
        """Return each of `PILE_COUNTS`; NaN where nothing is known."""
        count = _to_doubles(self.pile_column("count"))
        current, status = self.pile_column("current"), self.pile_column("status")
        is_known, is_status_known = (~np.asarray(texts.is_null()) for texts in (current, status))
        is_live = _is_one_of(status, LIVE_STATUSES)

        def count_where(
            holds: NDArray[np.bool_], is_known: NDArray[np.bool_] | None = None
        ) -> NDArray[np.float64]:
            """Return the piles of the groups where a condition holds; 0 where it is known not to."""
            nothing = np.nan if is_known is None else np.where(is_known, 0 * count, np.nan)
            return np.where(holds, count, nothing)

        return {
            "piles": count,
            "dc_piles": count_where(_is_one_of(current, _DC), is_known),
            "ac_piles": count_where(_is_one_of(current, _AC), is_known),
            "current_unknown_piles": count_where(~is_known),
            "power_unknown_piles": count_where(np.asarray(self.pile_column("power_kw").is_null())),
            "available_piles": count_where(_is_one_of(status, (Status.AVAILABLE,)), is_live),
            "live_piles": count_where(is_live),
            "fault_piles": count_where(_is_one_of(status, (Status.FAULT,)), is_status_known),
            "status_unknown_piles": count_where(~is_status_known),
        }


def read_groups(stations: Path, piles: Path) -> StoredGroups:
    """Read the groups from the stored tables.

    Raises
    ------
    pyarrow.ArrowInvalid
        If a file is none of Parquet.
    """
    return join_groups(
        _read_columns(stations, (*IDENTITY, *_OF_STATION)),
        _read_columns(piles, ("station_id", "operator_code", "count", *_OF_PILES)),
    )


def join_groups(stations: pa.Table, piles: pa.Table) -> StoredGroups:
    """Return which rows make the groups: by station, within it in the order of the piles."""
    ids = _in_one_piece(piles["station_id"])
    starts = np.ones(len(ids), dtype=np.bool_)
    starts[1:] = pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
    found = pc.index_in(ids.filter(pa.array(starts)), value_set=_in_one_piece(stations["station_id"]))
    of_run = found.fill_null(-1).to_numpy().astype(np.int64)
    station, pile = of_run[np.cumsum(starts) - 1], np.arange(len(ids))
    has_piles = np.zeros(len(stations), dtype=np.bool_)
    has_piles[of_run[of_run >= 0]] = True
    alone = np.flatnonzero(~has_piles)
    is_in_order = (of_run[1:] > of_run[:-1]).all() and (of_run >= 0).all()
    if alone.size or not is_in_order:
        station, pile = np.append(station, alone), np.append(pile, np.full(alone.size, -1))
        order = np.argsort(station, kind="stable")[np.count_nonzero(station < 0) :]
        station, pile = station[order], pile[order]
    return StoredGroups(stations, piles, station, pile)


_FEW_VALUES = (*TEXTS, "current", "status")
"""Texts of few values, read as dictionaries, as they are stored."""


def _read_columns(file: Path, columns: tuple[str, ...]) -> pa.Table:
    with pq.ParquetFile(file, read_dictionary=[name for name in columns if name in _FEW_VALUES]) as stored:
        return stored.read(columns=list(columns))


def _in_one_piece(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array."""
    whole = column.unify_dictionaries().combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)


def _to_doubles(column: pa.Array) -> NDArray[np.float64]:
    """Return numbers as doubles, null as NaN."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _is_one_of(texts: pa.Array, wanted: Collection[str]) -> NDArray[np.bool_]:
    return _look_up(texts, dict.fromkeys(map(str, wanted), 1), 0).astype(np.bool_)


def encode_texts(texts: pa.ChunkedArray) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the distinct texts, ascending, and the position of each text among them; -1 for null."""
    encoded = _in_one_piece(texts).dictionary_encode()
    values = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)[:-1]  # of nothing too
    order = np.argsort(values)
    position = np.full(values.size + 1, -1, dtype=np.intp)
    position[order] = np.arange(values.size)
    return values[order], position[encoded.indices.fill_null(-1).to_numpy()]


def _look_up(texts: pa.Array, numbers: Mapping[str, int], otherwise: int) -> NDArray[np.int64]:
    """Return the number of each text; `otherwise` for null and for a text without one."""
    encoded = texts.dictionary_encode()
    of_each = np.array(
        [*(numbers.get(text, otherwise) for text in encoded.dictionary.to_pylist()), otherwise]
    )
    number: NDArray[np.int64] = of_each[encoded.indices.fill_null(-1).to_numpy()]  # -1 points at the last
    return number
