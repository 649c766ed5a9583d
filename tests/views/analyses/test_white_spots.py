"""White spots: what is ranked, how it is weighed, and where there is nothing to rank."""

import pytest
from views.paged import captions, html, layer, link, opened, page_over, run, tables

from charging.dataset.versions import write_version


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    return page_over(tiny_dataset, tmp_path, monkeypatch)


def spots(page, **query):
    return opened(page, view="coverage", topic="spots", **query)


def scores(page):
    [table] = tables(page)
    return table.set_index("Rank")


@pytest.mark.slow
def test_a_score_is_the_product_of_its_terms(page):
    table = scores(spots(page))
    terms = [name for name in table if "term (exponent" in name]
    assert len(terms) == 3
    assert table.Score.to_list() == pytest.approx(table[terms].prod(axis=1).to_list())
    assert table.Score.is_monotonic_decreasing
    assert {"Largest place", "Chinese name", "People", "Own piles", "Other piles", "H3 cell"} <= set(table)


def test_how_many_were_ranked_is_said(page):
    table = scores(spots(page))
    assert f"the first {len(table)} are drawn and listed" in captions(page)


def test_the_reader_sets_the_exponents(page):
    table = scores(spots(page, far="0.0", log="true", rival="1.0"))
    assert (table["Distance term (exponent 0)"] == 1).all()
    assert (table["Weight term (exponent 1)"] < 9).all()
    assert {"far=0.0", "log=true", "rival=1.0"} <= set(link(page).split("&"))


def test_the_map_shows_the_ranked_cells_against_the_first(page):
    spots(page)
    assert layer(page, "hexes")["ids"]
    legend = layer(page, "legend")
    assert (legend["title"], legend["unit"]) == ("Score", "% of the first")


@pytest.mark.slow
def test_a_cell_that_is_chosen_says_why_it_is_a_white_spot(page):
    spots(page)
    first = next(button for button in page.button if str(button.key).startswith("spot-1-"))
    first.click()
    run(page)
    assert "White spot 1 of" in html(page)
    assert "hex=" in link(page)
    assert layer(page, "flyTo")["zoom"] > 6
    assert page.session_state.page == "coverage"


def test_without_operators_any_station_counts_and_nobody_is_other(page):
    table = scores(spots(page, base="", rival="2.0"))
    assert "no piles count as those of others" in captions(page)
    assert table["Other piles"].isna().all()


def test_where_nothing_matches_no_cell_has_a_rank(page):
    spots(page, min_kw="900")
    assert "No cell has a score" in html(page)
    assert "cells have no rank" in captions(page)


@pytest.mark.slow
def test_weights_of_coarser_cells_are_ranked_at_their_resolution(page):
    spots(page)
    text = b"cell,weight,name\n8431aa5ffffffff,7,<b>*x*\n"
    page.file_uploader(key="weights_file").set_value(("mine.csv", text, "text/csv"))
    run(page)
    assert "Counted at resolution 4, that of the weights, not at 6." in captions(page)
    assert scores(page)["Largest place"].to_list() == ["<b>*x*"]
    assert "<b>*x*" not in html(page)


@pytest.mark.slow
def test_where_nobody_lives_there_is_nothing_to_rank(
    build, tiny_records, tiny_description, tmp_path, monkeypatch
):
    station = tiny_records[0]._replace(lat=72.0, lon=-40.0, country="GL", city_raw=None)
    dataset = write_version(tmp_path / "elsewhere", build((station,)).tables, tiny_description)
    page = spots(page_over(dataset, tmp_path, monkeypatch))
    assert "No people are known near these stations" in html(page)
    assert page.file_uploader(key="weights_file")
