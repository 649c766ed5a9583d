"""A lock, so that answers about the map are computed one after the other.

Python computes in one thread at a time, and lets threads that want to compute swap every few milliseconds:
they all finish when the last one does. One after the other, most of them finish earlier and none later. What
may take seconds is computed without it: an analysis, an import.
"""

import threading
from contextlib import AbstractContextManager, nullcontext

from charging.views.session.visit import PageName, visit

LOCK = threading.Condition()
"""Held by the thread whose turn it is; again by the run of a fragment inside the run of its page."""

_SENDING_S = 0.02
"""Streamlit's loop looks every 10 ms what there is to send."""


def render_lock() -> AbstractContextManager[object]:
    """Return what to hold while the open view is made: it waits for its turn where that is the map."""
    return LOCK if visit.page == PageName.MAP else nullcontext()


def yield_lock() -> None:
    """Leave the turn to others for a moment, so that what was shown is sent before the rest is made.

    Computing on would hold up the thread that sends, and the browser would draw the rest before the map.
    """
    LOCK.wait(_SENDING_S)
