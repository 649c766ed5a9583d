"""Stations merged on request: of two that are one site one is left out, and can be brought back as it was.

Decisions are in `merges.csv` in the folder of a dataset, so that whoever reads the folder sees them, and the
next import leaves out the same. Each new version is made by them. What it leaves out it keeps in two extra
tables, which no query reads: nothing depends on an older version being there.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from charging.dataset.building.columns import add_new_columns, sort_table
from charging.dataset.checksums import check_files
from charging.dataset.manifest import Description
from charging.dataset.report import (
    MAX_EXAMPLES,
    MAX_VALUE_LENGTH,
    Example,
    Finding,
    ImportReport,
    find_repeated_piles,
)
from charging.dataset.store import Dataset, open_dataset, replace_text
from charging.dataset.versions import write_version
from charging.domain.schema import PILES, SERVICE_AREAS, STATIONS, TABLES
from charging.errors import ChargingError, DatasetError, UsageError
from charging.sources.records import Reason

MERGES = "merges.csv"
"""The decisions about a dataset, a file of its folder: keep, drop, decided_at, why."""

ASIDE = {STATIONS.name: "merged_stations", PILES.name: "merged_piles"}
"""What the tables are called, and their files, that keep what a version leaves out."""

_COLUMNS = ("keep", "drop", "decided_at", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A decision: `drop` is the site of `keep`, and left out where that one is there."""

    keep: str  # station_id
    drop: str  # station_id
    decided_at: datetime  # aware
    why: str = ""


class _Split(NamedTuple):
    """The tables of a dataset by what its decisions say of their rows."""

    kept: dict[str, pa.Table]
    aside: dict[str, pa.Table]  # by the names of `ASIDE`
    survivors: dict[str, str]  # for each station left out, the one it is merged into


def merge(
    dataset: Dataset, pairs: Iterable[tuple[str, str]], *, why: str = "", decided_at: datetime | None = None
) -> Dataset:
    """Leave one station of each pair out of a new version of a dataset, and return that version.

    Parameters
    ----------
    dataset
        The version made is of the current one in its folder.
    pairs
        Station ids, the one to keep and the one to drop, such as `keep` and `drop` of `suspected_duplicates`.
        One that is kept may be dropped by another pair, and one that is dropped may be so by several.
    why
        A note kept with the decisions.
    decided_at
        Aware; by default now.

    Raises
    ------
    UsageError
        If a station is not in the dataset, or would be merged into itself, be it by way of others.
    DatasetError
        If the dataset or its decisions cannot be read, or the version cannot be written; nothing is changed.

    Notes
    -----
    Two writers at once each make a sound version, but the later one may not know the decisions of the other.
    """
    current = open_dataset(dataset.folder)
    whole, merges = whole_tables(current), read_merges(dataset.folder)
    known = {(decision.keep, decision.drop) for decision in merges}
    time = decided_at or datetime.now(UTC).replace(microsecond=0)
    new = [
        Merge(keep=keep, drop=drop, decided_at=time, why=why)
        for keep, drop in dict.fromkeys(pairs)
        if (keep, drop) not in known
    ]
    _check_known(new, whole[STATIONS.name])
    merges = (*merges, *new)
    if circle := _find_circle(merges):
        raise UsageError(f"Expected stations to be merged into others, found a circle: {' → '.join(circle)}")
    return _rewrite(current, whole, merges)


def unmerge(dataset: Dataset, dropped: Iterable[str] | None = None) -> Dataset:
    """Bring merged stations back in a new version of a dataset, and return that version.

    Parameters
    ----------
    dataset
        As in `merge`.
    dropped
        Station ids that were dropped; by default all. With all of them back, the content hash is the one the
        dataset had without any merge.

    Raises
    ------
    UsageError
        If one of the stations is dropped by no decision.
    DatasetError
        As `merge`.
    """
    current = open_dataset(dataset.folder)
    merges = read_merges(dataset.folder)
    back = {decision.drop for decision in merges} if dropped is None else set(dropped)
    if strangers := back - {decision.drop for decision in merges}:
        raise UsageError(
            f"Expected stations that {dataset.folder / MERGES} drops, found {min(strangers)!r}:"
            " it was not merged into another"
        )
    left = tuple(decision for decision in merges if decision.drop not in back)
    return _rewrite(current, whole_tables(current), left)


