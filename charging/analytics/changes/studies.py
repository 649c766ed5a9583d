"""Questions about two datasets, from a selection to what changed between them: `studies` has those about one.

`data` is the later dataset and `older` the earlier one, each with a cache of its own. What a selection does
not change, the pairs of stations, is asked for once.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, Self, TypeVar

import pandas as pd

from charging.analytics.changes.cells import changed_cells
from charging.analytics.changes.stations import (
    ChangesBy,
    Pairs,
    change_totals,
    pair_stations,
    selected_changes,
)
from charging.analytics.studies import QueryRunner
from charging.domain.filters import Filters
from charging.queries.engine import Engine
from charging.queries.snapshot import every_station, selected_piles, station_cells

P = ParamSpec("P")
T = TypeVar("T")


class PairQueryRunner(QueryRunner, Protocol):
    """Runs queries on one dataset, and questions on it and another."""

    @property
    def engine(self) -> Engine:
        """The engine of the dataset."""

    def ask_both(
        self,
        other: Self,
        question: Callable[Concatenate[Self, Self, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return `question(self, other, ...)`."""


A = TypeVar("A", bound=PairQueryRunner)


def changed_stations(data: A, older: A, filters: Filters, *, count_piles: bool = True) -> pd.DataFrame:
    """Return what `stations.changes` says of a selection of two datasets; its pairs are asked for once."""
    pairs = data.ask_both(older, _station_pairs)
    was, is_now = (asked.ask(selected_piles, filters) for asked in (older, data))
    return selected_changes(pairs, was, is_now, count_piles=count_piles)


def changes_by(
    data: A, older: A, filters: Filters, by: ChangesBy | None = None, *, count_piles: bool = True
) -> pd.DataFrame:
    """Return what `stations.change_totals` says of a selection of two datasets, in all or by a key."""
    return change_totals(data.ask_both(older, changed_stations, filters, count_piles=count_piles), by)


def cell_changes(
    data: A, older: A, filters: Filters, resolution: int, *, count_piles: bool = True
) -> pd.DataFrame:
    """Return what `cells.changed_cells` says of a selection of two datasets."""
    changed = data.ask_both(older, changed_stations, filters, count_piles=count_piles)
    was, is_now = (
        station_cells(asked.engine, resolution)[asked.ask(selected_piles, filters).holds]
        for asked in (older, data)
    )
    return changed_cells(changed, was, is_now, resolution)


def _station_pairs(data: PairQueryRunner, older: PairQueryRunner) -> Pairs:
    # not asked for by `ask`, which would keep all stations a second time
    now = every_station(data.engine)  # first: the other dataset may still be opening
    return pair_stations(every_station(older.engine), now)
