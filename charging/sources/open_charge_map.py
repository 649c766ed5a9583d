"""Open Charge Map: sites as its API and its bulk files write them, WGS-84.

Read are JSON lines, a JSON array and a single site, each plain or gzip, verbose (names beside the ids) or
compact (ids only). Compact ids are looked up in the `reference.json` or `referencedata.json` that stands
beside the file or one folder above; without it only a few have names.

What is counted: `Connections` are kinds of equipment with a `Quantity`, and one device with two cables is
often written as two connections. `NumberOfPoints` is the number of cars that can charge at once, which is
what a pile is here. The groups carry `Quantity`, a missing one stays missing, and `NumberOfPoints` is the
stated total beside them, so that a site whose two counts differ is seen as such.

The model is described at https://openchargemap.org/site/develop/api.
"""

import datetime as dt
import functools
import json
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from charging.domain.vocabulary import Connector, Current, Datum, Status, connector_mask
from charging.errors import SourceError
from charging.sources.coordinates import read_number, read_point
from charging.sources.files import open_text, read_head
from charging.sources.json_stream import BrokenLine, is_lines, values, values_in_lines
from charging.sources.open_charge_map_codes import (
    ABSENT,
    ACCESS,
    ATTRIBUTION,
    BUILT_IN,
    CONNECTORS,
    CONTRIBUTORS_TITLE,
    CURRENT_OF_PLUG,
    CURRENTS,
    LEVEL_BELOW_2_KW,
    LIVE,
    NOBODY,
    STATUSES,
    SUPERCHARGER,
    Doubt,
    Object,
    Reference,
)
from charging.sources.records import PileRecord, Reason, Record, Rejection, SourceInfo, StationRecord
from charging.sources.scalars import read_iso_time, read_text

_REFERENCE_NAMES = ("reference.json", "referencedata.json")
_ID_KEYS = {"OperatorInfo": "OperatorID", "SubmissionStatus": "SubmissionStatusTypeID"}


def matches(head: bytes) -> bool:
    """Whether a file that begins like this holds sites of Open Charge Map."""
    return head.lstrip()[:1] in (b"{", b"[") and b'"AddressInfo"' in head and b'"ConnectionTypes"' not in head


def source() -> SourceInfo:
    """Return where the records come from; the licence is told row by row."""
    return SourceInfo(
        source="ocm",
        title="Open Charge Map",
        licence=None,
        attribution=ATTRIBUTION,
        url="https://openchargemap.org",
        unit_counted="connection, or charging bay where the site states more",
    )


def read(path: Path) -> Iterator[Record]:
    """Return the sites of a file, one by one.

    Raises
    ------
    SourceError
        If the file holds no sites, or is cut, damaged or not JSON.
    """
    head = read_head(path)
    if not matches(head):
        message = (
            f"{path}: expected sites of Open Charge Map, found {head[:40]!r}. Give its JSON with the objects "
            "`AddressInfo`; reference data goes beside it as reference.json."
        )
        raise SourceError(message)
    reference = _reference_beside(path)
    with open_text(path) as text:
        for value in values_in_lines(text, path) if is_lines(head, "AddressInfo") else values(text, path):
            yield _convert(value, reference)


def _reference_beside(path: Path) -> Reference:
    for folder in (path.parent, path.parent.parent):
        for name in _REFERENCE_NAMES:
            beside = folder / name
            if beside.is_file():
                return _load_reference(beside, beside.stat().st_mtime_ns)
    return BUILT_IN


@functools.lru_cache(maxsize=1)
def _load_reference(path: Path, _modified_ns: int) -> Reference:
    """Return the lists of a reference file by id; kept, since a folder has a file for every site."""
    with open_text(path) as text:
        try:
            lists = json.load(text)
            return {
                name: {**BUILT_IN[name], **{entry["ID"]: entry for entry in lists[name]}} for name in BUILT_IN
            }
        except (ValueError, KeyError, TypeError) as error:
            message = (
                f"{path}: expected the reference data of Open Charge Map ({', '.join(BUILT_IN)}), found "
                "something else. Fetch it again, or move it away to read the sites without names."
            )
            raise SourceError(message) from error


