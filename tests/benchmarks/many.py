"""Some 20,000 stations in one view: drawn one by one, and dragged about.

The limit of the setting is raised to let them through. With the usual one the same view must draw cells and
say what it leaves out. A drawing lasts from the message that brings the answer into the map's frame to the
task after the animation frame it was painted in: the browser's part of a move, without debounce and server.
"""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chromium import BETWEEN_MOVES_MS, SOFTWARE_CANVAS, Visit, chromium, visit
from dragging import Recording, dragged, watch
from playwright.sync_api import Browser
from report import Row
from server import DASHBOARD, reading, serve
from traffic import until_quiet

from charging.settings import Settings

BAR = "20,000 stations in one view"
DRAWN_MS, FRAME_MS = 400, 100

RAISED = {"CHARGING_STATION_LIMIT": "40000"}
VIEW = "at=22.9,113.5,9"
"""The densest view of the simulated network from which stations are drawn."""

SIZE = (1920, 1080)
"""A large window: the usual one of the benchmarks shows fewer than 18,000 at once."""

AWAY_AND_BACK = ((800, 0), (-800, 0))
"""First moves, in pixels, after which the view is in the middle of what is drawn."""

STEPS = ((420, 0), (-420, 0), (0, 260), (0, -260)) * 2
"""Moves in pixels, to and fro: just out of what was drawn, to where it is as dense."""

DRAGS = [(0.2, 0.0), (-0.4, 0.0), (0.2, 0.2), (0.0, -0.4), (0.0, 0.2)]

_TIME_DRAWS = """() => {
  window.drawsMs = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => drawsMs.push(performance.now() - data);
  const { stations } = charging;
  charging.stations = (...given) => {
    const from = messageAtMs; // of the answer that is being shown
    stations(...given);
    requestAnimationFrame(() => channel.port2.postMessage(from));
  };
}"""

_COUNT = """() => Object.values(map._layers).find(({ kind }) => kind === "station")?.ids.length ?? 0"""


def measure(data: Path) -> list[Row]:
    """Return the time to draw them, the longest frame of drags, and whether the page says what it hides."""
    with chromium(*SOFTWARE_CANVAS) as browser:
        with _opened(browser, reading(data) | RAISED) as seen:
            draws_ms, counts = _draws(seen)
            drags = _drags(seen)
        with _opened(browser, reading(data)) as seen:
            hidden = _is_hidden_without_a_word(seen)
    return [
        *_rows(draws_ms, counts, drags),
        Row(
            bar=BAR,
            who="hidden without a word",
            measured=hidden,
            unit="",
            at_most=0,
            note="at the usual limit",
        ),
    ]


def _rows(draws_ms: list[float], counts: list[int], drags: Recording) -> Iterator[Row]:
    stations = f"{min(counts):,} to {max(counts):,} stations"
    yield Row(
        bar=BAR,
        who="drawn, median",
        measured=statistics.median(draws_ms),
        unit="ms",
        at_most=DRAWN_MS,
        note=f"{stations}, {max(draws_ms):.0f} ms at most",
    )
    yield Row(
        bar=BAR,
        who="longest frame of drags inside",
        measured=max(drags.frames_ms),
        unit="ms",
        at_most=FRAME_MS,
        note=f"{len(drags.frames_ms)} frames, {statistics.median(drags.frames_ms):.0f} ms in the middle",
    )


@contextmanager
def _opened(browser: Browser, environment: dict[str, str]) -> Iterator[Visit]:
    with (
        serve(DASHBOARD, environment) as server,
        visit(browser, f"{server.url}/?{VIEW}&lang=en", size=SIZE) as seen,
    ):
        until_quiet(seen.page)
        yield seen


def _draws(seen: Visit) -> tuple[list[float], list[int]]:
    """Return how long each move's drawing lasted, and how many stations it drew."""
    for step in AWAY_AND_BACK:
        seen.move(step)
        until_quiet(seen.page)
    seen.frame.evaluate(_TIME_DRAWS)
    counts = []
    for at, step in enumerate(STEPS, start=1):
        seen.move(step)
        seen.frame.wait_for_function("(count) => drawsMs.length >= count", arg=at)
        seen.page.wait_for_timeout(BETWEEN_MOVES_MS)
        counts.append(seen.frame.evaluate(_COUNT))
    return seen.frame.evaluate("() => drawsMs"), counts


def _drags(seen: Visit) -> Recording:
    """Return the frames of drags, of which none draws anything anew."""
    watch(seen)
    recorded = dragged(seen, DRAGS, inked=False)
    if recorded.made:
        message = f"the drags were meant to stay inside what was drawn, and made {recorded.made} layers"
        raise RuntimeError(message)
    return recorded


def _is_hidden_without_a_word(seen: Visit) -> bool:
    """Return whether stations are left out and the limit is not named beside the map."""
    limit = f"{Settings().station_limit:,}"
    named = seen.page.get_by_text(f"stations from {limit} down")
    return seen.frame.evaluate(_COUNT) == 0 and named.count() == 0
