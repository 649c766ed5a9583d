"""What is found of columns of texts in less time than it takes to compare each with all others."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.sources.io.arrow_texts import are_distinct, are_rising


@given(st.lists(st.one_of(st.none(), st.text("01é", max_size=3)), max_size=6), st.integers(0, 2))
def test_texts_are_distinct_where_none_is_there_twice(texts, start):
    column = pa.array(["before", "it", *texts], pa.string())[2 - start :][start:]
    assert are_distinct(column) == (len({*texts}) == len(texts))


@pytest.mark.parametrize("texts", [["8", "9", "10", "11"], ["a", "b", "ab", "ac"], ["é", "è2"], ["1"], []])
def test_numbers_that_count_up_are_rising(texts):
    assert are_rising(pa.array(texts, pa.string()))


@pytest.mark.parametrize("texts", [["1", "1"], ["10", "9"], ["2", "1"], ["1", None], [None, "1"]])
def test_what_is_there_twice_falls_or_is_missing_is_not(texts):
    assert not are_rising(pa.array(texts, pa.string()))
