"""The first paint of 2,000 cells by a new visitor, beside pydeck's layer for H3 cells: printed, not judged.

Both run in one Chromium that draws WebGL in software. pydeck has painted once the browser comes to the frame
after deck.gl's first draw call.
"""

import statistics
from pathlib import Path

from chromium import PATIENCE_MS, SOFTWARE_WEBGL, chromium, visit
from playwright.sync_api import Browser
from report import Row
from server import HERE, serve

BAR = "first paint, 2,000 cells"
VISITS = 3

_FIRST_DRAW = """(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { window.paintedMs ??= performance.now(); };
  for (const kind of [WebGLRenderingContext, WebGL2RenderingContext]) {
    for (const name of ["drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"]) {
      const draw = kind.prototype[name];
      if (!draw) continue;
      kind.prototype[name] = function (...given) {
        draw.apply(this, given);
        if (this.canvas.id !== "deckgl-overlay") return;
        requestAnimationFrame(() => channel.port2.postMessage(null));
      };
    }
  }
})();"""


def measure(_data: Path) -> list[Row]:
    """Return the median time from navigation to painted cells for pydeck and for ours."""
    with chromium(*SOFTWARE_WEBGL) as browser, serve(HERE / "cells_page.py") as server:
        url = f"{server.url}/?layer="
        times_ms = [(_pydeck_ms(browser, url + "pydeck"), _ours_ms(browser, url + "ours"))]
        times_ms = [
            (_pydeck_ms(browser, url + "pydeck"), _ours_ms(browser, url + "ours")) for _ in range(VISITS)
        ]
    pydeck_ms, ours_ms = map(statistics.median, zip(*times_ms, strict=True))
    return [
        Row(bar=BAR, who="pydeck H3HexagonLayer", measured=pydeck_ms, unit="ms", note="WebGL in software"),
        Row(bar=BAR, who="ours", measured=ours_ms, unit="ms", ratio=ours_ms / pydeck_ms, peer="pydeck"),
    ]


def _ours_ms(browser: Browser, url: str) -> float:
    with visit(browser, url) as seen:
        return seen.painted_ms


def _pydeck_ms(browser: Browser, url: str) -> float:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    try:
        context.add_init_script(_FIRST_DRAW)
        page = context.new_page()
        page.goto(url, wait_until="commit")
        return page.wait_for_function("() => window.paintedMs", timeout=PATIENCE_MS).json_value()
    finally:
        context.close()
