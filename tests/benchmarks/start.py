"""From the launch of the process to the first cell painted in a browser that is already open.

The second start opens a built dataset; beside it stands the least a map page can be, until its map is
painted. The first start builds the simulated network before anything can be shown.
"""

import statistics
import tempfile
from pathlib import Path

from chromium import CELLS, MAP, SOFTWARE_CANVAS, chromium, visit
from playwright.sync_api import Browser
from report import Row
from server import DASHBOARD, HERE, reading, serve

SECOND, FIRST = "second start", "first start, network built"
SECOND_BUDGET, FIRST_BUDGET_S = 1.3, 15.0
STARTS, FIRST_STARTS = 5, 2


def measure(data: Path) -> list[Row]:
    """Return the median starts; the pages of the second start take turns, the first turn warms the files."""
    with chromium(*SOFTWARE_CANVAS) as browser:
        turns = [(_empty_s(browser), _dashboard_s(browser, data)) for _ in range(STARTS + 1)]
        first_s = statistics.median(_first_s(browser) for _ in range(FIRST_STARTS))
    empty_s, second_s = map(statistics.median, zip(*turns[1:], strict=True))
    return [
        Row(bar=SECOND, who="page with an empty st_folium", measured=empty_s, unit="s"),
        Row(
            bar=SECOND,
            who="ours, whole dashboard",
            measured=second_s,
            unit="s",
            ratio=second_s / empty_s,
            peer="empty page",
            at_most=SECOND_BUDGET,
        ),
        Row(bar=FIRST, who="ours, whole dashboard", measured=first_s, unit="s", at_most=FIRST_BUDGET_S),
    ]


def _empty_s(browser: Browser) -> float:
    return _start_s(browser, HERE / "empty_page.py", {}, shown=MAP)


def _dashboard_s(browser: Browser, data: Path) -> float:
    return _start_s(browser, DASHBOARD, reading(data), shown=CELLS)


def _first_s(browser: Browser) -> float:
    with tempfile.TemporaryDirectory() as empty:
        return _dashboard_s(browser, Path(empty))


def _start_s(browser: Browser, script: Path, environment: dict[str, str], *, shown: str) -> float:
    with serve(script, environment) as server, visit(browser, server.url, shown=shown) as seen:
        return seen.opened_at + seen.painted_ms / 1000 - server.launched_at
