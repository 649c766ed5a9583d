"""From a peer to a dataset: pull into the journal, build by the ordinary builder, write a new version.

Rows of the peer are rebuilt from its journal each time; all others stay as they are. Readers see the old
version or the new one, and a pull that is cut leaves the old one whole.
"""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from charging.dataset.building.build import Builder, BuildResult, build_tables
from charging.dataset.locks import hold_lock
from charging.dataset.manifest import SourceRows
from charging.dataset.merging import whole_tables, without_merges, write_merged
from charging.dataset.pipeline import Progress, check_name, describe_build, no_progress
from charging.dataset.report import ImportReport
from charging.dataset.store import (
    CURRENT,
    JOURNALS,
    Dataset,
    dataset_folder,
    open_dataset,
    remember_dataset,
    replace_text,
)
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.domain.schema import PILES, SERVICE_AREAS, STATIONS
from charging.domain.vocabulary import Kind
from charging.errors import SourceError, UsageError
from charging.sources.ocpi import model as ocpi
from charging.sources.records import Record
from charging.sources.tcec102 import model as tcec102
from charging.sync.http import Client, RetryPolicy
from charging.sync.journal import Journal, Pull
from charging.sync.ocpi_client import OcpiClient
from charging.sync.peers import OcpiPeer, Peer, TcecPeer, load_peer
from charging.sync.pulls import finish_pull, start_pull
from charging.sync.report import SyncReport, changes_between
from charging.sync.tcec_client import TcecClient

_PULL_SHARE, _STATUS_SHARE = 0.6, 0.2  # of the time a sync takes; the rest is building and writing
_MAX_WRITE_S = 600.0  # another peer's writing is waited for
_REPORTS = "reports.json"
_BASE = ""  # in the file of reports: rows of no peer


_log = logging.getLogger(__name__)


class _KeptRows(NamedTuple):
    """Rows of a dataset that stay, and how they came about."""

    tables: dict[str, pa.Table]
    report: ImportReport
    sources: tuple[SourceRows, ...]


class _PullResult(NamedTuple):
    """A pull that is done."""

    pull: Pull
    records: int
    asked_statuses: int | None


def sync(
    name: str,
    *,
    build_dir: Path,
    is_full: bool = False,
    environment: Mapping[str, str] = os.environ,
    progress: Progress = no_progress,
    retry_policy: RetryPolicy | None = None,
) -> SyncReport:
    """Bring the stations of a peer in its dataset up to date, and return what changed.

    Parameters
    ----------
    name
        Name of the peer's description.
    build_dir
        Where datasets and descriptions are kept.
    is_full
        Whether everything is pulled; otherwise what changed since the last time, if that is not too long ago.
    environment
        Where the secrets are.

    Raises
    ------
    UsageError
        If the peer is not described well, a secret is not set, or its dataset is simulated.
    SourceError
        If the peer cannot be asked or answers what makes no sense; the dataset stays, and the next sync
        continues where this one stopped.
    DatasetError
        If the dataset cannot be read or written, or the same peer is being pulled by another process.
    """
    peer = load_peer(name, build_dir)
    secrets = peer.secrets(environment)
    check_name(peer.dataset)
    folder = dataset_folder(build_dir, peer.dataset)
    _current_dataset(folder)
    journals = folder / JOURNALS
    with hold_lock(journals / f"{name}.lock", wait_s=0.0, what=f"The peer {name!r}"):
        journal = Journal(journals / f"{name}.sqlite")
        client = Client(peer.url, hidden=secrets, hosts=peer.hosts, retry_policy=retry_policy)
        try:
            pulled = _run_pull(peer, client, journal, secrets, is_full=is_full, progress=progress)
            with hold_lock(journals / ".writing.lock", wait_s=_MAX_WRITE_S, what=f"{folder}"):
                progress(_PULL_SHARE + _STATUS_SHARE, "building")
                report = _write_dataset(peer, journal, folder, build_dir, pulled)
            _log_report(report)
            return report
        finally:
            client.close()
            journal.close()


