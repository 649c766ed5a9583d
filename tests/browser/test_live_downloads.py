"""Taking the map away in a real browser: a file that opens alone, and a picture."""

import io
from zipfile import ZipFile

import pytest
from browser.live import PHONE, in_chromium

pytestmark = [*in_chromium, pytest.mark.endurance]


def download(seen, label):
    """Press a button of the downloads; return the name and the bytes of the file."""
    name, file = seen.download(seen.page.get_by_role("button", name=label))
    return name, file.read_bytes()


def opened(visit, query="operator=nio&lang=en", **options):
    seen = visit(**options).open(query)
    seen.page.get_by_role("button", name="Download", exact=True).click()
    seen.page.get_by_role("button", name="Picture, PNG").wait_for()
    return seen


def test_the_map_taken_away_opens_alone_and_works(visit, alone):
    seen = opened(visit)
    name, data = download(seen, "Map as one HTML file")
    assert "simulated" in name
    page, asked, trouble = alone(data)
    shown = page.evaluate("charging.features().length")
    assert shown == len(seen.ids()) > 100
    assert page.locator(".charging-legend").get_by_text("Simulated network").is_visible()
    text = page.locator("body").inner_text()
    assert all(
        part in text for part in ("Stations with operator NIO", "1,020,000+", "14,000", "licence: MIT")
    )
    assert "operator=nio" in page.locator("#foot a").get_attribute("href")
    before = page.evaluate("map.getCenter().lng")
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + 500, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 440, box["y"] + 300, steps=3)
    page.mouse.up()
    assert page.evaluate("map.getCenter().lng") > before
    page.locator(".leaflet-control-zoom-in").click()
    x, y = page.evaluate(
        "() => { const cell = charging.features().find(l => l.getCenter"
        " && map.getBounds().pad(-0.2).contains(l.getCenter()));"
        " const p = map.latLngToContainerPoint(cell.getCenter()); return [p.x, p.y]; }"
    )
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.locator(".charging-tooltip").get_by_text("Piles", exact=True).wait_for()
    assert (asked, trouble) == ([page.url.partition("?")[0]], [])  # the map writes its place into the address


def test_on_a_phone_everything_can_be_taken_away(visit):
    seen = opened(visit, **PHONE)
    for label in ("Stations, CSV", "Map as one HTML file", "Picture, PNG"):
        box = seen.page.get_by_role("button", name=label).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    name, data = download(seen, "Stations, CSV")
    assert name.startswith("simulated")
    with ZipFile(io.BytesIO(data)) as archive:
        assert {"dictionary.csv", "licence.txt", "about.txt"} <= set(archive.namelist())
