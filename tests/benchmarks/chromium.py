"""Chromium as a stopwatch: when the map was first painted, and how long a move takes until it is painted
again.

"Painted" is the same for ours and for every peer: the task after the first animation frame that follows the
appearance of the layer on Leaflet's map. By then layout and canvas drawing of that frame have run.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Frame, Page, sync_playwright

LOOPBACK_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
SOFTWARE_CANVAS = ("--disable-gpu",)
SOFTWARE_WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")

MAP = "map && map._loaded"
CELLS = "map && Object.values(map._layers || {}).some(layer => layer.feature || layer.ids)"
POLYGONS = "map && Object.values(map._layers || {}).some(layer => layer instanceof L.Polygon)"
"""What a first paint waits for: a map, a layer with ids, any cell."""

PATIENCE_MS = 60_000
SETTLE_MS = 1_500
BETWEEN_MOVES_MS = 500
"""The rest of the page follows the map; the next move waits until the server is idle."""

# runs in the page before anything else and looks into the map's frame, which is of the same origin; in that
# frame it notes when the last message came in, before the component hears of it
_FIRST_PAINT = """(() => {{
  addEventListener("message", () => {{ window.messageAtMs = performance.now(); }});
  if (window !== top) return;
  const isShown = ({{map, L}}) => {shown};
  const look = () => {{
    const frame = document.querySelector("iframe[title='streamlit_folium.st_folium']");
    if (!frame || !isShown(frame.contentWindow)) return requestAnimationFrame(look);
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {{ window.paintedMs = performance.now(); }};
    requestAnimationFrame(() => channel.port2.postMessage(null));
  }};
  requestAnimationFrame(look);
}})();"""

# a peer has a layer for each cell, we have one for all
_COUNT = """() => {
  const layers = Object.values(map._layers), ours = layers.find(({ kind }) => kind === "hex");
  return ours ? ours.ids.length : layers.filter((layer) => layer instanceof L.Polygon).length;
}"""

_MOVE = """([x, y]) => new Promise((resolve, reject) => {
  let movedAt;
  const late = setTimeout(() => reject(new Error("no layer was drawn after the move")), 20000);
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { clearTimeout(late); resolve(performance.now() - movedAt); };
  map.once("moveend", () => {
    movedAt = performance.now();
    map.once("layeradd", () => requestAnimationFrame(() => channel.port2.postMessage(null)));
  });
  map.panBy([x, y], {animate: false});
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page with a painted map; `opened_at` in seconds since the epoch, `painted_ms` from then on."""

    page: Page
    frame: Frame
    opened_at: float
    painted_ms: float

    @property
    def cells(self) -> int:
        """How many cells the map shows."""
        return self.frame.evaluate(_COUNT)

    def settle(self) -> None:
        """Let the page finish what follows the first paint."""
        self.page.wait_for_timeout(SETTLE_MS)

    def move(self, step: tuple[int, int]) -> float:
        """Pan by pixels; return the milliseconds from moveend until a new layer is painted."""
        took_ms: float = self.frame.evaluate(_MOVE, list(step))
        self.page.wait_for_timeout(BETWEEN_MOVES_MS)
        return took_ms


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Start a Chromium that reaches this machine only."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", LOOPBACK_ONLY, *flags]
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(
    browser: Browser, url: str, *, shown: str = CELLS, size: tuple[int, int] = (1440, 900)
) -> Iterator[Visit]:
    """Open a page as a new visitor, without any cache, and wait until its map is painted."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
    try:
        context.add_init_script(_FIRST_PAINT.format(shown=shown))
        page = context.new_page()
        page.goto(url, wait_until="commit")
        painted_ms: float = page.wait_for_function("() => window.paintedMs", timeout=PATIENCE_MS).json_value()
        opened_at = page.evaluate("() => performance.timeOrigin") / 1000
        frame = next(frame for frame in page.frames if "streamlit_folium" in frame.url)
        yield Visit(page, frame, opened_at, painted_ms)
    finally:
        context.close()
