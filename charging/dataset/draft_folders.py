"""The folders of drafts, hidden in the build folder: each goes with its draft, its visit, or its process.

A folder is leased as long as its process lives, so that whoever starts or uploads next knows what a killed
one left, whatever its number was. Where a disk has no leases, a day tells it.
"""

import os
import shutil
import weakref
from pathlib import Path
from uuid import uuid4

from charging.dataset.locks import claim, take_lease
from charging.dataset.staging import (
    FOLDER_MODE,
    age_s,
    make_file,
    make_folder,
    sweep_unfinished,
    unfinished_path,
)

DRAFTS = ".drafts"
"""Folder of the drafts, inside the build folder; no dataset can have this name."""

ABANDONED_S = 86_400.0
"""Age in seconds from which a draft nobody can lease is abandoned: its program was killed."""

_LEASE = "lease"


class DraftFolder:
    """A folder of a draft; it is removed on request, when this is garbage, and when the program ends."""

    def __init__(self, build_dir: Path) -> None:
        """Make the folder.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        drafts = build_dir / DRAFTS
        make_folder(drafts)
        new = unfinished_path(drafts)  # leased before anybody who sweeps can find it
        new.mkdir(mode=FOLDER_MODE)
        make_file(new / _LEASE)
        self._lease = take_lease(new / _LEASE)
        self.path = drafts / uuid4().hex
        new.rename(self.path)
        self._remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        _OPEN.add(self)

    def remove(self) -> None:
        """Remove the folder with everything in it."""
        self._remove()
        self._lease = None


_OPEN: weakref.WeakSet[DraftFolder] = weakref.WeakSet()


def remove_drafts() -> None:
    """Remove the drafts of this process, which is about to end."""
    for folder in list(_OPEN):
        folder.remove()


def sweep_drafts(build_dir: Path) -> list[str]:
    """Remove the drafts that killed programs left, and return the names of their folders."""
    drafts = build_dir / DRAFTS
    if not drafts.is_dir():
        return []
    sweep_unfinished(drafts)
    swept = []
    for draft in drafts.iterdir():
        with claim(draft / _LEASE) as is_free:
            has_lease = os.name == "posix" and (draft / _LEASE).is_file()
            if draft.name[0] != "." and is_free and (has_lease or age_s(draft) >= ABANDONED_S):
                shutil.rmtree(draft, ignore_errors=True)
                swept.append(draft.name)
    return swept
