"""What a visit remembers: conditions, view, language, what is selected; and how they stand in the URL.

The URL is read once, when a visit starts, and written after every run. It is not bound to the widgets: a
bound widget writes its label into the URL instead of its value, and labels change with language and counts.
It is replaced, never pushed, so that a session of filtering leaves one entry in the browser's history. The
map keeps its own `at` parameter.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import uuid4

import streamlit as st

from charging.domain.filters import FIELDS, LONGEST_TEXT, Filters
from charging.domain.geography import load_cities
from charging.domain.hexes import cell_from_text, cell_text
from charging.domain.operators import load_operators
from charging.maps.view import View
from charging.maps.viewport import Frame, Viewport
from charging.queries.measures import Measure
from charging.queries.search import Hit
from charging.views.elements import markup
from charging.views.elements.texts import LANGUAGES, Texts, preferred_language
from charging.views.session import analysis_params

MAP = "map"
"""Key of the map's fragment and component, under which its last answer stands in the session."""


SHADES = ("operator", "max_power_kw", "status")
"""What the colour of a single station can say."""


class Page(StrEnum):
    """The views of the page."""

    MAP = "map"
    COVERAGE = "coverage"
    COMPARE = "compare"
    CHANGES = "changes"
    DATA = "data"


class Selection(NamedTuple):
    """What was clicked or chosen: a `station` or service `area` by its id, or a `hex` by its H3 id."""

    kind: str
    id: str


class Flight(NamedTuple):
    """Where the map is sent: a view, and a token that no other flight has."""

    view: View
    token: str


def begin() -> None:
    """Read the URL, on the first run of a visit; later runs keep what the widgets say."""
    session = st.session_state
    if "problems" not in session:
        query = {key: st.query_params.get_all(key) for key in st.query_params}
        session.problems = []
        session.start_view = View.from_text(st.query_params.get("at", ""))
        session.language = _one_of(LANGUAGES, query, "lang", preferred_language(st.context.locale))
        session.page = Page(_one_of(tuple(Page), query, "view", Page.MAP))
        session.dataset = query.get("dataset", [""])[-1]
        session.measure = Measure(_one_of(tuple(Measure), query, "measure", Measure.PILES))
        session.detail = int(_one_of(("-1", "0", "1"), query, "detail", "0"))
        session.points = _one_of(("true", "false"), query, "points", "true") == "true"
        session.fixed = _one_of(("true", "false"), query, "fixed", "false") == "true"
        session.shade = _one_of(SHADES, query, "shade", SHADES[0])
        session.layer = list(_registered("layer", tuple(query.get("layer", ()))))
        session.selection = _selected(query)
        session.clicks = None
        session.frame = None
        session.flight = None
        session.found = (None, ())
        session.is_arriving = session.page == Page.MAP
        analysis_params.begin(query, _registered)
        _fill_from(query)
    else:
        session.is_arriving = False
    # Streamlit forgets the state of a widget that another view does not show; writing it keeps it
    for key in (*_VIEW_KEYS, *(spec.key for spec in FIELDS)):
        session[key] = session[key]
    analysis_params.keep()


_VIEW_KEYS = ("measure", "detail", "points", "shade", "fixed", "layer")


def _fill_from(query: Mapping[str, list[str]]) -> None:
    """Set the filter widgets to the selection of the URL; what it asks in vain becomes a problem."""
    wanted, problems = Filters.from_query(query)
    st.session_state.problems.extend(problems)
    fill_widgets(
        replace(
            wanted,
            operators=_registered("operator", wanted.operators),
            cities=_known("city", wanted.cities, lambda: {city.id for city in load_cities()}),
        )
    )


def _registered(key: str, operators: tuple[str, ...]) -> tuple[str, ...]:
    return _known(key, operators, lambda: {operator.id for operator in load_operators()})


def _known(key: str, values: tuple[str, ...], registry: Callable[[], set[str]]) -> tuple[str, ...]:
    """Return the values that are known; the others become problems. Without values no registry is read."""
    known = registry() if values else set()
    st.session_state.problems.extend((key, value) for value in values if value not in known)
    return tuple(value for value in values if value in known)


def _selected(query: Mapping[str, list[str]]) -> Selection | None:
    for kind in ("station", "area"):
        if found := query.get(kind):
            return Selection(kind, found[-1][:LONGEST_TEXT])
    if hexagon := query.get("hex"):
        try:
            return Selection("hex", cell_text(cell_from_text(hexagon[-1])))
        except ValueError:
            st.session_state.problems.append(("hex", hexagon[-1]))
    return None


def is_arriving() -> bool:
    """Return whether the visit is in its first run, which brings the map and little else.

    The scripts of some forty widgets would stand before those of the map in the browser's queue. The map's
    first answer asks for the rest.
    """
    arriving: bool = st.session_state.is_arriving
    return arriving


