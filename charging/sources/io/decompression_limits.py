"""How much a packed file may hold unpacked: a size that is not plausible is refused before it is there."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from charging.errors import Fault, SourceError

MAX_UNPACKED = 8 << 30
"""Bytes a packed file may have unpacked; the largest national registers have some hundred million."""

MAX_RATIO = 250
"""Times a packed file may be as large unpacked; tables and JSON come to 5 to 60."""

FREE_UNPACKED = 4 << 20
"""Bytes that may be unpacked at any ratio, since a small file of few different rows packs very well."""

GZIP = b"\x1f\x8b"
"""How every gzip file begins."""

_BUFFER_BYTES = 65_536


def check_unpacked(size: int, packed_size: int, what: object) -> None:
    """Refuse a size unpacked that is not plausible.

    Raises
    ------
    SourceError
        If it is more bytes than so many packed bytes can hold; `what` is the file, for the message.
    """
    limit = min(MAX_UNPACKED, max(FREE_UNPACKED, packed_size * MAX_RATIO))
    if size > limit:
        message = (
            f"{what}: expected a packed table or JSON, found one that unpacks to more than {limit:,} bytes, "
            "as files made to fill a memory do. Unpack it, and give its content."
        )
        raise SourceError(message, Fault.TOO_LARGE)


def is_plausible(stated_size: int, packed_size: int) -> bool:
    """Whether a gzip file can hold as much as it says: no more than 1,032 times its size (RFC 1951)."""
    return stated_size <= packed_size * 1_032


class UnpackedStream(io.RawIOBase):
    """A stream that is being unpacked, and how much of it there is already."""

    def __init__(self, unpacked: BinaryIO, packed_size: int, what: object) -> None:
        super().__init__()
        self._unpacked = unpacked
        self._packed_size = packed_size
        self._what = what
        self._read = 0

    def check(self, size: int) -> None:
        """Refuse a size that is not plausible."""
        check_unpacked(size, self._packed_size, self._what)

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # any writable buffer
        """Read as much as fits into a buffer, and return how much that was."""
        block = self._unpacked.read(len(buffer))
        self._read += len(block)
        self.check(self._read)
        buffer[: len(block)] = block
        return len(block)


@contextmanager
def open_gzip(file: BinaryIO, what: object) -> Iterator[BinaryIO]:
    """Open what a gzip file holds, unpacked, within those bounds; `what` is for messages."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 4))
    stated_size = int.from_bytes(file.read(4), "little")  # of the last member, modulo 4 GB
    file.seek(0)
    with gzip.open(file) as opened:
        bounded = UnpackedStream(cast(BinaryIO, opened), size, what)
        # what a damaged or cut file ends with says nothing, so it is read first
        bounded.check(stated_size if is_plausible(stated_size, size) else 0)
        yield io.BufferedReader(bounded, _BUFFER_BYTES)  # type: ignore[type-var]  # readinto is enough
