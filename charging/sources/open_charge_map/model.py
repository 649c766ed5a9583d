"""Open Charge Map: sites as its API and its bulk files write them, WGS-84.

Read are JSON lines, a JSON array and a single site, each plain or gzip, verbose (names with the ids) or
compact (ids only), with names in PascalCase or, as the API gives them on request, in camelCase. Compact ids
are looked up in the `reference.json` or `referencedata.json` in the folder of the file or the one above;
without it only a few have names.

What is counted: `Connections` are kinds of equipment with a `Quantity`, and one device with two cables is
often written as two connections. `NumberOfPoints` is the number of cars that can charge at once, which is
what a pile is here. The groups carry `Quantity`, a missing one stays missing, and `NumberOfPoints` is the
stated total, so that a site whose two counts differ is seen as such.

The model is described at https://openchargemap.org/site/develop/api.
"""

import datetime as dt
import functools
import json
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from charging.domain.vocabulary import Datum
from charging.errors import SourceError
from charging.sources.coordinates import read_point
from charging.sources.io.files import open_text, read_matching_head
from charging.sources.io.json_stream import BrokenLine, is_lines, values, values_in_lines
from charging.sources.open_charge_map.codes import (
    ABSENT,
    ACCESS,
    ATTRIBUTION,
    BUILT_IN,
    CONNECTORS,
    CONTRIBUTORS_TITLE,
    CURRENTS,
    LIVE,
    NAMES,
    NOBODY,
    STATUSES,
    Object,
    Reference,
    SiteDoubt,
)
from charging.sources.open_charge_map.piles import devices_of, read_count, read_id, read_pile
from charging.sources.records import PileRecord, Reason, Record, Rejection, SourceInfo, StationRecord
from charging.sources.scalars import read_iso_time, read_text

_OWN = ("AddressInfo", "addressInfo")
_REFERENCE_NAMES = ("reference.json", "referencedata.json")


def matches(head: bytes) -> bool:
    """Whether a file that begins like this holds sites of Open Charge Map."""
    names = head.lower()
    is_site = b'"addressinfo"' in names and b'"connectiontypes"' not in names
    return is_site and head.lstrip()[:1] in (b"{", b"[")


def source() -> SourceInfo:
    """Return where the records come from; each row has its own licence."""
    return SourceInfo(
        source="ocm",
        title="Open Charge Map",
        licence=None,
        attribution=ATTRIBUTION,
        url="https://openchargemap.org",
        unit_counted="connection, or charging bay where the site states more",
    )


def read(path: Path) -> Iterator[Record]:
    """Return the sites of a file, one by one."""
    advice = "Give its JSON with the objects `AddressInfo`; reference data goes next to it as reference.json."
    head = read_matching_head(path, matches, "sites of Open Charge Map", advice)
    reference = _reference_beside(path)
    with open_text(path) as text:
        for value in values_in_lines(text, path) if is_lines(head, *_OWN) else values(text, path):
            yield _convert(value, reference)


def _reference_beside(path: Path) -> Reference:
    for folder in (path.parent, path.parent.parent):
        for name in _REFERENCE_NAMES:
            path_there = folder / name
            if path_there.is_file():
                return _load_reference(path_there, path_there.stat().st_mtime_ns)
    return BUILT_IN


@functools.lru_cache(maxsize=1)
def _load_reference(path: Path, _modified_ns: int) -> Reference:
    """Return the lists of a reference file by id; kept, since a folder has a file for every site."""
    with open_text(path) as text:
        try:
            lists = NAMES.rename_all(json.load(text))
            return {
                name: {**BUILT_IN[name], **{entry["ID"]: entry for entry in lists[name]}} for name in BUILT_IN
            }
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(
                f"{path}: expected the reference data of Open Charge Map ({', '.join(BUILT_IN)}), found "
                "something else. Fetch it again, or move it away to read the sites without names."
            ) from error


