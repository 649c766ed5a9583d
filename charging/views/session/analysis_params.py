"""The parameters of the analyses: sets of operators, cells, distances; and how the URL says them.

The keys of the widgets are those of the URL. Sets of operators depend on the dataset and have its defaults
until a reader or a link chooses; what has its default is left out of the link.
"""

from collections.abc import Mapping
from dataclasses import asdict

from charging.analytics.coverage_options import Gain, Grid
from charging.views.session.caching import Answers
from charging.views.session.visit import (
    AnalysisName,
    keep_widget_values,
    set_widget_value,
    visit,
    widget_value,
)

RESOLUTIONS = (3, 4, 5, 6, 7, 8)
RINGS = (0, 1, 2, 3)
KMS = (1, 2, 3, 5, 10, 20, 30, 50, 100)
EXPONENTS = (0.0, 0.5, 1.0, 2.0, 3.0)
RIVALS = (-1.0, -0.5, *EXPONENTS)

SETS = ("base", "partner", "leaver", "a", "b")
"""Sets of operators, by the key of their widget."""

Choices = Mapping[str, tuple[tuple[object, ...], object]]
"""Options and the default, by the key of their widget."""

CHOICES: Choices = {
    "topic": (tuple(AnalysisName), AnalysisName.PARTNERS),
    "gain": (tuple(Gain), Gain.CELLS),
    "resolution": (RESOLUTIONS, 6),
    "rings": (RINGS, 0),
    "km": (KMS, 5),
    "weigh": (EXPONENTS, 1.0),
    "far": (EXPONENTS, 1.0),
    "rival": (RIVALS, 0.0),
    "log": ((False, True), False),
}
"""The link names the analysis `topic`, as it always did."""


def read_link(query: Mapping[str, list[str]]) -> None:
    """Read the URL, on the first run of a visit; what cannot be read becomes a problem."""
    for key in SETS:
        wanted = [value for value in query.get(key, ()) if value]  # an empty one says: none of them
        set_widget_value(key, wanted if key in query else None)
    visit.problems.extend(read_choices(CHOICES, query))
    visit.other_dataset = query.get("other", [""])[-1]
    visit.default_sets = {}


def read_choices(choices: Choices, query: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Set widgets to what a link says; return the keys and values that are no choice."""
    problems = []
    for key, (options, default) in choices.items():
        by_text = {_option_text(option): option for option in options}
        text = query.get(key, [_option_text(default)])[-1]
        if text not in by_text:
            problems.append((key, text))
        set_widget_value(key, by_text.get(text, default))
    return problems


def keep_choices() -> None:
    """Keep the values of all widgets, those of other views too."""
    keep_widget_values(*SETS, *CHOICES, "other")


def forget_sets() -> None:
    """Forget the sets of operators, since another dataset has others."""
    visit.default_sets = {}
    for key in SETS:
        set_widget_value(key, None)


def fill_sets(answers: Answers) -> None:
    """Set the sets that were not chosen yet to the defaults of the dataset (`studies.usual_sets`).

    A set that has the default of the last dataset gets that of this one.
    """
    from charging.analytics.studies import usual_sets  # noqa: PLC0415  a map without analyses needs none

    defaults = {key: list(operators) for key, operators in asdict(usual_sets(answers)).items()}
    last, visit.default_sets = visit.default_sets, defaults
    for key in SETS:
        present = widget_value(key)
        is_default = key in last and last[key] != defaults[key] and set(present or ()) == set(last[key])
        if present is None or is_default:
            set_widget_value(key, list(defaults[key]))


def operator_set(key: str) -> tuple[str, ...]:
    """Return a set of operators."""
    return tuple(widget_value(key) or ())


def swap_sides(own_dataset: str) -> None:
    """Swap the sets A and B; if they are of two datasets, the other one is loaded."""
    a, b = widget_value("a"), widget_value("b")
    set_widget_value("a", b)
    set_widget_value("b", a)
    if visit.other_dataset:
        visit.dataset, visit.other_dataset = visit.other_dataset, own_dataset
        # A and B stay, though the other dataset has other defaults
        visit.default_sets = {key: each for key, each in visit.default_sets.items() if key not in ("a", "b")}


def grid() -> Grid:
    """Return the grid on which coverage is counted."""
    return Grid(resolution=visit.resolution, rings=visit.rings, km=float(visit.km))


def link_query() -> dict[str, list[str]]:
    """Return the parameters of the link that are kept here."""
    present = {key: widget_value(key) for key in SETS}
    sets = {
        key: operators or [""]
        for key, operators in present.items()
        if operators is not None and set(operators) != set(visit.default_sets.get(key, operators))
    }
    return sets | choices_query(CHOICES) | ({"other": [visit.other_dataset]} if visit.other_dataset else {})


def choices_query(choices: Choices) -> dict[str, list[str]]:
    """Return what the link says of choices: those that are not the default."""
    values = {key: widget_value(key) for key in choices}
    return {key: [_option_text(value)] for key, value in values.items() if value != choices[key][1]}


def _option_text(option: object) -> str:
    """Return how the link says a choice; true and false in small letters, as elsewhere in it."""
    return str(option).lower() if isinstance(option, bool) else str(option)
