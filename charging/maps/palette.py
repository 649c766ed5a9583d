"""Colours and their meaning: ordered scales, categories and the colours of operators.

A `Scale` or `Categories` is the single object behind a layer's colours, its legend and its unit, so the three
cannot disagree. Ramps have one hue and one direction of lightness, so they stay ordered in greyscale; in the
dark theme lightness is reversed, and "more" contrasts with the ground in both.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypedDict, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.domain.vocabulary import Status

UNKNOWN = -1
"""Class of an unknown value."""

MAX_CLASSES = 6
"""Largest number of classes that can be told apart by lightness alone."""

PERCENT_DECIMALS = 2
"""Decimals of a share that is a whole percentage."""


class Theme(StrEnum):
    """Colour theme of the map."""

    LIGHT = "light"
    DARK = "dark"


class ScaleTexts(TypedDict):
    """What every scale is made with: the column to classify, and the words of its legend."""

    column: str
    title: str
    unit: str
    unknown: str


class LegendRow(NamedTuple):
    """One line of a legend; an empty colour means the hatching for unknown."""

    colour: str
    label: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Classes of a number: class *i* holds `breaks[i - 1] <= value < breaks[i]`.

    `column` is the column of a layer's table to classify. Shares run from 0 to 1 and are written in percent.
    """

    column: str
    title: str
    unit: str
    unknown: str
    lowest: float
    breaks: tuple[float, ...]
    highest: float
    colours: tuple[str, ...]
    is_share: bool = False

    @classmethod
    def from_quantiles(
        cls,
        values: pd.Series,
        *,
        theme: Theme,
        classes: int = 5,
        is_share: bool = False,
        **texts: Unpack[ScaleTexts],
    ) -> "Scale":
        """Return a scale whose classes hold about as many of `values` each.

        Breaks are distinct and rounded: to two significant digits, to whole numbers, shares to whole
        percents. So there may be fewer classes than asked for; without a known value there is one, not shown
        in the legend.
        """
        known = _known_values(values)
        inner = np.linspace(0, 1, min(classes, MAX_CLASSES) + 1)[1:-1]
        decimals = PERCENT_DECIMALS if is_share else 0
        breaks = [_round_break(value, decimals) for value in np.quantile(known, inner)] if known.size else []
        return cls.from_breaks(values, breaks, theme=theme, is_share=is_share, **texts)

    @classmethod
    def from_breaks(
        cls,
        values: pd.Series,
        breaks: Sequence[float],
        *,
        theme: Theme,
        is_share: bool = False,
        **texts: Unpack[ScaleTexts],
    ) -> "Scale":
        """Return a scale with given breaks, whole numbers except for shares.

        Breaks outside the range of `values` are dropped.
        """
        known = _known_values(values)
        lowest, highest = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        inside = tuple(sorted({float(value) for value in breaks if lowest < value <= highest}))
        colours = ramp(len(inside) + 1, theme)
        return cls(lowest=lowest, breaks=inside, highest=highest, colours=colours, is_share=is_share, **texts)

    def classify(self, values: pd.Series) -> NDArray[np.int64]:
        """Return the class of each value, `UNKNOWN` where it is null."""
        numbers = _floats(values)
        classes = np.searchsorted(np.array(self.breaks), numbers, side="right")
        return np.where(np.isnan(numbers), UNKNOWN, classes)

    def labels(self) -> tuple[str, ...]:
        """Return the range of each class in words, for counts and kW with whole, inclusive bounds.

        Examples
        --------
        >>> values = pd.Series([1, 40, 900])
        >>> scale = Scale.from_breaks(
        ...     values, [10, 100], column="piles", title="Piles", unit="", unknown="?", theme=Theme.LIGHT
        ... )
        >>> scale.labels()
        ('1–9', '10–99', '100–900')
        """
        lower = (self.lowest, *self.breaks)
        if self.is_share:
            upper = (*self.breaks, self.highest)
            return tuple(_range(100 * a, 100 * b) for a, b in zip(lower, upper, strict=True))
        whole = (*(math.ceil(value) - 1 for value in self.breaks), self.highest)
        return tuple(_range(a, b) for a, b in zip(lower, whole, strict=True))

    def legend(self, values: pd.Series) -> tuple[LegendRow, ...]:
        """Return the classes of `values` with their counts, ascending, unknown last."""
        return _legend(self.classify(values), self.colours, self.labels(), self.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Categories:
    """Classes of a text: class *i* holds `values[i]`; anything else falls into `other`."""

    column: str
    title: str
    unit: str
    unknown: str
    values: tuple[str, ...]
    names: tuple[str, ...]
    colours: tuple[str, ...]

    @classmethod
    def of_operators(
        cls,
        values: pd.Series,
        *,
        other: str,
        colours: Mapping[str, str],
        names: Mapping[str, str],
        theme: Theme,
        **texts: Unpack[ScaleTexts],
    ) -> "Categories":
        """Return one class per coloured operator in `values`, most frequent first, and one for the rest.

        `colours` comes from `operator_colours`; operators in grey are labelled `other`.
        """
        grey = OTHER[theme]
        present = values.dropna().astype(str).value_counts()
        by_size = sorted(present.index, key=lambda operator: (-present[operator], operator))
        own = [operator for operator in by_size if colours.get(operator, grey) != grey]
        return cls(
            values=tuple(own),
            names=(*(names.get(operator, operator) for operator in own), other),
            colours=(*(colours[operator] for operator in own), grey),
            **texts,
        )

    @classmethod
    def of_statuses(
        cls, *, other: str, names: Mapping[str, str], theme: Theme, **texts: Unpack[ScaleTexts]
    ) -> "Categories":
        """Return one class per status, in the order of the vocabulary."""
        return cls(
            values=tuple(map(str, Status)),
            names=(*(names[str(status)] for status in Status), other),
            colours=(*STATUSES[theme], OTHER[theme]),
            **texts,
        )

    def classify(self, values: pd.Series) -> NDArray[np.int64]:
        """Return the class of each value, `UNKNOWN` where it is null."""
        codes = {value: code for code, value in enumerate(self.values)}
        number, distinct = pd.factorize(values)
        of_each = [codes.get(value, len(self.values)) for value in distinct]
        return np.array([*of_each, UNKNOWN], dtype=np.int64)[number]  # index -1 is the last

    def labels(self) -> tuple[str, ...]:
        """Return the name of each class."""
        return self.names

    def legend(self, values: pd.Series) -> tuple[LegendRow, ...]:
        """Return the classes that occur in `values` with their counts, unknown last."""
        return _legend(self.classify(values), self.colours, self.labels(), self.unknown)


ColourScale = Scale | Categories

RAMPS = {
    Theme.LIGHT: ("#bee8e0", "#92d0c9", "#63b7b6", "#279ea4", "#127c88", "#005b6b", "#003c4d"),
    Theme.DARK: ("#2a5765", "#2c7280", "#2d8e97", "#2facac", "#6dc7be", "#9ee2d3", "#ccfdec"),
}
"""Stops from "less" to "more": one teal hue, lightness in even steps of OKLCH (0.90 to 0.33; 0.37 to
0.95)."""

OTHER = {Theme.LIGHT: "#8a9299", Theme.DARK: "#8d979e"}
"""Operators without a colour of their own."""

FAULT = {Theme.LIGHT: "#c0392b", Theme.DARK: "#ff6b5a"}
"""The only red: broken piles."""

STATUSES = {
    Theme.LIGHT: ("#1a8f6e", "#2f6fd0", "#d98e04", "#3b2a63", FAULT[Theme.LIGHT], "#4a4f55", "#9fd3c3"),
    Theme.DARK: ("#5fd3ae", "#6aa2ff", "#f0b429", "#ead6ff", FAULT[Theme.DARK], "#c9ced2", "#2f6a5d"),
}
"""Colours of the statuses in the order of the vocabulary; shapes show the same without colour."""

OWN_COLOURS = {
    Theme.LIGHT: {"nio": "#5285f8", "xpeng": "#cc7200", "li_auto": "#470ba8"},
    Theme.DARK: {"nio": "#6895f4", "xpeng": "#ebb432", "li_auto": "#7453e5"},
}
"""The carmakers this map is for keep their colour in every view."""

FREE_COLOURS = {
    Theme.LIGHT: ("#dea71d", "#26795f", "#ada4f9", "#5a3930", "#1acf9f", "#9264ad", "#534c84", "#6a46d8"),
    Theme.DARK: ("#8dd28c", "#32bddb", "#9b673b", "#eee93c", "#c1d1f3", "#bb3b87", "#197cb3", "#84ffb7"),
}
"""Assigned in this order. Together with the carmakers', the grey and the red, each pair stays at least 0.08
apart in OKLab as seen with protanopia and deuteranopia, 0.06 with tritanopia, 0.11 with normal sight."""


def ramp(classes: int, theme: Theme) -> tuple[str, ...]:
    """Return the colours of a number of ordered classes, "less" closest to the ground.

    Examples
    --------
    >>> ramp(2, Theme.LIGHT)
    ('#bee8e0', '#003c4d')
    """
    stops = RAMPS[theme]
    if classes == 1:
        return (stops[len(stops) // 2],)
    return tuple(
        _blend_stops(stops, position * (len(stops) - 1) / (classes - 1)) for position in range(classes)
    )


def operator_colours(
    ids_by_size: Sequence[str], chosen_ids: Sequence[str] = (), *, theme: Theme
) -> dict[str, str]:
    """Return the colour of every operator: `#rrggbb`.

    NIO, XPeng and Li Auto keep their own. Of the others the chosen ones come first, then the largest, until
    the colours are used up; the rest share `OTHER`. Pass all operators in the order of the whole dataset, not
    of the view, and an operator keeps its colour while the map moves.

    Examples
    --------
    >>> operator_colours(["teld", "nio"], theme=Theme.LIGHT)
    {'teld': '#dea71d', 'nio': '#5285f8'}
    """
    own, free = OWN_COLOURS[theme], FREE_COLOURS[theme]
    known = dict.fromkeys((*ids_by_size, *chosen_ids))
    largest = [operator for operator in ids_by_size if operator not in own][: len(free)]
    # those among the largest keep their place, so choosing one does not repaint the others
    newcomers = [
        operator for operator in sorted(chosen_ids) if operator not in own and operator not in largest
    ]
    places = dict(zip(largest, free, strict=False))
    for operator in newcomers[: len(free)]:
        last_place = next((other for other in reversed(places) if other not in chosen_ids), None)
        if last_place is not None:
            places[operator] = places.pop(last_place)
        elif len(places) < len(free):
            places[operator] = free[len(places)]
    return {operator: own.get(operator) or places.get(operator, OTHER[theme]) for operator in known}


def _known_values(values: pd.Series) -> NDArray[np.float64]:
    numbers = _floats(values)
    return numbers[np.isfinite(numbers)]


def _floats(values: pd.Series) -> NDArray[np.float64]:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _round_break(value: float, decimals: int) -> float:
    """Round to two significant digits and at most `decimals` decimals."""
    return round(value, min(decimals, 1 - math.floor(math.log10(abs(value))))) if value else 0.0


def _range(low: float, high: float) -> str:
    lower, upper = f"{low:,.0f}", f"{high:,.0f}"
    return lower if lower == upper else f"{lower}–{upper}"


def _legend(
    classes: NDArray[np.int64], colours: Sequence[str], labels: Sequence[str], unknown: str
) -> tuple[LegendRow, ...]:
    known = np.bincount(classes[classes >= 0], minlength=len(colours)).tolist()
    rows = [
        LegendRow(colour, label, amount)
        for colour, label, amount in zip(colours, labels, known, strict=True)
        if amount
    ]
    missing = int((classes == UNKNOWN).sum())
    return (*rows, LegendRow("", unknown, missing)) if missing else tuple(rows)


def _blend_stops(stops: Sequence[str], position: float) -> str:
    """Return the colour at a position between stops, linear in sRGB: the stops are close."""
    start = min(int(position), len(stops) - 2)
    share = position - start
    channels = zip(_channels(stops[start]), _channels(stops[start + 1]), strict=True)
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in channels)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
