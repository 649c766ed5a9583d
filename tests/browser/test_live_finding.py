"""Finding places by keyboard, and keeping stations in the browser, on the real page."""

import csv
import json
from pathlib import Path

import pytest
from browser.live import PHONE, in_chromium
from playwright.sync_api import expect

from charging.domain.datum import to_wgs84
from charging.domain.vocabulary import Datum

pytestmark = [*in_chromium, pytest.mark.endurance]

XIAN = (34.2583, 108.9286)  # as in data/cities.csv
SHANGHAI = "at=31.2300,121.4700,12"
_IS_AT = (
    "([lat, lon]) => Math.abs(map.getCenter().lat - lat) < 1e-3 && Math.abs(map.getCenter().lng - lon) < 1e-3"
)


def search(seen, text):
    """Type a text into the search field and return the list of what is found."""
    field = seen.page.locator(".st-key-finding [role=combobox]")
    field.fill("")
    field.press_sequentially(text)
    seen.page.locator(".st-key-finding [role=option], .st-key-finding .nothing").first.wait_for()
    return seen.page.locator(".st-key-finding [role=option]")


def wait_at(seen, lat, lon):
    seen.map.wait_for_function(_IS_AT, arg=[lat, lon])


def star(seen):
    return seen.panel.get_by_role("button", name="favourite")


def test_pinyin_characters_and_coordinates_of_either_datum_go_to_the_place_by_keyboard(visit):
    seen = visit().open()
    for text in ("xian", "西安"):
        seen.map.evaluate("() => { map.setView([31, 121], 6, {animate: false}); }")
        seen.rest()
        expect(search(seen, text).first).to_contain_text("西安市")
        seen.page.keyboard.press("Enter")
        wait_at(seen, *XIAN)
        seen.rest()
    found = search(seen, "121.47 31.23")
    expect(found).to_have_count(2)
    expect(found.first).to_contain_text("Read as WGS-84")
    seen.page.keyboard.press("Enter")
    wait_at(seen, 31.23, 121.47)
    seen.rest()
    seen.page.locator(".st-key-finding [role=combobox]").click()
    seen.page.keyboard.press("ArrowDown")
    expect(found.nth(1)).to_have_attribute("aria-selected", "true")
    seen.page.keyboard.press("Enter")
    wait_at(seen, *map(float, to_wgs84(31.23, 121.47, Datum.GCJ02)))
    assert seen.map_loads == 1


def test_a_station_that_is_found_is_selected_and_escape_leaves_it(visit):
    seen = visit().open()
    search(seen, "nio harbin simulated")
    seen.page.keyboard.press("Enter")
    seen.panel.get_by_text("Take me there").wait_for()
    search(seen, "xian")
    seen.page.keyboard.press("Escape")
    expect(seen.page.get_by_role("listbox", name="Places found")).to_be_hidden()
    expect(seen.panel.get_by_text("Take me there")).to_be_visible()


def test_on_a_phone_the_sidebar_makes_way(visit):
    seen = visit(**PHONE).open()
    seen.page.get_by_test_id("stExpandSidebarButton").click()
    search(seen, "xian").first.tap()
    wait_at(seen, *XIAN)
    expect(seen.page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")


def test_a_starred_station_outlives_a_reload_and_is_gone_when_removed(visit):
    seen = visit().open(SHANGHAI, shows="station")
    station = seen.click("station")
    star(seen).click()
    expect(star(seen)).to_have_attribute("aria-pressed", "true")
    seen.open()
    entry = seen.page.locator(".st-key-favourites li")
    expect(entry).to_have_count(1)
    entry.locator(".go").click()
    seen.panel.get_by_text(station).wait_for()
    expect(star(seen)).to_have_attribute("aria-pressed", "true")
    entry.get_by_role("button", name="Remove").click()
    expect(entry).to_have_count(0)
    expect(star(seen)).to_have_attribute("aria-pressed", "false")


def test_favourites_of_another_dataset_say_so_and_hostile_ones_are_text(visit, server):
    name = "=<img src=x onerror=alert(1)>"
    kept = [
        {"station_id": "x:1", "name": name, "lat": 22.54, "lon": 114.05, "dataset": "shenzhen"},
        {"lat": "no"},
        7,
    ]
    item = {"name": "charging-map.favourites", "value": json.dumps(kept)}
    seen = visit(storage_state={"cookies": [], "origins": [{"origin": server, "localStorage": [item]}]})
    seen.open()
    entry = seen.page.locator(".st-key-favourites li")
    expect(entry).to_have_count(1)
    expect(entry.locator(".name")).to_have_text(name)
    expect(entry.locator(".dataset")).to_have_text("shenzhen")
    rows = list(csv.DictReader(Path(downloaded(seen, "CSV")).read_text("utf-8-sig").splitlines()))
    assert rows == [{key: str(value) for key, value in kept[0].items()} | {"name": f"'{name}"}]
    assert json.loads(Path(downloaded(seen, "JSON")).read_text("utf-8")) == kept[:1]
    entry.locator(".go").click()
    wait_at(seen, 22.54, 114.05)
    expect(seen.panel.get_by_text("In view")).to_be_visible()


def downloaded(seen, kind):
    return seen.download(seen.page.locator(".st-key-favourites").get_by_role("button", name=kind))[1]
