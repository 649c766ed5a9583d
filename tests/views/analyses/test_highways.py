"""The analysis Highways: shares with denominators, empty areas, gaps, and a dataset without service areas."""

import pytest
from views.paged import captions, html, layer, opened, page_over, said, tables

from charging.dataset.versions import write_version


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    return page_over(tiny_dataset, tmp_path, monkeypatch)


def shown(page, **query):
    return opened(page, view="coverage", topic="highways", **query)


@pytest.mark.slow
def test_the_share_is_told_before_and_after_with_its_denominator(page):
    shown(page, base="teld", partner="state_grid")
    told = said(page)
    assert told["With piles of the base"] == "0.0 % (0 of 2)"
    assert told["With base and partners"] == "50.0 % (1 of 2)"
    assert "Published" not in captions(page)


@pytest.mark.slow
def test_the_published_share_stands_beside_that_of_the_network_it_is_of(
    published_dataset, tmp_path, monkeypatch
):
    page = page_over(published_dataset, tmp_path, monkeypatch)
    assert "Published: 88.1 %" in captions(shown(page))


@pytest.mark.slow
def test_every_area_is_a_point_that_says_whose_piles_stand_there(page):
    shown(page, base="teld", partner="state_grid")
    drawn = layer(page, "stations")
    assert (drawn["kind"], set(drawn["ids"])) == ("area", {"G6-1-out", "G6-1-in"})
    rows = {label: count for _, label, count in layer(page, "legend")["rows"]}
    assert rows == {"Only with the partners": 1, "Neither": 1}


@pytest.mark.slow
def test_the_empty_areas_and_the_gaps_are_listed(page):
    shown(page, base="state_grid", partner="nio")
    areas, gaps = tables(page)[:2]
    assert areas["Served by"].tolist() == ["Neither"]
    assert gaps["Expressway"].tolist() == ["G6", "G6"]
    assert "listed" in gaps["Ends"].tolist()[0] or "schematic line" in gaps["Ends"].tolist()[0]


@pytest.mark.slow
def test_an_area_can_be_selected_by_a_link_and_names_its_stations(page):
    shown(page, area="G6-1-out")
    assert "百葛服务区" in html(page)
    assert any("国网服务区站" in button.label for button in page.button)
    shown(page, area="nowhere")
    page.session_state["selection"] = None


@pytest.mark.slow
def test_nobody_chosen_leaves_every_area_empty(page):
    shown(page, base="", partner="")
    assert "100.0 % (2 of 2)" in html(page)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_dataset_without_areas_says_so_and_how_to_import_them(
    page,
    language,
    build,
    tiny_records,
    tiny_description,
    tmp_path,
    monkeypatch,
):
    built = build(tiny_records[:3])
    dataset = write_version(tmp_path / "bare", built.tables, tiny_description)
    monkeypatch.setenv("CHARGING_DATASET", str(dataset.folder))
    shown(page, lang=language)
    assert {"en": "lists no service areas", "zh": "未列出服务区"}[language] in html(page)
    assert any("import stations.csv areas.csv" in block.value for block in page.code)
    assert layer(page, "stations") is None
