"""What people ask of the map: selections of several kinds, over views of every zoom that draws cells.

Views are centred on stations, since that is where people look; boxes and resolutions are those the map asks
for. Search for words is left out: it would time Python's way with texts.
"""

import random
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from charging.domain.bounds import Bounds
from charging.domain.filters import Filters
from charging.domain.vocabulary import Access, Connector, Current, Site, Status
from charging.maps.view import View
from charging.maps.viewport import Viewport, frame_for

ZOOMS = (4.5, 5, 6, 7, 8, 9, 10)

CONDITIONS = (0, 1, 1, 1, 2, 2, 3)
"""How many conditions people set at once."""

WITH_UNKNOWN = 0.15
"""How many of them let through what is not known."""


class Question(NamedTuple):
    """The arguments of `charging.queries.hexes.hexes`."""

    filters: Filters
    bounds: Bounds
    resolution: int


def questions(stations: pd.DataFrame, *, count: int, seed: int) -> list[Question]:
    """Return questions about stations with `lat`, `lon`, `operator_id` and `city_id`; the same for a seed."""
    draws = random.Random(seed)  # noqa: S311  no secret
    asked = []
    for at in range(count):
        row = draws.randrange(len(stations))
        view = View(stations.lat.iloc[row], stations.lon.iloc[row], ZOOMS[at % len(ZOOMS)])
        frame = frame_for(Viewport.around(view), detail=0, last=None)
        asked.append(Question(_filters(draws, stations), frame.bounds, frame.resolution))
    return asked


def _filters(draws: random.Random, stations: pd.DataFrame) -> Filters:
    def value(column: str) -> str:
        return stations[column].iloc[draws.randrange(len(stations))]

    draw: dict[str, Callable[[], Any]] = {
        "operators": lambda: tuple(value("operator_id") for _ in range(draws.randint(1, 3))),
        "currents": lambda: (draws.choice([Current.AC, Current.DC]),),
        "min_power_kw": lambda: draws.choice([7.0, 60.0, 120.0, 250.0]),
        "connectors": lambda: (draws.choice([Connector.GBT_AC_SOCKET, Connector.GBT_DC]),),
        "statuses": lambda: (Status.AVAILABLE, Status.CHARGING),
        "access": lambda: (draws.choice(list(Access)),),
        "sites": lambda: tuple(draws.sample(list(Site), 2)),
        "opened_since": lambda: date(draws.randint(2018, 2024), 1, 1),
        "cities": lambda: (value("city_id"),),
    }
    chosen = draws.sample(list(draw), draws.choice(CONDITIONS))
    return Filters(**{name: draw[name]() for name in chosen}, include_unknown=draws.random() < WITH_UNKNOWN)
