"""The downloads of the page: what they are called, what they say, and when they cannot be had."""

import pytest
from views.paged import captions as captions_of
from views.paged import page_over

from charging.domain.filters import Filters
from charging.exports.files import Format, Request, What
from charging.maps.viewport import Viewport, fitting_view
from charging.queries.stations import extent
from charging.settings import Settings
from charging.views.elements.texts import LANGUAGES, Texts
from charging.views.report import downloads, map_caption
from charging.views.session.caching import Answers
from charging.views.session.context import ViewContext


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    page = page_over(tiny_dataset, tmp_path, monkeypatch)
    page.session_state[downloads.KEY] = True
    return page


@pytest.fixture(scope="module")
def answers(tiny_dataset):
    return Answers(tiny_dataset, Settings())


def button(page, label):
    [found] = [block.proto for block in page.get("download_button") if block.proto.label == label]
    return found


@pytest.mark.slow
def test_the_button_names_what_it_hands_out(page):
    page.run()
    assert not button(page, "Stations, CSV").disabled
    page.session_state.take_what = What.HEXES
    page.session_state.take_format = Format.PARQUET
    page.run()
    assert not button(page, "Cells, Parquet").disabled
    assert "12 stations" in captions_of(page)


def test_nothing_is_prepared_while_the_downloads_are_closed(page):
    page.session_state[downloads.KEY] = False
    page.run()
    assert page.get("download_button") == []


def test_a_selection_without_stations_cannot_be_downloaded(page):
    page.query_params["q"] = "no such station"
    page.run()
    assert button(page, "Stations, CSV").disabled


def test_too_many_stations_are_refused_with_the_way_out(page, monkeypatch):
    monkeypatch.setattr(downloads, "MAX_STATIONS", 11)
    page.run()
    assert button(page, "Stations, CSV").disabled
    assert any("python -m charging export" in warning.value for warning in page.warning)


def test_in_view_leaves_out_what_is_out_of_view(page):
    page.query_params["at"] = "31.2,121.5,9"
    page.session_state.take_where = downloads.IN_VIEW
    page.run()
    assert "4 stations" in captions_of(page)


@pytest.mark.slow
def test_the_page_hands_out_what_the_query_writes(answers):
    request = Request(what=What.STATIONS, format=Format.CSV, filters=Filters(operators=("nio",)))
    assert downloads.table_file(answers, request).startswith(b"PK")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_caption_of_real_data_says_whose_it_is(answers, language, monkeypatch):
    monkeypatch.setattr(map_caption.state, "link_query", lambda _: {"operator": ["nio"]})
    bounds = extent(answers.engine)
    context = ViewContext(answers, Filters(), Settings(), Texts(language))
    words = map_caption.caption(context, Viewport.around(fitting_view(bounds)))
    assert words.title == "A tiny world"
    assert not words.is_simulated
    assert "CC0-1.0" in " ".join(words.notes)
    assert answers.dataset.content_hash[:8] in " ".join(words.notes)
    head, loaded, selected = words.figures
    assert len(head) == len(loaded) == len(selected)
    assert (loaded[2], selected[2]) == ("82", "82")
