"""`compare`: A against B, in one dataset or in two."""

import argparse
from dataclasses import asdict
from typing import Any

import pandas as pd

from charging.analytics.changes import OF_NUMBERS, comparable
from charging.analytics.comparison import PILES, tally
from charging.analytics.studies import Asks, compared, unknowns
from charging.cli.command import Answer, add_resolution, add_rows, opened
from charging.cli.question import Question, add_sets, asked, described, engine_of, heading, names
from charging.cli.tables import aligned, number, plain, records, text
from charging.dataset.store import Dataset
from charging.domain.geography import load_cities
from charging.queries.holdings import By, Unit
from charging.settings import Settings


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_compare)
    add_sets(sub, "a", "b")
    sub.add_argument(
        "--with", dest="other", metavar="DATASET", help="look B up in this dataset, with the same selection"
    )
    add_resolution(sub)
    add_rows(sub)


def _compare(options: argparse.Namespace, settings: Settings) -> Answer:
    with asked(options, settings) as question:
        if not options.other:
            return _compared(question, options)
        other = opened(options.other, settings)
        with engine_of(other, settings) as data:
            return _compared(question, options, other, data)


def _compared(
    question: Question, options: argparse.Namespace, other: Dataset | None = None, data: Asks | None = None
) -> Answer:
    sets, resolution = question.sets, options.resolution
    a, b = (sets.a or None, sets.b or None) if other else (sets.a, sets.b)

    def by(unit: By) -> pd.DataFrame:
        return compared(question.data, question.filters, a, b, unit, data)

    counted = tally(by(resolution))
    cities = _named(by(Unit.CITY))
    notes = _notes(question.dataset, other) if other else []
    lines = [*(["B is looked up in:", *heading(other)] if other else []), *notes]
    lines += [
        "",
        f"A: {names(a)}",
        f"B: {names(b)}",
        "",
        f"Cells of resolution {resolution}",
        *_tally(counted),
    ]
    shown = cities.head(max(options.rows, 0))
    title = f"Cities, in piles: {number(len(shown))} of {number(len(cities))}"
    lines += ["", title, *_cities(shown)]
    values: dict[str, Any] = {
        "a": a and list(a),
        "b": b and list(b),
        "resolution": resolution,
        "cells": int(counted.units.sum()),
        "tally": records(counted),
        "cities": records(cities),
    }
    if other and data:
        unknown = asdict(unknowns(data, question.filters))
        values |= {"with": described(other), "notes": notes}
        values |= {"not_known_of_b": {name: plain(value) for name, value in unknown.items()}}
    return question.answer(values, lines)


def _named(by_city: pd.DataFrame) -> pd.DataFrame:
    """Return cities with their names, those where A has most piles first, as on the page."""
    table = by_city.sort_values(
        ["piles_a", "piles_b", "unit"], ascending=[False, False, True], ignore_index=True
    ).rename(columns={"unit": "city_id"})
    known = {city.id: city.name_zh for city in load_cities()}
    table.insert(1, "city", [known.get(city_id) for city_id in table.city_id])
    return table


def _notes(own: Dataset, other: Dataset) -> list[str]:
    """Return what forbids to compare numbers of two datasets."""
    return [
        f"Note: {found.obstacle.replace('_', ' ')}: A {text(found.old)}, B {text(found.new)}."
        for found in comparable(own.manifest, other.manifest)
        if found.obstacle in OF_NUMBERS
    ]


def _tally(counted: pd.DataFrame) -> list[str]:
    rows = [
        (str(row["category"]).replace("_", " "), *(number(row[column]) for column in ("units", *PILES)))
        for row in counted.to_dict("records")
    ]
    sums = ("together", *(number(counted[column].sum()) for column in ("units", *PILES)))
    return aligned(("", "cells", "piles of A", "piles of B", "others' piles"), [*rows, sums])


def _cities(cities: pd.DataFrame) -> list[str]:
    rows = [
        (
            row["city_id"],
            text(row["city"]),
            *(number(row[column]) for column in PILES),
            str(row["category"]).replace("_", " "),
        )
        for row in cities.to_dict("records")
    ]
    header = ("city", "name", "A", "B", "others", "standing")
    return aligned(header, rows) if rows else []
