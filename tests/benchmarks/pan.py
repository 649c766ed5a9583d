"""A pan inside what was drawn around the view: nothing is asked for, nothing drawn anew, nothing flickers.

The map still reports its place, and the page answers with the figures of what is in view; that answer must
bring no layer. A pan beyond what was drawn is measured besides, so that a zero is not a counter that is dead.
How long such a pan takes is the part `move`.
"""

from collections.abc import Iterator
from pathlib import Path

from chromium import SOFTWARE_CANVAS, chromium, visit
from dragging import Recording, dragged, watch
from report import Row
from server import DASHBOARD, reading, serve
from traffic import Traffic, listening, until_quiet

BAR = "pan inside what was drawn"

VIEW = "at=32,113,6"
AWAY_AND_BACK = ((600, 0), (-600, 0))
"""First moves, in pixels, after which the view is in the middle of what is drawn: a visit starts with what a
map of an assumed size needs."""

INSIDE = [(0.2, 0.0), (-0.4, 0.0), (0.2, 0.2), (0.0, -0.4), (0.0, 0.2)]
"""To each side and back, in shares of the map: a quarter is drawn beyond each edge."""

BEYOND = [(0.45, 0.0), (0.0, 0.45)]


def measure(data: Path) -> list[Row]:
    """Return the counts of the pans inside, and of those beyond."""
    with (
        chromium(*SOFTWARE_CANVAS) as browser,
        serve(DASHBOARD, reading(data)) as server,
        visit(browser, f"{server.url}/?{VIEW}") as seen,
    ):
        until_quiet(seen.page)
        for step in AWAY_AND_BACK:
            seen.move(step)
            until_quiet(seen.page)
        watch(seen)
        with listening(seen.page) as inside_traffic:
            inside = dragged(seen, INSIDE, inked=True)
        with listening(seen.page) as beyond_traffic:
            beyond = dragged(seen, BEYOND, inked=True)
    if not (beyond.made and beyond_traffic.maps == len(BEYOND) and min(map(len, (inside.ink, beyond.ink)))):
        message = f"a pan beyond must draw anew and be seen: {beyond.made} layers, {beyond_traffic}"
        raise RuntimeError(message)
    return list(_rows(inside, inside_traffic, beyond))


def _rows(inside: Recording, traffic: Traffic, beyond: Recording) -> Iterator[Row]:
    frames = f"{len(inside.ink)} frames of {len(INSIDE)} drags"
    yield _row("HTTP requests", len(traffic.requests), note=", ".join(traffic.requests[:2]))
    answered = f"{traffic.runs} runs, {traffic.received_bytes / 1e3:.0f} kB in all"
    yield _row("answers that bring layers", traffic.maps, note=answered)
    yield _row("layers made", inside.made, note=f"{beyond.made} in {len(BEYOND)} pans beyond")
    beside = f"{beyond.flickers} in {len(beyond.ink)} frames of pans beyond"
    yield _row("flicker frames", inside.flickers, note=f"{frames}; {beside}")
    yield Row(
        bar=BAR,
        who="drawn while the button is held",
        measured=100 * min(inside.held),
        unit="%",
        note="of what is there when it is let go; least of the drags",
    )


def _row(who: str, count: int, *, note: str) -> Row:
    return Row(bar=BAR, who=who, measured=count, unit="", at_most=0, note=note)
