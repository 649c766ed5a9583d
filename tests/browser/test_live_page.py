"""The page over the simulated network, as people use it."""

import re

import pytest
from browser.live import PHONE, in_chromium
from playwright.sync_api import expect

from charging.domain.filters import Filters
from charging.domain.hexes import cell_from_text, resolution_of
from charging.queries.engine import Engine
from charging.queries.predicates import Cell
from charging.queries.stations import station
from charging.queries.totals import totals

pytestmark = in_chromium

SHANGHAI = "at=31.2300,121.4700,12"


@pytest.fixture(scope="module")
def engine(simulated):
    engine = Engine(simulated, memory_limit_mb=1_000)
    yield engine
    engine.close()


def test_the_first_picture_is_the_country_and_a_clicked_cell_of_it_shows_its_sums(visit, engine):
    seen = visit().open()
    assert len(seen.ids()) > 300
    assert_figures_are_published_and_need_no_scrolling(seen)
    cell = seen.click("hex")
    seen.panel.get_by_text(cell).wait_for()
    resolution = resolution_of(cell_from_text(cell))
    sums = totals(engine, Filters(), place=Cell(cell_from_text(cell), resolution)).iloc[0]
    shown = [fact.inner_text() for fact in seen.panel.locator(".fact b").all()]
    assert shown[:3] == [f"{sums[name]:,.0f}" for name in ("stations", "piles", "dc_piles")]
    assert seen.map_loads == 1


def assert_figures_are_published_and_need_no_scrolling(seen):
    text = re.sub(r"\s+", " ", seen.page.locator(".figures").inner_text())
    for figure in ("1.02 M+", "13", "800,000+", "365", "88.1 %", "14,000+", "9,000+", "6,000+"):
        assert figure in text
    expect(seen.figure("charging piles", "loaded")).to_have_text("1,020,000")
    expect(seen.page.get_by_text("Simulated network").first).to_be_visible()
    assert seen.map.locator(".charging-legend").get_by_text("Simulated network").is_visible()
    box = seen.map.frame_element().bounding_box()
    assert box["height"] > 450
    assert box["y"] + box["height"] <= 900


def test_moves_draw_anew_what_they_must_and_never_load_the_map_again(visit):
    seen = visit().open()
    seen.keep_layers()
    seen.move("panBy([60, 0], {animate: false})")
    assert seen.are_layers_kept()  # a small one draws nothing
    ids = seen.ids()
    seen.move("panBy([700, 0], {animate: false})")
    seen.map.wait_for_function("() => !before.some(layer => map.hasLayer(layer))")
    assert seen.ids() != ids
    for step in range(4):
        seen.move(f"panBy([{(step + 1) * (60 if step % 2 else -60)}, 0], {{animate: false}})")
    seen.move("setView([31.23, 121.47], 12, {animate: false})")
    seen.wait_drawn("station")
    assert seen.ids("hex") == set()  # near the ground stations take the place of cells
    assert all(name.startswith("simulated:") for name in seen.ids("station"))
    assert seen.map_loads == 1


def test_an_operator_chosen_in_the_sidebar_is_counted_drawn_and_linked(visit, engine):
    seen = visit().open()
    before, history = seen.ids(), seen.page.evaluate("history.length")
    seen.page.locator(".st-key-operator button", has_text="Li Auto").click()
    piles = int(totals(engine, Filters(operators=("li_auto",))).piles[0])
    expect(seen.figure("charging piles")).to_have_text(f"{piles:,}")
    seen.page.wait_for_url("**/?*operator=li_auto*")
    seen.map.wait_for_function("count => charging.features().length < count", arg=len(before))
    assert seen.ids() < before
    assert seen.page.evaluate("history.length") == history


def test_the_address_brings_back_what_was_seen_and_no_figure_is_cut_off_beside_the_whole(visit):
    seen = visit().open("min_kw=120&at=31.0000,120.0000,7")
    seen.page.wait_for_url("**/?*min_kw=120*")
    address, ids, piles = seen.page.url, seen.ids(), seen.figure("charging piles").inner_text()
    expect(seen.figure("of highway service areas")).to_contain_text("of 3,674")
    rows = "rows => rows.filter(row => row.scrollWidth > row.clientWidth).map(row => row.innerText)"
    assert seen.page.locator(".figure .counted").evaluate_all(rows) == []
    seen.forget()
    seen.open(address.split("?")[1])
    assert seen.ids() == ids
    assert seen.figure("charging piles").inner_text() == piles
    assert seen.map.evaluate("map.getZoom()") == 7


