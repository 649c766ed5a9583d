"""Opening foreign files, plain or gzip, as text; every way a file can be wrong is told as a `SourceError`."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from charging.errors import SourceError

HEAD_BYTES = 65_536
"""Bytes looked at to tell a format, after decompression."""

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"


@contextmanager
def open_text(path: Path, *, encoding: str = "utf-8-sig") -> Iterator[TextIO]:
    """Open a file, compressed by gzip or not, as text whose line ends are left alone.

    Raises
    ------
    SourceError
        If the file is missing, empty or binary, or, while it is read, is cut, damaged or not in `encoding`.
    """
    read_head(path)
    with _complaints(path, encoding), _open_bytes(path) as raw:
        yield io.TextIOWrapper(raw, encoding=encoding, newline="")


def read_head(path: Path) -> bytes:
    """Return the beginning of a text file, decompressed and without a UTF-8 byte order mark.

    Raises
    ------
    SourceError
        If the file is missing, empty, binary or damaged.
    """
    with _complaints(path, "utf-8"), _open_bytes(path) as file:
        head = file.read(HEAD_BYTES)
    _check_is_text(path, head)
    return head.removeprefix(codecs.BOM_UTF8)


def _open_bytes(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_gzip = file.read(len(_GZIP)) == _GZIP
    return cast(BinaryIO, gzip.open(path)) if is_gzip else path.open("rb")


def _check_is_text(path: Path, head: bytes) -> None:
    if not head.strip():
        message = f"{path}: expected a text file with records, found an empty one. Fetch the file again."
        raise SourceError(message)
    if head.startswith(_ZIP):
        message = (
            f"{path}: expected text, found a zip archive or an Excel workbook. Unpack it, or save it as CSV."
        )
        raise SourceError(message)
    if b"\0" in head:
        message = (
            f"{path}: expected text, found binary data or UTF-16. Give CSV or JSON in UTF-8, plain or as .gz."
        )
        raise SourceError(message)


@contextmanager
def _complaints(path: Path, encoding: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        message = (
            f"{path}: expected text in {encoding}, found the byte 0x{error.object[error.start]:02x} that it "
            "does not allow. Convert the file to UTF-8, or name its encoding in the preset."
        )
        raise SourceError(message) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = f"{path}: expected a whole gzip file, found a cut or damaged one. Fetch the file again."
        raise SourceError(message) from error
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}). Check the path and the permissions."
        raise SourceError(message) from error
