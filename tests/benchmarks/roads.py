"""Highway gaps and changes between two datasets, 1.02 million piles: ours against plain pandas.

pandas reads, filters, merges and groups, as a script would: its first answer from the stored files, a changed
one with the tables it read in memory. Both make the same tables, which are compared before anything is timed.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import fields
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from report import Row
from standing import standing

from charging.analytics.changes.stations import (
    KINDS,
    MOVED_M,
    Pairs,
    change_totals,
    pair_stations,
    selected_changes,
)
from charging.analytics.highways import FITS_KM, gap_changes, roads_of
from charging.analytics.schematic import schematic_lines
from charging.dataset.manifest import Description
from charging.dataset.store import Dataset, open_dataset
from charging.dataset.versions import write_version
from charging.domain.expressways import length_km, load_expressways, points_at
from charging.domain.filters import Filters
from charging.domain.geography import great_circle_km
from charging.domain.schema import TABLES
from charging.domain.text_folding import fold_text
from charging.queries.engine import Engine
from charging.queries.highways import service_areas
from charging.queries.holdings import Unit, holdings
from charging.queries.snapshot import every_station, selected_piles

FIRST_MS, CHANGED_MS, BUDGET_PANDAS = 1000.0, 300.0, 8.0

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

ROAD, POINT = ["expressway", "direction"], ["km", "id", "name", "lat", "lon"]

SUMS = [*KINDS, "piles_gained", "piles_lost"]

FIRSTS = 3

Ask = Callable[[Filters], list[pd.DataFrame]]
Read = Callable[[Path, tuple[str, ...] | None], pd.DataFrame]


class Question(NamedTuple):
    """Something both answer with the same tables; ours is asked of the engines of both datasets."""

    bar: str
    ours: Callable[[Engine, Engine], Ask]
    peer: Callable[[Read], Ask]


def measure(data: Path) -> list[Row]:
    """Return the first answer and the answers to a changed control, for gaps and for changes."""
    old = open_dataset(data / "simulated")
    datasets = old, later(old, data / LATER)
    schematic_lines()  # facts of the project, read once by a process: before ours as before the peer
    questions = (
        Question("highway gaps, before and after a partner", _our_gaps, partial(_pandas_gaps, old)),
        Question("changes between two datasets", _our_changes, partial(_pandas_changes, *datasets)),
    )
    return [row for question in questions for row in _rows(question, datasets)]


def _rows(question: Question, datasets: tuple[Dataset, Dataset]) -> list[Row]:
    old, new = datasets
    from_files, in_memory = question.peer(_read), question.peer(cache(_read))
    first_ms = []
    for _ in range(FIRSTS):
        with standing(old) as before, standing(new) as after:
            first_ms.append(_timed_ms(question.ours(before, after), SELECTIONS[0]))
    with standing(old) as before, standing(new) as after:
        ours = question.ours(before, after)
        for filters in SELECTIONS:
            for found, expected in zip(ours(filters), in_memory(filters), strict=True):
                pd.testing.assert_frame_equal(
                    _plain(found), _plain(expected[list(found)]), check_dtype=False, obj=question.bar
                )
        # by turns, so that both meet the machine in the same mood
        by_turns = [
            (_timed_ms(ours, filters), _timed_ms(in_memory, filters))
            for _ in range(3)
            for filters in SELECTIONS[1:]
        ]
        ours_ms, peer_ms = map(statistics.median, zip(*by_turns, strict=True))
    our_first_ms = statistics.median(first_ms)
    peer_first_ms = statistics.median(_timed_ms(from_files, SELECTIONS[0]) for _ in range(FIRSTS))
    note = f"{len(SELECTIONS) - 1} selections, three times each"

    def row(who: str, took_ms: float, **more: object) -> Row:
        return Row(bar=question.bar, who=who, measured=took_ms, unit="ms", **more)

    def against(who: str, took_ms: float, our_ms: float) -> Row:
        return row(who, took_ms, ratio=took_ms / our_ms, peer="ours", at_least=BUDGET_PANDAS)

    return [
        row("ours, first answer", our_first_ms, at_most=FIRST_MS),
        against("plain pandas, stored files read", peer_first_ms, our_first_ms),
        row("ours, conditions changed", ours_ms, at_most=CHANGED_MS, note=note),
        against("plain pandas, tables in memory", peer_ms, ours_ms),
    ]


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts have one kind of null, and stations in the order of their ids."""
    if "station_id" in table:
        table = table.sort_values("station_id", ignore_index=True)
    return table.astype(dict.fromkeys(table.select_dtypes(["object", "str"]), "str"))


