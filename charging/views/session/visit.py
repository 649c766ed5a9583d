"""What one visit remembers: each key of Streamlit's session as a typed attribute.

This package alone reads and writes the session. A widget keeps its value under its own key, which is the key
of the link where the link names it.
"""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import streamlit as st

if TYPE_CHECKING:
    import pandas as pd

    from charging.analytics.coverage_options import Gain
    from charging.dataset.drafts import Draft
    from charging.domain.weights import Weights
    from charging.errors import ChargingError, Fault
    from charging.maps.view import View
    from charging.maps.viewport import Frame
    from charging.queries.measures import Measure
    from charging.queries.search import Hit
    from charging.sources.readers import Corrections
    from charging.sources.recognition.column_guess import Given

_log = logging.getLogger(__name__)

T = TypeVar("T")


class PageName(StrEnum):
    """The views of the page."""

    MAP = "map"
    COVERAGE = "coverage"
    COMPARE = "compare"
    CHANGES = "changes"
    DATA = "data"


class AnalysisName(StrEnum):
    """The analyses of the coverage view."""

    PARTNERS = "partners"
    LEAVING = "leaving"
    REACH = "reach"
    HIGHWAYS = "highways"
    SPOTS = "spots"


class Selection(NamedTuple):
    """What was clicked or chosen: a `station` or service `area` by its id, or a `hex` by its H3 id."""

    kind: str
    id: str


class Flight(NamedTuple):
    """Where the map is sent: a view, and a token that no other flight has."""

    view: View
    token: str


class Entry(Generic[T]):
    """A value in Streamlit's session, under the name of its attribute or another `key`."""

    def __init__(self, key: str = "") -> None:
        self.key = key

    def __set_name__(self, _owner: type, name: str) -> None:
        self.key = self.key or name

    def __get__(self, _visit: object, _owner: type | None = None) -> T:
        value: T = st.session_state[self.key]
        return value

    def __set__(self, _visit: object, value: T) -> None:
        st.session_state[self.key] = value


class Visit:
    """The visit whose script runs."""

    # values of widgets, and what the link names
    page: Entry[PageName] = Entry()
    language: Entry[str] = Entry()
    dataset: Entry[str] = Entry()  # by its name in the build folder
    other_dataset: Entry[str] = Entry("other")  # "" without one
    selection: Entry[Selection | None] = Entry()
    measure: Entry[Measure] = Entry()
    detail: Entry[int] = Entry()
    points: Entry[bool] = Entry()
    fixed: Entry[bool] = Entry()
    shade: Entry[str] = Entry()
    tiles: Entry[str] = Entry()
    overlay: Entry[list[str]] = Entry("layer")  # operators whose piles lie over the cells
    operators: Entry[list[str]] = Entry("operator")
    min_power_kw: Entry[float] = Entry("min_kw")
    analysis: Entry[AnalysisName] = Entry("topic")
    gain: Entry[Gain] = Entry()
    resolution: Entry[int] = Entry()
    rings: Entry[int] = Entry()
    km: Entry[int] = Entry()
    weight_exponent: Entry[float] = Entry("weigh")
    distance_exponent: Entry[float] = Entry("far")
    others_exponent: Entry[float] = Entry("rival")
    is_log: Entry[bool] = Entry("log")

    # what nothing but the visit keeps
    problems: Entry[list[tuple[str, str]]] = Entry()  # keys and values of the link that cannot be read
    operators_checked_in: Entry[tuple[str, ...]] = Entry()  # content hashes
    start_view: Entry[View | None] = Entry()
    is_first_run: Entry[bool] = Entry()
    clicks: Entry[int | None] = Entry()
    frame: Entry[Frame | None] = Entry()  # last drawn: a small pan draws nothing again
    flight: Entry[Flight | None] = Entry()  # the last; the browser obeys a token once
    table_turns: Entry[dict[str, tuple[int, int]]] = Entry()  # by table: a hash of its rows, and the turn
    query: Entry[tuple[str, str] | None] = Entry("found_query")  # content hash and text
    hits: Entry[tuple[Hit, ...]] = Entry()  # of the query
    default_sets: Entry[dict[str, list[str]]] = Entry()
    weights: Entry[Weights | None] = Entry()
    weights_answers: Entry[dict[Any, pd.DataFrame]] = Entry()  # what was computed from the weights
    weights_problem: Entry[tuple[str, str] | None] = Entry()
    draft: Entry[Draft | None] = Entry()
    columns: Entry[dict[tuple[str, ...], Given]] = Entry("named_columns")  # of the draft's tables, by header
    corrections: Entry[Corrections | None] = Entry()  # of the draft's files
    draft_number: Entry[int] = Entry()  # of the uploader, which forgets its files under another
    draft_problem: Entry[tuple[Fault | None, str] | None] = Entry()
    switch_problem: Entry[str] = Entry()
    merge_problem: Entry[str] = Entry()
    duplicates_of: Entry[str] = Entry()  # the dataset whose duplicates are shown


visit = Visit()


def note_draft_problem(error: ChargingError) -> None:
    """Log what went wrong with a draft, and keep it for the reader until the page is shown."""
    _log.warning("An upload failed", exc_info=error)
    visit.draft_problem = error.fault, str(error)


def widget_value(key: str) -> Any:  # noqa: ANN401  each widget has its own type
    """Return the value of a widget or component; None before it was shown."""
    return st.session_state.get(key)


def set_widget_value(key: str, value: object) -> None:
    """Set the value of a widget that this run has not made yet."""
    st.session_state[key] = value


def keep_widget_values(*keys: str) -> None:
    """Write values again, since Streamlit forgets those of widgets that a run does not show."""
    for key in keys:
        st.session_state[key] = st.session_state[key]
