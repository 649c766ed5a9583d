"""Which versions of a dataset stay: those that are there, back to an older one, and what is removed.

What is removed gets a hidden name first, at once, so that nobody ever finds half of it; a removal that is
killed is finished by whoever writes there next. A version that anybody leases, in whatever process, stays.
"""

import logging
import shutil
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from charging.dataset.locks import LOCK, MAX_WAIT_S, claim, hold_lock
from charging.dataset.manifest import Manifest
from charging.dataset.merging import MERGES
from charging.dataset.staging import age_s, unfinished_path
from charging.dataset.store import (
    CURRENT,
    MANIFEST,
    VERSION_NAME,
    Dataset,
    current_version,
    is_dataset,
    open_version,
    replace_text,
    version_number,
    versions_in,
)
from charging.errors import DatasetError, DatasetNotFoundError, UsageError
from charging.settings import Settings

_SECONDS_PER_HOUR = 3_600.0
_SHOWN = 5
_MAX_SHOWN_NAME = 40

_log = logging.getLogger(__name__)


class StoredVersion(NamedTuple):
    """A version of a dataset as it stands on the disk."""

    name: str
    is_current: bool
    is_used: bool  # leased by anybody; False where the disk has no leases
    bytes: int
    manifest: Manifest | None  # None: it cannot be opened
    problem: str  # why not; empty where it can


def sweep_versions(folder: Path, settings: Settings) -> list[str]:
    """Remove old versions of a dataset and return their names.

    The newest versions, as many as `settings.kept_versions`, and the current one stay; those written in the
    last `settings.kept_hours`; and those that anybody uses, in this process or another. What cannot be
    removed is logged: whoever sweeps has just written, and did so well.
    """
    swept: list[str] = []
    try:
        with hold_lock(folder / LOCK, wait_s=MAX_WAIT_S, what=f"{folder}"):
            names = versions_in(folder)
            kept = {*names[-settings.kept_versions :], current_version(folder)}
            oldest_s = settings.kept_hours * _SECONDS_PER_HOUR
            old = [name for name in names if name not in kept and age_s(folder / name) >= oldest_s]
            swept.extend(name for name in old if _remove(folder / name, [folder / name]))
    except DatasetError:
        _log.warning("Old versions of %(folder)s stay", {"folder": folder}, exc_info=True)
    if swept:
        _log.info("Removed %(versions)s of %(folder)s", {"folder": folder, "versions": ", ".join(swept)})
    return swept


def list_versions(folder: Path) -> list[StoredVersion]:
    """Return the versions of a dataset, upwards; what is wrong with one is said in its place.

    Raises
    ------
    DatasetNotFoundError
        If there is no dataset.
    """
    _check_dataset(folder)
    with suppress(DatasetError):
        current = current_version(folder)
        return [_describe(folder, name, is_current=name == current) for name in versions_in(folder)]
    return [_describe(folder, name, is_current=False) for name in versions_in(folder)]


def roll_back(folder: Path, version: str | None = None) -> Dataset:
    """Make an older version of a dataset current again, or a newer one, and return it.

    Parameters
    ----------
    version
        Its name, or its number; by default the newest of those before the current one.

    Raises
    ------
    UsageError
        If there is no such version, or it is current already.
    DatasetError
        If it cannot be read; the pointer stays as it was.
    """
    _check_dataset(folder)
    with hold_lock(folder / LOCK, wait_s=MAX_WAIT_S, what=f"{folder}"):
        name = _before_current(folder) if version is None else find_version(folder, version)
        with suppress(DatasetError):  # a pointer to nothing is what this puts right
            if current_version(folder) == name:
                raise UsageError(f"Expected another version than the current one, found {name}.")
        dataset = open_version(folder, name)
        replace_text(folder / CURRENT, f"{name}\n")
    _log.info("Made %(version)s of %(folder)s current", {"folder": folder, "version": name})
    return dataset


