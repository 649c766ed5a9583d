"""`coverage`: what each partner adds, what is lost when operators leave, and the white spots."""

import argparse
from dataclasses import asdict
from typing import Any

import pandas as pd

from charging.analytics.coverage_options import Gain, Grid
from charging.analytics.resilience import MAX_HHI, Dependence, dependence
from charging.analytics.studies import concentrations, gains, losses, reach_filters, spot_candidates
from charging.analytics.white_spots import Exponents, WhiteSpots, rank_white_spots
from charging.cli.command import Output, add_resolution
from charging.cli.question import (
    Question,
    add_sets,
    add_weights,
    join_names,
    open_question,
    query_text,
    weights_text,
    weights_values,
)
from charging.cli.tables import align_figures, align_table, figure, json_rows, json_value, one_line, part_of
from charging.domain.filters import Filters
from charging.queries.highways import service_areas
from charging.queries.holdings import Unit, UnitKind
from charging.queries.totals import count_left_out_as_unknown
from charging.settings import Settings

MAX_RINGS = 5
"""Most rings of neighbours: some 30 km at the default resolution."""

_EXPONENTS = {
    "weigh": ("weight", 1.0, "of the weight"),
    "far": ("distance", 1.0, "of the distance"),
    "rival": ("others", 0.0, "of others' piles"),
}


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_coverage)
    add_sets(sub, "base", "partner", "leaver")
    add_resolution(sub)
    rings, km = Grid().rings, Grid().km
    rings_help = f"rings of neighbours a cell also serves, 0 to {MAX_RINGS}, {rings} by default"
    sub.add_argument(
        "--rings", type=int, choices=range(MAX_RINGS + 1), default=rings, metavar="N", help=rings_help
    )
    km_help = f"straight-line distance within which people are reached, {km:g} by default"
    sub.add_argument("--km", type=float, default=km, help=km_help)
    add_weights(sub)
    sub.add_argument("--white-spots", type=int, default=0, metavar="N", help="list the first N white spots")
    for option, (_, usual, which) in _EXPONENTS.items():
        what = f"exponent {which} in the score of white spots, {usual:g} by default"
        sub.add_argument(f"--{option}", type=float, default=usual, metavar="X", help=what)
    sub.add_argument("--log", action="store_true", help="use log10(1 + weight) as the weight there")


def _coverage(options: argparse.Namespace, settings: Settings) -> Output:
    exponents = Exponents(
        **{field: getattr(options, option) for option, (field, _, _) in _EXPONENTS.items()},
        is_log=options.log,
    )
    with open_question(options, settings) as question:
        grid = Grid(resolution=options.resolution, rings=options.rings, km=options.km)
        parts = [_gains(question, grid)]
        if "leaver" in question.given_sets:
            parts.append(_losses(question, options.resolution))
        parts.append(_concentration(question))
        if options.white_spots > 0:
            parts.append(_white_spots(question, options.resolution, exponents, options.white_spots))
        values = {name: value for part, _ in parts for name, value in part.items()}
        return question.result(values, [line for _, lines in parts for line in lines])


Part = tuple[dict[str, Any], list[str]]
"""Part of a result: values for programs, lines for people."""


def _gains(question: Question, grid: Grid) -> Part:
    sets = question.sets
    tables = gains(question.data, question.filters, sets.base, sets.partner, grid, question.weights)
    places = question.places
    left_out = question.data.ask(count_left_out_as_unknown, reach_filters(question.filters))
    units = {
        Gain.CELLS: f"cells of resolution {grid.resolution}"
        + (f", served from up to {grid.rings} rings away" if grid.rings else ""),
        Gain.CITIES: "cities",
        Gain.SERVICE_AREAS: "service areas",
        Gain.PEOPLE: f"{one_line(places.unit)} within {grid.km:g} km in a straight line"
        + ("" if question.filters.currents else ", of DC piles since no current is chosen"),
    }
    lines = ["", f"Base: {join_names(sets.base)}"]
    for gain, table in tables.items():
        lines += ["", f"What partners add, in {units[gain]}", *_ranking_lines(table)]
    lines += ["", f"Shares of people are of {weights_text(places)}"]
    if left_out:
        lines.append(
            f"{figure(left_out)} stations are left out of them: it is not known whether they match"
            f" {one_line(query_text(reach_filters(question.filters)))}."
        )
    values = {
        "base": list(sets.base),
        "partner": list(sets.partner),
        "grid": asdict(grid),
        "weights": weights_values(places),
        "gains": {str(gain): json_rows(table) for gain, table in tables.items()},
        "stations_left_out_of_people_as_unknown": left_out,
    }
    return values, lines


