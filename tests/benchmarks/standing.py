"""An engine as it is once the map is shown: its tables stand, and it was asked nothing yet."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from charging.dataset.store import Dataset
from charging.queries.codes import find_ahead
from charging.queries.engine import Engine
from charging.settings import Settings


@contextmanager
def standing(dataset: Dataset) -> Iterator[Engine]:
    """Open an engine and wait until its tables stand."""
    with closing(Engine(dataset, memory_limit_mb=Settings().memory_limit_mb)) as engine:
        engine.wait()
        find_ahead(engine)  # as the server does
        yield engine
