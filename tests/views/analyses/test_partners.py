"""What partners add, as the page tells it."""

import pytest
import streamlit as st
from views.paged import html, opened, page_over

NOTE = "People are counted around DC piles"


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    return page_over(tiny_dataset, tmp_path, monkeypatch)


def notes(page):
    return " ".join([html(page), *(caption.value for caption in page.caption)])


@pytest.mark.slow
def test_people_are_counted_around_dc_piles_and_the_page_says_so(page):
    assert NOTE in notes(opened(page, view="coverage", gain="people"))


@pytest.mark.slow
def test_a_chosen_current_is_counted_instead_and_nothing_is_said_of_dc(page):
    assert NOTE not in notes(opened(page, view="coverage", gain="people", current="AC"))


@pytest.mark.slow
def test_a_long_answer_shows_that_it_is_being_counted(page, monkeypatch):
    shown, spinner = [], st.spinner
    monkeypatch.setattr(st, "spinner", lambda text: shown.append(text) or spinner(text))
    opened(page, view="coverage", rings="3", resolution="8")
    assert shown == ["Counting …"]
