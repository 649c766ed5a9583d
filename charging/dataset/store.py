"""Stored datasets: where they are, which version is current, and how one is opened.

A dataset is a folder of immutable versions `v<n>-<random>` and a pointer, `CURRENT`, a one-line file that
names one of them. No folder has a name that another one had, also where a dataset was removed and made again:
whoever bound the paths of a version never reads another. Datasets of before have versions `v<n>`.
Writing is the business of `charging.dataset.versions`.
"""

import json
import logging
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from charging.dataset.locks import Lease, take_lease
from charging.dataset.manifest import Manifest
from charging.dataset.staging import make_file, make_folder, sweep_unfinished, unfinished_path
from charging.domain.schema import TABLES
from charging.domain.vocabulary import Kind
from charging.errors import DatasetError, DatasetNotFoundError, Fault, UsageError
from charging.settings import Settings

CURRENT = "CURRENT"
MANIFEST = "manifest.json"
LAST = "LAST"
JOURNALS = ".peers"
"""Folder of the journals of live peers, inside that of their dataset."""
PEERS = "peers"
"""Folder of the descriptions of live peers, inside the build folder."""

VERSION_NAME = re.compile(r"v[1-9][0-9]{0,17}(-[0-9a-f]{8})?")

_MAX_SHOWN = 100  # letters of what stands where a name was expected

