"""A cache bounded by the memory of its values, all together; the value of a key is computed by one thread."""

import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from charging.queries.wanted import IsThere, asked_by, asker

T = TypeVar("T")

_OBJECT_BYTES = 56
"""What an object in a column takes besides its pointer: that of a short text."""


class _Coming:
    """A value that is being computed, for those who wait for it."""

    def __init__(self) -> None:
        self.value: Future[Any] = Future()
        self.askers: list[IsThere] = []

    def is_wanted(self) -> bool:
        """Return whether one of them is still there."""
        return any(is_there() for is_there in tuple(self.askers))


class SizedCache:
    """Values by their keys, those asked for last; nobody may change one."""

    def __init__(self, max_bytes: int) -> None:
        """Start with none. A value larger than `max_bytes` is not kept."""
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()  # with their bytes
        self._coming: dict[Hashable, _Coming] = {}
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """What the values take."""
        return self._bytes

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return the value of a key, computed by `find` if it is not kept.

        Whoever asks for the same key meanwhile waits; if `find` fails, each computes it anew and fails alone.
        It goes on while one of them is there (`wanted.asked_by`).
        """
        while True:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    value: T = self._kept[key][0]
                    return value
                ours = _Coming()
                coming = self._coming.setdefault(key, ours)
                coming.askers.append(asker())
            if coming is ours:
                return self._compute(key, find, ours)
            with suppress(BaseException):
                found: T = coming.value.result()
                return found

    def clear(self) -> None:
        """Keep nothing of what was asked before."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _compute(self, key: Hashable, find: Callable[[], T], ours: _Coming) -> T:
        try:
            with asked_by(ours.is_wanted):
                value = find()
            self._keep(key, value)
        except BaseException as error:
            del self._coming[key]
            ours.value.set_exception(error)
            raise
        del self._coming[key]
        ours.value.set_result(value)
        return value

    def _keep(self, key: Hashable, value: object) -> None:
        size = size_of(value)
        if size > self.max_bytes:
            return
        with self._lock:
            self._kept[key] = value, size
            self._bytes += size
            while self._bytes > self.max_bytes:
                self._bytes -= self._kept.popitem(last=False)[1][1]


def size_of(value: object) -> int:
    """Return about how many bytes of memory a value takes, rather too many than too few.

    Examples
    --------
    >>> size_of(np.zeros(1_000))
    8000
    """
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, pd.DataFrame):  # the commonest, and slow to write for nothing but its size
        return value.index.memory_usage() + sum(_column_bytes(value, at) for at in enumerate(value.dtypes))
    arrays: list[pickle.PickleBuffer] = []
    written = pickle.dumps(value, protocol=5, buffer_callback=arrays.append)
    return len(written) + sum(array.raw().nbytes for array in arrays)


def _column_bytes(table: pd.DataFrame, column: tuple[int, Any]) -> int:
    """Return the bytes of a column by its position and type; to ask pandas takes ten times as long."""
    position, dtype = column
    if not isinstance(dtype, np.dtype):
        return int(table.iloc[:, position].array.nbytes)
    return len(table) * (dtype.itemsize + (_OBJECT_BYTES if dtype.hasobject else 0))
