import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.errors import SourceError
from charging.sources.io import json_stream
from charging.sources.io.json_stream import (
    MAX_MEMBERS,
    Around,
    Before,
    BrokenLine,
    is_lines,
    records,
    values,
    values_in_lines,
)

HERE = Path("sites.json")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@given(st.lists(json_values, max_size=8), st.integers(1, 7), st.sampled_from([None, 1]))
def test_an_array_read_through_any_window_is_the_array(array, chunk, indent):
    text = io.StringIO(json.dumps(array, indent=indent))
    assert list(values(text, HERE, chunk_chars=chunk)) == array


@pytest.mark.slow
@given(st.lists(json_values.filter(lambda value: not isinstance(value, list)), min_size=1, max_size=5))
def test_values_one_after_the_other_are_all_read(several):
    assert list(values(io.StringIO("\n".join(map(json.dumps, several))), HERE)) == several


def test_a_broken_line_stands_alone_with_its_number():
    text = io.StringIO('{"a": 1}\n\n{"a": \n{"a": 2}\n')
    assert list(values_in_lines(text, HERE)) == [{"a": 1}, BrokenLine(3, '{"a":'), {"a": 2}]


def test_one_whole_line_with_a_name_tells_that_a_file_has_a_record_a_line():
    assert is_lines(b'{"id": \n{"id": 1, "place": [2]}\n{"id": 2, "pla', "evses", "place")


@pytest.mark.parametrize(
    "head", [b'[{"place": 1}]', b'{"data": [\n"place"\n]}', b'{"place":\n1}', b"{" * 9_999]
)
def test_an_array_and_an_object_over_several_lines_are_no_lines(head):
    assert not is_lines(head, "place")


@pytest.mark.parametrize("read", [values, values_in_lines])
def test_a_value_without_end_is_refused_before_it_fills_the_memory(monkeypatch, read):
    monkeypatch.setattr(json_stream, "MAX_VALUE_LENGTH", 100)
    with pytest.raises(SourceError, match="longer"):
        list(read(io.StringIO('{"a": "' + "x" * 1_000), HERE))


@pytest.mark.slow
@given(st.lists(json_values, max_size=8), json_values, st.integers(1, 7), st.sampled_from([None, 1]))
def test_an_envelope_read_through_any_window_is_its_records_and_what_is_around(array, other, chunk, indent):
    text = json.dumps({"code": other, "data": {"items": array}, "end": 1}, indent=indent)
    found = list(records(io.StringIO(text), HERE, {"data", "items"}, chunk_chars=chunk))
    assert found == [*array, Around({}, True), Around({"code": other, "end": 1}, True)]


def test_an_object_without_records_is_wholly_what_is_around():
    assert list(records(io.StringIO('{"id": [1]} {"data": []}'), HERE, {"data"})) == [
        Around({"id": [1]}, False),
        Around({}, True),
    ]


@pytest.mark.parametrize(
    "text", ['{"data": [1', '{"data": [1]', '{"data": [1] 2}', '{"a" 1}', "{1: 2}", '{"a": 1']
)
def test_an_envelope_cut_or_broken_is_refused(text):
    with pytest.raises(SourceError, match="broken or cut"):
        list(records(io.StringIO(text), HERE, {"data"}))


def test_an_object_of_a_great_many_members_is_refused_before_it_fills_the_memory():
    text = json.dumps({str(number): number for number in range(MAX_MEMBERS + 1)})
    with pytest.raises(SourceError, match="in an array"):
        list(records(io.StringIO(text), HERE, {"data"}))


def walked(value, chunk_chars=3):
    text = io.StringIO(json.dumps(value))
    return list(
        records(text, HERE, {"page", "sites"}, envelopes=frozenset({"page"}), chunk_chars=chunk_chars)
    )


def test_arrays_of_envelopes_are_opened_and_announced_with_what_comes_before():
    value = {"by": "A", "page": [{"no": 1, "sites": [{"id": 1}], "end": 2}, "odd"]}
    assert walked(value) == [
        Before({"by": "A"}),
        Before({"no": 1}),
        {"id": 1},
        Around({"no": 1, "end": 2}, has_records=True),
        "odd",
        Around({"by": "A"}, has_records=True),
    ]


def test_where_there_are_envelopes_an_array_without_a_name_holds_them():
    assert walked([{"sites": [1]}, 2]) == [Before({}), 1, Around({}, has_records=True), 2]


def test_envelopes_inside_one_another_are_opened_to_a_depth():
    value = {"sites": [1]}
    for _ in range(50):
        value = {"page": [value]}
    assert 1 not in walked(value)
    assert 1 in walked({"page": [{"page": [{"sites": [1]}]}]})
