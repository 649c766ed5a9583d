"""The link of a visit: its URL fills the widgets once, when the visit starts, and is written after every run.

It is not bound to the widgets: a bound widget writes its label into the URL instead of its value, and labels
change with language and counts. It is replaced, never pushed, so that a session of filtering leaves one entry
in the browser's history. The map keeps its own `at` parameter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import streamlit as st

from charging.dataset.operators import find_operator
from charging.dataset.store import Dataset
from charging.domain.filters import FIELDS, MAX_TEXT_LENGTH, Filters
from charging.domain.hexes import cell_from_text, cell_text
from charging.domain.towns import find_city
from charging.maps.view import View
from charging.maps.viewport import Viewport
from charging.queries.measures import Measure
from charging.views.elements import address, markup
from charging.views.elements.texts import LANGUAGES, Texts, preferred_language
from charging.views.session import analysis_params, visits
from charging.views.session.visit import (
    Flight,
    PageName,
    Selection,
    keep_widget_values,
    set_widget_value,
    visit,
    widget_value,
)

MAP = "map"
"""Key of the map's fragment and component, under which the session has its last answer."""

MAX_ID_CHARS = 10_000
"""Characters of the id of a thing that is clicked; a longer one is not from the map."""

SHADES = ("operator", "max_power_kw", "status")
"""What the colour of a single station can say."""

MAP_CHOICES: analysis_params.Choices = {
    "measure": (tuple(Measure), Measure.PILES),
    "detail": ((-1, 0, 1), 0),
    "points": ((False, True), True),
    "shade": (SHADES, SHADES[0]),
    "fixed": ((False, True), False),
}


def begin_run() -> None:
    """Read the URL, on the first run of a visit; later runs keep what the widgets say."""
    visits.note_visit()
    if "problems" in st.session_state:
        visit.is_first_run = False
    else:
        _read_link({key: st.query_params.get_all(key) for key in st.query_params})
    keep_widget_values(*MAP_CHOICES, "layer", *(spec.key for spec in FIELDS))
    analysis_params.keep_choices()


def _read_link(query: Mapping[str, list[str]]) -> None:
    visit.problems = []
    visit.start_view = View.from_text(query.get("at", [""])[-1])
    visit.language = _one_of(LANGUAGES, query, "lang", preferred_language(st.context.locale))
    visit.page = PageName(_one_of(tuple(PageName), query, "view", PageName.MAP))
    # the scripts of some forty widgets would be ahead of those of the map in the browser's queue: the first
    # run brings the map and little else, and the map's first answer asks for the rest
    visit.is_first_run = visit.page == PageName.MAP
    visit.dataset = query.get("dataset", [""])[-1]
    analysis_params.read_choices(MAP_CHOICES, query)
    visit.overlay = query.get("layer", [])
    visit.operators_checked_in = ()
    visit.selection = _linked_selection(query)
    visit.clicks = visit.frame = visit.flight = visit.draft = visit.draft_problem = None
    visit.columns, visit.draft_number, visit.corrections = {}, 0, None
    visit.weights = visit.weights_problem = None
    visit.weights_answers, visit.table_turns = {}, {}
    visit.query, visit.hits = None, ()
    visit.switch_problem = visit.merge_problem = visit.duplicates_of = ""
    analysis_params.read_link(query)
    _fill_from(query)


def _fill_from(query: Mapping[str, list[str]]) -> None:
    """Set the filter widgets to the selection of the URL; what it asks in vain becomes a problem."""
    wanted, problems = Filters.from_query(query)
    visit.problems.extend(problems)
    cities = _known_values("city", wanted.cities, lambda city: find_city(city) is not None)
    fill_widgets(replace(wanted, cities=cities))


def check_operators(*datasets: Dataset) -> None:
    """Turn chosen operators into those of the datasets; what none of them nor the registry has is a problem.

    Done when datasets are opened: a link is read before.
    """
    opened = tuple(dataset.content_hash for dataset in datasets)
    if visit.operators_checked_in == opened:
        return
    visit.operators_checked_in = opened
    for key in ("operator", "layer", *analysis_params.SETS):
        found = {each: find_operator(each, *datasets) for each in widget_value(key) or ()}
        visit.problems.extend((key, each) for each, operator in found.items() if operator is None)
        if found:
            set_widget_value(key, list(dict.fromkeys(filter(None, found.values()))))


