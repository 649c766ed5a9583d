"""The map in a real Chromium, with the layers of `map_alone.py`."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ROOT = Path(__file__).parents[2]
REQUIRED = os.environ.get("CHARGING_REQUIRE_BROWSER") == "1"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM or REQUIRED), reason="no Chromium found"),
]
DRAWN = "() => window.map && Object.values(map._layers).some(layer => layer.feature)"
MIDDLE = """kind => {
  const middle = map.getSize().divideBy(2);
  const [nearest] = Object.values(map._layers)
    .filter(layer => layer.feature && layer.feature.properties.kind === kind)
    .map(layer => ({id: layer.feature.properties.id,
      ...map.latLngToContainerPoint(layer.getCenter ? layer.getCenter() : layer.getLatLng())}))
    .sort((a, b) => middle.distanceTo([a.x, a.y]) - middle.distanceTo([b.x, b.y]));
  return nearest;
}"""


@pytest.fixture(scope="module")
def server():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    options += ["--server.fileWatcherType=none", "--browser.gatherUsageStats=false"]
    script = Path(__file__).with_name("map_alone.py")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *options],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    try:
        wait_for(process, f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(process, url):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310  our own server
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server did not answer")


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--js-flags=--expose-gc"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, server):
    """Open the harness; at the end no script may have failed and nothing but tiles have left the machine."""
    context = chromium.new_context(viewport={"width": 1000, "height": 700})
    trouble, tiles = [], []

    def gate(route):
        url = route.request.url
        if url.startswith((server, "data:", "blob:")):
            return route.continue_()
        (tiles if route.request.resource_type == "image" else trouble).append(url)
        return route.abort()

    context.route("**/*", gate)

    def open_page(query, width=1000, here=None):
        if here:
            context.grant_permissions(["geolocation"])
            context.set_geolocation({"latitude": here[0], "longitude": here[1], "accuracy": 50})
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 700})
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("response", lambda answer: answer.status >= 400 and trouble.append(answer.url))
        page.goto(f"{server}/?{query}")
        return page, map_frame(page)

    open_page.tiles = tiles
    yield open_page
    context.close()
    assert trouble == []


def map_frame(page):
    page.wait_for_selector("iframe[title='streamlit_folium.st_folium']")
    for _ in range(200):
        frames = [frame for frame in page.frames if "streamlit_folium" in frame.url]
        if frames:
            frames[0].wait_for_function(DRAWN, timeout=20_000)
            return frames[0]
        page.wait_for_timeout(50)
    return pytest.fail("the map's frame did not load")


def stand_still(page, frame, still_s=1):
    """Wait until the map's first answer is drawn: no layer comes or goes for a while."""
    layers, since = None, time.monotonic()
    while time.monotonic() - since < still_s:
        before, layers = layers, frame.evaluate("() => Object.keys(map._layers)")
        since = since if layers == before else time.monotonic()
        page.wait_for_timeout(100)


def click(page, frame, kind):
    """Click the thing nearest to the middle and return its id."""
    stand_still(page, frame)
    target = frame.evaluate(MIDDLE, kind)
    page.mouse.click(target["x"], target["y"])
    return target["id"]


def test_a_click_on_a_cell_tells_its_h3_id(visit):
    page, frame = visit("at=31,113,6")
    cell = click(page, frame, "hex")
    page.get_by_text(f"hex {cell}", exact=True).wait_for()
    assert len(cell) == 15


def test_a_click_on_a_station_tells_its_id(visit):
    page, frame = visit("at=31.2,121.4,10")
    station = click(page, frame, "station")
    page.get_by_text(f"station {station}", exact=True).wait_for()


def test_a_click_on_a_dot_tells_its_cell(visit):
    page, frame = visit("show=dots&at=31,113,7")
    point = frame.evaluate(
        """() => { const dot = Object.values(map._layers).find(layer => layer.feature && layer.getRadius
            && map.getBounds().pad(-0.3).contains(layer.getLatLng()));
          return {...map.latLngToContainerPoint(dot.getLatLng()), id: dot.feature.properties.id}; }"""
    )
    page.mouse.click(point["x"], point["y"])
    page.get_by_text(f"hex {point['id']}", exact=True).wait_for()


def test_hostile_names_are_shown_as_text(visit):
    page, frame = visit("at=31.2,121.4,10")
    target = frame.evaluate(MIDDLE, "station")
    page.mouse.move(target["x"] - 30, target["y"])
    page.wait_for_timeout(100)  # Leaflet looks at the mouse every 32 ms
    page.mouse.move(target["x"], target["y"])
    heading = frame.locator(".charging-tooltip .heading")
    heading.wait_for()
    assert heading.text_content().startswith(
        "</script><img src=x onerror='window.hostile = 1'> `${window.hostile"
    )
    assert frame.evaluate("() => window.hostile") is None
    assert "Made up <b>data</b>" in frame.locator(".leaflet-control-attribution").text_content()


