"""What is being written has a hidden name, by which the next writer finds and removes what a killed one left.

A folder or file is written under such a name and then renamed to the one it is read by. Others than the owner
and his group can read neither, whatever the umask of the process would give them; it may take more away.
"""

import os
import platform
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

_ABANDONED_S = 86_400.0  # what a writer on another machine began this long ago has no writer any more

FILE_MODE, FOLDER_MODE = 0o640, 0o750

_NAME = re.compile(r"\.new-(?P<host>.*)-(?P<process>[0-9]+)-[0-9a-f]{8}")


def unfinished_path(folder: Path) -> Path:
    """Return a path in `folder` that is free, for what this process is about to write."""
    return folder / f".new-{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}"


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are not there."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)


def make_file(path: Path) -> None:
    """Make an empty file for somebody to write into; close one that is there to those who may not read it."""
    path.touch(mode=FILE_MODE)
    if (mode := path.stat().st_mode) & ~FILE_MODE & 0o777:
        with suppress(PermissionError):  # it is another user's
            path.chmod(mode & FILE_MODE)


def sweep_unfinished(folder: Path) -> None:
    """Remove what killed writers left in `folder`; what is still being written stays."""
    for entry in list(folder.iterdir()):
        if (match := _NAME.fullmatch(entry.name)) and _is_abandoned(entry, match):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def age_s(path: Path) -> float:
    """Return the time since a file or folder was written, seconds; 0 if another writer just removed it."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _is_abandoned(entry: Path, match: re.Match[str]) -> bool:
    """Tell whether it is no longer being written: its process is gone, or it is very old."""
    # os.kill is a question on POSIX only; elsewhere it would end the process
    if match["host"] == platform.node() and os.name == "posix":
        try:
            os.kill(int(match["process"]), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
    return age_s(entry) >= _ABANDONED_S
