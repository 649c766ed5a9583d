"""What the server does before its first visitor is there, while the browser loads the page's scripts."""

import ctypes
import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module

_ARENA_MAX = -8  # M_ARENA_MAX in glibc's malloc.h
_ARENAS = 2

_LOADED = (
    *(f"charging.views.{name}" for name in ("drawing", "downloads", "finding", "header", "panel", "sidebar")),
    "charging.maps.base",
)
"""Modules of the first page, but not the map's component: it is found only if the page itself imports it."""


def share_arenas() -> None:
    """Let all threads share a few arenas of memory, where the C library can be told to.

    Streamlit answers in a thread for each visitor, and glibc gives up to eight arenas a core, each of which
    keeps what it once needed.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


@asynccontextmanager
async def ready(_app: object) -> AsyncIterator[None]:
    """Get ready in the background, while the server starts."""
    threading.Thread(target=_get_ready, name="ahead", daemon=True).start()
    yield


def _get_ready() -> None:
    """Open the dataset the page will open, and load what the page loads."""
    # imported here: the server answers before any of them is loaded
    from charging.dataset.store import find_dataset  # noqa: PLC0415
    from charging.errors import ChargingError  # noqa: PLC0415
    from charging.settings import Settings  # noqa: PLC0415
    from charging.views.caching import open_answers  # noqa: PLC0415

    with suppress(ChargingError):  # the page says what is wrong
        settings = Settings.from_environment()
        if folder := find_dataset(settings):
            open_answers(folder, memory_limit_mb=settings.memory_limit_mb)
    for name in _LOADED:
        import_module(name)
    gc.freeze()  # what was loaded stays: the garbage collector need not look through it again and again