def _convert(site: Any, reference: Reference) -> Record:  # noqa: ANN401  JSON
    if isinstance(site, BrokenLine):
        return Rejection(reason=Reason.MALFORMED, record_id=f"line {site.number}", value=site.text[:100])
    if not isinstance(site, dict):
        return Rejection(reason=Reason.MALFORMED, value=str(site)[:100])
    site = NAMES.rename_all(site)
    site_id = read_text(site.get("ID"))
    if site_id is None:
        return Rejection(reason=Reason.MISSING_ID, field="ID")
    address, connections = site.get("AddressInfo"), site.get("Connections") or []
    if not isinstance(address, dict):
        return Rejection(reason=Reason.MALFORMED, record_id=site_id, field="AddressInfo")
    if not isinstance(connections, list) or not all(isinstance(each, dict) for each in connections):
        return Rejection(reason=Reason.MALFORMED, record_id=site_id, field="Connections")
    return _check_place(site, site_id, connections, reference)


def _check_place(site: Object, site_id: str, connections: list[Object], reference: Reference) -> Record:
    address = site["AddressInfo"]
    point = read_point(address.get("Latitude"), address.get("Longitude"), site_id)
    if isinstance(point, Rejection):
        return point
    # where it is comes first: that a site lies at 0, 0 is found of all sources, and would be hidden here
    refused = None if 0 in point else _refusal(site, site_id, address, reference)
    return refused or _station(site, site_id, point, connections, reference)


def _refusal(site: Object, site_id: str, address: Object, reference: Reference) -> Rejection | None:
    """Return why a site is not to be shown, if so."""

    def refusal(reason: Reason, field: str, value: object) -> Rejection:
        return Rejection(reason=reason, record_id=site_id, field=field, value=str(value))

    submission, status = read_id(site, "SubmissionStatus"), read_id(site, "StatusType")
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
    site: Object, site_id: str, point: tuple[float, float], connections: list[Object], reference: Reference
) -> StationRecord:
    address = site["AddressInfo"]
    country = read_text(_entry(address, "Country", reference["Countries"]).get("ISOCode"))
    operator_id = read_id(site, "OperatorInfo")
    operator = None if operator_id in NOBODY else _entry(site, "OperatorInfo", reference["Operators"])
    provider = _entry(site, "DataProvider", reference["DataProviders"])
    status = STATUSES.get(read_id(site, "StatusType"))
    present = [each for each in connections if read_id(each, "StatusType") not in ABSENT]
    groups = [read_pile(each, country, status) for each in present]
    points = read_count(site.get("NumberOfPoints"))
    piles = devices_of(groups, points)
    return StationRecord(
        source_id=site_id,
        lat=point[0],
        lon=point[1],
        datum=Datum.WGS84,
        piles=piles,
        stated_piles=points,
        name=read_text(address.get("Title")),
        operator_raw=read_text((operator or {}).get("Title")),
        access=ACCESS.get(read_id(site, "UsageType")),
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
        doubts=_doubts(connections, groups, piles, points),
    )


def _doubts(
    connections: list[Object],
    groups: Sequence[PileRecord],
    piles: Sequence[PileRecord],
    points: int | None,
) -> tuple[tuple[str, str], ...]:
    if not connections:
        return ((SiteDoubt.NO_CONNECTIONS, f"{points} points"),)
    if len(piles) == len(groups):
        return ()
    plugs = sum(group.count or 0 for group in groups)
    return ((SiteDoubt.PLUGS, f"{points} points, {plugs} plugs, {piles[0].count} devices"),)


def _unmapped(
    site: Object, connections: list[Object], operator: Object | None
) -> tuple[tuple[str, str], ...]:
    """Return the codes no table knows, and the connections left out because they are not there."""
    codes: list[tuple[str, Container[int | None], int | None]] = [
        ("access", ACCESS, read_id(site, "UsageType")),
        ("status", STATUSES, read_id(site, "StatusType")),
        # no entry: the id is in no list; None: the operator is known to be nobody
        ("operator_raw", (), read_id(site, "OperatorInfo") if operator == {} else None),
    ]
    for each in connections:
        codes += [
            ("connectors", CONNECTORS, read_id(each, "ConnectionType")),
            ("current", CURRENTS, read_id(each, "CurrentType")),
            ("piles.status", STATUSES, read_id(each, "StatusType")),
        ]
    return tuple((field, str(code)) for field, known, code in codes if code is not None and code not in known)


def _entry(holder: Object, name: str, entries: Mapping[int | None, Object]) -> Object:
    """Return what is known of a reference: the object with its id, or the entry of the reference data."""
    entry = holder.get(name)
    return entry if isinstance(entry, dict) else entries.get(read_id(holder, name), {})


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
