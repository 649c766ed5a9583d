"""Which records are taken, and what of them: the judgement on one record at a time.

A record is refused for its id or its coordinates alone. A number no pile can have becomes null and is
counted; what a source states above the sum of its groups becomes a group of unknown kind.
"""

from typing import TypeVar

from charging.dataset.chunk import Chunk, Group
from charging.dataset.columns import clean_text
from charging.dataset.coordinates import coordinate_refusal, is_shifted
from charging.dataset.report import Tally
from charging.dataset.resolving import Resolver
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
        self._station_ids: set[str] = set()

    @property
    def taken(self) -> int:
        """Number of records taken so far."""
        return len(self._station_ids) + len(self.areas)

    def take(self, record: Record, chunk: Chunk, *, source: str, datum: Datum | None) -> None:
        """Judge one record; a station that is taken goes to `chunk`.

        Parameters
        ----------
        record
            What a reader yielded.
        chunk
            Stations on their way to columns.
        source
            Prefix of the station's id.
        datum
            Datum of the coordinates, where it is known better than the reader does.
        """
        self.tally.rows_read += 1
        if isinstance(record, StationRecord):
            self._take_station(record, chunk, source, datum or record.datum)
        elif isinstance(record, ServiceAreaRecord):
            self._take_area(record)
        else:
            self.tally.reject(record)

    def _take_station(self, record: StationRecord, chunk: Chunk, source: str, datum: Datum) -> None:
        source_id = clean_text(record.source_id) or ""
        station_id = f"{source}:{source_id}"
        rejection = _refusal(source_id, record, is_known=station_id in self._station_ids)
        if rejection is not None:
            self.tally.reject(rejection)
            return
        self._station_ids.add(station_id)
        operator_id = self._resolver.operator_of(record)
        groups = self._groups(record, source_id, len(chunk))
        chunk.add_groups(groups)
        chunk.add(
            record,
            source_id=source_id,
            datum=datum,
            is_shifted=is_shifted(datum, record.country, record.region, record.city_id),
            operator_id=operator_id,
            city=self._resolver.city_of(record),
        )
        if operator_id is None and (text := record.operator_raw or record.operator_org_code):
            self.tally.unresolved(text, sum(group.piles or 0 for group in groups))
        self.tally.unmapped(record.unmapped)

    def _take_area(self, record: ServiceAreaRecord) -> None:
        area_id = clean_text(record.service_area_id) or ""
        rejection = _refusal(area_id, record, is_known=area_id in self.areas)
        if rejection is None:
            self.areas[area_id] = record
        else:
            self.tally.reject(rejection)

    def _groups(self, record: StationRecord, source_id: str, station: int) -> list[Group]:
        """Return the groups of a station; a count of 0 says there are none of a kind, so it is no group."""
        groups = [self._group(pile, source_id, station) for pile in record.piles if pile.count != 0]
        counted = sum(group.piles or 0 for group in groups)
        stated = self._real(record.stated_piles, MOST_PILES, "stated_piles", source_id)
        if stated is not None and stated > counted:
            groups.append(Group(station=station, piles=stated - counted))
        elif stated is not None and stated < counted:
            self.tally.contradict("stated_piles", source_id, f"{stated} stated, {counted} in groups")
        return groups

    def _group(self, pile: PileRecord, source_id: str, station: int) -> Group:
        return Group(
            station,
            pile.pile_id,
            pile.operator_id,
            pile.current,
            pile.connectors if pile.connectors in _CONNECTOR_MASKS else None,
            self._real(pile.power_kw, MOST_POWER_KW, "power_kw", source_id),
            pile.status,
            self._real(pile.count, MOST_PILES, "count", source_id),
        )

    def _real(self, value: _Number | None, most: float, field: str, source_id: str) -> _Number | None:
        """Return a quantity, or None where it is not known or nothing real has it, which is counted."""
        if value is None or 0 < value <= most:
            return value
        self.tally.discard(field, source_id, value)
        return None


def _refusal(
    record_id: str, record: StationRecord | ServiceAreaRecord, *, is_known: bool
) -> Rejection | None:
    if not record_id:
        return Rejection(reason=Reason.MISSING_ID)
    if is_known:
        return Rejection(reason=Reason.DUPLICATE_ID, record_id=record_id)
    country = record.country if isinstance(record, StationRecord) else None
    return coordinate_refusal(record_id, record.lat, record.lon, country)
