import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.text_folding import fold_all_letters, fold_letters, fold_text


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold_text(fold_text(text)) == fold_text(text)


@given(st.text(), st.text())
def test_spaces_make_no_difference(text, other):
    assert fold_text(f"{text} {other}") == fold_text(f"{text}\t {other} ")


@given(st.text(st.characters(codec="ascii")))
def test_letters_of_ascii_are_those_that_the_long_way_finds(text):
    assert fold_letters(text) == "".join(filter(str.isalnum, fold_text(text)))


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_many_texts_have_the_letters_that_each_has_alone(texts):
    assert fold_all_letters(texts) == [fold_letters(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ＮＩＯ　ｐｏｗｅｒ", "nio power"),
        ("STRASSE", fold_text("straße")),
        ("①", "1"),
        ("\u212b", "å"),
        ("  \n\t ", ""),
        ("蔚来超充站", "蔚来超充站"),
    ],
)
def test_what_looks_alike_folds_alike(text, form):
    assert fold_text(text) == form
