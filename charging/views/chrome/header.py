"""The top of the page: which dataset this is, which view, which language; and the figures.

A figure shows what was published of the dataset, with its date and source on hover, tap or focus, and next to
it what the dataset holds and what the conditions select, counted. Of a dataset of which nothing was published
it shows what it holds.
"""

from collections.abc import Callable

import streamlit as st

from charging.dataset.store import Dataset
from charging.domain.vocabulary import Kind
from charging.views.chrome.headline import Card, has_published_figures, headline_cards
from charging.views.elements.markup import element, show_segments, simulated_badge, stripe
from charging.views.elements.texts import LANGUAGES, Texts
from charging.views.session.context import ViewContext
from charging.views.session.repeat_notes import repeats_html
from charging.views.session.visit import PageName


def show_top_line(context: ViewContext, show_offer: Callable[[ViewContext], None]) -> None:
    """Show the name, the views, the dataset with an offer beside it, and the language."""
    say = context.say
    with st.container(key="topline", horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(element("h1", "brand", text=say("app.title")), width="content")
        show_segments(say("view.label"), list(PageName), "page", lambda page: say(f"view.{page}"))
        st.html(_badge(context.dataset, say), width="content")
        show_offer(context)
        st.space("stretch")
        show_segments(say("language.label"), LANGUAGES, "language", lambda name: say(f"language.{name}"))


def show_figures(context: ViewContext) -> None:
    """Show the row of figures: those published of the dataset, or its own, and what is selected."""
    say, manifest = context.say, context.dataset.manifest
    is_published = has_published_figures(context)
    classes = [
        "figures",
        *([] if is_published else ["own"]),
        *([] if context.selection.is_empty else ["is-filtered"]),
    ]
    cards = (_card(card, say, is_published=is_published) for card in headline_cards(context))
    label = say("figures.network") if is_published else say("figures.own", title=manifest.title)
    row = element("section", " ".join(classes), *cards, aria_label=label)
    if is_published and manifest.unit_counted != "pile":
        row += element("p", "unit-note", text=say("figures.unit", unit=say.unit_name(manifest.unit_counted)))
    st.html(row + repeats_html(context))


def _badge(dataset: Dataset, say: Texts) -> str:
    manifest = dataset.manifest
    if dataset.kind is Kind.SIMULATED:
        title = say("kind.simulated")
        if manifest.scale and manifest.scale > 1:
            title += f" ×{manifest.scale}"
        return simulated_badge("span", title, say)
    text = " · ".join(part for part in (say("kind.real"), manifest.title, manifest.as_of) if part)
    return element("span", "badge real", text=text, title=text)


def _card(card: Card, say: Texts, *, is_published: bool) -> str:
    heading = element("span", "", text=card.heading)
    classes = "figure"
    if card.colour:
        heading, classes = stripe(card.colour) + heading, "figure partner"
    if card.below:
        classes += " wide"
        lines = [element("div", "counted", text=card.below)]
    else:
        names = ("loaded", "selected")
        lines = [_counted(name, number, say) for name, number in zip(names, card.details, strict=True)]
    value = "published" if is_published else "value"
    return element(
        "div",
        classes,
        element("div", "what", heading),
        element("div", value if card.value != say("unknown") else f"{value} unknown", text=card.value),
        *lines,
        element("div", "provenance", *(element("p", "", text=note) for note in card.notes), role="tooltip"),
        tabindex="0",
    )


def _counted(name: str, number: str, say: Texts) -> str:
    return element("div", f"counted {name}", element("b", "", text=number), text=say(f"figure.{name}") + " ")
