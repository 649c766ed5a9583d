"""A against B: two sets of operators in one dataset, or the same or others in two."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from charging.analytics.changes import OF_NUMBERS, comparable
from charging.analytics.comparison import PILES, Standing, compare, tally, white_spots_of
from charging.analytics.studies import compared, near_cities
from charging.domain.hexes import cell_from_text, cell_text, resolution_of
from charging.maps.analysis_colours import VERDICTS
from charging.queries.holdings import By, Unit
from charging.views.analyses import analysis, second_dataset
from charging.views.analyses.unknowns import remainders
from charging.views.elements.error_box import trouble
from charging.views.elements.markup import element, stripe, terms
from charging.views.elements.texts import Texts
from charging.views.session import analysis_params
from charging.views.session.caching import Answers
from charging.views.session.colours import theme
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit

MOST_SPOTS = 500
"""Rows of white spots shown; the file has all."""

LEGEND = (
    Standing.ONLY_A,
    Standing.A_LEADS,
    Standing.EVEN,
    Standing.B_LEADS,
    Standing.ONLY_B,
    Standing.OTHERS,
)
"""The categories from A to B."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: A and B by name, and as operators; None is everybody, in two datasets only."""

    context: ViewContext
    a: tuple[str, ...] | None
    b: tuple[str, ...] | None
    name_a: str
    name_b: str

    @property
    def names(self) -> dict[str, str]:
        """The names as texts take them."""
        return {"a": self.name_a, "b": self.name_b}

    def by(self, by: By) -> pd.DataFrame:
        """Return what A and B hold by a unit."""
        context = self.context
        return compared(context.answers, context.selection, self.a, self.b, by, context.other)


def render(context: ViewContext) -> None:
    """Show the view."""
    second_dataset.settle(context)
    analysis_params.fill_sets(context.answers)
    _compared(context)


@st.fragment(key="compare")
def _compared(context: ViewContext) -> None:
    if visit.dataset != context.dataset.folder.name:
        st.rerun()  # A and B were swapped between two datasets: the page opens the other one
    context, problem = second_dataset.joined(context)
    analysis.show(context, partial(_told, context, problem), partial(_controls, context, problem))


def _controls(context: ViewContext, problem: str) -> None:
    """Show what is compared."""
    say, other = context.say, context.other
    everybody = "compare.everybody" if other else "asked.placeholder"
    analysis.operator_set(context, "a", none=everybody)
    of_b = replace(context, answers=other or context.answers)
    analysis.operator_set(of_b, "b", apart_from="" if other or problem else "a", none=everybody)
    second_dataset.choose(context)
    analysis.resolution(context)
    own = context.dataset.folder.name
    st.button(
        say("compare.swap"),
        key="swap",
        on_click=analysis_params.swap_sides,
        args=(own,),
        disabled=bool(problem) or (other is not None and own not in second_dataset.names(context.settings)),
    )


def _told(context: ViewContext, problem: str) -> analysis.Told:
    if problem:
        return analysis.Told([], "", partial(_unreadable, context.say, problem), lambda: None)
    sides, say = _sides(context), context.say
    asked_for = visit.resolution
    in_cells = sides.by(asked_for)

    def at(resolution: int) -> pd.DataFrame:
        held = in_cells if resolution == asked_for else sides.by(resolution)
        return held.rename(columns={"unit": "cell"})

    drawn = analysis.verdicts(
        context,
        at,
        title=say("compare.legend"),
        names={str(standing): say(f"standing.{standing}", **sides.names) for standing in LEGEND},
        strongest_first=False,
        columns=PILES,
    )
    return analysis.Told(
        drawn.groups,
        drawn.note,
        partial(_panel, sides, in_cells),
        partial(_tables, sides, in_cells),
        partial(_of_cell, sides),
    )


def _sides(context: ViewContext) -> Sides:
    """Return A and B: named after their operators where each has one, and those are two."""
    a, b, say = analysis_params.operator_set("a"), analysis_params.operator_set("b"), context.say
    if len(a) == len(b) == 1 and a != b:
        name_a, name_b = (say(f"operator.{operator}") for operator in (*a, *b))
    else:
        name_a, name_b = "A", "B"
    if context.other:
        return Sides(context, a or None, b or None, name_a, name_b)
    return Sides(context, a, tuple(operator for operator in b if operator not in a), name_a, name_b)


def _of_cell(sides: Sides, h3_id: str) -> None:
    """Show what both hold in a selected cell; the details above it are of the loaded dataset alone."""
    say, cell = sides.context.say, cell_from_text(h3_id)
    held = sides.by(resolution_of(cell))
    for row in held[held.unit == cell].to_dict("records"):
        named = {_piles(sides)[column]: say.number(row[column]) for column in PILES}
        title = say(f"standing.{row['category']}", **sides.names)
        st.html(element("h3", "panel-section", text=title) + terms(named.items()))


def _unreadable(say: Texts, problem: str) -> None:
    st.html(element("h2", "panel-title", text=say("compare.unreadable")))
    trouble(say("start.broken"), problem, say)
    st.caption(say("compare.unreadable.advice"))