def _convert(site: Any, reference: Reference) -> Record:  # noqa: ANN401  JSON
    if isinstance(site, BrokenLine):
        return Rejection(reason=Reason.MALFORMED, record_id=f"line {site.number}", value=site.text[:100])
    if not isinstance(site, dict):
        return Rejection(reason=Reason.MALFORMED, value=str(site)[:100])
    site_id = read_text(site.get("ID"))
    if site_id is None:
        return Rejection(reason=Reason.MISSING_ID, field="ID")
    address, connections = site.get("AddressInfo"), site.get("Connections") or []
    if not isinstance(address, dict):
        return Rejection(reason=Reason.MALFORMED, record_id=site_id, field="AddressInfo")
    if not isinstance(connections, list) or not all(isinstance(each, dict) for each in connections):
        return Rejection(reason=Reason.MALFORMED, record_id=site_id, field="Connections")
    return _placed(site, site_id, connections, reference)


def _placed(site: Object, site_id: str, connections: list[Object], reference: Reference) -> Record:
    address = site["AddressInfo"]
    point = read_point(address.get("Latitude"), address.get("Longitude"), site_id)
    if isinstance(point, Rejection):
        return point
    # where it is comes first: that a site lies at 0, 0 is found of all sources, and would be hidden here
    refused = None if 0 in point else _refuse(site, site_id, address, reference)
    return refused or _station(site, site_id, point, connections, reference)


def _refuse(site: Object, site_id: str, address: Object, reference: Reference) -> Rejection | None:
    """Return why a site is not to be shown, if so."""

    def refusal(reason: Reason, field: str, value: object) -> Rejection:
        return Rejection(reason=reason, record_id=site_id, field=field, value=str(value))

    submission, status = _id(site, "SubmissionStatus"), _id(site, "StatusType")
    if submission is not None and submission not in LIVE:
        return refusal(Reason.NOT_LIVE, "SubmissionStatusTypeID", submission)
    if status in ABSENT:
        return refusal(ABSENT[status], "StatusTypeID", status)
    provider = _entry(site, "DataProvider", reference["DataProviders"])
    if provider and provider.get("IsOpenDataLicensed") is not True:
        return refusal(Reason.NOT_PUBLIC, "DataProvider", provider.get("Title"))
    title = read_text(address.get("Title"))
    if title and not title.strip("? "):
        return refusal(Reason.LOST_TEXT, "Title", title)
    return None


def _station(
    site: Object,
    site_id: str,
    point: tuple[float, float],
    connections: list[Object],
    reference: Reference,
) -> StationRecord:
    address = site["AddressInfo"]
    country = read_text(_entry(address, "Country", reference["Countries"]).get("ISOCode"))
    operator_id = _id(site, "OperatorInfo")
    operator = None if operator_id in NOBODY else _entry(site, "OperatorInfo", reference["Operators"])
    provider = _entry(site, "DataProvider", reference["DataProviders"])
    status = STATUSES.get(_id(site, "StatusType"))
    present = [each for each in connections if _id(each, "StatusType") not in ABSENT]
    return StationRecord(
        source_id=site_id,
        lat=point[0],
        lon=point[1],
        datum=Datum.WGS84,
        piles=tuple(_pile(each, country, status) for each in present),
        stated_piles=_count(site.get("NumberOfPoints")),
        name=read_text(address.get("Title")),
        operator_raw=read_text((operator or {}).get("Title")),
        access=ACCESS.get(_id(site, "UsageType")),
        country=country,
        region=read_text(address.get("StateOrProvince")),
        city_raw=read_text(address.get("Town")),
        address=_address(address),
        price=read_text(site.get("UsageCost")),
        phone=read_text(address.get("ContactTelephone1")),
        url=read_text(address.get("RelatedURL")),
        status_at=_time(site.get("DateLastVerified")) or _time(site.get("DateLastConfirmed")),
        updated_at=_time(site.get("DateLastStatusUpdate")),
        licence=read_text(provider.get("License")),
        attribution=_attribution(provider),
        unmapped=_unmapped(site, connections, operator),
        doubts=() if connections else ((Doubt.NO_CONNECTIONS, f"{site.get('NumberOfPoints')} points"),),
    )


