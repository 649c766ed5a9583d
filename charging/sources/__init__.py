"""One module per foreign format, each turning a file into records; this module tells the formats apart.

A caller needs three names::

    reader = sniff(path)  # or reader_named("open-charge-map")
    info = reader.source()  # SourceInfo for the manifest
    for record in reader.read(path):  # StationRecord | ServiceAreaRecord | Rejection
        ...

`read` and `source` take `preset=` as a keyword. A reader that `sniff` returns already carries the preset it
recognised (`reader.preset`), so both may be called without one. Coordinates come as the source gives them,
each with the datum of its source; a datum the user declares is put on the records by the caller.

A bad record is yielded as a `Rejection`. A file that is not of the format raises `SourceError`, when the
first record is asked for, or where a cut or damaged file ends.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from charging.errors import SourceError, UsageError
from charging.sources import open_charge_map, tabular
from charging.sources.files import read_head
from charging.sources.presets import load_preset, presets
from charging.sources.records import Record, SourceInfo

__all__ = ["READERS", "Reader", "load_preset", "presets", "reader_named", "sniff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A format that can be read. The first four fields are its row in `READERS`."""

    name: str  # as `--format` takes it
    title: str
    reads: Callable[..., Iterator[Record]]  # (path), or (path, preset=) where `recognises` is set
    describes: Callable[..., SourceInfo]  # (), or (preset=)
    matches: Callable[[bytes], bool] | None = None  # whether a file begins like this format
    recognises: Callable[[bytes], str | None] | None = None  # the preset of a file that begins so
    preset: str | None = None

    def read(self, path: Path, *, preset: str | None = None) -> Iterator[Record]:
        """Return the records of a file, one by one."""
        return self.reads(path, **self._options(preset))

    def source(self, *, preset: str | None = None) -> SourceInfo:
        """Return where the records come from."""
        return self.describes(**self._options(preset))

    def _options(self, preset: str | None) -> dict[str, str | None]:
        if self.recognises:
            return {"preset": preset or self.preset}
        if preset:
            message = (
                f"Expected no preset for {self.title}, found {preset!r}. Leave it out: tables have presets."
            )
            raise UsageError(message)
        return {}


READERS: tuple[Reader, ...] = (
    Reader(
        name="open-charge-map",
        title="Open Charge Map",
        matches=open_charge_map.matches,
        reads=open_charge_map.read,
        describes=open_charge_map.source,
    ),
    Reader(
        name="tabular",
        title="Table with a preset",
        recognises=tabular.recognise,
        reads=tabular.read,
        describes=tabular.source,
    ),
)
"""Every format, in the order in which `sniff` asks them."""


def sniff(path: Path) -> Reader:
    """Return the reader for a file, told from how its content begins.

    Raises
    ------
    SourceError
        If the file is missing, empty, binary or of no known format.
    """
    head = read_head(path)
    for reader in READERS:
        if reader.matches and reader.matches(head):
            return reader
        if reader.recognises and (preset := reader.recognises(head)):
            return replace(reader, preset=preset)
    known = ", ".join(reader.title for reader in READERS)
    message = (
        f"{path}: expected one of {known} ({', '.join(presets())}), found a file that begins with "
        f"{head[:60].decode(errors='replace')!r}. Name its format, or write a preset for its columns."
    )
    raise SourceError(message)


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
