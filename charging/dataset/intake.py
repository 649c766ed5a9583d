"""Which records are taken, and what of them: the judgement on a batch of records.

A record is refused for its id or its coordinates alone. A number no pile can have becomes null and is
counted; what a source states above the sum of its groups becomes a group of unknown kind.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, compress
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from charging.dataset.chunk import Chunk, Groups
from charging.dataset.columns import clean_text, clean_texts
from charging.dataset.coordinates import coordinate_refusal, has_sound_coordinates, in_wgs84, is_shifted
from charging.dataset.report import ImportReport, Tally
from charging.dataset.resolving import Columns, Resolver
from charging.domain.vocabulary import Connector, Datum
from charging.sources.records import PileRecord, Reason, Record, Rejection, ServiceAreaRecord, StationRecord

MOST_PILES = 10_000
"""Highest number of piles a group or station can have; the largest sites have some hundreds."""

MOST_POWER_KW = 10_000.0
"""Highest power of a pile, kW; megawatt chargers reach 3,750."""

_CONNECTOR_MASKS = range(1, 1 << len(Connector))

_Number = TypeVar("_Number", int, float)


class Intake:
    """The door of a dataset: every record passes it once and is taken or counted as rejected."""

    def __init__(self, resolver: Resolver) -> None:
        """Start with nothing taken."""
        self.tally = Tally()
        self.areas: dict[str, ServiceAreaRecord] = {}
        self._resolver = resolver
        self._station_ids: dict[str, set[str]] = {}  # by source, as the source writes them

    @property
    def taken(self) -> int:
        """Number of records taken so far."""
        return sum(map(len, self._station_ids.values())) + len(self.areas) + self.tally.merged

    def keep(
        self,
        station_ids: Iterable[tuple[str, str]],
        areas: Iterable[ServiceAreaRecord],
        report: ImportReport,
    ) -> None:
        """Count stations and service areas that were taken before, with the report on them.

        Parameters
        ----------
        station_ids
            Source and id within it.
        """
        for source, source_id in station_ids:
            self._station_ids.setdefault(source, set()).add(source_id)
        self.areas.update((area.service_area_id, area) for area in areas)
        self.tally.keep(report)

    def take(self, records: Sequence[Record], *, source: str, datum: Datum | None) -> Chunk | None:
        """Judge records, and return the stations that are taken, or None where there are none.

        Parameters
        ----------
        records
            What a reader yielded, in its order.
        source
            Prefix of the stations' ids.
        datum
            Datum of the coordinates, where it is known better than the reader does.
        """
        stations = [record for record in records if isinstance(record, StationRecord)]
        given = _columns(stations)
        self.tally.rows_read += len(records) - len(stations) + sum(given["rows"])
        ids = _clean_ids(given["source_id"])
        refused = self._refused(stations, given, ids, self._station_ids.setdefault(source, set()))
        if len(stations) < len(records) or refused:
            at = 0
            for record in records:
                if isinstance(record, StationRecord):
                    for _ in range(record.rows if at in refused else 0):
                        self.tally.reject(refused[at])
                    at += 1
                elif isinstance(record, ServiceAreaRecord):
                    self._take_area(record, datum)
                else:
                    self.tally.reject(record)
        if refused:
            is_taken = [at not in refused for at in range(len(stations))]
            given, ids = _columns(compress(stations, is_taken)), list(compress(ids, is_taken))
        return self._chunk(given, ids, datum) if ids else None

    def _refused(
        self, stations: Sequence[StationRecord], given: Columns, ids: Sequence[str], known: set[str]
    ) -> dict[int, Rejection]:
        """Return what is refused by position, and keep the ids of the others."""
        sound = has_sound_coordinates(given["lat"], given["lon"], given["country"])
        new = set(ids)
        if len(new) == len(ids) and sound.all() and "" not in new and known.isdisjoint(new):
            known |= new
            return {}
        refused = {}
        for at, (source_id, is_sound) in enumerate(zip(ids, sound.tolist(), strict=True)):
            if is_sound and source_id and source_id not in known:
                known.add(source_id)
            elif rejection := _refusal(source_id, stations[at], is_known=source_id in known):
                refused[at] = rejection
            else:
                known.add(source_id)
        return refused

    def _chunk(self, given: Columns, ids: Sequence[str], datum: Datum | None) -> Chunk:
        datums = given["datum"] if datum is None else (datum,) * len(ids)
        operators = self._resolver.operators_of(given)
        groups, counted = self._groups(given, ids)
        self.tally.merged += sum(given["rows"]) - len(ids)
        self._count_findings(given, ids, operators, counted)
        return Chunk(
            given=given,
            source_ids=pa.array(ids, pa.string()),
            datums=datums,
            shifted_from=_shifted_from(datums, given),
            operators=operators,
            cities=self._resolver.cities_of(given),
            groups=groups,
        )

    def _count_findings(
        self,
        given: Columns,
        ids: Sequence[str],
        operators: Sequence[str | None],
        counted: NDArray[np.int64],
    ) -> None:
        stations: Counter[str] = Counter()
        piles: Counter[str] = Counter()
        texts = zip(
            operators, given["operator_raw"], given["operator_org_code"], counted.tolist(), strict=True
        )
        for operator, raw, code, count in texts:
            if operator is None and (text := raw or code):
                stations[text] += 1
                piles[text] += count
        for text in stations:
            self.tally.unresolved(text, stations[text], piles[text])
        self.tally.unmapped(chain.from_iterable(filter(None, given["unmapped"])))
        for source_id, doubts in zip(ids, given["doubts"], strict=True):
            for what, value in doubts:
                self.tally.contradict(what, source_id, value)

    def _take_area(self, record: ServiceAreaRecord, datum: Datum | None) -> None:
        area_id = clean_text(record.service_area_id) or ""
        rejection = _refusal(area_id, record, is_known=area_id in self.areas)
        if rejection is None:
            self.areas[area_id] = record if datum is None else _moved(record, datum)
        else:
            self.tally.reject(rejection)

    def _groups(self, given: Columns, ids: Sequence[str]) -> tuple[Groups, NDArray[np.int64]]:
        """Return the groups of stations, and how many piles they count at each."""
        piles = list(chain.from_iterable(given["piles"]))
        at = np.repeat(np.arange(len(ids)), np.fromiter(map(len, given["piles"]), np.int64, len(ids)))
        if any(pile.count == 0 for pile in piles):  # a count of 0 says there are none of a kind
            is_group = [pile.count != 0 for pile in piles]
            piles, at = list(compress(piles, is_group)), at[is_group]
        columns = list(zip(*piles, strict=True)) or [()] * len(PileRecord._fields)
        pile_id, operator_id, current, connectors, power_kw, status, count = columns
        stations = at.tolist()
        counts = self._real(count, MOST_PILES, "count", ids, stations)
        sums = np.bincount(at, [each or 0 for each in counts], len(ids)).astype(np.int64)
        stated = self._real(given["stated_piles"], MOST_PILES, "stated_piles", ids, range(len(ids)))
        more = self._stated_above(stated, sums, ids)
        unknown = [None] * len(more)
        groups = Groups(
            station=np.concatenate([at, np.fromiter(more, np.int64, len(more))]),
            pile_id=[*pile_id, *unknown],
            operator_id=[*operator_id, *unknown],
            current=[*current, *unknown],
            connectors=[
                *(mask if mask and mask in _CONNECTOR_MASKS else None for mask in connectors),
                *unknown,
            ],
            power_kw=[*self._real(power_kw, MOST_POWER_KW, "power_kw", ids, stations), *unknown],
            status=[*status, *unknown],
            piles=[*counts, *more.values()],
        )
        sums[list(more)] += np.fromiter(more.values(), np.int64, len(more))
        return groups, sums

    def _stated_above(
        self, stated: Sequence[int | None], sums: NDArray[np.int64], ids: Sequence[str]
    ) -> dict[int, int]:
        """Return by position what stations state beyond their groups; a statement below them is counted."""
        more = {}
        for station, (total, counted) in enumerate(zip(stated, sums.tolist(), strict=True)):
            if total is not None and total > counted:
                more[station] = total - counted
            elif total is not None and total < counted:
                self.tally.contradict("stated_piles", ids[station], f"{total} stated, {counted} in groups")
        return more

    def _real(
        self,
        values: Sequence[_Number | None],
        most: float,
        field: str,
        ids: Sequence[str],
        stations: Sequence[int],
    ) -> Sequence[_Number | None]:
        """Return quantities, None where one is not known or nothing real has it, which is counted."""
        is_real = [value is None or 0 < value <= most for value in values]
        if all(is_real):
            return values
        for station, value, is_good in zip(stations, values, is_real, strict=True):
            if not is_good:
                self.tally.discard(field, ids[station], value)
        return [value if is_good else None for value, is_good in zip(values, is_real, strict=True)]


def _columns(stations: Iterable[StationRecord]) -> Columns:
    columns = list(zip(*stations, strict=True)) or [()] * len(StationRecord._fields)
    return dict(zip(StationRecord._fields, columns, strict=True))


def _clean_ids(ids: Sequence[str]) -> Sequence[str]:
    """Return ids as they are stored; one that is empty is refused."""
    return [text or "" for text in clean_texts(ids).to_pylist()]


def _shifted_from(datums: Sequence[Datum], given: Columns) -> NDArray[np.object_] | None:
    """Return the datum each point has to be moved from, None where it stays; None where all stay."""
    if {*datums} == {Datum.WGS84}:
        return None
    places = zip(datums, given["country"], given["region"], given["city_id"], strict=True)
    return np.array([place[0] if is_shifted(*place) else None for place in places], np.object_)


def _moved(record: ServiceAreaRecord, datum: Datum) -> ServiceAreaRecord:
    """Return a service area in WGS-84, its coordinates being in `datum`; only Chinese lists have another."""
    shifted_from = np.array([datum if is_shifted(datum, None, None, None) else None], np.object_)
    lat, lon = in_wgs84(np.array([record.lat]), np.array([record.lon]), shifted_from)
    return replace(record, lat=float(lat[0]), lon=float(lon[0]))


def _refusal(
    record_id: str, record: StationRecord | ServiceAreaRecord, *, is_known: bool
) -> Rejection | None:
    if not record_id:
        return Rejection(reason=Reason.MISSING_ID)
    if is_known:
        return Rejection(reason=Reason.DUPLICATE_ID, record_id=record_id)
    country = record.country if isinstance(record, StationRecord) else None
    return coordinate_refusal(record_id, record.lat, record.lon, country)
