"""Columns of texts in Arrow: what UTF-8 cannot spell is replaced, and an empty text is null."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def texts_of(values: Sequence[str | None] | pa.Array) -> pa.Array:
    """Return a column of texts as they stand, but for what UTF-8 cannot spell."""
    if isinstance(values, pa.Array):
        return values
    if values.count(None) == len(values):
        return pa.nulls(len(values), pa.string())
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return pa.array([value and encodable(value) for value in values], pa.string())


def encodable(text: str) -> str:
    """Return a text with a question mark for each character that UTF-8 cannot spell."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def without_empty(texts: pa.Array) -> pa.Array:
    """Return a column of texts, null where one is empty; nothing is copied but which are null."""
    is_known = np.asarray(pc.binary_length(texts).fill_null(0)) > 0
    nulls = len(texts) - int(is_known.sum())
    if nulls == texts.null_count:
        return texts
    _, offsets, characters = texts.buffers()
    bitmap = np.packbits(np.concatenate([np.zeros(texts.offset, np.bool_), is_known]), bitorder="little")
    return pa.StringArray.from_buffers(
        len(texts), offsets, characters, pa.py_buffer(bitmap), nulls, texts.offset
    )
