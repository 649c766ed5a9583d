"""From files, or from nothing, to a dataset: what the command line and the page do alike.

Both remember the dataset they made as the last one. Nothing is written before everything was read.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from charging.dataset.building.build import Builder, BuildResult
from charging.dataset.manifest import Description
from charging.dataset.merging import write_merged
from charging.dataset.report import FileAssumption, GuessedColumn, ImportReport, UnusedColumns
from charging.dataset.store import Dataset, dataset_folder, remember_dataset
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.domain.vocabulary import Datum, Kind
from charging.errors import Fault, SourceError, UsageError
from charging.sources import irve_dynamic, service_areas
from charging.sources.io.files import FileKind, distinct_stems, file_kind, read_head
from charging.sources.readers import (
    READERS,
    Corrections,
    Reader,
    guess_reader,
    point_statuses,
    reader_named,
    sniff,
)
from charging.sources.recognition.column_guess import Assumption, Given, Hints, TableGuess, warnings_of
from charging.sources.recognition.statement import Statement
from charging.sources.records import Reason, Record, SourceInfo, StationRecord
from charging.sources.tabular.presets import OWN_PRESETS, find_preset
from charging.sources.tabular.station_columns import Stations

Progress = Callable[[float, str], object]
"""Called with the share done, 0 to 1, and what is being done."""

WRITING, DONE = "writing", "done"
"""What an import says when all is read, and when it is over; before, it says what it reads."""

SIMULATED = "simulated"

MAX_SCALE = 100

RECORDS_BETWEEN = 20_000
"""Records between two reports of progress."""
_READ_SHARE = 0.9  # of the time a build takes; the rest is sorting, hashing and writing


_ADVICE: Mapping[str, str] = {
    Reason.PROJECTED: "These are metres of a map projection, or degrees without their decimal mark:"
    " name the reference system with --crs EPSG:n.",
    Reason.SWAPPED_COORDINATE: "Latitude and longitude seem exchanged: --repair swap puts that right.",
    Reason.NO_POINT: "Give the file with the stations too: statuses do not say where a point is.",
}
"""What to do where that is the most frequent reason why nothing was taken."""

NO_CORRECTIONS = Corrections()

_log = logging.getLogger(__name__)


def no_progress(_share: float, _what: str) -> None:
    """Report nothing."""


def build_simulated(
    build_dir: Path,
    *,
    scale: int = 1,
    seed: int = 0,
    into: Path | None = None,
    is_last: bool = True,
    progress: Progress = no_progress,
) -> Dataset:
    """Build the simulated network and return it.

    Parameters
    ----------
    scale
        Multiplies stations and piles; above 1 the dataset is labelled with it.
    seed
        Seed of every draw: the same one gives the same content.
    into
        Folder of the dataset; by default `simulated`, or `simulated-x<scale>`, in `build_dir`.
    is_last
        Whether it becomes the last one, which a dashboard opens.

    Raises
    ------
    UsageError
        If `scale` is not 1 to 100, or `seed` is negative.
    DatasetError
        If the dataset cannot be written.
    """
    if not 1 <= scale <= MAX_SCALE or seed < 0:
        message = f"Expected a scale of 1 to {MAX_SCALE} and a seed of 0 or more, found {scale} and {seed}"
        raise UsageError(message)
    from charging.simulation import network  # noqa: PLC0415  an import needs none of it

    label = f"{SIMULATED}-x{scale}" if scale > 1 else SIMULATED

    def report_share(share: float) -> None:
        progress(share * _READ_SHARE, "simulating stations")

    builder = Builder(registry=load_operators(), cities=CityIndex(load_cities()))
    records = network.simulate_network(scale=scale, seed=seed, progress=report_share)
    builder.add(records, source=network.SOURCE, retrieved_at=_now())
    title = f"{network.SOURCE.title} ×{scale}" if scale > 1 else network.SOURCE.title
    built = builder.finish()
    real = describe_build(label, built)
    description = replace(real, title=title, kind=Kind.SIMULATED, seed=seed, scale=scale)
    folder = into or build_dir / label
    return _store(built, description, folder, build_dir if is_last else None, progress)


def import_files(  # noqa: PLR0913  what a user may say of an import
    paths: Sequence[Path],
    *,
    build_dir: Path,
    format_name: str | None = None,
    preset: str | None = None,
    datum: Datum | None = None,
    name: str | None = None,
    into: Path | None = None,
    given: Given | None = None,
    statement: Statement | None = None,
    own_presets: Path | None = None,
    corrections: Corrections = NO_CORRECTIONS,
    readers: Mapping[Path, Reader] | None = None,
    is_last: bool = True,
    progress: Progress = no_progress,
) -> Dataset:
    """Read files into a dataset and return it.

    Parameters
    ----------
    paths
        Files of one or of several formats; lists of service areas among them complete the stations.
    format_name, preset
        How the files of stations are read; by default each is recognised by its content, as a list of
        service areas and a file of statuses always is.
    datum
        Datum of the coordinates, where it is known better than the format says.
    name
        Name of the dataset; by default that of `into`, or of the first file.
    into
        Folder of the dataset; by default the one of that name in `build_dir`.
    given
        Columns of tables that the user named, by field; the others are guessed.
    statement
        What the user says of the source, in place of what the format or file says.
    own_presets
        Folder of the user's presets; by default that in `build_dir`.
    corrections
        What is known of the files better than they say.
    readers
        How single files are read, where the caller knows it already.
    is_last
        Whether it becomes the last one, which a dashboard opens.

    Raises
    ------
    UsageError
        If a file, format, preset or name is not one that can be used.
    SourceError
        If a file cannot be read, or not one station can be taken.
    DatasetError
        If the dataset cannot be written.
    """
    label = _dataset_label(paths, name, into)
    folder = into or dataset_folder(build_dir, label)
    _log.info("Importing %(files)d file(s) as %(dataset)s", {"files": len(paths), "dataset": label})
    own = own_presets or build_dir / OWN_PRESETS
    known = readers or {}
    chosen = [
        (path, known.get(path) or _choose_reader(path, format_name, preset, own, given, corrections.hints))
        for path in paths
    ]
    chosen = [(path, reader.correct(corrections)) for path, reader in chosen]
    for path, reader in chosen:
        _log.debug("Reading %(file)s as %(format)s", {"file": path.name, "format": reader.name})
    builder = Builder(registry=load_operators(), cities=CityIndex(load_cities()))
    retrieved_at = _now()
    statuses = point_statuses(chosen)
    groups: dict[SourceInfo, list[tuple[Path, Reader]]] = {}
    for path, reader in sorted(chosen, key=lambda each: bool(statuses and each[1].recognises)):
        if not reader.completes:
            groups.setdefault(stated(reader.source(), statement), []).append((path, reader))
    for number, (info, files) in enumerate(groups.items(), start=1):
        records = _read_all(files, paths, progress, is_id_from_file=corrections.id_from_file)
        if statuses:  # of which those of no pile come after the last table
            records = statuses.join(records, is_last=number == len(groups))
        builder.add(records, source=info, retrieved_at=retrieved_at, datum=datum, repairs=corrections.repairs)
    for path, reader in chosen:
        builder.leave(path.name, reader.unread(path))
        if reader.guess:
            _note_guess(builder, path, reader.guess, datum)
        elif datum is None and (assumed := reader.assumed_datum):
            builder.guess([], [], [_assumption_of(path, assumed)])
    built = builder.finish()
    # a caller that knows the readers is no command line, and has no options to advise
    _check_not_empty(built, paths, advice=_ADVICE if readers is None else {})
    return _store(built, describe_build(label, built), folder, build_dir if is_last else None, progress)


def describe_build(name: str, built: BuildResult) -> Description:
    """Return what is known of a dataset of real sources: its title and date are those of all of them."""
    titles = list(dict.fromkeys(rows.info.title for rows in built.sources))
    return Description(
        name=name,
        title=" + ".join(titles) if set(titles) - _FORMAT_TITLES else _title_from_name(name),
        kind=Kind.REAL,
        as_of=_date_span(rows.info.as_of for rows in built.sources),
        sources=built.sources,
        report=built.report,
    )


_FORMAT_TITLES = frozenset(reader.title for reader in READERS)
"""Titles of sources that say in which form the data came, not what it is."""


def _title_from_name(name: str) -> str:
    """Return the title of a dataset whose sources have none of their own.

    Examples
    --------
    >>> _title_from_name("new_york-stations-2024-01")
    'new york stations 2024-01'
    """
    return re.sub(r"_|(?<!\d)-|-(?!\d)", " ", name).strip() or name


def check_name(name: str) -> None:
    """Refuse a name that is no dataset's, or kept for the simulated network.

    Raises
    ------
    UsageError
        If it is.
    """
    dataset_folder(Path(), name)
    if re.fullmatch(rf"{SIMULATED}(-x\d+)?", name):
        message = f"The name {name!r} is kept for the simulated network: choose another name"
        raise UsageError(message, Fault.NAME)
    if name.casefold() == OWN_PRESETS:
        message = f"The name {name!r} is kept for presets of your own: choose another name"
        raise UsageError(message, Fault.NAME)


def _dataset_label(paths: Sequence[Path], name: str | None, into: Path | None) -> str:
    for path in paths:
        if not path.is_file():
            raise UsageError(f"Expected a file to import, found none at {str(path)!r}")
    if not paths:
        raise UsageError("Expected at least one file to import, found none")
    stem = into.resolve().name if into else paths[0].name.split(".")[0]
    label = name or re.sub(r"[^\w.-]+", "-", stem).strip("-.")[:80] or "import"
    check_name(label)  # a name must be good even where `into` says the folder
    return label


def stated(info: SourceInfo, statement: Statement | None) -> SourceInfo:
    """Return what is known of a source, with what the user says of it."""
    if statement is None:
        return info
    said = {name: value for name, value in asdict(statement).items() if value is not None}
    return replace(info, **said)


def _choose_reader(
    path: Path,
    format_name: str | None,
    preset: str | None,
    own: Path,
    given: Given | None,
    hints: Hints,
) -> Reader:
    if preset and given:
        message = f"Expected either a preset or columns, found the preset {preset!r} and columns for it"
        raise UsageError(message)
    chosen = find_preset(preset, own) if preset else None
    is_text = file_kind(path) is FileKind.TEXT
    if is_text and any(each.matches(read_head(path)) for each in (service_areas, irve_dynamic)):
        return sniff(path)
    if given or (format_name == "tabular" and chosen is None):
        return guess_reader(path, given, hints=hints) or sniff(path, own, hints=hints)
    if not (format_name or chosen):
        return sniff(path, own, hints=hints)
    reader = reader_named(format_name or "tabular")
    reader.source(preset=chosen)  # refuses a preset where the format has none
    return replace(reader, preset=chosen)


def _note_guess(builder: Builder, path: Path, guess: TableGuess, datum: Datum | None) -> None:
    columns = [
        GuessedColumn(file=path.name, field=each.field, headers=each.headers, reason=each.reason)
        for each in guess.columns
    ]
    unused = UnusedColumns(file=path.name, headers=tuple(filter(None, guess.unused)))
    assumed = [_assumption_of(path, each) for each in warnings_of(guess, datum)]
    builder.guess(columns, [unused], assumed)


def _assumption_of(path: Path, each: Assumption) -> FileAssumption:
    return FileAssumption(file=path.name, what=each.what, headers=each.headers, text=each.text)


def _read_all(
    files: Sequence[tuple[Path, Reader]],
    paths: Sequence[Path],
    progress: Progress,
    *,
    is_id_from_file: bool,
) -> Iterator[Record | Stations]:
    together = [path for path, _ in files]
    names = distinct_stems(paths)
    for path, reader in files:
        prefix = names[paths.index(path)] if is_id_from_file or reader.has_ids_by_file else None
        done = paths.index(path) / len(paths)
        progress(done * _READ_SHARE, f"reading {path.name}")
        number, reported = 0, 0
        for some in reader.read_columns(path, companions=together):
            yield some if prefix is None else _prefix_ids(some, prefix)
            number += len(some) + len(some.between) if isinstance(some, Stations) else 1
            while number - reported >= RECORDS_BETWEEN:
                reported += RECORDS_BETWEEN
                progress(done * _READ_SHARE, f"reading {path.name}, {number:,} records")


def _prefix_ids(some: Record | Stations, prefix: str) -> Record | Stations:
    """Return stations whose ids begin with the name of their file."""
    if isinstance(some, Stations):
        return some.with_id_prefix(prefix)
    return some._replace(source_id=f"{prefix}/{some.source_id}") if isinstance(some, StationRecord) else some


def _check_not_empty(
    built: BuildResult, paths: Sequence[Path], *, advice: Mapping[str, str] = _ADVICE
) -> None:
    if built.report.stations:
        return
    message = (
        f"Not one station could be taken from {', '.join(path.name for path in paths)}:"
        f" {built.report.explain_rejections()}."
        f" {advice.get(_main_reason(built.report), 'Check the format, the preset and the columns.')}"
    )
    if unread := built.report.unread:
        message += f" Not read of archives: {', '.join(each.member for each in unread[:5])}."
    raise SourceError(message, Fault.NOTHING_TAKEN)


def _main_reason(report: ImportReport) -> str:
    return report.rejections[0].what if report.rejections else ""


def _store(
    built: BuildResult, description: Description, folder: Path, last_in: Path | None, progress: Progress
) -> Dataset:
    progress(_READ_SHARE, WRITING)
    report = built.report
    _log.info(
        "Read %(records)d records for %(dataset)s: %(stations)d stations taken, %(rejected)d rejected",
        {
            "dataset": description.name,
            "records": report.rows_read,
            "stations": report.stations,
            "rejected": report.rejected,
        },
    )
    dataset = write_merged(folder, built.tables, description)
    if last_in:
        remember_dataset(last_in, folder)
    progress(1.0, DONE)
    return dataset


def _date_span(dates: Iterable[str | None]) -> str | None:
    """Return the date, or the first and the last as an ISO 8601 interval."""
    known = sorted({date for date in dates if date})
    return "/".join(dict.fromkeys((known[0], known[-1]))) if known else None


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
