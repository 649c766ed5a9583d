"""SQLite files of strangers, opened so that they can be read and do nothing else.

A database holds more than data: views, triggers, generated columns and virtual tables run code of its own
when it is read. So it is opened read-only; its schema is not trusted; an authorizer allows columns of tables
to be read and nothing to be called; and values and time are bounded. https://sqlite.org/security.html
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from charging.errors import Fault, SourceError

SQLITE_HEADER = b"SQLite format 3\0"
"""How every SQLite file begins."""

MAX_SECONDS = 600.0
"""Time for reading one file; the 30 million cells of the world take some 75 s of a core."""

MAX_VALUE_BYTES = 1_000_000
"""Size of one value; a longer one is refused."""

MAX_TABLES = 10_000
"""Tables looked at; of a file with more the first."""

_STEPS_PER_CHECK = 10_000  # of the machine of SQLite, some milliseconds
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
_ALLOWED_PRAGMA = "table_xinfo"
_PLAIN_COLUMN, _VIRTUAL_TABLE_ROOT = 0, 0


class StoredTable(NamedTuple):
    """A table of a database, and whether its rows are stored and not computed (a view, a virtual table)."""

    name: str
    is_stored: bool


@contextmanager
def open_sqlite(path: Path, name: str, max_seconds: float = MAX_SECONDS) -> Iterator[sqlite3.Connection]:
    """Open a SQLite file, for reading stored columns alone.

    Raises
    ------
    SourceError
        If the file is cut, damaged, encrypted or being written, holds a value that is too long, or takes
        longer to read; `name` is the file, for the message.
    """
    _check_is_not_written(path, name)
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with _sqlite_errors(name, max_seconds), closing(sqlite3.connect(address, uri=True)) as base:
        base.text_factory = _decode
        base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0"):
            base.execute(f"PRAGMA {pragma}")
        deadline = monotonic() + max_seconds
        base.set_progress_handler(lambda: monotonic() > deadline, _STEPS_PER_CHECK)
        base.set_authorizer(_authorize)
        yield base


def stored_tables(base: sqlite3.Connection) -> dict[str, StoredTable]:
    """Return the tables and views of a database by name."""
    rows = base.execute("SELECT name, type, rootpage FROM sqlite_master").fetchmany(MAX_TABLES)
    return {
        name: StoredTable(name, kind == "table" and root != _VIRTUAL_TABLE_ROOT)
        for name, kind, root in rows
        if isinstance(name, str) and "\0" not in name and kind in ("table", "view")
    }


def stored_columns(base: sqlite3.Connection, table: StoredTable) -> tuple[str, ...]:
    """Return the names of the columns of a table that are stored and not computed; none of a view."""
    if not table.is_stored:
        return ()
    rows = base.execute(f"PRAGMA table_xinfo({quote_name(table.name)})").fetchall()
    return tuple(name for _, name, *_, hidden in rows if hidden == _PLAIN_COLUMN)


def quote_name(name: str) -> str:
    """Return a name of a table or column as it stands in a statement.

    Examples
    --------
    >>> print(quote_name('a"b'))
    "a""b"
    """
    return '"' + name.replace('"', '""') + '"'


def _authorize(action: int, name: str | None, *_: object) -> int:
    is_allowed = action in _ALLOWED or (action == sqlite3.SQLITE_PRAGMA and name == _ALLOWED_PRAGMA)
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _check_is_not_written(path: Path, name: str) -> None:
    """Refuse a database with a journal beside it: without that, what it holds is not all, or not right."""
    for ending in ("-wal", "-journal"):
        journal = path.with_name(path.name + ending)
        if journal.is_file() and journal.stat().st_size:
            message = (
                f"{name}: expected a database that no program is writing, found its journal "
                f"{journal.name[-80:]!r} beside it. Close the program that has it open, and try again."
            )
            raise SourceError(message, Fault.DAMAGED)


@contextmanager
def _sqlite_errors(name: str, max_seconds: float) -> Iterator[None]:
    """Turn what reading a database can raise into a `SourceError` that names it."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:  # the last of SQLite's own message
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_INTERRUPT:
            message = (
                f"{name}: expected a database that is read in {max_seconds:g} s, found one that takes "
                "longer. Give a file of fewer cells."
            )
            raise SourceError(message, Fault.TOO_LARGE) from error
        message = (
            f"{name}: expected a whole SQLite database without a password, found a cut, damaged or encrypted "
            f"one ({str(error)[:80]}). Fetch the file again, or save it without encryption."
        )
        raise SourceError(message, Fault.DAMAGED) from error
