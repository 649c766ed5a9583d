"""Arrow columns from the values of records: text made clean, tables put in order."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.domain.schema import Table
from charging.domain.text_folding import fold_text
from charging.sources.io.arrow_texts import (
    characters,
    empty_to_null,
    make_encodable,
    may_have_outer_blanks,
    texts_of,
    trim_texts,
    whole,
)
from charging.sources.tabular.station_columns import Rows, different

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CONTROLS_RE2 = r"[\x00-\x08\x0b-\x1f\x{7f}-\x{9f}]"
_BLANKS_RE2 = r"  |[\x09-\x0d\x1c-\x1f]|^ | $"  # what folding ASCII text has to look at
_FIRST_PLAIN, _LAST_PLAIN = b" ~"
_SLICE = 131_072  # bytes looked at together: what is found of them stays near the processor
_CONTROL_BYTES = np.isin(np.arange(256), [*range(0x0A), *range(0x0B, 0x20), 0x7F, 0xC2])


def clean_text(text: str) -> str | None:
    r"""Return one text as it is stored: no control characters but line ends, no space around, never empty.

    Everything else is data and stays, markup and right-to-left marks included. Tabs become spaces.

    Examples
    --------
    >>> clean_text(" <b>NIO\x00</b>\t蔚来 "), clean_text(" ")
    ('<b>NIO</b> 蔚来', None)
    """
    return _CONTROLS.sub("", make_encodable(text).replace("\t", " ")).strip() or None


def clean_texts(values: Sequence[str | None] | pa.Array) -> pa.Array:
    """Return a column of texts, each as `clean_text` gives it."""
    texts = texts_of(values)
    if texts.null_count == len(texts):
        return texts
    if _may_hold_controls(texts):
        texts = pc.replace_substring(texts, "\t", " ")
        texts = pc.replace_substring_regex(texts, _CONTROLS_RE2, "")
    return empty_to_null(trim_texts(texts))


def fold_texts(texts: pa.Array) -> pa.Array:
    """Return a column of texts, each folded by `fold_text`; texts without a value are empty."""
    texts = pc.fill_null(texts, "")
    lower = pc.ascii_lower(texts)
    rest = pc.invert(pc.string_is_ascii(texts))
    if _may_have_odd_blanks(lower):
        rest = pc.or_(rest, pc.match_substring_regex(lower, _BLANKS_RE2))
    if not pc.any(rest).as_py():
        return lower
    different = pc.dictionary_encode(texts.filter(rest))
    folds = pa.array([fold_text(text) for text in different.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(lower, rest, folds.take(different.indices))


def fill_nulls(column: pa.Array, others: pa.Array | pa.Scalar) -> pa.Array:
    """Return a column in which what is null is taken from others."""
    if column.null_count < len(column):
        return pc.coalesce(column, others) if column.null_count else column
    return pa.repeat(others, len(column)) if isinstance(others, pa.Scalar) else others


def distinct_rows(
    table: pa.Table, names: Sequence[str], beside: Sequence[str] = ()
) -> tuple[list[tuple[Any, ...]], Rows]:
    """Return the different rows of some columns, and which of them each row is.

    Columns beside them follow from these, and stand behind them in the rows.
    `Table.group_by` gives the same; Arrow loads its library of queries for it, which takes 0.1 s.
    """
    columns = [whole(table[name]) for name in (*names, *beside)]
    return different(columns, len(table), deciding=len(names))


def rows_of(ids: pa.ChunkedArray, keys: pa.ChunkedArray) -> pa.Array:
    """Return the row of each id among keys, of which each is there once; null where an id is none of them."""
    texts, known = whole(ids), whole(keys)
    if len(texts) and not texts.null_count:
        is_new = np.asarray(pc.not_equal(texts[1:], texts[:-1]))
        number = np.concatenate([[0], np.cumsum(is_new)])
        firsts = np.concatenate([[0], np.flatnonzero(is_new) + 1])
        # as where each station has piles, in the same order
        if len(firsts) == len(known) and texts.take(pa.array(firsts)).equals(known):
            return pa.array(number, pa.int32())
    return pc.index_in(texts, known)


def sort_table(table: pa.Table, spec: Table) -> pa.Table:
    """Return a table with the columns and types of `spec`, in its order, nulls last."""
    order = pc.sort_indices(table, sort_keys=[(key, "ascending") for key in spec.order])
    schema = spec.arrow_schema
    given = dict(zip(table.column_names, table.columns, strict=True))
    # one column at a time, so that no second copy of a table is held whose caller has let it go, and the
    # memory of one serves for the next; `take` is slow on many chunks
    del table
    columns = [_reorder(given.pop(field.name), order).cast(field.type) for field in schema]
    return pa.table(columns, schema=schema)


def add_new_columns(table: pa.Table, spec: Table) -> pa.Table:
    """Return a table of an older format with the columns that came later, empty, in the schema's order."""
    missing = [
        column for column in spec.columns if column.since > 1 and column.name not in table.column_names
    ]
    for column in missing:
        table = table.append_column(column.name, pa.nulls(len(table), column.type))
    return table.select([column.name for column in spec.columns]) if missing else table


def _reorder(column: pa.ChunkedArray, order: pa.Array) -> pa.Array:
    """Return a column in an order, which one of a single value has in any."""
    values = whole(column)
    return values if _has_one_value(values) else values.take(order)


def _has_one_value(column: pa.Array) -> bool:
    """Whether a column has one value, or none at all."""
    if column.null_count == len(column):
        return True
    # most columns that vary do so from the first row to the last
    return column[0] == column[-1] and bool(pc.all(pc.equal(column, column[0]), skip_nulls=False).as_py())


def _may_have_odd_blanks(texts: pa.Array) -> bool:
    """Whether a text may hold blanks that folding ASCII text has to look at."""
    found = characters(texts)
    for start in range(0, len(found), _SLICE):
        some = found[start : start + _SLICE + 1]  # and the next, which may make a pair of blanks
        is_space = some == _FIRST_PLAIN
        if some.min() < _FIRST_PLAIN or (is_space[1:] & is_space[:-1]).any():
            return True
    return may_have_outer_blanks(texts)


def _may_hold_controls(texts: pa.Array) -> bool:
    """Whether a text may hold a control character other than a line end; C1 begins with C2 in UTF-8."""
    found = characters(texts)
    if not len(found) or (found.min() >= _FIRST_PLAIN and found.max() <= _LAST_PLAIN):
        return False
    return bool(_CONTROL_BYTES[found].any())