def _timed_ms(ask: Ask, filters: Filters) -> float:
    start = time.perf_counter()
    ask(filters)
    return (time.perf_counter() - start) * 1000


def later(dataset: Dataset, folder: Path) -> Dataset:
    """Open, and write first if need be, the same dataset as it could look some months later."""
    if folder.exists():
        return open_dataset(folder)
    tables = {spec.name: pq.read_table(dataset.path(spec.name)) for spec in TABLES}
    stations, piles = tables["stations"], tables["piles"]
    stations = stations.filter(pa.array(np.arange(len(stations)) % CLOSED_EVERY != 0))
    piles = piles.filter(pc.is_in(piles["station_id"], stations["station_id"]))
    grown = pa.array(np.where(np.arange(len(piles)) % GROWN_EVERY == 0, 2, 0))
    count = pc.add(piles["count"], grown)
    piles = piles.set_column(piles.schema.get_field_index("count"), piles.schema.field("count"), count)
    values = {spec.name: getattr(dataset.manifest, spec.name) for spec in fields(Description)}
    return write_version(
        folder, tables | {"stations": stations, "piles": piles}, Description(**values | {"name": LATER})
    )


def _our_gaps(engine: Engine, _: Engine) -> Ask:
    known: list[Any] = []  # what no selection changes, as the page keeps it

    def ask(filters: Filters) -> list[pd.DataFrame]:
        engine.clear_cache()  # a question repeated must cost what a new one does
        held = holdings(engine, filters, Unit.SERVICE_AREA)
        if not known:
            areas = service_areas(engine, Filters())
            known.extend([areas, roads_of(areas)])
        areas, roads = known
        table = gap_changes(areas, held, BASE, [PARTNER], roads=roads)
        return [table.drop(columns=["areas_unknown_before", "areas_unknown_after"])]

    return ask


def _our_changes(old: Engine, new: Engine) -> Ask:
    pairs: list[Pairs] = []  # what no selection changes, as the page keeps it

    def ask(filters: Filters) -> list[pd.DataFrame]:
        old.clear_cache()
        new.clear_cache()
        if not pairs:
            pairs.append(pair_stations(*map(every_station, (old, new))))
        selected = (selected_piles(engine, filters) for engine in (old, new))
        changed = selected_changes(pairs[0], *selected)
        return [change_totals(changed)[SUMS], changed.drop(columns=["piles_unknown", "cell_before"])]

    return ask


def _pandas_gaps(dataset: Dataset, read: Read) -> Ask:
    """Answer as a script would; in the simulated network no number of piles is unknown, and none is told."""
    kept: list[pd.DataFrame] = []

    def ask(filters: Filters) -> list[pd.DataFrame]:
        areas = read(dataset.path("service_areas"), None)
        sites = read(dataset.path("stations"), ("station_id", "service_area_id"))
        rows = _selected(dataset, filters, read).merge(sites.dropna(), on="station_id")
        ends = kept[0] if kept else _ends(areas)
        if read is not _read:
            kept[:] = [ends]
        sides = [
            _longest(
                areas, ends, areas.service_area_id.isin(rows.service_area_id[rows.operator_id.isin(ids)])
            )
            for ids in (BASE, (*BASE, PARTNER))
        ]
        table = areas.groupby(ROAD).size().rename("areas").to_frame()
        table["road_km"] = ends.groupby(ROAD).km.max()
        table["ends"] = "known"
        table = table.join(sides[0].add_suffix("_before")).join(sides[1].add_suffix("_after"))
        table["shortened_km"] = table.gap_km_before - table.gap_km_after
        table["areas_gained"] = table.areas_with_piles_after - table.areas_with_piles_before
        order = ["shortened_km", *ROAD]
        return [table.reset_index().sort_values(order, ascending=[False, True, True], ignore_index=True)]

    return ask


def _ends(areas: pd.DataFrame) -> pd.DataFrame:
    """Return the ends of each road, whose areas must all lie along its line."""
    lines = {line.number: line for line in load_expressways()}
    rows = []
    for road, found in areas.groupby(ROAD):
        line = lines[road[0]]
        points = points_at(line, found.chainage_km)
        assert great_circle_km(found.lat, found.lon, points.lat, points.lon).max() <= FITS_KM
        for km, city in ((0.0, line.cities[0]), (length_km(line), line.cities[-1])):
            rows.append((*road, km, None, city.name_zh, city.lat, city.lon))
    return pd.DataFrame(rows, columns=[*ROAD, *POINT])


