"""The project's speed and size, as ratios to named peers measured in the same run.

    python tests/benchmarks                 all of it, about a quarter of an hour
    python tests/benchmarks --only query    one part; may be given several times
    python tests/benchmarks --write         also writes docs/benchmarks.md

Nothing here is part of the test suite: a number depends on the machine, and a ratio on how busy it is.
"""

import argparse
import importlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from report import Row, table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"

ENDURANCE = "\n## Endurance\n"
"""Where the section begins that the tests of endurance write."""

PARTS = {
    "move": "a move of the map until its layers are painted",
    "first_paint": "the first paint of cells, beside pydeck",
    "wire": "bytes a cell on the wire",
    "query": "from a selection to its cells",
    "roads": "highway gaps, and changes between two datasets",
    "worth": "what partners add, who depends on whom, A versus B",
    "reach": "reach and white spots",
    "answers": "answers of a server in every analysing view, first and changed",
    "imports": "whole imports, beside json.loads and csv.reader of the same bytes",
    "start": "from process launch to the first cell painted",
    "heap": "memory of the page after many moves",
    "pan": "a pan inside what was drawn: nothing asked for, drawn anew or blank",
    "many": "20,000 stations in one view, drawn and dragged",
    "recognition": "what columns of unknown tables are taken for, on labelled headers",
    "people": "fifty people at human pace, beside the folium.GeoJson recipe",
    "load": "ten minutes of fifty people, at human pace and at five times that; two hundred on two processes",
}
"""Each part is the module of that name."""

PACKAGES = ("streamlit", "streamlit-folium", "folium", "duckdb", "pandas", "numpy", "h3", "pydeck", "ijson")

READING = """\
How to read it:

- A ratio is the row's measurement divided by that of the peer named in it, taken in the same run; `pass` and
  `MISS` compare it, or the measurement where there is no peer, with the budget; `planned` is a budget that
  waits for work on the roadmap. Absolute times are this machine's and change with it.
- Times are medians. *Painted* is the task after the animation frame in which the layers were drawn, in
  headless Chromium with a software canvas, for us and for the peers alike.
- **Move**: the map is panned out of what was drawn, so that every layer changes. The floor is st_folium's
  debounce of 250 ms and a rerun that brings an empty layer. *Bare layer* is the layer alone on a page, as the
  peers are; *whole dashboard* has the query, the panel and the table on top.
- **Filter → hexes**: the three answer the same questions with the same table, which is compared before
  anything is timed. numpy is the limit: arrays made for this one question, and nothing between it and memory.
  Ours remembers the centres of cells it has met; the others look them up anew.
- **What partners add**, **what if**, **A versus B**, **highway gaps**, **changes**: a *first answer* is that
  of an engine that stands and was asked nothing yet, beside pandas that begins by reading the stored files;
  *conditions changed* finds who holds what anew, beside pandas with its tables in memory. Both make the same
  tables. Where only a control of the analysis was changed, the holdings are kept.
- **Answers** are a server's to a visitor without a browser, from the request to the end of the run. The first
  comes from a server that has loaded what it loads ahead and was asked nothing yet; of each control the
  median of its values counts, and the slowest is named.
- **Import**: both are processes of their own on the same made file, and what is compared is processor time.
  Ours includes the start of Python with modules that are compiled already, every check, sorting, the content
  hash and writing Parquet; `json.loads` is the call alone, `csv.reader` a loop over its rows that keeps
  nothing.
- **Starts** are from the launch of the server process, with files warm and the browser open, to the first
  cell (of the empty page: the map) painted for a visitor without a cache.
- **Heap** is of the whole page after collecting garbage, and the pans end where they began.
- **Pan inside**: a quarter is drawn beyond each edge. Layers are counted as they come onto the map, frames
  are read from the canvas before each paint; a flicker shows less than 70 % of frames before and after it.
- **20,000 stations** are drawn in a window of 1920 × 1080, timed from the answer's arrival in the frame.
- **Recognition** is no time: shares of the fields of header rows of real tables, labelled by hand, a
  family of tables weighed once; a wrong coordinate, count or power misses the bar whatever the share.
- **50 people** hold no browser: they speak Streamlit's websocket, and every answer is compared with what the
  queries find. Memory is all that the server grew by while they came and stayed, answers it keeps included.
- **Ten minutes** are of the same people. Memory is the server's RSS; 200 people share two processes, and the
  cores with those who ask.
"""


def main() -> None:
    """Run the parts and print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help=_part_list())
    parser.add_argument("--write", action="store_true", help="write the table to docs/benchmarks.md")
    options = parser.parse_args()
    rows = _run(options.only or list(PARTS))
    print(table(rows))
    if options.write:
        endurance = "".join(PAGE.read_text(encoding="utf-8").partition(ENDURANCE)[1:])
        PAGE.write_text(_page(rows, options.only or []) + endurance, encoding="utf-8")
        print(f"written to {PAGE.relative_to(ROOT)}")


def _run(parts: list[str]) -> list[Row]:
    """Run parts over a simulated network built for them: no dataset of the user is read or changed."""
    sys.path.insert(0, str(ROOT))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        _say("building the simulated network")
        build = [sys.executable, "-m", "charging", "build", "--into", str(data / "simulated")]
        subprocess.run(
            build, cwd=ROOT, env=os.environ | {"CHARGING_BUILD_DIR": folder}, check=True, capture_output=True
        )
        for part in parts:
            start = time.monotonic()
            rows += importlib.import_module(part).measure(data)
            _say(f"{part}: {PARTS[part]} ({time.monotonic() - start:.0f} s)")
    return rows


def _page(rows: list[Row], only: list[str]) -> str:
    today = datetime.now(tz=UTC).date()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = os.getloadavg()[0]
    command = " ".join(["python tests/benchmarks --write", *(f"--only {part}" for part in only)])
    return (
        "# Benchmarks\n\n"
        f"Measured on {today} on {os.cpu_count()} cores with {memory_gb:.0f} GB of memory, "
        f"Python {platform.python_version()}, {packages}.\n"
        f"The one-minute load average at the end was {load:.1f}, with all that ran on the machine.\n"
        f"Made by `{command}`; that command writes this part anew.\n\n"
        f"{table(rows)}\n\n{READING}"
    )


def _part_list() -> str:
    return "; ".join(f"{name}: {what}" for name, what in PARTS.items())


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


main()
