"""Opening foreign files: plain, gzip or zip, as text or as bytes. What a file is, its content decides.

Every way in which a file can be wrong raises a `SourceError`: it is missing, empty, binary, cut or damaged,
an archive without data, with a password, with archives inside or with several files where one is meant, or in
none of the encodings. Nothing is unpacked to disk here, and no more of a packed file is unpacked than a file
of its size can plausibly hold.
"""

import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO, TextIO, cast

from charging.errors import Fault, SourceError
from charging.sources.io.bom import detect_encoding, in_utf8
from charging.sources.io.decompression_limits import GZIP, UnpackedStream, open_gzip
from charging.sources.io.delimited import DELIMITERS
from charging.sources.io.sqlite_files import SQLITE_HEADER

HEAD_BYTES = 65_536
"""Bytes looked at to tell a format, after decompression."""

_BUFFER_BYTES = 65_536
_MAX_NAME_LENGTH = 80  # shown of a member; its end tells more than its folders

MAX_MEMBERS = 1_000
"""Files looked at in an archive."""

ZIP = b"PK\x03\x04"
"""How a zip archive with files begins."""

_PARQUET = b"PAR1"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK = "xl/workbook.xml"
_XML_MARK = b"datex2.eu/schema"  # of the only XML that is read

_DAMAGE = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    NotImplementedError,  # a way of packing that Python does not know
)