def _log_report(report: SyncReport) -> None:
    _log.info(
        "Pulled %(pulled)d records from %(peer)s into %(dataset)s: %(opened)d stations opened,"
        " %(changed)d changed, %(closed)d closed",
        {
            "peer": report.peer,
            "dataset": report.dataset.name,
            "pulled": report.pulled,
            "rejected": report.rejected,
            **report.changes._asdict(),
        },
    )


def _current_dataset(folder: Path) -> Dataset | None:
    """Return the dataset a peer's rows go into, or None where it is to be made."""
    if not (folder / CURRENT).exists():
        return None
    dataset = open_dataset(folder)
    if dataset.kind is Kind.SIMULATED:
        raise UsageError(
            f"Expected a dataset of real stations for a peer, found {dataset.name!r}, which is simulated"
        )
    return dataset


def _run_pull(
    peer: OcpiPeer | TcecPeer,
    client: Client,
    journal: Journal,
    secrets: Mapping[str, str],
    *,
    is_full: bool,
    progress: Progress,
) -> _PullResult:
    now = datetime.now(UTC).replace(microsecond=0)
    every = timedelta(days=peer.full_every_days)
    pull = start_pull(journal, peer.url, is_full=is_full, full_every=every, now=now)

    _log.info(
        "Pulling %(what)s from %(peer)s",
        {
            "what": "everything" if pull.is_full else "what changed",
            "peer": peer.name,
            "resumed": bool(pull.next_url),
        },
    )

    def report_records(count: int, total: int | None) -> None:
        share = min(1.0, count / total) if total else 0.0
        progress(share * _PULL_SHARE, f"pulling {peer.name}, {count:,} of {total or '?'} records")

    def report_statuses(count: int, total: int | None) -> None:
        share = _PULL_SHARE + _STATUS_SHARE * (count / total if total else 1.0)
        progress(share, f"asking {peer.name} for statuses, {count:,} of {total:,} stations")

    report_records(0, None)
    source: OcpiClient | TcecClient
    if isinstance(peer, OcpiPeer):
        source = OcpiClient(peer, client, journal, secrets["token"])
    else:
        source = TcecClient(peer, client, journal, secrets)
    ended = source.pull(pull, report_records)
    records = journal.count_seen(ended)
    ended = finish_pull(journal, ended)
    statuses = source.pull_statuses(report_statuses) if isinstance(source, TcecClient) else None
    return _PullResult(ended, records, statuses)


def _write_dataset(
    peer: OcpiPeer | TcecPeer, journal: Journal, folder: Path, build_dir: Path, pulled: _PullResult
) -> SyncReport:
    current = _current_dataset(folder)
    info = replace(peer.source, as_of=pulled.pull.begun_at.date().isoformat())
    registry, cities = load_operators(), CityIndex(load_cities())
    mine = build_tables(
        _read_records(peer, journal),
        source=info,
        retrieved_at=pulled.pull.begun_at,
        registry=registry,
        cities=cities,
    )
    if not mine.report.stations:
        message = f"Not one station could be taken from {peer.name}: {mine.report.explain_rejections()}."
        raise SourceError(message)
    reports = _stored_reports(folder)
    builder = Builder(registry=registry, cities=cities)
    before = {spec.name: spec.arrow_schema.empty_table() for spec in (STATIONS, PILES)}
    if current:
        whole = whole_tables(current)
        links = current.manifest.report
        is_guessed = bool(links.linked_to_areas or links.linked_to_areas_unsaid)
        reports = _known_reports(current, whole, reports, info.source)
        before = _rows_of(whole, [info.source])
        for part in _other_parts(current, whole, reports, info.source):
            builder.keep(part.tables, report=part.report, sources=part.sources, has_guesses=is_guessed)
    builder.keep(mine.tables, report=mine.report, sources=mine.sources)
    built = builder.finish()
    reports[info.source] = mine.report.to_json()
    replace_text(folder / JOURNALS / _REPORTS, json.dumps(reports))
    name = current.name if current else peer.dataset
    dataset = write_merged(folder, built.tables, describe_build(name, built))
    if current is None:
        remember_dataset(build_dir, folder)
    return _sync_report(peer, journal, pulled, mine, before, dataset)


