"""Columns of texts in Arrow: their bytes, and what of them is put right before they are used."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_SPACE, _FIRST_NOT_ASCII = 0x20, 0x80
_FIRST_OF_HAN = 0xE3  # the first byte of three or four


def texts_of(values: Sequence[str | None] | pa.Array) -> pa.Array:
    """Return a column of texts as they are, but for what UTF-8 cannot spell."""
    if isinstance(values, pa.Array):
        return values
    if values.count(None) == len(values):
        return pa.nulls(len(values), pa.string())
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return pa.array([value and make_encodable(value) for value in values], pa.string())


def make_encodable(text: str) -> str:
    """Return a text with a question mark for each character that UTF-8 cannot spell."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array, which is not copied where it is one already."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def characters(texts: pa.Array) -> NDArray[np.uint8]:
    """Return the UTF-8 bytes of all texts, one after the other, without a copy."""
    return _bytes_and_bounds(texts)[0]


def may_hold_han(texts: pa.Array) -> bool:
    """Whether a Chinese character may be in a text."""
    found = characters(texts)
    return bool(len(found)) and int(found.max()) >= _FIRST_OF_HAN


def trim_texts(texts: pa.Array) -> pa.Array:
    """Return texts without blanks around them; nothing is copied where there are none."""
    return pc.utf8_trim_whitespace(texts) if may_have_outer_blanks(texts) else texts


def may_have_outer_blanks(texts: pa.Array) -> bool:
    """Whether a text may begin or end with a blank: every ASCII one is looked at, others are assumed."""
    found, bounds = _bytes_and_bounds(texts)
    if not len(found):
        return False
    # for a text that is empty, a byte of a neighbour is looked at once more
    edges = np.concatenate([found.take(bounds[:-1], mode="clip"), found[bounds[1:] - 1]])
    return bool(edges.min() <= _SPACE or edges.max() >= _FIRST_NOT_ASCII)


def are_distinct(texts: pa.Array) -> bool:
    """Whether no text is there twice; null is one of them."""
    return are_rising(texts) or len(pc.unique(texts)) == len(texts)


def are_rising(texts: pa.Array) -> bool:
    """Whether each text is longer than the one before, or as long and greater: as numbers that count up.

    Then none is there twice, which takes a tenth of the time to find so.
    """
    if texts.null_count:
        return False
    lengths = np.diff(_bytes_and_bounds(texts)[1])
    is_greater = np.asarray(pc.greater(texts[1:], texts[:-1])) & (lengths[1:] == lengths[:-1])
    return bool((is_greater | (lengths[1:] > lengths[:-1])).all())


def empty_to_null(texts: pa.Array) -> pa.Array:
    """Return a column of texts, null where one is empty; nothing is copied but which are null."""
    is_known = np.diff(_bytes_and_bounds(texts)[1]) > 0
    if texts.null_count:
        is_known &= np.asarray(texts.is_valid())
    nulls = len(texts) - int(np.count_nonzero(is_known))
    if nulls == texts.null_count:
        return texts
    _, offsets, characters = texts.buffers()
    bitmap = np.packbits(np.concatenate([np.zeros(texts.offset, np.bool_), is_known]), bitorder="little")
    return pa.StringArray.from_buffers(
        len(texts), offsets, characters, pa.py_buffer(bitmap), nulls, texts.offset
    )


def _bytes_and_bounds(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return the bytes of all texts, and where each begins and the last one ends."""
    _, offsets, given = texts.buffers()
    if given is None:
        return np.empty(0, np.uint8), np.zeros(len(texts) + 1, np.int32)
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(given, np.uint8)[bounds[0] : bounds[-1]], bounds - bounds[0]
