"""Where queries run: DuckDB in this process, over one version of a dataset.

The tables of `charging.queries.groups` are prepared when a dataset is opened and kept in memory. The wide
rows of the stations follow when a query first reads them, since the first picture needs none; above a set
size they stay on disk.
"""

import re
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.dataset.store import Dataset
from charging.queries.groups import GROUPS, NUMBERED, PARTS

_READS_STATIONS = re.compile(r"\b(?:from|join) stations\b")


class Columns(NamedTuple):
    """What is added up of the groups, as arrays in their order: by cell, within it by station."""

    cell: NDArray[np.int64]
    station_no: NDArray[np.int64]
    power_kw: NDArray[np.float64]  # NaN: not known
    parts: NDArray[np.float64]  # groups × `PARTS`; 0 where not known
    is_known: NDArray[np.bool_]  # the same shape


class _Prepared(NamedTuple):
    columns: Columns
    operator_ids: dict[int, str]


class Query(NamedTuple):
    """Portable SQL with `?` for each bound parameter."""

    sql: str
    parameters: tuple[Any, ...] = ()


class Engine:
    """Answers queries about one version of a dataset; safe to share between threads."""

    name = "DuckDB"

    def __init__(self, dataset: Dataset, *, memory_limit_mb: int) -> None:
        """Begin to prepare the tables of `dataset`, whose files stay what they are while the engine lives.

        The first question waits until they stand; whoever opens a dataset has other things to do meanwhile.

        Parameters
        ----------
        dataset
            The version to answer about.
        memory_limit_mb
            Size of the station file above which its rows stay on disk.
        """
        self._connection = duckdb.connect(":memory:")
        self._lock = threading.Lock()
        stations, piles, areas = (
            _literal(dataset.path(table)) for table in ("stations", "piles", "service_areas")
        )
        size_mb = dataset.path("stations").stat().st_size / 1_000_000
        form = "view" if size_mb > memory_limit_mb else "table"
        self._stations: str | None = (
            f"create {form} stations as {NUMBERED.format(columns='*', file=stations)}"
        )
        background = ThreadPoolExecutor(1)
        self._prepared = background.submit(self._prepare, stations, piles, areas)
        background.shutdown(wait=False)

    @property
    def columns(self) -> Columns:
        """What is added up of the groups."""
        return self._prepared.result().columns

    @property
    def operator_ids(self) -> dict[int, str]:
        """The operators of the dataset by their code."""
        return self._prepared.result().operator_ids

    def run(self, query: Query) -> pd.DataFrame:
        """Run one query on a cursor of its own: a shared connection would mix the rows of two threads."""
        self._wait(query.sql)
        with self._connection.cursor() as cursor:
            answer = cursor.sql(query.sql, params=list(query.parameters)).to_arrow_table()
            table: pd.DataFrame = answer.to_pandas()
            return table

    def group_numbers(self, condition: str, parameters: tuple[Any, ...]) -> NDArray[np.int64]:
        """Return the numbers of the groups that meet a condition, upwards: positions in `columns`.

        A row of `groups` keeps the number it was written with (`rowid`), for nothing is ever deleted from it.
        """
        self._wait(condition)
        with self._connection.cursor() as cursor:
            found = cursor.execute(f"select rowid from groups where {condition}", list(parameters))
            numbers: NDArray[np.int64] = np.asarray(found.fetchnumpy()["rowid"])
        return np.sort(numbers)

    def close(self) -> None:
        """Free the memory."""
        wait([self._prepared])
        self._connection.close()

    def _wait(self, sql: str) -> None:
        """Wait until everything stands that a query reads."""
        self._prepared.result()
        if self._stations and _READS_STATIONS.search(sql):
            with self._lock:
                if self._stations:
                    self._connection.cursor().execute(self._stations)
                    self._stations = None

    def _prepare(self, stations: str, piles: str, areas: str) -> "_Prepared":
        self._connection.execute(f"create table groups as {GROUPS.format(stations=stations, piles=piles)}")
        self._connection.execute(f"create table service_areas as from read_parquet({areas})")
        return _Prepared(self._columns(), self._operator_ids(stations, piles))

    def _columns(self) -> Columns:
        names = ("cell", "station_no", "power_kw", *PARTS)
        read = self._connection.execute(f"select {', '.join(names)} from groups").fetchnumpy()
        parts = np.column_stack([np.ma.filled(read[part], np.nan) for part in PARTS])
        return Columns(
            cell=np.asarray(read["cell"]),
            station_no=np.asarray(read["station_no"]),
            power_kw=np.ma.filled(read["power_kw"], np.nan),
            parts=np.nan_to_num(parts),
            is_known=~np.isnan(parts),
        )

    def _operator_ids(self, stations: str, piles: str) -> dict[int, str]:
        found = self._connection.execute(
            " union ".join(
                f"select operator_code, operator_id from read_parquet({file}) where operator_code is not null"
                for file in (stations, piles)
            )
            + " order by operator_code"
        )
        return dict(found.fetchall())


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
