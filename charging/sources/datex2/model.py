"""DATEX II: the energy infrastructure of a publisher and its statuses, versions 3.5 to 3.7, WGS-84.

Read are the EnergyInfrastructureTablePublication and the EnergyInfrastructureStatusPublication, in the JSON
and the XML encoding, of the AFIR recharging profile and of the base model, a payload alone or several in a
container or an array. A refill point is a pile. Statuses are joined to the points of the files they are read
with, in any order and either encoding, and so are organisations to the references to them.

The standard is at https://datex2.eu, the profile at
https://github.com/MobilithekDE/AFIR-DATEX-II-Recharging-Profil.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from charging.errors import SourceError
from charging.sources.coordinates import read_number
from charging.sources.datex2 import json_reader, xml_reader
from charging.sources.datex2.facilities import read_time
from charging.sources.datex2.organisations import REFERENCE, Organisations, collect_organisations
from charging.sources.datex2.publication import STATUS, TABLE, Item, ItemKind
from charging.sources.datex2.sites import point_ids, read_site
from charging.sources.datex2.statuses import (
    Key,
    PointStatus,
    Statuses,
    assign_publishers,
    newer_status,
    read_statuses,
)
from charging.sources.datex2.values import Object, read_id
from charging.sources.io.files import count_words, read_matching_head
from charging.sources.records import Reason, Record, Rejection, SourceInfo
from charging.sources.scalars import read_text

_STATUS_MARK = "nergyInfrastructureSiteStatus"
_TABLE_MARKS = ('nergyInfrastructureSite"', "nergyInfrastructureTable>")  # once a table, in JSON and in XML
_XML_MARK = b"datex2.eu/schema"
_EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)


def matches(head: bytes) -> bool:
    """Whether a file that begins like this is a publication of DATEX II, of energy infrastructure or not."""
    start, names = head.lstrip()[:1], head.lower()
    if start == b"<":
        return _XML_MARK in names
    if start not in (b"{", b"["):
        return False
    return b"energyinfrastructure" in names or (
        b'publication"' in names and (b'"modelbaseversion' in names or b'"publicationtime"' in names)
    )


def source() -> SourceInfo:
    """Return where the records come from: the publications name no licence."""
    return SourceInfo(
        source="datex2",
        title="DATEX II",
        licence=None,
        attribution="The operators of the charge points",
        url="https://datex2.eu/",
        unit_counted="refill point",
    )


def read(path: Path, *, companions: Sequence[Path] = ()) -> Iterator[Record]:
    """Return the sites of a file, one by one, with the statuses of this file and of its companions.

    A file with statuses alone yields nothing when others are read with it, and is refused without any.
    Statuses of the file whose point is in none of the files are yielded as rejections.
    """
    together = tuple(dict.fromkeys((*companions, path)))
    changed = tuple(map(_changed_ns, together))
    joined, organisations = _statuses_in(together, changed), _organisations_in(together, changed)
    is_found, others = False, []
    for item in _current_items(path):
        if isinstance(item, Rejection):
            yield item
        elif item.kind is ItemKind.SITE:
            is_found = True
            publisher = item.header.publisher
            yield from read_site(organisations.describe(item.value, publisher), publisher, joined.statuses)
        elif item.kind is ItemKind.BROKEN:
            yield Rejection(reason=Reason.MALFORMED, value=item.value)
        elif item.kind is ItemKind.OTHER:
            others.append(item.value)
    yield from joined.unmatched.get(path, ())
    has_statuses = path in joined.telling
    if not is_found and (len(together) == 1 or not has_statuses):
        raise _no_sites(path, others, has_statuses=has_statuses)
    for other in others:
        yield Rejection(reason=Reason.MALFORMED, field="payload", value=other)


def _no_sites(path: Path, others: Sequence[str], *, has_statuses: bool) -> SourceError:
    if has_statuses:
        return SourceError(
            f"{path}: expected an {TABLE}, found statuses alone ({STATUS}). Give the file with the table of "
            "the same publisher too: statuses say neither where a point is nor what it is."
        )
    found = ", ".join(dict.fromkeys(others)) or "none"
    return SourceError(
        f"{path}: expected sites in an {TABLE}, found {found[:200]}. Ask the publisher for the publication "
        "of its energy infrastructure."
    )


class _Joined(NamedTuple):
    """What files that are read together tell of points."""

    statuses: Statuses
    unmatched: Mapping[Path, Sequence[Rejection]]  # by the file that tells them: those of no point
    telling: frozenset[Path]  # files with statuses


@lru_cache(maxsize=1)
def _statuses_in(paths: tuple[Path, ...], _changed: tuple[int, ...]) -> _Joined:
    """Return the statuses of files that are read together; kept, since each of the files asks for them."""
    given: tuple[dict[Key, PointStatus], ...] = {}, {}  # of points, of stations
    told_in: dict[tuple[bool, Key], Path] = {}
    for path in paths:
        if count_words(path, _STATUS_MARK):
            for item in _items(path):
                if item.kind is ItemKind.STATUS:
                    for is_station, told_id, status in read_statuses(item.value, item.header.published_at):
                        key = item.header.publisher, told_id
                        given[is_station][key] = newer_status(given[is_station].get(key), status)
                        told_in[is_station, key] = path
    telling = frozenset(told_in.values())
    if not told_in:
        return _Joined(Statuses({}, {}), {}, telling)
    publishers, known = _points_of_tables(paths, {told_id for _, (_, told_id) in told_in})
    points, stations = (assign_publishers(each, publishers) for each in given)
    unmatched: dict[Path, list[Rejection]] = {}
    for (is_station, (publisher, told_id)), path in told_in.items():
        owner = publisher if publisher in publishers else None
        if (is_station, (owner, told_id)) not in known:
            status = given[is_station][publisher, told_id]
            rejection = Rejection(
                reason=Reason.NO_POINT,
                record_id=told_id,
                field="status",
                value=status.code or status.operation,
            )
            unmatched.setdefault(path, []).append(rejection)
    return _Joined(Statuses(points, stations), unmatched, telling)


@lru_cache(maxsize=1)
def _organisations_in(paths: tuple[Path, ...], _changed: tuple[int, ...]) -> Organisations:
    """Return the organisations that are given by reference in files read together; kept likewise."""
    if not any(count_words(path, REFERENCE) for path in paths):
        return Organisations()
    return collect_organisations(lambda: chain.from_iterable(map(_items, paths)))


def _points_of_tables(
    paths: Sequence[Path], wanted: set[str]
) -> tuple[set[str | None], set[tuple[bool, Key]]]:
    """Return the publishers of tables, and which ids they have: each by its publisher, and by none."""
    publishers: set[str | None] = set()
    known: set[tuple[bool, Key]] = set()
    for path in paths:
        for item in _items(path):
            if item.kind is ItemKind.SITE:
                publishers.add(item.header.publisher)
                for is_station, point_id in point_ids(item.value):
                    if point_id in wanted:
                        known.add((is_station, (item.header.publisher, point_id)))
                        known.add((is_station, (None, point_id)))
    return publishers, known


def _changed_ns(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


def _items(path: Path) -> Iterator[Item]:
    advice = "Give the JSON or XML of a publication of energy infrastructure."
    head = read_matching_head(path, matches, "a publication of DATEX II", advice)
    is_xml = head.lstrip()[:1] == b"<"
    return xml_reader.read_items(path) if is_xml else json_reader.read_items(path)


def _current_items(path: Path) -> Iterator[Item | Rejection]:
    """Yield what a file holds; of a site that is in several tables of it the latest version is taken."""
    if count_words(path, *_TABLE_MARKS) < 2:  # noqa: PLR2004  one table has no other
        yield from _items(path)
        return
    latest: dict[Key, tuple[object, ...]] = {}
    for at, item in enumerate(_items(path)):
        if key := _site_key(item):
            latest[key] = max(latest.get(key, ()), _version(item.value, at))
    for at, item in enumerate(_items(path)):
        key = _site_key(item)
        if key is None or latest[key][-1] == at:
            yield item
        else:
            version = read_text(item.value.get("versionG", item.value.get("version")))
            yield Rejection(
                reason=Reason.OLD_VERSION, record_id=key[1], field="versionG", value=version or "not stated"
            )


def _site_key(item: Item) -> Key | None:
    site_id = read_id(item.value) if item.kind is ItemKind.SITE else None
    return None if site_id is None else (item.header.publisher, site_id)


def _version(site: Object, at: int) -> tuple[object, ...]:
    """Return what versions of a site are ordered by: time of the last change, version, place in the file."""
    version = site.get("versionG", site.get("version"))
    number = read_number(version)
    return (
        read_time(site.get("lastUpdated")) or _EARLIEST,
        number is not None,
        number or 0.0,
        read_text(version) or "",
        at,
    )
