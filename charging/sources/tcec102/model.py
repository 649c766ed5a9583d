"""T/CEC 102.2-2016: stations and their status as operators in China exchange them, GCJ-02.

Read are answers of `query_stations_info` and `query_station_status` after decryption, one or many pages in a
file (in an array, one after the other, or one a line), their `Data` alone, as JSON or as its text, or a bare
array of stations. An
EquipmentInfo is a pile (充电桩), a ConnectorInfo one of its guns (枪). Statuses are joined to the stations of
the files they are read with.

Peers write the first letter of a name small, and numbers as text; both are read. The longitude and latitude
are in GCJ-02 on the mainland.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from charging.domain.vocabulary import Access, Datum, Status
from charging.errors import Fault, SourceError
from charging.sources.coordinates import read_number, read_point
from charging.sources.io.files import contains_word, open_text, read_matching_head
from charging.sources.io.json_stream import Around, records
from charging.sources.records import Reason, Record, Rejection, SourceInfo, StationRecord
from charging.sources.scalars import read_text
from charging.sources.tcec102.codes import SITES, STATION_STATUSES, STATION_TYPES
from charging.sources.tcec102.piles import gun_ids, read_pile
from charging.sources.tcec102.status import (
    HOLDERS,
    MAX_DEPTH,
    NO_STATUSES,
    Gun,
    Object,
    read_code,
    read_mapped,
    read_statuses,
    standard_keys,
)

__all__ = ["matches", "read", "read_station", "read_statuses", "source"]

_INSIDE = frozenset(name for holder in HOLDERS for name in (holder, holder[0].lower() + holder[1:]))
_STATUS_MARK = "onnectorStatusInfo"
_AREA_DIGITS = 6  # of a GB/T 2260 code; longer ones go on to the street


def matches(head: bytes) -> bool:
    """Whether a file that begins like this is a message of T/CEC 102, encrypted or not."""
    if head.lstrip()[:1] not in (b"{", b"["):
        return False
    names = head.lower()
    is_message = b'"ret"' in names and b'"data"' in names
    marks = (b'"stationinfos"', b'"stationlng"', b'"equipmentinfos"', b'"connectorstatusinfo')
    return is_message or any(mark in names for mark in marks)


def source() -> SourceInfo:
    """Return where the records come from: the feeds are under contract, and name no licence."""
    return SourceInfo(
        source="tcec102",
        title="T/CEC 102",
        licence=None,
        attribution="The operators of the stations",
        unit_counted="EquipmentInfo",
    )


def read(path: Path, *, companions: Sequence[Path] = ()) -> Iterator[Record]:
    """Return the stations of a file, one by one, with the statuses of this file and of its companions.

    A file with statuses alone yields nothing when others are read with it, and is refused without any.
    Statuses of the file that match no gun of any of the files are yielded as rejections.
    """
    together = tuple(dict.fromkeys((*companions, path)))
    statuses = _statuses_in(together, tuple(_changed_ns(each) for each in together))
    known = statuses.guns
    found = False
    for value in _values(path):
        if _is_status(value):
            continue
        found = True
        yield read_station(value, known)
    for gun_id in statuses.unmatched.get(path, ()):
        yield Rejection(reason=Reason.NO_GUN, record_id=gun_id, field="Status", value=known[gun_id].code)
    if not found and len(together) == 1:
        raise SourceError(
            f"{path}: expected the stations of T/CEC 102 (StationInfos), found none. Name the file with the "
            "stations too: statuses alone say neither where a gun is nor what it is."
        )


def read_station(
    info: Any,  # noqa: ANN401  JSON
    statuses: Mapping[str, Gun] = NO_STATUSES,
    *,
    status_at: dt.datetime | None = None,
) -> StationRecord | Rejection:
    """Return what a StationInfo says, or why it is not taken.

    Parameters
    ----------
    statuses
        Guns by ConnectorID, as the function `read_statuses` returns them.
    status_at
        When the statuses were asked for, UTC; the messages do not say.
    """
    if not isinstance(info, dict):
        return Rejection(reason=Reason.MALFORMED, value=str(info)[:100])
    given = standard_keys(info)
    station_id, operator = read_text(given.get("StationID")), _operator(given)
    if station_id is None:
        return Rejection(reason=Reason.MISSING_ID, field="StationID")
    source_id = f"{operator}*{station_id}" if operator else station_id
    rejection = _refusal(given, source_id)
    if rejection:
        return rejection
    point = read_point(given.get("StationLat"), given.get("StationLng"), source_id)
    if isinstance(point, Rejection):
        return point
    return _station(given, source_id, point, statuses, status_at)


class _Statuses(NamedTuple):
    """What files that are read together tell of guns."""

    guns: Mapping[str, Gun]
    unmatched: Mapping[Path, Sequence[str]]  # by the file that tells them: those of no station


@lru_cache(maxsize=1)
def _statuses_in(paths: tuple[Path, ...], _changed: tuple[int, ...]) -> _Statuses:
    """Return the guns of files that are read together; kept, since each of the files asks for them."""
    guns: dict[str, Gun] = {}
    told_in: dict[str, Path] = {}
    for path in paths:
        if contains_word(path, _STATUS_MARK):
            for value in _values(path):
                if _is_status(value):
                    found = read_statuses(value)
                    guns |= found
                    told_in |= dict.fromkeys(found, path)
    if guns:  # only then, since it reads the files once more
        for gun_id in _guns_of_stations(paths):
            told_in.pop(gun_id, None)
    unmatched: dict[Path, list[str]] = {}
    for gun_id, path in told_in.items():
        unmatched.setdefault(path, []).append(gun_id)
    return _Statuses(guns, unmatched)


def _guns_of_stations(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for value in _values(path):
            if not _is_status(value):
                yield from gun_ids(value)


def _changed_ns(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


def _values(path: Path) -> Iterator[Any]:
    """Yield the stations and statuses of a file, as they come."""
    advice = "Give the decrypted JSON of `query_stations_info`, with `StationInfos`."
    read_matching_head(path, matches, "a message of T/CEC 102", advice)
    with open_text(path) as text:
        for value in records(text, path, _INSIDE):
            if isinstance(value, Around):
                yield from _around(value, path)
            elif isinstance(value, dict) and standard_keys(value).keys() & {*HOLDERS, "Ret"}:
                yield from _page(value, path)
            else:
                yield value


def _around(value: Around, path: Path) -> Iterator[Any]:
    """Yield the station that an object is, if it is one, after seeing that the answer is good."""
    around = _with_plain_data(standard_keys(value.members))
    if value.has_records and not isinstance(around.get("Data"), (dict, list)):
        _check_answer(around, path)
    else:
        yield from _page(around, path)


def _page(page: Object, path: Path, depth: int = 0) -> Iterator[Any]:
    """Yield the stations and statuses of a page that is in memory."""
    given = _with_plain_data(standard_keys(page))
    _check_answer(given, path)
    held = [given[name] for name in HOLDERS if name in given]
    if "StationID" in given or "ConnectorID" in given or depth > MAX_DEPTH:
        yield page
        return
    for inner in held:
        if isinstance(inner, dict):
            yield from _page(inner, path, depth + 1)
        elif isinstance(inner, list):
            yield from inner
    if not held and "Ret" not in given:
        yield page


def _with_plain_data(given: Object) -> Object:
    """Return a message with what its `Data` holds as text, where that is JSON: some peers do not encrypt."""
    data = given.get("Data")
    if not isinstance(data, str) or data.lstrip()[:1] not in ("{", "["):
        return given
    try:
        return {**given, "Data": json.loads(data)}
    except (ValueError, RecursionError):
        return given


def _check_answer(given: Object, path: Path) -> None:
    """Refuse a message that is encrypted, or tells that the request failed."""
    code = read_number(given.get("Ret"))
    if code:
        raise SourceError(
            f"{path}: expected an answer with Ret 0, found {code:g} ({str(given.get('Msg'))[:80]!r}). "
            "Fetch it again."
        )
    data = given.get("Data")
    if not isinstance(data, str) or not data.strip():
        return
    if data.lstrip()[:1] in ("{", "["):
        message = f"{path}: expected `Data` as JSON, found its text broken or cut. Fetch it again."
        raise SourceError(message, Fault.DAMAGED)
    message = (
        f"{path}: expected `Data` as JSON, found it encrypted. Decrypt it with your DataSecret, or let "
        "`charging sync` fetch it, which has the keys."
    )
    raise SourceError(message, Fault.ENCRYPTED)


def _is_status(value: object) -> bool:
    return isinstance(value, dict) and not {"ConnectorID", "ConnectorStatusInfos"}.isdisjoint(
        standard_keys(value)
    )


def _refusal(given: Object, source_id: str) -> Rejection | None:
    for field, table in (("StationType", STATION_TYPES), ("StationStatus", STATION_STATUSES)):
        reason = table.get(read_code(given.get(field)) or 0)
        if isinstance(reason, Reason):
            return Rejection(
                reason=reason, record_id=source_id, field=field, value=read_text(given.get(field))
            )
    infos = given.get("EquipmentInfos") or []
    if not isinstance(infos, list) or not all(isinstance(info, dict) for info in infos):
        return Rejection(reason=Reason.MALFORMED, record_id=source_id, field="EquipmentInfos")
    return None


def _station(
    given: Object,
    source_id: str,
    point: tuple[float, float],
    guns: Mapping[str, Gun],
    status_at: dt.datetime | None,
) -> StationRecord:
    unmapped: list[tuple[str, str]] = []
    status = read_mapped(STATION_STATUSES, given.get("StationStatus"), "piles.status", unmapped)
    access = read_mapped(STATION_TYPES, given.get("StationType"), "access", unmapped)
    static = status if isinstance(status, Status) else None
    area = read_text(given.get("AreaCode"))
    infos = given.get("EquipmentInfos") or []
    return StationRecord(
        source_id=source_id,
        lat=point[0],
        lon=point[1],
        datum=Datum.GCJ02,
        piles=tuple(read_pile(standard_keys(info), guns, static, unmapped) for info in infos),
        name=read_text(given.get("StationName")),
        operator_org_code=_operator(given),
        access=access if isinstance(access, Access) else None,
        site=read_mapped(SITES, given.get("Construction"), "site", unmapped),
        country=(read_text(given.get("CountryCode")) or "CN").upper(),
        city_id=area[:_AREA_DIGITS] if area and area.isdecimal() else None,
        city_raw=area,
        address=read_text(given.get("Address")),
        opening_hours=read_text(given.get("BusineHours")),  # the standard's own spelling
        price=_price(given),
        phone=read_text(given.get("ServiceTel")) or read_text(given.get("StationTel")),
        status_at=status_at,
        unmapped=tuple(unmapped),
    )


def _operator(given: Object) -> str | None:
    """Return the organisation code of the operator; an owner written as one digit repeated is nobody."""
    owner = read_text(given.get("EquipmentOwnerID"))
    return read_text(given.get("OperatorID")) or (owner if owner and len(set(owner)) > 1 else None)


def _price(given: Object) -> str | None:
    """Return what charging costs: energy, service and parking are three texts, and each may say anything."""
    fees = (("电费", "ElectricityFee"), ("服务费", "ServiceFee"), ("停车费", "ParkFee"))
    texts = [f"{label} {text}" for label, name in fees if (text := read_text(given.get(name)))]
    return "; ".join(texts) or None
