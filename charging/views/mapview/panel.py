"""The panel next to the map: what is in view, or the details of what is selected."""

from dataclasses import replace

import streamlit as st

from charging.dataset.store import Dataset
from charging.domain.hexes import cell_from_text, resolution_of
from charging.domain.vocabulary import Kind
from charging.maps.viewport import Viewport
from charging.queries.predicates import Cell, Place
from charging.queries.stations import NAMES, station, stations
from charging.queries.totals import piles_by_operator, totals
from charging.views.elements.labels import names_of, operator_name
from charging.views.elements.markup import Bar, bars, element, simulated_badge, small_print, terms
from charging.views.elements.texts import Texts
from charging.views.mapview.details import (
    fact_html,
    power_text,
    show_heading,
    show_station,
    show_station_button,
)
from charging.views.mapview.service_area import show_service_area
from charging.views.session.caching import Answers
from charging.views.session.colours import colours_of
from charging.views.session.context import ViewContext
from charging.views.session.repeat_notes import repeats_html, show_repeats
from charging.views.session.visit import Selection

MAX_OPERATORS = 8
MAX_STATIONS = 5

FACTS = ("stations", "piles", "dc_piles", "max_power_kw", "stations_piles_unknown")
"""The sums of a place that are shown."""


def show_panel(context: ViewContext, viewport: Viewport, selected: Selection | None) -> None:
    """Show the panel; a station that is not in the dataset is looked up in the other one."""
    say = context.say
    if selected is None:  # in one piece: all of it is replaced with every move of the map
        title = element("h2", "panel-title", text=say("panel.in_view"))
        hint = small_print(say("panel.hint"))
        st.html(title + _summary_html(context, viewport.bounds) + hint + _kind_badge(context.dataset, say))
        return
    source = _source_of(context, selected)
    if source.dataset != context.dataset:
        date = source.dataset.manifest.as_of or say("unknown")
        text = say("panel.elsewhere", name=source.dataset.folder.name, date=date)
        st.html(element("p", "caution", text=text))
    if selected.kind == "hex":
        _show_cell(source, selected.id)
    else:
        show = show_station if selected.kind == "station" else show_service_area
        show(source, selected.id)
        show_repeats(source)
    if kind := _kind_badge(source.dataset, say):
        st.html(kind)


def _source_of(context: ViewContext, selected: Selection) -> ViewContext:
    """Return the context of the one dataset that has what is selected, in the words of its unit."""
    answers = context.answers
    if context.other and selected.kind == "station" and _is_only_in(context.other, answers, selected.id):
        answers = context.other
    say = context.say.of(answers.dataset.manifest.unit_counted)
    return replace(context, answers=answers, other=None, say=say)


def _is_only_in(other: Answers, own: Answers, station_id: str) -> bool:
    return own.ask(station, station_id) is None and other.ask(station, station_id) is not None


def _kind_badge(dataset: Dataset, say: Texts) -> str:
    """Return the mark of a dataset that is not real."""
    return simulated_badge("p", say("kind.simulated"), say) if dataset.kind is Kind.SIMULATED else ""


def _summary_html(context: ViewContext, place: Place) -> str:
    """Return the sums of a place, and its operators."""
    say = context.say
    sums = context.answers.ask(totals, context.selection, place=place, sums_of=FACTS).iloc[0]
    if not sums.stations:
        return element("p", "empty", text=say("panel.empty"))
    facts = [
        (say("field.stations"), say.number(sums.stations)),
        (say("field.piles"), say.number(sums.piles)),
        (say("field.dc_piles"), say.number(sums.dc_piles)),
        (say("field.max_power_kw"), power_text(sums.max_power_kw, say)),
    ]
    html = element("div", "facts", *(fact_html(label, value) for label, value in facts))
    if sums.stations_piles_unknown:
        html += small_print(say("panel.piles_unknown", count=say.number(sums.stations_piles_unknown)))
    return html + repeats_html(context) + _operators_html(context, place)


def _operators_html(context: ViewContext, place: Place) -> str:
    say = context.say
    table = context.answers.ask(piles_by_operator, context.selection, place=place)
    columns = (table[column].to_list() for column in ("key", "piles", "share"))
    parts = [part for part in zip(*columns, strict=True) if part[1] > 0]  # in lists: they are short
    colours = colours_of(context.answers)
    whole = sum(piles for _, piles, _ in parts)
    rows = [
        Bar(
            colours.get(operator, "transparent"),
            operator_name(operator, None, say) or say("panel.operator.unknown"),
            piles,
            say.number(piles),
            say("panel.share", share=say.share(share), whole=say.number(whole)),
        )
        for operator, piles, share in parts[:MAX_OPERATORS]
    ]
    title = element("h3", "panel-section", text=say("panel.operators"))
    html = title + bars(rows, max((piles for _, piles, _ in parts), default=0))
    if len(parts) > MAX_OPERATORS:
        html += small_print(say("panel.more", count=say.number(len(parts) - MAX_OPERATORS)))
    return html


def _show_cell(context: ViewContext, h3_id: str) -> None:
    say, cell = context.say, cell_from_text(h3_id)
    place = Cell(cell, resolution_of(cell))
    show_heading(say("panel.cell"), say)
    st.html(_summary_html(context, place))
    largest = context.answers.ask(stations, context.selection, place, limit=MAX_STATIONS, columns=NAMES)
    if not largest.empty:
        st.html(element("h3", "panel-section", text=say("panel.largest")))
        for name, row in zip(names_of(largest, say), largest.to_dict("records"), strict=True):
            show_station_button("largest", row["station_id"], name, say.number(row["piles"]))
    st.html(terms([(say("field.h3"), h3_id)]))
