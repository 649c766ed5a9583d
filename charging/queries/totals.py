"""Sums over the whole selection, or over one of its parts: an operator, a city, a place."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from charging.domain.filters import Filters
from charging.queries.conditions import Place, where
from charging.queries.engine import Engine, Query
from charging.queries.measures import share, summed


class By(StrEnum):
    """What totals can be broken down by: the name of the column."""

    OPERATOR = "operator_code"
    CITY = "city_id"
    CURRENT = "current"
    STATUS = "status"
    ACCESS = "access"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The figures that stand at the top of the page, for one selection.

    A share carries its parts: of `service_areas` sides of the road, `service_areas_with_piles` hold a
    selected pile.
    """

    stations: int
    piles: int | None  # None: nothing is known
    dc_piles: int | None
    operators: int | None
    cities: int | None
    service_areas_with_piles: int
    service_areas: int
    stations_piles_unknown: int

    @property
    def service_area_share(self) -> float | None:
        """Share of service areas with a selected pile, 0 to 1; None where the dataset lists none."""
        return self.service_areas_with_piles / self.service_areas if self.service_areas else None


def totals(engine: Engine, filters: Filters, *, by: By | None = None, place: Place = None) -> pd.DataFrame:
    """Return the sums of the selection, by `by` if given.

    A station whose piles differ in `by` stands in several rows: rows then add up to more stations than there
    are, never to more piles.

    Returns
    -------
    table
        The columns of `measures.summed`; with `by`, a first column `key` (null: not known; operators as their
        id) and a last one `share` (of the piles of all rows, 0 to 1), ordered by piles downwards, then by
        key.
    """
    condition = where(filters, place, engine)
    if by is None:
        return summed(engine, condition)
    table = summed(engine, condition, str(by)).sort_values(
        "piles", ascending=False, kind="stable", ignore_index=True
    )
    if by is By.OPERATOR:
        table["key"] = table.key.map(engine.operator_ids).astype("object")
    piles = table.piles.to_numpy(dtype=np.float64)
    return table.assign(share=share(piles, np.full(piles.shape, np.nansum(piles))))


def headline(engine: Engine, filters: Filters) -> Headline:
    """Return the figures at the top of the page for a selection."""
    sums = totals(engine, filters).iloc[0]
    condition = where(filters, None, engine)

    def distinct(column: str, also: str = "true") -> int:
        rows = f"select {column} from groups where {column} is not null and {also} and {condition.sql}"
        query = f"{rows} group by {column}"
        counted = engine.run(Query(f"select count(*) as n from ({query}) held", condition.parameters))
        return int(counted.n[0])

    return Headline(
        stations=int(sums.stations),
        piles=_count(sums.piles),
        dc_piles=_count(sums.dc_piles),
        # of stations none of which names an operator, the number of operators is not 0, it is not known
        operators=distinct("operator_code") or (None if sums.stations else 0),
        cities=distinct("city_id") or (None if sums.stations else 0),
        service_areas_with_piles=distinct("service_area_id", "piles > 0"),
        service_areas=int(engine.run(Query("select count(*) as n from service_areas")).n[0]),
        stations_piles_unknown=int(sums.stations_piles_unknown),
    )


def operator_piles(by_operator: pd.DataFrame, operator_id: str) -> int | None:
    """Return the piles of an operator in totals by operator; None if it has none and some piles name none."""
    piles = by_operator.set_index("key").piles
    if operator_id in piles.index:
        return _count(piles[operator_id])
    return None if piles.index.isna().any() else 0


def _count(value: float | None) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def left_out_as_unknown(engine: Engine, filters: Filters) -> int:
    """Return how many stations a selection leaves out only because something about them is not known."""
    if filters.is_empty or filters.include_unknown:
        return 0
    counts = [int(totals(engine, selection).stations[0]) for selection in (filters.with_unknown(), filters)]
    return counts[0] - counts[1]
