"""Every analysing view, 1.02 million piles: its first answer from a fresh server, and each of its controls.

A visitor without a browser opens the link of a view and then changes one control after the other, a second
after each answer, which is sooner than anybody has looked at it. What is timed is an answer of the server,
from the request until it said that the run is finished. The server has loaded what it loads ahead of its
visitors, and was asked nothing yet.
"""

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from report import Row
from roads import LATER, later
from server import DASHBOARD, Server, reading, serve
from visitor import Answer, Visitor, reported

from charging.dataset.store import open_dataset
from charging.maps.view import View
from charging.views.elements.texts import Texts
from charging.views.session.warmup import LATER_S

FIRST_MS, CHANGED_MS = 1_000.0, 300.0
BEYOND_MS = 2_000.0  # neighbour rings around more than 8,000 occupied cells

PAUSE_S = 1.0

AT_REST_S, AT_REST_CPU_S = 1.0, 0.05
"""A server is at rest when it used no more processor time than that for so long."""

CHINA = View(35.0, 105.0, 4)

say = Texts("en")


class Control(NamedTuple):
    """A control and what is chosen of it, one after the other."""

    key: str
    values: Sequence[str | bool | Sequence[str]]
    at_most: float = CHANGED_MS
    note: str = ""


class Case(NamedTuple):
    """A view by its link, and its controls."""

    name: str
    query: Mapping[str, str]
    controls: Sequence[Control]


def _operators(*operators: str) -> list[str]:
    return [say(f"operator.{operator}") for operator in operators]


def _rings(*rings: int) -> list[str]:
    return [say(f"asked.rings.{count}") for count in rings]


BASE = Control("base", [_operators("teld", "star_charge"), _operators("state_grid"), _operators("teld")])
PARTNER = Control("partner", [_operators("nio"), _operators("li_auto"), _operators("nio", "xpeng")])
CELLS = Control("resolution", [say("asked.cells", resolution=size) for size in (7, 6, 5)])
KM = Control("km", ["10 km", "20 km", "30 km"])
CONDITION = Control("min_kw", ["120", "60", "7", "180", "250"], note="everything is found anew")

CASES = (
    Case(
        "what partners add",
        {"view": "coverage", "topic": "partners"},
        [
            Control("rings", _rings(1, 3, 0), BEYOND_MS, "beyond 8,000 occupied cells"),
            BASE,
            PARTNER,
            Control("gain", [say(f"gain.{gain}") for gain in ("cities", "service_areas", "people")]),
            KM,
            CELLS,
            Control("rings", _rings(1, 2, 3), note="7,000 occupied cells"),
        ],
    ),
    Case(
        "what if one leaves",
        {"view": "coverage", "topic": "leaving"},
        [Control("leaver", [_operators("teld"), _operators("ykc"), _operators("nio", "xpeng")]), CELLS],
    ),
    Case("reach", {"view": "coverage", "topic": "reach"}, [BASE, PARTNER, KM]),
    Case("highway gaps", {"view": "coverage", "topic": "highways"}, [BASE, PARTNER]),
    Case(
        "white spots",
        {"view": "coverage", "topic": "spots"},
        [
            BASE,
            CELLS,
            Control("weigh", ["2", "0.5", "1"]),
            Control("far", ["2", "0.5", "1"]),
            Control("rival", ["\N{MINUS SIGN}1", "1", "0"]),
            Control("log", [True, False, True]),
        ],
    ),
    Case(
        "A versus B",
        {"view": "compare"},
        [
            Control("a", [_operators("teld"), _operators("star_charge"), _operators("ykc")]),
            Control("b", [_operators("nio"), _operators("li_auto"), _operators("didi")]),
            CELLS,
        ],
    ),
    Case("changes", {"view": "changes", "other": LATER}, [CELLS]),
)


def measure(data: Path) -> list[Row]:
    """Return the first answer of each view, and the answers to each of its controls."""
    if not (data / LATER).exists():
        later(open_dataset(data / "simulated"), data / LATER)
    return [row for case in CASES for row in _rows(case, data)]


def _rows(case: Case, data: Path) -> list[Row]:
    with serve(DASHBOARD, reading(data) | {"CHARGING_DATASET": str(data / "simulated")}) as server:
        _wait_for_rest(server)
        [[first_ms], *changed_ms] = asyncio.run(_visit(server, case))
    bar = f"answers: {case.name}"
    rows = [Row(bar=bar, who="first answer", measured=first_ms, unit="ms", at_most=FIRST_MS)]
    for control, took_ms in zip((*case.controls, CONDITION), changed_ms, strict=True):
        who = f"{control.key} changed"
        rows.append(
            Row(
                bar=bar,
                who=who,
                measured=statistics.median(took_ms),
                unit="ms",
                at_most=control.at_most,
                note=f"{max(took_ms):.0f} ms at most{', ' * bool(control.note)}{control.note}",
            )
        )
    return rows


def _wait_for_rest(server: Server) -> None:
    """Wait until the server has loaded the page, and a while later the analyses."""
    for delay_s in (0.0, LATER_S):
        time.sleep(delay_s)
        used_s = float("-inf")
        while server.cpu_s() - used_s > AT_REST_CPU_S:
            used_s = server.cpu_s()
            time.sleep(AT_REST_S)


async def _visit(server: Server, case: Case) -> list[list[float]]:
    """Open a view and change its controls; return how long the first answer took, and each control, ms."""
    query = "&".join(f"{key}={value}" for key, value in (case.query | {"lang": "en"}).items())
    visitor, first = await Visitor.arrive(server.url, query)
    _check(await visitor.show(*reported(CHINA)))
    answers_ms = [[_check(first)]]
    for control in (*case.controls, CONDITION):
        took_ms = []
        for value in control.values:
            await asyncio.sleep(PAUSE_S)
            took_ms.append(_check(await visitor.choose(control.key, value)))
        answers_ms.append(took_ms)
    await visitor.leave()
    return answers_ms


def _check(answer: Answer) -> float:
    """Return the milliseconds of an answer that brought a map and no error."""
    if answer.errors or not answer.layers:
        raise RuntimeError(answer.errors or "the answer brought no map")
    return answer.took_ms
