"""Drafts of datasets: uploaded files, inspected and read before anything is kept.

A draft is a hidden folder inside the build folder, where no dataset is looked for. Keeping one is a rename,
so that until then every dataset is as it was, and of two drafts of one name the second is refused. When its
folder is removed says `charging.dataset.draft_folders`.
"""

import logging
import re
import shutil
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from charging.dataset.building.build import Preview, take_first
from charging.dataset.draft_folders import DraftFolder, sweep_drafts
from charging.dataset.pipeline import Progress, check_name, import_files, no_progress, stated
from charging.dataset.sent_files import SentFile, check_size, display_name, file_name
from charging.dataset.staging import make_file, make_folder
from charging.dataset.store import (
    Dataset,
    check_free,
    dataset_folder,
    open_dataset,
    remember_dataset,
    taken_names,
)
from charging.domain.vocabulary import Datum
from charging.errors import ChargingError, DatasetError, Fault, SourceError, UsageError
from charging.sources.readers import Corrections, Reader, reader_named, sniff
from charging.sources.recognition.column_guess import NO_HINTS, Given, Hints, TableGuess
from charging.sources.recognition.guessed_preset import preset_of, preset_tables
from charging.sources.recognition.statement import Statement
from charging.sources.recognition.table_guess import check_lists_stations, correct_guess, guess_table
from charging.sources.records import Record
from charging.sources.tabular.presets import OWN_PRESETS

MAX_REPORTS = 500
"""Reports of progress an import may take, each for some 20,000 records: ten million of them."""

WAITING = "waiting for another import"
"""What a draft reports while another is read: one at a time, since each takes a core and much memory."""

_log = logging.getLogger(__name__)

_READING = threading.Lock()
_TURN_S = 0.2  # between two attempts to start


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFile:
    """A file of a draft: where it is, and what it was recognised as."""

    name: str  # as its sender calls it
    path: Path
    size: int  # bytes
    reader: Reader | None  # None: not recognised
    problem: str  # why not; empty where it was
    fault: Fault | None = None  # of what kind that is
    guess: TableGuess | None = None  # of a table that no preset has the columns of


class ReadOptions(NamedTuple):
    """How the files of a draft are read, and what the dataset is called."""

    name: str
    format_name: str | None = None  # None: each as it was recognised
    preset: str | None = None
    datum: Datum | None = None  # None: as the format says
    # columns named for tables that no preset has, by their header
    columns: Mapping[tuple[str, ...], Given] = MappingProxyType({})
    statement: Statement = Statement()  # on the source of such tables
    corrections: Corrections = Corrections()  # what is known of the files better than they say


