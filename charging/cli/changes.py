"""`diff`: what changed between two datasets of the same sources."""

import argparse
from typing import Any

import pandas as pd

from charging.analytics.change_studies import changed_stations
from charging.analytics.changes import KINDS, ChangesBy, Incomparable, change_totals, comparable
from charging.cli.command import Answer, add_query, opened, selection
from charging.cli.question import described, engine_of, heading, query_text, selected
from charging.cli.tables import aligned, facts, number, records, text
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


def _diff(options: argparse.Namespace, settings: Settings) -> Answer:
    filters = selection(options.query)
    old, new = (opened(name, settings) for name in (options.old, options.new))
    found = comparable(old.manifest, new.manifest)
    _refuse(found, old, new)
    counts_piles = not any(obstacle.forbids_piles for obstacle in found)
    with engine_of(old, settings) as before, engine_of(new, settings) as after:
        stations = changed_stations(after, before, filters, count_piles=counts_piles)
    every, by_operator = change_totals(stations), change_totals(stations, ChangesBy.OPERATOR)
    if not counts_piles:  # sums of nothing known are not 0
        every, by_operator = (table.assign(**dict.fromkeys(_PILES)) for table in (every, by_operator))
    warnings = [_said(obstacle) for obstacle in found]
    values: dict[str, Any] = {
        "old": described(old),
        "new": described(new),
        "query": query_text(filters),
        "warnings": [{"obstacle": str(each.obstacle), "old": each.old, "new": each.new} for each in found],
        "totals": records(every)[0],
        "by_operator": records(by_operator.rename(columns={"key": "operator_id"})),
    }
    lines = ["Old:", *heading(old), "New:", *heading(new), *selected(filters), *warnings]
    return Answer(values, [*lines, "", *_totals(every), "", *_operators(by_operator)])


def _refuse(found: tuple[Incomparable, ...], old: Dataset, new: Dataset) -> None:
    """Raise if not even stations compare."""
    if reasons := [_said(obstacle) for obstacle in found if obstacle.forbids_stations]:
        message = (
            f"Expected two datasets of the same sources, found {old.folder} and {new.folder}. "
            f"{' '.join(reasons)} Compare two imports of the same source; 'compare --with' sets any two side"
            " by side."
        )
        raise DatasetError(message)


def _said(found: Incomparable) -> str:
    return (
        f"Note: {found.obstacle.replace('_', ' ')}: old {text(found.old or 'none')},"
        f" new {text(found.new or 'none')}."
    )


def _totals(every: pd.DataFrame) -> list[str]:
    row = every.iloc[0]
    stations = {f"stations {kind}": number(row[kind]) for kind in KINDS}
    piles = {name.replace("_", " "): number(row[name]) for name in _PILES}
    last = {"stations whose change of piles is not known": number(row.stations_piles_unknown)}
    return facts(stations | piles | last)


def _operators(by_operator: pd.DataFrame) -> list[str]:
    rows = [
        (text(row["key"]), *(number(row[name]) for name in (*KINDS, *_PILES)))
        for row in by_operator.to_dict("records")
    ]
    header = ("operator", *KINDS, *(name.replace("_", " ") for name in _PILES))
    return aligned(header, rows) if rows else ["Nothing changed."]
