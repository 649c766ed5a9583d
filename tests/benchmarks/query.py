"""From a selection to its cells, 1.02 million piles: ours against numpy (the limit) and pandas with h3-py.

The three answer the same questions from the same rows with the same table, one after the other, and their
answers are compared, column by column, before anything is timed.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
from numpy_limit import COLUMNS, TEXTS, NumpyLimit
from pandas_way import hexes as pandas_hexes
from questions import Question, questions
from report import Row

from charging.dataset.store import open_dataset
from charging.queries.codes import codes_of
from charging.queries.engine import Engine
from charging.queries.groups import PILE_COUNTS
from charging.queries.hexes import hexes
from charging.settings import Settings

BAR = "filter → hexes, 1.02 M piles"
BUDGETS = {"p50": 2.5, "p95": 1.0}  # at most, of numpy
BUDGET_PANDAS = 6.0  # at least, pandas of ours

QUESTIONS, SEED = 70, 20_250_127
ROUNDS = 3

MEMORY_MB = Settings().memory_limit_mb
P95 = 95

Answer = Callable[[Question], pd.DataFrame]


def measure(data: Path) -> list[Row]:
    """Return p50 and p95 over the questions for each of the three."""
    with closing(Engine(open_dataset(data / "simulated"), memory_limit_mb=MEMORY_MB)) as engine:
        groups = _groups(engine)
        stored = groups.drop(columns=[part for part in PILE_COUNTS if part != "piles"])
        limit = NumpyLimit(groups)
        answers: dict[str, Answer] = {
            "ours": lambda question: _asked_anew(engine, question),
            "limit": limit.hexes,
            "pandas": lambda question: pandas_hexes(stored, question),
        }
        asked = questions(groups.drop_duplicates("station_no"), count=QUESTIONS, seed=SEED)
        cells = [_agreed(answers, question) for question in asked]
        p50, p95 = _percentiles(answers, asked)
    note = f"{len(asked)} questions, {statistics.median(cells):.0f} cells in the middle, {max(cells)} at most"

    return [
        row
        for percentile, took_ms in (("p50", p50), ("p95", p95))
        for row in _rows(percentile, took_ms, note)
    ]


def _rows(percentile: str, took_ms: dict[str, float], note: str) -> list[Row]:
    def row(who: str, measured: str, **more: object) -> Row:
        return Row(bar=BAR, who=f"{who}, {percentile}", measured=took_ms[measured], unit="ms", **more)

    return [
        row("numpy sorted by cell", "limit", note=note),
        row(
            "ours",
            "ours",
            ratio=took_ms["ours"] / took_ms["limit"],
            peer="numpy",
            at_most=BUDGETS[percentile],
        ),
        row(
            "pandas + h3-py",
            "pandas",
            ratio=took_ms["pandas"] / took_ms["ours"],
            peer="ours",
            at_least=BUDGET_PANDAS,
        ),
    ]


def _asked_anew(engine: Engine, question: Question) -> pd.DataFrame:
    engine.clear_cache()  # a question repeated must cost what a new one does
    return hexes(engine, *question)


def _groups(engine: Engine) -> pd.DataFrame:
    """Return the rows all three answer from: those of the engine, with the names of operators."""
    columns = engine.columns
    groups = {name: getattr(columns, name) for name in _NUMBERS}
    groups["connectors"] = np.where(columns.connectors < 0, np.nan, columns.connectors)
    for name in ("current", *TEXTS.values()):
        coded = codes_of(engine, name)
        groups[name] = coded.texts_of(coded.codes)
    for name, counts in columns.pile_counts.items():
        groups[name] = np.where(columns.is_known[name], counts, np.nan)
    return pd.DataFrame(groups)


_NUMBERS = ("cell", "station_no", "lat", "lon", "power_kw", "opened_on")


def _agreed(answers: dict[str, Answer], question: Question) -> int:
    """Return the number of cells all three find, with the same table."""
    tables = {name: answer(question)[list(COLUMNS)].astype("float64") for name, answer in answers.items()}
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, tables["limit"], obj=f"answer of {name} to {question}")
    return len(tables["limit"])


def _percentiles(
    answers: dict[str, Answer], asked: list[Question]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return p50 and p95 over the questions, ms; a question takes the median of its rounds."""
    took_ms: dict[str, list[float]] = {name: [] for name in answers}
    for question in asked:
        for name, answer in answers.items():
            took_ms[name].append(statistics.median(_timed_ms(answer, question) for _ in range(ROUNDS)))
    return (
        {name: statistics.median(times) for name, times in took_ms.items()},
        {name: float(np.percentile(times, P95)) for name, times in took_ms.items()},
    )


def _timed_ms(answer: Answer, question: Question) -> float:
    start = time.perf_counter()
    answer(question)
    return (time.perf_counter() - start) * 1000
