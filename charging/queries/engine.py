"""Where queries run: arrays and DuckDB in this process, over one version of a dataset.

The columns of `charging.queries.groups` that conditions compare and sums add up are read when a dataset is
opened and stay in memory. The wide rows of the stations follow when a query first reads them, since the first
map needs none; above a set size they stay on disk.
"""

import re
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from charging.dataset.checksums import check_files, reading
from charging.dataset.operators import NamedOperator, operators_of
from charging.dataset.store import Dataset
from charging.domain.repeated_ids import MIN_ID_LENGTH
from charging.domain.schema import STATIONS
from charging.queries.groups import IDENTITY, SELECT_STATIONS, TEXTS, StoredGroups, encode_texts, read_groups
from charging.queries.sized_cache import SizedCache
from charging.queries.watch import TIME_LIMIT_S, watched_cursor

_READS_STATIONS = re.compile(r"\b(?:from|join) stations\b")

CACHE_BYTES = 32_000_000
"""Size of the cache of an engine by itself: a run of the page asks several things about one place."""

MAX_LISTED = 10_000
"""Stations that a query lists by number; for more of them whole columns are read."""


class Columns(NamedTuple):
    """The columns of the groups that sums need, as arrays: a row per group, by cell, then by station."""

    cell: NDArray[np.int64]
    lat: NDArray[np.float64]  # WGS-84 degrees, as `lon`
    lon: NDArray[np.float64]
    station_no: NDArray[np.int64]
    operator_code: NDArray[np.int64]  # -1: not known
    current_rank: NDArray[np.int64]  # position in `Current`; -1: not known
    status_rank: NDArray[np.int64]  # position in `Status`; `NO_STATUS`: not known
    connectors: NDArray[np.int64]  # bits as in `piles`; -1: not known
    power_kw: NDArray[np.float64]  # NaN: not known
    opened_on: NDArray[np.datetime64]  # days; NaT: not known
    pile_counts: Mapping[str, NDArray[np.float64]]  # each of `PILE_COUNTS`; 0: not known
    is_known: Mapping[str, NDArray[np.bool_]]  # for each of `PILE_COUNTS`
    known_counts: frozenset[str]  # those of `PILE_COUNTS` known for every group


class TextCodes(NamedTuple):
    """A text column of the groups, dictionary-encoded."""

    values: NDArray[np.object_]  # distinct, ascending
    codes: NDArray[np.intp]  # of each group, its position in `values`; -1: not known

    def texts_of(self, codes: NDArray[np.integer[Any]]) -> NDArray[np.object_]:
        """Return the text of each code; None for -1."""
        texts: NDArray[np.object_] = np.array([*self.values, None], dtype=object)[codes]
        return texts


class _Contents(NamedTuple):
    columns: Columns
    operator_ids: dict[int, str]
    service_areas: int
    stations: pa.Table  # some of their columns


T = TypeVar("T")


class Query(NamedTuple):
    """Portable SQL with `?` for each bound parameter."""

    sql: str
    parameters: tuple[Any, ...] = ()


