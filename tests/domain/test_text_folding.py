import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.text_folding import folded


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


@given(st.text(), st.text())
def test_spaces_make_no_difference(text, other):
    assert folded(f"{text} {other}") == folded(f"{text}\t {other} ")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ＮＩＯ　ｐｏｗｅｒ", "nio power"),
        ("STRASSE", folded("straße")),
        ("①", "1"),
        ("\u212b", "å"),
        ("  \n\t ", ""),
        ("蔚来超充站", "蔚来超充站"),
    ],
)
def test_what_looks_alike_folds_alike(text, form):
    assert folded(text) == form
