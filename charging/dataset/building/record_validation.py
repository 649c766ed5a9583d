"""Rejects records without an id or a usable coordinate, and decides what of the others is taken.

A record is refused for its id or its coordinates alone. A number no pile can have becomes null and is
counted; what a source states above the sum of its groups becomes a group of unknown kind.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from charging.dataset.building.columns import clean_text, clean_texts
from charging.dataset.building.coordinates import (
    coordinate_refusal,
    has_sound_coordinates,
    in_wgs84,
    is_in_country,
)
from charging.dataset.building.entity_resolution import Resolver
from charging.dataset.building.known_ids import KnownIds
from charging.dataset.building.record_batch import PileGroups, RecordBatch
from charging.dataset.report import ImportReport, Tally
from charging.domain.datum import CHINA, is_shifted, may_be_in_china
from charging.domain.vocabulary import Connector, Datum
from charging.sources.io.arrow_texts import texts_of
from charging.sources.records import (
    PileRecord,
    PointDoubt,
    Reason,
    Record,
    Rejection,
    Repair,
    ServiceAreaRecord,
    StationRecord,
)
from charging.sources.tabular.station_columns import (
    TEXTS,
    TIMES,
    Coded,
    Pairs,
    Piles,
    Rows,
    Stations,
    codes_of,
    different,
    distinct,
)

MAX_PILES = 10_000
"""Highest number of piles a group or station can have; the largest sites have some hundreds."""

MAX_POWER_KW = 10_000.0
"""Highest power of a pile, kW; megawatt chargers reach 3,750."""

_CONNECTOR_MASKS = range(1, 1 << len(Connector))


class RecordValidator:
    """Validates every record of a dataset once: it is taken, or counted as rejected."""

    def __init__(self, resolver: Resolver) -> None:
        """Start with nothing taken."""
        self.tally = Tally()
        self.areas: dict[str, ServiceAreaRecord] = {}
        self._resolver = resolver
        self._station_ids: dict[str, KnownIds] = {}  # by source, as the source writes them

    @property
    def taken_count(self) -> int:
        """Number of records taken so far."""
        return sum(map(len, self._station_ids.values())) + len(self.areas) + self.tally.merged

    def keep(
        self, station_ids: Iterable[tuple[str, str]], areas: Iterable[ServiceAreaRecord], report: ImportReport
    ) -> None:
        """Count stations (source, and id in it) and service areas taken before, with the report on them."""
        for source, source_id in station_ids:
            self._station_ids.setdefault(source, KnownIds()).texts.add(source_id)
        self.areas.update((area.service_area_id, area) for area in areas)
        self.tally.keep(report)

    def validate(
        self,
        given: Sequence[Record] | Stations,
        *,
        source: str,
        datum: Datum | None,
        repairs: Collection[Repair] = (),
    ) -> RecordBatch | None:
        """Judge what a reader yielded, in its order, and return the stations taken, or None without any.

        `source` is the prefix of their ids; `datum` that of the coordinates, where it is known better than
        the reader does; `repairs` are what is corrected on request.
        """
        if isinstance(given, Stations):
            stations = given
        else:
            stations = stations_of(given)
            for record in given:
                if isinstance(record, ServiceAreaRecord):
                    self.tally.rows_read += 1
                    self._take_area(record, datum)
        self.tally.rows_read += len(stations.between) + int(stations.rows.sum())
        if Repair.SWAP in repairs:
            stations = _repair_swaps(stations)
        ids = clean_texts(stations.column("source_id"))
        refused = self._find_rejections(stations, ids, self._station_ids.setdefault(source, KnownIds()))
        self._count_rejections(stations, refused)
        if refused:
            is_taken = np.ones(len(stations), np.bool_)
            is_taken[list(refused)] = False
            stations, ids = stations.of(is_taken), ids.filter(pa.array(is_taken))
        return self._build_batch(stations, ids, datum) if len(stations) else None

    def _find_rejections(
        self, stations: Stations, ids: pa.Array, known_ids: KnownIds
    ) -> dict[int, Rejection]:
        """Return what is refused by position, and keep the ids of the others."""
        country = stations.column("country")
        sound = has_sound_coordinates(stations.lat, stations.lon, country)
        if sound.all() and known_ids.take(ids):
            return {}
        refused, known = {}, known_ids.texts
        for at, (source_id, is_sound) in enumerate(zip(ids.to_pylist(), sound.tolist(), strict=True)):
            is_known = source_id in known
            if not (is_sound and source_id) or is_known:
                place = float(stations.lat[at]), float(stations.lon[at]), country[at].as_py()
                if rejection := _rejection_of(source_id or "", *place, is_known=is_known):
                    refused[at] = rejection
                    continue
            known.add(source_id)
        return refused

    def _count_rejections(self, stations: Stations, refused: Mapping[int, Rejection]) -> None:
        """Count what the reader and what this validator refuses, in the order of the records."""
        found = [(at, 0, rejection, 1) for at, rejection in stations.between]
        found += [(at, 1, rejection, int(stations.rows[at])) for at, rejection in refused.items()]
        for _, _, rejection, rows in sorted(found, key=itemgetter(0, 1)):
            for _ in range(rows):
                self.tally.reject(rejection)

    def _build_batch(self, stations: Stations, ids: pa.Array, datum: Datum | None) -> RecordBatch:
        if datum is not None:
            stations = replace(stations, datum=Coded.same(datum, len(stations)))
        self._doubt_points(stations, ids)
        operators = self._resolver.operators_of(stations)
        groups, counted = self._groups(stations, ids)
        self.tally.merged += int(stations.rows.sum()) - len(stations)
        self._count_findings(stations, ids, operators, counted)
        lat, lon = in_wgs84(stations.lat, stations.lon, _datums_to_shift(stations))
        cities, derived_km = self._resolver.cities_of(stations, lat, lon)
        return RecordBatch(
            given=stations,
            source_ids=ids,
            lat=lat,
            lon=lon,
            operators=operators,
            cities=cities,
            city_derived_km=derived_km,
            groups=groups,
        )

    def _doubt_points(self, stations: Stations, ids: pa.Array) -> None:
        """Count the points that are taken and contradict the country that is stated, or themselves.

        The region is looked at when all points of a source are there: `charging.dataset.building.regions`.
        """
        lat, lon = stations.lat, stations.lon
        for doubt, is_doubtful in (
            (PointDoubt.OUTSIDE_COUNTRY, ~is_in_country(lat, lon, stations.column("country"))),
            (PointDoubt.LAT_IS_LON, lat == lon),
        ):
            self.tally.contradict_rows(
                doubt,
                np.flatnonzero(is_doubtful).tolist(),
                lambda row: (ids[row].as_py(), f"{float(lat[row])!r}, {float(lon[row])!r}"),
            )

    def _count_findings(
        self, stations: Stations, ids: pa.Array, operators: Coded, counted: NDArray[np.int64]
    ) -> None:
        is_silent = operators.where(lambda operator: operator is None)
        texts = [stations.column(name).filter(is_silent) for name in ("operator_raw", "operator_org_code")]
        operators_found, at = different(texts, int(is_silent.sum()))
        number = np.bincount(at, minlength=len(operators_found)).tolist()
        piles = np.bincount(at, counted[is_silent], len(operators_found)).astype(np.int64).tolist()
        for (raw, code), *sums in zip(operators_found, number, piles, strict=True):
            if text := raw or code:
                self.tally.unresolved(text, *sums)
        self.tally.unmapped(chain.from_iterable(stations.unmapped.values()))
        for row in sorted(stations.doubts):
            for what, value in stations.doubts[row]:
                self.tally.contradict(what, ids[row].as_py(), value)

    def _take_area(self, record: ServiceAreaRecord, datum: Datum | None) -> None:
        area_id = clean_text(record.service_area_id) or ""
        rejection = _rejection_of(area_id, record.lat, record.lon, None, is_known=area_id in self.areas)
        if rejection is None:
            self.areas[area_id] = record if datum is None else _move_to_wgs84(record, datum)
        else:
            self.tally.reject(rejection)

    def _groups(self, stations: Stations, ids: pa.Array) -> tuple[PileGroups, NDArray[np.int64]]:
        """Return the groups of stations, and how many piles they count at each."""
        piles = stations.piles
        is_group = piles.kind.where(lambda pile: pile.count != 0)  # 0 says that there are none of a kind
        at, kind = piles.station[is_group], Coded(piles.kind.values, piles.kind.at[is_group])
        fields = list(zip(*kind.values, strict=True)) or [()] * len(PileRecord._fields)
        _, operator_id, current, connectors, power_kw, status, count = (
            Coded(each, kind.at) for each in fields
        )
        counts = self._drop_unreal(count, MAX_PILES, "count", ids, at)
        sums = np.bincount(at, _amounts(counts), len(stations)).astype(np.int64)
        rows = np.arange(len(stations))
        stated = self._drop_unreal(stations.stated_piles, MAX_PILES, "stated_piles", ids, rows)
        more = self._stated_above(stated, sums, ids)
        more = np.concatenate([more, _stations_without_piles(stations, is_group)])
        masks = [mask if mask and mask in _CONNECTOR_MASKS else None for mask in connectors.values]
        columns = {
            "pile_id": piles.pile_id.filter(pa.array(is_group)),
            "operator_id": operator_id.column(pa.string()),
            "current": current.column(pa.string()),
            "connectors": Coded(masks, kind.at).column(pa.int64()),
            "power_kw": self._drop_unreal(power_kw, MAX_POWER_KW, "power_kw", ids, at).column(pa.float64()),
            "status": status.column(pa.string()),
        }
        groups = PileGroups(
            station=np.concatenate([at, more]),
            count=pa.concat_arrays(
                [counts.column(pa.int64()), pa.array(_amounts(stated)[more] - sums[more])]
            ),
            **{name: _pad(column, len(more)) for name, column in columns.items()},
        )
        sums[more] = _amounts(stated)[more]
        return groups, sums

    def _stated_above(self, stated: Coded, sums: NDArray[np.int64], ids: pa.Array) -> Rows:
        """Return the stations that state more than their groups; a statement below them is counted."""
        total = _amounts(stated)
        is_stated = total > 0
        for station in np.flatnonzero(is_stated & (total < sums)).tolist():
            found = f"{total[station]} stated, {sums[station]} in groups"
            self.tally.contradict("stated_piles", ids[station].as_py(), found)
        return np.flatnonzero(total > sums)

    def _drop_unreal(self, given: Coded, limit: float, field: str, ids: pa.Array, stations: Rows) -> Coded:
        """Return quantities, None where one is not known or nothing real has it, which is counted."""
        is_nothing = field != "power_kw"  # a count of 0 is one, a power of 0 is not
        is_real = [
            value is None or 0 < value <= limit or (is_nothing and value == 0) for value in given.values
        ]
        if all(is_real):
            return given
        for row in np.flatnonzero(~np.array(is_real)[given.at]).tolist():
            self.tally.discard(field, ids[stations[row]].as_py(), given.values[given.at[row]])
        values = [value if is_good else None for value, is_good in zip(given.values, is_real, strict=True)]
        return Coded(values, given.at)


def stations_of(records: Sequence[Record]) -> Stations:
    """Return the stations among records as columns, with the rejections between them."""
    found = [record for record in records if isinstance(record, StationRecord)]
    columns = list(zip(*found, strict=True)) or [()] * len(StationRecord._fields)
    fields = dict(zip(StationRecord._fields, columns, strict=True))
    sizes = list(map(len, fields["piles"]))
    piles = list(chain.from_iterable(fields["piles"]))
    return Stations(
        lat=np.array(fields["lat"], np.float64),
        lon=np.array(fields["lon"], np.float64),
        datum=Coded.of(fields["datum"]),
        columns={
            **{name: texts_of(fields[name]) for name in TEXTS},
            **{name: pa.array(fields[name], kind) for name, kind in TIMES.items()},
        },
        stated_piles=_uncoded(fields["stated_piles"]),
        piles=Piles(
            np.repeat(np.arange(len(found)), np.array(sizes, np.intp)),
            _uncoded(piles),
            texts_of([pile.pile_id for pile in piles]),
        ),
        rows=np.array(fields["rows"], np.int64),
        unmapped=_by_row(fields["unmapped"]),
        doubts=_by_row(fields["doubts"]),
        between=tuple(_rejections_between(records)),
    )


def _stations_without_piles(stations: Stations, is_group: NDArray[np.bool_]) -> Rows:
    """Return the stations that state 0 piles, in all or of each kind, and list none."""
    piles = stations.piles
    is_none = stations.stated_piles.where(lambda stated: stated == 0)
    is_none[piles.station[~is_group]] = True
    is_none[piles.station[is_group]] = False
    is_none &= ~stations.stated_piles.where(bool)
    return np.flatnonzero(is_none)


def _repair_swaps(stations: Stations) -> Stations:
    """Return stations whose latitude and longitude changed places where they fit only so, and count each."""
    lat, lon, country = stations.lat.copy(), stations.lon.copy(), stations.column("country")
    doubts = dict(stations.doubts)
    for row in np.flatnonzero(~has_sound_coordinates(lat, lon, country)).tolist():
        point = float(lat[row]), float(lon[row])
        refusal = coordinate_refusal("", *point, country[row].as_py())
        if refusal is not None and refusal.reason is Reason.SWAPPED_COORDINATE:
            lat[row], lon[row] = point[1], point[0]
            doubt = (PointDoubt.SWAP_REPAIRED, refusal.value or "")
            doubts[row] = (*doubts.get(row, ()), doubt)
    return replace(stations, lat=lat, lon=lon, doubts=doubts)


def _uncoded(values: Sequence[Any]) -> Coded:
    return Coded(values, np.arange(len(values)))


def _by_row(pairs: Sequence[Pairs]) -> dict[int, Pairs]:
    return {at: each for at, each in enumerate(pairs) if each} if any(pairs) else {}


def _rejections_between(records: Iterable[Record]) -> Iterator[tuple[int, Rejection]]:
    stations = 0
    for record in records:
        if isinstance(record, Rejection):
            yield stations, record
        stations += isinstance(record, StationRecord)


def _amounts(quantities: Coded) -> NDArray[np.int64]:
    """Return quantities, 0 where one is not known."""
    values = np.array([value or 0 for value in quantities.values], np.int64)
    return values[quantities.at]


def _pad(column: pa.Array, rows: int) -> pa.Array:
    return pa.concat_arrays([column, pa.nulls(rows, column.type)]) if rows else column


def _datums_to_shift(stations: Stations) -> NDArray[np.object_] | None:
    """Return the datum each point has to be moved from, None where it stays; None where all stay.

    A point outside of China stays, whatever country its record states.
    """
    if {*stations.datum.values} <= {Datum.WGS84}:
        return None
    places = [stations.column(name) for name in ("country", "region", "city_id")]
    first, like = distinct([stations.datum.at, *map(codes_of, places)], len(stations))
    columns = (column.take(pa.array(first)).to_pylist() for column in places)
    places_found = zip([stations.datum.values[at] for at in stations.datum.at[first]], *columns, strict=True)
    shifted = np.array([place[0] if is_shifted(*place) else None for place in places_found], np.object_)[like]
    is_outside = ~CHINA.contains(stations.lat, stations.lon)
    is_silent = np.asarray(stations.column("country").is_null())
    shifted[is_outside | (is_silent & ~may_be_in_china(stations.lat, stations.lon))] = None
    return shifted


def _move_to_wgs84(record: ServiceAreaRecord, datum: Datum) -> ServiceAreaRecord:
    """Return a service area in WGS-84, its coordinates being in `datum`; only Chinese lists have another."""
    shifted_from = np.array([datum if is_shifted(datum, None, None, None) else None], np.object_)
    lat, lon = in_wgs84(np.array([record.lat]), np.array([record.lon]), shifted_from)
    return replace(record, lat=float(lat[0]), lon=float(lon[0]))


def _rejection_of(
    record_id: str, lat: float, lon: float, country: str | None, *, is_known: bool
) -> Rejection | None:
    if not record_id:
        return Rejection(reason=Reason.MISSING_ID)
    if is_known:
        return Rejection(reason=Reason.DUPLICATE_ID, record_id=record_id)
    return coordinate_refusal(record_id, lat, lon, country)
