"""The real page for a real browser: a server on a free port, and visits that notice whatever goes wrong."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
REQUIRED = os.environ.get("CHARGING_REQUIRE_BROWSER") == "1"

in_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM or REQUIRED), reason="no Chromium found"),
]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-prefers-reduced-motion"]
TILE_HOST = "https://tile.openstreetmap.org/"
EMPTY_TILE = bytes.fromhex(  # a transparent PNG of one pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)

_FEATURES = "Object.values(map._layers).filter(layer => layer.feature)"
_DRAWN = f"kind => window.map && {_FEATURES}.some(layer => layer.feature.properties.kind === kind)"
_NEAREST = f"""kind => {{
  const middle = map.getSize().divideBy(2);
  const at = layer => map.latLngToContainerPoint(layer.getCenter ? layer.getCenter() : layer.getLatLng());
  return {_FEATURES}.filter(layer => layer.feature.properties.kind === kind)
    .map(layer => ({{id: layer.feature.properties.id, ...at(layer)}}))
    .sort((a, b) => middle.distanceTo([a.x, a.y]) - middle.distanceTo([b.x, b.y]))[0];
}}"""


@contextmanager
def serving(**settings):
    """Run the page with settings of the environment (`DATASET="…"`) and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {f"CHARGING_{name}": str(value) for name, value in settings.items()}
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard.py", *options, "--logger.level=error"],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(process, url)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_it_answers(process, url):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()  # noqa: S310  our own server
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server did not answer")


class Visit:
    """One person's browser window on the page."""

    def __init__(self, browser, server, **options):
        self.server = server
        self.trouble, self.tiles, self.map_loads = [], [], 0
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | options)
        self.context.set_default_timeout(15_000)
        self.context.route("**/*", self._gate)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("response", lambda answer: answer.status >= 400 and self.trouble.append(answer.url))
        self.page.on("framenavigated", self._count_map)

    def _gate(self, route):
        url = route.request.url
        if url.startswith((self.server, "data:", "blob:")):
            route.continue_()
        elif url.startswith(TILE_HOST) and route.request.resource_type == "image":
            self.tiles.append(url)
            route.fulfill(body=EMPTY_TILE, content_type="image/png")
        else:
            self.trouble.append(url)
            route.abort()

    def _note(self, message):
        if message.type == "error":
            self.trouble.append(message.text)

    def _count_map(self, frame):
        self.map_loads += "streamlit_folium" in frame.url

    def open(self, query="", *, shows="hex"):
        """Open the page and wait until the map shows cells or stations."""
        self.page.goto(f"{self.server}/?{query}")
        return self.wait_drawn(shows)

    def wait_drawn(self, kind="hex"):
        self.page.wait_for_selector("iframe[title='streamlit_folium.st_folium']", timeout=60_000)
        self.map.wait_for_function(_DRAWN, arg=kind)
        return self.rest()

    def rest(self):
        """Wait until no script runs and the map stands still: while the page fills, it moves down."""
        self.page.wait_for_selector("[data-test-script-state=notRunning]")
        place, moved = None, True
        while moved:
            before, place = place, self.map.frame_element().bounding_box()
            moved = place != before
            self.page.wait_for_timeout(100)
        return self

    @property
    def map(self):
        """The frame of the map."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            frames = [frame for frame in self.page.frames if "streamlit_folium" in frame.url]
            if frames:
                return frames[-1]
            self.page.wait_for_timeout(50)
        return pytest.fail("the map's frame did not load")

    @property
    def panel(self):
        return self.page.locator(".st-key-panel")

    def ids(self, kind="hex"):
        """Return the ids of everything of a kind that is drawn."""
        drawn = self.map.evaluate(f"() => {_FEATURES}.map(layer => layer.feature.properties)")
        return {properties["id"] for properties in drawn if properties["kind"] == kind}

    def point_at(self, kind):
        """Return id and page coordinates of the thing nearest to the middle of the map."""
        self.rest()
        found = self.map.evaluate(_NEAREST, kind)
        box = self.map.frame_element().bounding_box()
        return found["id"], box["x"] + found["x"], box["y"] + found["y"]

    def click(self, kind):
        """Click the thing nearest to the middle of the map and return its id."""
        found, x, y = self.point_at(kind)
        self.page.mouse.click(x, y)
        return found

    def keep_layers(self):
        """Remember what is drawn, for `are_layers_kept`."""
        self.map.evaluate(f"() => {{ window.before = {_FEATURES}; }}")

    def are_layers_kept(self):
        return self.map.evaluate("() => before.length > 0 && before.every(layer => map.hasLayer(layer))")

    def move(self, action):
        """Move the map by a piece of Leaflet and wait until the panel says what is now in view."""
        before = self.panel.inner_text()
        self.map.evaluate(f"() => {{ map.{action}; }}")
        self.page.wait_for_function(
            "before => document.querySelector('.st-key-panel').innerText !== before", arg=before
        )

    def figure(self, what, kind="selected"):
        """Return a number of a card at the top: as `loaded` or as `selected`."""
        card = self.page.locator(".figure").filter(has_text=re.compile(what))
        return card.locator(f".counted.{kind} b").first

    def close(self):
        self.context.close()
        assert self.trouble == []
