import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.vocabulary import Status
from charging.maps.layers import PLAIN, SHAPES
from charging.maps.palette import (
    FAULT,
    FREE_COLOURS,
    OTHER,
    OWN_COLOURS,
    STATUSES,
    UNKNOWN,
    Categories,
    LegendRow,
    Scale,
    Theme,
    operator_colours,
    ramp,
)
from charging.maps.static_files import static_json

# Machado, Oliveira, Fernandes: "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# 2009, matrices for a severity of 1 to be applied to linear RGB
SIGHT = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
MIN_DISTANCE = {"normal": 0.11, "protanopia": 0.08, "deuteranopia": 0.08, "tritanopia": 0.06}
# Björn Ottosson, "A perceptual color space for image processing" (2020)
TO_LMS = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def linear(colour):
    """IEC 61966-2-1."""
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def oklab(colour, sight):
    seen = np.clip(np.array(SIGHT[sight]) @ linear(colour), 0, 1)
    return np.array(TO_OKLAB) @ np.cbrt(np.array(TO_LMS) @ seen)


def scale(values, breaks=None, **more):
    words = {"column": "piles", "title": "Piles", "unit": "", "unknown": "?", "theme": Theme.LIGHT} | more
    if breaks is None:
        return Scale.from_quantiles(pd.Series(values), **words)
    return Scale.from_breaks(pd.Series(values), breaks, **words)


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("classes", range(2, 7))
def test_a_ramp_runs_one_way_in_lightness(theme, classes):
    steps = np.diff([luminance(colour) for colour in ramp(classes, theme)])
    assert (steps < 0).all() if theme is Theme.LIGHT else (steps > 0).all()


@pytest.mark.parametrize("theme", Theme)
def test_neighbouring_classes_stand_apart(theme):
    assert min(contrast(a, b) for a, b in itertools.pairwise(ramp(5, theme))) >= 1.35


@pytest.mark.parametrize("theme", Theme)
def test_more_stands_out_from_the_ground(theme):
    ground = static_json("theme.json")[theme]["land"]
    contrasts = [contrast(colour, ground) for colour in ramp(5, theme)]
    assert contrasts == sorted(contrasts)
    assert contrasts[-1] > 7


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("sight", SIGHT)
def test_operator_colours_differ_for_every_eye(theme, sight):
    colours = [*OWN_COLOURS[theme].values(), *FREE_COLOURS[theme], OTHER[theme], FAULT[theme]]
    seen = [oklab(colour, sight) for colour in colours]
    nearest = min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))
    assert nearest >= MIN_DISTANCE[sight]


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("sight", SIGHT)
def test_statuses_of_one_shape_differ_in_colour_for_every_eye(theme, sight):
    shaped = {status: SHAPES.get(status, PLAIN) for status in Status}
    seen = dict(zip(Status, (oklab(colour, sight) for colour in STATUSES[theme]), strict=True))
    pairs = [pair for pair in itertools.combinations(Status, 2) if shaped[pair[0]] == shaped[pair[1]]]
    assert min(float(np.linalg.norm(seen[a] - seen[b])) for a, b in pairs) >= MIN_DISTANCE[sight]


def test_statuses_are_counted_in_the_order_of_the_vocabulary():
    words = {"column": "status", "title": "Status", "unit": "", "unknown": "?", "other": "others"}
    statuses = Categories.of_statuses(names={str(s): s.upper() for s in Status}, theme=Theme.LIGHT, **words)
    rows = statuses.legend(pd.Series(["fault", None, "available", "fault"]))
    assert [(row.label, row.amount) for row in rows] == [("AVAILABLE", 1), ("FAULT", 2), ("?", 1)]


def test_carmakers_keep_their_colour_and_the_small_share_grey():
    colours = operator_colours([f"op{at}" for at in range(20)] + ["nio"], theme=Theme.LIGHT)
    assert colours["nio"] == OWN_COLOURS[Theme.LIGHT]["nio"]
    assert [colours[f"op{at}"] for at in range(8)] == list(FREE_COLOURS[Theme.LIGHT])
    assert {colours[f"op{at}"] for at in range(8, 20)} == {OTHER[Theme.LIGHT]}


def test_a_chosen_small_operator_is_coloured_and_repaints_only_one():
    ids = [f"op{at}" for at in range(20)]
    before, after = operator_colours(ids, theme=Theme.DARK), operator_colours(ids, ["op15"], theme=Theme.DARK)
    assert after["op15"] == FREE_COLOURS[Theme.DARK][7]
    assert {key for key in ids if before[key] != after[key]} == {"op7", "op15"}


def test_a_chosen_operator_outside_the_list_gets_a_colour():
    assert operator_colours([], ["teld"], theme=Theme.LIGHT) == {"teld": FREE_COLOURS[Theme.LIGHT][0]}


def test_classes_are_half_open_and_null_is_unknown():
    values = pd.Series([1, 9, 10, 99, 100, None], dtype="Int64")
    assert scale(values, [10, 100]).classify(values).tolist() == [0, 0, 1, 1, 2, UNKNOWN]


def test_legend_counts_every_value_once():
    values = pd.Series([1, 9, 10, 250, None], dtype="Int64")
    rows = scale(values, [10, 100]).legend(values)
    assert [(row.label, row.amount) for row in rows] == [("1–9", 2), ("10–99", 1), ("100–250", 1), ("?", 1)]
    assert rows[-1].colour == ""


def test_shares_are_written_in_percent():
    assert scale([0.0, 0.3, 1.0], [0.2, 0.5], is_share=True).labels() == ("0–20", "20–50", "50–100")


def test_equal_values_make_one_class():
    values = pd.Series([4, 4, 4])
    assert scale(values).legend(values) == (LegendRow(ramp(1, Theme.LIGHT)[0], "4", 3),)


def test_nothing_known_leaves_only_the_unknown_in_the_legend():
    values = pd.Series([None, None], dtype="Float64")
    assert scale(values).legend(values) == (LegendRow("", "?", 2),)


def test_no_values_make_no_legend():
    assert scale(pd.Series([], dtype="Int64")).legend(pd.Series([], dtype="Int64")) == ()


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**7)), max_size=60))
def test_quantile_classes_cover_all_values_with_the_ranges_they_state(values):
    column = pd.Series(values, dtype="Int64")
    made = scale(column)
    classes = made.classify(column)
    assert sum(row.amount for row in made.legend(column)) == len(values)
    bounds = (-np.inf, *made.breaks, np.inf)
    for value, place in zip(values, classes.tolist(), strict=True):
        assert place == UNKNOWN if value is None else bounds[place] <= value < bounds[place + 1]
    assert len(made.colours) == len(made.breaks) + 1 == len(set(made.labels()))


def test_operators_without_a_colour_are_one_class():
    values = pd.Series(["nio", "small", "nio", "tiny", None])
    colours = operator_colours(["nio"], theme=Theme.LIGHT) | {"small": OTHER[Theme.LIGHT]}
    made = Categories.of_operators(
        values,
        column="lead",
        title="Lead",
        unit="",
        unknown="?",
        other="Others",
        colours=colours,
        names={"nio": "NIO"},
        theme=Theme.LIGHT,
    )
    assert made.classify(values).tolist() == [0, 1, 0, 1, UNKNOWN]
    assert [(row.label, row.amount) for row in made.legend(values)] == [("NIO", 2), ("Others", 2), ("?", 1)]
