"""`reach`: how much of the people, or of a weight of your own, lies within X km of a DC station."""

import argparse

import numpy as np
import pandas as pd

from charging.analytics.reach import reach_curves
from charging.analytics.studies import nearest, reach_filters, reach_networks
from charging.cli.command import Answer
from charging.cli.question import add_sets, add_weights, asked, names, query_text, whole_of
from charging.cli.tables import aligned, number, percent, plain, records, text
from charging.errors import UsageError
from charging.queries.totals import left_out_as_unknown
from charging.settings import Settings

KMS = (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0)
"""Distances of the curve, km, unless others are given."""


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_reach)
    add_sets(sub, "base", "partner")
    sub.add_argument(
        "--km",
        action="append",
        metavar="KM",
        help=f"distances, with commas or repeated; by default {','.join(f'{km:g}' for km in KMS)}",
    )
    add_weights(sub)


def _reach(options: argparse.Namespace, settings: Settings) -> Answer:
    kms = _distances(options.km) or KMS
    with asked(options, settings) as question:
        data, sets, filters = question.data, question.sets, reach_filters(question.filters)
        places, networks = question.places, reach_networks(sets.base, sets.partner)
        curves = reach_curves(nearest(data, filters, question.weights), places, networks, kms)
        left_out = data.ask(left_out_as_unknown, filters)
        values = {
            "asked": query_text(filters),
            "weights": {
                "title": places.title,
                "unit": places.unit,
                "source": places.source,
                "whole": plain(places.whole),
            },
            "networks": {name: who if who is None else list(who) for name, who in networks.items()},
            "curves": {
                str(name): records(curve.drop(columns="network"))
                for name, curve in curves.groupby("network", sort=False)
            },
            "stations_left_out_as_unknown": left_out,
        }
        lines = [f"Stations asked about: {text(query_text(filters))}"]
        if not places.whole:
            said = "Nobody is counted within 100 km of the dataset's stations: reach is not known."
            return question.answer(values, [*lines, "", said])
        lines += ["", *_networks(networks), "", f"Shares are of {whole_of(places)}.", *_table(curves)]
        lines += ["", "Distances are straight lines."]
        if left_out:
            lines.append(f"{number(left_out)} stations are left out: it is not known whether they match.")
        return question.answer(values, lines)


def _networks(networks: dict[str, tuple[str, ...] | None]) -> list[str]:
    return [f"{name}: {names(who)}" for name, who in networks.items()]


def _table(curves: pd.DataFrame) -> list[str]:
    """Return a row for each distance: what each network reaches."""
    header = ["km", *dict.fromkeys(curves.network)]
    rows = [
        [f"{km:g}", *(f"{number(row.weight_reached)} ({percent(row.share)})" for row in at.itertuples())]
        for km, at in curves.groupby("km", sort=True)
    ]
    return aligned(header, rows)


def _distances(given: list[str] | None) -> tuple[float, ...]:
    """Return the distances of the curve, upwards."""
    parts = [part.strip() for text_ in given or () for part in text_.split(",")]
    try:
        found = sorted({float(part) for part in parts})
    except ValueError:
        found = [np.nan]
    if not all(np.isfinite(km) and km >= 0 for km in found):
        message = f"Expected distances in km such as 3,5,10 for --km, found {','.join(parts)[:60]!r}."
        raise UsageError(message)
    return tuple(found)