class Draft:
    """Uploaded files, and the dataset read from them."""

    def __init__(self, sent: Sequence[SentFile], *, build_dir: Path, max_bytes: int) -> None:
        """Store the files in a folder of their own and recognise each.

        Raises
        ------
        UsageError
            If there is no file, or they are larger than `max_bytes` together; nothing is stored then.
        DatasetError
            If they cannot be stored.
        """
        check_size(sent, max_bytes)
        self._build_dir = build_dir
        self._place = None
        try:
            sweep_drafts(build_dir)
            self._place = DraftFolder(build_dir)
            self._folder = self._place.path
            self.files = tuple(self._store_file(number, file) for number, file in enumerate(sent))
        except OSError as error:
            self.discard()
            message = f"Could not store the files in {build_dir} ({error.strerror}); nothing was changed."
            raise DatasetError(message) from error
        self.dataset: Dataset | None = None
        self.choices: ReadOptions | None = None  # that the dataset was read by
        self._guesses: dict[Path, tuple[tuple[Given, Hints], TableGuess | None]] = {}  # the last of each file
        self._previews: dict[Path, tuple[ReadOptions, Preview]] = {}  # likewise

    @property
    def suggested_name(self) -> str:
        """A name for the dataset that is good and free, made from that of the first file."""
        stem = re.sub(r"[^\w.-]+", "-", self.files[0].name.split(".")[0]).strip("-._")[:60] or "upload"
        taken = taken_names(self._build_dir)
        candidates = [stem, f"{stem}-data", *(f"{stem}-{number}" for number in range(2, len(taken) + 4))]
        return next(name for name in candidates if name.casefold() not in taken and _is_good_name(name))

    def guess_of(self, file: DraftFile, columns: Given, hints: Hints = NO_HINTS) -> TableGuess:
        """Return what the columns of a table are taken for, with those that were named.

        Raises
        ------
        ChargingError
            If a header is not there, or the file is no table.
        """
        known = columns, hints
        if file.path not in self._guesses or self._guesses[file.path][0] != known:
            with self._sender_names():
                guess = guess_table(file.path, columns, any_header=True, hints=hints)
            self._guesses[file.path] = known, guess
        guess = self._guesses[file.path][1]
        if guess is None:
            raise SourceError(file.problem, Fault.UNRECOGNISED)
        return guess

    def correct_columns(
        self,
        file: DraftFile,
        columns: Given,
        field: str,
        headers: tuple[str, ...],
        hints: Hints = NO_HINTS,
    ) -> Given:
        """Return the columns named of a table, when one field was given others."""
        with self._sender_names():
            before = self.guess_of(file, columns, hints)
            return correct_guess(file.path, before, columns, field, headers, hints=hints)

    def unit_counted(self, file: DraftFile, choices: ReadOptions) -> str:
        """Return what one count of a file would be, as far as it is known before it can be read."""
        with suppress(ChargingError):
            if is_by_columns(file, choices):
                guess = self.guess_of(file, columns_named(file, choices), choices.corrections.hints)
                return str(preset_tables(guess, "", "")["source"]["unit_counted"])
            return self._known_reader(file, choices).source().unit_counted
        return "pile"

    def preview(self, file: DraftFile, choices: ReadOptions) -> Preview:
        """Return the beginning of a file as it would be taken, or raise a `ChargingError`."""
        # what is called how changes nothing of the rows
        choices = choices._replace(name="", statement=Statement())
        if file.path not in self._previews or self._previews[file.path][0] != choices:
            known = self._known_reader(file, choices)
            reader = known.correct(choices.corrections)
            same = [
                other.path
                for other in self.files
                if not other.guess and (_choose_reader(other, choices) or known) == known
            ]
            if reader.completes:
                same += [other.path for other in self.files if other.reader and other.reader.recognises]
            with self._sender_names(), closing(_generate_records(reader, file.path, same)) as records:
                repairs = choices.corrections.repairs
                preview = take_first(records, reader.source().source, choices.datum, repairs=repairs)
            self._previews[file.path] = choices, preview
        return self._previews[file.path][1]

    def unread(self, file: DraftFile, choices: ReadOptions) -> tuple[str, ...]:
        """Return the members of an archive that would not be read, by names that can be shown."""
        reader = self._known_reader(file, choices)
        with self._sender_names():
            return reader.unread(file.path)

    def read(self, choices: ReadOptions, progress: Progress = no_progress) -> Dataset:
        """Read the files into a dataset that is not listed yet, and return it; `keep` adds it to the others.

        Whatever fails on the way, or ends it, leaves the draft as it was before.

        Raises
        ------
        UsageError
            If the name is not good or not free, or there are too many records.
        SourceError
            If a file cannot be read, or not one station can be taken.
        DatasetError
            If the dataset cannot be written.
        """
        self.dataset, self.choices = None, None
        check_name(choices.name)
        check_free(self._build_dir, choices.name)
        made = self._folder / "dataset"
        shutil.rmtree(made, ignore_errors=True)
        try:
            with _one_at_a_time(progress), self._sender_names():
                dataset = import_files(
                    [file.path for file in self.files],
                    build_dir=made,
                    name=choices.name,
                    format_name=choices.format_name,
                    preset=choices.preset,
                    datum=choices.datum,
                    own_presets=self._build_dir / OWN_PRESETS,
                    corrections=choices.corrections,
                    readers={
                        file.path: self._known_reader(file, choices)
                        for file in self.files
                        if is_by_columns(file, choices)
                    },
                    progress=_limit_reports(progress),
                )
        except BaseException:  # also where the reader of the page left it
            shutil.rmtree(made, ignore_errors=True)
            raise
        self.dataset, self.choices = dataset, choices
        return dataset

    def keep(self) -> Dataset:
        """Make the dataset that was read one of the build folder, and the last one; the draft is used up.

        Raises
        ------
        UsageError
            If nothing was read, or its name was taken meanwhile.
        DatasetError
            If the folder cannot be written.
        """
        if self.dataset is None:
            message = "Expected files that were read, to be kept as a dataset, found none: read them first."
            raise UsageError(message)
        folder = dataset_folder(self._build_dir, self.dataset.name)
        check_free(self._build_dir, self.dataset.name)
        try:
            self.dataset.folder.rename(folder)  # refused where another draft was kept there this moment
        except OSError as error:
            check_free(self._build_dir, self.dataset.name)
            message = f"Could not keep the dataset in {folder} ({error.strerror}); nothing was changed."
            raise DatasetError(message) from error
        remember_dataset(self._build_dir, folder)
        _log.info("Kept an upload as %(folder)s", {"folder": folder})
        self.discard()
        return open_dataset(folder)

    def discard(self) -> None:
        """Remove everything the draft holds."""
        self.dataset = None
        if self._place:
            self._place.remove()

    def _store_file(self, number: int, sent: SentFile) -> DraftFile:
        # in a folder each, so that files of one name are two
        path = self._folder / "files" / str(number) / file_name(sent.name)
        make_folder(path.parent)
        make_file(path)
        path.write_bytes(sent.content)
        name = display_name(sent.name)
        try:
            reader, problem, fault = sniff(path, self._build_dir / OWN_PRESETS), "", None
        except ChargingError as error:
            reader, problem, fault = None, str(error).replace(str(path), name), error.fault
        guess = reader.guess if reader else None
        if fault in (Fault.UNRECOGNISED, Fault.COORDINATES, Fault.UNFIT):
            with suppress(ChargingError):  # what was wrong is known
                guess = guess_table(path, any_header=True)
        size = path.stat().st_size
        return DraftFile(
            name=name, path=path, size=size, reader=reader, problem=problem, fault=fault, guess=guess
        )

    def _known_reader(self, file: DraftFile, choices: ReadOptions) -> Reader:
        if is_by_columns(file, choices):
            return self._reader_by_columns(file, choices)
        reader = _choose_reader(file, choices)
        if reader is None:
            raise SourceError(file.problem, file.fault or Fault.UNRECOGNISED)
        return reader

    def _reader_by_columns(self, file: DraftFile, choices: ReadOptions) -> Reader:
        guess = self.guess_of(file, columns_named(file, choices), choices.corrections.hints)
        check_lists_stations(guess, file.name)
        if guess.doubts:
            message = (
                f"{file.name}: expected columns of latitude and longitude, and it is not sure which they"
                f" are: {'; '.join(guess.doubts)}. Choose them."
            )
            raise SourceError(message, Fault.COORDINATES)
        title = choices.statement.title or file.name.split(".")[0]
        preset = preset_of(guess, file.path, title)
        info = stated(preset.info, choices.statement)
        return replace(reader_named("tabular"), preset=preset.model_copy(update={"info": info}), guess=guess)

    @contextmanager
    def _sender_names(self) -> Iterator[None]:
        """Name files in errors as their sender does, and never by their path here."""
        try:
            yield
        except ChargingError as error:
            text = str(error)
            for file in self.files:
                text = text.replace(str(file.path), file.name)
            renamed = type(error)(text.replace(str(self._folder), ""))
            renamed.fault = error.fault
            raise renamed from error


