"""The content hash: one digest of what a dataset says, the same on every platform.

It runs over typed values in stored order, without clock columns, so the same input gives the same hash
whenever and wherever it is built. It is the key of every cache.
"""

import hashlib
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.domain.schema import TABLES, Column
from charging.sources.io.arrow_texts import characters, whole

_BEGINNING = b"charging format 1"  # stays: the same content has the same hash in every format

_STEPS_PER_DEGREE = 100_000
"""Coordinates count in steps of 1e-5 degrees, about a metre: what lies below differs between libraries."""


def content_hash(tables: Mapping[str, pa.Table]) -> str:
    """Return the digest of the tables of a dataset, 64 hexadecimal digits.

    A column enters as its name, type, number of rows, which values are null, and the values: text as lengths
    and UTF-8, numbers little-endian, degrees rounded to 1e-5. A column that older formats do not have enters
    only where it has a value.
    """
    digest = hashlib.sha256(_BEGINNING)
    for spec in TABLES:
        table = tables[spec.name]
        for column in spec.columns:
            if not column.is_clock and not _is_new_and_empty(table, column):
                digest.update(f"\n{spec.name}.{column.name} {column.type} {len(table)}\n".encode())
                for part in _parts(whole(table[column.name]), column):
                    digest.update(part)
    return digest.hexdigest()


def _is_new_and_empty(table: pa.Table, column: Column) -> bool:
    return column.since > 1 and table[column.name].null_count == len(table)


def _parts(values: pa.Array, column: Column) -> tuple[memoryview, ...]:
    if not values.null_count:
        is_null = np.zeros((len(values) + 7) // 8, np.uint8).data
    else:
        is_null = np.packbits(values.is_null().to_numpy(zero_copy_only=False)).data
    if values.null_count == len(values):  # as `fill_null` would leave them
        size = 4 if pa.types.is_string(column.type) else 8
        return is_null, np.zeros(len(values) * size, np.uint8).data
    if pa.types.is_string(column.type):
        filled = pc.fill_null(values, "") if values.null_count else values
        lengths = pc.binary_length(filled).to_numpy().astype("<i4", copy=False)
        return is_null, lengths.data, characters(filled).data
    if pa.types.is_floating(column.type):
        numbers = pc.fill_null(values, 0.0).to_numpy()
        if column.unit == "deg":
            return is_null, np.rint(numbers * _STEPS_PER_DEGREE).astype("<i8").data
        return is_null, (numbers + 0.0).astype("<f8", copy=False).data  # -0.0 becomes 0.0
    width = pa.int32() if pa.types.is_date32(column.type) else pa.int64()
    numbers = pc.fill_null(values.cast(width), 0).to_numpy()
    return is_null, numbers.astype("<i8", copy=False).data
