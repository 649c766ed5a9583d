"""`reach`: the share of people, or of your own weights, within X km of a DC station."""

import argparse

import numpy as np
import pandas as pd

from charging.analytics.reach import reach_curves
from charging.analytics.studies import distances_km, reach_filters, reach_networks
from charging.cli.command import Output
from charging.cli.question import (
    add_sets,
    add_weights,
    join_names,
    open_question,
    query_text,
    weights_text,
    weights_values,
)
from charging.cli.tables import align_table, figure, json_rows, json_value, one_line, percent
from charging.errors import UsageError
from charging.queries.totals import count_left_out_as_unknown
from charging.settings import Settings

DEFAULT_KMS = (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0)
"""Default distances of the curve, km."""


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_reach)
    add_sets(sub, "base", "partner")
    sub.add_argument(
        "--km",
        action="append",
        metavar="KM",
        help=f"distances, with commas or repeated; by default {','.join(f'{km:g}' for km in DEFAULT_KMS)}",
    )
    add_weights(sub)


def _reach(options: argparse.Namespace, settings: Settings) -> Output:
    kms = _parse_distances(options.km) or DEFAULT_KMS
    with open_question(options, settings) as question:
        data, sets, filters = question.data, question.sets, reach_filters(question.filters)
        places, networks = question.places, reach_networks(sets.base, sets.partner)
        curves = reach_curves(distances_km(data, filters, question.weights), places, networks, kms)
        left_out = data.ask(count_left_out_as_unknown, filters)
        values = {
            "asked": query_text(filters),
            "weights": weights_values(places) | {"whole": json_value(places.whole)},
            "networks": {name: who if who is None else list(who) for name, who in networks.items()},
            "curves": {
                str(name): json_rows(curve.drop(columns="network"))
                for name, curve in curves.groupby("network", sort=False)
            },
            "stations_left_out_as_unknown": left_out,
        }
        lines = [f"Stations asked about: {one_line(query_text(filters))}"]
        if not places.whole:
            note = "No people are counted within 100 km of the dataset's stations: reach is not known."
            return question.result(values, [*lines, "", note])
        listed = [f"{name}: {join_names(who)}" for name, who in networks.items()]
        lines += ["", *listed, "", f"Shares are of {weights_text(places)}."]
        lines += [*_curve_lines(curves), "", "Distances are straight lines."]
        if left_out:
            lines.append(f"{figure(left_out)} stations are left out: it is not known whether they match.")
        return question.result(values, lines)


def _curve_lines(curves: pd.DataFrame) -> list[str]:
    """Return a row per distance with the reach of each network."""
    header = ["km", *dict.fromkeys(curves.network)]
    rows = [
        [f"{km:g}", *(f"{figure(row.weight_reached)} ({percent(row.share)})" for row in at.itertuples())]
        for km, at in curves.groupby("km", sort=True)
    ]
    return align_table(header, rows)


def _parse_distances(values: list[str] | None) -> tuple[float, ...]:
    """Return the distances of the curve, ascending."""
    parts = [part.strip() for text_ in values or () for part in text_.split(",")]
    try:
        found = sorted({float(part) for part in parts})
    except ValueError:
        found = [np.nan]
    if not all(np.isfinite(km) and km >= 0 for km in found):
        raise UsageError(f"Expected distances in km such as 3,5,10 for --km, found {','.join(parts)[:60]!r}.")
    return tuple(found)
