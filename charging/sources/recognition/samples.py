"""The first rows of a table in a file of any form, with what its bytes tell: encoding, delimiter, sheet."""

import codecs
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from charging.sources.io import geojson
from charging.sources.io.bom import detect_encoding, in_utf8
from charging.sources.io.code_pages import code_pages, find_code_page
from charging.sources.io.delimited import DELIMITERS, head_rows
from charging.sources.io.files import FileKind, Part, file_kind, open_bytes, read_head, source_errors
from charging.sources.json_records.record_lists import RecordList
from charging.sources.recognition.column_guess import FIELDS, NO_HINTS, Hints, TableForm
from charging.sources.recognition.field_rules import names_field
from charging.sources.recognition.header_words import UNKNOWN, meanings
from charging.sources.tabular.headers import Header
from charging.sources.tabular.preset_schema import Layout
from charging.sources.tabular.tables import MAX_PREAMBLE, is_json, tables

MAX_ROWS = 1_000
"""Rows below a header that are looked at."""

MAX_BYTES = 1 << 20
"""Bytes of a text that are looked at."""

MAX_SHEETS = 20

MAX_SCANNED_BYTES = 64 << 20
"""Bytes of a text in which the first letter beyond ASCII is looked for, to tell its encoding."""

_BY_COUNTRY = {"CN": "gb18030", "TW": "big5", "HK": "big5", "MO": "big5", "KR": "cp949", "JP": "shift_jis"}
_ENCODINGS = ("gb18030", "big5", "cp949", "shift_jis")  # of one or two bytes a letter
_SURE = 0.95  # share of letters that fit a language from which on a text is not in two bytes a letter
_MIN_LETTERS = 20
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
_PAIRED = 0.9  # share of bytes above ASCII that stand in pairs where a letter has two
_COMMON = {
    "gb18030": ("gb2312", b"\xb0", b"\xd7"),
    "big5": ("big5", b"\xa4", b"\xc6"),
    "cp949": ("euc_kr", b"\xb0", b"\xc8"),
    "shift_jis": ("shift_jis", b"\x82", b"\x97"),
}
"""Standard behind an encoding, and the first bytes of its common letters there."""

_MIN_COLUMNS = 2
_MAX_HEADERS_TRIED = 2
_CURRENTS = frozenset({"ac", "dc"})
_OF_PILES = frozenset({"piles", "power_kw"})  # fields of which each current may have its own
_WHOSE = frozenset({"operator", "owner", "company", "provider", "maker", "contact", "user", "payment"})
_OF_ANYBODY = frozenset({"name", "id", "address", "city", "postcode", "country", "status"})


class Sample(NamedTuple):
    """A row that may be the header of a table, the rows below it, and how the file is written."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    form: TableForm
    records: RecordList | None = None  # of JSON


def samples(
    part: Part,
    headers: Sequence[str] = (),
    *,
    any_header: bool = False,
    hints: Hints = NO_HINTS,
    countries: Collection[str] = (),
) -> Iterator[Sample]:
    """Yield what may be the tables of a part of a file, a few rows each.

    Parameters
    ----------
    part
        Of a file.
    headers
        Those the header surely has.
    any_header
        Whether the first row with cells may be one, though nothing tells so.
    hints
        What is known of how it is written; of JSON every list of records is yielded, the outer ones first,
        unless one is named.
    countries
        Where its stations may be, which tells the encoding of a text that does not tell it itself.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    if is_json(part) and not geojson.matches(read_head(part)):
        yield from _of_records(part, hints)
        return
    if file_kind(part) is FileKind.TEXT and not geojson.matches(head := read_head(part)):
        if head.lstrip()[:1] in (b"{", b"<"):
            return
        encodings = (hints.encoding,) if hints.encoding else encodings_of(_beginning(part), countries)
        yield from _of_text(part, headers, encodings, any_header=any_header)
        return
    encodings = (hints.encoding or "utf-8",)
    for number, rows in enumerate(islice(tables(part, Layout(encodings=encodings)), MAX_SHEETS), start=1):
        first = [(at, cells) for at, cells in islice(rows.singly, MAX_PREAMBLE + MAX_ROWS) if cells]
        sheet = number if file_kind(part) is FileKind.WORKBOOK else None
        yield from _below_headers(
            first, TableForm(sheet=sheet, encodings=encodings), headers, any_header=any_header
        )


def is_in_a_code_page(part: Part) -> bool:
    """Whether a part is text whose bytes do not tell its encoding."""
    if file_kind(part) is not FileKind.TEXT or is_json(part) or geojson.matches(read_head(part)):
        return False
    raw = _beginning(part)
    return not (detect_encoding(raw) or _decodes(raw, "utf-8"))


