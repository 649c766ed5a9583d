"""The top of the page: which dataset this is, which view, which language; and the figures.

A figure shows what was published, with its date and source on hover, tap or focus, and next to it what the
loaded dataset holds and what the conditions select, counted.
"""

from typing import NamedTuple

import streamlit as st

from charging.dataset.store import Dataset
from charging.domain.filters import Filters
from charging.domain.published import Figure, launch_figures
from charging.domain.vocabulary import Kind
from charging.queries.totals import Headline, headline, operator_piles, piles_by_operator
from charging.views.elements.markup import element, show_segments, simulated_badge, stripe
from charging.views.elements.provenance import unit_name
from charging.views.elements.texts import LANGUAGES, Texts
from charging.views.session.colours import colours_of
from charging.views.session.context import ViewContext
from charging.views.session.visit import PageName

PARTNERS = ("nio", "xpeng", "li_auto")
"""Rival carmakers whose piles the published map opened, each with a card of its own."""


class CountTexts(NamedTuple):
    """One number as the loaded dataset has it and as the conditions select it, in words."""

    loaded: str
    selected: str


def show_top_line(context: ViewContext) -> None:
    """Show the name, the views, the dataset and the language."""
    say = context.say
    with st.container(key="topline", horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(element("h1", "brand", text=say("app.title")), width="content")
        show_segments(say("view.label"), list(PageName), "page", lambda page: say(f"view.{page}"))
        st.html(_badge(context.dataset, say), width="content")
        st.space("stretch")
        show_segments(say("language.label"), LANGUAGES, "language", lambda name: say(f"language.{name}"))


def show_figures(context: ViewContext) -> None:
    """Show the row of figures: published, loaded, selected."""
    answers, selection, say = context.answers, context.selection, context.say
    loaded = answers.ask(headline, Filters())
    selected = answers.ask(headline, selection)
    by_operator = [answers.ask(piles_by_operator, wanted) for wanted in (Filters(), selection)]
    colours = colours_of(answers)
    cards = []
    for figure in launch_figures("network"):
        counted = CountTexts(*(measure_text(figure.measure, counts, say) for counts in (loaded, selected)))
        heading = element("span", "", text=say(f"measure.{figure.measure}"))
        cards.append(_card(figure, counted, say, heading, classes="figure"))
    for partner in PARTNERS:
        for figure in launch_figures(partner):
            piles = (operator_piles(counts, partner) for counts in by_operator)
            counted = CountTexts(*(say.number(count) for count in piles))
            heading = stripe(colours[partner]) + element("span", "", text=say(f"operator.{partner}"))
            cards.append(_card(figure, counted, say, heading, classes="figure partner"))
    classes = "figures is-filtered" if not selection.is_empty else "figures"
    row = element("section", classes, *cards, aria_label=say("figures.network"))
    unit_counted = answers.dataset.manifest.unit_counted
    if unit_counted != "pile":
        row += element("p", "unit-note", text=say("figures.unit", unit=unit_name(unit_counted, say)))
    st.html(row)


def _badge(dataset: Dataset, say: Texts) -> str:
    manifest = dataset.manifest
    if dataset.kind is Kind.SIMULATED:
        title = say("kind.simulated")
        if manifest.scale and manifest.scale > 1:
            title += f" ×{manifest.scale}"
        return simulated_badge("span", title, say)
    parts = [say("kind.real"), manifest.title, manifest.as_of]
    return element("span", "badge real", text=" · ".join(part for part in parts if part))


def measure_text(measure: str, counts: Headline, say: Texts) -> str:
    """Return what a dataset or a selection has of a published measure, in words."""
    if measure != "service_area_share":
        return say.number(getattr(counts, measure))
    if counts.service_area_share is None:
        return say("figure.none")
    part, whole = say.number(counts.service_areas_with_piles), say.number(counts.service_areas)
    return say("figures.parts", share=say.share(counts.service_area_share), part=part, whole=whole)


def _card(figure: Figure, counted: CountTexts, say: Texts, heading: str, *, classes: str) -> str:
    value = f"{figure.value:g} %" if figure.unit == "%" else _short_number(figure.value)
    return element(
        "div",
        classes,
        element("div", "what", heading),
        element("div", "published", text=say(f"figure.{figure.qualifier}", value=value)),
        *(
            element("div", f"counted {name}", element("b", "", text=number), text=say(f"figure.{name}") + " ")
            for name, number in counted._asdict().items()
        ),
        element("div", "provenance", *_provenance(figure, say), role="tooltip"),
        tabindex="0",
    )


def _provenance(figure: Figure, say: Texts) -> list[str]:
    counted = figure.unit if figure.unit == "%" else say(f"growth.unit.{figure.unit}")
    exact = f"{figure.value:,.10g} {counted}"
    lines = [
        say(f"figure.said.{figure.qualifier}", value=exact),
        say("figure.as_of", date=say.date(figure.as_of)),
        say("figure.source", source=f"{figure.source}, {figure.document}"),
        say(f"published.{figure.subject}.{figure.measure}") if figure.note else "",
    ]
    return [element("p", "", text=line) for line in lines if line]


def _short_number(value: float) -> str:
    return f"{value / 1e6:.3g} M" if value >= 1e6 else f"{value:,.0f}"  # noqa: PLR2004  a million