def _known_values(key: str, values: tuple[str, ...], is_known: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the values that are known; the others become problems."""
    known = tuple(value for value in values if is_known(value))
    visit.problems.extend((key, value) for value in values if value not in known)
    return known


def _linked_selection(query: Mapping[str, list[str]]) -> Selection | None:
    for kind in ("station", "area"):
        if found := query.get(kind):
            return Selection(kind, found[-1][:MAX_TEXT_LENGTH])
    if hexagon := query.get("hex"):
        try:
            return Selection("hex", cell_text(cell_from_text(hexagon[-1])))
        except ValueError:
            visit.problems.append(("hex", hexagon[-1]))
    return None


def fill_widgets(filters: Filters) -> None:
    """Set the filter widgets, whose keys are those of the URL, to a selection."""
    for spec in FIELDS:
        value = getattr(filters, spec.name)
        set_widget_value(spec.key, list(value) if spec.is_many else value)
    visit.min_power_kw = filters.min_power_kw or 0.0


def selected_filters() -> Filters:
    """Return the selection of the filter widgets."""
    return Filters(**{spec.name: widget_value(spec.key) or spec.empty for spec in FIELDS})


def show_problems(say: Texts) -> None:
    """Name what the URL said and could not be read."""
    for key, value in visit.problems:
        st.warning(markup.escape_markdown(say("filter.problem", name=key, value=value)))


def write_url(selection: Filters) -> None:
    """Show the present view in the browser's address, without a history entry: the link to share."""
    query = link_query(selection)
    address.replace_query(query, keep="at", starts="view", language=visit.language)


def link_query(selection: Filters) -> dict[str, list[str]]:
    """Return the parameters of the link to the present view, but for the map's own `at`.

    Defaults are left out, but for the language and the dataset, whose defaults differ
    between readers and from day to day.
    """
    selected = visit.selection
    query: dict[str, Sequence[str]] = {
        "dataset": [visit.dataset],
        "lang": [visit.language],
        "view": [visit.page] if visit.page != PageName.MAP else [],
        **selection.to_query(),
        **analysis_params.choices_query(MAP_CHOICES),
        "layer": visit.overlay,
        **analysis_params.link_query(),
        **({selected.kind: [selected.id]} if selected else {}),
    }
    return {key: list(values) for key, values in query.items() if values}


def viewport() -> Viewport | None:
    """Return what the map showed when it last answered; None before it has."""
    return Viewport.from_component(widget_value(MAP))


def selection() -> Selection | None:
    """Return what is selected, after taking in a click the map has reported since the last run."""
    answer = _mapping(widget_value(MAP))
    clicks = answer.get("last_object_clicked_count")
    # the map repeats its last click with every answer: only another count is another click
    if isinstance(clicks, int) and clicks != visit.clicks:
        visit.clicks = clicks
        if clicked := _clicked(_mapping(_mapping(answer.get("last_active_drawing")).get("properties"))):
            select(clicked)
    return visit.selection


def take_earlier_answer(answer: Mapping[str, Any] | None) -> None:
    """Take over what the map answered before the visit began; its last click is one of before, too.

    The server was started again under an open page: its map stays mounted, and does not answer again.
    """
    if widget_value(MAP) is None and Viewport.from_component(answer):
        set_widget_value(MAP, answer)
        visit.clicks = _mapping(answer).get("last_object_clicked_count")


def _mapping(value: object) -> Mapping[str, Any]:
    """Return a part of a message of the browser, which may be anything; an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def _clicked(properties: Mapping[str, Any]) -> Selection | None:
    """Return what a click says it was on; None where that is nothing the map draws."""
    kind, found = properties.get("kind"), properties.get("id")
    if kind not in ("station", "area", "hex") or not isinstance(found, str) or len(found) > MAX_ID_CHARS:
        return None
    if kind != "hex":
        return Selection(kind, found)
    try:
        return Selection(kind, cell_text(cell_from_text(found)))
    except ValueError:
        return None


def selected_id(kind: str) -> str | None:
    """Return the id of what is selected, if it is of a kind."""
    selected = selection()
    return selected.id if selected and selected.kind == kind else None


def selected_cell() -> int | None:
    """Return the cell that is selected, if one is."""
    h3_id = selected_id("hex")
    return cell_from_text(h3_id) if h3_id else None


def select(target: Selection | None) -> None:
    """Select something, or nothing."""
    visit.selection = target


def fly_to(lat: float, lon: float, zoom: float, *, is_here: bool = False) -> None:
    """Send the map to a WGS-84 point: that of the map view, or with `is_here` that of the open view."""
    if not is_here:
        visit.page = PageName.MAP
    visit.flight = Flight(View(lat, lon, zoom), uuid4().hex)


def start_at(view: View) -> None:
    """Send the map to where another dataset is, and forget what was selected and found in the last."""
    visit.selection = visit.frame = visit.start_view = None
    visit.query, visit.hits = None, ()
    visit.flight = Flight(view, uuid4().hex)


def _one_of(allowed: tuple[str, ...], query: Mapping[str, list[str]], key: str, default: str) -> str:
    found = query.get(key, [default])[-1]
    return found if found in allowed else default
