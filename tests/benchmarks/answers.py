"""Every analysing view, 1.02 million piles: its first answer in a fresh process, and each of its controls.

What is timed is a whole run of the page, from the link that opens a view, or from a changed control, to the
last element: `streamlit.testing` runs the script as the server does, but sends nothing. The process has
loaded what a server loads ahead of its visitors, and was asked nothing yet.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from report import Row
from roads import LATER, later

from charging.dataset.store import open_dataset

ROOT = Path(__file__).parents[2]

FIRST_MS, CHANGED_MS = 1_000.0, 300.0
BEYOND_MS = 2_000.0  # neighbour rings around more than 8,000 occupied cells

WIDGETS = ("selectbox", "multiselect", "select_slider", "toggle")
"""What a control can be."""


class Control(NamedTuple):
    """A control and the values it takes one after the other."""

    key: str
    values: Sequence[Any]
    at_most: float = CHANGED_MS
    note: str = ""


class View(NamedTuple):
    """A view by its link, and its controls."""

    name: str
    query: Mapping[str, str]
    controls: Sequence[Control]


BASE = Control("base", [["teld", "star_charge"], ["teld"]])
PARTNER = Control("partner", [["nio"], ["nio", "xpeng"]])
CELLS = Control("resolution", [7, 5])
KM = Control("km", [10, 20])
CONDITION = Control("min_kw", [120.0, 60.0], note="everything is found anew")

VIEWS = (
    View(
        "what partners add",
        {"view": "coverage", "topic": "partners"},
        [
            Control("rings", [1, 3, 0], BEYOND_MS, "beyond 8,000 occupied cells"),
            BASE,
            PARTNER,
            Control("gain", ["cities", "people"]),
            KM,
            CELLS,
            Control("rings", [1, 2, 3], note="7,000 occupied cells"),
        ],
    ),
    View(
        "what if one leaves",
        {"view": "coverage", "topic": "leaving"},
        [Control("leaver", [["teld"], ["nio", "xpeng"]]), CELLS],
    ),
    View("reach", {"view": "coverage", "topic": "reach"}, [BASE, PARTNER, KM]),
    View("highway gaps", {"view": "coverage", "topic": "highways"}, [BASE, PARTNER]),
    View(
        "white spots",
        {"view": "coverage", "topic": "spots"},
        [
            BASE,
            CELLS,
            Control("weigh", [2.0, 0.5]),
            Control("far", [2.0, 0.5]),
            Control("rival", [-1.0, 1.0]),
            Control("log", [True, False]),
        ],
    ),
    View(
        "A versus B",
        {"view": "compare"},
        [Control("a", [["teld"], ["ykc"]]), Control("b", [["nio"], ["didi"]]), CELLS],
    ),
    View("changes", {"view": "changes", "other": LATER}, [CELLS]),
)


def measure(data: Path) -> list[Row]:
    """Return the first answer of each view, and the slowest answer to each of its controls."""
    if not (data / LATER).exists():
        later(open_dataset(data / "simulated"), data / LATER)
    return [row for at in range(len(VIEWS)) for row in _rows(at, data)]


def _rows(at: int, data: Path) -> list[Row]:
    view = VIEWS[at]
    environment = os.environ | {
        "CHARGING_BUILD_DIR": str(data),
        "CHARGING_DATASET": str(data / "simulated"),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-W", "ignore", __file__, str(at)]
    told = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    first_ms, *changed_ms = json.loads(told.splitlines()[-1])
    bar = f"answers: {view.name}"
    rows = [Row(bar=bar, who="first answer", measured=first_ms, unit="ms", at_most=FIRST_MS)]
    for control, took_ms in zip((*view.controls, CONDITION), changed_ms, strict=True):
        who = f"{control.key} changed"
        rows.append(
            Row(
                bar=bar,
                who=who,
                measured=took_ms,
                unit="ms",
                at_most=control.at_most,
                note=control.note,
            )
        )
    return rows


def _visit(view: View) -> list[float]:
    """Open a view and change its controls; return the milliseconds of the first answer and of the slowest."""
    from streamlit.testing.v1 import AppTest  # noqa: PLC0415  first: no server loads it

    # the order of a server: ready before its first visitor, analyses loaded when the first map stands
    from charging.views import ahead  # noqa: PLC0415

    ahead.load()

    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    for key, value in view.query.items():
        page.query_params[key] = value
    return [_run_ms(page), *(_slowest_ms(page, control) for control in (*view.controls, CONDITION))]


def _slowest_ms(page: Any, control: Control) -> float:
    took_ms = []
    for value in control.values:
        [widget] = [each for kind in WIDGETS for each in getattr(page, kind) if each.key == control.key]
        widget.set_value(value)
        took_ms.append(_run_ms(page))
    return max(took_ms)


def _run_ms(page: Any) -> float:
    start = time.perf_counter()
    page.run()
    took_ms = (time.perf_counter() - start) * 1000
    if page.exception:
        raise RuntimeError(page.exception[0].message)
    return took_ms


if __name__ == "__main__":
    print(json.dumps(_visit(VIEWS[int(sys.argv[1])])))
