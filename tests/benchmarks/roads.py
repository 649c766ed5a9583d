"""Highway gaps and changes between two datasets, 1.02 million piles: ours against plain pandas.

pandas reads, filters, merges and groups, as a script would: its first answer from the stored files, a changed
one with the tables it read in memory. Its answers are compared with ours before anything is timed.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import fields
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from report import Row

from charging.analytics.changes import (
    KINDS,
    Pairs,
    Selected,
    change_totals,
    pair_stations,
    selected_changes,
)
from charging.analytics.highways import gap_changes, roads_of
from charging.dataset.manifest import Description
from charging.dataset.store import Dataset, open_dataset
from charging.dataset.versions import write_version
from charging.domain.expressways import length_km, load_expressways
from charging.domain.filters import Filters
from charging.domain.geography import great_circle_km
from charging.domain.schema import TABLES
from charging.domain.text import folded
from charging.queries.engine import Engine
from charging.queries.highways import service_areas
from charging.queries.holdings import Unit, holdings
from charging.queries.snapshot import selected_piles, snapshot
from charging.settings import Settings

FIRST_MS, CHANGED_MS, BUDGET_PANDAS = 1000.0, 300.0, 8.0

MEMORY_MB = Settings().memory_limit_mb

BASE, PARTNER = ("nio", "xpeng", "li_auto"), "teld"

SELECTIONS = (
    Filters(min_power_kw=60.0),
    Filters(),
    Filters(min_power_kw=120.0),
    Filters(operators=("teld", "star_charge", *BASE)),
    Filters(min_power_kw=100.0, operators=("teld", "nio")),
)
"""The first is asked first; then the control moves through the others."""

LATER = "later"
"""Name of the second dataset."""

CLOSED_EVERY, GROWN_EVERY = 31, 10
"""Of the second dataset: each 31st station is gone, each 10th group has two piles more."""

Ask = Callable[[Filters], pd.Series]
Read = Callable[[Path, tuple[str, ...] | None], pd.DataFrame]


class Question(NamedTuple):
    """Something both answer, with a few sums to compare."""

    bar: str
    ours: Ask
    peer: Callable[[Read], Ask]


def measure(data: Path) -> list[Row]:
    """Return the first answer and the answers to a changed control, for gaps and for changes."""
    old = open_dataset(data / "simulated")
    new = later(old, data / LATER)
    with ExitStack() as opened:
        engines = [
            opened.enter_context(closing(Engine(dataset, memory_limit_mb=MEMORY_MB)))
            for dataset in (old, new)
        ]
        for engine in engines:
            _ = engine.columns  # the datasets are open; what follows is the question alone
        questions = (
            Question(
                "highway gaps, before and after a partner", _our_gaps(engines[0]), partial(_pandas_gaps, old)
            ),
            Question(
                "changes between two datasets", _our_changes(*engines), partial(_pandas_changes, old, new)
            ),
        )
        return [row for question in questions for row in _rows(question)]


def _rows(question: Question) -> list[Row]:
    first_ms = _timed_ms(question.ours, SELECTIONS[0])
    from_files, in_memory = question.peer(_read), question.peer(cache(_read))
    for filters in SELECTIONS:
        ours, theirs = question.ours(filters), in_memory(filters)
        pd.testing.assert_series_equal(ours, theirs, check_dtype=False, obj=f"{question.bar}, {filters}")
    ours_ms, peer_ms = (
        statistics.median(_timed_ms(ask, filters) for _ in range(3) for filters in SELECTIONS[1:])
        for ask in (question.ours, in_memory)
    )
    peer_first_ms = statistics.median(_timed_ms(from_files, SELECTIONS[0]) for _ in range(3))
    note = f"{len(SELECTIONS) - 1} selections, three times each"

    def row(who: str, took_ms: float, **more: object) -> Row:
        return Row(bar=question.bar, who=who, measured=took_ms, unit="ms", **more)

    def against(who: str, took_ms: float, our_ms: float) -> Row:
        return row(who, took_ms, ratio=took_ms / our_ms, peer="ours", at_least=BUDGET_PANDAS)

    return [
        row("ours, first answer", first_ms, at_most=FIRST_MS),
        against("plain pandas, stored files read", peer_first_ms, first_ms),
        row("ours, changed control", ours_ms, at_most=CHANGED_MS, note=note),
        against("plain pandas, tables in memory", peer_ms, ours_ms),
    ]


def _timed_ms(ask: Ask, filters: Filters) -> float:
    start = time.perf_counter()
    ask(filters)
    return (time.perf_counter() - start) * 1000


def later(dataset: Dataset, folder: Path) -> Dataset:
    """Write the same dataset as it could look some months later."""
    tables = {spec.name: pq.read_table(dataset.path(spec.name)) for spec in TABLES}
    stations, piles = tables["stations"], tables["piles"]
    stations = stations.filter(pa.array(np.arange(len(stations)) % CLOSED_EVERY != 0))
    piles = piles.filter(pc.is_in(piles["station_id"], stations["station_id"]))
    grown = pa.array(np.where(np.arange(len(piles)) % GROWN_EVERY == 0, 2, 0))
    count = pc.add(piles["count"], grown)
    piles = piles.set_column(piles.schema.get_field_index("count"), piles.schema.field("count"), count)
    described = {spec.name: getattr(dataset.manifest, spec.name) for spec in fields(Description)}
    return write_version(
        folder, tables | {"stations": stations, "piles": piles}, Description(**described | {"name": LATER})
    )


def _our_gaps(engine: Engine) -> Ask:
    known: list[Any] = []  # what no selection changes, as the page keeps it

    def ask(filters: Filters) -> pd.Series:
        held = holdings(engine, filters, Unit.SERVICE_AREA)
        if not known:
            areas = service_areas(engine, Filters())
            known.extend([areas, roads_of(areas)])
        areas, roads = known
        table = (
            gap_changes(areas, held, BASE, [PARTNER], roads=roads)
            .set_index(["expressway", "direction"])
            .sort_index()
        )
        return table.shortened_km.round(6)

    return ask


def _our_changes(old: Engine, new: Engine) -> Ask:
    pairs: list[Pairs] = []  # what no selection changes, as the page keeps it

    def ask(filters: Filters) -> pd.Series:
        if not pairs:
            pairs.append(pair_stations(*(snapshot(engine, Filters()) for engine in (old, new))))
        selected = (Selected(*selected_piles(engine, filters)) for engine in (old, new))
        totals = change_totals(selected_changes(pairs[0], *selected)).iloc[0]
        names = [*KINDS, "piles_gained", "piles_lost"]
        return totals[names].astype("float64").rename("totals")

    return ask


def _pandas_gaps(dataset: Dataset, read: Read) -> Ask:
    lengths_km = {road.number: length_km(road) for road in load_expressways()}

    def ask(filters: Filters) -> pd.Series:
        areas = read(dataset.path("service_areas"), None)
        rows = _selected(dataset, filters, ("service_area_id",), read).dropna(subset="service_area_id")
        longest = []
        for operators in (BASE, (*BASE, PARTNER)):
            served = rows[rows.operator_id.isin(operators)].service_area_id.unique()
            km = areas.chainage_km.where(areas.service_area_id.isin(served))
            by_road = km.groupby([areas.expressway, areas.direction])
            longest.append({road: _longest(found, lengths_km[road[0]]) for road, found in by_road})
        before, after = (pd.Series(gaps_km) for gaps_km in longest)
        table = (before - after).round(6).rename("shortened_km")
        return table.rename_axis(["expressway", "direction"]).sort_index()

    return ask


def _longest(chainage_km: pd.Series, length_km: float) -> float:
    points = [0.0, *sorted(chainage_km.dropna()), length_km]
    return max(end - start for start, end in pairwise(points))


def _pandas_changes(old: Dataset, new: Dataset, read: Read) -> Ask:
    shown = ("name", "name_zh", "lat", "lon", "station_operator")

    def stations(dataset: Dataset, filters: Filters) -> pd.DataFrame:
        by_station = _selected(dataset, filters, shown, read).groupby("station_id")
        return by_station.agg(dict.fromkeys(shown, "first") | {"count": "sum"}).reset_index()

    def ask(filters: Filters) -> pd.Series:
        both = stations(old, filters).merge(
            stations(new, filters),
            on="station_id",
            how="outer",
            suffixes=("_old", "_new"),
            indicator=True,
        )
        stays = both["_merge"] == "both"
        change = both.count_new.fillna(0) - both.count_old.fillna(0)
        renamed = _differ(both, "name", folded) | _differ(both, "name_zh", folded)
        away_km = great_circle_km(both.lat_old, both.lon_old, both.lat_new, both.lon_new)
        return pd.Series(
            {
                "opened": (both["_merge"] == "right_only").sum(),
                "closed": (both["_merge"] == "left_only").sum(),
                "grown": (stays & (change > 0)).sum(),
                "shrunk": (stays & (change < 0)).sum(),
                "renamed": (stays & renamed).sum(),
                "moved": (stays & (away_km > 0.05)).sum(),
                "reassigned": (stays & _differ(both, "station_operator", str)).sum(),
                "piles_gained": change.clip(lower=0).sum(),
                "piles_lost": (-change).clip(lower=0).sum(),
            },
            name="totals",
            dtype="float64",
        )

    return ask


def _differ(both: pd.DataFrame, name: str, form: Callable[[str], str]) -> pd.Series:
    was, now = (both[f"{name}_{side}"] for side in ("old", "new"))
    is_known = was.notna() & now.notna()
    return is_known & (was.map(form, na_action="ignore") != now.map(form, na_action="ignore"))


def _selected(dataset: Dataset, filters: Filters, columns: tuple[str, ...], read: Read) -> pd.DataFrame:
    """Return the selected groups with columns of their station."""
    piles = read(dataset.path("piles"), ("station_id", "operator_id", "power_kw", "count"))
    if filters.min_power_kw is not None:
        piles = piles[piles.power_kw >= filters.min_power_kw]
    if filters.operators:
        piles = piles[piles.operator_id.isin(filters.operators)]
    stored = tuple("operator_id" if name == "station_operator" else name for name in columns)
    stations = read(dataset.path("stations"), ("station_id", *stored))
    return piles.merge(stations.rename(columns={"operator_id": "station_operator"}), on="station_id")


def _read(path: Path, columns: tuple[str, ...] | None) -> pd.DataFrame:
    return pd.read_parquet(path, columns=columns and list(columns))
