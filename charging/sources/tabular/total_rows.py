"""Rows that are the sum of the others: what many tables end with."""

from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.sources.io.arrow_texts import trim_texts
from charging.sources.tabular.station_columns import Rows

_WORDS = (
    "total|totals|grand total|sub-?total|sum|summe|gesamt|gesamtsumme|insgesamt|summe gesamt|total général"
    "|somme|ensemble|totale|totaal|suma|razem|celkem|összesen|yhteensä|i alt"
    "|合计|总计|小计|共计|总和|合計|総計|合计数"
)
_PATTERN = rf"(?i)^\s*(?:{_WORDS})\s*[:：]?(?:\s+\d.*)?$"


def total_rows(cells: Mapping[int, pa.Array], rows: Collection[int]) -> Rows:
    """Return which of some rows, that have no id or no point, call themselves a total."""
    at = np.array(sorted(rows), np.intp)
    is_total = np.zeros(len(at), np.bool_)
    for column in cells.values():
        texts = trim_texts(column.take(pa.array(at)))
        is_total |= np.asarray(pc.fill_null(pc.match_substring_regex(texts, _PATTERN), fill_value=False))
    found: Rows = at[is_total]
    return found
