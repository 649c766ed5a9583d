"""Arrow columns from the values of records: text made clean, tables put in order."""

import re
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from charging.domain.schema import Table

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CONTROLS_RE2 = r"[\x00-\x08\x0b-\x1f\x{7f}-\x{9f}]"


def clean_text(text: str) -> str | None:
    r"""Return one text as it is stored: no control characters but line ends, no space around, never empty.

    Everything else is data and stays, markup and right-to-left marks included. Tabs become spaces.

    Examples
    --------
    >>> clean_text(" <b>NIO\x00</b>\t蔚来 "), clean_text(" ")
    ('<b>NIO</b> 蔚来', None)
    """
    return _CONTROLS.sub("", _encodable(text).replace("\t", " ")).strip() or None


def clean_texts(values: Sequence[str | None]) -> pa.Array:
    """Return a column of texts, each as `clean_text` gives it."""
    try:
        texts = pa.array(values, pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell and UTF-8 cannot
        texts = pa.array([value and _encodable(value) for value in values], pa.string())
    texts = pc.replace_substring(texts, "\t", " ")
    texts = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, _CONTROLS_RE2, ""))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def in_order(table: pa.Table, spec: Table, keys: Iterable[str]) -> pa.Table:
    """Return a table with the columns and types of `spec`, sorted upwards by `keys`, nulls last."""
    order = pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys])
    schema = spec.arrow_schema
    # one column at a time, so that no second copy of the table is held; `take` is slow on many chunks
    columns = [table[field.name].combine_chunks().take(order).cast(field.type) for field in schema]
    return pa.table(columns, schema=schema)


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