def fill_widgets(filters: Filters) -> None:
    """Set the filter widgets, whose keys are those of the URL, to a selection."""
    for spec in FIELDS:
        value = getattr(filters, spec.name)
        st.session_state[spec.key] = list(value) if spec.is_many else value
    st.session_state.min_kw = filters.min_power_kw or 0.0


def filters() -> Filters:
    """Return the selection the filter widgets stand at."""
    return Filters(**{spec.name: st.session_state[spec.key] or spec.empty for spec in FIELDS})


def show_problems(say: Texts) -> None:
    """Name what the URL said and could not be read."""
    for key, value in st.session_state.problems:
        st.warning(markup.plain(say("filter.problem", name=key, value=value)))


def write_url(selection: Filters) -> None:
    """Show the present view in the browser's address, without a history entry: the link to share."""
    language = st.session_state.language
    markup.replace_query(link_query(selection), keep="at", starts="view", language=language)


def link_query(selection: Filters) -> dict[str, list[str]]:
    """Return the parameters of the link to the present view, but for the map's own `at`.

    What stands at its default is left out, but for the language and the dataset, whose defaults differ
    between readers and from day to day.
    """
    session = st.session_state
    chosen = session.selection
    query = {
        "dataset": [session.dataset],
        "lang": [session.language],
        "view": [session.page] if session.page != Page.MAP else [],
        **selection.to_query(),
        "measure": [session.measure] if session.measure != Measure.PILES else [],
        "detail": [session.detail] if session.detail else [],
        "points": [] if session.points else ["false"],
        "shade": [session.shade] if session.shade != SHADES[0] else [],
        "fixed": ["true"] if session.fixed else [],
        "layer": session.layer,
        **analysis_params.link_query(),
        **({chosen.kind: [chosen.id]} if chosen else {}),
    }
    return {key: list(values) for key, values in query.items() if values}


def viewport() -> Viewport | None:
    """Return what the map showed when it last answered; None before it has."""
    return Viewport.from_component(st.session_state.get(MAP))


def remember_frame(frame: Frame) -> None:
    """Keep the part of the world that was last drawn, so that a small pan draws nothing anew."""
    st.session_state.frame = frame


def last_frame() -> Frame | None:
    """Return the part of the world that was last drawn."""
    frame: Frame | None = st.session_state.frame
    return frame


def selection() -> Selection | None:
    """Return what is selected, after taking in a click the map has reported since the last run."""
    answer: Mapping[str, Any] = st.session_state.get(MAP) or {}
    clicks = answer.get("last_object_clicked_count")
    # the map repeats its last click with every answer: only another count is another click
    if clicks is not None and clicks != st.session_state.clicks:
        st.session_state.clicks = clicks
        clicked = (answer.get("last_active_drawing") or {}).get("properties") or {}
        if "kind" in clicked and "id" in clicked:
            select(Selection(str(clicked["kind"]), str(clicked["id"])))
    chosen: Selection | None = st.session_state.selection
    return chosen


def chosen_cell(chosen: Selection | None) -> int | None:
    """Return the cell that is selected, if one is."""
    return cell_from_text(chosen.id) if chosen and chosen.kind == "hex" else None


def select(chosen: Selection | None) -> None:
    """Select something, or nothing."""
    st.session_state.selection = chosen


def fly(lat: float, lon: float, zoom: float, *, is_here: bool = False) -> None:
    """Send the map to a WGS-84 point: that of the map view, or with `is_here` that of the open view."""
    if not is_here:
        st.session_state.page = Page.MAP
    st.session_state.flight = Flight(View(lat, lon, zoom), uuid4().hex)


def start_at(view: View) -> None:
    """Send the map to where another dataset is, and forget what was selected and found in the last."""
    session = st.session_state
    session.selection, session.frame, session.found = None, None, (None, ())
    session.start_view = None
    session.flight = Flight(view, uuid4().hex)


def flight() -> Flight | None:
    """Return where the map was last sent; the browser obeys a token once."""
    last: Flight | None = st.session_state.flight
    return last


def remember_found(asked: tuple[str, str], hits: tuple[Hit, ...]) -> None:
    """Keep what a search found: `asked` is the content hash of the dataset and the text."""
    st.session_state.found = (asked, hits)


def last_found() -> tuple[tuple[str, str] | None, tuple[Hit, ...]]:
    """Return what was last asked and found."""
    found: tuple[tuple[str, str] | None, tuple[Hit, ...]] = st.session_state.found
    return found


def _one_of(allowed: tuple[str, ...], query: Mapping[str, list[str]], key: str, default: str) -> str:
    found = query.get(key, [default])[-1]
    return found if found in allowed else default
