"""What a partner is worth, 1.02 million piles: ours against pandas with h3-py, and ten times the network.

Like is timed with like: the first answer of an engine that stands with that of plain pandas, which begins by
reading the stored files; the answer after a condition was changed with that of pandas whose tables are in
memory and joined. Both make the same tables, all columns of them, which is checked before anything is timed.
Where only a control of the analysis is changed we keep the holdings, as the page does, and the plain way has
nothing of the kind. A further analysis is one more `Case` in `CASES`.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pandas_worth as peer
from report import Row
from standing import standing

from charging.analytics.comparison import compare_holdings, sum_by_standing, white_spots_of
from charging.analytics.coverage import coverage_of, marginal_gains
from charging.analytics.resilience import Loss, concentration, dependence, losses_without
from charging.dataset.store import Dataset, open_dataset
from charging.domain.filters import Filters
from charging.queries.engine import Engine
from charging.queries.holdings import holdings

ROOT = Path(__file__).parents[2]
RESOLUTION, COARSER = 7, 5  # the coarser one has up to 8,000 occupied cells
RINGS = (1, 2, 3)
SCALE = 10

BUDGET_PANDAS = 8.0
FIRST_MS, CHANGED_MS = 1_000.0, 300.0
RINGS_BEYOND_MS = 2_000.0  # above 8,000 occupied cells
GREEDY_MS = 5_000.0

FIRSTS, ROUNDS = 5, 7

MIN_POWER_KW = 120.0
BASE, RIVALS = ["nio"], ["li_auto", "xpeng"]
PARTNERS = ["csg", "didi", "evpower", "huichongdian", "li_auto", "star_charge", "state_grid", "szcdw", "teld"]
PARTNERS += ["weijingyun", "xpeng", "ykc"]

Kept = Any
"""What a page keeps while a control changes: tables, or who serves what."""


Tables = Sequence[pd.DataFrame | pd.Series]


class Case(NamedTuple):
    """An analysis: how we answer, how the peer does, and what is kept while its control changes."""

    bar: str
    answer: Callable[[pd.DataFrame], Tables]  # from the holdings at `resolution`
    pandas: Callable[[pd.DataFrame], Tables]  # the same, from the peer's
    control: str
    keep: Callable[[pd.DataFrame], Kept]
    change: Callable[[Kept], object]
    resolution: int = RESOLUTION
    first_ms: float = FIRST_MS
    changed_ms: float = CHANGED_MS


def _gains(table: pd.DataFrame, rings: int = 0) -> Tables:
    return [marginal_gains(coverage_of(table, rings=rings), BASE, PARTNERS)]


def _pandas_gains(table: pd.DataFrame, rings: int = 0) -> Tables:
    return [peer.gains(peer.served(table, rings), BASE, PARTNERS)]


def _losses(table: pd.DataFrame) -> Tables:
    lost = losses_without(table, RIVALS)
    sums = dependence(lost)
    counts = {loss: getattr(sums, f"units_{loss}") for loss in Loss}
    return [lost, pd.Series(counts, name="count"), concentration(table)]


def _pandas_losses(table: pd.DataFrame) -> Tables:
    lost, counts = peer.losses(table, RIVALS)
    return [lost, counts.reindex(list(Loss), fill_value=0), peer.concentration(table)]


def _standings(table: pd.DataFrame) -> Tables:
    compared = compare_holdings(table, None, BASE, RIVALS)
    return [compared, sum_by_standing(compared), white_spots_of(compared)]


def _rings(rings: int, resolution: int, changed_ms: float) -> Case:
    return Case(
        bar=f"what partners add, {rings} ring{'s' * (rings > 1)} around, resolution {resolution}",
        resolution=resolution,
        answer=lambda table: _gains(table, rings),
        pandas=lambda table: _pandas_gains(table, rings),
        control="rings",
        keep=lambda table: table,
        change=lambda table: _gains(table, rings),
        first_ms=max(FIRST_MS, changed_ms),
        changed_ms=changed_ms,
    )


CASES = (
    Case(
        bar=f"what partners add, resolution {RESOLUTION}",
        answer=_gains,
        pandas=_pandas_gains,
        control="base",
        keep=coverage_of,
        change=lambda kept: marginal_gains(kept, RIVALS, [*BASE, "teld", "star_charge"]),
    ),
    *(_rings(rings, COARSER, CHANGED_MS) for rings in RINGS),
    _rings(RINGS[-1], RESOLUTION, RINGS_BEYOND_MS),
    Case(
        bar=f"what if partners leave, resolution {RESOLUTION}",
        answer=_losses,
        pandas=_pandas_losses,
        control="leavers",
        keep=lambda table: table,
        change=lambda table: dependence(losses_without(table, BASE)),
    ),
    Case(
        bar=f"A versus B, resolution {RESOLUTION}",
        answer=_standings,
        pandas=lambda table: peer.standings(table, BASE, RIVALS),
        control="operators",
        keep=lambda table: table,
        change=lambda table: sum_by_standing(compare_holdings(table, None, RIVALS, ["teld"])),
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

    def ours(engine: Engine, filters: Filters) -> Tables:
        engine.clear_cache()  # a question repeated must cost what a new one does
        return case.answer(holdings(engine, filters, case.resolution))

    def theirs(rows: pd.DataFrame, filters: Filters) -> Tables:
        return case.pandas(peer.holdings(rows, case.resolution, filters.min_power_kw))

    first_ms = []
    for _ in range(FIRSTS):
        with standing(dataset) as engine:
            first_ms.append(_ms(lambda engine=engine: ours(engine, everything)))
    with standing(dataset) as engine:
        for filters in (everything, fast):
            _check(case.bar, ours(engine, filters), theirs(groups, filters))
        table = holdings(engine, everything, case.resolution)
        kept = case.keep(table)
        # by turns, so that both meet the machine in the same mood
        by_turns = [
            (_ms(lambda: ours(engine, fast)), _ms(lambda: theirs(groups, fast))) for _ in range(ROUNDS)
        ]
        filtered_ms, pandas_ms = map(statistics.median, zip(*by_turns, strict=True))
        changed_ms = _median_ms(lambda: case.change(kept))
    pandas_first_ms = _median_ms(lambda: theirs(peer.stored(dataset), everything))
    first = statistics.median(first_ms)
    cells = f"{table.unit.nunique():,} occupied cells"

    def row(who: str, took_ms: float, **more: object) -> Row:
        return Row(bar=case.bar, who=who, measured=took_ms, unit="ms", **more)

    def against(who: str, took_ms: float, ours_ms: float) -> Row:
        return row(who, took_ms, ratio=took_ms / ours_ms, peer="ours", at_least=BUDGET_PANDAS)

    return [
        row("ours, first answer", first, at_most=case.first_ms, note=cells),
        against("pandas + h3-py, stored files read", pandas_first_ms, first),
        row("ours, conditions changed", filtered_ms, at_most=case.changed_ms),
        against("pandas + h3-py, tables in memory", pandas_ms, filtered_ms),
        row(f"ours, {case.control} changed", changed_ms, at_most=case.changed_ms),
    ]


def _check(bar: str, ours: Tables, theirs: Tables) -> None:
    for at, pair in enumerate(zip(ours, theirs, strict=True)):
        found, expected = (pd.DataFrame(table).reset_index(drop=True) for table in pair)
        found = found.astype({name: "str" for name in found if name == "category"})
        pd.testing.assert_frame_equal(
            found, expected, check_dtype=False, check_names=False, obj=f"{bar}, {at}"
        )


def _large(folder: Path) -> Row:
    """Return the time to the greedy order of all operators in a network of ten times the piles."""
    name = "simulated"
    build = [sys.executable, "-m", "charging", "build", "--scale", str(SCALE), "--into", str(folder / name)]
    environment = os.environ | {"CHARGING_BUILD_DIR": str(folder)}
    subprocess.run(build, cwd=ROOT, env=environment, check=True, capture_output=True)
    with standing(open_dataset(folder / name)) as engine:
        operators = list(engine.operator_ids.values())

        def answer() -> pd.DataFrame:
            return marginal_gains(coverage_of(holdings(engine, Filters(), RESOLUTION)), [], operators)

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


def _median_ms(answer: Callable[[], object]) -> float:
    return statistics.median(_ms(answer) for _ in range(ROUNDS))


def _ms(answer: Callable[[], object]) -> float:
    start = time.perf_counter()
    answer()
    return (time.perf_counter() - start) * 1000
