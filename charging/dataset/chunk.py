"""Some ten thousand stations on their way from records to columns.

A chunk takes records that were judged fit, with their piles, and turns them into two Arrow tables in which
everything but the operator codes is computed. Those wait until all operators of the dataset are known.
"""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.dataset.columns import clean_texts
from charging.dataset.coordinates import in_wgs84
from charging.dataset.resolving import Resolver
from charging.domain.geography import City
from charging.domain.hexes import cells_at
from charging.domain.schema import STATIONS
from charging.domain.text import folded
from charging.domain.vocabulary import Current, Datum, Status
from charging.sources.records import SourceInfo, StationRecord

_TEXTS = (
    "name",
    "name_zh",
    "operator_raw",
    "service_area_id",
    "country",
    "region",
    "city_raw",
    "address",
    "opening_hours",
    "price",
    "phone",
    "url",
    "licence",
    "attribution",
)
_ORG_CODE = "operator_org_code"
_PLAIN = ("access", "site", "opened_on", "status_at", "updated_at")
_AS_GIVEN = (*_TEXTS, _ORG_CODE, *_PLAIN)
_as_given = attrgetter(*_AS_GIVEN)
_TYPES = {column.name: column.type for column in STATIONS.columns}


class Group(NamedTuple):
    """Identical piles on their way to a row, with the position of their station in the chunk."""

    station: int
    pile_id: str | None = None
    operator_id: str | None = None  # None: the station's
    current: Current | None = None
    connectors: int | None = None
    power_kw: float | None = None
    status: Status | None = None
    piles: int | None = None


class Chunk:
    """Stations of one source, and their piles."""

    def __init__(self) -> None:
        """Start empty."""
        self._given: list[tuple[Any, ...]] = []
        self._ids: list[str] = []
        self._lat: list[float] = []
        self._lon: list[float] = []
        self._datum: list[Datum] = []
        self._shifted_from: list[Datum | None] = []
        self._operators: list[str | None] = []
        self._cities: list[City | None] = []
        self._groups: list[Group] = []

    def __len__(self) -> int:
        """Return the number of stations."""
        return len(self._ids)

    def add(
        self,
        record: StationRecord,
        *,
        source_id: str,
        datum: Datum,
        is_shifted: bool,
        operator_id: str | None,
        city: City | None,
    ) -> None:
        """Take a station whose id and coordinates are sound."""
        self._given.append(_as_given(record))
        self._ids.append(source_id)
        self._lat.append(record.lat)
        self._lon.append(record.lon)
        self._datum.append(datum)
        self._shifted_from.append(datum if is_shifted else None)
        self._operators.append(operator_id)
        self._cities.append(city)

    def add_groups(self, groups: Iterable[Group]) -> None:
        """Take the piles of a station of this chunk."""
        self._groups.extend(groups)

    def tables(
        self, source: SourceInfo, retrieved_at: datetime, resolver: Resolver
    ) -> tuple[pa.Table, pa.Table]:
        """Return the stations and the piles, without operator codes, in the order they came."""
        stations = self._stations(source, retrieved_at)
        stations["search"] = self._search(stations, resolver)
        groups = self._group_columns()
        at = groups.pop("station")
        stations.update(_sums(at, groups, len(self)))
        piles = {
            "station_id": stations["station_id"].take(at),
            "operator_id": pc.coalesce(groups.pop("operator_id"), stations["operator_id"].take(at)),
            "cell": stations["cell"].take(at),
            **groups,
        }
        return pa.table(stations), pa.table(piles)

    def _stations(self, source: SourceInfo, retrieved_at: datetime) -> dict[str, pa.Array]:
        given = dict(zip(_AS_GIVEN, zip(*self._given, strict=True), strict=True))
        columns = {name: clean_texts(given[name]) for name in _TEXTS}
        columns |= {name: pa.array(given[name], _TYPES[name]) for name in _PLAIN}
        for name, default in (
            ("licence", pa.scalar(source.licence, pa.string())),
            ("attribution", pa.scalar(source.attribution, pa.string())),
            ("operator_raw", clean_texts(given[_ORG_CODE])),  # a code too is how a source writes an operator
        ):
            columns[name] = pc.coalesce(columns[name], default)
        ids = pa.array(self._ids, pa.string())
        columns |= {
            "station_id": pc.binary_join_element_wise(source.source, ids, ":"),
            "source": pa.repeat(pa.scalar(source.source, pa.string()), len(self)),
            "source_id": ids,
            "source_datum": pa.array(self._datum, pa.string()),
            "operator_id": pa.array(self._operators, pa.string()),
            "city_id": pa.array([city and city.id for city in self._cities], pa.string()),
            "city": pa.array([city and city.name_zh for city in self._cities], pa.string()),
            "retrieved_at": pa.repeat(pa.scalar(retrieved_at, _TYPES["retrieved_at"]), len(self)),
        }
        return columns | self._places()

    def _places(self) -> dict[str, pa.Array]:
        source_lat, source_lon = np.array(self._lat, np.float64), np.array(self._lon, np.float64)
        lat, lon = in_wgs84(source_lat, source_lon, np.array(self._shifted_from, np.object_))
        return {
            "source_lat": pa.array(source_lat),
            "source_lon": pa.array(source_lon),
            "lat": pa.array(lat),
            "lon": pa.array(lon),
            "cell": pa.array(cells_at(lat, lon)),
        }

    def _search(self, stations: dict[str, pa.Array], resolver: Resolver) -> pa.Array:
        names = ("name", "name_zh", "operator_raw", "city_raw", "address")
        texts = zip(*(stations[name].to_pylist() for name in names), strict=True)
        said = zip(texts, self._operators, self._cities, strict=True)
        return pa.array(
            [
                folded(" ".join(filter(None, (*own, resolver.operator_text(operator), _city_text(city)))))
                for own, operator, city in said
            ],
            pa.string(),
        )

    def _group_columns(self) -> dict[str, pa.Array]:
        columns = list(zip(*self._groups, strict=True)) or [()] * len(Group._fields)
        given = dict(zip(Group._fields, columns, strict=True))
        return {
            "station": pa.array(given["station"], pa.int64()),
            "pile_id": clean_texts(given["pile_id"]),
            "operator_id": pa.array(given["operator_id"], pa.string()),
            "current": pa.array(given["current"], pa.string()),
            "connectors": pa.array(given["connectors"], pa.int64()),
            "power_kw": pa.array(given["power_kw"], pa.float64()),
            "status": pa.array(given["status"], pa.string()),
            "count": pa.array(given["piles"], pa.int64()),
        }


