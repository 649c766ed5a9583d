"""`coverage`: what each partner adds, what is lost when operators leave, and where nobody is."""

import argparse
from dataclasses import asdict
from typing import Any

import pandas as pd

from charging.analytics.coverage_options import Gain, Grid
from charging.analytics.resilience import MAX_HHI, Dependence, dependence
from charging.analytics.studies import concentrations, gains, losses, spot_candidates
from charging.analytics.white_spots import Exponents, WhiteSpots, ranked_white_spots
from charging.cli.command import Answer, add_resolution
from charging.cli.question import Question, add_sets, add_weights, asked, grid_of, names, whole_of
from charging.cli.tables import aligned, facts, number, plain, ratio, records, text
from charging.domain.filters import Filters
from charging.queries.highways import service_areas
from charging.queries.holdings import By, Unit
from charging.settings import Settings

MAX_RINGS = 5
"""Rings of neighbours asked for at most: some 30 km at the usual resolution."""

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
    sub.add_argument(
        "--rings",
        type=int,
        choices=range(MAX_RINGS + 1),
        default=Grid().rings,
        metavar="N",
        help=f"rings of neighbours a cell serves too, 0 to {MAX_RINGS}, {Grid().rings} by default",
    )
    sub.add_argument(
        "--km",
        type=float,
        default=Grid().km,
        help=f"straight line within which people are reached, {Grid().km:g} by default",
    )
    add_weights(sub)
    sub.add_argument("--white-spots", type=int, default=0, metavar="N", help="list the first N white spots")
    for option, (_, usual, which) in _EXPONENTS.items():
        sub.add_argument(
            f"--{option}",
            type=float,
            default=usual,
            metavar="X",
            help=f"exponent {which} in the score of white spots, {usual:g} by default",
        )
    sub.add_argument("--log", action="store_true", help="the weight counts as log10(1 + weight) there")


def _coverage(options: argparse.Namespace, settings: Settings) -> Answer:
    exponents = Exponents(
        **{field: getattr(options, option) for option, (field, _, _) in _EXPONENTS.items()},
        is_log=options.log,
    )
    with asked(options, settings) as question:
        parts = [_gains(question, grid_of(options))]
        if "leaver" in question.given:
            parts.append(_losses(question, options.resolution))
        parts.append(_hands(question))
        if options.white_spots > 0:
            parts.append(_white_spots(question, options.resolution, exponents, options.white_spots))
        values = {name: value for part, _ in parts for name, value in part.items()}
        return question.answer(values, [line for _, lines in parts for line in lines])


Part = tuple[dict[str, Any], list[str]]
"""A part of an answer: for programs, and for people."""


def _gains(question: Question, grid: Grid) -> Part:
    sets = question.sets
    found = gains(question.data, question.filters, sets.base, sets.partner, grid, question.weights)
    places = question.places
    units = {
        Gain.CELLS: f"cells of resolution {grid.resolution}"
        + (f", served from up to {grid.rings} rings away" if grid.rings else ""),
        Gain.CITIES: "cities",
        Gain.SERVICE_AREAS: "service areas",
        Gain.PEOPLE: f"{text(places.unit)} within {grid.km:g} km in a straight line"
        + ("" if question.filters.currents else ", of DC piles since no current is chosen"),
    }
    lines = ["", f"Base: {names(sets.base)}"]
    for gain, table in found.items():
        lines += ["", f"What partners add, in {units[gain]}", *_ranking(table)]
    lines += ["", f"Shares of people are of {whole_of(places)}"]
    values = {
        "base": list(sets.base),
        "partner": list(sets.partner),
        "grid": asdict(grid),
        "weights": {"title": places.title, "unit": places.unit, "source": places.source},
        "gains": {str(gain): records(table) for gain, table in found.items()},
    }
    return values, lines


def _ranking(table: pd.DataFrame) -> list[str]:
    rows = [
        (
            text(row["operator_id"]),
            f"+{number(row['gain'])}",
            f"+{number(row['gain_alone'])}",
            ratio(row["covered_after"], row["whole"]),
        )
        for row in table.to_dict("records")
    ]
    header = ("partner", "in this order", "alone", "served by base and all up to here")
    return aligned(header, rows) if rows else ["no partner"]


def _losses(question: Question, resolution: int) -> Part:
    data, filters, leavers = question.data, question.filters, question.sets.leaver
    by: dict[str, By] = {"cells": resolution, "cities": Unit.CITY, "service_areas": Unit.SERVICE_AREA}
    found = {name: dependence(losses(data, filters, leavers, unit)) for name, unit in by.items()}
    every = found["cells"]  # every station lies in a cell: these are all piles
    listed = len(data.ask(service_areas, Filters()))
    rows = [
        (name.replace("_", " "), ratio(each.units_lost, each.units), ratio(each.units_halved, each.units))
        for name, each in found.items()
    ]
    lines = [
        "",
        f"Without {names(leavers)}: {ratio(every.piles_lost, every.piles)} piles are lost",
        *aligned(("of those with piles", "lost", "more than half lost"), rows),
        f"The dataset lists {number(listed)} service areas.",
    ]
    values: dict[str, Any] = {name: _dependence(each) for name, each in found.items()}
    values |= {"leaver": list(leavers), "piles": every.piles, "piles_lost": every.piles_lost}
    return {"losses": values | {"service_areas_listed": listed}}, lines


def _dependence(found: Dependence) -> dict[str, Any]:
    return asdict(found) | {"units_lost_share": plain(found.units_lost_share)}


def _hands(question: Question) -> Part:
    """Return how far all piles of the selection lie in few hands."""
    rows = records(concentrations(question.data, question.filters).drop(columns="unit"))
    if not rows or rows[0]["hhi"] is None:
        return {"concentration": rows[0] if rows else None}, ["", "No pile is known to be anybody's."]
    row = rows[0]
    least = "at least " if row["unknown_share"] else ""
    lines = facts(
        {
            f"Largest operator, {row['largest_operator']}": ratio(row["largest_piles"], row["piles"])
            + " piles",
            "Concentration (HHI)": f"{least}{number(row['hhi'])} of {number(MAX_HHI)}",
        }
    )
    return {"concentration": row}, ["", *lines]


def _white_spots(question: Question, resolution: int, exponents: Exponents, limit: int) -> Part:
    operators = question.sets.base or None
    candidates = spot_candidates(question.data, question.filters, resolution, operators, question.weights)
    found = ranked_white_spots(candidates, exponents, limit)
    values = {
        "operators": operators and list(operators),
        "exponents": asdict(exponents),
        "ranked": found.ranked,
        "left_out": found.left_out,
        "cells": records(found.table.drop(columns="cell")),
    }
    title = f"White spots of {names(operators)}: {number(len(found.table))} of {number(found.ranked)} cells"
    lines = ["", title, *_spots(found), "Distances are straight lines."]
    if found.left_out:
        lines.append(f"{number(found.left_out)} cells have no rank: how far a station is, is not known.")
    return {"white_spots": values}, lines


def _spots(found: WhiteSpots) -> list[str]:
    rows = [
        (
            str(row["rank"]),
            row["h3_cell"],
            text(plain(row["name_zh"]) or row["name"]),
            number(row["weight"]),
            number(row["distance_km"], 1),
            number(row["own_piles"]),
            number(row["other_piles"]),
            *(f"{row[term]:.4g}" for term in ("weight_term", "distance_term", "others_term", "score")),
        )
        for row in found.table.to_dict("records")
    ]
    header = ("rank", "cell", "place", "weight", "km", "own piles", "others'", "weight term", "distance term")
    return aligned((*header, "others' term", "score"), rows)
