"""What counts in reach and white spots: the people of the dataset's area, or weights a reader brought.

A reader's weights stay in the session of that visit: nobody else sees them, they are written nowhere, and
they end with the visit. So does what was computed from them, which no shared cache holds.
"""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from charging.analytics import studies
from charging.analytics.population import people_of
from charging.domain.filters import Filters
from charging.domain.weights import PEOPLE, Weights
from charging.errors import Fault, SourceError
from charging.sources.weights import read_weights
from charging.views.elements.error_box import fault_text, show_error
from charging.views.elements.markup import element, escape_markdown
from charging.views.elements.texts import Texts
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit, widget_value

MAX_MB = 100
"""Largest file taken: most countries of Kontur, packed."""

MAX_PLACES = 200_000
"""Rows taken at most: distances to a dozen operators are then some 20 MB a visit. More cells are summed into
coarser ones."""

MAX_REMEMBERED = 3
"""Tables kept of what was computed from a reader's weights."""

_FILE = "weights_file"

_OWN_FAULTS = (Fault.BINARY, Fault.DAMAGED, Fault.UNFIT)
"""Faults that ask for something else here than in a file of stations."""


def show_weights(context: ViewContext) -> None:
    """Show the offer to bring weights, what was wrong with a file, and how to remove it."""
    say, own = context.say, visit.weights
    limit_mb = min(MAX_MB, context.settings.upload_limit_mb)
    if context.settings.uploads != "on":
        return  # the server takes no file
    with st.popover(say("brought.own") if own else say("brought.offer"), width="content"):
        if own:
            st.markdown(escape_markdown(say("brought.in_use", title=own.title, count=say.number(len(own)))))
            st.caption(escape_markdown(_origin(own, say)))
            st.button(say("brought.remove"), key="brought_remove", on_click=_forget_weights)
        st.file_uploader(
            say("brought.file"),
            type=["csv", "tsv", "txt", "gpkg", "gz"],
            key=_FILE,
            on_change=_take_file,
            args=(say,),
            max_upload_size=limit_mb,
        )
        if problem := visit.weights_problem:
            lead, message = problem
            show_error(lead, message, say) if message else st.error(lead)
        st.caption(say("brought.form", mb=limit_mb, most=say.number(MAX_PLACES)))
        st.caption(say("brought.private"))


def weights(context: ViewContext) -> Weights:
    """Return the weights a reader brought, else the people of the dataset's area; maybe none."""
    return context.answers.ask(people_of) if visit.weights is None else visit.weights


def unit_name(context: ViewContext) -> str:
    """Return what the weights count, in the reader's language."""
    say = context.say
    return say("brought.people") if weights(context).unit == PEOPLE else say("brought.weight")


def whole_sentence(context: ViewContext) -> str:
    """Return what shares are of, as Markdown: its sum, and whom it is from."""
    say, counted = context.say, weights(context)
    if visit.weights is None:
        return say("brought.whole.people", whole=say.number(counted.whole), source=counted.source)
    whole = say("brought.whole.own", whole=say.number(counted.whole), title=counted.title)
    return escape_markdown(f"{whole} {_origin(counted, say)}")


def _origin(own: Weights, say: Texts) -> str:
    """Return whose weights these are, as their file states it, and whether their cells were made coarser."""
    source = say("brought.source", source=own.source) if own.source else say("brought.source.unknown")
    if own.given_resolution is None:
        return source
    coarser = say(
        "brought.coarser", given=own.given_resolution, used=own.resolution, most=say.number(MAX_PLACES)
    )
    return f"{source} {coarser}"


def is_nobody(context: ViewContext) -> bool:
    """Return whether there is nothing to take a share of."""
    return weights(context).whole == 0


def show_nobody(context: ViewContext) -> None:
    """Say that there is nothing to take a share of."""
    say, is_own = context.say, visit.weights is not None
    context.recorder.show_html(
        element("p", "empty", text=say("brought.nothing") if is_own else say("brought.nobody"))
    )


def nearest(context: ViewContext, filters: Filters) -> pd.DataFrame:
    """Return how far each place is from the nearest station of each operator: `studies.distances_km`."""
    return _answer(context, studies.distances_km, filters)


def spot_candidates(
    context: ViewContext, filters: Filters, resolution: int, operators: tuple[str, ...] | None
) -> pd.DataFrame:
    """Return the cells that white spots are ranked among: `studies.spot_candidates`."""
    return _answer(context, studies.spot_candidates, filters, resolution, operators)


def _answer(context: ViewContext, study: Callable[..., pd.DataFrame], *args: object) -> pd.DataFrame:
    """Return what a study says of the weights; of a reader's own it is remembered in the visit alone."""
    own = visit.weights
    if own is None:
        return study(context.answers, *args)
    remembered = visit.weights_answers
    key = (context.dataset.content_hash, study.__name__, args)
    if key not in remembered:
        newest = list(remembered.items())[1 - MAX_REMEMBERED :]
        remembered = dict([*newest, (key, study(context.answers, *args, own))])
        visit.weights_answers = remembered
    return remembered[key]


def _take_file(say: Texts) -> None:
    """Read the file that was just given, or forget the one that was just taken away."""
    _forget_weights()
    if (file := widget_value(_FILE)) is None:
        return
    try:
        found = read_weights(file, max_cells=MAX_PLACES)
    except SourceError as error:
        is_own = error.fault in _OWN_FAULTS
        reason = say(f"brought.{error.fault}") if is_own else fault_text(error.fault, say)
        visit.weights_problem = f"{say('brought.problem')} {reason}", str(error)
        return
    if len(found) > MAX_PLACES:
        visit.weights_problem = say("brought.too_many", most=say.number(MAX_PLACES)), ""
        return
    visit.weights = found


def _forget_weights() -> None:
    visit.weights = visit.weights_problem = None
    visit.weights_answers = {}
