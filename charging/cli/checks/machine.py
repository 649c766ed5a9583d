"""What the machine has for the server: datasets and their folder, space on its disk, open files."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from charging.cli.checks.diagnosis import Diagnosis, fault, note, ok
from charging.dataset.staging import unfinished_path
from charging.dataset.store import LAST, PEERS, dataset_names, find_dataset, open_dataset
from charging.dataset.validate import find_damage
from charging.errors import ChargingError
from charging.settings import Settings

FILES_PER_VISITOR = 4
MIN_FREE_VERSIONS = 2
"""Versions of the dataset that is shown for which there has to be space: one being written, one replaced."""

MIN_VISITORS = 1_000

_MB = 1_000_000


def look_at_folder(settings: Settings) -> Iterator[Diagnosis]:
    """Yield whether the folder of datasets can be used, and by whom."""
    folder = settings.build_dir
    if not folder.exists():
        parent = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        if os.access(parent, os.W_OK | os.X_OK):
            yield note("folder", f"{folder} is not there", "It is made with the first dataset")
        else:
            advice = "Make it, and give it to the user of the server, or set CHARGING_BUILD_DIR"
            yield fault("folder", f"{folder} is not there, and {parent} cannot be written", advice)
        return
    if not folder.is_dir():
        yield fault("folder", f"{folder} is no folder", "Name another in CHARGING_BUILD_DIR")
        return
    if _can_write(folder):
        yield ok("folder", f"{folder} can be written")
    elif settings.uploads == "on":
        advice = "Give it to the user of the server, or set CHARGING_UPLOADS=off for a server that only shows"
        yield fault("folder", f"{folder} cannot be written", advice)
    else:
        yield ok("folder", f"{folder} is only read, as CHARGING_UPLOADS=off allows")
    yield from _modes(folder)


def _can_write(folder: Path) -> bool:
    probe = unfinished_path(folder)
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def _modes(folder: Path) -> Iterator[Diagnosis]:
    """Yield what others than the owner may do with the datasets, and with what peers told."""
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH:
        advice = f"Take it away: chmod o-w {folder}"
        yield fault("access", f"every user of the machine can write {folder}", advice)
    readable = [
        path
        for path in (folder, folder / PEERS)
        if path.is_dir() and _is_open(path) and any(map(_is_open, _files_in(path)))
    ]
    if readable:
        advice = f"Where datasets are not public, take it away: chmod -R o-rwx {folder}"
        yield note("access", f"every user of the machine can read {readable[-1]}", advice)


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:  # removed meanwhile
        return False


def _files_in(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def look_at_space(settings: Settings) -> Iterator[Diagnosis]:
    """Yield whether the disk has space for the next version and an upload."""
    folder = next(
        each for each in (settings.build_dir, *settings.build_dir.absolute().parents) if each.is_dir()
    )
    free_mb = shutil.disk_usage(folder).free / _MB
    needed_mb = MIN_FREE_VERSIONS * _shown_mb(settings)
    if settings.uploads == "on":
        needed_mb += 2 * settings.upload_limit_mb  # a draft, and the dataset that is made of it
    found = f"{free_mb:,.0f} MB are free, {needed_mb:,.0f} MB may be needed at once"
    if free_mb < needed_mb:
        yield fault("space", found, "Make space, or lower CHARGING_UPLOAD_LIMIT_MB")
    else:
        yield ok("space", found)


def _shown_mb(settings: Settings) -> float:
    try:
        folder = find_dataset(settings)
        dataset = open_dataset(folder) if folder else None
    except (ChargingError, OSError):  # told by `look_at_datasets`
        return 0.0
    return sum(file.bytes for file in dataset.manifest.files) / _MB if dataset else 0.0


def look_at_limits() -> Iterator[Diagnosis]:
    """Yield whether the process may open enough files for its visitors."""
    try:
        import resource  # noqa: PLC0415  not on every system
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard in (resource.RLIM_INFINITY, -1):
        yield ok("open files", "as many as the machine allows")
        return
    found = f"{hard:,} at most, for some {hard // FILES_PER_VISITOR:,} visitors"
    if hard // FILES_PER_VISITOR < MIN_VISITORS:
        yield note("open files", found, "Raise it: LimitNOFILE= of systemd, or ulimit -Hn")
    elif soft < hard:
        yield ok("open files", f"{found} ({soft:,} before the server raises it)")
    else:
        yield ok("open files", found)


def look_at_datasets(settings: Settings) -> Iterator[Diagnosis]:
    """Yield whether each dataset can be opened, and whether the one that is shown is whole."""
    try:
        shown = find_dataset(settings)
    except ChargingError as error:
        yield fault("dataset", str(error).rstrip("."), "Name another in CHARGING_DATASET, or make it")
        shown = None
    else:
        if shown is None:
            if (settings.build_dir / LAST).exists():
                advice = "Name one in CHARGING_DATASET, or import it again"
                yield fault("dataset", "the one that was shown last is not there any more", advice)
            elif dataset_names(settings.build_dir):
                advice = "Name one in CHARGING_DATASET"
                yield note("dataset", "no dataset is named, and none was opened before", advice)
            else:
                yield note("dataset", "there is none", "The first start builds the simulated network")
    for name in dataset_names(settings.build_dir):
        folder = settings.build_dir / name
        if shown is None or folder.resolve() != shown.resolve():
            yield from _health(folder, is_shown=False)
    if shown is not None:
        yield from _health(shown, is_shown=True)


def _health(folder: Path, *, is_shown: bool) -> Iterator[Diagnosis]:
    try:
        dataset = open_dataset(folder)
        damage = [*find_damage(dataset)] if is_shown else []
    except (ChargingError, OSError) as error:
        yield fault("dataset", f"{folder.name} cannot be opened: {str(error).rstrip('.')}", _MEND)
        return
    if damage:
        yield fault("dataset", f"{folder.name} is damaged: {damage[0].rstrip('.')}", _MEND)
    else:
        state = "is shown, and whole" if is_shown else "can be opened"
        yield ok("dataset", f"{folder.name} {dataset.version.name} {state}")


_MEND = "Make an older version current (charging rollback), restore a backup, or import it again"
