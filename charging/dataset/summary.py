"""What a dataset holds, in a handful of figures, counted from its files; repeated ids are in its report."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from charging.dataset.building.columns import distinct_rows
from charging.dataset.checksums import check_files
from charging.dataset.report import Finding, find_repeated_piles
from charging.dataset.store import Dataset
from charging.domain.place_names import place_keys

_OWNER = ("station_id", "source", "operator_id", "operator_raw")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures of a dataset; what is not known is in a figure of its own and in no other."""

    stations: int
    stations_without_pile_count: int
    piles: int | None  # None where no station says how many it has
    repeated_piles: Finding | None  # piles with the id of a pile at another station, all counted
    dc_piles: int | None  # current DC or AC_DC; None where no current is known
    piles_without_current: int
    piles_by_operator: dict[str, int]  # the operator of the piles, the largest first
    piles_without_operator: int
    operators: int | None  # with stations, whether their piles are counted or not; None where none is named
    cities: int | None  # of the registry; None where no station is known to lie in one
    places: int | None  # these, and cities and towns by their names elsewhere; None where none is named
    service_areas: int  # sides of the road
    service_areas_with_piles: int

    @property
    def service_area_share(self) -> float | None:
        """Share of service areas with at least one known pile, 0 to 1; None where the dataset lists none."""
        return self.service_areas_with_piles / self.service_areas if self.service_areas else None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        repeated = self.repeated_piles.count if self.repeated_piles else 0
        return asdict(self) | {"repeated_piles": repeated, "service_area_share": self.service_area_share}


def repeated_piles(dataset: Dataset) -> Finding | None:
    """Return the piles that have the id of one at another station: of the report, which an old one lacks."""
    if dataset.manifest.format_version > 1:
        return dataset.manifest.report.repeated_piles
    return _count_repeated_piles(replace(dataset, lease=None))


def summarise(dataset: Dataset) -> Summary:
    """Return the figures of a dataset.

    Raises
    ------
    DatasetError
        If a file of it is damaged.
    """
    check_files(dataset, "stations", "piles", "service_areas")
    stations = _columns(dataset.path("stations"), "piles", "dc_piles", repeated=_STATION_TEXTS)
    piles = _columns(dataset.path("piles"), "count", repeated=("operator_id", "current"))
    operators, at = distinct_rows(piles, ["operator_id"])
    sums = np.bincount(at, pc.fill_null(piles["count"], 0).to_numpy(), len(operators)).astype(np.int64)
    counts = {operator: count for (operator,), count in zip(operators, sums.tolist(), strict=True)}
    without_operator = counts.pop(None, 0)
    known = {operator: count for operator, count in counts.items() if count}
    equipped = stations.filter(pc.greater(stations["piles"], 0))
    return Summary(
        stations=len(stations),
        stations_without_pile_count=stations["piles"].null_count,
        piles=pc.sum(piles["count"]).as_py() if len(stations) else 0,
        repeated_piles=repeated_piles(dataset),
        dc_piles=pc.sum(stations["dc_piles"]).as_py(),
        piles_without_current=pc.sum(piles.filter(piles["current"].is_null())["count"]).as_py() or 0,
        piles_by_operator=dict(sorted(known.items(), key=lambda item: (-item[1], item[0]))),
        piles_without_operator=without_operator,
        # a station without any piles is its operator's all the same
        operators=len({*counts, *_operators_without_piles(dataset, stations)} - {None}) or None,
        cities=_count_values(stations, "city_id") or None,
        places=_count_places(stations) or None,
        service_areas=pq.read_metadata(dataset.path("service_areas")).num_rows,
        service_areas_with_piles=_count_values(equipped, "service_area_id"),
    )


_PLACE_COLUMNS = ("city_id", "region", "city_raw")

_STATION_TEXTS = ("service_area_id", "operator_id", *_PLACE_COLUMNS)


def _operators_without_piles(dataset: Dataset, stations: pa.Table) -> list[str | None]:
    """Return the operators of the stations that no row of piles is about."""
    may_be_bare = pc.fill_null(pc.equal(stations["piles"], 0), fill_value=True)
    if not pc.any(may_be_bare).as_py():
        return []
    ids = _columns(dataset.path("stations"), "station_id")["station_id"].filter(may_be_bare)
    equipped = _columns(dataset.path("piles"), "station_id")["station_id"]
    is_bare = pc.invert(pc.is_in(ids, value_set=equipped))
    operators: list[str | None] = (
        stations["operator_id"].filter(may_be_bare).filter(is_bare).unique().to_pylist()
    )
    return operators


@lru_cache(maxsize=4)  # files of a version never change
def _count_repeated_piles(dataset: Dataset) -> Finding | None:
    check_files(dataset, "stations", "piles")
    stations = _columns(dataset.path("stations"), *_OWNER)
    return find_repeated_piles(stations, _columns(dataset.path("piles"), "station_id", "pile_id"))


def _count_values(table: pa.Table, column: str) -> int:
    return len({*distinct_rows(table, [column])[0]} - {(None,)})


def _count_places(stations: pa.Table) -> int:
    return len({*place_keys(distinct_rows(stations, _PLACE_COLUMNS)[0])} - {None})


def _columns(path: Path, *names: str, repeated: Sequence[str] = ()) -> pa.Table:
    """Return columns, those of repeated texts as they are in the file: a number for each text."""
    # `read_table` loads datasets and threads for what is read in no time
    with pq.ParquetFile(path, read_dictionary=repeated) as file:
        return file.read([*names, *repeated], use_threads=False).combine_chunks()
