"""Where queries run: DuckDB in this process, over one version of a dataset.

What is added up of `charging.queries.groups` is prepared when a dataset is opened and kept in memory. Tables
for SQL, and the wide rows of the stations, follow when a query first reads them, since the first picture
needs none; above a set size the wide rows stay on disk.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from charging.dataset.store import Dataset
from charging.queries.groups import IDENTITY, NUMBERED, TEXTS, Groups, numbered, read_groups

_READS_STATIONS = re.compile(r"\b(?:from|join) stations\b")


MAX_CACHED_ROWS = 4_000_000
"""Numbers that are remembered, 8 bytes each: a run of the page asks several things of one place."""

MAX_LISTED = 10_000
"""Stations a query names one by one; for more of them whole columns are read."""

TABLES_AFTER_S = 1.0
"""When the tables for SQL are made though nobody asks for one: not while the arrays give a first picture."""

EVERYTHING = "true"
"""The condition every group meets."""


class Columns(NamedTuple):
    """What is added up of the groups, as arrays in their order: by cell, within it by station."""

    cell: NDArray[np.int64]
    lat: NDArray[np.float64]  # WGS-84 degrees, as `lon`
    lon: NDArray[np.float64]
    station_no: NDArray[np.int64]
    operator_code: NDArray[np.int64]  # -1: not known
    status_rank: NDArray[np.int64]  # position in `Status`; `NO_STATUS`: not known
    power_kw: NDArray[np.float64]  # NaN: not known
    parts: Mapping[str, NDArray[np.float64]]  # each of `PARTS`; 0 where not known
    is_known: Mapping[str, NDArray[np.bool_]]  # of each of `PARTS`
    known_parts: frozenset[str]  # those of `PARTS` that are known of every group


class Numbered(NamedTuple):
    """A text of the groups as numbers: positions among its distinct values."""

    values: NDArray[np.object_]  # upwards
    number: NDArray[np.intp]  # of each group; -1: not known


class _Prepared(NamedTuple):
    columns: Columns
    operator_ids: dict[int, str]
    service_areas: int
    stations: pa.Table  # some of their columns, by row


T = TypeVar("T")


class Query(NamedTuple):
    """Portable SQL with `?` for each bound parameter."""

    sql: str
    parameters: tuple[Any, ...] = ()


class Engine:
    """Answers queries about one version of a dataset; safe to share between threads."""

    name = "DuckDB"

    def __init__(self, dataset: Dataset, *, memory_limit_mb: int) -> None:
        """Begin to prepare the tables of `dataset`, whose files stay what they are while the engine lives.

        The first question waits until those stand that it reads: arrays first, and then the tables for SQL,
        which begin to be made when one is asked for, or a while later.

        Parameters
        ----------
        dataset
            The version to answer about.
        memory_limit_mb
            Size of the station file above which its rows stay on disk.
        """
        self._connection = duckdb.connect(":memory:")
        self._lock = threading.Lock()
        self._numbers: OrderedDict[Hashable, NDArray[np.int64]] = OrderedDict()
        self._facts: dict[Hashable, Any] = {}
        size_mb = dataset.path("stations").stat().st_size / 1_000_000
        self._is_in_memory = size_mb <= memory_limit_mb
        self._station_file = dataset.path("stations")
        self._kept = (*IDENTITY, *TEXTS) if self._is_in_memory else TEXTS
        form = "table" if self._is_in_memory else "view"
        self._stations: str | None = (
            f"create {form} stations as {NUMBERED.format(columns='*', file=_literal(self._station_file))}"
        )
        self._is_closed, self._wanted = False, threading.Event()
        background = ThreadPoolExecutor(1)
        self._prepared: Future[_Prepared] = Future()
        self._tables = background.submit(self._prepare, dataset)
        background.shutdown(wait=False)

    @property
    def columns(self) -> Columns:
        """What is added up of the groups."""
        return self._prepared.result().columns

    @property
    def operator_ids(self) -> dict[int, str]:
        """The operators of the dataset by their code."""
        return self._prepared.result().operator_ids

    @property
    def service_areas(self) -> int:
        """How many service areas the dataset lists, one for each side of the road."""
        return self._prepared.result().service_areas

    def run(self, query: Query) -> pd.DataFrame:
        """Run one query on a cursor of its own: a shared connection would mix the rows of two threads."""
        self._wait_for(query.sql)
        with self._connection.cursor() as cursor:
            answer = cursor.sql(query.sql, params=list(query.parameters)).to_arrow_table()
            return _frame(answer)

    def group_numbers(self, condition: str, parameters: tuple[Any, ...]) -> NDArray[np.int64]:
        """Return the numbers of the groups that meet a condition, upwards: positions in `columns`.

        A row of `groups` keeps the number it was written with (`rowid`), for nothing is ever deleted from it.
        """
        return self.remembered((condition, parameters), lambda: self._found(condition, parameters))

    def once(self, asked: Hashable, find: Callable[[], T]) -> T:
        """Return what `find` finds of the whole dataset, from memory if it was found before."""
        with self._lock:
            if asked in self._facts:
                known: T = self._facts[asked]
                return known
        found = find()
        with self._lock:
            self._facts[asked] = found
        return found

    def remembered(self, asked: Hashable, find: Callable[[], NDArray[np.int64]]) -> NDArray[np.int64]:
        """Return the numbers that `find` finds, from memory if the same was asked a while ago."""
        if (known := self.recalled(asked)) is not None:
            return known
        numbers = find()
        numbers.flags.writeable = False
        with self._lock:
            self._numbers[asked] = numbers
            while sum(kept.size for kept in self._numbers.values()) > MAX_CACHED_ROWS:
                self._numbers.popitem(last=False)
        return numbers

    def recalled(self, asked: Hashable) -> NDArray[np.int64] | None:
        """Return the numbers that were found for the same question, if they are remembered."""
        with self._lock:
            if asked in self._numbers:
                self._numbers.move_to_end(asked)
            return self._numbers.get(asked)

    def forget(self) -> None:
        """Forget what was found of selections: the next one is asked for as if for the first time."""
        with self._lock:
            self._numbers.clear()

    def _found(self, condition: str, parameters: tuple[Any, ...]) -> NDArray[np.int64]:
        if condition == EVERYTHING:
            return np.arange(self.columns.cell.size)
        self._wait_for(condition)
        with self._connection.cursor() as cursor:
            found = cursor.sql(f"select rowid from groups where {condition}", params=list(parameters))
            numbers: NDArray[np.int64] = found.to_arrow_table()["rowid"].to_numpy()
        return numbers if (numbers[1:] > numbers[:-1]).all() else np.sort(numbers)

    def numbered(self, column: str) -> Numbered:
        """Return a text that the groups have from their station as numbers, which are quicker to count by."""

        def find() -> Numbered:
            values, number = numbered(self._prepared.result().stations[column])
            return Numbered(values, number[self.columns.station_no - 1])

        return self.once(f"numbered {column}", find)

    def station_rows(self, numbers: NDArray[np.int64] | None, columns: Sequence[str]) -> pd.DataFrame:
        """Return some columns of stations by their `station_no`, in that order; None: of all stations.

        What is held in memory is taken by its place, since a scan for two hundred of a hundred thousand rows
        costs five times as much; what is not is read from its file, whole columns where many rows are asked.
        """
        if self._is_in_memory or numbers is None or numbers.size > MAX_LISTED:
            rows = self._texts(tuple(columns))
            return _frame(rows if numbers is None else rows.take(numbers - 1))
        listed = ", ".join(map(str, numbers.tolist())) or "-1"
        names = ", ".join(columns)
        found = self.run(Query(f"select station_no, {names} from stations where station_no in ({listed})"))
        return found.set_index("station_no").reindex(numbers)[list(columns)].reset_index(drop=True)

    def _texts(self, columns: tuple[str, ...]) -> pa.Table:
        """Return columns of the stations as they are stored, read once where they may stay in memory."""

        def find() -> pa.Table:
            # in one piece, since Arrow would join the pieces of a text for every row it takes
            return self._stored(columns).combine_chunks()

        return self.once(columns, find) if self._is_in_memory else find()

    def _stored(self, columns: tuple[str, ...]) -> pa.Table:
        # first what is read from a file: the others may still be prepared
        missing = tuple(name for name in columns if name not in self._kept)
        read = _read(self._station_file, missing)
        held = self._prepared.result().stations
        return pa.table({name: read[name] if name in missing else _plain(held[name]) for name in columns})

    def wait(self) -> None:
        """Wait until everything stands, the tables for SQL too: to measure what comes after.

        Raises
        ------
        pyarrow.ArrowInvalid, OSError
            If a file of the dataset cannot be read.
        """
        self._wanted.set()
        self._tables.result()

    def close(self) -> None:
        """Free the memory."""
        self._is_closed = True
        self._wanted.set()
        wait([self._tables])
        self._connection.close()

    def _wait_for(self, sql: str) -> None:
        """Wait until everything stands that a query reads."""
        self.wait()
        if self._stations and _READS_STATIONS.search(sql):
            with self._lock:
                if self._stations:
                    self._connection.cursor().execute(self._stations)
                    self._stations = None

    def _prepare(self, dataset: Dataset) -> None:
        """Read what is added up, of which many questions are answered, and then make the tables for SQL."""
        stations, piles, areas = (dataset.path(table) for table in ("stations", "piles", "service_areas"))
        try:
            groups = read_groups(stations, piles)
            parts = groups.parts()
            columns, operator_ids = _columns(groups, parts), self._operator_ids(stations, piles)
            service_areas = pq.read_metadata(areas).num_rows
            kept = groups.stations.select(list(self._kept))
            self._prepared.set_result(_Prepared(columns, operator_ids, service_areas, kept))
        except BaseException as error:
            self._prepared.set_exception(error)
            raise
        self._wanted.wait(TABLES_AFTER_S)
        if self._is_closed:
            return
        tables = {"groups": groups.table(parts), "service_areas": _read(areas)}
        with self._connection.cursor() as cursor:
            for name, table in tables.items():
                cursor.register("read", table)
                cursor.execute(f"create table {name} as from read")
                cursor.unregister("read")

    def _operator_ids(self, stations: Path, piles: Path) -> dict[int, str]:
        found = self._connection.execute(
            " union ".join(
                "select operator_code, operator_id"
                f" from read_parquet({_literal(file)}) where operator_code is not null"
                for file in (stations, piles)
            )
            + " order by operator_code"
        )
        return dict(found.fetchall())


def _columns(groups: Groups, parts: Mapping[str, NDArray[np.float64]]) -> Columns:
    cell, lat, lon = (groups.of_station(name).to_numpy() for name in ("cell", "lat", "lon"))
    is_known = {part: ~np.isnan(values) for part, values in parts.items()}
    return Columns(
        cell=cell,
        lat=lat,
        lon=lon,
        station_no=groups.station + 1,
        operator_code=groups.operator_code.fill_null(-1).to_numpy().astype(np.int64),
        status_rank=groups.status_rank,
        power_kw=groups.of_piles("power_kw").to_numpy(zero_copy_only=False),
        # an array for each part: those that are taken and added up lie side by side
        parts={part: np.nan_to_num(values) for part, values in parts.items()},
        is_known=is_known,
        known_parts=frozenset(part for part, known in is_known.items() if known.all()),
    )


def _read(file: Path, columns: tuple[str, ...] | None = None) -> pa.Table:
    with pq.ParquetFile(file) as stored:  # half the time of `read_table`, made for many files
        return stored.read(columns=columns and list(columns))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts that are numbers of distinct ones as texts."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as pandas has it; of few rows, spreading the work costs more than the work."""
    frame: pd.DataFrame = table.to_pandas(use_threads=table.num_rows > MAX_LISTED)
    return frame


def named(names: Mapping[int, str], codes: NDArray[np.integer[Any]]) -> pd.Series:
    """Return the name of each code, as objects; None of -1."""
    found = np.full(max(names, default=-1) + 2, None, dtype=object)  # -1 points at the last
    found[list(names)] = list(names.values())
    return pd.Series(found[codes], dtype=object)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