def _is_good_name(name: str) -> bool:
    with suppress(UsageError):
        check_name(name)
        return True
    return False


def _choose_reader(file: DraftFile, choices: ReadOptions) -> Reader | None:
    """Return how a file is read, as `import_files` decides it."""
    named = choices.format_name or ("tabular" if choices.preset else None)
    if named is None or (file.reader and (file.reader.name == "service-areas" or file.reader.completes)):
        return file.reader
    return replace(reader_named(named), preset=choices.preset)


def is_by_columns(file: DraftFile, choices: ReadOptions) -> bool:
    """Whether a file is read by columns that were guessed or named."""
    return file.guess is not None and not (choices.format_name or choices.preset)


def columns_named(file: DraftFile, choices: ReadOptions) -> Given:
    """Return the columns named of a table; tables with the same header have the same."""
    return choices.columns.get(file.guess.header, {}) if file.guess else {}


def _generate_records(reader: Reader, path: Path, companions: Sequence[Path]) -> Generator[Record]:
    yield from reader.read(path, companions=companions)


@contextmanager
def _one_at_a_time(progress: Progress) -> Iterator[None]:
    while not _READING.acquire(timeout=_TURN_S):
        progress(0.0, WAITING)  # which ends the waiting of whoever went away
    try:
        yield
    finally:
        _READING.release()


def _limit_reports(progress: Progress) -> Progress:
    """Return a progress that refuses to go on for ever: a small packed file may hold very many records."""
    reports = iter(range(MAX_REPORTS))

    def report(share: float, what: str) -> None:
        if next(reports, None) is None:
            message = (
                "Expected fewer records, found more than an upload may have. Split the files, and bring the"
                " parts one by one."
            )
            raise UsageError(message, Fault.TOO_LARGE)
        progress(share, what)

    return report
