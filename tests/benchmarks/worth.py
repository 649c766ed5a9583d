"""What a partner is worth, 1.02 million piles: ours against pandas with h3-py, and ten times the network.

Timed is what the server does: the first answer of an engine that stands, and the answer after a control was
changed. The peer has the stored columns in memory and finds the same holdings and the same figures, which is
checked before anything is timed. A further analysis is one more `Case` in `CASES`.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pandas_worth as peer
from report import Row

from charging.analytics.comparison import Standing, compare, tally, white_spots_of
from charging.analytics.coverage import marginal_gains, served
from charging.analytics.resilience import concentration, dependence, without
from charging.dataset.store import Dataset, open_dataset
from charging.domain.filters import Filters
from charging.queries.engine import Engine
from charging.queries.holdings import holdings
from charging.settings import Settings

ROOT = Path(__file__).parents[2]
MEMORY_MB = Settings().memory_limit_mb

RESOLUTION, COARSER = 7, 5  # the coarser one has up to 8,000 occupied cells
RINGS = (1, 2, 3)
SCALE = 10

BUDGET_PANDAS = 8.0
FIRST_MS, CHANGED_MS = 1_000.0, 300.0
RINGS_BEYOND_MS = 2_000.0  # above 8,000 occupied cells
GREEDY_MS = 5_000.0

FIRSTS, ROUNDS = 3, 5

MIN_POWER_KW = 120.0
BASE, RIVALS = ["nio"], ["li_auto", "xpeng"]
PARTNERS = ["csg", "didi", "evpower", "huichongdian", "li_auto", "star_charge", "state_grid", "szcdw", "teld"]
PARTNERS += ["weijingyun", "xpeng", "ykc"]

Kept = Any
"""What a page keeps while a control changes: tables, or who serves what."""


class Case(NamedTuple):
    """An analysis: how we answer, how the peer does, and what is kept while its control changes."""

    bar: str
    answer: Callable[[pd.DataFrame], object]  # from the holdings at `resolution`
    pandas: Callable[[pd.DataFrame], object]  # the same, from the peer's
    control: str
    keep: Callable[[pd.DataFrame], Kept]
    change: Callable[[Kept], object]
    resolution: int = RESOLUTION
    changed_ms: float = CHANGED_MS


def _gains(table: pd.DataFrame, rings: int = 0) -> list[tuple[str, float]]:
    order = marginal_gains(served(table, rings=rings), BASE, PARTNERS)
    return list(zip(order.operator_id, order.gain, strict=True))


def _losses(table: pd.DataFrame) -> tuple[float, ...]:
    lost = dependence(without(table, RIVALS))
    return lost.units_lost, lost.units_halved, lost.piles_lost, round(concentration(table).hhi.sum(), 3)


def _standings(table: pd.DataFrame) -> tuple[list[int], list[int]]:
    compared = compare(table, None, BASE, RIVALS)
    units = tally(compared).set_index("category").units
    wanted = [Standing.ONLY_A, Standing.ONLY_B, Standing.A_LEADS, Standing.B_LEADS]
    return units[wanted].tolist(), white_spots_of(compared).unit.tolist()


def _rings(rings: int, resolution: int, changed_ms: float) -> Case:
    return Case(
        bar=f"what partners add, {rings} ring{'s' * (rings > 1)} around, resolution {resolution}",
        resolution=resolution,
        answer=lambda table: _gains(table, rings),
        pandas=lambda table: peer.gains(peer.served(table, rings), BASE, PARTNERS),
        control="rings",
        keep=lambda table: table,
        change=lambda table: _gains(table, rings),
        changed_ms=changed_ms,
    )


CASES = (
    Case(
        bar=f"what partners add, resolution {RESOLUTION}",
        answer=_gains,
        pandas=lambda table: peer.gains(peer.served(table), BASE, PARTNERS),
        control="base",
        keep=served,
        change=lambda kept: marginal_gains(kept, RIVALS, [*BASE, "teld", "star_charge"]),
    ),
    *(_rings(rings, COARSER, CHANGED_MS) for rings in RINGS),
    _rings(RINGS[-1], RESOLUTION, RINGS_BEYOND_MS),
    Case(
        bar=f"what if partners leave, resolution {RESOLUTION}",
        answer=_losses,
        pandas=lambda table: peer.losses(table, RIVALS),
        control="leavers",
        keep=lambda table: table,
        change=lambda table: dependence(without(table, BASE)),
    ),
    Case(
        bar=f"A versus B, resolution {RESOLUTION}",
        answer=_standings,
        pandas=lambda table: peer.standings(table, BASE, RIVALS),
        control="operators",
        keep=lambda table: table,
        change=lambda table: tally(compare(table, None, RIVALS, ["teld"])),
    ),
)


def measure(data: Path) -> list[Row]:
    """Return the rows of all cases, then that of the large network."""
    dataset = open_dataset(data / "simulated")
    groups = peer.stored(dataset)
    rows = [row for case in CASES for row in _measured(case, dataset, groups)]
    with tempfile.TemporaryDirectory() as folder:
        return [*rows, _large(Path(folder))]


def _measured(case: Case, dataset: Dataset, groups: pd.DataFrame) -> list[Row]:
    everything, fast = Filters(), Filters(min_power_kw=MIN_POWER_KW)

    def ours(engine: Engine, filters: Filters) -> object:
        engine.forget()  # a question repeated must cost what a new one does
        return case.answer(holdings(engine, filters, case.resolution))

    def theirs(min_power_kw: float | None = None) -> object:
        return case.pandas(peer.holdings(groups, case.resolution, min_power_kw))

    first_ms = []
    for _ in range(FIRSTS):
        with _standing(dataset) as engine:
            first_ms.append(_ms(lambda engine=engine: ours(engine, everything)))
    with _standing(dataset) as engine:
        for filters in (everything, fast):
            table = holdings(engine, filters, case.resolution)
            peers = peer.holdings(groups, case.resolution, filters.min_power_kw)
            pd.testing.assert_frame_equal(table, peers, check_dtype=False)
            found, expected = ours(engine, filters), theirs(filters.min_power_kw)
            if found != expected:
                message = f"{case.bar}: ours and pandas differ for {filters}: {found} and {expected}"
                raise AssertionError(message)
        table = holdings(engine, everything, case.resolution)
        kept = case.keep(table)
        again_ms = _median_ms(lambda: ours(engine, everything))
        filtered_ms = _median_ms(lambda: ours(engine, fast))
        changed_ms = _median_ms(lambda: case.change(kept))
        pandas_ms = _median_ms(theirs)
    cells = f"{table.unit.nunique():,} occupied cells"

    def row(who: str, took_ms: float, **more: object) -> Row:
        return Row(bar=case.bar, who=who, measured=took_ms, unit="ms", **more)

    return [
        row("ours, first answer", statistics.median(first_ms), at_most=FIRST_MS, note=cells),
        row("ours, the same again", again_ms),
        row("ours, conditions changed", filtered_ms, at_most=max(CHANGED_MS, case.changed_ms)),
        row(f"ours, {case.control} changed", changed_ms, at_most=case.changed_ms),
        row("pandas + h3-py", pandas_ms, ratio=pandas_ms / again_ms, peer="ours", at_least=BUDGET_PANDAS),
    ]


def _large(folder: Path) -> Row:
    """Return the time to the greedy order of all operators in a network of ten times the piles."""
    name = "simulated"
    build = [sys.executable, "-m", "charging", "build", "--scale", str(SCALE), "--into", str(folder / name)]
    environment = os.environ | {"CHARGING_BUILD_DIR": str(folder)}
    subprocess.run(build, cwd=ROOT, env=environment, check=True, capture_output=True)
    with _standing(open_dataset(folder / name)) as engine:
        operators = list(engine.operator_ids.values())

        def answer() -> pd.DataFrame:
            return marginal_gains(served(holdings(engine, Filters(), RESOLUTION)), [], operators)

        took_ms = _ms(answer)
        table = holdings(engine, Filters(), RESOLUTION)
    piles, cells = int(np.nansum(table.piles)), table.unit.nunique()
    return Row(
        bar=f"greedy order of {len(operators)} operators",
        who=f"ours, first answer, resolution {RESOLUTION}",
        measured=took_ms,
        unit="ms",
        at_most=GREEDY_MS,
        note=f"{piles:,} piles, {cells:,} occupied cells",
    )


@contextmanager
def _standing(dataset: Dataset) -> Iterator[Engine]:
    """Open an engine and wait until its tables stand, as they do once the map is shown."""
    with closing(Engine(dataset, memory_limit_mb=MEMORY_MB)) as engine:
        _ = engine.columns
        yield engine


def _median_ms(answer: Callable[[], object]) -> float:
    return statistics.median(_ms(answer) for _ in range(ROUNDS))


def _ms(answer: Callable[[], object]) -> float:
    start = time.perf_counter()
    answer()
    return (time.perf_counter() - start) * 1000