def remove_version(folder: Path, version: str) -> str:
    """Remove a version of a dataset by its name or number, and return its name.

    Raises
    ------
    UsageError
        If there is no such version, or it is the current one.
    DatasetError
        If somebody uses it; nothing is removed.
    """
    _check_dataset(folder)
    with hold_lock(folder / LOCK, wait_s=MAX_WAIT_S, what=f"{folder}"):
        name = find_version(folder, version)
        if name == current_version(folder):
            raise UsageError(
                f"Expected a version to remove that is not the current one, found {name}: make another one"
                f" current with 'charging rollback {folder.name}', or remove the whole dataset."
            )
        if not _remove(folder / name, [folder / name]):
            raise DatasetError(_in_use(folder / name))
    _log.info("Removed %(version)s of %(folder)s", {"folder": folder, "version": name})
    return name


def remove_dataset(folder: Path) -> None:
    """Remove a dataset: its versions, its decisions about merges, and the journals of its peers.

    Raises
    ------
    UsageError
        If its folder holds anything else.
    DatasetError
        If somebody uses one of its versions, or pulls from one of its peers; nothing is removed.
    """
    _check_dataset(folder)
    if strange := [entry.name for entry in folder.iterdir() if not _is_of_dataset(entry.name)]:
        shown = ", ".join(sorted(strange)[:_SHOWN])
        message = f"Expected nothing but a dataset in {folder}, found also {shown}: move it away first."
        raise UsageError(message)
    with ExitStack() as held:
        for lock in sorted({folder / LOCK, *folder.glob(".*/*.lock"), *folder.glob(".*/.*.lock")}):
            held.enter_context(hold_lock(lock, wait_s=0.0, what=f"{folder}"))
        if not _remove(folder, [folder / name for name in versions_in(folder)]):
            raise DatasetError(_in_use(folder))
    _log.info("Removed %(folder)s", {"folder": folder})


def find_version(folder: Path, version: str) -> str:
    """Return the name of a version given by its name or its number, `v3` or `3`.

    Raises
    ------
    UsageError
        If there is none.
    """
    names = versions_in(folder)
    for name in names:
        if version in (name, f"v{version_number(name)}", str(version_number(name))):
            return name
    message = f"Expected a version of {folder.name}, found {version[:_MAX_SHOWN_NAME]!r}."
    raise UsageError(f"{message} There are: {', '.join(names) or 'none'}.")


def _before_current(folder: Path) -> str:
    names = versions_in(folder)
    before = names[: names.index(current_version(folder))]
    if not before:
        raise UsageError(f"There is no version of {folder.name} before the current one to go back to.")
    return before[-1]


def _check_dataset(folder: Path) -> None:
    if not is_dataset(folder):
        raise DatasetNotFoundError(f"No dataset in {folder}.")


def _describe(folder: Path, name: str, *, is_current: bool) -> StoredVersion:
    version = folder / name
    with claim(version / MANIFEST) as is_free:  # before it is opened here
        is_used = not is_free
    manifest, problem = None, ""
    try:
        manifest = open_version(folder, name).manifest
    except DatasetError as error:
        problem = str(error)
    size = sum(path.stat().st_size for path in version.iterdir() if path.is_file())
    return StoredVersion(name, is_current, is_used, size, manifest, problem)


def _is_of_dataset(name: str) -> bool:
    return name[0] == "." or name in (CURRENT, MERGES) or VERSION_NAME.fullmatch(name) is not None


def _in_use(path: Path) -> str:
    return f"{path} is in use by a server or another command: stop it or wait for it, and try again."


def _remove(path: Path, versions: Iterable[Path]) -> bool:
    """Remove a folder unless one of the versions in it is leased; tell whether it was."""
    with ExitStack() as claims:
        if not all(claims.enter_context(claim(version / MANIFEST)) for version in versions):
            return False
        hidden = unfinished_path(path.parent)
        try:
            path.rename(hidden)
        except OSError as error:
            message = f"Could not remove {path} ({error.strerror}): check that its folder can be written to."
            raise DatasetError(message) from error
        shutil.rmtree(hidden, ignore_errors=True)
    return True
