"""A cache that is bounded by what its values take, and computes each value once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.queries.sized_cache import SizedCache, size_of


def ask(cache, key, size):
    return cache.get(key, lambda: np.zeros(size, dtype=np.uint8))


def kept(cache, key):
    """Return the value of a key, None where it would have to be computed."""
    try:
        return cache.get(key, [].pop)
    except IndexError:
        return None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60))))
def test_the_values_never_take_more_than_the_limit(asked):
    cache, sizes = SizedCache(100), {}
    for key, size in asked:
        sizes[key] = ask(cache, key, size).size
        still = [key for key in sizes if kept(cache, key) is not None]
        assert cache.bytes == sum(kept(cache, key).size for key in still) <= 100
    assert not asked or kept(cache, asked[-1][0]) is not None


def test_what_was_asked_longest_ago_goes_first():
    cache = SizedCache(100)
    for key in ("old", "new", "old", "newest"):
        ask(cache, key, 40)
    assert [key for key in ("old", "new", "newest") if kept(cache, key) is not None] == ["old", "newest"]


def test_a_value_above_the_limit_is_answered_and_leaves_the_others():
    cache = SizedCache(100)
    ask(cache, "small", 40)
    assert ask(cache, "large", 101).size == 101
    assert [kept(cache, key) is not None for key in ("small", "large")] == [True, False]


def test_twenty_who_ask_at_once_wait_for_one_computation():
    cache, together, computed = SizedCache(100), threading.Barrier(20), []

    def answer():
        computed.append("once")
        return "answer"

    def visitor(_):
        together.wait()
        return cache.get("key", answer)

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(visitor, range(20))) == ["answer"] * 20
    assert computed == ["once"]


def test_a_failure_is_of_the_one_who_asked_and_is_not_kept():
    cache, began, goes_on = SizedCache(100), threading.Event(), threading.Event()

    def fail():
        began.set()
        goes_on.wait()
        raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get, "key", fail)
        began.wait()
        second = pool.submit(cache.get, "key", lambda: "answer")
        goes_on.set()
        assert second.result() == "answer"
        with pytest.raises(KeyboardInterrupt):
            first.result()


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"a": np.zeros(1_000), "b": ["a text of some length"] * 1_000}),
        (np.zeros(10_000), "text", [pd.Series(range(1_000))]),
        "x" * 50_000,
    ],
)
def test_the_size_of_a_value_is_about_what_its_parts_take(value):
    parts = value if isinstance(value, tuple) else (value,)
    known = sum(
        part.memory_usage(deep=True).sum()
        if isinstance(part, pd.DataFrame)
        else getattr(part, "nbytes", 0) or len(part)
        for part in parts
    )
    assert known / 2 < size_of(value) < known * 2 + 10_000
