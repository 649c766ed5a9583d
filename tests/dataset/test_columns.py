import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.dataset.building.columns import clean_text, clean_texts, distinct_rows, fold_texts, rows_of
from charging.domain.text_folding import fold_text

ANY_TEXT = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("  NIO\x00 ", "NIO"),
        ("a\tb", "a b"),
        ("two\nlines\r\n", "two\nlines"),
        ("\x85\x9f", None),
        ("", None),
        ("<script>`${x}`</script>", "<script>`${x}`</script>"),
        ("\u202eright to left", "\u202eright to left"),
        ("half a pair \ud83d", "half a pair ?"),
    ],
)
def test_text_is_stored_clean_and_otherwise_as_it_is(given_text, stored):
    assert clean_text(given_text) == stored
    assert clean_texts([given_text, None]).to_pylist() == [stored, None]


@pytest.mark.slow
@given(st.lists(ANY_TEXT | st.none()))
def test_a_column_is_cleaned_as_its_texts_are(texts):
    assert clean_texts(texts).to_pylist() == [text if text is None else clean_text(text) for text in texts]


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text):
    once = clean_text(text)
    assert once is None or clean_text(once) == once


def test_a_column_of_nothing_is_still_text():
    assert clean_texts([]).type == clean_texts([None]).type == pa.string()


KEYS = ["b", "", "a", "ab"]


@given(st.lists(st.integers(0, 3)).map(sorted) | st.lists(st.integers(0, 4)), st.integers(0, 4))
def test_the_rows_of_ids_are_those_a_list_finds(rows, known):
    ids, keys = [[*KEYS, "of nobody"][row] for row in rows], KEYS[:known]
    found = rows_of(pa.chunked_array([ids], pa.string()), pa.chunked_array([keys], pa.string()))
    assert found.to_pylist() == [keys.index(each) if each in keys else None for each in ids]


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([1, 2, None]))))
def test_different_rows_come_in_the_order_they_are_first_there(rows):
    texts, numbers = zip(*rows, strict=True) if rows else ((), ())
    table = pa.table({"text": pa.array(texts, pa.string()), "number": pa.array(numbers, pa.int64())})
    found, at = distinct_rows(table, ["text", "number"])
    assert found == list(dict.fromkeys(rows))
    assert [found[row] for row in at.tolist()] == rows


@pytest.mark.parametrize("letters", [131_070, 131_071, 131_072])
def test_two_blanks_are_one_wherever_a_long_text_has_them(letters):
    texts = [f"{'X' * letters}  y", "a b"]
    assert fold_texts(pa.array(texts)).to_pylist() == [fold_text(text) for text in texts]
