"""The visits of a server: which are open, what files they left, and their end.

Streamlit keeps the session of a page that was left for two minutes, in case it comes back, and lets go of it
only when another page is left: on a quiet server, never. A visit is ended here when its time is over.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from charging.errors import AbandonedError
from charging.queries.wanted import asked_by

if TYPE_CHECKING:
    from charging.dataset.drafts import Draft

LOOK_EVERY_S = 5.0

MARGIN_S = 5.0
"""Seconds before Streamlit's own end of a session at which it is ended: after that it cannot be found."""

_log = logging.getLogger(__name__)

_seen: dict[str, float] = {}
"""Sessions of which something may be kept, with when each was last open, in seconds of `time.monotonic`."""

_drafts: dict[str, WeakSet[Draft]] = {}
"""What sessions have brought and not kept."""


def note_visit() -> None:
    """Remember the session of the script that runs, so that it is ended when its page is gone."""
    if context := get_script_run_ctx():
        _seen[context.session_id] = time.monotonic()


def discard_at_end(draft: Draft) -> None:
    """Discard a draft of the script that runs when its visit has ended."""
    if context := get_script_run_ctx():
        _drafts.setdefault(context.session_id, WeakSet()).add(draft)


def is_open(session: str) -> bool:
    """Return whether a page of a session is open."""
    return Runtime.exists() and Runtime.instance().is_active_session(session)


@contextmanager
def asking() -> Iterator[None]:
    """Let what the script that runs asks of a dataset be broken off when its page is gone; it stops, too."""
    context = get_script_run_ctx()
    if context is None or not Runtime.exists():
        yield
        return
    try:
        with asked_by(lambda: is_open(context.session_id)):
            yield
    except AbandonedError:
        st.stop()


def open_visits() -> int:
    """Return how many pages are open."""
    return sum(map(is_open, tuple(_seen)))


def upload_bytes() -> dict[str, int]:
    """Return the bytes of the files each session has left."""
    manager = _uploads()
    stored = tuple(manager.file_storage.items()) if manager else ()
    return {session: sum(len(file.data) for file in tuple(files.values())) for session, files in stored}


async def end_visits(clock: Callable[[], float] = time.monotonic, every_s: float = LOOK_EVERY_S) -> None:
    """End the visits whose pages are gone, for as long as the server runs."""
    keep_s = max(st.get_option("server.disconnectedSessionTTL") - MARGIN_S, 0)
    while True:
        await asyncio.sleep(every_s)
        try:
            _end_those_gone(clock(), keep_s)
        except Exception:  # noqa: BLE001  the next look may do better, and must come
            _log.exception("Visits could not be ended")


def _end_those_gone(now: float, keep_s: float) -> None:
    ended = 0
    for session in {*_seen, *upload_bytes()}:
        if is_open(session):
            _seen[session] = now
        elif now - _seen.setdefault(session, now) >= keep_s:
            del _seen[session]
            _end(session)
            ended += 1
    if ended:
        _log.debug("Ended %(visits)d visits whose pages are gone", {"visits": ended})
        gc.collect()  # a session stands in circles of references
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _end(session: str) -> None:
    Runtime.instance().close_session(session)
    for draft in _drafts.pop(session, ()):
        draft.discard()
    if manager := _uploads():  # files of a session Streamlit has let go of
        manager.remove_session_files(session)


def _uploads() -> MemoryUploadedFileManager | None:
    manager = Runtime.instance().uploaded_file_mgr if Runtime.exists() else None
    return manager if isinstance(manager, MemoryUploadedFileManager) else None
