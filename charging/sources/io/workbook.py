"""Excel workbooks (.xlsx, ECMA-376): the rows of every sheet, read in a stream by openpyxl.

Only values are read: the results of formulas, nothing of macros, links and drawings. A workbook is an archive
of XML, so what it would fill the memory with is looked for before the library reads it.
"""

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException

from charging.errors import Fault, SourceError
from charging.sources.io.decompression_limits import FREE_UNPACKED, MAX_RATIO, MAX_UNPACKED
from charging.sources.io.files import Part, source_errors

MAX_ROWS = 1_048_576
"""Rows a sheet can have."""

MAX_CELLS = 100_000_000
"""Cells read of a sheet, empty ones between others included."""

MAX_ROW_BYTES = 16_777_216
"""Longest row or text read, in bytes of XML."""

Value = str | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
Row = tuple[int, list[Value]]

_BLOCK = 262_144  # bytes
_ROWS_AT_ONCE = 1_000
_ENDS = (b"row>", b"si>", b"<row", b"<si")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_FAULTS = (
    SyntaxError,  # of XML
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    RecursionError,
    CellCoordinatesException,
    InvalidFileException,
    OSError,  # also where no part says that it is the workbook
)
"""What the library raises for a file that is no workbook, or a broken one."""


def sheets(part: Part) -> Iterator[Iterator[Row]]:
    """Return the sheets of a workbook in its order, each as its rows with their numbers from 1.

    Raises
    ------
    SourceError
        If the file is damaged, is no workbook, or unpacks to more than it can hold in earnest.
    """
    with source_errors(part):
        with zipfile.ZipFile(part.path) as archive:
            for info in archive.infolist():
                _check(part, archive, info)
        with part.path.open("rb") as file:
            with _told(part):
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                yield _rows(part, sheet)


def _rows(part: Part, sheet: Any) -> Iterator[Row]:  # noqa: ANN401  a sheet that is only read has no public type
    with _told(part):
        sheet.reset_dimensions()  # they are what a writer says, and need not be so
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    cells = 0
    while True:
        with _told(part):
            batch = list(islice(rows, _ROWS_AT_ONCE))
        if not batch:
            return
        for number, row in batch:
            cells += len(row)
            if number > MAX_ROWS or cells > MAX_CELLS:
                raise _broken(part, f"a sheet of more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells")
            if row:
                yield number, [_value(cell) for cell in row]


def _value(cell: Any) -> Value:  # noqa: ANN401  whatever a sheet holds
    if not isinstance(cell, str):
        return cell  # type: ignore[no-any-return]
    if cell in _ERRORS:
        return None
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), cell) if "_x" in cell else cell


@contextmanager
def _told(part: Part) -> Iterator[None]:
    """Tell what the library finds wrong; it warns of what it leaves out, of which nothing is read here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
        try:
            yield
        except _FAULTS as error:
            raise _broken(part, str(error)[:120] or type(error).__name__) from error


def _check(part: Part, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Refuse a member that is larger than it can be in earnest, locked, or XML that would fill the memory."""
    if info.flag_bits & 1:
        raise _broken(part, f"a password on {info.filename}")
    most = min(MAX_UNPACKED, max(FREE_UNPACKED, info.compress_size * MAX_RATIO))
    if info.file_size > most:  # no more than that is ever unpacked
        raise _broken(part, f"{info.filename} with more than {most:,} bytes unpacked")
    with archive.open(info) as file:
        block = file.read(_BLOCK)
        if not block.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", *_UTF_16)):
            return  # no XML: a picture, a macro
        waiting, before = 0, b""
        while block:
            if b"<!DOCTYPE" in before[-10:] + block or b"\0" in block:
                raise _broken(part, f"a declaration of document types, or UTF-16, in {info.filename}")
            last = max(map((before[-10:] + block).rfind, _ENDS))
            waiting = len(block) if last >= 0 else waiting + len(block)
            if waiting > MAX_ROW_BYTES:
                raise _broken(part, f"no end of a row within {MAX_ROW_BYTES:,} bytes in {info.filename}")
            before, block = block, file.read(_BLOCK)


def _broken(part: Part, found: str) -> SourceError:
    return SourceError(
        f"{part}: expected an Excel workbook (.xlsx), found {found}. Save it again, or as CSV.", Fault.DAMAGED
    )
