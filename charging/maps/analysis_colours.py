"""Colours of the verdicts of an analysis on a cell: who adds, who leads, what is lost, what has changed.

Two sides have two hues that colour-blind readers can tell apart, blue for the first and amber for the second;
the background is grey. Losses get darker with their size on light ground, lighter on dark.
"""

from collections.abc import Mapping

import pandas as pd

from charging.maps.palette import Categories, Theme

_QUIET = {Theme.LIGHT: "#c9d0d4", Theme.DARK: "#4a555b"}

_COLOURS = (  # in the light theme, in the dark one, and what they mean
    (_QUIET[Theme.LIGHT], _QUIET[Theme.DARK], ("covered", "untouched")),
    ("#dfe4e6", "#333c41", ("others",)),
    ("#7fb2d9", "#3f7fb0", ("shared",)),
    ("#d26a00", "#ffb347", ("added",)),
    ("#4b2a7b", "#e6d4ff", ("lost",)),
    ("#8a6bbd", "#a88be0", ("halved", "gap")),
    ("#c9b8e3", "#66508f", ("reduced",)),
    ("#1f5fae", "#7db7ff", ("only_a", "opened", "partners")),
    ("#8fb8e0", "#33618f", ("a_leads", "grown", "reached", "base")),
    ("#6d7378", "#9aa3a8", ("even", "mixed")),
    ("#f0be7c", "#8a5a1c", ("b_leads", "shrunk", "partly")),
    ("#c06000", "#ffb347", ("only_b", "closed", "missed", "empty")),
)

VERDICTS: Mapping[Theme, Mapping[str, str]] = {
    Theme.LIGHT: {verdict: light for light, _, verdicts in _COLOURS for verdict in verdicts},
    Theme.DARK: {verdict: dark for _, dark, verdicts in _COLOURS for verdict in verdicts},
}
"""Colour of each verdict, as `#rrggbb`."""


def verdict_classes(
    present: pd.Series, title: str, names: Mapping[str, str], *, unknown: str, theme: Theme
) -> Categories:
    """Return one class per verdict that occurs in `present`, in the order of `names`."""
    occurring = set(map(str, present.dropna().unique()))
    verdicts = [verdict for verdict in names if verdict in occurring]
    colours = VERDICTS[theme]
    return Categories(
        column="category",
        title=title,
        unit="",
        unknown=unknown,
        values=tuple(verdicts),
        names=(*(names[verdict] for verdict in verdicts), unknown),
        colours=(*(colours[verdict] for verdict in verdicts), _QUIET[theme]),
    )
