"""Piles whose id is that of a pile at another station: by their ids one device, and counted twice."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MIN_ID_LENGTH = 3
"""Letters from which an id can name a pile: shorter ones are numbers within a station."""

MAX_EXAMPLES, _MAX_STATIONS = 5, 3
"""Ids that are shown, and stations of each."""

_Ints = NDArray[np.int64]


class RepeatedIds(NamedTuple):
    """How many piles have the id of a pile at another station, and some ids with stations they are at."""

    piles: int
    examples: tuple[tuple[str, tuple[str, ...]], ...]


def find_repeated_ids(stations: pa.Table, piles: pa.Table) -> RepeatedIds | None:
    """Return the piles that have the id of one at another station of their source and operator.

    Of a pile that is at three stations two are counted.

    Parameters
    ----------
    stations
        With `station_id` (unique), `source`, `operator_id` and `operator_raw`.
    piles
        With `station_id` and `pile_id`.
    """
    ids, rows = _common_ids(piles["pile_id"])
    if not rows.size:
        return None
    station = _to_numpy(pc.index_in(piles["station_id"].take(pa.array(rows)), stations["station_id"]))
    operator = pc.coalesce(stations["operator_id"], stations["operator_raw"])
    owner = np.unique(np.stack([_codes(stations["source"]), _codes(operator)]), axis=1, return_inverse=True)[
        1
    ]
    # a row for each id of an owner and station, those of one id after each other
    found = np.unique(np.stack([ids[rows], owner.ravel()[station], station]), axis=1)
    is_repeat = (found[:2, 1:] == found[:2, :-1]).all(axis=0)
    count = int(is_repeat.sum())
    if not count:
        return None
    examples = _examples(found, is_repeat, piles["pile_id"], ids, stations)
    return RepeatedIds(count, examples)


def _examples(
    found: _Ints, is_repeat: NDArray[np.bool_], names: pa.ChunkedArray, ids: _Ints, stations: pa.Table
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the first ids, each with some of the stations it is at."""
    examples = []
    begins = np.flatnonzero(is_repeat & ~np.concatenate([[False], is_repeat[:-1]]))[:MAX_EXAMPLES]
    for begin in begins.tolist():
        is_same = (found[:2] == found[:2, begin : begin + 1]).all(axis=0)
        at = sorted(stations["station_id"].take(pa.array(found[2, is_same])).to_pylist())
        name = names[int(np.argmax(ids == found[0, begin]))].as_py()
        examples.append((name, tuple(at[:_MAX_STATIONS])))
    return tuple(examples)


def _common_ids(names: pa.ChunkedArray) -> tuple[_Ints, _Ints]:
    """Return the ids of piles as numbers, and the rows of those that can name a pile and occur twice."""
    if names.null_count == len(names):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    is_id = pc.fill_null(pc.greater_equal(pc.utf8_length(names), MIN_ID_LENGTH), fill_value=False)
    ids = _codes(names)
    known = np.where(np.asarray(is_id), ids, -1)
    counts = np.bincount(known + 1)
    counts[0] = 0
    return ids, np.flatnonzero(counts[known + 1] > 1)


def _codes(texts: pa.ChunkedArray) -> _Ints:
    """Return texts as numbers from 0 in the order they first occur; null is -1."""
    return _to_numpy(texts.combine_chunks().dictionary_encode().indices)


def _to_numpy(numbers: pa.Array) -> _Ints:
    return np.asarray(pc.fill_null(numbers, -1), dtype=np.int64)