def _beginning(part: Part) -> bytes:
    """Return the beginning of a text, and the first part of it that is not all ASCII."""
    with source_errors(part), open_bytes(part) as file:
        raw = file.read(MAX_BYTES)
        more, left = raw, MAX_SCANNED_BYTES
        while more.isascii() and b"\0" not in more and left > 0 and (more := file.read(MAX_BYTES)):
            left -= len(more)
    return raw if more is raw or more.isascii() else raw + more


def encodings_of(raw: bytes, countries: Collection[str] = ()) -> tuple[str, ...]:
    """Return the encodings a text is tried in, in order, told from its beginning.

    Where headers do not tell it, the letters of all words do, with the countries it may be from.

    Examples
    --------
    >>> encodings_of("充电站名称".encode("gb18030")), encodings_of("Straße".encode("cp1252"))
    (('utf-8', 'gb18030'), ('utf-8', 'cp1252'))
    >>> encodings_of("Szerokość;Długość".encode("cp1250")), encodings_of("Широта;Долгота".encode("cp1251"))
    (('utf-8', 'cp1250'), ('utf-8', 'cp1251'))
    """
    if detected := detect_encoding(raw):
        return (detected,)
    if raw.isascii():
        return ("utf-8", "cp1252")
    if _decodes(raw, "utf-8"):
        return ("utf-8",)
    runs = [len(run) for run in _HIGH_RUN.findall(raw)]
    paired = sum(size for size in runs if size % 2 == 0)
    known = {name: _words_in(raw, name) for name in code_pages()}
    most = max(known.values())
    page = find_code_page(raw, countries, [name for name, words in known.items() if words == most])
    fitting = [name for name in _ENCODINGS if _decodes(raw, name)]
    words = max((_words_in(raw, name) for name in fitting), default=0)
    own = {_BY_COUNTRY[country] for country in countries if country in _BY_COUNTRY}
    is_of_letters = page.fitness >= _SURE and (sum(runs) >= _MIN_LETTERS or bool(countries))
    is_unpaired = paired < _PAIRED * sum(runs) and not own & {*fitting}
    if most > words or (not words and (is_of_letters or is_unpaired)):
        return ("utf-8", page.name)
    of_country = [name for name in fitting if name in own]
    return ("utf-8", max(of_country or fitting, key=lambda name: _likelihood(raw, name), default=page.name))


def _of_records(part: Part, hints: Hints) -> Iterator[Sample]:
    with source_errors(part), open_bytes(part) as file:
        encodings = (hints.encoding,) if hints.encoding else encodings_of(file.read(MAX_BYTES))
    for rows in tables(part, Layout(encodings=encodings, records=hints.records)):
        (_, header), *below = islice(rows.singly, 1 + MAX_ROWS)
        if len(header or ()) < _MIN_COLUMNS:
            continue
        form = TableForm(encodings=encodings, records=rows.records.path if rows.records else None)
        yield Sample(
            tuple(header or ()), tuple(tuple(cells) for _, cells in below if cells), form, rows.records
        )


def _of_text(
    part: Part, headers: Sequence[str], encodings: tuple[str, ...], *, any_header: bool
) -> Iterator[Sample]:
    with source_errors(part), open_bytes(part) as file:
        raw = file.read(MAX_BYTES)
    is_guessed = len(encodings) > 1 and not _decodes(_beginning(part), encodings[0])
    name = encodings[-1] if is_guessed else encodings[0]
    is_guessed = is_guessed and (name in code_pages() or not _words_in(raw, name))
    text = codecs.getincrementaldecoder(name)("replace").decode(raw).removeprefix("\ufeff")
    if len(raw) == MAX_BYTES:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    for delimiter in DELIMITERS:
        rows = head_rows(text, delimiter, MAX_PREAMBLE + MAX_ROWS)
        form = TableForm(
            delimiter=delimiter, encodings=encodings, encoding=name, is_encoding_guessed=is_guessed
        )
        yield from _below_headers(list(enumerate(rows, start=1)), form, headers, any_header=any_header)


