"""Records to tables: datum, operator, city, cell and derived columns, once for every source.

Records stream by and are turned into Arrow columns some ten thousand at a time, so that what is held in
memory is columns, not objects. What cannot be taken is counted (`charging.dataset.report`); nothing raises
for a record.
"""

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.dataset.building.columns import clean_texts, sort_table
from charging.dataset.building.entity_resolution import Resolver
from charging.dataset.building.operator_naming import assign_operators
from charging.dataset.building.pinyin import add_pinyin
from charging.dataset.building.record_validation import RecordValidator
from charging.dataset.building.regions import PLACE_COLUMNS, doubt_regions
from charging.dataset.building.service_area_matching import link_by_distance
from charging.dataset.manifest import SourceRows
from charging.dataset.report import (
    FileAssumption,
    GuessedColumn,
    ImportReport,
    UnusedColumns,
)
from charging.domain.geography import CityIndex, load_cities
from charging.domain.hexes import cells_at
from charging.domain.operators import OperatorRegistry, load_operators
from charging.domain.schema import PILES, SERVICE_AREAS, STATIONS, Table
from charging.domain.vocabulary import Datum
from charging.sources.records import Record, Repair, ServiceAreaRecord, SourceInfo, StationRecord
from charging.sources.tabular.station_columns import Stations

MAX_PREVIEW_STATIONS = 2_000
"""Stations of a file that are looked at before it is read."""

MAX_PREVIEW_RECORDS = 20_000
"""Records of any kind, likewise."""

CHUNK_RECORDS = 8_192
"""Records turned into columns at a time."""

_OPERATOR_CODE = "operator_code"
_OF_ALL_ROWS = (_OPERATOR_CODE, "pinyin")
"""Columns made when all rows are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """The tables of a dataset by name, with the report on how they came about."""

    tables: dict[str, pa.Table]
    report: ImportReport
    sources: tuple[SourceRows, ...]


class Preview(NamedTuple):
    """The beginning of a file as it would be taken."""

    records: tuple[StationRecord | ServiceAreaRecord, ...]  # those taken
    points: tuple[tuple[float, float], ...]  # of the stations: latitude and longitude, WGS-84 degrees
    report: ImportReport  # on all that was looked at


def build_tables(
    records: Iterable[Record | Stations],
    *,
    source: SourceInfo,
    retrieved_at: datetime,
    registry: OperatorRegistry,
    cities: CityIndex,
    datum: Datum | None = None,
) -> BuildResult:
    """Return the tables of the records of one source.

    Parameters
    ----------
    records
        What a reader yields, as records or as columns; read once, never held as a whole.
    retrieved_at
        When the source was read, aware.
    datum
        Datum of the coordinates, where it is known better than the reader does.
    """
    builder = Builder(registry=registry, cities=cities)
    builder.add(records, source=source, retrieved_at=retrieved_at, datum=datum)
    return builder.finish()


class Builder:
    """Tables in the making, from one source after another."""

    def __init__(self, *, registry: OperatorRegistry, cities: CityIndex) -> None:
        """Start with no rows."""
        self._registry = registry
        self._resolver = Resolver(registry, cities)
        self._validator = RecordValidator(self._resolver)
        self._stations: list[pa.Table] = []
        self._piles: list[pa.Table] = []
        self._sources: list[SourceRows] = []

    def add(
        self,
        records: Iterable[Record | Stations],
        *,
        source: SourceInfo,
        retrieved_at: datetime,
        datum: Datum | None = None,
        repairs: Collection[Repair] = (),
    ) -> None:
        """Take the records of a source; parameters as in `build_tables`, and what is put right on request."""
        validator = self._validator
        read_before, taken_before = validator.tally.rows_read, validator.taken_count
        parts_before = len(self._stations)
        with _paused_gc():
            for batch in _batches(records):
                if record_batch := validator.validate(
                    batch, source=source.source, datum=datum, repairs=repairs
                ):
                    stations, piles = record_batch.tables(source, retrieved_at, self._resolver)
                    self._stations.append(stations)
                    self._piles.append(piles)
        if parts := self._stations[parts_before:]:
            doubt_regions(validator.tally, pa.concat_tables([part.select(PLACE_COLUMNS) for part in parts]))
        self._sources.append(
            SourceRows(
                info=source,
                retrieved_at=retrieved_at,
                rows_read=validator.tally.rows_read - read_before,
                rows_taken=validator.taken_count - taken_before,
            )
        )

    def leave(self, archive: str, members: Iterable[str]) -> None:
        """Note in the report which members of an archive are not read."""
        self._validator.tally.leave(archive, members)

    def guess(
        self,
        columns: Iterable[GuessedColumn],
        unused: Iterable[UnusedColumns],
        assumptions: Iterable[FileAssumption],
    ) -> None:
        """Note in the report what the columns of a table were taken for."""
        self._validator.tally.guess(columns, unused, assumptions)

    def keep(
        self,
        tables: Mapping[str, pa.Table],
        *,
        report: ImportReport,
        sources: Iterable[SourceRows],
        has_guesses: bool = False,
    ) -> None:
        """Take rows that were built before as they are, for a dataset whose other sources are read again.

        Parameters
        ----------
        tables, report, sources
            Those of the schema, by name, and how their rows came about.
        has_guesses
            Whether service areas were linked by distance; that is then repeated for all rows together.
        """
        stations = tables[STATIONS.name].drop_columns([*_OF_ALL_ROWS])
        stations = _with_column(stations, "operator_id", self._resolver.resolve_stored(stations))
        if has_guesses:
            stations = _with_area_ids(stations, pa.nulls(len(stations), pa.string()))
        kept_ids = zip(*(stations[name].to_pylist() for name in ("source", "source_id")), strict=True)
        self._stations.append(stations)
        self._piles.append(tables[PILES.name].drop_columns([_OPERATOR_CODE]))
        self._validator.keep(kept_ids, _area_records(tables[SERVICE_AREAS.name]), report)
        self._sources.extend(sources)

    def finish(self) -> BuildResult:
        """Return the tables and the report; the builder is used up.

        Which ids of piles repeat is counted when a version is written, since what is merged decides it.
        """
        areas = _area_table(self._validator.areas)
        stations, piles = _join_parts(self._stations, STATIONS), _join_parts(self._piles, PILES)
        self._stations, self._piles = [], []
        stations, piles = assign_operators(stations, piles, self._registry)
        stations = add_pinyin(stations)
        stations = _with_known_areas(stations, areas)
        stations, linked, linked_unsaid = link_by_distance(stations, areas)
        unsorted = [piles, stations]
        del stations, piles
        stations, piles = sort_table(unsorted.pop(), STATIONS), sort_table(unsorted.pop(), PILES)
        report = self._validator.tally.report(
            stations=len(stations),
            service_areas=len(areas),
            piles=pc.sum(piles["count"]).as_py() or 0,
            stations_without_pile_count=stations["piles"].null_count,
            linked_to_areas=linked,
            linked_to_areas_unsaid=linked_unsaid,
        )
        tables = {
            STATIONS.name: stations,
            PILES.name: piles,
            SERVICE_AREAS.name: sort_table(areas, SERVICE_AREAS),
        }
        return BuildResult(tables=tables, report=report, sources=tuple(self._sources))


def _batches(given: Iterable[Record | Stations]) -> Iterator[list[Record] | Stations]:
    """Yield columns as they come, and records some thousand at a time."""
    records: list[Record] = []
    for each in given:
        if isinstance(each, Stations):
            yield each
            continue
        records.append(each)
        if len(records) == CHUNK_RECORDS:
            yield records
            records = []
    if records:
        yield records


@contextmanager
def _paused_gc() -> Iterator[None]:
    """Look for no cyclic garbage: records make none, and the search takes a tenth of an import."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _join_parts(parts: list[pa.Table], spec: Table) -> pa.Table:
    """Return the parts as one table, or an empty one of the same columns."""
    if parts:
        names = parts[0].column_names
        # rebuilt, since rows that were stored carry the metadata of the schema
        return pa.concat_tables([pa.table({name: part[name] for name in names}) for part in parts])
    empty = spec.arrow_schema.empty_table()
    return empty.drop_columns([name for name in _OF_ALL_ROWS if name in empty.column_names])