def write_merged(folder: Path, tables: Mapping[str, pa.Table], description: Description) -> Dataset:
    """Write tables as a new version of a dataset as `write_version` does, by the decisions in its folder.

    A decision about a station that is not in the tables is kept for later and has no effect; one whose kept
    station is gone leaves the other in.

    Raises
    ------
    SchemaError, DatasetError
        As `write_version`; also if the decisions cannot be read.
    """
    split = _split_tables(tables, read_merges(folder))
    described = replace(description, report=_count_merges(description.report, split))
    return write_version(folder, split.kept, described, aside=split.aside)


def read_merges(folder: Path) -> tuple[Merge, ...]:
    """Return the decisions about the dataset in a folder, in the order they were made.

    Raises
    ------
    DatasetError
        If the file is not as `merge` writes it, or merges a station into itself.
    """
    path = folder / MERGES
    if not path.exists():
        return ()
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = [[row[name] for name in _COLUMNS] for row in csv.DictReader(lines, strict=True)]
        merges = tuple(
            Merge(keep=keep, drop=drop, decided_at=datetime.fromisoformat(at), why=why)
            for keep, drop, at, why in rows
        )
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise DatasetError(
            f"Cannot read {path} ({type(error).__name__}: {error}): expected the columns"
            f" {', '.join(_COLUMNS)} with ISO times; put it right, or remove it to merge nothing"
        ) from error
    if circle := _find_circle(merges):
        message = f"{path} merges stations in a circle, {' → '.join(circle)}: remove one of these rows"
        raise DatasetError(message)
    return merges


def whole_tables(dataset: Dataset) -> dict[str, pa.Table]:
    """Return the tables of a version with what it leaves out, in the order they are built in.

    Raises
    ------
    DatasetError
        If a file is damaged: a new version of it would be sound, and wrong.
    """
    check_files(dataset, *(spec.name for spec in TABLES))
    tables = {spec.name: add_new_columns(pq.read_table(dataset.path(spec.name)), spec) for spec in TABLES}
    for spec in (STATIONS, PILES):
        if len(rest := _read_aside(dataset, spec.name)):
            tables[spec.name] = sort_table(pa.concat_tables([tables[spec.name], rest]), spec)
    return tables


def merged_stations(dataset: Dataset) -> pa.Table:
    """Return the stations a version leaves out, with the columns of the schema; no row where none is."""
    return _read_aside(dataset, STATIONS.name)


def without_merges(report: ImportReport) -> ImportReport:
    """Return a report whose rejections count no merged station."""
    others = tuple(finding for finding in report.rejections if finding.what != Reason.DUPLICATE_SITE)
    return replace(report, rejections=others)


def _rewrite(current: Dataset, whole: dict[str, pa.Table], merges: tuple[Merge, ...]) -> Dataset:
    """Make a version by new decisions; where that fails, the old ones are restored."""
    values = {spec.name: getattr(current.manifest, spec.name) for spec in fields(Description)}
    path = current.folder / MERGES
    before = path.read_text(encoding="utf-8") if path.exists() else None
    try:
        replace_text(path, _to_csv(merges))
        return write_merged(current.folder, whole, Description(**values))
    except (ChargingError, OSError) as error:
        if before is None:
            path.unlink(missing_ok=True)
        elif path.read_text(encoding="utf-8") != before:
            replace_text(path, before)
        if isinstance(error, ChargingError):
            raise
        raise DatasetError(f"Could not write {path} ({error}); no version was made.") from error


