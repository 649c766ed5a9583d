"""A build folder as one file, and back: datasets with their versions, decisions, journals, presets, peers.

Of every dataset the archive holds one moment: its versions are leased while they are copied, and a journal is
copied by SQLite itself. Drafts, locks and what is being written stay out. Secrets of peers are in the
environment and not in the folder; whatever was written into it all the same is in the archive too.
"""

import logging
import re
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from charging.dataset.checksums import check_files
from charging.dataset.locks import LOCK, MAX_WAIT_S, hold_lock
from charging.dataset.merging import MERGES
from charging.dataset.staging import make_file, make_folder, unfinished_path
from charging.dataset.store import (
    CURRENT,
    JOURNALS,
    LAST,
    PEERS,
    current_version,
    is_dataset,
    open_version,
    versions_in,
)
from charging.dataset.validate import find_damage
from charging.errors import DatasetError, SourceError, UsageError
from charging.sources.tabular.presets import OWN_PRESETS

_MEMBER = re.compile(
    rf"{LAST}|(?:{OWN_PRESETS}|{PEERS})/[\w][\w.-]*"
    rf"|[\w][\w.-]*/(?:{CURRENT}|{re.escape(MERGES)}"
    rf"|v[0-9]+(?:-[0-9a-f]{{8}})?/[\w][\w.-]*|{re.escape(JOURNALS)}/[\w][\w.-]*)"
)
"""What an archive may hold: nothing that leads out of the folder, and nothing hidden but journals."""

_TOLD = 5

_log = logging.getLogger(__name__)


class Backup(NamedTuple):
    """What an archive holds."""

    path: Path
    datasets: list[str]
    versions: int
    files: int
    bytes: int  # of the files, as they are on the disk


def back_up(build_dir: Path, target: Path) -> Backup:
    """Write a build folder into a new file, at once: it is there whole, or not at all.

    Raises
    ------
    UsageError
        If the file is there already, or there is nothing to keep.
    DatasetError
        If a version of a dataset is damaged, or the file cannot be written.
    """
    if target.exists():
        raise UsageError(f"Expected a name for a new file, found {target}, which is there: choose another.")
    names = _names(build_dir)
    if not names:
        raise UsageError(f"Expected datasets in {build_dir} to keep, found none.")
    draft = unfinished_path(target.parent)
    try:
        make_folder(target.parent)
        make_file(draft)
        with tarfile.open(draft, "w:gz", compresslevel=1) as archive:
            versions = sum(_add_dataset(archive, build_dir, name) for name in names)
            for folder in (OWN_PRESETS, PEERS):
                for path in _files_in(build_dir / folder):
                    _add(archive, build_dir, path)
            if (build_dir / LAST).is_file():
                _add(archive, build_dir, build_dir / LAST)
            members = archive.getmembers()
        draft.rename(target)
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        raise DatasetError(f"Could not write {target} ({error}); nothing was changed.") from error
    finally:
        draft.unlink(missing_ok=True)
    _log.info("Kept %(build_dir)s as %(target)s", {"build_dir": build_dir, "target": target})
    return Backup(target, names, versions, len(members), sum(member.size for member in members))