def _city_text(city: City | None) -> str:
    return f"{city.name_zh} {city.name_en}" if city else ""


def _sums(at: pa.Array, groups: dict[str, pa.Array], stations: int) -> dict[str, pa.Array]:
    """Return `piles`, `dc_piles` and `max_power_kw` of each station; null where every part is."""
    station = at.to_numpy()
    count = pc.fill_null(groups["count"], 0).to_numpy(zero_copy_only=False)
    is_counted = groups["count"].is_valid().to_numpy(zero_copy_only=False)
    has_current = is_counted & groups["current"].is_valid().to_numpy(zero_copy_only=False)
    gives_dc = pc.is_in(groups["current"], pa.array([Current.DC, Current.AC_DC], pa.string()))
    is_dc = gives_dc.to_numpy(zero_copy_only=False)
    power_kw = pc.fill_null(groups["power_kw"], 0.0).to_numpy(zero_copy_only=False)
    highest_kw = np.zeros(stations)
    np.maximum.at(highest_kw, station, power_kw)
    return {
        "piles": _summed(station, count, is_counted, is_counted, stations),
        "dc_piles": _summed(station, count, is_dc & is_counted, has_current, stations),
        "max_power_kw": pa.array(highest_kw, mask=highest_kw == 0),  # a power is above 0 or null
    }


def _summed(
    station: NDArray[np.int64],
    count: NDArray[np.int64],
    is_summed: NDArray[np.bool_],
    is_known: NDArray[np.bool_],
    stations: int,
) -> pa.Array:
    totals = np.bincount(station, weights=count * is_summed, minlength=stations).astype(np.int64)
    return pa.array(totals, mask=np.bincount(station, weights=is_known, minlength=stations) == 0)