def _read_aside(dataset: Dataset, table: str) -> pa.Table:
    """Return the rows of a table that a version leaves out."""
    path, spec = dataset.path(ASIDE[table]), next(spec for spec in TABLES if spec.name == table)
    if ASIDE[table] not in dataset.tables:
        return spec.arrow_schema.empty_table()
    check_files(dataset, ASIDE[table])
    return add_new_columns(pq.read_table(path), spec)


def _split_tables(tables: Mapping[str, pa.Table], merges: tuple[Merge, ...]) -> _Split:
    survivors = find_survivors(merges, set(tables[STATIONS.name]["station_id"].to_pylist())) if merges else {}
    if not survivors:
        return _Split(dict(tables), {}, {})
    ids = pa.array(survivors, pa.string())
    kept, aside = {SERVICE_AREAS.name: tables[SERVICE_AREAS.name]}, {}
    for name, other_name in ASIDE.items():
        is_dropped = pc.is_in(tables[name]["station_id"], ids)
        kept[name] = tables[name].filter(pc.invert(is_dropped))
        aside[other_name] = tables[name].filter(is_dropped)
    return _Split(kept, aside, survivors)


def find_survivors(merges: Iterable[Merge], present: set[str]) -> dict[str, str]:
    """Return for each present station that is to be left out the present one it is merged into.

    A chain is followed to its end, through stations that are not present too: whoever is left out, the one at
    the end of the chain never is.
    """
    into = _targets(merges)
    found: dict[str, str] = {}
    for station_id in TopologicalSorter(into).static_order():
        for keep in into.get(station_id, ()):
            if (end := found.get(keep, keep)) in present:
                found[station_id] = end
                break
    return {station_id: end for station_id, end in found.items() if station_id in present}


def _targets(merges: Iterable[Merge]) -> dict[str, list[str]]:
    """Return for each station that is dropped the ones it may be merged into, by the order of decisions."""
    into: dict[str, list[str]] = {}
    for decision in merges:
        into.setdefault(decision.drop, []).append(decision.keep)
    return into


def _find_circle(merges: Iterable[Merge]) -> list[str]:
    """Return stations that are merged into each other, or none."""
    try:
        TopologicalSorter(_targets(merges)).prepare()
    except CycleError as error:
        return [str(station_id) for station_id in error.args[1]]
    return []


def _check_known(merges: Iterable[Merge], stations: pa.Table) -> None:
    known = set(stations["station_id"].to_pylist())
    for decision in merges:
        for station_id in (decision.keep, decision.drop):
            if station_id not in known:
                message = f"Expected stations of the dataset to merge, found {station_id!r}, which is none"
                raise UsageError(message)


def _count_merges(report: ImportReport, split: _Split) -> ImportReport:
    """Return a report that counts what was merged, and the ids that repeat, whatever it counted before."""
    others = [*without_merges(report).rejections]
    if split.survivors:
        examples = tuple(
            Example(record_id=dropped[:MAX_VALUE_LENGTH], field="keep", value=end[:MAX_VALUE_LENGTH])
            for dropped, end in sorted(split.survivors.items())[:MAX_EXAMPLES]
        )
        count = len(split.survivors)
        others.append(Finding(what=str(Reason.DUPLICATE_SITE), count=count, examples=examples))
    stations = split.kept[STATIONS.name]
    return replace(
        report,
        stations=len(stations),
        piles=pc.sum(split.kept[PILES.name]["count"]).as_py() or 0,
        stations_without_pile_count=stations["piles"].null_count,
        rejections=tuple(sorted(others, key=lambda finding: (-finding.count, finding.what))),
        repeated_piles=find_repeated_piles(stations, split.kept[PILES.name]),
    )


def _to_csv(merges: Iterable[Merge]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((one.keep, one.drop, one.decided_at.isoformat(), one.why) for one in merges)
    return text.getvalue()
