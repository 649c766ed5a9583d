"""What tests of the analytics share: the simulated network, and random small ones."""

from contextlib import closing

import pytest
from analytics.seven import ROWS, table

from charging.domain.filters import Filters
from charging.queries.engine import Engine
from charging.queries.holdings import holdings

RESOLUTIONS = (5, 7)


@pytest.fixture(scope="session")
def simulated_holdings(simulated):
    """Who holds what in the simulated network, by resolution."""
    with closing(Engine(simulated, memory_limit_mb=500)) as engine:
        return {resolution: holdings(engine, Filters(), resolution) for resolution in RESOLUTIONS}


@pytest.fixture(scope="session")
def seven():
    """The world of seven cells (analytics/seven.py) as a table of holdings."""
    return table(ROWS)
