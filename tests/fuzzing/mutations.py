"""Files that are nearly right: whole ones with a few changes, inside what is packed and by their structure.

Bytes changed at random are mostly not JSON or no archive any more, and never reach what reads the values. So
JSON is changed value by value, text cell by cell, an archive member by member, and each of them by its bytes.
"""

import gzip
import io
import json
import re
import sqlite3
import zipfile
import zlib
from contextlib import closing, suppress

# fmt: off
ODD_VALUES = (
    None, True, False, 0, -1, 1, 7.5, -0.0, 1e-320, 1e308, -1e308, float("nan"), float("inf"), 10**18, 10**30,
    2**63, "", " ", "\0", "\ud800", "\u202e", "x" * 5_000, [], {}, [[]], [None], {"": None}, "NaN", "inf",
    "-", "1e5", "1e999", "１２", "1_0", "0x10", "=1+1", "2024-02-30", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2024-06-06T11:17:21+25:00", "true", "null", "[1, 2]", "POINT (0 0)",
)
# fmt: on
"""What stands where something else belongs."""

ODD_CELLS = (*map(str, ODD_VALUES), '"', '""', "\r", "\n", ";", ",", "\t", "'", "\ufeff", "<a/>", "&lt;")

_NAMES = ("h3", "population", "gpkg_contents", "a")
_STATEMENTS = (
    "update {table} set {column} = ? where rowid = (select rowid from {table} limit 1 offset {row})",
    "update {table} set {column} = (select {column} from {table} limit 1 offset {row})",
    "insert into {table} ({column}) values (?)",
    "delete from {table} where rowid = (select rowid from {table} limit 1 offset {row})",
    "alter table {table} rename column {column} to {name}",
    "alter table {table} rename to {name}",
    "create view {name} as select * from {table}",
    "drop table {table}",
)
"""Changes of a database."""

_MARKS = re.compile(r"([,;\t\n<>])")
_MAX_CHANGES = 4
_MAX_BYTES = 200_000  # bytes: what is doubled again and again would grow without end


def mutated(content, draws):
    """Return a file with a few changes, from draws of a `random.Random`."""
    if draws.random() < 0.8:
        for change in (_in_archive, _in_gzip, _in_database, _in_json, _in_lines):
            if (changed := change(content, draws)) is not None:
                return changed[:_MAX_BYTES]
    return _in_bytes(content, draws)


def _in_archive(content, draws):
    """Change one member of an archive; None where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        return None
    if not members:
        return None
    name = draws.choice(sorted(members))
    members[name] = mutated(members[name], draws)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", draws.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for member, inside in members.items():
            archive.writestr(member, inside)
    return packed.getvalue()


def _in_gzip(content, draws):
    """Change what is packed; None where nothing is."""
    try:
        return gzip.compress(mutated(gzip.decompress(content), draws), 1, mtime=0)
    except (OSError, EOFError, zlib.error):
        return None


def _in_database(content, draws):
    """Change values, rows and names of a SQLite database; None where it is none, or allows no change."""
    if not content.startswith(b"SQLite format 3\0"):
        return None
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
        try:
            base.deserialize(content)
            for _ in range(draws.randint(1, _MAX_CHANGES)):
                _change_database(base, draws)
            return base.serialize()
        except (sqlite3.Error, UnicodeError, OverflowError, ValueError):
            return None


def _change_database(base, draws):
    tables = base.execute("select name from sqlite_master where type = 'table'").fetchall()
    columns = [
        (table, row[1]) for (table,) in tables for row in base.execute(f"pragma table_info('{table}')")
    ]
    if not columns:
        return
    table, column = draws.choice(columns)
    value = draws.choice(ODD_VALUES)
    value = value if isinstance(value, str | int | float | None) else json.dumps(value)
    names = {"table": table, "column": column, "row": draws.randrange(20), "name": draws.choice(_NAMES)}
    statement = draws.choice(_STATEMENTS).format(**names)
    with suppress(sqlite3.IntegrityError, sqlite3.OperationalError):
        base.execute(statement, (value,) * statement.count("?"))


def _in_json(content, draws):
    """Change values of JSON, or of one line of JSON; None where it is none."""
    try:
        values = [json.loads(content)]
    except (ValueError, RecursionError):
        try:
            values = [json.loads(line) for line in content.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            return None
    for _ in range(draws.randint(1, _MAX_CHANGES) if values else 0):
        at = draws.randrange(len(values))
        values[at] = _value_changed(values[at], draws)
    return "\n".join(map(json.dumps, values)).encode()


def _value_changed(value, draws):
    """Return JSON with one value exchanged, left out, doubled, renamed or wrapped, at a random depth."""
    if not (value and isinstance(value, dict | list)) or draws.random() < 0.1:
        return draws.choice((*ODD_VALUES, [value], {"value": value}, str(value), f"{value} "))
    change = draws.random()
    if isinstance(value, list):
        at = draws.randrange(len(value))
        before, after = value[:at], value[at + 1 :]
        if change < 0.12:
            return before + after if change < 0.06 else [*value, value[at]]
        return [*before, _value_changed(value[at], draws), *after]
    name = draws.choice(list(value))
    if change < 0.06:
        return {key: each for key, each in value.items() if key != name}
    if change < 0.1:
        return {(draws.choice(list(value)) if key == name else key): each for key, each in value.items()}
    return value | {name: _value_changed(value[name], draws)}


def _in_lines(content, draws):
    """Change cells and lines of text; None where it is none."""
    try:
        parts = _MARKS.split(content.decode())
    except UnicodeDecodeError:
        return None
    for _ in range(draws.randint(1, _MAX_CHANGES)):
        at = draws.randrange(len(parts))
        change = draws.random()
        if change < 0.6:
            parts[at] = draws.choice(ODD_CELLS)
        elif change < 0.8:
            parts[at] = parts[draws.randrange(len(parts))]
        elif change < 0.9:
            parts[at:at] = parts[at : at + draws.randint(1, 60)]
        else:
            del parts[at : at + draws.randint(1, 3)]
            parts = parts or [""]
    return "".join(parts).encode(errors="surrogatepass")


def _in_bytes(content, draws):
    """Change bytes: flip, take out, double or put in some, or cut the end."""
    changed = bytearray(content)
    for _ in range(draws.randint(1, _MAX_CHANGES)):
        at = draws.randint(0, len(changed))
        length = draws.randint(1, 8)
        change = draws.randrange(5)
        if change == 0:
            changed[at : at + 1] = bytes([draws.randrange(256)])
        elif change == 1:
            del changed[at : at + length]
        elif change == 2:
            changed[at:at] = changed[at : at + length]
        elif change == 3:
            changed[at:at] = bytes(draws.randrange(256) for _ in range(length))
        elif draws.random() < 0.2:
            del changed[at:]
    return bytes(changed)[:_MAX_BYTES]
