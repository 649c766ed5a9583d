import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.dataset.columns import clean_text, clean_texts

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
