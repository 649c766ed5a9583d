"""`diff`: what changed between two datasets of the same sources."""

import argparse
from typing import Any

import pandas as pd

from charging.analytics.changes.stations import KINDS, ChangesBy, Incomparable, change_totals, find_obstacles
from charging.analytics.changes.studies import changed_stations
from charging.cli.command import Output, add_query, load_dataset, parse_selection
from charging.cli.question import dataset_values, heading, open_engine, query_text, selection_lines
from charging.cli.tables import align_figures, align_table, figure, json_rows, one_line
from charging.dataset.store import Dataset
from charging.errors import DatasetError
from charging.settings import Settings

_PILES = ("piles_gained", "piles_lost", "piles_net")


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_diff)
    for name in ("old", "new"):
        sub.add_argument(name, metavar=name.upper(), help="a folder or a name")
    add_query(sub)


def _diff(options: argparse.Namespace, settings: Settings) -> Output:
    old, new = (load_dataset(name, settings) for name in (options.old, options.new))
    filters = parse_selection(options.query, old, new)
    obstacles = find_obstacles(old.manifest, new.manifest)
    _require_comparable(obstacles, old, new)
    counts_piles = not any(obstacle.forbids_piles for obstacle in obstacles)
    with open_engine(old, settings) as before, open_engine(new, settings) as after:
        stations = changed_stations(after, before, filters, count_piles=counts_piles)
    every, by_operator = change_totals(stations), change_totals(stations, ChangesBy.OPERATOR)
    if not counts_piles:  # sums without a known value are not 0
        every, by_operator = (table.assign(**dict.fromkeys(_PILES)) for table in (every, by_operator))
    warnings = [_obstacle_note(obstacle) for obstacle in obstacles]
    values: dict[str, Any] = {
        "old": dataset_values(old),
        "new": dataset_values(new),
        "query": query_text(filters),
        "warnings": [{"obstacle": str(o.obstacle), "old": o.old, "new": o.new} for o in obstacles],
        "totals": json_rows(every)[0],
        "by_operator": json_rows(by_operator.rename(columns={"key": "operator_id"})),
    }
    lines = ["Old:", *heading(old), "New:", *heading(new), *selection_lines(filters), *warnings]
    return Output(values, [*lines, "", *_total_lines(every), "", *_operator_lines(by_operator)])


def _require_comparable(obstacles: tuple[Incomparable, ...], old: Dataset, new: Dataset) -> None:
    """Raise if not even stations are comparable."""
    if reasons := [_obstacle_note(obstacle) for obstacle in obstacles if obstacle.forbids_stations]:
        raise DatasetError(
            f"Expected two datasets of the same sources, found {old.folder} and {new.folder}. "
            f"{' '.join(reasons)} Compare two imports of the same source; 'compare --with' sets any two side"
            " by side."
        )


def _obstacle_note(difference: Incomparable) -> str:
    return (
        f"Note: {difference.obstacle.replace('_', ' ')}: old {one_line(difference.old or 'none')},"
        f" new {one_line(difference.new or 'none')}."
    )


def _total_lines(every: pd.DataFrame) -> list[str]:
    row = every.iloc[0]
    stations = {f"stations {kind}": figure(row[kind]) for kind in KINDS}
    piles = {name.replace("_", " "): figure(row[name]) for name in _PILES}
    last = {"stations whose change of piles is not known": figure(row.stations_piles_unknown)}
    return align_figures(stations | piles | last)


def _operator_lines(by_operator: pd.DataFrame) -> list[str]:
    rows = [
        (one_line(row["key"]), *(figure(row[name]) for name in (*KINDS, *_PILES)))
        for row in by_operator.to_dict("records")
    ]
    header = ("operator", *KINDS, *(name.replace("_", " ") for name in _PILES))
    return align_table(header, rows) if rows else ["Nothing changed."]
