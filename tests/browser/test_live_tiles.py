"""Street tiles: the only thing another host is ever asked for, and only where streets matter."""

import struct

import pytest
from browser.live import TILE_HOST, in_chromium, serving
from playwright.sync_api import expect

pytestmark = [*in_chromium, pytest.mark.endurance]

COLOURS = """async bytes => {
  const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const canvas = new OffscreenCanvas(picture.width, picture.height), ctx = canvas.getContext("2d");
  ctx.drawImage(picture, 0, 0);
  const pixels = new Uint32Array(ctx.getImageData(0, 0, picture.width, picture.height).data.buffer);
  return new Set(pixels).size;
}"""


@pytest.fixture(scope="module", params=["osm", "none"])
def server(request, tiny_dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("build")
    with serving(DATASET=tiny_dataset.folder, BUILD_DIR=folder, TILES=request.param) as url:
        yield url


@pytest.fixture
def tiles(request):
    return request.node.callspec.params["server"]


def test_streets_are_asked_for_near_the_ground_never_on_closed_networks_and_leave_the_picture_whole(
    visit, tiles
):
    seen = visit().serve_tiles().open("lang=en&at=39.9200,116.4000,8")
    seen.page.wait_for_timeout(300)  # what would be asked for is asked for at once
    assert seen.tiles == []
    seen.map.evaluate("() => { map.setView([39.92, 116.4], 12, {animate: false}); }")
    seen.wait_drawn("station")
    if tiles == "osm":
        seen.map.wait_for_selector(".leaflet-tile-loaded")
    asked = {url[: len(TILE_HOST)] for url in seen.tiles}
    assert asked == ({TILE_HOST} if tiles == "osm" else set())
    attribution = seen.map.locator(".leaflet-control-attribution").inner_text()
    assert ("OpenStreetMap" in attribution) == (tiles == "osm")
    assert_picture_is_twice_the_map_and_not_blank(seen)
    seen.page.get_by_text("Layers", exact=True).click()
    expect(seen.page.get_by_label("Single stations from close up")).to_be_checked()
    expect(seen.page.get_by_role("combobox", name="Street tiles")).to_have_count(1 if tiles == "osm" else 0)


def assert_picture_is_twice_the_map_and_not_blank(seen):
    width, height = seen.map.evaluate("() => [map.getSize().x, map.getSize().y]")
    seen.page.get_by_role("button", name="Download", exact=True).click()
    _, file = seen.download(seen.page.get_by_role("button", name="Picture, PNG"))
    data = file.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    drawn_width, drawn_height = struct.unpack(">II", data[16:24])
    assert drawn_width == 2 * width
    assert 2 * height < drawn_height < 2 * height + 600
    assert seen.page.evaluate(COLOURS, list(data)) > 50
