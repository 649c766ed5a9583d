"""Taking the map away in a real browser: a file that opens alone, and a picture."""

import io
import struct
from zipfile import ZipFile

import pytest
from browser.live import in_chromium, serving

pytestmark = in_chromium

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}

COLOURS = """async bytes => {
  const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const canvas = new OffscreenCanvas(picture.width, picture.height), ctx = canvas.getContext("2d");
  ctx.drawImage(picture, 0, 0);
  const pixels = new Uint32Array(ctx.getImageData(0, 0, picture.width, picture.height).data.buffer);
  return new Set(pixels).size;
}"""


@pytest.fixture(scope="module")
def server(simulated):
    with serving(DATASET=simulated.folder, BUILD_DIR=simulated.folder.parent) as url:
        yield url


def download(seen, label):
    """Press a button of the downloads; return the name and the bytes of the file."""
    with seen.page.expect_download() as started:
        seen.page.get_by_role("button", name=label).click()
    return started.value.suggested_filename, started.value.path().read_bytes()


def opened(visit, query="operator=nio&lang=en", **options):
    seen = visit(**options).open(query)
    seen.page.get_by_role("button", name="Download", exact=True).click()
    seen.page.get_by_role("button", name="Picture, PNG").wait_for()
    return seen


@pytest.fixture
def alone(chromium, tmp_path):
    """Open a page from a file in a browser that may ask for nothing else; return it with what it asked."""
    contexts = []

    def _alone(data):
        file = tmp_path / "map.html"
        file.write_bytes(data)
        context = chromium.new_context(
            viewport={"width": 1000, "height": 800}, offline=True, reduced_motion="reduce"
        )
        contexts.append(context)
        asked, trouble = [], []
        context.route(
            "**/*", lambda route: route.continue_() if route.request.url == file.as_uri() else route.abort()
        )
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: message.type == "error" and trouble.append(message.text))
        page.goto(file.as_uri())
        return page, asked, trouble

    yield _alone
    for context in contexts:
        context.close()


def test_the_map_taken_away_opens_alone_and_works(visit, alone):
    seen = opened(visit)
    name, data = download(seen, "Map as one HTML file")
    assert "simulated" in name
    page, asked, trouble = alone(data)
    shown = page.evaluate("Object.values(map._layers).filter(layer => layer.feature).length")
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
        "() => { const cell = Object.values(map._layers).find(l => l.getCenter && l.feature"
        " && map.getBounds().pad(-0.2).contains(l.getCenter()));"
        " const p = map.latLngToContainerPoint(cell.getCenter()); return [p.x, p.y]; }"
    )
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.locator(".charging-tooltip").get_by_text("Piles", exact=True).wait_for()
    assert (asked, trouble) == ([page.url.partition("?")[0]], [])  # the map writes its place into the address


def test_the_picture_is_twice_the_map_and_not_blank_also_over_streets(visit):
    seen = opened(visit, "lang=en&at=31.2300,121.4700,10")
    width, height = seen.map.evaluate("() => [map.getSize().x, map.getSize().y]")
    name, data = download(seen, "Picture, PNG")
    assert name.startswith("simulated")
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    drawn_width, drawn_height = struct.unpack(">II", data[16:24])
    assert drawn_width == 2 * width
    assert 2 * height < drawn_height < 2 * height + 600
    assert seen.page.evaluate(COLOURS, list(data)) > 50


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
