"""`highways`: service areas with piles, and the longest gaps before and after the partners."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from charging.analytics.highways import AreaShare
from charging.analytics.studies import highway_service
from charging.cli.command import Output, add_rows
from charging.cli.question import add_sets, join_names, open_question
from charging.cli.tables import align_table, figure, json_rows, json_value, one_line, part_of
from charging.settings import Settings

_SIDES = ("before", "after")


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_highways)
    add_sets(sub, "base", "partner")
    add_rows(sub)


def _highways(options: argparse.Namespace, settings: Settings) -> Output:
    with open_question(options, settings) as question:
        sets = question.sets
        service = highway_service(question.data, question.filters, sets.base, sets.partner)
        shares = {"base": service.before, "base and partners": service.after}
        values = {
            "base": list(sets.base),
            "partner": list(sets.partner),
            "service_areas": len(service.areas),
            "before": _share_values(service.before),
            "after": _share_values(service.after),
            "gaps": [_road_values(row) for row in json_rows(service.gaps)],
        }
        if service.areas.empty:
            note = "The dataset lists no service areas: import a list of them to see shares and gaps."
            return question.result(values, ["", note])
        lines = ["", f"Base: {join_names(sets.base)}", f"Partners: {join_names(sets.partner)}"]
        lines += ["", *_share_lines(shares), "", *_gap_lines(service.gaps, options.rows)]
        return question.result(values, lines)


def _share_values(share: AreaShare) -> dict[str, Any]:
    return asdict(share) | {"empty": share.empty, "share": json_value(share.share)}


def _road_values(row: dict[str, Any]) -> dict[str, Any]:
    """Return a road for programs, with the values before and after separated."""
    sides: dict[str, Any] = {side: {} for side in _SIDES}
    for name, value in row.items():
        field, _, side = name.rpartition("_")
        if side in sides:
            sides[side][field] = value
    return {name: value for name, value in row.items() if name.rpartition("_")[2] not in sides} | sides


def _share_lines(shares: Mapping[str, AreaShare]) -> list[str]:
    rows = [
        (name, part_of(share.with_piles, share.areas), figure(share.empty), figure(share.unknown))
        for name, share in shares.items()
    ]
    return align_table(("network", "service areas with piles", "empty", "not known"), rows)


def _gap_lines(gaps: pd.DataFrame, limit: int) -> list[str]:
    first = gaps.sort_values("gap_km_after", ascending=False, kind="stable").head(max(limit, 0))
    rows = [
        (
            one_line(row["expressway"]),
            one_line(row["direction"]),
            figure(row["gap_km_before"], 1),
            figure(row["gap_km_after"], 1),
            figure(row["shortened_km"], 1),
            f"{one_line(row['from_name_after'])} – {one_line(row['to_name_after'])}",
            str(row["ends"]),
        )
        for row in first.to_dict("records")
    ]
    title = (
        f"Longest gap in km of each road and direction, base before and partners after:"
        f" {figure(len(first))} of {figure(len(gaps))}"
    )
    header = ("road", "towards", "before", "after", "shorter by", "the gap after", "ends")
    return [title, *(align_table(header, rows) if rows else [])]