class Engine:
    """Answers queries about one version of a dataset; safe to share between threads."""

    def __init__(
        self,
        dataset: Dataset,
        *,
        memory_limit_mb: int,
        time_limit_s: float = TIME_LIMIT_S,
        cache: SizedCache | None = None,
    ) -> None:
        """Start to read `dataset`, whose files must not change while the engine is open.

        The first query waits for it. Above `memory_limit_mb` the rows of the station file stay on disk. SQL
        may take `time_limit_s`, and as long as its asker is there (`wanted.asked_by`). A `cache` is shared
        with others, and bounds what all of them keep.
        """
        self._connection = duckdb.connect(":memory:")
        self._lock = threading.Lock()
        self._time_limit_s = time_limit_s
        self._cache = cache or SizedCache(CACHE_BYTES)
        self._cached_under = object()  # not even an engine of the same dataset has the same rows in memory
        self._memo: dict[Hashable, Any] = {}
        size_mb = dataset.path("stations").stat().st_size / 1_000_000
        self._is_in_memory = size_mb <= memory_limit_mb
        self._station_file, self._pile_file = dataset.path("stations"), dataset.path("piles")
        self._dataset = dataset
        self._memory_columns = (*IDENTITY, *TEXTS) if self._is_in_memory else TEXTS
        form = "table" if self._is_in_memory else "view"
        self._stations: str | None = f"create {form} stations as"
        self._is_closed = False
        background = ThreadPoolExecutor(1)
        self._contents = background.submit(self._read, dataset)
        background.shutdown(wait=False)

    @property
    def columns(self) -> Columns:
        """The columns of the groups that sums need."""
        return self._contents.result().columns

    @property
    def operator_ids(self) -> dict[int, str]:
        """The operators of the dataset by their code."""
        return self._contents.result().operator_ids

    @property
    def operators(self) -> tuple[NamedOperator, ...]:
        """The operators of the dataset with their names."""
        return operators_of(self._dataset)

    @property
    def service_areas(self) -> int:
        """How many service areas the dataset lists, one for each side of the road."""
        return self._contents.result().service_areas

    def run(self, query: Query) -> pd.DataFrame:
        """Run one query on a cursor of its own: a shared connection would mix the rows of two threads."""
        return to_frame(self._fetch(query))

    def _fetch(self, query: Query) -> pa.Table:
        self._wait_for(query.sql)
        with watched_cursor(self._connection, self._time_limit_s) as cursor, self._reading():
            return cursor.sql(query.sql, params=list(query.parameters)).to_arrow_table()

    def shared_pile_ids(self) -> pd.Series:
        """Return the ids of piles that several stations have, as arrays by the station_id of each."""
        self.memoize("pile ids", lambda: check_files(self._dataset, "piles"))
        # a shorter one is a number within its station
        named = (
            f"select distinct pile_id, station_id from read_parquet({_literal(self._pile_file)})"
            f" where length(pile_id) >= {MIN_ID_LENGTH}"
        )
        shared = "select pile_id from named group by pile_id having count(*) > 1"
        found = self.run(
            Query(
                f"with named as ({named}) select station_id, list(pile_id order by pile_id) as pile_ids"
                f" from named where pile_id in ({shared}) group by station_id"
            )
        )
        return found.set_index("station_id").pile_ids

    def memoize(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return `find()`, computed once for the lifetime of the engine."""
        with self._lock:
            if key in self._memo:
                value: T = self._memo[key]
                return value
        value = find()
        with self._lock:
            self._memo[key] = value
        return value

    def cached_rows(self, key: Hashable, find: Callable[[], NDArray[np.int64]]) -> NDArray[np.int64]:
        """Return the rows that `find` returns, from the cache if they are still in it."""

        def find_for_all() -> NDArray[np.int64]:
            rows = find()
            rows.flags.writeable = False
            return rows

        return self._cache.get((self._cached_under, key), find_for_all)

    def clear_cache(self) -> None:
        """Empty the cache of rows: the next selection is looked up as if it were the first."""
        self._cache.clear()

    def text_codes(self, column: str) -> TextCodes:
        """Return a text column of the groups' stations as codes, which are faster to count by."""

        def find() -> TextCodes:
            values, codes = encode_texts(self._contents.result().stations[column])
            return TextCodes(values, codes[self.columns.station_no - 1])

        return self.memoize(f"codes of {column}", find)

    def station_rows(self, station_nos: NDArray[np.int64] | None, columns: Sequence[str]) -> pd.DataFrame:
        """Return some columns of stations by their `station_no`, in that order; None: of all stations."""
        return to_frame(self.station_table(station_nos, columns))

    def station_table(self, station_nos: NDArray[np.int64] | None, columns: Sequence[str]) -> pa.Table:
        """Return `station_rows` as Arrow: columns in memory by position, five times as fast as scanning them.

        The others are read from their file, whole columns where many rows are wanted.
        """
        if self._is_in_memory or station_nos is None or station_nos.size > MAX_LISTED:
            rows = self._station_columns(tuple(columns))
            return rows if station_nos is None else rows.take(station_nos - 1)
        listed = ", ".join(map(str, station_nos.tolist())) or "-1"
        names = ", ".join(columns)
        found = self._fetch(Query(f"select station_no, {names} from stations where station_no in ({listed})"))
        at = pc.index_in(pa.array(station_nos), value_set=found["station_no"].combine_chunks())
        return found.select(columns).take(at)

    def _station_columns(self, columns: tuple[str, ...]) -> pa.Table:
        """Return columns of the stations as they are stored, read once if they may stay in memory."""

        def find() -> pa.Table:
            # in one chunk, since Arrow would join the chunks of a text for every row it takes
            return self._read_stations(columns).combine_chunks()

        return self.memoize(columns, find) if self._is_in_memory else find()

    def _read_stations(self, columns: tuple[str, ...]) -> pa.Table:
        # first what is read from the file: the others may not be ready yet
        missing = tuple(name for name in columns if name not in self._memory_columns)
        self._check_wide_rows()
        with self._reading():
            read = _read_table(self._station_file, missing)
        held = self._contents.result().stations
        return pa.table({name: read[name] if name in missing else _to_text(held[name]) for name in columns})

    def wait(self) -> None:
        """Wait until it is ready: to measure what comes after.

        Raises
        ------
        DatasetError
            If a file of the dataset is damaged or cannot be read.
        """
        self._contents.result()

    @property
    def is_broken(self) -> bool:
        """Whether it was closed, or could not read its files: another one may."""
        is_read = self._contents.done()
        return self._is_closed or (is_read and self._contents.exception() is not None)

    def close(self) -> None:
        """Free the memory."""
        self._is_closed = True
        wait([self._contents])
        self._connection.close()

    def _check_wide_rows(self) -> None:
        """Look once more when columns are first read that no sum needed: it may be long after the opening."""
        self.memoize("wide rows", lambda: check_files(self._dataset, "stations"))

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say of a file that cannot be read any more what it is, and what to do."""
        with reading(self._dataset, self._dataset.version):
            try:
                yield
            except duckdb.IOException as error:
                raise OSError(str(error)) from error

    def _wait_for(self, sql: str) -> None:
        """Wait until everything that a query reads is ready."""
        self.wait()
        if self._stations and _READS_STATIONS.search(sql):
            with self._lock:
                if self._stations:
                    check_files(self._dataset, "stations")
                    columns, file = _all_columns(self._station_file), _literal(self._station_file)
                    select = SELECT_STATIONS.format(columns=columns, file=file)
                    self._connection.cursor().execute(f"{self._stations} {select}")
                    self._stations = None

    def _read(self, dataset: Dataset) -> _Contents:
        stations, piles, areas = (dataset.path(table) for table in ("stations", "piles", "service_areas"))
        check_files(dataset, "stations", "piles", "service_areas")
        groups = read_groups(stations, piles)
        with self._connection.cursor() as cursor:
            cursor.execute(f"create view service_areas as from read_parquet({_literal(areas)})")
            operator_ids = self._operator_ids(cursor, stations, piles)
        return _Contents(
            _columns(groups),
            operator_ids,
            pq.read_metadata(areas).num_rows,
            groups.stations.select(list(self._memory_columns)),
        )

    @staticmethod
    def _operator_ids(cursor: duckdb.DuckDBPyConnection, stations: Path, piles: Path) -> dict[int, str]:
        found = cursor.execute(
            " union ".join(
                "select operator_code, operator_id"
                f" from read_parquet({_literal(file)}) where operator_code is not null"
                for file in (stations, piles)
            )
            + " order by operator_code"
        )
        return dict(found.fetchall())


def _columns(groups: StoredGroups) -> Columns:
    counts = groups.pile_counts()
    cell, lat, lon = (groups.station_column(name).to_numpy() for name in ("cell", "lat", "lon"))
    is_known = {part: ~np.isnan(values) for part, values in counts.items()}
    return Columns(
        cell=cell,
        lat=lat,
        lon=lon,
        station_no=groups.station_row + 1,
        operator_code=groups.operator_code.fill_null(-1).to_numpy().astype(np.int64),
        current_rank=groups.current_rank,
        status_rank=groups.status_rank,
        connectors=groups.pile_column("connectors").fill_null(-1).to_numpy().astype(np.int64),
        power_kw=groups.pile_column("power_kw").to_numpy(zero_copy_only=False),
        opened_on=groups.station_column("opened_on").to_numpy(zero_copy_only=False).astype("datetime64[D]"),
        # an array per count: the values that are taken and added up are contiguous
        pile_counts={part: np.nan_to_num(values) for part, values in counts.items()},
        is_known=is_known,
        known_counts=frozenset(part for part, known in is_known.items() if known.all()),
    )


def _all_columns(station_file: Path) -> str:
    """Return what SQL selects of the stations: columns that came with a newer format are null."""
    stored = set(pq.read_schema(station_file).names)
    missing = [column for column in STATIONS.columns if column.since > 1 and column.name not in stored]
    nulls = (f"cast(null as {_SQL_TYPES[str(column.type)]}) as {column.name}" for column in missing)
    return ", ".join(["*", *nulls])


_SQL_TYPES = {"double": "double", "string": "varchar"}


def _read_table(file: Path, columns: tuple[str, ...] | None = None) -> pa.Table:
    with pq.ParquetFile(file) as stored:  # half the time of `read_table`, made for many files
        return stored.read(columns=columns and list(columns))


def _to_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return dictionary-encoded texts as plain texts."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as a data frame; for few rows, threads cost more than they save."""
    frame: pd.DataFrame = table.to_pandas(use_threads=table.num_rows > MAX_LISTED)
    return frame


def decode(names: Mapping[int, str], codes: NDArray[np.integer[Any]]) -> pd.Series:
    """Return the name of each code, as objects; None for -1."""
    found = np.full(max(names, default=-1) + 2, None, dtype=object)  # -1 points at the last
    found[list(names)] = list(names.values())
    return pd.Series(found[codes], dtype=object)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
