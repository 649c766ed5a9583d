"""Where queries run: DuckDB in this process, over one version of a dataset.

The tables of `charging.queries.groups` are prepared when a dataset is opened and kept in memory; the wide
rows of the stations stay on disk above a set size.
"""

from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from charging.dataset.store import Dataset
from charging.queries.groups import GROUPS, STATIONS


class Query(NamedTuple):
    """Portable SQL with `?` for each bound parameter."""

    sql: str
    parameters: tuple[Any, ...] = ()


class Engine:
    """Answers queries about one version of a dataset; safe to share between threads."""

    name = "DuckDB"

    def __init__(self, dataset: Dataset, *, memory_limit_mb: int) -> None:
        """Prepare the tables of `dataset`, whose files stay what they are while the engine lives.

        Parameters
        ----------
        dataset
            The version to answer about.
        memory_limit_mb
            Size of the station file above which its rows stay on disk.
        """
        self._connection = duckdb.connect(":memory:")
        stations = dataset.path("stations")
        form = "view" if stations.stat().st_size > memory_limit_mb * 1_000_000 else "table"
        for statement in (
            f"create {form} stations as {STATIONS.format(file=_literal(stations))}",
            f"create table groups as {GROUPS.format(file=_literal(dataset.path('piles')))}",
            f"create table service_areas as from read_parquet({_literal(dataset.path('service_areas'))})",
        ):
            self._connection.execute(statement)
        operators = self.run(
            Query(
                f"select operator_code, operator_id from read_parquet({_literal(dataset.path('piles'))})"
                " where operator_code is not null union"
                " select operator_code, operator_id from stations where operator_code is not null"
                " order by operator_code"
            )
        )
        self.operator_ids: dict[int, str] = dict(
            zip(operators.operator_code.tolist(), operators.operator_id.tolist(), strict=True)
        )

    def run(self, query: Query) -> pd.DataFrame:
        """Run one query on a cursor of its own: a shared connection would mix the rows of two threads."""
        with self._connection.cursor() as cursor:
            answer = cursor.sql(query.sql, params=list(query.parameters)).to_arrow_table()
            table: pd.DataFrame = answer.to_pandas()
            return table

    def close(self) -> None:
        """Free the memory."""
        self._connection.close()


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
