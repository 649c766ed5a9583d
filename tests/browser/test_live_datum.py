"""Over Chinese tiles everything lies where the tiles have it, and everything the map reports stays WGS-84.

The tiles are made here: white, with a mark at a known place in the datum of the tiles.
"""

import math
import re
import struct
import zlib

import numpy as np
import pytest
from browser.live import TILE_HOST, in_chromium, serving
from playwright.sync_api import expect

from charging.dataset.manifest import Description
from charging.dataset.versions import write_version
from charging.domain.datum import from_wgs84
from charging.domain.vocabulary import Current, Datum, Kind
from charging.sources.records import PileRecord, StationRecord

pytestmark = [*in_chromium, pytest.mark.endurance]

PLACES = {  # in WGS-84, and where tiles in GCJ-02 have it; Hong Kong is not shifted
    "beijing": ((39.9087, 116.3975), (39.910103, 116.403744)),
    "shenzhen": ((22.5431, 114.0579), (22.540383, 114.063014)),
    "hongkong": ((22.2819, 114.1582), (22.2819, 114.1582)),
}
AMAP = re.compile(r"^https://webrd0[1-4]\.is\.autonavi\.com/appmaptile\?.*x=(\d+)&y=(\d+)&z=(\d+)$")
OSM = re.compile(r"^https://tile\.openstreetmap\.org/(\d+)/(\d+)/(\d+)\.png$")
CORS = {"access-control-allow-origin": "*"}

MARK = """async () => {
  for (const tile of document.querySelectorAll("img.leaflet-tile-loaded")) {
    const image = Object.assign(new Image(), {crossOrigin: "anonymous", src: tile.src});
    await image.decode();
    const canvas = new OffscreenCanvas(256, 256), context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, 256, 256).data;
    const dark = [...Array(256 * 256).keys()].filter(at => pixels[4 * at] < 128);
    const box = tile.getBoundingClientRect();
    const mean = pick => dark.reduce((sum, at) => sum + pick(at), 0) / dark.length + 0.5;
    if (dark.length) return [box.x + mean(at => at % 256), box.y + mean(at => Math.floor(at / 256))];
  }
}"""
DRAWN = """() => {
  const canvas = document.querySelector(".leaflet-overlay-pane canvas"), box = canvas.getBoundingClientRect();
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let weight = 0, x = 0, y = 0;
  for (let at = 0; at < pixels.length / 4; at++) {
    const alpha = pixels[4 * at + 3];
    weight += alpha;
    x += alpha * (at % canvas.width + 0.5);
    y += alpha * (Math.floor(at / canvas.width) + 0.5);
  }
  const scale = box.width / canvas.width;
  return [box.x + scale * x / weight, box.y + scale * y / weight];
}"""


PROJECT = "points => points.map(p => map.project(p, 18)).map(q => [q.x, q.y])"
AND_BACK = "points => points.map(p => map.unproject(map.project(p, 18), 18)).map(q => [q.lat, q.lng])"


@pytest.fixture(scope="module")
def server(build, tiny_source, tmp_path_factory):
    records = [
        StationRecord(
            source_id=name,
            lat=lat,
            lon=lon,
            datum=Datum.WGS84,
            country="CN",
            name=name,
            piles=(PileRecord(current=Current.DC, count=4),),
        )
        for name, ((lat, lon), _) in PLACES.items()
    ]
    built = build(records, source=tiny_source)
    words = Description(
        name="three",
        title="Three",
        kind=Kind.REAL,
        as_of="2024-12",
        sources=built.sources,
        report=built.report,
    )
    folder = tmp_path_factory.mktemp("build")
    dataset = write_version(folder / "three", built.tables, words)
    with serving(DATASET=dataset.folder, BUILD_DIR=folder, TILES="amap") as url:
        yield url


@pytest.fixture
def over_tiles(visit):
    """Open the page at a place, over tiles that have a mark where GCJ-02 has the place."""

    def _open(place):
        (lat, lon), marked = PLACES[place]
        seen = visit()

        def amap(route):
            x, y, zoom = map(int, AMAP.match(route.request.url).groups())
            route.fulfill(body=tile(marked, x, y, zoom), content_type="image/png", headers=CORS)

        def osm(route):
            zoom, x, y = map(int, OSM.match(route.request.url).groups())
            route.fulfill(body=tile(marked, x, y, zoom), content_type="image/png", headers=CORS)

        seen.answered_for = ("https://webrd0", TILE_HOST)
        seen.context.route(AMAP, amap)
        seen.context.route(OSM, osm)
        seen.open(f"at={lat:.4f},{lon:.4f},16", shows="station")
        return seen

    return _open


