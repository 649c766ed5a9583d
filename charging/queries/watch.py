"""Queries that run are watched: one that takes too long, or that nobody waits for any more, is broken off."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from charging.errors import AbandonedError, ChargingError, SlowQueryError
from charging.queries.wanted import IsThere, asker

TIME_LIMIT_S = 60.0
"""Seconds a query of SQL may take, unless another limit is set."""

LOOK_EVERY_S = 0.2

_ABANDONED = "Nobody waits for this query any more."


@dataclass(eq=False, slots=True)
class _Running:
    """A query under way, and why it was broken off, if it was."""

    cursor: duckdb.DuckDBPyConnection
    limit_s: float
    ends_at: float
    is_wanted: IsThere
    reason: ChargingError | None = None

    def look(self) -> None:
        """Break it off if it must not go on; again at every look, as one that has not begun does not hear."""
        if time.monotonic() >= self.ends_at:
            self.reason = SlowQueryError(
                f"A query took longer than {self.limit_s:g} s and was broken off: ask for less at a time, or"
                " set CHARGING_QUERY_LIMIT_S."
            )
        elif not self.is_wanted():
            self.reason = AbandonedError(_ABANDONED)
        if self.reason:
            self.cursor.interrupt()


class _Watch:
    """A thread that looks at all running queries, and sleeps while there are none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[_Running] = set()
        self._has_some = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, running: _Running) -> Iterator[None]:
        """Look at a query until the block ends."""
        with self._lock:
            self._running.add(running)
            self._has_some.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="watch queries", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:  # from here on, its cursor is not touched
                self._running.remove(running)

    def _look(self) -> None:
        while self._has_some.wait():
            time.sleep(LOOK_EVERY_S)
            with self._lock:
                for running in self._running:
                    running.look()
                if not self._running:
                    self._has_some.clear()


_WATCH = _Watch()


@contextmanager
def watched_cursor(
    connection: duckdb.DuckDBPyConnection, limit_s: float
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Hand out a cursor for what may take `limit_s` seconds, and while its asker is there.

    Raises
    ------
    SlowQueryError
        If it takes longer.
    AbandonedError
        If nobody waits for it any more.
    """
    is_wanted = asker()
    if not is_wanted():
        raise AbandonedError(_ABANDONED)
    with connection.cursor() as cursor:
        running = _Running(cursor, limit_s, time.monotonic() + limit_s, is_wanted)
        with _WATCH.over(running):
            try:
                yield cursor
            except duckdb.InterruptException as error:
                if running.reason is None:
                    raise
                raise running.reason from error