def _longest(areas: pd.DataFrame, ends: pd.DataFrame, has_piles: pd.Series) -> pd.DataFrame:
    """Return the longest gap of each road, by road."""
    areas = areas.rename(columns={"chainage_km": "km", "service_area_id": "id"})
    stops = pd.concat([ends, areas.loc[has_piles, [*ROAD, *POINT]]]).sort_values([*ROAD, "km"])
    stops = stops.reset_index(drop=True)
    after = stops.groupby(ROAD)[POINT].shift(-1)
    gap_km = after.km - stops.km
    first = gap_km.round(6).groupby([stops[name] for name in ROAD]).idxmax()
    start, end = (side.loc[first, POINT].set_index(first.index) for side in (stops, after))
    table = start.add_prefix("from_").join(end.add_prefix("to_"))
    inside = areas[~has_piles].join(table[["from_km", "to_km"]], on=ROAD)
    inside = inside[inside.km.between(inside.from_km, inside.to_km)].groupby(ROAD).size()
    lines = schematic_lines()
    return table.assign(
        areas_with_piles=areas[has_piles].groupby(ROAD).size().reindex(table.index, fill_value=0),
        areas_inside=inside.reindex(table.index, fill_value=0),
        gap_km=table.to_km - table.from_km,
        crosses_break=[
            any(start < km < end for km in lines[number].breaks)
            for (number, _), start, end in zip(table.index, table.from_km, table.to_km, strict=True)
        ],
    )


def _pandas_changes(old: Dataset, new: Dataset, read: Read) -> Ask:
    shown = ("name", "name_zh", "lat", "lon", "operator_id", "city_id", "cell")

    def stations(dataset: Dataset, filters: Filters) -> pd.DataFrame:
        counts = _selected(dataset, filters, read).groupby("station_id")["count"].sum()
        return read(dataset.path("stations"), ("station_id", *shown)).merge(counts, on="station_id")

    def ask(filters: Filters) -> list[pd.DataFrame]:
        both = stations(old, filters).merge(
            stations(new, filters),
            on="station_id",
            how="outer",
            suffixes=("_before", ""),
            indicator=True,
        )
        is_opened, is_closed = both["_merge"] == "right_only", both["_merge"] == "left_only"
        stays = both["_merge"] == "both"
        both["piles_before"], both["piles_after"] = both.count_before.fillna(0), both["count"].fillna(0)
        change = both["piles_change"] = both.piles_after - both.piles_before
        renamed = _differ(both, "name", fold_text) | _differ(both, "name_zh", fold_text)
        both["moved_m"] = 1000 * great_circle_km(both.lat_before, both.lon_before, both.lat, both.lon)
        both = both.assign(
            opened=is_opened,
            closed=is_closed,
            grown=stays & (change > 0),
            shrunk=stays & (change < 0),
            renamed=stays & renamed,
            moved=stays & (both.moved_m > MOVED_M),
            reassigned=stays & _differ(both, "operator_id", str),
        )
        both[list(shown)] = both[list(shown)].where(
            ~is_closed, both[[f"{name}_before" for name in shown]].set_axis(shown, axis=1)
        )
        gains = change.clip(lower=0).sum(), (-change).clip(lower=0).sum()
        sums = both[list(KINDS)].sum().to_dict() | dict(zip(SUMS[-2:], gains, strict=True))
        return [pd.DataFrame([sums]), both[both[list(KINDS)].any(axis="columns")]]

    return ask


def _differ(both: pd.DataFrame, name: str, form: Callable[[str], str]) -> pd.Series:
    was, now = both[f"{name}_before"], both[name]
    is_known = was.notna() & now.notna()
    return is_known & (was.map(form, na_action="ignore") != now.map(form, na_action="ignore"))


def _selected(dataset: Dataset, filters: Filters, read: Read) -> pd.DataFrame:
    """Return the selected groups."""
    piles = read(dataset.path("piles"), ("station_id", "operator_id", "power_kw", "count"))
    if filters.min_power_kw is not None:
        piles = piles[piles.power_kw >= filters.min_power_kw]
    if filters.operators:
        piles = piles[piles.operator_id.isin(filters.operators)]
    return piles


def _read(path: Path, columns: tuple[str, ...] | None) -> pd.DataFrame:
    return pd.read_parquet(path, columns=columns and list(columns))