class FileKind(Enum):
    """What a file holds, packed or not."""

    TEXT = "text"
    WORKBOOK = "Excel workbook"
    PARQUET = "Parquet file"


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or a member of an archive."""

    path: Path
    member: zipfile.ZipInfo | None = None  # not its name, which another member may have too

    def __str__(self) -> str:
        """Return where it is, for messages."""
        return str(self.path) if self.member is None else f"{self.path} ({self.member.filename})"


@contextmanager
def open_text(source: Path | Part, *, encoding: str | Sequence[str] = "utf-8-sig") -> Iterator[TextIO]:
    """Open a file, packed or not, as text whose line ends are left alone.

    Parameters
    ----------
    source
        A file, or a part of one. Of an archive with several files the one with data is meant.
    encoding
        The encoding of text whose first bytes tell none, or several: the first the whole text is in.
    """
    part = text_part(source)
    head = _read_start(part)
    _check_is_text(part, head)
    name = _encoding_of(part, head, (encoding,) if isinstance(encoding, str) else tuple(encoding))
    with source_errors(part, name), open_bytes(part) as raw:
        yield io.TextIOWrapper(raw, encoding=name, newline="")


def read_head(source: Path | Part) -> bytes:
    """Return the beginning of a text, unpacked, in UTF-8 where its first bytes tell its encoding.

    Of an archive it is the first of `read_heads`.
    """
    return next(read_heads(source))


def read_matching_head(
    source: Path | Part, matches: Callable[[bytes], bool], expected: str, advice: str
) -> bytes:
    """Return what `read_head` does of a file of a format, or refuse it."""
    head = read_head(source)
    if not matches(head):
        raise SourceError(f"{source}: expected {expected}, found {head[:40]!r}. {advice}", Fault.UNFIT)
    return head


def read_heads(source: Path | Part) -> Iterator[bytes]:
    """Yield the beginnings of the texts that may be meant: of an archive of its JSON or tables, by size."""
    found = [source] if isinstance(source, Part) else sorted(_texts(source), key=_size, reverse=True)
    for part in found:
        head = _read_start(part)
        _check_is_text(part, head)
        yield in_utf8(head)


def contains_word(source: Path | Part, word: str, *, block_chars: int = 1 << 20) -> bool:
    """Whether a text contains a word: a search in blocks, which is faster than to parse it twice."""
    end = ""
    with open_text(source) as text:
        while block := text.read(block_chars):
            if word in end + block:
                return True
            end = block[-len(word) :]
    return False


def count_words(source: Path | Part, *words: str, block_bytes: int = 1 << 20) -> int:
    """Return how often any of some words of ASCII letters stands in a text, whatever its encoding."""
    part, found = text_part(source), 0
    encoded = [word.encode() for word in words]
    tails = [b""] * len(words)
    encoding = detect_encoding(_read_start(part))
    decode = codecs.getincrementaldecoder(encoding)("replace").decode if encoding else None
    with source_errors(part), open_bytes(part) as file:
        while block := file.read(block_bytes):
            text = decode(block).encode("utf-8", "replace") if decode else block
            for at, word in enumerate(encoded):
                found += (tails[at] + text).count(word)
                tails[at] = (tails[at] + text)[1 - len(word) :]
    return found


def file_kind(source: Path | Part) -> FileKind:
    """Return what a file or a part holds."""
    part = source if isinstance(source, Part) else Part(source)
    with source_errors(part):
        if part.member is None and zipfile.is_zipfile(part.path) and _is_workbook(part.path):
            return FileKind.WORKBOOK
        with open_bytes(part) as file:
            return FileKind.PARQUET if file.read(len(_PARQUET)) == _PARQUET else FileKind.TEXT


def parts(path: Path) -> tuple[Part, ...]:
    """Return what of a file holds data: the file itself, or those members of an archive that look like data.

    A member is data when it begins like JSON, has a mark between columns in its first line or is XML of
    DATEX II. Other texts (a licence, a description), pictures and folders are passed over.
    """
    whole = Part(path)
    with source_errors(whole):
        if not _is_archive(path):
            return (whole,)
        members = _members(path)
    _check_members(path, members)
    found = tuple(part for info in members if _is_data(part := Part(path, info)))
    if not found:
        named = ", ".join(info.filename for info in members[:5]) or "nothing"
        message = f"{path}: expected an archive with a table or JSON inside, found {named}. Fetch it again."
        raise SourceError(message, Fault.PACKED)
    return found


def distinct_stems(paths: Sequence[PurePath]) -> list[str]:
    """Return a name for each file: of its own name, with its folder and its number where it needs them.

    Examples
    --------
    >>> distinct_stems([Path("a/2024.csv"), Path("b/2024.csv"), Path("c.csv.gz"), Path("2024.csv")])
    ['a-2024', 'b-2024', 'c', '2024']
    """
    names = [path.name.split(".")[0] or path.name for path in paths]
    counts = Counter(names)
    names = [
        f"{path.parent.name}-{name}" if counts[name] > 1 and path.parent.name else name
        for path, name in zip(paths, names, strict=True)
    ]
    counts = Counter(names)
    return [f"{name}-{at}" if counts[name] > 1 else name for at, name in enumerate(names, start=1)]


def member_stems(found: Sequence[Part]) -> list[str | None]:
    """Return a name for each part of a file: none where it is the only one."""
    if len(found) == 1:
        return [None]
    return [*distinct_stems([PurePosixPath(part.member.filename if part.member else "") for part in found])]


def text_part(source: Path | Part, matches: Callable[[bytes], bool] | None = None) -> Part:
    """Return the part that is opened as a text: of an archive the JSON inside, or the only table.

    With `matches`, it is rather the one whose beginning matches, where there is one.
    """
    if isinstance(source, Part):
        return source
    chosen = [part for part in parts(source) if matches(read_head(part))] if matches else []
    chosen = chosen or _texts(source)
    if len(chosen) > 1:
        named = ", ".join(part.member.filename for part in chosen[:5] if part.member)
        message = (
            f"{source}: expected an archive with one file of data, found {named}. Unpack it, and give all."
        )
        raise SourceError(message, Fault.PACKED)
    return chosen[0]


def unread(path: Path, read: Collection[Part]) -> tuple[str, ...]:
    """Return the members of an archive that are not among the parts read, by names that can be shown."""
    with source_errors(Part(path)):
        members = _members(path) if _is_archive(path) else []
    known = {part.member.header_offset for part in read if part.member}
    return tuple(_display_name(info.filename) for info in members if info.header_offset not in known)


@contextmanager
def open_bytes(part: Part) -> Iterator[BinaryIO]:
    """Open a part, unpacked; a size that is not plausible is refused while it is read."""
    with part.path.open("rb") as file:
        if part.member is not None:
            with zipfile.ZipFile(file) as archive, archive.open(part.member) as member:
                bounded = UnpackedStream(cast(BinaryIO, member), part.member.compress_size, part)
                bounded.check(part.member.file_size)
                yield io.BufferedReader(bounded)  # type: ignore[type-var]  # readinto is enough
        elif is_packed(part):
            with open_gzip(file, part) as unpacked:
                yield unpacked
        else:
            file.seek(0)
            yield file


def is_packed(part: Part) -> bool:
    """Whether a part is a member of an archive, or in a gzip file."""
    if part.member is not None:
        return True
    with part.path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


@contextmanager
def source_errors(part: object, encoding: str = "utf-8") -> Iterator[None]:
    """Turn what opening and reading a part can raise into a `SourceError` that names it."""
    try:
        yield
    except UnicodeDecodeError as error:
        byte = error.object[error.start : error.start + 1].hex() or "end"
        message = (
            f"{part}: expected text in {encoding}, found the byte 0x{byte} that it does not allow. "
            "Convert the file to UTF-8; of a table its encoding can be named (--encoding, or in its preset)."
        )
        raise SourceError(message, Fault.ENCODING) from error
    except _DAMAGE as error:
        message = (
            f"{part}: expected a whole gzip or zip file without a password, found a cut or damaged one "
            f"({str(error)[:80]}). Fetch the file again."
        )
        raise SourceError(message, Fault.DAMAGED) from error
    except OSError as error:
        message = f"{part}: cannot be read ({error.strerror}). Check the path and the permissions."
        raise SourceError(message) from error


def _texts(path: Path) -> list[Part]:
    """Return the parts of a file that may be meant by its text: the JSON, where there is any among tables."""
    found = parts(path)
    is_json = [part for part in found if len(found) > 1 and in_utf8(_read_start(part)).lstrip()[:1] in b"{["]
    return is_json or list(found)


def _is_archive(path: Path) -> bool:
    """Whether a file is a zip archive of files, and no Excel workbook, which is one too."""
    with path.open("rb") as file:
        if file.read(len(ZIP)) != ZIP:
            return False
    return zipfile.is_zipfile(path) and not _is_workbook(path)


def _is_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return _WORKBOOK in archive.namelist()


def _members(path: Path) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(path) as archive:
        return [info for info in archive.infolist() if info.file_size and info.filename and not info.is_dir()]


def _display_name(name: str) -> str:
    """Return a name on one line, without what would move a cursor or turn the direction of a text."""
    kept = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
    return kept[-_MAX_NAME_LENGTH:]


def _check_members(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        message = (
            f"{path}: expected an archive of at most {MAX_MEMBERS:,} files, found {len(members):,}. "
            "Give the table itself."
        )
        raise SourceError(message, Fault.PACKED)
    for info in members:
        if info.flag_bits & 1:
            message = (
                f"{path}: expected an archive without a password, found one on {info.filename!r}. "
                "Unpack it first."
            )
            raise SourceError(message, Fault.PACKED)


def _is_data(part: Part) -> bool:
    head = _read_start(part)
    if head.startswith((ZIP, GZIP)):
        message = (
            f"{part}: expected an archive of tables or JSON, found an archive or workbook inside it. "
            "Unpack it first."
        )
        raise SourceError(message, Fault.PACKED)
    if head.startswith(_PARQUET):
        return True
    text = in_utf8(head).lstrip()
    is_xml = text[:1] == b"<" and _XML_MARK in text.lower()
    return b"\0" not in text and (
        is_xml
        or text[:1] in (b"{", b"[")
        or any(mark.encode() in text.partition(b"\n")[0] for mark in DELIMITERS)
    )


def _read_start(part: Part) -> bytes:
    with source_errors(part), open_bytes(part) as file:
        return file.read(HEAD_BYTES)


def _size(part: Part) -> int:
    return part.member.file_size if part.member else 0


def _encoding_of(part: Part, head: bytes, encodings: tuple[str, ...]) -> str:
    if encoding := detect_encoding(head):
        return encoding
    return next((name for name in encodings[:-1] if _is_encoded_in(part, name)), encodings[-1])


def _is_encoded_in(part: Part, encoding: str) -> bool:
    """Whether a whole part is text in an encoding; one pass over it, which is much faster than parsing."""
    decoder = codecs.getincrementaldecoder(encoding)()
    is_utf8, start = codecs.lookup(encoding).name == "utf-8", decoder.getstate()
    with source_errors(part, encoding), open_bytes(part) as file:
        try:
            while block := file.read(_BUFFER_BYTES):
                # plain ASCII is in UTF-8 what it seems, unless it is to complete a character
                if not (is_utf8 and block.isascii() and decoder.getstate() == start):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _check_is_text(part: Part, head: bytes) -> None:
    text, fault = in_utf8(head), Fault.PACKED
    if not text.strip():
        fault, wrong = Fault.EMPTY, "a text file with records, found an empty one. Fetch the file again."
    elif head.startswith((ZIP, _OLD_OFFICE)):
        wrong = (
            "text or an Excel workbook (.xlsx), found an archive or a workbook of another kind. Unpack it, or"
            " save it as .xlsx or CSV."
        )
    elif head.startswith(_PARQUET):
        wrong = "a Parquet file by itself, found a packed one. Unpack it first."
    elif head.startswith(SQLITE_HEADER):
        fault = Fault.DATABASE
        wrong = (
            "text, Excel or Parquet, found a GeoPackage or another SQLite database. Export its layer of"
            " stations as GeoJSON or CSV first (QGIS: Save Features As; GDAL: ogr2ogr stations.geojson FILE)."
        )
    elif b"\0" in text:
        fault = Fault.BINARY
        wrong = (
            "text, found binary data. Give CSV or JSON in UTF-8 or UTF-16, Excel or Parquet, plain or packed."
        )
    else:
        return
    raise SourceError(f"{part}: expected {wrong}", fault)