def _pile(connection: Object, country: str | None, site_status: Status | None) -> PileRecord:
    type_id = _id(connection, "ConnectionType")
    is_told = not (type_id == SUPERCHARGER and country == "CN")
    connector = CONNECTORS.get(type_id) if is_told else None
    power_kw = read_number(connection.get("PowerKW"))
    return PileRecord(
        current=_current(connection, connector),
        connectors=None if connector is None else connector_mask([connector]),
        power_kw=power_kw if power_kw and power_kw > 0 else None,  # 0 is written for unknown
        status=STATUSES.get(_id(connection, "StatusType")) or site_status,
        count=_count(connection.get("Quantity")),
    )


def _current(connection: Object, connector: Connector | None) -> Current | None:
    stated = CURRENTS.get(_id(connection, "CurrentType"))
    if stated is None and _id(connection, "Level") == LEVEL_BELOW_2_KW:
        return Current.AC
    return stated or CURRENT_OF_PLUG.get(connector)


def _unmapped(
    site: Object, connections: list[Object], operator: Object | None
) -> tuple[tuple[str, str], ...]:
    """Return the codes no table knows, and the connections left out because they do not stand there."""
    codes: list[tuple[str, Container[int | None], int | None]] = [
        ("access", ACCESS, _id(site, "UsageType")),
        ("status", STATUSES, _id(site, "StatusType")),
        # no entry: the id is in no list; None: the operator is known to be nobody
        ("operator_raw", (), _id(site, "OperatorInfo") if operator == {} else None),
    ]
    for each in connections:
        codes += [
            ("connectors", CONNECTORS, _id(each, "ConnectionType")),
            ("current", CURRENTS, _id(each, "CurrentType")),
            ("piles.status", STATUSES, _id(each, "StatusType")),
        ]
    return tuple((field, str(code)) for field, known, code in codes if code is not None and code not in known)


def _id(holder: Object, name: str) -> int | None:
    """Return the id of a reference, from its own key or from the object beside it."""
    entry = holder.get(name)
    number = read_number(holder.get(_ID_KEYS.get(name, f"{name}ID")))
    if number is None and isinstance(entry, dict):
        number = read_number(entry.get("ID"))
    return None if number is None else int(number)


def _entry(holder: Object, name: str, entries: Mapping[int | None, Object]) -> Object:
    """Return what is known of a reference: the object beside its id, or the entry of the reference data."""
    entry = holder.get(name)
    return entry if isinstance(entry, dict) else entries.get(_id(holder, name), {})


def _count(value: object) -> int | None:
    number = read_number(value)
    return int(number) if number and number >= 1 else None  # 0 is written for unknown


def _time(value: object) -> dt.datetime | None:
    """Return a time, written as text or as the `$date` of a database dump, text or milliseconds."""
    raw = value.get("$date") if isinstance(value, dict) else value
    if not isinstance(raw, int):
        return read_iso_time(raw) if isinstance(raw, str) else None
    try:
        return dt.datetime.fromtimestamp(raw / 1000, tz=dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _address(address: Object) -> str | None:
    lines = (read_text(address.get(key)) for key in ("AddressLine1", "AddressLine2", "Postcode"))
    return ", ".join(line for line in lines if line) or None


def _attribution(provider: Object) -> str:
    title = read_text(provider.get("Title"))
    is_own = title is None or title.casefold() == CONTRIBUTORS_TITLE
    return ATTRIBUTION if is_own else f"{ATTRIBUTION}; {title}"