def _panel(sides: Sides, in_cells: pd.DataFrame) -> None:
    context, say = sides.context, sides.context.say
    context.recorder.html(
        element("h2", "panel-title", text=say("compare.title", a=sides.name_a, b=sides.name_b))
    )
    colours = VERDICTS[theme()]
    own, other = context.answers, context.other or context.answers
    side_a = _side("A", sides.a, colours[Standing.ONLY_A], own, sides)
    side_b = _side("B", sides.b, colours[Standing.ONLY_B], other, sides)
    context.recorder.html(element("dl", "details", side_a, side_b))
    _notes(context)
    context.recorder.html(_tally(tally(in_cells), sides))
    said = [say("compare.whole", cells=say.number(len(in_cells)), resolution=visit.resolution)]
    context.recorder.note("  \n".join([*said, *_left_out(context)]))
    analysis.definition(context, compare, tally, white_spots_of)


def _side(letter: str, operators: tuple[str, ...] | None, colour: str, answers: Answers, sides: Sides) -> str:
    """Return who stands on a side, and in which dataset if there are two."""
    say = sides.context.say
    if operators is None:
        who = say("compare.everybody")
    else:
        names = (say(f"operator.{operator}") for operator in operators)
        who = say("compare.and").join(names) or say("compare.nobody")
    dataset = second_dataset.described(answers.dataset, say) if sides.context.other else ""
    return element("dt", "", stripe(colour), element("span", "", text=letter)) + element(
        "dd", "", element("span", "", text=who), element("div", "other-name", text=dataset)
    )


def _notes(context: ViewContext) -> None:
    """Say what forbids to compare numbers of two datasets."""
    if not context.other:
        return
    own, other = (dataset.manifest for dataset in context.datasets)
    for found in comparable(own, other):
        if found.obstacle in OF_NUMBERS:
            sides = second_dataset.opposed(found, own, other, context.say)
            text = context.say(f"compare.note.{found.obstacle}", a=sides["old"], b=sides["new"])
            context.recorder.html(element("p", "caution", text=text))


def _left_out(context: ViewContext, *, by_city: bool = False) -> list[str]:
    """Return what is not known, of each dataset under its name."""
    own = remainders(context, by_city=by_city)
    if not context.other:
        return own
    others = remainders(context, context.other, by_city=by_city)
    return [*(f"A: {said}" for said in own), *(f"B: {said}" for said in others)]


def _tally(counted: pd.DataFrame, sides: Sides) -> str:
    """Return the table of categories with their cells and piles, and its sums."""
    say, colours = sides.context.say, VERDICTS[theme()]
    heads = ("", say("compare.cells"), sides.name_a, sides.name_b, say("compare.others"))
    rows = {row["category"]: row for row in counted.to_dict("records")}
    sums = dict(counted[["units", *PILES]].sum())
    lines = [
        _row(stripe(colours[standing]), say(f"standing.{standing}", **sides.names), rows[standing], say)
        for standing in LEGEND
    ]
    lines.append(_row("", say("compare.total"), sums, say))
    return element(
        "table", "groups tally", element("tr", "", *(element("th", "", text=head) for head in heads)), *lines
    ) + element("p", "other-name", text=say("compare.tally.unit"))


def _row(mark: str, name: str, numbers: Mapping[Any, Any], say: Texts) -> str:
    label = element("td", "", mark, element("span", "", text=name))
    cells = (element("td", "", text=say.number(float(numbers[column]))) for column in ("units", *PILES))
    return element("tr", "", label, *cells)


def _tables(sides: Sides, in_cells: pd.DataFrame) -> None:
    context, say = sides.context, sides.context.say
    in_cities = sides.by(Unit.CITY).sort_values(
        ["piles_a", "piles_b", "unit"], ascending=[False, False, True], ignore_index=True
    )
    piles = _piles(sides)
    cities = pd.DataFrame(
        {
            say("field.city"): [say(f"city.{city}") for city in in_cities.unit],
            **{piles[column]: in_cities[column] for column in PILES},
            say("compare.column.standing"): [
                say(f"standing.{standing}", **sides.names) for standing in in_cities.category
            ],
        }
    )
    analysis.table(context, cities, "compare")
    context.recorder.note("  \n".join(_left_out(context, by_city=True)))
    spots = _Spots(white_spots_of(in_cells), {piles[column]: column for column in PILES[1:]}, say)
    analysis.table(context, spots, "spots_of_a", most=MOST_SPOTS)
    context.recorder.note(say("compare.spots", a=sides.name_a, b=sides.name_b))


@dataclass(frozen=True, slots=True)
class _Spots:
    """The white spots in words, the city near each among them; made when asked for."""

    spots: pd.DataFrame
    piles: Mapping[str, str]  # columns by the names they are shown by
    say: Texts

    def __len__(self) -> int:
        return len(self.spots)

    def head(self, n: int) -> pd.DataFrame:
        spots, say = self.spots.head(n).reset_index(drop=True), self.say
        near = near_cities(spots.unit.to_numpy())
        return pd.DataFrame(
            {
                say("field.h3"): [cell_text(cell) for cell in spots.unit],
                say("compare.column.near"): [
                    say(f"city.{city}") if isinstance(city, str) else None for city in near.city_id
                ],
                say("compare.column.km"): near.km.round(1),
                **{name: spots[column] for name, column in self.piles.items()},
            }
        )


def _piles(sides: Sides) -> dict[str, str]:
    """Return the names of the columns of piles."""
    say = sides.context.say
    named: Callable[[str], str] = lambda name: say("compare.column.piles", name=name)  # noqa: E731
    names = (sides.name_a, sides.name_b, say("compare.others"))
    return dict(zip(PILES, map(named, names), strict=True))
