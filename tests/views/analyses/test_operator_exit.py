"""What is lost when operators leave: on the tiny world by hand, and where there is little to lose."""

import re

import pytest
from views.paged import captions, html, layer, link, opened, page_over, run, said, tables

from charging.dataset.versions import write_version


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    return page_over(tiny_dataset, tmp_path, monkeypatch)


def leaving(page, **query):
    return opened(page, view="coverage", topic="leaving", **query)


def sections(page):
    """Return the values of the panel by its sections."""
    [first, *parts] = re.split('<h3 class="panel-section">', html(page))
    del first
    pattern = "<dt[^>]*>([^<]*)</dt><dd[^>]*>([^<]*)</dd>"
    return {part.split("</h3>")[0]: dict(re.findall(pattern, part)) for part in parts}


@pytest.mark.slow
def test_each_kind_of_unit_is_lost_or_halved_out_of_its_whole(page):
    leaving(page, leaver="state_grid")
    assert "If State Grid leaves" in html(page)
    assert said(page)["Piles lost"] == "26.8 % (22 of 82)"
    found = sections(page)
    assert found["Cities"] == {"Nothing left": "0.0 % (0 of 3)", "Over half lost": "33.3 % (1 of 3)"}
    assert found["Service areas"] == {"Nothing left": "100.0 % (1 of 1)", "Over half lost": "0.0 % (0 of 1)"}
    assert found["Cells"]["Nothing left"] == "27.3 % (3 of 11)"


@pytest.mark.slow
def test_cells_of_the_map_say_what_they_lose(page):
    leaving(page, leaver="state_grid")
    legend = layer(page, "legend")
    assert {name for _, name, _ in legend["rows"]} == {"Nothing left", "Nothing lost"}
    assert layer(page, "hexes")["ids"]


def test_the_largest_operator_and_the_index_are_of_all_piles(page):
    found = sections(leaving(page))["In how few hands"]
    assert found == {"TELD": "51.2 % (42 of 82)", "HHI (at most 10,000)": "at least 3,546"}


def test_what_is_not_known_is_named(page):
    shown = captions(leaving(page))
    assert "number of piles is not known: 8.3 % (1 of 12)" in shown
    assert "operator is not known: 2.4 % (2 of 82)" in shown
    assert "city is not known, in no row here: 8.3 % (1 of 12)" in shown


def test_cities_are_listed_by_what_they_lose(page):
    dependent, concentrated = tables(leaving(page, leaver="nio"))
    assert dependent.City.to_list() == ["Shanghai", "Beijing", "Shenzhen"]
    assert dependent["Piles before"].to_list() == [22, 40, 18]
    assert dependent["Piles after"].to_list() == [18, 34, 18]
    assert dependent["Lost, % of the piles before"].to_list() == [18.2, 15.0, 0.0]
    assert concentrated.City.to_list() == ["Beijing", "Shanghai", "Shenzhen"]
    assert concentrated["Largest operator"].to_list() == ["TELD", "TELD", "State Grid"]
    assert concentrated["Its piles"].to_list() == [30, 10, 10]
    assert concentrated["Operator not known, % of the piles"].to_list() == [0, 0, 11.1]


def test_all_together_lose_everything_that_is_known(page):
    leaving(page, leaver=["nio", "teld", "state_grid"])
    assert "If TELD, State Grid, NIO leave" in html(page) or "If NIO, TELD, State Grid leave" in html(page)
    assert said(page)["Piles lost"] == "90.2 % (74 of 82)"


def test_nobody_leaves_until_somebody_is_chosen(page):
    leaving(page, leaver="")
    assert [note.value for note in page.warning] == []
    assert "Choose operators that leave" in html(page)
    assert said(page)["Piles lost"] == "0.0 % (0 of 82)"
    assert "leaver=" in link(page)


def test_a_link_says_who_leaves_and_one_with_nonsense_says_so(page):
    leaving(page, leaver=["teld", "nobody"])
    assert "nobody" in " ".join(note.value for note in page.warning)
    assert "topic=leaving" in link(page)
    assert "leaver=teld" in link(page)


def test_an_empty_selection_has_nothing_to_lose(page):
    leaving(page, q="no station is called like this")
    assert said(page)["Piles lost"] == "nothing to take a share of"
    assert all(table.empty for table in tables(page))


@pytest.mark.slow
def test_a_choice_in_the_page_is_counted_anew(page):
    leaving(page)
    page.multiselect(key="leaver").set_value(["teld"])
    assert said(run(page))["Piles lost"] == "51.2 % (42 of 82)"


def test_in_chinese(page):
    leaving(page, lang="zh", leaver="nio")
    assert "若蔚来退出" in html(page)


@pytest.fixture
def bare(build, tiny_records, tiny_description, tmp_path):
    """A dataset without service areas, known operators or cities."""
    [station] = [record for record in tiny_records if getattr(record, "source_id", "") == "sz-4"]
    lonely = station._replace(lat=-30.0, lon=-100.0, city_raw=None, country=None)
    return write_version(tmp_path / "bare", build([lonely]).tables, tiny_description)


@pytest.mark.slow
def test_a_dataset_without_areas_and_operators_says_so(bare, tmp_path, monkeypatch):
    page = leaving(page_over(bare, tmp_path, monkeypatch))
    assert "No figures by service area: the dataset lists none." in captions(page)
    assert "Service areas" not in html(page)
    assert "No operator with piles is known" in html(page)
    assert "operator is not known: 100.0 % (2 of 2)" in captions(page)
