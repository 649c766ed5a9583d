"""Byte order marks: the encoding that the first bytes of a text tell (The Unicode Standard, section 23.8)."""

import codecs

_MARKS = (  # the longer mark first: that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def marked_encoding(head: bytes) -> str | None:
    """Return the encoding a byte order mark tells, or None without one."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def in_utf8(head: bytes) -> bytes:
    """Return the beginning of a text in UTF-8 without its byte order mark; a character cut off is lost."""
    encoding = marked_encoding(head)
    if encoding is None:
        return head
    return codecs.getincrementaldecoder(encoding)("replace").decode(head).encode("utf-8", "replace")
