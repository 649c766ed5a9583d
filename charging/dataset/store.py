"""Stored datasets: where they are, which version is current, and how one is opened.

A dataset is a folder of immutable versions `v<n>` and a pointer, `CURRENT`, a one-line file that names one of
them. A path is never reused, so whoever bound the paths of a version goes on reading that version.
Writing is the business of `charging.dataset.versions`.
"""

import json
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

from charging.dataset.manifest import Manifest
from charging.dataset.staging import sweep_unfinished, unfinished_path
from charging.domain.schema import TABLES
from charging.domain.vocabulary import Kind
from charging.errors import DatasetError, DatasetNotFoundError, Fault, UsageError
from charging.settings import Settings

CURRENT = "CURRENT"
MANIFEST = "manifest.json"
LAST = "LAST"

VERSION_NAME = re.compile(r"v([1-9][0-9]*)")

_NAME = re.compile(r"\w[\w.-]{0,79}")


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One version of a dataset, opened: its paths are literal and stay what they are."""

    folder: Path
    version: Path
    manifest: Manifest

    def path(self, table: str) -> Path:
        """Return the Parquet file of a table, by the name of the table."""
        return self.version / f"{table}.parquet"

    @property
    def content_hash(self) -> str:
        """The digest of what the version says: the key of every cache."""
        return self.manifest.content_hash

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
    if not folder.is_dir() or not (versions_in(folder) or (folder / CURRENT).exists()):
        message = f"No dataset in {folder}: make one with 'build' or 'import', or name another folder."
        raise DatasetNotFoundError(message)
    version = folder / current_version(folder)
    manifest = _read_manifest(version / MANIFEST)
    dataset = Dataset(folder, version, manifest)
    sizes = {file.name: file.bytes for file in manifest.files}
    for spec in TABLES:
        _check_size(dataset.path(spec.name), sizes)
    _log.debug("Opened %(version)s of %(folder)s", {"folder": folder, "version": version.name})
    return dataset


def current_version(folder: Path) -> str:
    """Return the name of the version the pointer of a dataset names.

    Raises
    ------
    DatasetError
        If the pointer cannot be read, or does not name a version that is there.
    """
    try:
        name = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"Cannot read {folder / CURRENT}, which names the current version: {_rebuild_hint(folder)}"
        raise DatasetError(message) from error
    if not VERSION_NAME.fullmatch(name) or not (folder / name).is_dir():
        found = ", ".join(f"v{number}" for number in versions_in(folder)) or "none"
        raise DatasetError(
            f"{folder / CURRENT} names the version {name[:40]!r}, but the versions there are: {found}."
            " Write the name of one of them into it, or build or import the dataset again."
        )
    return name


def versions_in(folder: Path) -> list[int]:
    """Return the numbers of the versions of a dataset, upwards."""
    matches = (VERSION_NAME.fullmatch(entry.name) for entry in folder.iterdir())
    return sorted(int(match[1]) for match in matches if match)


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
    """Return the folder of the dataset to open: the one that is set, else the last one, else None.

    Raises
    ------
    DatasetNotFoundError
        If one is set and neither a folder nor a name under the build folder.
    """
    if settings.dataset:
        return locate_dataset(settings.build_dir, settings.dataset)
    return last_dataset(settings.build_dir)


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
        if candidate.is_dir():
            return candidate
    message = f"No dataset {folder_or_name!r}: it is neither a folder nor a name under {build_dir}."
    raise DatasetNotFoundError(message)


def last_dataset(build_dir: Path) -> Path | None:
    """Return the folder last built, imported or opened, or None where none is remembered or it is gone."""
    try:
        text = (build_dir / LAST).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = build_dir / text
    return folder if text and (folder / CURRENT).is_file() else None


def remember_dataset(build_dir: Path, folder: Path) -> None:
    """Make `folder` the dataset that is opened when none is named."""
    build_dir.mkdir(parents=True, exist_ok=True)
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
    except (OSError, ValueError) as error:
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
