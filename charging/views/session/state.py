"""The link of a visit: the URL is read once, when the visit starts, and written after every run.

It is not bound to the widgets: a bound widget writes its label into the URL instead of its value, and labels
change with language and counts. It is replaced, never pushed, so that a session of filtering leaves one entry
in the browser's history. The map keeps its own `at` parameter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import streamlit as st

from charging.domain.filters import FIELDS, MAX_TEXT_LENGTH, Filters
from charging.domain.geography import load_cities
from charging.domain.hexes import cell_from_text, cell_text
from charging.domain.operators import load_operators
from charging.maps.view import View
from charging.maps.viewport import Viewport
from charging.queries.measures import Measure
from charging.views.elements import markup
from charging.views.elements.texts import LANGUAGES, Texts, preferred_language
from charging.views.session import analysis_params
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

SHADES = ("operator", "max_power_kw", "status")
"""What the colour of a single station can say."""

_VIEW_KEYS = ("measure", "detail", "points", "shade", "fixed", "layer")


def begin() -> None:
    """Read the URL, on the first run of a visit; later runs keep what the widgets say."""
    if "problems" in st.session_state:
        visit.is_first_run = False
    else:
        _read_link({key: st.query_params.get_all(key) for key in st.query_params})
    keep_widget_values(*_VIEW_KEYS, *(spec.key for spec in FIELDS))
    analysis_params.keep()


def _read_link(query: Mapping[str, list[str]]) -> None:
    visit.problems = []
    visit.start_view = View.from_text(query.get("at", [""])[-1])
    visit.language = _one_of(LANGUAGES, query, "lang", preferred_language(st.context.locale))
    visit.page = PageName(_one_of(tuple(PageName), query, "view", PageName.MAP))
    # the scripts of some forty widgets would be ahead of those of the map in the browser's queue: the first
    # run brings the map and little else, and the map's first answer asks for the rest
    visit.is_first_run = visit.page == PageName.MAP
    visit.dataset = query.get("dataset", [""])[-1]
    visit.measure = Measure(_one_of(tuple(Measure), query, "measure", Measure.PILES))
    visit.detail = int(_one_of(("-1", "0", "1"), query, "detail", "0"))
    visit.points = _one_of(("true", "false"), query, "points", "true") == "true"
    visit.fixed = _one_of(("true", "false"), query, "fixed", "false") == "true"
    visit.shade = _one_of(SHADES, query, "shade", SHADES[0])
    visit.overlay = list(_registered("layer", tuple(query.get("layer", ()))))
    visit.selection = _selected(query)
    visit.clicks = visit.frame = visit.flight = visit.draft = visit.draft_problem = None
    visit.weights = visit.weights_problem = None
    visit.weights_answers = {}
    visit.query, visit.hits = None, ()
    visit.switch_problem = visit.merge_problem = visit.duplicates_of = ""
    analysis_params.begin(query, _registered)
    _fill_from(query)


def _fill_from(query: Mapping[str, list[str]]) -> None:
    """Set the filter widgets to the selection of the URL; what it asks in vain becomes a problem."""
    wanted, problems = Filters.from_query(query)
    visit.problems.extend(problems)
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
    visit.problems.extend((key, value) for value in values if value not in known)
    return tuple(value for value in values if value in known)


def _selected(query: Mapping[str, list[str]]) -> Selection | None:
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


def filters() -> Filters:
    """Return the selection the filter widgets stand at."""
    return Filters(**{spec.name: widget_value(spec.key) or spec.empty for spec in FIELDS})


def show_problems(say: Texts) -> None:
    """Name what the URL said and could not be read."""
    for key, value in visit.problems:
        st.warning(markup.plain(say("filter.problem", name=key, value=value)))


def write_url(selection: Filters) -> None:
    """Show the present view in the browser's address, without a history entry: the link to share."""
    query = link_query(selection)
    markup.replace_query(query, keep="at", starts="view", language=visit.language)


def link_query(selection: Filters) -> dict[str, list[str]]:
    """Return the parameters of the link to the present view, but for the map's own `at`.

    What stands at its default is left out, but for the language and the dataset, whose defaults differ
    between readers and from day to day.
    """
    chosen = visit.selection
    query: dict[str, Sequence[str]] = {
        "dataset": [visit.dataset],
        "lang": [visit.language],
        "view": [visit.page] if visit.page != PageName.MAP else [],
        **selection.to_query(),
        "measure": [visit.measure] if visit.measure != Measure.PILES else [],
        "detail": [str(visit.detail)] if visit.detail else [],
        "points": [] if visit.points else ["false"],
        "shade": [visit.shade] if visit.shade != SHADES[0] else [],
        "fixed": ["true"] if visit.fixed else [],
        "layer": visit.overlay,
        **analysis_params.link_query(),
        **({chosen.kind: [chosen.id]} if chosen else {}),
    }
    return {key: list(values) for key, values in query.items() if values}


def viewport() -> Viewport | None:
    """Return what the map showed when it last answered; None before it has."""
    return Viewport.from_component(widget_value(MAP))


def selection() -> Selection | None:
    """Return what is selected, after taking in a click the map has reported since the last run."""
    answer: Mapping[str, Any] = widget_value(MAP) or {}
    clicks = answer.get("last_object_clicked_count")
    # the map repeats its last click with every answer: only another count is another click
    if clicks is not None and clicks != visit.clicks:
        visit.clicks = clicks
        clicked = (answer.get("last_active_drawing") or {}).get("properties") or {}
        if "kind" in clicked and "id" in clicked:
            select(Selection(str(clicked["kind"]), str(clicked["id"])))
    return visit.selection


def chosen_cell(chosen: Selection | None) -> int | None:
    """Return the cell that is selected, if one is."""
    return cell_from_text(chosen.id) if chosen and chosen.kind == "hex" else None


def select(chosen: Selection | None) -> None:
    """Select something, or nothing."""
    visit.selection = chosen


def fly(lat: float, lon: float, zoom: float, *, is_here: bool = False) -> None:
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
