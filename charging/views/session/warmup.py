"""What the server does when it starts, before anybody asks for the page: app.py hands it to the server."""

import asyncio
import ctypes
import gc
import inspect
import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module

import streamlit as st

from charging import logs
from charging.dataset.draft_folders import remove_drafts, sweep_drafts
from charging.errors import ChargingError
from charging.views.elements.components import register_components
from charging.views.session import visits

_ARENA_MAX = -8  # M_ARENA_MAX in glibc's malloc.h
_ARENAS = 2

_LOADED = (
    *(f"charging.views.chrome.{name}" for name in ("header", "search", "sidebar")),
    *(f"charging.views.mapview.{name}" for name in ("map_layers", "panel")),
    "charging.views.report.downloads",
    "charging.maps.base",
    "folium.plugins",  # half of the time the map's component takes to load
    "streamlit.emojis",
)
"""Modules of the first page, but not the map's component, which warns where no page imports it."""

_LATER = (
    "charging.analytics.studies",
    "charging.analytics.changes.studies",
    "charging.maps.static_map_svg",
    "charging.sources.weights",
    "charging.views.report.report_html",
    "scipy.spatial",
)
LATER_S = 10.0
"""Seconds after which analyses are loaded, so that the first map comes before them."""

_log = logging.getLogger(__name__)

_LOADING = threading.Lock()


def share_arenas() -> None:
    """Let all threads share a few arenas of memory, where the C library can.

    Streamlit answers in a thread for each visitor, and glibc gives up to eight arenas a core, each of which
    keeps what it once needed.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Get ready in the background, while the server starts."""
    logs.configure()  # until the settings are read
    register_components()
    _LOADING.acquire()
    threading.Thread(target=_prepare, name="warmup", daemon=True).start()
    ending = asyncio.create_task(visits.end_visits(), name="end visits")
    try:
        yield
    finally:
        ending.cancel()
        remove_drafts()


def wait_until_ready() -> None:
    """Wait until the server is ready, if it gets ready.

    Two threads that enter a library which imports itself in circles from different sides would each find the
    other's modules half made.
    """
    with _LOADING:
        pass


def _prepare() -> None:
    try:
        warm_up()
    finally:
        _LOADING.release()
    time.sleep(LATER_S)
    with _LOADING:
        _load_analyses()
    _find_ahead()


def _find_ahead() -> None:
    """Find in the dataset that the server opened what the first analysis of it will ask for."""
    from charging.queries.codes import find_ahead  # noqa: PLC0415  as above
    from charging.views.session.engines import engines  # noqa: PLC0415

    with suppress(ChargingError):  # whoever asks is told
        for engine in engines.kept:
            find_ahead(engine)


def _load_analyses() -> None:
    for name in _LATER:
        import_module(name)
    # imported here, as above: facts that analyses read once
    from charging.analytics.schematic import schematic_lines  # noqa: PLC0415
    from charging.domain.weights import place_weights  # noqa: PLC0415
    from charging.queries import town_search  # noqa: PLC0415

    place_weights()
    schematic_lines()
    town_search.warm_up()
    _look_up_modules()


def warm_up() -> None:
    """Open the dataset the page will open, and load what the page loads."""
    # imported here: the server answers before any of them is loaded
    import pyarrow as pa  # noqa: PLC0415

    # Arrow's own allocator takes large pages, each of which the kernel clears before it is used
    pa.set_memory_pool(pa.system_memory_pool())

    from charging.dataset.store import find_dataset  # noqa: PLC0415
    from charging.server.hosts import tell_who_may_call  # noqa: PLC0415
    from charging.server_settings import ServerSettings  # noqa: PLC0415
    from charging.views.session.caching import open_answers  # noqa: PLC0415

    try:
        settings = ServerSettings.from_environment()
        logs.configure(settings.log_level, settings.log_format)
        tell_who_may_call(settings.allowed_hosts, st.get_option("server.address"))
        sweep_drafts(settings.build_dir)
        if folder := find_dataset(settings):
            open_answers(folder, settings)
    except ChargingError:  # the page says what is wrong
        _log.warning("The server started without a dataset that can be opened", exc_info=True)
    for name in _LOADED:
        import_module(name)
    _look_up_modules()
    gc.freeze()  # what was loaded stays: the garbage collector need not look through it again and again


def _look_up_modules() -> None:
    """Let Python look up the file of every new module, as Streamlit does with the next element it shows."""
    inspect.stack()
