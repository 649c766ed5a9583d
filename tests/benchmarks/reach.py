"""Reach and white spots, 1.02 million piles: ours against pandas, h3-py and a haversine for every pair.

Both answer the same question about DC piles with the same tables, which are compared before anything is said
about time. The plain way reads the stored files, as whoever has no engine does; ours has it open, as the page
has. Its first answer counts by itself, since it loads scipy and finds the stations near every place; so does
one after a condition was changed. The plain way to reach is asked about every tenth place, and its time for
them is taken ten times: for all of them it would run for half a minute.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from report import Row
from standing import standing

from charging.analytics.population import nearest_people_km, people_of
from charging.analytics.reach import reach_curve
from charging.analytics.white_spots import Exponents, rank_white_spots, white_spot_candidates
from charging.dataset.store import Dataset, open_dataset
from charging.domain.filters import Filters
from charging.domain.geography import great_circle_km
from charging.domain.vocabulary import Current
from charging.domain.weights import Weights, place_weights
from charging.queries.engine import Engine
from charging.queries.points import points

REACH, SPOTS = "reach of DC piles", "white spots, resolution 5"
FIRST_MS, CHANGED_MS, BUDGET_PLAIN = 1000.0, 300.0, 8.0

ROUNDS, TENTH = 5, 10
KMS = tuple(range(1, 101))
OWN = ("nio", "xpeng", "li_auto")
RESOLUTION = 5
FILTERS = Filters(currents=(Current.DC,))
OTHERS_KW = (7.0, 60.0, 120.0, 180.0, 250.0, 480.0)

Answer = TypeVar("Answer")


def measure(data: Path) -> list[Row]:
    """Return the times of first and changed answers, and those of the plain way."""
    dataset = open_dataset(data / "simulated")
    with standing(dataset) as engine:
        (_, nearest), cold_ms = _timed(lambda: _reach(engine))
        places = people_of(engine)
        conditions_ms = [_timed(lambda kw=kw: _reach(engine, kw))[1] for kw in OTHERS_KW]
        changed_ms = _median_ms(lambda: reach_curve(nearest, places, OWN, KMS))
        cells, spots_ms = _spots(engine), _median_ms(lambda: _spots(engine))
        ranked_ms = _median_ms(lambda: rank_white_spots(cells, Exponents(weight=0.5, distance=2, others=1)))
    reach_ms = statistics.median(_first_ms(dataset) for _ in range(ROUNDS))
    stations, read_ms = _timed(lambda: _plain_points(dataset))
    tenth = places.where(np.arange(len(places)) % TENTH == 0)
    (plain_curve, plain_nearest), tenth_ms = _timed(lambda: _plain_reach(stations, tenth))
    nearest = nearest.iloc[::TENTH].reset_index(drop=True)
    pd.testing.assert_frame_equal(nearest, plain_nearest, rtol=0, atol=1e-9)
    pd.testing.assert_frame_equal(reach_curve(nearest, tenth, OWN, KMS), plain_curve, rtol=1e-9)
    plain_cells, plain_spots_ms = _timed(lambda: _plain_spots(dataset))
    spots = rank_white_spots(cells, Exponents(), len(cells)).table[list(plain_cells)]
    pd.testing.assert_frame_equal(spots, plain_cells, rtol=1e-9, atol=1e-6)
    return [
        _row(REACH, "ours, very first answer", cold_ms, at_most=FIRST_MS, note="scipy is loaded in it"),
        _row(REACH, "ours, first answer", reach_ms, at_most=FIRST_MS, note=f"{len(places):,} places"),
        _row(
            REACH,
            "ours, conditions changed",
            statistics.median(conditions_ms),
            at_most=CHANGED_MS,
            note=f"{len(OTHERS_KW)} minimum powers",
        ),
        _row(REACH, "ours, other operators", changed_ms, at_most=CHANGED_MS, note=f"{len(KMS)} distances"),
        _against(REACH, read_ms + tenth_ms * TENTH, reach_ms, note="every tenth place, ten times"),
        _row(
            SPOTS, "ours, points + candidates + ranks", spots_ms, at_most=FIRST_MS, note=f"{len(cells)} cells"
        ),
        _row(SPOTS, "ours, other exponents", ranked_ms, at_most=CHANGED_MS),
        _against(SPOTS, plain_spots_ms, spots_ms),
    ]


def _row(bar: str, who: str, took_ms: float, **more: object) -> Row:
    return Row(bar=bar, who=who, measured=took_ms, unit="ms", **more)


def _against(bar: str, plain_ms: float, ours_ms: float, *, note: str = "") -> Row:
    return _row(
        bar,
        "pandas + haversine",
        plain_ms,
        ratio=plain_ms / ours_ms,
        peer="ours",
        at_least=BUDGET_PLAIN,
        note=note,
    )


def _reach(engine: Engine, min_power_kw: float | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    nearest = nearest_people_km(engine, replace(FILTERS, min_power_kw=min_power_kw))
    return reach_curve(nearest, people_of(engine), OWN, KMS), nearest


def _first_ms(dataset: Dataset) -> float:
    with standing(dataset) as engine:
        return _timed(lambda: _reach(engine))[1]


def _spots(engine: Engine) -> pd.DataFrame:
    cells = white_spot_candidates(place_weights(), points(engine, FILTERS), RESOLUTION, OWN)
    rank_white_spots(cells, Exponents())
    return cells


def _plain_points(dataset: Dataset) -> pd.DataFrame:
    stations = pd.read_parquet(dataset.path("stations"), columns=["station_id", "lat", "lon"])
    columns = ["station_id", "operator_id", "current", "count"]
    piles = pd.read_parquet(dataset.path("piles"), columns=columns)
    piles = piles[piles.current.isin(["DC", "AC_DC"])]
    held = piles.groupby(["station_id", "operator_id"], as_index=False)["count"].sum()
    return held[held["count"] > 0].merge(stations, on="station_id")


def _plain_reach(stations: pd.DataFrame, places: Weights) -> tuple[pd.DataFrame, pd.DataFrame]:
    nearest = pd.DataFrame(
        [
            pd.Series(great_circle_km(lat, lon, stations.lat, stations.lon))
            .groupby(stations.operator_id)
            .min()
            .to_dict()
            for lat, lon in zip(places.lat, places.lon, strict=True)
        ]
    ).sort_index(axis="columns")
    own_km = nearest[list(OWN)].min(axis="columns")
    curve = pd.DataFrame({"km": [float(km) for km in KMS]})
    curve["weight_reached"] = [places.weight[own_km <= km].sum() for km in KMS]
    curve["weight_whole"] = places.weight.sum()
    return curve.assign(share=curve.weight_reached / curve.weight_whole), nearest


def _plain_spots(dataset: Dataset) -> pd.DataFrame:
    stations, weights = _plain_points(dataset), place_weights()
    own = stations[stations.operator_id.isin(OWN)]
    phi, lam = np.radians(weights.lat), np.radians(weights.lon)
    vectors = {"x": np.cos(phi) * np.cos(lam), "y": np.cos(phi) * np.sin(lam), "z": np.sin(phi)}
    towns = pd.DataFrame({axis: values * weights.weight for axis, values in vectors.items()})
    towns["cell"] = [
        h3.latlng_to_cell(lat, lon, RESOLUTION) for lat, lon in zip(weights.lat, weights.lon, strict=True)
    ]
    cells = towns.assign(weight=weights.weight).groupby("cell", as_index=False).sum()
    lat = np.degrees(np.arctan2(cells.z, np.hypot(cells.x, cells.y)))
    lon = np.degrees(np.arctan2(cells.y, cells.x))
    cells["distance_km"] = [
        great_circle_km(*point, own.lat, own.lon).min() for point in zip(lat, lon, strict=True)
    ]
    cells["score"] = cells.weight * cells.distance_km
    best = cells.sort_values(["score", "cell"], ascending=[False, True], ignore_index=True)
    return best[["cell", "weight", "distance_km", "score"]]


def _timed(ask: Callable[[], Answer]) -> tuple[Answer, float]:
    start = time.perf_counter()
    answer = ask()
    return answer, (time.perf_counter() - start) * 1000


def _median_ms(ask: Callable[[], object]) -> float:
    return statistics.median(_timed(ask)[1] for _ in range(ROUNDS))
