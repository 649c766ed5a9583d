"""`highways`: how many service areas have a pile, and the longest gaps before and after the partners."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from charging.analytics.highways import AreaShare
from charging.analytics.studies import highway_service
from charging.cli.command import Answer, add_rows
from charging.cli.question import add_sets, asked, names
from charging.cli.tables import aligned, number, plain, ratio, records, text
from charging.settings import Settings

_SIDES = ("before", "after")


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_highways)
    add_sets(sub, "base", "partner")
    add_rows(sub)


def _highways(options: argparse.Namespace, settings: Settings) -> Answer:
    with asked(options, settings) as question:
        sets = question.sets
        found = highway_service(question.data, question.filters, sets.base, sets.partner)
        shares = {"base": found.before, "base and partners": found.after}
        values = {
            "base": list(sets.base),
            "partner": list(sets.partner),
            "service_areas": len(found.areas),
            "before": _share(found.before),
            "after": _share(found.after),
            "gaps": [_road(row) for row in records(found.gaps)],
        }
        if found.areas.empty:
            said = "The dataset lists no service areas: import a list of them to see shares and gaps."
            return question.answer(values, ["", said])
        lines = ["", f"Base: {names(sets.base)}", f"Partners: {names(sets.partner)}"]
        return question.answer(values, [*lines, "", *_shares(shares), "", *_gaps(found.gaps, options.rows)])


def _share(share: AreaShare) -> dict[str, Any]:
    return asdict(share) | {"empty": share.empty, "share": plain(share.share)}


def _road(row: dict[str, Any]) -> dict[str, Any]:
    """Return a road for programs: what was before and after, each on its own."""
    sides: dict[str, Any] = {side: {} for side in _SIDES}
    for name, value in row.items():
        field, _, side = name.rpartition("_")
        if side in sides:
            sides[side][field] = value
    return {name: value for name, value in row.items() if name.rpartition("_")[2] not in sides} | sides


def _shares(shares: Mapping[str, AreaShare]) -> list[str]:
    rows = [
        (name, ratio(share.with_piles, share.areas), number(share.empty), number(share.unknown))
        for name, share in shares.items()
    ]
    return aligned(("network", "service areas with piles", "empty", "not known"), rows)


def _gaps(gaps: pd.DataFrame, limit: int) -> list[str]:
    first = gaps.sort_values("gap_km_after", ascending=False, kind="stable").head(max(limit, 0))
    rows = [
        (
            text(row["expressway"]),
            text(row["direction"]),
            number(row["gap_km_before"], 1),
            number(row["gap_km_after"], 1),
            number(row["shortened_km"], 1),
            f"{text(row['from_name_after'])} – {text(row['to_name_after'])}",
            str(row["ends"]),
        )
        for row in first.to_dict("records")
    ]
    title = (
        f"Longest gap in km of each road and direction, base before and partners after:"
        f" {number(len(first))} of {number(len(gaps))}"
    )
    header = ("road", "towards", "before", "after", "shorter by", "the gap after", "ends")
    return [title, *(aligned(header, rows) if rows else [])]
