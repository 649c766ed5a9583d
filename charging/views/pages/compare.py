"""A against B: two sets of operators in one dataset, or the same or others in two."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from charging.analytics.changes.stations import OF_NUMBERS, find_obstacles
from charging.analytics.comparison import PILES, Standing, compare_holdings, sum_by_standing, white_spots_of
from charging.analytics.studies import compare_operators, near_cities
from charging.domain.hexes import cell_from_text, cell_text, resolution_of
from charging.maps.analysis_colours import VERDICTS
from charging.queries.dataset_figures import countries
from charging.queries.holdings import Unit, UnitKind
from charging.views.analyses import analysis, second_dataset, units
from charging.views.analyses.unknowns import unknown_parts
from charging.views.elements.error_box import show_error
from charging.views.elements.markup import element, stripe, terms
from charging.views.elements.report_recorder import LazyRows
from charging.views.elements.texts import Texts
from charging.views.session import analysis_params
from charging.views.session.caching import Answers
from charging.views.session.colours import theme
from charging.views.session.context import ViewContext
from charging.views.session.damage import tells_damage
from charging.views.session.visit import visit

MAX_SPOTS = 500
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
    """What is compared: A and B by name, and as operators; None is all of them, in two datasets only."""

    context: ViewContext
    a: tuple[str, ...] | None
    b: tuple[str, ...] | None
    name_a: str
    name_b: str

    @property
    def names(self) -> dict[str, str]:
        """The names as texts take them."""
        return {"a": self.name_a, "b": self.name_b}

    def by(self, by: UnitKind) -> pd.DataFrame:
        """Return what A and B hold by a unit."""
        context = self.context
        return compare_operators(context.answers, context.selection, self.a, self.b, by, context.other)


def render(context: ViewContext) -> None:
    """Show the view."""
    second_dataset.check_other(context)
    analysis_params.fill_sets(context.answers)
    _show_comparison(context)


@st.fragment(key="compare")
@tells_damage
def _show_comparison(context: ViewContext) -> None:
    if visit.dataset != context.dataset.folder.name:
        st.rerun()  # A and B were swapped between two datasets: the page opens the other one
    context, problem = second_dataset.add_other(context)
    analysis.show_analysis(Comparison(problem), context)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A against B; `problem` is what is wrong with the other dataset, or ""."""

    problem: str
    definition = (compare_holdings, sum_by_standing, white_spots_of)

    def controls(self, context: ViewContext) -> None:
        """Show the parameters."""
        other, own = context.other, context.dataset.folder.name
        everybody = "compare.everybody" if other else "asked.placeholder"
        analysis.choose_operators(context, "a", none=everybody)
        side_b = replace(context, answers=other or context.answers)
        taken_by = "" if other or self.problem else "a"
        analysis.choose_operators(side_b, "b", apart_from=taken_by, none=everybody)
        second_dataset.choose_other(context)
        analysis.choose_resolution(context)
        is_lost = other is not None and own not in second_dataset.dataset_choices(context.settings)
        st.button(
            context.say("compare.swap"),
            key="swap",
            on_click=analysis_params.swap_sides,
            args=(own,),
            disabled=bool(self.problem) or is_lost,
        )

    def build(self, context: ViewContext) -> analysis.TopicView:
        """Return the answer: its map, panel and tables."""
        if self.problem:
            return analysis.TopicView(partial(_show_problem, context.say, self.problem), has_figures=False)
        sides, wanted = _sides(context), visit.resolution
        in_cells = sides.by(wanted)

        def cells_at(resolution: int) -> pd.DataFrame:
            table = in_cells if resolution == wanted else sides.by(resolution)
            return table.rename(columns={"unit": "cell"})

        cells = analysis.category_layers(
            context,
            cells_at,
            title=context.say("compare.legend"),
            names={str(standing): context.say(f"standing.{standing}", **sides.names) for standing in LEGEND},
            strongest_first=False,
            columns=PILES,
        )
        return analysis.TopicView(
            partial(_show_tally, sides, in_cells),
            partial(_show_tables, sides, in_cells),
            cells,
            partial(_show_cell, sides),
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


def _show_cell(sides: Sides, h3_id: str) -> None:
    """Show what both hold in a selected cell; the details above it are of the loaded dataset alone."""
    say, cell = sides.context.say, cell_from_text(h3_id)
    table = sides.by(resolution_of(cell))
    for row in table[table.unit == cell].to_dict("records"):
        piles = {_pile_columns(sides)[column]: say.number(row[column]) for column in PILES}
        title = say(f"standing.{row['category']}", **sides.names)
        st.html(element("h3", "panel-section", text=title) + terms(piles.items()))


def _show_problem(say: Texts, problem: str) -> None:
    st.html(element("h2", "panel-title", text=say("compare.unreadable")))
    show_error(say("start.broken"), problem, say)
    st.caption(say("compare.unreadable.advice"))


def _show_tally(sides: Sides, in_cells: pd.DataFrame) -> None:
    context, say = sides.context, sides.context.say
    title = say("compare.title", a=sides.name_a, b=sides.name_b)
    context.recorder.show_html(element("h2", "panel-title", text=title))
    colours = VERDICTS[theme()]
    own, other = context.answers, context.other or context.answers
    side_a = _side_terms("A", sides.a, colours[Standing.ONLY_A], own, sides)
    side_b = _side_terms("B", sides.b, colours[Standing.ONLY_B], other, sides)
    context.recorder.show_html(element("dl", "details", side_a, side_b))
    _show_obstacles(context)
    context.recorder.show_html(_tally_table(sum_by_standing(in_cells), sides))
    notes = [say("compare.whole", cells=say.number(len(in_cells)), resolution=visit.resolution)]
    context.recorder.show_note("  \n".join([*notes, *_unknowns(context)]))


def _side_terms(
    letter: str, operators: tuple[str, ...] | None, colour: str, answers: Answers, sides: Sides
) -> str:
    """Return who is on a side, and in which dataset if there are two."""
    say = sides.context.say
    if operators is None:
        who = say("compare.everybody")
    else:
        names = (say(f"operator.{operator}") for operator in operators)
        who = say("compare.and").join(names) or say("compare.nobody")
    dataset = second_dataset.describe(answers.dataset, say) if sides.context.other else ""
    return element("dt", "", stripe(colour), element("span", "", text=letter)) + element(
        "dd", "", element("span", "", text=who), element("div", "other-name", text=dataset)
    )


def _show_obstacles(context: ViewContext) -> None:
    """Say what forbids to compare numbers of two datasets."""
    if not context.other:
        return
    own, other = (dataset.manifest for dataset in context.datasets)
    for found in find_obstacles(own, other):
        if found.obstacle in OF_NUMBERS:
            sides = second_dataset.differing_values(found, own, other, context.say)
            text = context.say(f"compare.note.{found.obstacle}", a=sides["old"], b=sides["new"])
            context.recorder.show_html(element("p", "caution", text=text))


def _unknowns(context: ViewContext, *, by_city: bool = False) -> list[str]:
    """Return what is not known, of each dataset under its name."""
    own = unknown_parts(context, by_city=by_city)
    if not context.other:
        return own
    others = unknown_parts(context, context.other, by_city=by_city)
    return [*(f"A: {text}" for text in own), *(f"B: {text}" for text in others)]


def _tally_table(counted: pd.DataFrame, sides: Sides) -> str:
    """Return the table of categories with their cells and piles, and its sums."""
    say, colours = sides.context.say, VERDICTS[theme()]
    heads = ("", say("compare.cells"), sides.name_a, sides.name_b, say("compare.others"))
    rows = {row["category"]: row for row in counted.to_dict("records")}
    sums = dict(counted[["units", *PILES]].sum())
    lines = [
        _tally_row(stripe(colours[standing]), say(f"standing.{standing}", **sides.names), rows[standing], say)
        for standing in LEGEND
    ]
    lines.append(_tally_row("", say("compare.total"), sums, say))
    return element(
        "table", "groups tally", element("tr", "", *(element("th", "", text=head) for head in heads)), *lines
    ) + element("p", "other-name", text=say("compare.tally.unit"))


def _tally_row(mark: str, name: str, numbers: Mapping[Any, Any], say: Texts) -> str:
    label = element("td", "", mark, element("span", "", text=name))
    cells = (element("td", "", text=say.number(float(numbers[column]))) for column in ("units", *PILES))
    return element("tr", "", label, *cells)


def _show_tables(sides: Sides, in_cells: pd.DataFrame) -> None:
    context, say = sides.context, sides.context.say
    piles = _pile_columns(sides)
    has_cities = units.has_cities(context)
    if has_cities:
        _show_cities(sides, piles)
    spots = white_spots_of(in_cells)
    near = partial(near_cities, countries=_countries(context)) if has_cities else None
    rows = LazyRows(len(spots), partial(_first_spots, spots, piles, say, near))
    analysis.show_table(context, rows, "spots_of_a", max_rows=MAX_SPOTS)
    notes = [say("compare.spots", a=sides.name_a, b=sides.name_b)]
    if not has_cities:
        notes.append(say("missing.cities"))
    context.recorder.show_note(" ".join(notes))


def _show_cities(sides: Sides, piles: Mapping[str, str]) -> None:
    context, say = sides.context, sides.context.say
    in_cities = sides.by(Unit.CITY).sort_values(
        ["piles_a", "piles_b", "unit"], ascending=[False, False, True], ignore_index=True
    )
    cities = pd.DataFrame(
        {
            say("field.city"): [say(f"city.{city}") for city in in_cities.unit],
            **{piles[column]: in_cities[column] for column in PILES},
            say("compare.column.standing"): [
                say(f"standing.{standing}", **sides.names) for standing in in_cities.category
            ],
        }
    )
    analysis.show_table(context, cities, "compare")
    context.recorder.show_note("  \n".join(_unknowns(context, by_city=True)))


def _countries(context: ViewContext) -> frozenset[str]:
    """Return the countries of the loaded datasets."""
    loaded = (answers for answers in (context.answers, context.other) if answers)
    return frozenset().union(*(answers.ask(countries) for answers in loaded))


def _first_spots(
    spots: pd.DataFrame,
    piles: Mapping[str, str],
    say: Texts,
    find_near: Callable[[NDArray[np.int64]], pd.DataFrame] | None,
    n: int,
) -> pd.DataFrame:
    """Return white spots in words, with the city near each where the dataset has cities."""
    first = spots.head(n).reset_index(drop=True)
    place: dict[str, object] = {}
    if find_near is not None:
        near = find_near(first.unit.to_numpy())
        cities = [say(f"city.{city}") if isinstance(city, str) else None for city in near.city_id]
        place = {say("compare.column.near"): cities, say("compare.column.km"): near.km.round(1)}
    return pd.DataFrame(
        {
            say("field.h3"): [cell_text(cell) for cell in first.unit],
            **place,
            **{piles[column]: first[column] for column in PILES[1:]},
        }
    )


def _pile_columns(sides: Sides) -> dict[str, str]:
    """Return the names of the columns of piles."""
    say = sides.context.say
    names = (sides.name_a, sides.name_b, say("compare.others"))
    return {column: say("compare.column.piles", name=name) for column, name in zip(PILES, names, strict=True)}
