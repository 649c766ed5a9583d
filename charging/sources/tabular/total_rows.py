"""Rows that are the sum of the others: what many tables end with, or have below each of their parts.

A row without an id or a point that calls itself a total is one. One that has a point ("Total North") is one
only where its count is the sum of the rows above it, since a station may be called so too (Total Access).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.sources.io.arrow_texts import trim_texts
from charging.sources.tabular.station_columns import Rows

_WORDS = (
    "total|totals|grand total|sub-?total|sum|summe|gesamt|gesamtsumme|insgesamt|summe gesamt|zwischensumme"
    "|total général|sous-total|somme|ensemble|totale|totaal|subtotaal|suma|razem|celkem|součet"
    "|összesen|yhteensä|i alt|totalt|toplam|σύνολο|итого|всего|합계|총계|소계"
    "|合计|总计|小计|共计|总和|合計|総計|小計|合计数"
)
_PATTERN = rf"(?i)^\s*(?:{_WORDS})\s*[:：]?(?:\s+\d.*)?$"
_WIDE_WORDS = "合计|总计|小计|共计|合計|総計|小計|합계|총계|소계"
_BEGINS_OR_ENDS = (
    rf"(?i)^\s*(?:{_WORDS})(?:[\s:：(（,–-].*)?$|\s(?:{_WORDS})\s*[:：]?\s*$"
    rf"|^\s*(?:{_WIDE_WORDS})|(?:{_WIDE_WORDS})\s*$"
)
_BRAND = r"(?i)^\s*total[\s-]*(?:energies|access|relais|excellium|erg|station|mobility|service)"
"""A company whose stations are called so."""

MIN_ROWS = 2
"""Rows above the first sum of a table; below a sum there may be parts of one row."""

_MAX_BARE = 0.5  # share of rows without an id where it is that of the others

_Reals = NDArray[np.float64]


def total_rows(cells: Mapping[int, pa.Array], rows: Collection[int]) -> Rows:
    """Return which of some rows, that have no id or no point, call themselves a total."""
    return _matching(cells, rows, _PATTERN)


def totals_without_id(cells: Mapping[int, pa.Array], own_ids: pa.Array) -> Rows:
    """Return the rows that begin or end with a word for a total, and have no id where others have one."""
    is_bare = np.asarray(pc.equal(own_ids, ""))
    if not is_bare.any() or is_bare.mean() > _MAX_BARE:
        return np.empty(0, np.intp)
    return _called_total(cells, np.flatnonzero(is_bare).tolist())


@dataclass(slots=True)
class RunningSums:
    """The sums of the counts of a table, as it is read block by block."""

    _all: float = 0.0
    _part: float = 0.0  # since the last sum
    _rows: int = field(default=0)  # with a count, since the last sum
    _has_sums: bool = False

    def find(self, cells: Mapping[int, pa.Array], counts: _Reals, known: Collection[int]) -> list[int]:
        """Return the rows that begin or end with a word for a total and count what those above do.

        Parameters
        ----------
        counts
            Of each row of the next block; 0 where it has none.
        known
            Rows that are known to be a sum already, and add nothing.
        """
        counts = counts.copy()
        counts[[*known]] = 0
        marks = sorted(known)
        found: list[int] = []
        start = 0
        while start < len(counts):
            stop = next((mark for mark in marks if mark >= start), len(counts))
            before = np.concatenate([[0.0], np.cumsum(counts[start:stop])[:-1]])
            rows = np.concatenate([[0], np.cumsum(counts[start:stop] > 0)[:-1]]) + self._rows
            some = counts[start:stop]
            is_of_part = (some == self._part + before) & (rows >= (1 if self._has_sums else MIN_ROWS))
            is_of_all = (some == self._all + before) & (self._has_sums | (rows >= MIN_ROWS))
            is_sum = (some > 0) & (is_of_part | is_of_all)
            named = _called_total(cells, (start + np.flatnonzero(is_sum)).tolist())
            end = int(named[0]) if len(named) else stop
            added = counts[start:end]
            self._all += float(added.sum())
            self._part += float(added.sum())
            self._rows += int((added > 0).sum())
            if end < len(counts):  # a sum, found here or known
                found += [end] if len(named) else []
                self._part, self._rows, self._has_sums = 0.0, 0, True
            start = end + 1
        return found


def _called_total(cells: Mapping[int, pa.Array], rows: Collection[int]) -> Rows:
    """Return which of some rows have a cell that begins or ends with a word for a total."""
    return _matching(cells, rows, _BEGINS_OR_ENDS, _BRAND)


def _matching(cells: Mapping[int, pa.Array], rows: Collection[int], pattern: str, but: str = "") -> Rows:
    """Return which of some rows have a cell of a pattern, and not of another."""
    at = np.array(sorted(rows), np.intp)
    is_meant = np.zeros(len(at), np.bool_)
    for column in cells.values() if len(at) else ():
        texts = trim_texts(column.take(pa.array(at)))
        found = pc.match_substring_regex(texts, pattern)
        if but:
            found = pc.and_(found, pc.invert(pc.match_substring_regex(texts, but)))
        is_meant |= np.asarray(pc.fill_null(found, fill_value=False))
    rows_found: Rows = at[is_meant]
    return rows_found
