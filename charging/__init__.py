"""EV charging networks on a map: who stands where, what each partner adds, what stays empty.

The names here are what a notebook starts with (docs/api.md); each is loaded when it is first used, so that
importing the package costs nothing. Everything else is imported from its module.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charging.analytics.holdings import bin_stations
    from charging.analytics.studies import Uncached
    from charging.dataset.store import open_dataset
    from charging.domain.filters import Filters
    from charging.queries.engine import Engine

__all__ = ["Engine", "Filters", "Uncached", "bin_stations", "open_dataset"]

_HOMES = {
    "Engine": "charging.queries.engine",
    "Filters": "charging.domain.filters",
    "Uncached": "charging.analytics.studies",
    "bin_stations": "charging.analytics.holdings",
    "open_dataset": "charging.dataset.store",
}


def __getattr__(name: str) -> object:
    """Load a name when it is first used."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the names, loaded or not."""
    return sorted({*globals(), *__all__})