def world_pixel(lat, lon, zoom):
    scale = 256 * 2**zoom
    height = math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    return scale * (lon / 360 + 0.5), scale * (0.5 - height)


def tile(marked, x, y, zoom):
    """Return a PNG of 256 by 256 pixels, white, with a dark square of 5 around a point if it lies inside."""
    pixels = np.full((256, 256), 255, np.uint8)
    column, row = np.floor(np.subtract(world_pixel(*marked, zoom), (256 * x, 256 * y))).astype(int)
    if 2 <= column < 254 and 2 <= row < 254:
        pixels[row - 2 : row + 3, column - 2 : column + 3] = 0
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    header = struct.pack(">IIBBBBB", 256, 256, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def apart(seen):
    """Return the pixels between the tiles' mark and what is drawn for the station, and where the mark is."""
    seen.map.wait_for_function(f"async () => await ({MARK})()")
    mark, drawn = seen.map.evaluate(MARK), seen.map.evaluate(DRAWN)
    return math.dist(mark, drawn), mark


@pytest.mark.parametrize("place", PLACES)
def test_a_station_lies_on_its_place_of_the_tiles_and_is_clicked_there(over_tiles, place):
    seen = over_tiles(place)
    distance, mark = apart(seen)
    assert distance < 2
    box = seen.map.frame_element().bounding_box()
    seen.page.mouse.click(box["x"] + mark[0], box["y"] + mark[1])
    seen.panel.get_by_text(f"tiny:{place}").wait_for()
    assert "Amap" in seen.map.locator(".leaflet-control-attribution").inner_text()


def test_other_tiles_move_under_the_map_and_nothing_is_drawn_anew(over_tiles):
    seen = over_tiles("shenzhen")
    seen.keep_layers()
    seen.page.get_by_text("Layers", exact=True).click()
    expect(seen.page.get_by_label("Single stations from close up")).to_be_checked()
    seen.page.get_by_role("combobox", name="Street tiles").click()
    seen.page.get_by_role("option", name="OpenStreetMap").click()
    seen.map.wait_for_selector(f"img.leaflet-tile-loaded[src^='{TILE_HOST}']")
    assert apart(seen)[0] > 100  # a mark in GCJ-02 is out of place on tiles in WGS-84
    assert seen.are_layers_kept()
    assert seen.map_loads == 1
    assert "Amap" not in seen.map.locator(".leaflet-control-attribution").inner_text()


def test_the_browser_shifts_as_python_does_and_back_and_what_it_reports_is_wgs84(over_tiles):
    seen = over_tiles("shenzhen")
    south, west, north, east = seen.map.evaluate(
        "() => { const b = map.getBounds(); return [b.getSouth(), b.getWest(), b.getNorth(), b.getEast()]; }"
    )
    (lat, lon), _ = PLACES["shenzhen"]
    assert ((south + north) / 2, (west + east) / 2) == pytest.approx((lat, lon), abs=2e-5)
    seen.map.evaluate("() => { [40, -40].forEach(x => map.panBy([x, 0], {animate: false})); }")
    seen.page.wait_for_url("**at=22.5431,114.0579,16*")
    expect(seen.page.get_by_text("of 1 stations in view")).to_be_visible()
    draws = np.random.default_rng(4)
    lat, lon = draws.uniform(24, 41, 200), draws.uniform(104, 115, 200)
    inland = np.column_stack([lat, lon]).tolist()
    wanted = [world_pixel(*point, 18) for point in np.column_stack(from_wgs84(lat, lon, Datum.GCJ02))]
    assert np.abs(np.subtract(wanted, seen.map.evaluate(PROJECT, inland))).max() < 0.01
    border = np.column_stack([draws.uniform(22.4, 22.6, 300), draws.uniform(113.8, 114.4, 300)]).tolist()
    for points in (inland, border, [[31.2, 121.5 + 360], [-40.0, 10.0], [84.0, 179.0]]):
        assert np.abs(np.subtract(seen.map.evaluate(AND_BACK, points), points)).max() < 1e-8
