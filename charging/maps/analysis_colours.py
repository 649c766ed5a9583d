"""Colours of the verdicts of an analysis on a cell: who adds, who leads, what is lost, what has changed.

Two sides have two hues that colour-blind readers can tell apart, blue for the first and amber for the second;
the background is grey. Losses get darker with their size on light ground, lighter on dark.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from charging.maps.palette import Categories, Theme

_QUIET = {Theme.LIGHT: "#c9d0d4", Theme.DARK: "#4a555b"}

VERDICTS: Mapping[Theme, Mapping[str, str]] = {
    Theme.LIGHT: {
        "covered": _QUIET[Theme.LIGHT],
        "shared": "#7fb2d9",
        "added": "#d26a00",
        "lost": "#4b2a7b",
        "halved": "#8a6bbd",
        "reduced": "#c9b8e3",
        "untouched": _QUIET[Theme.LIGHT],
        "only_a": "#1f5fae",
        "a_leads": "#8fb8e0",
        "even": "#6d7378",
        "b_leads": "#f0be7c",
        "only_b": "#c06000",
        "others": "#dfe4e6",
        "opened": "#1f5fae",
        "grown": "#8fb8e0",
        "mixed": "#6d7378",
        "shrunk": "#f0be7c",
        "closed": "#c06000",
        "missed": "#c06000",
        "partly": "#f0be7c",
        "reached": "#8fb8e0",
        "base": "#8fb8e0",
        "partners": "#1f5fae",
        "empty": "#c06000",
        "gap": "#8a6bbd",
    },
    Theme.DARK: {
        "covered": _QUIET[Theme.DARK],
        "shared": "#3f7fb0",
        "added": "#ffb347",
        "lost": "#e6d4ff",
        "halved": "#a88be0",
        "reduced": "#66508f",
        "untouched": _QUIET[Theme.DARK],
        "only_a": "#7db7ff",
        "a_leads": "#33618f",
        "even": "#9aa3a8",
        "b_leads": "#8a5a1c",
        "only_b": "#ffb347",
        "others": "#333c41",
        "opened": "#7db7ff",
        "grown": "#33618f",
        "mixed": "#9aa3a8",
        "shrunk": "#8a5a1c",
        "closed": "#ffb347",
        "missed": "#ffb347",
        "partly": "#8a5a1c",
        "reached": "#33618f",
        "base": "#33618f",
        "partners": "#7db7ff",
        "empty": "#ffb347",
        "gap": "#a88be0",
    },
}
"""Colour of each verdict, as `#rrggbb`."""


def verdict_classes(
    present: pd.Series,
    *,
    column: str,
    title: str,
    unit: str,
    order: Sequence[str],
    names: Mapping[str, str],
    unknown: str,
    theme: Theme,
) -> Categories:
    """Return one class per verdict of `order` that occurs in `present`, in that order."""
    occurring = set(map(str, present.dropna().unique()))
    verdicts = [verdict for verdict in order if verdict in occurring]
    colours = VERDICTS[theme]
    return Categories(
        column=column,
        title=title,
        unit=unit,
        unknown=unknown,
        values=tuple(verdicts),
        names=(*(names[verdict] for verdict in verdicts), unknown),
        colours=(*(colours[verdict] for verdict in verdicts), _QUIET[theme]),
    )
