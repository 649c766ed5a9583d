"""Sums over the whole selection, or over one of its parts: an operator, a city, a place."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import ratio
from charging.domain.filters import Filters
from charging.queries.engine import Engine, decode
from charging.queries.measures import SUMS, sum_by, sum_groups
from charging.queries.predicates import Place, select_groups
from charging.queries.stations import count_stations


class Breakdown(StrEnum):
    """What totals can be broken down by: the name of the column."""

    OPERATOR = "operator_code"
    CITY = "city_id"
    CURRENT = "current"
    STATUS = "status"
    ACCESS = "access"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The figures at the top of the page, for one selection.

    A share comes with its parts: of `service_areas` sides of the road, `service_areas_with_piles` have a
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
    by: Breakdown | None = None,
    place: Place = None,
    sums_of: Collection[str] = SUMS,
) -> pd.DataFrame:
    """Return the sums of the selection, by `by` if given.

    A station whose piles differ in `by` is in several rows: rows then add up to more stations than there are,
    never to more piles.

    Returns
    -------
    table
        The columns of `measures.SUMS` that `sums_of` names; with `by`, `piles` is among them, a first column
        is `key` (null: not known; operators by id) and a last one `share` (of the piles of all rows, 0 to 1),
        ordered by piles descending, then by key.
    """
    if by is None:
        return sum_groups(engine, filters, place, sums_of)
    sums = sum_by(engine, filters, place, str(by), sums_of)
    piles = sums["piles"]
    sums["share"] = ratio(piles, np.full(piles.shape, np.nansum(piles)))
    largest = np.argsort(-piles, kind="stable")  # unknown ones come last
    sums = {name: column[largest] for name, column in sums.items()}
    table = pd.DataFrame(sums)
    table["key"] = (
        decode(engine.operator_ids, sums["key"]) if by is Breakdown.OPERATOR else table["key"].astype("str")
    )
    return table


def piles_by_operator(engine: Engine, filters: Filters, *, place: Place = None) -> pd.DataFrame:
    """Return `totals` by operator with the piles alone: `key`, `piles`, `share`."""
    return totals(engine, filters, by=Breakdown.OPERATOR, place=place, sums_of=("piles",))


def headline(engine: Engine, filters: Filters) -> Headline:
    """Return the figures at the top of the page for a selection."""
    sums = totals(engine, filters, sums_of=_HEADLINE_SUMS).iloc[0]
    columns, rows = engine.columns, select_groups(engine, filters)
    with_piles = rows[columns.pile_counts["piles"][rows] > 0]
    return Headline(
        stations=int(sums.stations),
        piles=int_or_none(sums.piles),
        dc_piles=int_or_none(sums.dc_piles),
        # if no station names an operator, the number of operators is not 0, it is not known
        operators=_count_distinct(columns.operator_code[rows]) or (None if sums.stations else 0),
        cities=_count_distinct(engine.text_codes("city_id").codes[rows]) or (None if sums.stations else 0),
        service_areas_with_piles=_count_distinct(engine.text_codes("service_area_id").codes[with_piles]),
        service_areas=engine.service_areas,
        stations_piles_unknown=int(sums.stations_piles_unknown),
    )


_HEADLINE_SUMS = ("stations", "piles", "dc_piles", "stations_piles_unknown")


def _count_distinct(numbers: NDArray[np.int64]) -> int:
    """Return how many distinct numbers there are, without negative ones, which mean not known."""
    return int(np.count_nonzero(np.bincount(numbers[numbers >= 0])))


def operator_piles(by_operator: pd.DataFrame, operator_ids: Iterable[str]) -> dict[str, int | None]:
    """Return the piles of operators from totals by operator; None if one has none and some are unknown."""
    piles = dict(zip(by_operator.key.to_list(), by_operator.piles.to_list(), strict=True))
    absent = None if by_operator.key.isna().any() else 0
    return {each: int_or_none(piles.get(each, absent)) for each in operator_ids}


def int_or_none(value: float | None) -> int | None:
    """Return a sum as a whole number; None where nothing is known."""
    return None if value is None or pd.isna(value) else int(value)


def count_left_out_as_unknown(engine: Engine, filters: Filters) -> int:
    """Return how many stations a selection excludes only because something about them is not known."""
    if filters.is_empty or filters.include_unknown:
        return 0
    return count_stations(engine, filters.with_unknown(), None) - count_stations(engine, filters, None)