def test_what_did_not_change_is_not_drawn_again(visit):
    page, frame = visit("at=31,113,6")
    stand_still(page, frame, 3)
    frame.evaluate("() => { window.before = Object.values(map._layers).filter(layer => layer.feature); }")
    cell = click(page, frame, "hex")
    page.get_by_text(f"hex {cell}", exact=True).wait_for()
    page.wait_for_timeout(400)
    kept = frame.evaluate("() => before.every(layer => map.hasLayer(layer))")
    marked = frame.evaluate("() => Object.values(map._layers).filter(l => l.options.fill === false).length")
    assert (kept, marked >= 2) == (True, True)


def test_pans_leave_nothing_behind(visit):
    page, frame = visit("at=31,113,6")
    for step in range(10):
        frame.evaluate("x => { map.panBy([x, 0], {animate: false}); }", 120 if step % 2 else -120)
        page.wait_for_timeout(450)
    groups, controls = frame.evaluate(
        "() => [window.feature_group.length, document.querySelectorAll('.charging-legend').length]"
    )
    assert (groups, controls) == (3, 1)


def test_the_url_follows_the_map_without_new_history(visit):
    page, frame = visit("lang=zh&at=31,113,6")
    page.wait_for_timeout(800)
    before = page.evaluate("() => history.length")
    frame.evaluate("() => { map.setView([23.1, 113.3], 7.5, {animate: false}); }")
    page.wait_for_url("**/?lang=zh&at=23.1000,113.3000,7.5")
    assert page.evaluate("() => history.length") == before
    page.reload()
    frame = map_frame(page)
    assert frame.evaluate("() => map.getZoom()") == 7.5


@pytest.mark.parametrize("at", ["%E0%A4%A", ",,", "99,0,5", "1,2,nan", "'><script>"])
def test_a_link_with_a_nonsense_view_starts_with_the_country(visit, at):
    _, frame = visit(f"at={at}")
    assert frame.evaluate("() => [map.getZoom(), Math.round(map.getCenter().lat)]") == [4.5, 35]


def test_a_narrow_screen_starts_further_out(visit):
    _, frame = visit("", width=390)
    assert frame.evaluate("() => [map.getZoom(), map.getSize().x]") == [3, 390]


def test_streets_are_asked_for_only_from_their_zoom_on(visit):
    page, _ = visit("at=31,113,6")
    page.wait_for_timeout(500)
    assert visit.tiles == []
    visit("at=31.2,121.4,10")
    assert {url.split("/")[2] for url in visit.tiles} == {"tile.openstreetmap.org"}


def test_closed_networks_ask_for_no_tiles(visit):
    page, frame = visit("at=31.2,121.4,10&tiles=off")
    page.wait_for_timeout(500)
    assert visit.tiles == []
    assert "OpenStreetMap" not in frame.locator(".leaflet-control-attribution").text_content()


def test_the_theme_changes_without_a_new_map(visit):
    page, frame = visit("at=31,113,6")
    frame.evaluate("() => { window.same = true; }")
    page.get_by_text("Dark theme").click()
    frame.wait_for_selector(".leaflet-container[data-theme=dark]")
    assert frame.evaluate("() => window.same && map.getZoom()") == 6


def wait_for_view(frame, lat, lon, zoom):
    """Wait until the map stands there; a resize may have moved its centre by half a pixel."""
    frame.wait_for_function(
        """([lat, lon, zoom]) => map.getZoom() === zoom
            && Math.abs(map.getCenter().lat - lat) + Math.abs(map.getCenter().lng - lon) < 0.02""",
        arg=[lat, lon, zoom],
    )


def test_a_command_moves_the_map_once(visit):
    page, frame = visit("at=31,113,6")
    page.get_by_role("button", name="Fly").click()
    wait_for_view(frame, 23.1, 113.3, 7)
    page.wait_for_timeout(500)
    frame.evaluate("() => { map.setView([31, 113], 6, {animate: false}); }")
    page.wait_for_timeout(1_000)  # answers that repeat the command
    wait_for_view(frame, 31, 113, 6)
    page.get_by_role("button", name="Fly").click()
    wait_for_view(frame, 23.1, 113.3, 7)


def test_near_me_shows_the_reader_on_the_map(visit):
    _, frame = visit("at=31,113,6", here=(39.92, 116.4))
    frame.get_by_role("button", name="Near me").click()
    wait_for_view(frame, 39.92, 116.4, 14)
    blue = "() => Object.values(map._layers).filter(layer => layer.options.fillColor === '#1a6fe8').length"
    assert frame.evaluate(blue) == 2


def test_a_refused_position_is_said(visit):
    _, frame = visit("at=31,113,6")
    frame.get_by_role("button", name="Near me").click()
    frame.get_by_text("Not allowed").wait_for()
    wait_for_view(frame, 31, 113, 6)