def _below_headers(
    rows: Sequence[tuple[int, Sequence[str]]], form: TableForm, headers: Sequence[str], *, any_header: bool
) -> Iterator[Sample]:
    """Yield the rows that look most like a header, each with those below it."""
    wanted = {header.strip() for header in headers}
    found = []
    for at, (_, cells) in enumerate(rows[:MAX_PREAMBLE]):
        header = [cell.strip() for cell in cells]
        both = _header_of_two_rows(cells, rows[at - 1][1], wanted) if at else None
        known = [names for names in (both, header) if names and wanted <= {*names}]
        if len(cells) >= _MIN_COLUMNS and known:
            found.append((at, _likeness(header), known))
    found.sort(key=lambda each: (-each[1], each[0]))
    for at, likeness, known in found[:_MAX_HEADERS_TRIED]:
        if likeness <= 0 and not (wanted or any_header):
            continue
        below = tuple(tuple(cells) for _, cells in rows[at + 1 : at + 1 + MAX_ROWS])
        for names in known:
            yield Sample(tuple(names), below, replace(form, header_row=rows[at][0]))


def _header_of_two_rows(
    cells: Sequence[str], above: Sequence[str], wanted: Collection[str]
) -> list[str] | None:
    """Return the names of columns of which some have a part in the row above; None where that is no header.

    A column answers to its lower name alone, and to both joined; it gets the one that was asked for, both
    where several columns have the lower one, and otherwise the one that says what the column is.
    """
    own = [cell.strip() for cell in cells]
    upper = [cell.strip() for cell in above]
    is_note = len(upper) < len(own) / 2 or any(cell.endswith((":", "：")) for cell in upper)
    if is_note or not any(upper[1:]) or any(map(_is_value, filter(None, (*own, *upper)))):
        return None  # a title, or a row of values
    header = Header.of(cells, above)
    joined = {at: name for name, at in header.positions.items()}  # of the names of a column the longest
    asked = {header.positions[name]: name for name in wanted if name in header.positions}
    is_known = all(_is_known(cell) > 1 / 2 for cell in filter(None, upper))
    names = [
        asked.get(at)
        or _name_of(lower, joined.get(at), is_repeated=lower in header.repeated, is_known=is_known)
        for at, lower in enumerate(header.names)
    ]
    return names if names != own else None


def _name_of(lower: str, both: str | None, *, is_repeated: bool, is_known: bool) -> str:
    """Return what a column of two names is called; `is_known` tells that the upper ones have known words."""
    if both is None or is_repeated:
        return both or lower
    fields, of_both = _fields_named(lower), _fields_named(both)
    says_more = bool(of_both) and of_both != fields
    said = {concept for meaning in meanings(both) for concept in meaning.concepts}
    is_of_a_current = bool(said & _CURRENTS and fields & _OF_PILES)
    is_of_somebody = bool(said & _WHOSE and fields & _OF_ANYBODY)
    return both if is_known and (says_more or is_of_a_current or is_of_somebody) else lower


@lru_cache(4_096)
def _fields_named(header: str) -> frozenset[str]:
    return frozenset(
        field for field in FIELDS if any(names_field(field, meaning) for meaning in meanings(header))
    )


def _likeness(cells: Sequence[str]) -> float:
    """Return how much cells look like headers: those of known words count, numbers count against it."""
    return sum(-1.0 if any(map(str.isdigit, cell)) and _is_value(cell) else _is_known(cell) for cell in cells)


def _is_value(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) > len(cell) / 2


def _is_known(cell: str) -> float:
    if not cell:
        return 0.0
    order = meanings(cell)[0].order
    return sum(concept != UNKNOWN for concept in order) / len(order) if order else 0.0


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(raw)
    except UnicodeDecodeError:
        return False
    return True


def _likelihood(raw: bytes, encoding: str) -> tuple[int, float]:
    """Return the known words of the first lines, then the share of letters that are common there."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(raw)
    wide = [letter for letter in text if letter > "\u2e7f"][:MAX_ROWS]
    share = sum(_is_common(letter, encoding) for letter in wide) / max(1, len(wide))
    return _words_in(raw, encoding), share


def _is_common(letter: str, encoding: str) -> bool:
    codec, first, last = _COMMON[encoding]
    return first <= letter.encode(codec, "ignore")[:1] <= last


def _words_in(raw: bytes, encoding: str) -> int:
    """Return how many headers in the first lines have a known word that is not of ASCII."""
    lines = codecs.getincrementaldecoder(encoding)("replace").decode(raw[:20_000]).splitlines()[:5]
    cells = [cell for line in lines for cell in re.split(r"[,;\t|]", line) if _FOREIGN_LETTER.search(cell)]
    return sum(_is_known(cell.strip(' "')) == 1.0 for cell in cells)


def text_of(head: bytes) -> str:
    """Return the beginning of a text, as messages show it."""
    return in_utf8(head)[:60].decode(errors="replace")
