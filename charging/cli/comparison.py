"""`compare`: A against B, in one dataset or in two."""

import argparse
from dataclasses import asdict
from typing import Any

import pandas as pd

from charging.analytics.changes.stations import OF_NUMBERS, find_obstacles
from charging.analytics.comparison import PILES, sum_by_standing
from charging.analytics.studies import QueryRunner, compare_operators, unknowns
from charging.cli.command import Output, add_resolution, add_rows, load_dataset
from charging.cli.question import (
    Question,
    add_sets,
    dataset_values,
    heading,
    join_names,
    open_engine,
    open_question,
)
from charging.cli.tables import align_table, figure, json_rows, json_value, one_line
from charging.dataset.store import Dataset
from charging.domain.towns import find_city
from charging.queries.holdings import Unit, UnitKind
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


def _compare(options: argparse.Namespace, settings: Settings) -> Output:
    with open_question(options, settings) as question:
        if not options.other:
            return _compare_sets(question, options)
        other = load_dataset(options.other, settings)
        with open_engine(other, settings) as data:
            return _compare_sets(question, options, other, data)


def _compare_sets(
    question: Question,
    options: argparse.Namespace,
    other: Dataset | None = None,
    data: QueryRunner | None = None,
) -> Output:
    sets, resolution = question.sets, options.resolution
    a, b = (sets.a or None, sets.b or None) if other else (sets.a, sets.b)

    def compare_by(unit: UnitKind) -> pd.DataFrame:
        return compare_operators(question.data, question.filters, a, b, unit, data)

    categories = sum_by_standing(compare_by(resolution))
    cities = _name_cities(compare_by(Unit.CITY))
    notes = _obstacle_notes(question.dataset, other) if other else []
    lines = [*(["B is looked up in:", *heading(other)] if other else []), *notes]
    lines += [
        "",
        f"A: {join_names(a)}",
        f"B: {join_names(b)}",
        "",
        f"Cells of resolution {resolution}",
        *_tally_lines(categories),
    ]
    top_cities = cities.head(max(options.rows, 0))
    title = f"Cities, in piles: {figure(len(top_cities))} of {figure(len(cities))}"
    lines += ["", title, *_city_lines(top_cities)]
    values: dict[str, Any] = {
        "a": a and list(a),
        "b": b and list(b),
        "resolution": resolution,
        "cells": int(categories.units.sum()),
        "tally": json_rows(categories),
        "cities": json_rows(cities),
    }
    if other and data:
        unknown = asdict(unknowns(data, question.filters))
        values |= {"with": dataset_values(other), "notes": notes}
        values |= {"not_known_of_b": {name: json_value(value) for name, value in unknown.items()}}
    return question.result(values, lines)


def _name_cities(by_city: pd.DataFrame) -> pd.DataFrame:
    """Return cities with their names, most piles of A first, as on the page."""
    table = by_city.sort_values(
        ["piles_a", "piles_b", "unit"], ascending=[False, False, True], ignore_index=True
    ).rename(columns={"unit": "city_id"})
    known = {city_id: find_city(city_id) for city_id in table.city_id.dropna().unique()}
    names = {city_id: city.name_zh for city_id, city in known.items() if city is not None}
    table.insert(1, "city", [names.get(city_id) for city_id in table.city_id])
    return table


def _obstacle_notes(own: Dataset, other: Dataset) -> list[str]:
    """Return why numbers of the two datasets are not comparable."""
    return [
        f"Note: {each.obstacle.replace('_', ' ')}: A {one_line(each.old)}, B {one_line(each.new)}."
        for each in find_obstacles(own.manifest, other.manifest)
        if each.obstacle in OF_NUMBERS
    ]


def _tally_lines(categories: pd.DataFrame) -> list[str]:
    rows = [
        (str(row["category"]).replace("_", " "), *(figure(row[column]) for column in ("units", *PILES)))
        for row in categories.to_dict("records")
    ]
    sums = ("together", *(figure(categories[column].sum()) for column in ("units", *PILES)))
    return align_table(("", "cells", "piles of A", "piles of B", "others' piles"), [*rows, sums])


def _city_lines(cities: pd.DataFrame) -> list[str]:
    rows = [
        (
            row["city_id"],
            one_line(row["city"]),
            *(figure(row[column]) for column in PILES),
            str(row["category"]).replace("_", " "),
        )
        for row in cities.to_dict("records")
    ]
    header = ("city", "name", "A", "B", "others", "standing")
    return align_table(header, rows) if rows else []
