"""The end of a server: it says so, goes on for a moment, closes its pages and is gone within a bound."""

import asyncio
import atexit
import logging
import os
import signal
import sys
import threading

from charging.server.connections import RunningServer
from charging.server.readiness import Readiness

CLOSED_WITHIN_S = 5
"""Seconds in which answers under way must be done."""

GONE_WITHIN_S = 15.0
"""Seconds after which the process ends in any case."""

_log = logging.getLogger(__name__)


def end_whatever_threads_do(readiness: Readiness) -> None:
    """End a process that was told to stop after all that is cleaned up at its end, with exit code 0.

    A thread that is inside a library then, such as a query, would be torn out of it, and the process aborted.
    What is registered first comes last: call it before anything that has to be cleaned up.
    """

    def leave() -> None:
        if readiness.is_draining:
            logging.shutdown()
            sys.stdout.flush()
            os._exit(0)

    atexit.register(leave)


class Draining:
    """Ends a server when it is told to (SIGTERM): at once where it is told twice."""

    def __init__(self, server: RunningServer, readiness: Readiness, wait_s: float) -> None:
        self._server, self._readiness, self._wait_s = server, readiness, wait_s

    def listen(self) -> None:
        """Wait for the signal, where this system and thread can.

        uvicorn would close its door at once, so that nobody could learn from `/readyz` that it is about to
        go, wait for ever for answers under way, and end with the signal's exit code.
        """
        self._server.config.timeout_graceful_shutdown = CLOSED_WITHIN_S
        try:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.begin)
        except (NotImplementedError, RuntimeError, ValueError):
            _log.info("The server ends without waiting: signals cannot be listened to here")

    def begin(self) -> None:
        """Say that the server is about to stop, and stop it after a moment."""
        if self._readiness.is_draining:
            self._stop()
            return
        self._readiness.is_draining = True
        _log.info("The server stops in %(seconds)g s", {"seconds": self._wait_s})
        asyncio.get_running_loop().call_later(self._wait_s, self._stop)
        last = threading.Timer(self._wait_s + GONE_WITHIN_S, os._exit, [0])
        last.daemon = True
        last.start()

    def _stop(self) -> None:
        self._server.should_exit = True
