"""Cells and texts as positions among their distinct values: found once."""

from contextlib import closing

from charging.domain.filters import Filters
from charging.queries.codes import AHEAD, find_ahead
from charging.queries.engine import Engine
from charging.queries.holdings import holdings


def test_the_cells_that_analyses_begin_with_are_found_ahead(tiny_dataset, monkeypatch):
    with closing(Engine(tiny_dataset, memory_limit_mb=100)) as engine:
        find_ahead(engine)
        monkeypatch.delattr("charging.queries.codes.cells_at")  # whoever finds some now fails
        assert all(len(holdings(engine, Filters(), resolution)) for resolution in AHEAD)
