"""Files of a user, on disk or in memory, plain or gzip: as unpacked bytes, or as a file to seek in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from charging.errors import Fault, SourceError
from charging.sources.io.decompression_limits import GZIP, open_gzip
from charging.sources.io.files import Part, is_packed, open_bytes, source_errors

UploadedFile = Path | BinaryIO
"""A file on disk, or one in memory, opened for reading bytes; each plain or gzip."""

_COPIED_BYTES = 1 << 20


def upload_name(file: UploadedFile, default: str) -> str:
    """Return the name of a file without its folder, for messages."""
    return Path(getattr(file, "name", default)).name


@contextmanager
def open_upload(file: UploadedFile, name: str) -> Iterator[BinaryIO]:
    """Open a file from its beginning, unpacked; a size that is not plausible is refused while it is read."""
    with source_errors(name):
        if isinstance(file, Path):
            with open_bytes(Part(file)) as opened:
                yield opened
            return
        file.seek(0)
        is_gzip = file.read(len(GZIP)) == GZIP
        file.seek(0)
        if not is_gzip:
            yield file
            return
        with open_gzip(file, name) as opened:
            yield opened


@contextmanager
def on_disk(file: UploadedFile, name: str) -> Iterator[Path]:
    """Return a file on disk with the bytes unpacked: the file itself, or a copy that is removed at the end.

    Raises
    ------
    SourceError
        If the file cannot be read or unpacked, or the copy has no room.
    """
    with source_errors(name):
        is_plain_file = isinstance(file, Path) and not is_packed(Part(file))
    if is_plain_file and isinstance(file, Path):
        yield file
        return
    with TemporaryDirectory(prefix="charging-") as folder:
        path = Path(folder, "unpacked")
        with open_upload(file, name) as opened:
            _copy(opened, path, name)
        yield path


def _copy(opened: BinaryIO, path: Path, name: str) -> None:
    with path.open("wb") as copy:
        while block := opened.read(_COPIED_BYTES):
            try:
                copy.write(block)
                copy.flush()
            except OSError as error:
                message = (
                    f"{name}: expected room for its content in the folder of temporary files, found none "
                    f"({error.strerror}). Free some, or set TMPDIR to a folder that has it."
                )
                raise SourceError(message, Fault.TOO_LARGE) from error
