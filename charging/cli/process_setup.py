"""The set-up of a process that does nothing but make a dataset: what it loads, where it takes memory."""

import ctypes
import sys
from contextlib import suppress

import pyarrow as pa

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_… in glibc's malloc.h
_KEPT_BYTES, _MAPPED_BYTES = 268_435_456, 33_554_432


def set_up() -> None:
    """Leave pandas out, and keep memory that was freed."""
    _leave_pandas_out()
    _keep_memory()


class _NoPandas:
    """Finds no pandas."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Refuse pandas, and leave all else to others."""
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def _leave_pandas_out() -> None:
    """Let Arrow look for pandas and find none: it would load it to ask whether a value is a series.

    That takes 0.4 s, and no import has frames. Where a frame is asked for later, Arrow looks again.
    """
    if "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.scalar(0)
    finally:
        sys.meta_path.remove(_NoPandas)


def _keep_memory() -> None:
    """Take the memory of all columns from one allocator, which keeps what is freed for the next block.

    Blocks of a table come and go, and the kernel clears each page it gives: that took a fifth of an import.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    with suppress(OSError, AttributeError):  # another C library
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES)
        library.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