def _with_known_areas(stations: pa.Table, areas: pa.Table) -> pa.Table:
    """Return stations whose `service_area_id` is null where no service area of that id is stored."""
    given = stations["service_area_id"]
    is_known = pc.is_in(given, areas["service_area_id"])
    return _with_area_ids(stations, pc.if_else(is_known, given, pa.scalar(None, pa.string())))


def _with_area_ids(stations: pa.Table, area_ids: pa.Array) -> pa.Table:
    return _with_column(stations, "service_area_id", area_ids)


def _with_column(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, values)


def _area_records(table: pa.Table) -> Iterator[ServiceAreaRecord]:
    """Yield the records of a table that `_area_table` made."""
    for row in table.drop_columns(["cell"]).to_pylist():
        yield ServiceAreaRecord(**row)


def _area_table(areas: dict[str, ServiceAreaRecord]) -> pa.Table:
    records = areas.values()
    lat = np.array([record.lat for record in records], np.float64)
    lon = np.array([record.lon for record in records], np.float64)
    return pa.table(
        {
            "service_area_id": pa.array(areas, pa.string()),
            **{
                name: clean_texts([getattr(record, name) for record in records])
                for name in ("name", "expressway", "direction")
            },
            "chainage_km": pa.array([record.chainage_km for record in records], pa.float64()),
            "lat": pa.array(lat),
            "lon": pa.array(lon),
            "cell": pa.array(cells_at(lat, lon)),
        }
    )


def take_first(
    records: Iterable[Record], source: str, datum: Datum | None, *, repairs: Collection[Repair] = ()
) -> Preview:
    """Return the first records as they would be taken.

    Parameters
    ----------
    records
        Of one file; no more are asked for than are looked at.
    source
        Prefix of their ids.
    datum
        Of their coordinates, where it is known better than the reader does.
    repairs
        What is corrected on request.
    """
    read: list[Record] = []
    stations = 0
    for record in records:
        read.append(record)
        stations += isinstance(record, StationRecord)
        if stations == MAX_PREVIEW_STATIONS or len(read) == MAX_PREVIEW_RECORDS:
            break
    validator = RecordValidator(Resolver(load_operators(), CityIndex(load_cities())))
    batch = validator.validate(read, source=source, datum=datum, repairs=repairs)
    points: tuple[tuple[float, float], ...] = ()
    taken: list[StationRecord | ServiceAreaRecord] = []
    if batch:
        doubt_regions(validator.tally, batch.places())
        taken += (record for record in batch.given.records() if isinstance(record, StationRecord))
        points = tuple(zip(batch.lat.tolist(), batch.lon.tolist(), strict=True))
    areas = [*validator.areas.values()]
    report = validator.tally.report(
        stations=len(taken), service_areas=len(areas), piles=0, stations_without_pile_count=0
    )
    return Preview((*taken, *areas), points, report)
