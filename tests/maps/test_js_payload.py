import json
import math

import pandas as pd
import pytest
from folium.template import Template
from hypothesis import given
from hypothesis import strategies as st

from charging.maps.js_payload import dump, numbers, texts

HOSTILE = "</script><!-- {{ 7 }} {% x %} {# y #} {{'x'}} ` ${z} \u2028 \\ \" 蔚来"


@pytest.mark.slow
@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda part: st.lists(part) | st.dictionaries(st.text(), part)
    )
)
def test_a_payload_reads_back_as_it_was(data):
    assert json.loads(dump(data)) == data


@pytest.mark.slow
@given(st.lists(st.text(alphabet="{}%#<>'/!-\u2028ab ")))
def test_nothing_in_a_payload_is_code_to_html_or_jinja(data):
    written = dump({"texts": data})
    assert not [mark for mark in ("</", "<!", "'", "{{", "{%", "{#", "\u2028") if mark in written]
    assert Template(written).render() == written


def test_hostile_text_survives_unchanged():
    assert json.loads(dump([HOSTILE])) == [HOSTILE]


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        dump([float("nan")])


def test_numbers_keep_null_and_drop_needless_decimals():
    assert dump(numbers(pd.Series([120.0, None, 7.456]), digits=1)) == "[120,null,7.5]"
    assert dump(numbers(pd.Series([3, None], dtype="Int64"))) == "[3,null]"


@given(st.lists(st.none() | st.integers(-(2**60), 2**60).map(float) | st.floats(-1e6, 1e6)))
def test_numbers_without_decimals_are_whole(values):
    for value, number in zip(values, numbers(pd.Series(values, dtype="Float64")), strict=True):
        rounded = None if value is None else round(value, 2)
        assert number == (rounded if rounded is None else pytest.approx(rounded, rel=1e-12, abs=0.011))
        assert isinstance(number, int) == (number is not None and number == int(number))


def test_a_number_without_end_is_left_to_be_refused():
    assert numbers(pd.Series([math.inf, 1.0])) == [math.inf, 1]


def test_texts_are_written_once():
    assert texts(pd.Series(["nio", None, "nio", "teld"])) == ([0, None, 0, 1], ["nio", "teld"])
