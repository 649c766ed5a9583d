"""Locks between threads and processes, which end with their process, however it ends.

A lease keeps a version while somebody reads it: a shared lock on its manifest, which needs no right to write,
so that a folder mounted read-only is leased like any other. Whoever would remove the version tries to lock
the same file for itself. Where a disk knows no such locks (some network file systems, Windows), there are no
leases, and the age of a version is all that protects its readers.
"""

import os
import sqlite3
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from charging.dataset.staging import make_file, make_folder
from charging.errors import DatasetError

if sys.platform != "win32":
    import fcntl

LOCK = ".lock"
"""What is held in the folder of a dataset while its pointer, or what it may point to, is changed."""

MAX_WAIT_S = 60.0
"""How long others may hold it, seconds: they list a folder, rename in it or remove from it."""


class Lease:
    """A file that stays while this object is referred to; all who lease it in a process share the object."""

    __slots__ = ("__weakref__",)

    def __init__(self, descriptor: int) -> None:
        """Take over an open file on which the lock is."""
        weakref.finalize(self, os.close, descriptor)


_LEASES: weakref.WeakValueDictionary[tuple[str, int, int], Lease] = weakref.WeakValueDictionary()
_LEASING = threading.Lock()


def take_lease(file: Path) -> Lease | None:
    """Return a lease of a file, None where the disk has no leases.

    Raises
    ------
    FileNotFoundError
        If the file is not there, or is being removed: look again where it may be now.
    OSError
        If it cannot be opened.
    """
    with _LEASING:
        status = file.stat()
        key = str(file), status.st_dev, status.st_ino
        if (lease := _LEASES.get(key)) is None and (lease := _lock_shared(file, key)):
            _LEASES[key] = lease
        return lease


def _lock_shared(file: Path, key: tuple[str, int, int]) -> Lease | None:
    if sys.platform == "win32":
        return None
    lease = Lease(descriptor := os.open(file, os.O_RDONLY))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FileNotFoundError(f"{file} is being removed") from error
    except OSError:  # the disk knows no locks
        return None
    status = file.stat()  # it may have been replaced before it was locked
    if (status.st_dev, status.st_ino) != key[1:]:
        raise FileNotFoundError(f"{file} was replaced")
    return lease


@contextmanager
def claim(file: Path) -> Iterator[bool]:
    """Keep others from leasing a file; tells whether that is so: not while anybody leases it.

    A file that is not there, or on a disk without leases, is anybody's.
    """
    if sys.platform == "win32" or not file.is_file():
        yield True
        return
    # network file systems lock for one alone only what is open for writing
    descriptor = os.open(file, os.O_RDWR if os.access(file, os.W_OK) else os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:  # the disk knows no locks
            pass
        yield True
    finally:
        os.close(descriptor)


@contextmanager
def hold_lock(path: Path, *, wait_s: float, what: str) -> Iterator[None]:
    """Hold a lock for what only one may do at a time.

    Raises
    ------
    DatasetError
        If another one holds it for longer than `wait_s`, or it cannot be written.
    """
    make_folder(path.parent)
    make_file(path)
    base = sqlite3.connect(path, isolation_level=None, timeout=wait_s)
    try:
        try:
            base.execute("begin exclusive")
        except sqlite3.Error as error:
            message = f"{what} is being worked on by another process ({error}): wait until it is done."
            raise DatasetError(message) from error
        yield
    finally:
        base.close()
