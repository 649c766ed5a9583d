"""Answers about the loaded dataset, remembered: every cached function of the page.

The key of an answer is the content hash of the dataset, the name of the query and its arguments; the engine
itself stays out of it, and is asked for when an answer is to be computed. Cached functions take all they read
as arguments, show nothing, and raise on failure.
An answer is shared by all who ask, and nobody may change it: a copy for each of them would take as long as
some of the queries.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from charging.dataset.store import Dataset
from charging.dataset.upgrade import open_upgraded
from charging.queries.engine import Engine
from charging.server.metrics import METRICS
from charging.settings import Settings
from charging.views.session.engines import engines, memory
from charging.views.session.visits import asking

P = ParamSpec("P")
T = TypeVar("T")

SLOW_S = 1.0
"""Seconds above which an answer is logged."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answers:
    """One version of a dataset, which stays on the disk as long as this, and what has been asked about it."""

    dataset: Dataset
    settings: Settings

    @property
    def engine(self) -> Engine:
        """What answers questions about the version: not to be kept when it has."""
        return engines.get(self.dataset, self.settings)

    def ask(self, query: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `query(engine, ...)`, from memory if it was asked before by anyone."""
        key = (self.dataset.content_hash, query.__module__, query.__qualname__, args, kwargs)
        return _recall(key, query, lambda: query(self.engine, *args, **kwargs), self.settings)

    def ask_both(
        self,
        other: "Answers",
        question: Callable[Concatenate["Answers", "Answers", P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return `question(self, other, ...)`, from memory if it was asked before by anyone."""
        hashes = (self.dataset.content_hash, other.dataset.content_hash)
        key = (hashes, question.__module__, question.__qualname__, args, kwargs)
        return _recall(key, question, lambda: question(self, other, *args, **kwargs), self.settings)


def open_answers(folder: Path, settings: Settings) -> Answers:
    """Open the current version of a dataset folder, and begin to read it.

    Raises
    ------
    DatasetError
        If the folder holds no dataset that this program can read.
    """
    answers = Answers(open_upgraded(folder), settings)
    _ = answers.engine  # which reads in the background
    return answers


def _recall(key: tuple[Any, ...], query: Callable[..., T], find: Callable[[], T], settings: Settings) -> T:
    def find_and_log() -> T:
        with log_if_slow(query):
            return find()

    memory.max_bytes = settings.cache_limit_mb * 1_000_000
    with asking():
        return memory.get(repr(key), find_and_log)  # what is asked has a faithful repr


@contextmanager
def log_if_slow(query: Callable[..., Any], clock: Callable[[], float] = time.perf_counter) -> Iterator[None]:
    """Count a query, and log one that takes long, by its name: what was asked of it may be private."""
    started_at = clock()
    yield
    seconds, name = clock() - started_at, f"{query.__module__}.{query.__qualname__}"
    METRICS.answered(name, seconds)
    if seconds > SLOW_S:
        _log.warning("%(query)s took %(seconds).1f s", {"query": name, "seconds": seconds})