def test_a_clicked_station_shows_details_which_close_in_three_ways_and_come_again(visit, engine):
    seen = visit().open(SHANGHAI, shows="station")
    for close in ("its button", "Escape in the map", "Escape in the page"):
        clicked = seen.click("station")
        seen.panel.get_by_text(clicked).wait_for()
        assert_details_are_those_of(seen, station(engine, clicked).row)
        if close == "its button":
            seen.panel.get_by_role("button", name="×").click()
        else:
            if close == "Escape in the page":
                seen.page.locator(".brand").click()
            seen.page.keyboard.press("Escape")
        seen.panel.get_by_text("In view").wait_for()
    assert seen.map_loads == 1


def assert_details_are_those_of(seen, row):
    text = seen.panel.inner_text()
    assert f"{row.lat:.5f}, {row.lon:.5f}" in text
    assert all(word in text for word in ("WGS-84", "GCJ-02", "Simulated network"))
    assert seen.panel.locator(".links a").count() == 4


def test_a_click_on_a_map_that_reaches_below_the_window_is_not_lost(visit):
    seen = visit()
    seen.page.set_viewport_size({"width": 1440, "height": 500})
    seen.open()
    box = seen.map.frame_element().bounding_box()
    assert box["y"] + box["height"] > 500
    cell = seen.click("hex")
    seen.panel.get_by_text(cell).wait_for()
    assert seen.map.frame_element().bounding_box() == box


def test_choosing_a_row_of_the_table_selects_its_station_and_the_data_view_leads_back_there(visit):
    seen = visit().open(SHANGHAI, shows="station")
    grid = seen.page.locator("[data-testid=stDataFrame]").first
    grid.wait_for()  # it comes with the map's first answer
    seen.stand_still()  # a later answer has other rows, and would make the table anew under the pointer
    seen.rest()
    grid.scroll_into_view_if_needed()
    grid.click(position={"x": 200, "y": 55})
    seen.page.keyboard.press("Shift+Space")
    seen.panel.get_by_text("Take me there").wait_for()
    seen.map.wait_for_function("() => Object.values(map._layers).some(layer => layer.options.fill === false)")
    assert seen.map_loads == 1
    seen.page.get_by_text("Data", exact=True).click()
    seen.page.get_by_text("Import report").wait_for()
    seen.page.get_by_text("Map", exact=True).click()
    seen.wait_drawn("station")
    assert seen.map.evaluate("[map.getCenter().lat.toFixed(2), map.getZoom()]") == ["31.23", 12]


def test_language_and_theme_change_without_a_new_map(visit):
    seen = visit().open()
    seen.page.get_by_text("中文", exact=True).click()
    seen.page.get_by_text("充电地图", exact=True).wait_for()
    seen.map.wait_for_function("() => document.documentElement.lang === 'zh'")
    seen.map.get_by_text("模拟网络").wait_for()
    seen.page.wait_for_url("**/?*lang=zh*")
    seen.page.emulate_media(color_scheme="dark")
    seen.move("panBy([300, 0], {animate: false})")  # at the latest, the next answer brings it
    seen.map.wait_for_selector(".leaflet-container[data-theme=dark]")
    assert seen.map_loads == 1


def test_a_phone_has_no_sideways_scrolling_and_a_tap_opens_details(visit):
    seen = visit(**PHONE).open()
    width = seen.page.evaluate("document.scrollingElement.scrollWidth")
    assert width <= 390
    assert seen.map.frame_element().bounding_box()["width"] > 300
    seen.map.frame_element().scroll_into_view_if_needed()
    cell, x, y = seen.point_at("hex")
    seen.page.touchscreen.tap(x, y)
    seen.panel.get_by_text(cell).wait_for()