def _ranking_lines(table: pd.DataFrame) -> list[str]:
    rows = [
        (
            one_line(row["operator_id"]),
            f"+{figure(row['gain'])}",
            f"+{figure(row['gain_alone'])}",
            part_of(row["covered_after"], row["whole"]),
        )
        for row in table.to_dict("records")
    ]
    header = ("partner", "in this order", "alone", "served by base and all up to here")
    return align_table(header, rows) if rows else ["no partner"]


def _losses(question: Question, resolution: int) -> Part:
    data, filters, leavers = question.data, question.filters, question.sets.leaver
    by: dict[str, UnitKind] = {"cells": resolution, "cities": Unit.CITY, "service_areas": Unit.SERVICE_AREA}
    by_unit = {name: dependence(losses(data, filters, leavers, unit)) for name, unit in by.items()}
    every = by_unit["cells"]  # every station is in a cell, so these are all piles
    area_count = len(data.ask(service_areas, Filters()))
    rows = [
        (name.replace("_", " "), part_of(each.units_lost, each.units), part_of(each.units_halved, each.units))
        for name, each in by_unit.items()
    ]
    lines = [
        "",
        f"Without {join_names(leavers)}: {part_of(every.piles_lost, every.piles)} piles are lost",
        *align_table(("of those with piles", "lost", "more than half lost"), rows),
        f"The dataset lists {figure(area_count)} service areas.",
    ]
    values: dict[str, Any] = {name: _dependence_values(each) for name, each in by_unit.items()}
    values |= {"leaver": list(leavers), "piles": every.piles, "piles_lost": every.piles_lost}
    return {"losses": values | {"service_areas_listed": area_count}}, lines


def _dependence_values(loss: Dependence) -> dict[str, Any]:
    return asdict(loss) | {"units_lost_share": json_value(loss.units_lost_share)}


def _concentration(question: Question) -> Part:
    """Return how concentrated the piles of the selection are."""
    rows = json_rows(concentrations(question.data, question.filters).drop(columns="unit"))
    if not rows or rows[0]["hhi"] is None:
        return {"concentration": rows[0] if rows else None}, ["", "No pile is known to be anybody's."]
    row = rows[0]
    at_least = "at least " if row["unknown_share"] else ""
    lines = align_figures(
        {
            f"Largest operator, {row['largest_operator']}": part_of(row["largest_piles"], row["piles"])
            + " piles",
            "Concentration (HHI)": f"{at_least}{figure(row['hhi'])} of {figure(MAX_HHI)}",
        }
    )
    return {"concentration": row}, ["", *lines]


def _white_spots(question: Question, resolution: int, exponents: Exponents, limit: int) -> Part:
    operators = question.sets.base or None
    candidates = spot_candidates(question.data, question.filters, resolution, operators, question.weights)
    spots = rank_white_spots(candidates, exponents, limit)
    values = {
        "operators": operators and list(operators),
        "exponents": asdict(exponents),
        "ranked": spots.cells,
        "left_out": spots.unknown,
        "cells": json_rows(spots.table.drop(columns="cell")),
    }
    counts = f"{figure(len(spots.table))} of {figure(spots.cells)} cells"
    title = f"White spots of {join_names(operators)}: {counts}"
    lines = ["", title, *_spot_lines(spots), "Distances are straight lines."]
    if spots.unknown:
        lines.append(f"{figure(spots.unknown)} cells have no rank: how far a station is, is not known.")
    return {"white_spots": values}, lines


def _spot_lines(spots: WhiteSpots) -> list[str]:
    rows = [
        (
            str(row["rank"]),
            row["h3_cell"],
            one_line(json_value(row["name_zh"]) or row["name"]),
            figure(row["weight"]),
            figure(row["distance_km"], 1),
            figure(row["own_piles"]),
            figure(row["other_piles"]),
            *(f"{row[term]:.4g}" for term in ("weight_term", "distance_term", "others_term", "score")),
        )
        for row in spots.table.to_dict("records")
    ]
    header = ("rank", "cell", "place", "weight", "km", "own piles", "others'", "weight term", "distance term")
    return align_table((*header, "others' term", "score"), rows)
