"""Sums over the whole selection, or over one of its parts: an operator, a city, a place."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import ratio
from charging.domain.filters import Filters
from charging.queries.engine import Engine, named
from charging.queries.measures import SUMS, summed, summed_by
from charging.queries.predicates import Place, picked
from charging.queries.stations import count_stations


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


def totals(
    engine: Engine,
    filters: Filters,
    *,
    by: By | None = None,
    place: Place = None,
    sums_of: Collection[str] = SUMS,
) -> pd.DataFrame:
    """Return the sums of the selection, by `by` if given.

    A station whose piles differ in `by` stands in several rows: rows then add up to more stations than there
    are, never to more piles.

    Parameters
    ----------
    by
        What to break down by.
    place
        Where to look; None is everywhere.
    sums_of
        The columns that are asked, of `measures.SUMS`; with `by`, `piles` is among them.

    Returns
    -------
    table
        The columns of `measures.summed`; with `by`, a first column `key` (null: not known; operators as their
        id) and a last one `share` (of the piles of all rows, 0 to 1), ordered by piles downwards, then by
        key.
    """
    if by is None:
        return summed(engine, filters, place, sums_of)
    sums = summed_by(engine, filters, place, str(by), sums_of)
    piles = sums["piles"]
    sums["share"] = ratio(piles, np.full(piles.shape, np.nansum(piles)))
    largest = np.argsort(-piles, kind="stable")  # what is not known comes last
    sums = {name: column[largest] for name, column in sums.items()}
    table = pd.DataFrame(sums)
    table["key"] = (
        named(engine.operator_ids, sums["key"]) if by is By.OPERATOR else table["key"].astype("str")
    )
    return table


def piles_by_operator(engine: Engine, filters: Filters, *, place: Place = None) -> pd.DataFrame:
    """Return `totals` by operator with the piles alone: `key`, `piles`, `share`."""
    return totals(engine, filters, by=By.OPERATOR, place=place, sums_of=("piles",))


def headline(engine: Engine, filters: Filters) -> Headline:
    """Return the figures at the top of the page for a selection."""
    sums = totals(engine, filters, sums_of=_HEADLINE_SUMS).iloc[0]
    columns, at = engine.columns, picked(engine, filters)
    with_piles = at[columns.parts["piles"][at] > 0]
    return Headline(
        stations=int(sums.stations),
        piles=_count(sums.piles),
        dc_piles=_count(sums.dc_piles),
        # of stations none of which names an operator, the number of operators is not 0, it is not known
        operators=_distinct(columns.operator_code[at]) or (None if sums.stations else 0),
        cities=_distinct(engine.numbered("city_id").number[at]) or (None if sums.stations else 0),
        service_areas_with_piles=_distinct(engine.numbered("service_area_id").number[with_piles]),
        service_areas=engine.service_areas,
        stations_piles_unknown=int(sums.stations_piles_unknown),
    )


_HEADLINE_SUMS = ("stations", "piles", "dc_piles", "stations_piles_unknown")


def _distinct(numbers: NDArray[np.int64]) -> int:
    """Return how many different numbers there are, but for those below 0, which stand for not known."""
    return int(np.count_nonzero(np.bincount(numbers[numbers >= 0])))


def operator_piles(by_operator: pd.DataFrame, operator_id: str) -> int | None:
    """Return the piles of an operator in totals by operator; None if it has none and some piles name none."""
    piles = dict(zip(by_operator.key.to_list(), by_operator.piles.to_list(), strict=True))
    if operator_id in piles:
        return _count(piles[operator_id])
    return None if by_operator.key.isna().any() else 0


def _count(value: float | None) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def left_out_as_unknown(engine: Engine, filters: Filters) -> int:
    """Return how many stations a selection leaves out only because something about them is not known."""
    if filters.is_empty or filters.include_unknown:
        return 0
    return count_stations(engine, filters.with_unknown(), None) - count_stations(engine, filters, None)