def restore(source: Path, build_dir: Path) -> Backup:
    """Write the files of a backup into a new or empty build folder, after all of them were checked.

    Raises
    ------
    UsageError
        If the folder holds anything, or there is no such file.
    SourceError
        If the file is no backup, or a damaged one; the folder stays empty.
    DatasetError
        If a dataset in it is damaged, or the folder cannot be written.
    """
    if not source.is_file():
        raise UsageError(f"Expected a backup, found no file at {str(source)!r}.")
    if build_dir.exists() and (not build_dir.is_dir() or any(build_dir.iterdir())):
        raise UsageError(
            f"Expected a new or empty build folder, found {build_dir}, which holds something: name another in"
            " CHARGING_BUILD_DIR."
        )
    try:
        make_folder(build_dir)
        draft = unfinished_path(build_dir)
        make_folder(draft)
        try:
            restored = _unpack(source, draft)
            versions = _check_datasets(draft, restored)
            # the one that names another comes last: a restore that is killed opens nothing by default
            for entry in sorted(draft.iterdir(), key=lambda entry: entry.name == LAST):
                entry.rename(build_dir / entry.name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise DatasetError(f"Could not restore into {build_dir} ({error}).") from error
    _log.info("Restored %(source)s into %(build_dir)s", {"source": source, "build_dir": build_dir})
    return restored._replace(versions=versions)


def _names(build_dir: Path) -> list[str]:
    """Return the names of the datasets, those that cannot be opened too."""
    folders = build_dir.iterdir() if build_dir.is_dir() else iter(())
    return sorted(folder.name for folder in folders if folder.name[0] != "." and is_dataset(folder))


def _add_dataset(archive: tarfile.TarFile, build_dir: Path, name: str) -> int:
    """Add a dataset as it is at one moment, and return how many versions it has."""
    folder = build_dir / name
    with hold_lock(folder / LOCK, wait_s=MAX_WAIT_S, what=f"{folder}"):
        current = current_version(folder)
        versions = [open_version(folder, version) for version in versions_in(folder)]
        if (folder / MERGES).is_file():
            _add_bytes(archive, f"{name}/{MERGES}", (folder / MERGES).read_bytes())
    _add_bytes(archive, f"{name}/{CURRENT}", f"{current}\n".encode())
    for version in versions:
        check_files(version, *version.tables)  # a damaged one would make the whole backup useless
        for path in _files_in(version.version):
            _add(archive, build_dir, path)
    for path in _files_in(folder / JOURNALS):
        if path.suffix == ".sqlite":
            _add_bytes(archive, f"{name}/{JOURNALS}/{path.name}", _journal(path))
        elif path.suffix == ".json":
            _add(archive, build_dir, path)
    return len(versions)


def _files_in(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that are not hidden, in order; none where it is not there."""
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")


def _journal(path: Path) -> bytes:
    """Return a journal as SQLite copies it, whatever is written meanwhile."""
    with (
        TemporaryDirectory() as folder,
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as journal,
        closing(sqlite3.connect(Path(folder) / "copy")) as copy,
    ):
        journal.backup(copy)
        copy.close()
        return (Path(folder) / "copy").read_bytes()


def _add(archive: tarfile.TarFile, build_dir: Path, path: Path) -> None:
    member = archive.gettarinfo(path, path.relative_to(build_dir).as_posix())
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    with path.open("rb") as file:
        archive.addfile(member, file)


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, BytesIO(content))


def _unpack(source: Path, draft: Path) -> Backup:
    try:
        with tarfile.open(source, "r:gz") as archive:
            members = [_checked(member, draft) for member in archive]
            size = sum(member.size for member in members)
            if size > (free := shutil.disk_usage(draft).free):
                message = f"Expected {size / 1e6:,.0f} MB free for {source}, found {free / 1e6:,.0f} MB."
                raise DatasetError(f"{message} Free some space, or choose a folder on another disk.")
            for member in members:
                path = draft / member.name
                make_folder(path.parent)
                make_file(path)
                with path.open("wb") as file, closing(archive.extractfile(member) or BytesIO()) as stored:
                    shutil.copyfileobj(stored, file)
    except (tarfile.TarError, EOFError, zlib.error, ValueError, OSError) as error:
        if isinstance(error, DatasetError | SourceError):
            raise
        message = f"{source}: expected a backup as 'charging backup' writes it, found none, or a damaged one"
        raise SourceError(f"{message} ({error}).") from error
    names = _names(draft)
    if not names:
        raise SourceError(f"{source}: expected a backup, found no dataset in it.")
    return Backup(source, names, 0, len(members), size)


def _checked(member: tarfile.TarInfo, draft: Path) -> tarfile.TarInfo:
    """Return a member that is a plain file of a build folder; nothing else is ever written."""
    tarfile.data_filter(member, str(draft))
    if not (member.isreg() and _MEMBER.fullmatch(member.name)):
        message = f"expected nothing but files of a build folder, found {member.name[:100]!r}"
        raise tarfile.TarError(message)
    return member


def _check_datasets(build_dir: Path, restored: Backup) -> int:
    """Refuse datasets that are not as they were written; return how many versions they have."""
    complaints, versions = [], 0
    for name in restored.datasets:
        folder = build_dir / name
        current_version(folder)
        for version in versions_in(folder):
            versions += 1
            try:
                found = list(find_damage(open_version(folder, version)))
            except DatasetError as error:
                found = [str(error)]
            complaints += [f"{name}/{version}: {complaint}" for complaint in found]
    if complaints:
        shown = "\n".join(complaints[:_TOLD]).replace(f"{build_dir}/", "")
        raise DatasetError(f"{restored.path} holds damaged datasets; nothing was restored:\n{shown}")
    return versions
