"""The note beside every total of piles: how many of them may be counted twice, and why.

It is about a dataset as it was loaded: a selection may hold both piles of an id, one of them, or none.
"""

import streamlit as st

from charging.dataset.store import Dataset
from charging.dataset.summary import repeated_piles
from charging.views.elements.markup import element
from charging.views.elements.texts import Texts
from charging.views.session.context import ViewContext


def repeat_note(dataset: Dataset, say: Texts, *, name: str = "") -> str:
    """Return how many piles of a dataset may be counted twice; "" where none has an id of another station.

    `name` tells the dataset from another one; without it the note is about the one that is loaded.
    """
    found = repeated_piles(dataset)
    if not found:
        return ""
    about = say.of(dataset.manifest.unit_counted)
    count = say.number(found.count)
    return about("repeats.note.of", count=count, name=name) if name else about("repeats.note", count=count)


def repeat_reason(dataset: Dataset, say: Texts) -> str:
    """Return why they may be, with an example, and what can be done; "" where there is nothing to explain."""
    found = repeated_piles(dataset)
    if not found:
        return ""
    example = found.examples[0]
    return say("repeats.why", id=example.record_id or "", stations=example.value or "")


def full_repeat_note(dataset: Dataset, say: Texts) -> str:
    """Return both as text, where nothing can be unfolded."""
    note, reason = repeat_note(dataset, say), repeat_reason(dataset, say)
    return say("repeats.full", note=note, reason=reason) if note else ""


def repeats_html(context: ViewContext) -> str:
    """Return the notes of the datasets that are shown, each with its reason to unfold; "" without any."""
    datasets, say = context.datasets, context.say
    notes = (
        (repeat_note(each, say, name=each.folder.name if len(datasets) > 1 else ""), repeat_reason(each, say))
        for each in datasets
    )
    return "".join(
        element("details", "repeats", element("summary", "", text=note), element("p", "", text=reason))
        for note, reason in notes
        if note
    )


def show_repeats(context: ViewContext) -> None:
    """Show these notes beside widgets that have totals in their labels."""
    if notes := repeats_html(context):
        st.html(notes)
