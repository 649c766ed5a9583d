"""The table that coverage, resilience and comparison read: who holds how many piles in which unit.

`charging.queries.holdings.holdings` returns such a table, `bin_stations` makes one from stations, and you can
make one by hand. It has the columns `unit` (H3 cells of one resolution as int64, or any ids as text; never
null), `operator_id` (null: not known) and `piles` (null: not known); others are ignored. Rows that repeat a
unit and operator are added up.
"""

from collections.abc import Collection
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.arrays import run_starts
from charging.domain.hexes import cells_at
from charging.errors import UsageError

COLUMNS = ("unit", "operator_id", "piles")

STATION_COLUMNS = ("lat", "lon", "operator_id", "piles")
"""What `bin_stations` reads of a station."""

_MAX_LAT, _MAX_LON = 90.0, 180.0


class Holdings(NamedTuple):
    """A table of holdings as arrays: units and operators are numbered in ascending order."""

    units: NDArray[Any]  # distinct, ascending
    operator_ids: tuple[str, ...]  # distinct, ascending; only known ones
    unit_no: NDArray[np.intp]  # of each row
    operator_no: NDArray[np.intp]  # of each row; -1: operator not known
    piles: NDArray[np.float64]  # of each row; NaN: not known

    @classmethod
    def read(cls, table: pd.DataFrame) -> "Holdings":
        """Return a table of holdings as arrays.

        Raises
        ------
        UsageError
            If a column is missing, a unit is null, or a number of piles is negative.
        """
        missing = [name for name in COLUMNS if name not in table.columns]
        if missing:
            message = (
                f"Expected a table of holdings with the columns {', '.join(COLUMNS)}, found"
                f" {', '.join(map(str, table.columns)) or 'none'}; make it with charging.queries.holdings"
            )
            raise UsageError(message)
        unit_no, units = _number_units(table["unit"])
        operator_no, operator_ids = _number_operators(table["operator_id"])
        piles = table["piles"].to_numpy(dtype=np.float64, na_value=np.nan)
        if (unit_no < 0).any() or (piles < 0).any():
            message = "Expected units that are not null and piles of 0 or more in a table of holdings"
            raise UsageError(
                f"{message}, found {int((unit_no < 0).sum())} and {int((piles < 0).sum())} others"
            )
        return cls(units, tuple(map(str, operator_ids)), unit_no, operator_no, piles)

    def belongs_to(self, operators: Collection[str]) -> NDArray[np.bool_]:
        """Return for each row whether its operator is one of `operators`; an unknown one never is."""
        wanted = np.array([operator_id in operators for operator_id in self.operator_ids] + [False])
        return wanted[self.operator_no]

    def piles_by_unit(self, rows: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """Return the known piles of each unit, of some rows or all of them; 0 where none is known."""
        counted = ~np.isnan(self.piles) if rows is None else rows & ~np.isnan(self.piles)
        return group_sums(self.piles[counted], self.unit_no[counted], self.units.size)


def _number_units(units: pd.Series) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Return the position of each row's unit among the distinct ones, and these, ascending; -1: null."""
    values = units.to_numpy()
    if values.dtype == np.int64 and (values[1:] >= values[:-1]).all():  # holdings come by unit
        starts = run_starts(values)
        return np.cumsum(starts) - 1, values[starts]
    unit_no, distinct = pd.factorize(units, sort=True)
    return unit_no, np.asarray(distinct)


def _number_operators(operator_ids: pd.Series) -> tuple[NDArray[np.intp], pd.Index]:
    """Return the position of each operator among the distinct ones, and these, ascending; -1: null."""
    is_numbered = isinstance(operator_ids.dtype, pd.CategoricalDtype)
    if not is_numbered or not operator_ids.cat.categories.is_monotonic_increasing:
        # as texts, since categories may have an order of their own
        return pd.factorize(operator_ids.astype("str"), sort=True)
    code = np.asarray(operator_ids.cat.codes, dtype=np.intp)
    occurs = np.bincount(code + 1, minlength=1)[1:] > 0
    position = np.append(np.cumsum(occurs) - 1, -1)  # -1 points at the last
    return position[code], operator_ids.cat.categories[: occurs.size][occurs]


def bin_stations(stations: pd.DataFrame, resolution: int) -> pd.DataFrame:
    """Return who holds how many piles in which H3 cell: plain stations as a table of holdings.

    Parameters
    ----------
    stations
        One row per station, or per station and operator: `lat`, `lon` (WGS-84 degrees), `operator_id` (null:
        not known) and `piles` (0 or more; null: not known). Other columns are ignored.
    resolution
        H3 resolution of the cells, 0 to 11.

    Returns
    -------
    table
        One row per cell and operator: `unit` (int64 H3 cell), `operator_id` (null: not known), `stations`
        (rows, int64) and `piles` (float64; null: nothing is known of any of them), ordered by unit, then by
        operator id, the operator that is not known last.

    Raises
    ------
    UsageError
        If a column is missing, a coordinate is null or out of range, or a number of piles is negative.
    ValueError
        If `resolution` is not 0 to 11.

    Examples
    --------
    >>> rows = {"lat": [31.23, 31.23], "lon": [121.47, 121.47], "operator_id": "teld", "piles": [4, None]}
    >>> bin_stations(pd.DataFrame(rows), 6)[["operator_id", "stations", "piles"]].values.tolist()
    [['teld', 2, 4.0]]
    """
    _check_stations(stations)
    lat, lon = (stations[name].to_numpy(dtype=np.float64) for name in ("lat", "lon"))
    rows = pd.DataFrame(
        {
            "unit": cells_at(lat, lon, resolution),
            "operator_id": stations["operator_id"].astype("str").reset_index(drop=True),
            "piles": stations["piles"].to_numpy(dtype=np.float64, na_value=np.nan),
        }
    )
    grouped = rows.groupby(["unit", "operator_id"], dropna=False, sort=True)
    table = grouped["piles"].agg(stations="size", piles=lambda piles: piles.sum(min_count=1))
    return table.reset_index().astype({"stations": np.int64, "piles": np.float64})


def operator_set(operators: Collection[str]) -> frozenset[str]:
    """Return operators as a set.

    Raises
    ------
    UsageError
        If they are one text, whose letters would be taken for operators.
    """
    if isinstance(operators, str):
        message = f"Expected a list of operator ids, found the text {operators!r}; write [{operators!r}]"
        raise UsageError(message)
    return frozenset(operators)


def require_disjoint(left: Collection[str], right: Collection[str], what: str) -> None:
    """Raise if two sets of operators overlap.

    Raises
    ------
    UsageError
        Naming those in both, and `what` was expected.
    """
    if both := sorted(set(left) & set(right)):
        message = f"Expected {what}, found {', '.join(both)} in both; leave it out of one of them"
        raise UsageError(message)


def _check_stations(stations: pd.DataFrame) -> None:
    missing = [name for name in STATION_COLUMNS if name not in stations.columns]
    if missing:
        message = (
            f"Expected stations with the columns {', '.join(STATION_COLUMNS)}, found none called"
            f" {', '.join(missing)}; rename those that say it"
        )
        raise UsageError(message)
    for name, limit in (("lat", _MAX_LAT), ("lon", _MAX_LON)):
        degrees = stations[name].to_numpy(dtype=np.float64, na_value=np.nan)
        if strange := int((~(np.abs(degrees) <= limit)).sum()):
            message = f"Expected {name} within {limit:g} degrees for every station, found {strange} others"
            raise UsageError(f"{message}; leave out stations whose place is not known")
    if (stations["piles"].to_numpy(dtype=np.float64, na_value=np.nan) < 0).any():
        message = "Expected piles of 0 or more, found some below; null says that they are not known"
        raise UsageError(message)


def group_sums(values: NDArray[np.float64], by: NDArray[np.intp], size: int) -> NDArray[np.float64]:
    """Return the sums of values by a number 0 to `size` - 1 each; 0 where there are none."""
    return np.bincount(by, values, minlength=size).astype(np.float64, copy=False)


def to_categories(numbers: NDArray[np.intp], names: type[StrEnum]) -> "pd.Categorical[str]":
    """Return numbers as the members of an enum at these positions, as an ordered categorical."""
    categories: pd.Categorical[str] = pd.Categorical.from_codes(numbers, dtype=_category_type(names))
    return categories


@cache
def _category_type(names: type[StrEnum]) -> Any:  # noqa: ANN401  what pandas-stubs takes for numbers
    return pd.CategoricalDtype([str(name) for name in names], ordered=True)
