"""A move of the map until its layers are painted, 2,000 cells, in Chromium.

The floor is what no layer can beat: st_folium's debounce of 250 ms and a rerun that brings an empty layer.
All layers lie on the same map and go through the same moves, each too far for what was drawn before.
"""

import random
import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from chromium import CELLS, MAP, POLYGONS, SOFTWARE_CANVAS, chromium, visit
from playwright.sync_api import Browser
from report import Row
from server import DASHBOARD, HERE, reading, serve

BAR = "move → layers painted, 2,000 cells"
BUDGET, BUDGET_OPERATORS = 0.6, 0.7  # planned: they need a map that reports its moves itself

WARM_UP, MOVES, SEED = 2, 8, 7

PAGE_VIEW = "at=32,113,6"
"""Zoomed to where the dashboard draws about as many cells as the harness."""

OPERATORS = "layer=nio&layer=xpeng&layer=li_auto&layer=teld"
"""Operators whose dots lie on the cells."""

FLOOR = "floor: debounce + empty rerun"


def steps() -> Iterator[tuple[int, int]]:
    """Yield pans in pixels, to and fro, each by about half the map and none to a place seen before."""
    draws = random.Random(SEED)  # noqa: S311  no secret
    for at in range(WARM_UP + MOVES):
        sign = 1 if at % 2 else -1
        yield sign * draws.randint(450, 600), draws.randint(-60, 60)


def measure(data: Path) -> list[Row]:
    """Return the floor, ours on the bare page and on the dashboard, and the peers; medians."""
    with (
        chromium(*SOFTWARE_CANVAS) as browser,
        serve(HERE / "cells_page.py") as bare,
        serve(DASHBOARD, reading(data)) as dashboard,
    ):
        layer = f"{bare.url}/?layer="
        pages = {
            FLOOR: (layer + "none", MAP),
            "ours, bare layer": (layer + "ours", CELLS),
            "ours, whole dashboard": (f"{dashboard.url}/?{PAGE_VIEW}", CELLS),
            "ours, four operators laid over": (f"{dashboard.url}/?{PAGE_VIEW}&{OPERATORS}", CELLS),
            "folium.GeoJson": (layer + "geojson", CELLS),
            "folium.Polygon objects": (layer + "polygons", POLYGONS),
        }
        took_ms, cells = _in_turns(browser, pages)
    budgets = {"ours, whole dashboard": BUDGET, "ours, four operators laid over": BUDGET_OPERATORS}
    return [
        Row(
            bar=BAR,
            who=who,
            measured=took_ms[who],
            unit="ms",
            ratio=took_ms[who] / took_ms[FLOOR],
            peer="floor",
            at_most=budgets.get(who),
            planned=True,
            note=f"{cells[who]} cells",
        )
        for who in pages
    ]


def _in_turns(browser: Browser, pages: dict[str, tuple[str, str]]) -> tuple[dict[str, float], dict[str, int]]:
    """Move every page once a turn, so that a busy moment hits all; return medians, ms, and cells shown."""
    with ExitStack() as stack:
        visits = {
            who: stack.enter_context(visit(browser, url, shown=shown)) for who, (url, shown) in pages.items()
        }
        visits[FLOOR].settle()
        turns = [{who: seen.move(step) for who, seen in visits.items()} for step in steps()]
        medians = {who: statistics.median(turn[who] for turn in turns[WARM_UP:]) for who in visits}
        return medians, {who: seen.cells for who, seen in visits.items()}
