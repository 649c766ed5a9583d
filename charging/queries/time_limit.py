"""A query that takes too long is broken off."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from charging.errors import SlowQueryError

TIME_LIMIT_S = 60.0
"""Seconds a query of SQL may take, unless another limit is set."""


@contextmanager
def limited_cursor(
    connection: duckdb.DuckDBPyConnection, limit_s: float
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Hand out a cursor for what may take `limit_s` seconds.

    Raises
    ------
    SlowQueryError
        If it takes longer.
    """
    with connection.cursor() as cursor:
        clock = threading.Timer(limit_s, cursor.interrupt)
        clock.daemon = True
        clock.start()
        try:
            yield cursor
        except duckdb.InterruptException as error:
            message = (
                f"A query took longer than {limit_s:g} s and was broken off: ask for less at a time, or set"
                " CHARGING_QUERY_LIMIT_S."
            )
            raise SlowQueryError(message) from error
        finally:
            clock.cancel()
