"""How large the tests of endurance are, and the table of what the full sizes came to.

They run with `-m endurance`, beside others that take long, at sizes that every change can wait for.
`CHARGING_ENDURANCE=full` runs the full sizes, and writes their table into docs/benchmarks.md.
"""

import os
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"

IS_FULL = os.environ.get("CHARGING_ENDURANCE") == "full"

TITLE = "\n## Endurance\n"
INTRODUCTION = (
    "Made by `CHARGING_ENDURANCE=full python -m pytest -m endurance`, which writes this section anew; the\n"
    "suite runs smaller sizes of the same tests.\n"
)
HEADINGS = ("claim", "size", "seconds", "found", "")


def size(usual, full):
    """Return a number by whether the full sizes are asked for."""
    return full if IS_FULL else usual


def sized(usual, full):
    """Return the parameter of a test: its size as a test of endurance."""
    value = size(usual, full)
    return pytest.param(value, marks=pytest.mark.endurance(value))


def row(report):
    """Return the row of a test that ran."""
    told = dict(report.user_properties)
    name = report.nodeid.rpartition("::")[2]
    claim = re.sub(r"\[.*", "", name).removeprefix("test_").replace("_", " ")
    verdict = "pass" if report.passed else "FAIL"
    return claim, told.get("size", ""), f"{report.duration:.0f}", told.get("found", ""), verdict


def section(rows):
    """Return the section of the page."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *sorted(rows)]
    return f"{TITLE}\n{INTRODUCTION}\n" + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def write_section(rows, page=PAGE):
    """Put the table of the rows in the place of the one before."""
    page.write_text(page.read_text("utf-8").partition(TITLE)[0] + section(rows), "utf-8")
