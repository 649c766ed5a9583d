"""Memory of the page after many moves: what JavaScript holds once its garbage is collected.

The map's frame shares the process and the heap of the page around it. The moves end where they began, so the
same cells are shown before and after.
"""

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from chromium import SOFTWARE_CANVAS, chromium, visit
from playwright.sync_api import CDPSession
from report import Row
from server import DASHBOARD, reading, serve

BAR = "heap after 60 pans"
BUDGET = 1.2

WARM_UP, PANS, SEED = 4, 60, 11

VIEW = "at=32,113,6"


def measure(data: Path) -> list[Row]:
    """Return the heap of the dashboard before and after the pans."""
    with (
        chromium(*SOFTWARE_CANVAS) as browser,
        serve(DASHBOARD, reading(data)) as server,
        visit(browser, f"{server.url}/?{VIEW}") as seen,
    ):
        seen.settle()
        tools = seen.page.context.new_cdp_session(seen.page)
        pans = _pans()
        for pan in islice(pans, WARM_UP):
            seen.move(pan)
        before_mb = _heap_mb(tools)
        for pan in islice(pans, PANS):
            seen.move(pan)
        after_mb, cells = _heap_mb(tools), seen.cells
    return [
        Row(bar=BAR, who="ours, before", measured=before_mb, unit="MB"),
        Row(
            bar=BAR,
            who="ours, after",
            measured=after_mb,
            unit="MB",
            ratio=after_mb / before_mb,
            peer="before",
            at_most=BUDGET,
            note=f"{cells} cells",
        ),
    ]


def _pans() -> Iterator[tuple[int, int]]:
    """Yield pans in pixels in pairs, there and back again."""
    draws = random.Random(SEED)  # noqa: S311  no secret
    while True:
        x, y = draws.choice([-1, 1]) * draws.randint(450, 700), draws.randint(-250, 250)
        yield x, y
        yield -x, -y


def _heap_mb(tools: CDPSession) -> float:
    tools.send("HeapProfiler.collectGarbage")
    return tools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
