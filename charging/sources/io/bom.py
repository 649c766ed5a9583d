"""The encoding that the first bytes of a text tell: by a byte order mark, or the NULs of UTF-16 without one.

Marks: The Unicode Standard, section 23.8.
"""

import codecs
import unicodedata

_MARKS = (  # the longer mark first: that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

DETECTABLE_ENCODINGS = frozenset({"utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"})
"""Encodings that the bytes of a file tell, so that nobody has to name them."""

_MIN_ASCII = 0.25  # of the characters: a table has its marks and digits, JSON its quotes
_MIN_NULS = 4
_MAX_NO_TEXT = 0.01  # of the characters, or one: a stray control, or one newer than this Python
_NO_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})  # controls, unassigned, private, surrogates
_LINE_CONTROLS = frozenset("\t\n\v\f\r\x85")


def detect_encoding(head: bytes) -> str | None:
    r"""Return the encoding that the first bytes of a text tell, or None where they tell none.

    Examples
    --------
    >>> detect_encoding("lat,lon\n".encode("utf-16")), detect_encoding("lat,lon\n".encode("utf-16-be"))
    ('utf-16', 'utf-16-be')
    """
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    return marked or _unmarked_utf16(head)


def in_utf8(head: bytes) -> bytes:
    """Return the beginning of a text in UTF-8 without its byte order mark; a character cut off is lost."""
    encoding = detect_encoding(head)
    if encoding is None:
        return head
    return codecs.getincrementaldecoder(encoding)("replace").decode(head).encode("utf-8", "replace")


def _unmarked_utf16(head: bytes) -> str | None:
    """Return which UTF-16 a text without a mark is in, or None where it is in neither.

    The NULs of its ASCII characters stand at odd places, or at even ones with the high byte first. A few may
    stand at the others (最 is U+6700). Binary data has NULs too: it decodes to characters no text has.
    """
    at_even, at_odd = head[0::2].count(0), head[1::2].count(0)
    if max(at_even, at_odd) < _MIN_NULS:
        return None
    encoding = "utf-16-be" if at_even > at_odd else "utf-16-le"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    odd = {each for each in {*text} - _LINE_CONTROLS if unicodedata.category(each) in _NO_TEXT}
    is_text = sum(map(odd.__contains__, text)) <= max(1, _MAX_NO_TEXT * len(text))
    return encoding if is_text and sum(map(str.isascii, text)) >= _MIN_ASCII * len(text) else None
