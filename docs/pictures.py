"""Take the README's pictures of the simulated network: `.venv/bin/python docs/pictures.py`.

Starts the page on a free port and drives it in Chromium. Nothing leaves the machine: requests to other hosts,
which are street tiles, are refused, so the pictures show our own ground.
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Frame, Page, Route, sync_playwright
from scipy.spatial import cKDTree

from charging.dataset.pipeline import build_simulated

ROOT = Path(__file__).resolve().parents[1]
PICTURES = Path(__file__).parent / "pictures"

START_S, DRAW_MS, SETTLE_MS = 60, 60_000, 4_000
"""Deadlines of the server and of the first layers, and the time a page is left alone before its picture."""

COLOURS, EXACT, HEAVIEST = 256, 128, 300_000
"""Colours of a picture, those of them kept as they are, and the most bytes it may have."""

DRAWN = """() => window.map && charging.features().length > 0"""

MIDDLE_STATION = """() => {
  const middle = map.getSize().divideBy(2);
  const stations = charging.features()
    .filter(layer => layer.feature.properties.kind === "station")
    .map(layer => map.latLngToContainerPoint(layer.getLatLng()));
  stations.sort((a, b) => middle.distanceTo(a) - middle.distanceTo(b));
  return stations[0];
}"""


def click_station(page: Page, frame: Frame) -> None:
    """Click the station nearest to the middle of the map and wait for its details."""
    frame.wait_for_function(MIDDLE_STATION, timeout=DRAW_MS)
    point = frame.evaluate(MIDDLE_STATION)
    frame.locator("#map_div").click(position={"x": point["x"], "y": point["y"]})
    page.locator(".st-key-panel dl").first.wait_for(timeout=DRAW_MS)


class Picture(NamedTuple):
    """What is shown, to whom, and what is done before."""

    query: str
    visitor: Mapping[str, Any]  # as Chromium takes it
    act: Callable[[Page, Frame], None] | None = None


DESKTOP = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light", "locale": "en-GB"}
PHONE = DESKTOP | {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True}

SHOWN: Mapping[str, Picture] = {
    "desktop": Picture("", DESKTOP),
    "dark-zh": Picture("operator=nio&at=31.3,120.9,8", DESKTOP | {"color_scheme": "dark", "locale": "zh-CN"}),
    "station": Picture("at=31.2304,121.4737,13", DESKTOP, click_station),
    "partners": Picture("view=coverage", DESKTOP),
    "highways": Picture("view=coverage&topic=highways", DESKTOP),
    "compare": Picture("view=compare&a=nio&b=xpeng", DESKTOP | {"color_scheme": "dark"}),
    "phone": Picture("at=31.2,121.2,8", PHONE),
}
"""The pictures by their names."""


def main() -> None:
    """Take all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        build_simulated(Path(folder))
        with _server(Path(folder)) as url, sync_playwright() as playwright:
            chromium = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for name, picture in SHOWN.items():
                data = _reduced(_taken(browser, url, picture))
                if len(data) > HEAVIEST:
                    sys.exit(f"{name}.png has {len(data):,} bytes, more than {HEAVIEST:,}")
                (PICTURES / f"{name}.png").write_bytes(data)
                print(f"{name}.png: {len(data):,} bytes")
            browser.close()


def _taken(browser: Browser, url: str, picture: Picture) -> bytes:
    context = browser.new_context(**picture.visitor)

    def own_only(route: Route) -> None:
        if route.request.url.startswith((url, "data:", "blob:")):
            route.continue_()
        else:
            route.abort()

    context.route("**/*", own_only)
    page = context.new_page()
    page.goto(f"{url}/?{picture.query}")
    frame = page.wait_for_selector("iframe[title*=folium]", state="attached", timeout=DRAW_MS).content_frame()
    frame.wait_for_function(DRAWN, timeout=DRAW_MS)
    page.wait_for_timeout(SETTLE_MS)
    if picture.act:
        picture.act(page, frame)
        page.wait_for_timeout(SETTLE_MS)
    taken = page.screenshot()
    context.close()
    return taken


def _reduced(picture: bytes) -> bytes:
    """Return a picture with a palette, a third of its size.

    Grounds, cells and letters keep their colours, which are the most frequent ones; what lies between them at
    edges gets the nearest of a palette of the rest.
    """
    with Image.open(io.BytesIO(picture)) as image:
        pixels = np.asarray(image.convert("RGB"))
    colours, at, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    by_count = colours[np.argsort(-counts, kind="stable")]
    rest = Image.fromarray(by_count[np.newaxis, EXACT:])
    between = rest.quantize(COLOURS - EXACT, Image.Quantize.MAXCOVERAGE, kmeans=1).getpalette("RGB")
    palette = np.vstack([by_count[:EXACT], np.array(between, np.uint8).reshape(-1, 3)])
    nearest = cKDTree(palette.astype(float)).query(colours.astype(float))[1].astype(np.uint8)
    reduced = Image.fromarray(nearest[at].reshape(pixels.shape[:2]))
    reduced.putpalette(palette.tobytes())
    file = io.BytesIO()
    reduced.save(file, "PNG", optimize=True)
    return file.getvalue()


@contextmanager
def _server(build_dir: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    process = subprocess.Popen(  # noqa: S603  our own server
        [sys.executable, "-m", "streamlit", "run", "dashboard.py", *options],
        cwd=ROOT,
        env=os.environ | {"CHARGING_BUILD_DIR": str(build_dir)},
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/_stcore/health", process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310  our own server
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit("the page did not start")


if __name__ == "__main__":
    main()
