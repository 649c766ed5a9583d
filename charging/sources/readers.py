"""The formats that can be read, told apart by what a file holds.

A caller needs three names::

    reader = sniff(path)  # or reader_named("open-charge-map")
    info = reader.source()  # SourceInfo for the manifest
    for record in reader.read(path):  # StationRecord | ServiceAreaRecord | Rejection
        ...

`read` and `source` take `preset=` as a keyword. A reader that `sniff` returns already carries the preset it
recognised (`reader.preset`), so both may be called without one. Coordinates come as the source gives them,
each with the datum of its source; a datum the user declares is put on the records by the caller.

A bad record is yielded as a `Rejection`. A file that is not of the format, or holds the answer of a server
that failed, raises `SourceError` when the first record is asked for; a cut or damaged one raises where it
ends.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from charging.errors import Fault, SourceError, UsageError
from charging.sources import irve_dynamic, service_areas
from charging.sources.io.files import FileKind, Part, file_kind, read_heads, text_part, unread
from charging.sources.recognition.column_guess import (
    NO_HINTS,
    Assumed,
    Assumption,
    Given,
    Hints,
    TableGuess,
)
from charging.sources.records import Record, Repair, SourceInfo
from charging.sources.tabular import model as tabular
from charging.sources.tabular.preset_schema import Preset
from charging.sources.tabular.presets import checked_layout, correct_preset, presets
from charging.sources.tabular.station_columns import Stations


class _Model(Protocol):
    """The module of a format that has one form."""

    def matches(self, head: bytes, /) -> bool: ...
    def source(self) -> SourceInfo: ...

    read: Callable[..., Iterator[Record]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """What is known of files better than they, or their preset, say."""

    timezone: str | None = None  # of times in tables that name none
    crs: str | None = None  # EPSG code of the coordinates of tables
    encoding: str | None = None  # of the text of tables
    records: str | None = None  # of JSON, the keys that lead to the list of records
    id_from_file: bool = False  # ids are unique within a file only
    repairs: frozenset[Repair] = frozenset()  # what is put right, and counted

    @property
    def layout(self) -> dict[str, str | bool]:
        """The keys of a preset's `[file]` that are known better."""
        known = {
            "timezone": self.timezone,
            "crs": self.crs,
            "encoding": self.encoding,
            "records": self.records,
            "id_from_file": self.id_from_file,
        }
        return {key: value for key, value in known.items() if value}

    @property
    def hints(self) -> Hints:
        """What of it serves to recognise columns.

        Raises
        ------
        UsageError
            If a correction is none that can be used.
        """
        layout = checked_layout(self.layout)
        return Hints(encoding=self.encoding, crs=layout.crs, records=self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A format that can be read."""

    name: str  # as `--format` takes it
    title: str
    reads: Callable[..., Iterator[Record]]  # (path), or (path, preset=) where `recognises` is set
    describes: Callable[..., SourceInfo]  # (), or (preset=)
    matches: Callable[[bytes], bool] | None = None  # whether a file begins like this format
    recognises: Callable[..., str | Preset | None] | None = None  # (path, own): the preset of a table
    preset: str | Preset | None = None  # its name, where it comes with the project
    guess: TableGuess | None = None  # what the columns were taken for, where no preset has them
    reads_columns: Callable[..., Iterator[Stations]] | None = None  # as `reads`
    takes: Callable[..., Sequence[Part]] | None = None  # (path, preset=): the parts of a file it reads
    joins: bool = False  # whether files of this format complete one another: `reads` takes `companions=`
    completes: bool = False  # whether its files say more of the piles of tables, and nothing by themselves
    makes: frozenset[Repair] = frozenset()  # the repairs that `reads` takes as `repairs=`
    repairs: frozenset[Repair] = frozenset()  # what is corrected on request

    def read(
        self, path: Path, *, preset: str | Preset | None = None, companions: Sequence[Path] = ()
    ) -> Iterator[Record]:
        """Return the records of a file, one by one; `companions` are the files of the format read with it."""
        if self.joins:
            return self.reads(path, companions=companions, **self._options(preset))
        return self.reads(path, **self._options(preset), **self._repairs())

    def read_columns(self, path: Path, *, companions: Sequence[Path] = ()) -> Iterator[Record | Stations]:
        """Return what `read` does, in columns where the format comes in columns."""
        if self.reads_columns is None:
            return self.read(path, companions=companions)
        return self.reads_columns(path, **self._options(None), **self._repairs())

    def unread(self, path: Path) -> tuple[str, ...]:
        """Return the members of an archive that `read` passes over, by names that can be shown."""
        return unread(path, self.takes(path, **self._options(None)) if self.takes else (text_part(path),))

    def correct(self, corrections: Corrections) -> "Reader":
        """Return the reader of files of which more is known than they say.

        Raises
        ------
        UsageError
            If a correction is none that can be used.
        """
        preset = self.preset
        if self.recognises and preset is not None and corrections.layout:
            preset = correct_preset(tabular.resolve_preset(preset), corrections.layout)
        return replace(self, preset=preset, repairs=corrections.repairs)

    @property
    def has_ids_by_file(self) -> bool:
        """Whether ids are unique within a file only, says the preset."""
        return self.preset is not None and tabular.resolve_preset(self.preset).layout.id_from_file

    @property
    def assumed_datum(self) -> Assumption | None:
        """What was taken for granted of the datum: that of the preset, where the source gives others too."""
        preset = tabular.resolve_preset(self.preset) if self.preset is not None else None
        if preset is None or not preset.datum_may_differ:
            return None
        return Assumption(what=Assumed.PRESET_DATUM, headers=(str(preset.datum),))

    def source(self, *, preset: str | Preset | None = None) -> SourceInfo:
        """Return where the records come from."""
        return self.describes(**self._options(preset))

    def _repairs(self) -> dict[str, frozenset[Repair]]:
        asked = self.repairs & self.makes
        return {"repairs": asked} if asked else {}

    def _options(self, preset: str | Preset | None) -> dict[str, str | Preset | None]:
        if self.recognises:
            return {"preset": preset or self.preset}
        if preset:
            raise UsageError(
                f"Expected no preset for {self.title}, found {preset!r}. Leave it out: tables have presets."
            )
        return {}


def _reader(name: str, model: _Model, **more: Any) -> Reader:  # noqa: ANN401  fields of a reader
    more |= {"matches": model.matches, "reads": model.read, "describes": model.source}
    return Reader(name=name, title=model.source().title, **more)


def _feed(name: str, title: str, module: str, **more: Any) -> Reader:  # noqa: ANN401  fields of a reader
    """Return the reader of a format of JSON or XML, whose module is loaded when a file may be of it."""

    def model() -> _Model:
        found: Any = import_module(f"charging.sources.{module}.model")
        return cast(_Model, found)

    return Reader(
        name=name,
        title=title,
        matches=lambda head: head.lstrip()[:1] in _FEED_BEGINS and model().matches(head),
        reads=lambda path, **options: model().read(path, **options),
        describes=lambda: model().source(),
        **more,
    )


_FEED_BEGINS = (b"{", b"[", b"<", b"\x1e")  # the last separates the texts of a sequence of JSON

READERS: tuple[Reader, ...] = (
    _feed("open-charge-map", "Open Charge Map", "open_charge_map"),
    _reader("service-areas", service_areas, takes=service_areas.parts_read),
    _reader("irve-dynamic", irve_dynamic, joins=True, completes=True),
    _feed("datex2", "DATEX II", "datex2", joins=True),
    _feed("ocpi", "OCPI Locations", "ocpi", makes=frozenset({Repair.EVSE})),
    _feed("openstreetmap", "OpenStreetMap", "openstreetmap"),
    _feed("tcec102", "T/CEC 102", "tcec102", joins=True),
    Reader(
        name="tabular",
        title="Table with a preset",
        recognises=tabular.recognise,
        reads=tabular.read,
        reads_columns=tabular.read_columns,
        takes=tabular.parts_read,
        describes=tabular.source,
        makes=frozenset({Repair.SWAP}),
    ),
)
"""Every format, in the order in which `sniff` asks them."""


def sniff(path: Path, own_presets: Path | None = None, *, hints: Hints = NO_HINTS) -> Reader:
    """Return the reader for a file, told from how its content begins.

    A table that no preset has the columns of is read as its columns are guessed.

    Parameters
    ----------
    path
        The file.
    own_presets
        Folder of the user's presets, which are asked before those that come with the project.
    hints
        What is known of how a table is written whose columns are guessed.

    Raises
    ------
    SourceError
        If the file is missing, empty, binary or of no known format, or a table that lists no stations or
        whose coordinates are not sure.
    """
    head, *others = read_heads(path) if file_kind(path) is FileKind.TEXT else (b"",)
    for reader in READERS:
        if head and reader.matches and reader.matches(head):
            return reader
        if reader.recognises and (preset := reader.recognises(path, own_presets)):
            return replace(reader, preset=preset)
    for reader in READERS:  # of an archive whose largest text is not what is meant
        if reader.matches and any(map(reader.matches, others)):
            return reader
    if reader_of_guess := guess_reader(path, hints=hints):
        return reader_of_guess
    if explanation := tabular.explain_json(path):
        raise SourceError(f"{path}: {explanation}", Fault.UNRECOGNISED)
    known = ", ".join(reader.title for reader in READERS)
    message = (
        f"{path}: expected one of {known} ({', '.join(presets())}), found a file that begins with "
        f"{head[:60].decode(errors='replace')!r}. Name its format, or write a preset for its columns."
    )
    raise SourceError(message, Fault.UNRECOGNISED)


def point_statuses(chosen: Sequence[tuple[Path, Reader]]) -> irve_dynamic.PointStatuses | None:
    """Return what files say of the piles of tables they are read with, or None where none does.

    Raises
    ------
    SourceError
        If there is no table with them, or they have other columns.
    """
    paths = [path for path, reader in chosen if reader.completes]
    if paths and not any(reader.recognises for _, reader in chosen):
        raise irve_dynamic.lacks_register(paths[0])
    return irve_dynamic.PointStatuses(paths) if paths else None


def guess_reader(path: Path, given: Given | None = None, *, hints: Hints = NO_HINTS) -> Reader | None:
    """Return the reader of a table whose columns are guessed, None where nothing in a file looks like one.

    Raises
    ------
    UsageError, SourceError
        As `guess_table` and `check_importable`.
    """
    from charging.sources.recognition.table_guess import check_importable, guess_table  # noqa: PLC0415  as below

    guess = guess_table(path, given, hints=hints)
    if guess is None:
        return None
    check_importable(guess, path)
    return guessed_reader(path, guess)


def guessed_reader(path: Path, guess: TableGuess) -> Reader:
    """Return the reader of a table as it was guessed."""
    from charging.sources.recognition.guessed_preset import preset_of  # noqa: PLC0415  few files are guessed

    return replace(reader_named("tabular"), preset=preset_of(guess, path), guess=guess)


def reader_named(name: str) -> Reader:
    """Return the reader of a format by its name.

    Raises
    ------
    UsageError
        If no format has that name.
    """
    for reader in READERS:
        if reader.name == name:
            return reader
    message = f"Expected a format out of {', '.join(reader.name for reader in READERS)}, found {name!r}."
    raise UsageError(message)