def _sync_report(
    peer: Peer,
    journal: Journal,
    pulled: _PullResult,
    mine: BuildResult,
    before: Mapping[str, pa.Table],
    dataset: Dataset,
) -> SyncReport:
    full_at = journal.fact("full_at")
    return SyncReport(
        peer=peer.name,
        dataset=dataset,
        is_full=pulled.pull.is_full,
        is_sure=pulled.pull.is_sure,
        full_at=datetime.fromisoformat(full_at) if full_at else None,
        pulled=pulled.records,
        stations=mine.report.stations,
        rejected=mine.report.rejected,
        asked_statuses=pulled.asked_statuses,
        changes=changes_between(before, mine.tables),
    )


def _read_records(peer: Peer, journal: Journal) -> Iterator[Record]:
    """Yield what the journal holds as the reader of the format understands it."""
    if isinstance(peer, OcpiPeer):
        yield from ocpi.read_stations(kept.body for kept in journal.records())
        return
    for kept in journal.records():
        guns = tcec102.read_statuses(kept.status) if kept.status is not None else {}
        yield tcec102.read_station(kept.body, guns, status_at=kept.status_at)


def _other_parts(
    current: Dataset, whole: Mapping[str, pa.Table], reports: Mapping[str, Any], source: str
) -> Iterator[_KeptRows]:
    """Yield what stays of a dataset: the rows of no peer, and those of each other peer."""
    peers = [source, *(name for name in reports if name != _BASE)]
    for name, report in reports.items():
        if name == source:
            continue
        chosen = [name] if name != _BASE else peers
        tables = _rows_of(whole, chosen, is_other=name == _BASE)
        # service areas come with files, never from a peer
        areas = whole[SERVICE_AREAS.name]
        tables[SERVICE_AREAS.name] = areas if name == _BASE else areas.slice(0, 0)
        rows = tuple(
            rows for rows in current.manifest.sources if (rows.info.source in chosen) is (name != _BASE)
        )
        yield _KeptRows(tables, ImportReport.from_json(report), rows)


def _rows_of(
    whole: Mapping[str, pa.Table], sources: list[str], *, is_other: bool = False
) -> dict[str, pa.Table]:
    """Return the stations of sources, or of all others, with their piles."""
    is_theirs = pc.is_in(whole[STATIONS.name]["source"], pa.array(sources, pa.string()))
    stations = whole[STATIONS.name].filter(pc.invert(is_theirs) if is_other else is_theirs)
    ids = stations["station_id"].combine_chunks()
    piles = whole[PILES.name].filter(pc.is_in(whole[PILES.name]["station_id"], ids))
    return {STATIONS.name: stations, PILES.name: piles}


def _stored_reports(folder: Path) -> dict[str, Any]:
    """Return the reports of the parts of a dataset by source, as they were last written."""
    try:
        stored = json.loads((folder / JOURNALS / _REPORTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _known_reports(
    current: Dataset, whole: Mapping[str, pa.Table], stored: Mapping[str, Any], source: str
) -> dict[str, Any]:
    """Return the reports of the parts that are in a dataset now, first that of the rows of no peer.

    What was imported since into the same folder has replaced everything, the peers' rows among it.
    """
    present = {rows.info.source for rows in current.manifest.sources}
    peers = [name for name in stored if name in present and name not in (_BASE, source)]
    if present.isdisjoint((*peers, source)):
        base = without_merges(current.manifest.report)
        # what was merged is among the rows again
        base = replace(base, stations=len(whole[STATIONS.name]))
    elif _BASE in stored:
        base = ImportReport.from_json(stored[_BASE])
    else:
        base = _recount_report(whole, [*peers, source])
    return {_BASE: base.to_json()} | {name: stored[name] for name in peers}


def _recount_report(whole: Mapping[str, pa.Table], peers: list[str]) -> ImportReport:
    """Return a report on the rows of no peer, where the one of their import is lost."""
    tables = _rows_of(whole, peers, is_other=True)
    stations, areas = len(tables[STATIONS.name]), len(whole[SERVICE_AREAS.name])
    return ImportReport(
        rows_read=stations + areas,
        stations=stations,
        service_areas=areas,
        piles=pc.sum(tables[PILES.name]["count"]).as_py() or 0,
        stations_without_pile_count=tables[STATIONS.name]["piles"].null_count,
    )
