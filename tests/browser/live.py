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
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
REQUIRED = os.environ.get("CHARGING_REQUIRE_BROWSER") == "1"

in_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM or REQUIRED), reason="no Chromium found"),
]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--force-prefers-reduced-motion",
    # what asks for another host fails, and is noticed
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
STILL_S = 1
PATIENCE_S = 30
BUILD_PATIENCE_S = 60  # the first page builds or opens its dataset
LOOK_MS = 100  # between two looks at the page: at every frame they keep it busy
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
TILE_HOST = "https://tile.openstreetmap.org/"
EMPTY_TILE = bytes.fromhex(  # a transparent PNG of one pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)

_FEATURES = "charging.features()"
_SHAPES = "Object.values(map._layers).filter(layer => layer instanceof chargingShapes.Shapes)"
_DRAWN = f"kind => window.map?._loaded && {_FEATURES}.some(layer => layer.feature.properties.kind === kind)"
# no grey lines of ours, none of Streamlit's in the place of a widget whose script still loads, and no run
_SETTLED = """() => !document.querySelector(".waiting, [data-testid=stSkeleton]")
  && document.querySelector("[data-test-script-state=notRunning]") !== null"""
_NEAREST = f"""kind => {{
  const middle = map.getSize().divideBy(2);
  const at = layer => map.latLngToContainerPoint(layer.getCenter ? layer.getCenter() : layer.getLatLng());
  return {_FEATURES}.filter(layer => layer.feature.properties.kind === kind)
    .map(layer => ({{id: layer.feature.properties.id, ...at(layer)}}))
    .sort((a, b) => middle.distanceTo([a.x, a.y]) - middle.distanceTo([b.x, b.y]))[0];
}}"""


@contextmanager
def serving(script=ROOT / "dashboard.py", **settings):
    """Run a page with settings of the environment (`DATASET="…"`; tiles only if told); give its address."""
    with started([sys.executable, "-m", "streamlit", "run", str(script)], **settings) as (url, _):
        yield url


class Restartable:
    """A server of the page that is killed and started again under its address."""

    def __init__(self, **settings):
        self._settings = settings | {"port": free_port()}
        self._command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard.py")]
        self.start()

    def start(self):
        self._running = ExitStack()
        self.url, self._process = self._running.enter_context(started(self._command, **self._settings))

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._running.close()


@contextmanager
def started(command, *, folder=ROOT, port=None, **settings):
    """Run a server by its command in a folder; give its address and its process."""
    settings = {"TILES": "none", "DRAIN_S": 0} | settings
    port = port or free_port()
    environment = os.environ | {f"CHARGING_{name}": str(value) for name, value in settings.items()}
    options = {"SERVER_HEADLESS": "true", "SERVER_ADDRESS": "127.0.0.1", "LOGGER_LEVEL": "error"}
    options |= {"SERVER_PORT": str(port), "SERVER_SCRIPT_HEALTH_CHECK_ENABLED": "true"}
    environment |= {f"STREAMLIT_{name}": value for name, value in options.items()}
    process = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(process, url)
        yield url, process
    finally:
        process.terminate()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port():
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(process, url):
    deadline = time.monotonic() + BUILD_PATIENCE_S
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

    def __init__(self, page, server):
        self.page, self.server = page, server
        self.trouble, self.tiles, self.map_loads = [], [], 0
        self.answered_for = ()  # addresses a test answers for
        self.context = page.context
        self.context.set_default_timeout(1000 * PATIENCE_S)
        self._listeners = {
            "pageerror": lambda error: self.trouble.append(str(error)),
            "console": self._note,
            "request": self._look_at,
            "response": lambda answer: answer.status >= 400 and self.trouble.append(answer.url),
            "framenavigated": self._count_map,
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)

    def serve_tiles(self):
        """Answer for the host of the street tiles: every tile is empty."""
        tile = {"body": EMPTY_TILE, "content_type": "image/png"}
        self.context.route(f"{TILE_HOST}**", lambda route: route.fulfill(**tile))
        return self

    def _look_at(self, request):
        if request.url.startswith(TILE_HOST) and request.resource_type == "image":
            self.tiles.append(request.url)
        elif not request.url.startswith((self.server, "data:", "blob:", *self.answered_for)):
            self.trouble.append(request.url)

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
        self.page.wait_for_selector(
            "iframe[title='streamlit_folium.st_folium']", timeout=1000 * BUILD_PATIENCE_S
        )
        self.map.wait_for_function(_DRAWN, arg=kind, polling=LOOK_MS)
        return self.rest()

    def rest(self):
        """Wait until all parts have come, no script runs, and the map stands still: they push it about."""
        self.settle()
        place, moved = None, True
        while moved:
            before, place = place, self.map.frame_element().bounding_box()
            moved = place != before
            self.page.wait_for_timeout(LOOK_MS)
        return self

    def settle(self):
        """Wait until all parts have come and no script runs, also where there is no map."""
        self.page.wait_for_function(_SETTLED, polling=LOOK_MS)
        return self

    def stand_still(self):
        """Wait until no layer comes or goes for a while: the map's answer to its first place is drawn."""
        layers, since = None, time.monotonic()
        while time.monotonic() - since < STILL_S:
            before, layers = layers, self.map.evaluate("() => Object.keys(map._layers)")
            since = since if layers == before else time.monotonic()
            self.page.wait_for_timeout(LOOK_MS)

    @property
    def map(self):
        """The frame of the map."""
        deadline = time.monotonic() + PATIENCE_S
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

    def download(self, button):
        """Press a button until a file comes; return its name and path.

        Streamlit makes a file anew with every run: a press in the midst of one is answered by a line under
        the button, and a visitor presses again.
        """
        files = []

        def keep(file):
            files.append(file)

        self.page.on("download", keep)
        refused = self.page.get_by_test_id("stDownloadButtonError")
        deadline = time.monotonic() + BUILD_PATIENCE_S
        while not files:
            self.settle()
            button.click()
            while not files and not refused.count():
                assert time.monotonic() < deadline, "no file came"
                self.page.wait_for_timeout(LOOK_MS)
        self.page.remove_listener("download", keep)
        return files[0].suggested_filename, files[0].path()

    def hover(self, x, y, script, arg=None):
        """Move the mouse to a place of the map until a script of its frame is true of what that shows."""
        box = self.map.frame_element().bounding_box()
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for aside in (12, 0):  # Leaflet looks at the mouse now and then, not at every move
                self.page.mouse.move(box["x"] + x + aside, box["y"] + y + aside)
                self.page.wait_for_timeout(60)
            if self.map.evaluate(script, arg):
                return
        pytest.fail(f"nothing made this true: {script}")

    def keep_layers(self):
        """Remember what is drawn, for `are_layers_kept`."""
        self.map.evaluate(f"() => {{ window.before = {_SHAPES}; }}")

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

    def forget(self):
        """Clear what the page has stored in the browser."""
        if self.page.url.startswith(self.server):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.context.clear_cookies()  # a port does not keep them apart

    def leave(self):
        """Leave nothing behind in the window; what went wrong stays in `trouble`."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        self.forget()
        self.page.goto("about:blank")
        self.context.unroute_all()