_NAME = re.compile(r"\w[\w.-]{0,79}")


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One version of a dataset, opened: its paths are literal and stay what they are.

    The version is not removed while this object is referred to, where its disk has leases.
    """

    folder: Path
    version: Path
    manifest: Manifest
    lease: Lease | None = field(default=None, compare=False, repr=False)

    def path(self, table: str) -> Path:
        """Return the Parquet file of a table, by the name of the table."""
        return self.version / f"{table}.parquet"

    @property
    def tables(self) -> frozenset[str]:
        """The names of the tables the version has; of older formats some are missing."""
        return frozenset(file.name.removesuffix(".parquet") for file in self.manifest.files)

    @property
    def content_hash(self) -> str:
        """The digest of what the version says: the key of every answer."""
        return self.manifest.content_hash

    @property
    def key(self) -> tuple[str, str, str]:
        """What no other version has: the key of all that is read from its files."""
        return self.content_hash, self.manifest.built_at.isoformat(), str(self.version)

    def __hash__(self) -> int:
        """Return what a cache finds it by; one should be given it without its lease."""
        return hash(self.key)

    @property
    def number(self) -> int:
        """The number of the version."""
        return version_number(self.version.name)

    @property
    def name(self) -> str:
        """The short name."""
        return self.manifest.name

    @property
    def kind(self) -> Kind:
        """Whether it describes the world or is simulated."""
        return self.manifest.kind


def open_dataset(folder: Path) -> Dataset:
    """Open the current version of the dataset in `folder`.

    Files are checked by their size, which finds what was cut off; `find_damage` reads them whole.

    Raises
    ------
    DatasetNotFoundError
        If there is no dataset.
    DatasetError
        If the pointer, the manifest or a table is damaged, or the format is newer than this program.
    """
    if not is_dataset(folder):
        message = f"No dataset in {folder}: make one with 'build' or 'import', or name another folder."
        raise DatasetNotFoundError(message)
    version, lease = _lease_current(folder)
    return _open(folder, version, lease)


def open_version(folder: Path, name: str) -> Dataset:
    """Open a version of a dataset by its name, whether it is current or not; raises as `open_dataset`."""
    version = folder / name
    try:
        lease = take_lease(version / MANIFEST)
    except OSError:  # what is wrong is said by whoever reads it
        lease = None
    return _open(folder, version, lease)


def _open(folder: Path, version: Path, lease: Lease | None) -> Dataset:
    manifest = _read_manifest(version / MANIFEST)
    dataset = Dataset(folder, version, manifest, lease)
    sizes = {file.name: file.bytes for file in manifest.files}
    for spec in TABLES:
        _check_size(dataset.path(spec.name), sizes)
    _log.debug("Opened %(version)s of %(folder)s", {"folder": folder, "version": version.name})
    return dataset


def _lease_current(folder: Path) -> tuple[Path, Lease | None]:
    """Return the current version with a lease; one replaced and removed meanwhile is current no more."""
    pointed = None
    while True:
        before, pointed = pointed, _read_pointer(folder)
        is_at_rest = before == pointed  # nobody is at work: something is damaged
        try:
            version = folder / current_version(folder)
        except DatasetError:
            if is_at_rest:
                raise
            continue
        try:
            return version, take_lease(version / MANIFEST)
        except OSError:
            if is_at_rest:  # whoever reads the manifest says what is wrong
                return version, None


def current_version(folder: Path) -> str:
    """Return the name of the version the pointer of a dataset names.

    Raises
    ------
    DatasetError
        If the pointer cannot be read, or does not name a version that is there.
    """
    name = _read_pointer(folder)
    if not VERSION_NAME.fullmatch(name) or not (folder / name).is_dir():
        message = f"{folder / CURRENT} names the version {name[:40]!r}. {_choose_version(folder)}"
        raise DatasetError(message)
    return name


def _read_pointer(folder: Path) -> str:
    try:
        return (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"Cannot read {folder / CURRENT}, which names the current version."
        raise DatasetError(f"{message} {_choose_version(folder)}") from error


def _choose_version(folder: Path) -> str:
    """Return which versions there are, and how one is made current."""
    if found := versions_in(folder):
        command = f"'charging rollback {folder.name} {found[-1]}'"
        return f"The versions there are: {', '.join(found)}. Make one current, as with {command}."
    return f"There are no versions: {_rebuild_hint(folder)}"


def versions_in(folder: Path) -> list[str]:
    """Return the names of the versions of a dataset, by their numbers upwards."""
    names = (entry.name for entry in folder.iterdir() if VERSION_NAME.fullmatch(entry.name))
    return sorted(names, key=lambda name: (version_number(name), name))


def version_number(name: str) -> int:
    """Return the number in the name of a version.

    Examples
    --------
    >>> version_number("v12-0f3a9b77"), version_number("v2")
    (12, 2)
    """
    return int(name.partition("-")[0].removeprefix("v"))


def dataset_folder(build_dir: Path, name: str) -> Path:
    """Return the folder of a dataset by its name, which can never lead out of the build folder.

    Raises
    ------
    UsageError
        If `name` is not one word of letters, digits, `_`, `.` and `-`.
    """
    if not _NAME.fullmatch(name) or name == LAST:
        message = (
            f"A dataset's name is up to 80 letters, digits, '_', '.' or '-', starting with a letter or digit;"
            f" found {name[:100]!r}"
        )
        raise UsageError(message, Fault.NAME)
    return build_dir / name


def dataset_names(build_dir: Path) -> list[str]:
    """Return the names of the datasets in the build folder, in order; whether each can be read is not asked.

    A build folder that is not there holds none.
    """
    folders = build_dir.iterdir() if build_dir.is_dir() else iter(())
    return sorted(
        folder.name
        for folder in folders
        if _NAME.fullmatch(folder.name) and folder.name != LAST and (folder / CURRENT).is_file()
    )


def taken_names(build_dir: Path) -> set[str]:
    """Return the names in the build folder; some disks do not tell capital letters from small ones."""
    return {entry.name.casefold() for entry in build_dir.iterdir()} if build_dir.is_dir() else set()


def check_free(build_dir: Path, name: str) -> None:
    """Refuse a name that something in the build folder has.

    Raises
    ------
    UsageError
        If it has.
    """
    if name.casefold() in taken_names(build_dir):
        message = f"Expected a name that is free, found {name!r}, which is taken: choose another."
        raise UsageError(message, Fault.NAME)


def find_dataset(settings: Settings) -> Path | None:
    """Return the folder of the dataset to open: the one that is set, else the last one; None where none is.

    Raises
    ------
    DatasetNotFoundError
        If one is set and neither a folder nor a name under the build folder; if the last one is gone; and if
        there are datasets, of which none is the last.
    DatasetError
        If it cannot be read which was the last.
    """
    if settings.dataset:
        return locate_dataset(settings.build_dir, settings.dataset)
    if (last := last_dataset(settings.build_dir)) is None and holds_datasets(settings.build_dir):
        message = f"No dataset of {settings.build_dir} was chosen to be opened by default."
        raise DatasetNotFoundError(f"{message} {_choose_dataset(settings.build_dir)}")
    return last


def locate_dataset(build_dir: Path, folder_or_name: str) -> Path:
    """Return the folder of a dataset given as a folder, or as a name under the build folder.

    Raises
    ------
    DatasetNotFoundError
        If it is neither.
    """
    folder = Path(folder_or_name)
    named = build_dir / folder_or_name if _NAME.fullmatch(folder_or_name) else folder
    for candidate in (named, folder):
        with suppress(OSError, ValueError):  # no name that a folder can have
            if candidate.is_dir():
                return candidate
    message = (
        f"No dataset {folder_or_name[:_MAX_SHOWN]!r}: it is neither a folder nor a name under {build_dir}."
    )
    raise DatasetNotFoundError(f"{message} {_choose_dataset(build_dir)}")


def last_dataset(build_dir: Path) -> Path | None:
    """Return the folder last built or imported, or None where none ever was.

    Raises
    ------
    DatasetNotFoundError
        If the one that is remembered is gone.
    DatasetError
        If it cannot be read which one is remembered.
    """
    path = build_dir / LAST
    if not os.path.lexists(path):
        return None
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"Cannot read {path}, which names the dataset that is opened by default."
        raise DatasetError(f"{message} {_choose_dataset(build_dir)}") from error
    folder = build_dir / text
    if not text or not is_dataset(folder):
        message = f"{path} names the dataset {text[:_MAX_SHOWN]!r}, which is not there."
        raise DatasetNotFoundError(f"{message} {_choose_dataset(build_dir)}")
    return folder


def _choose_dataset(build_dir: Path) -> str:
    """Return which datasets there are, and how one is opened."""
    if found := dataset_names(build_dir):
        example = f"CHARGING_DATASET={found[0]}"
        return f"The datasets there are: {', '.join(found)}. Name one of them, as in {example}."
    return "There are no datasets: build or import one."


def is_dataset(folder: Path) -> bool:
    """Whether a folder holds a dataset, be it damaged."""
    try:
        return folder.is_dir() and bool((folder / CURRENT).exists() or versions_in(folder))
    except (OSError, ValueError):  # no name that a folder can have
        return False


def holds_datasets(build_dir: Path) -> bool:
    """Whether there is any dataset in the build folder, be it damaged."""
    return build_dir.is_dir() and any(map(is_dataset, build_dir.iterdir()))


def remember_dataset(build_dir: Path, folder: Path) -> None:
    """Make `folder` the dataset that is opened when none is named."""
    make_folder(build_dir)
    inside = folder.resolve()
    if inside.is_relative_to(build_dir.resolve()):
        inside = inside.relative_to(build_dir.resolve())
    replace_text(build_dir / LAST, f"{inside}\n")
    _log.info(
        "In %(build_dir)s the dataset opened by default is now %(folder)s",
        {"build_dir": build_dir, "folder": inside},
    )


def replace_text(path: Path, text: str) -> None:
    """Replace a small file at once: a reader sees the old text or the new one, never a part."""
    sweep_unfinished(path.parent)
    draft = unfinished_path(path.parent)
    try:
        make_file(draft)
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _read_manifest(path: Path) -> Manifest:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # the last of lists in lists in lists
        message = f"Cannot read {path} as JSON ({error}): {_rebuild_hint(path.parent.parent)}"
        raise DatasetError(message) from error
    try:
        return Manifest.from_json(stored)
    except DatasetError as error:
        raise DatasetError(f"Cannot use {path}: {error}.") from error


def _check_size(path: Path, sizes: dict[str, int]) -> None:
    found = path.stat().st_size if path.is_file() else None
    if found is None or found != sizes.get(path.name):
        state = (
            "is missing" if found is None else f"has {found:,} bytes instead of {sizes.get(path.name, 0):,}"
        )
        raise DatasetError(f"{path} {state}: {_rebuild_hint(path.parent.parent)}")


def _rebuild_hint(folder: Path) -> str:
    return f"build or import the dataset {folder.name!r} again."
