"""The map view: the map, what is selected on it or in view, and the table that says the same in rows."""

import streamlit as st

from charging.domain.filters import Filters
from charging.maps.viewport import frame_for
from charging.settings import Settings
from charging.views.elements.markup import waiting
from charging.views.elements.texts import Texts
from charging.views.mapview import map_pane
from charging.views.mapview.map_layers import Drawing, layers
from charging.views.mapview.panel import panel
from charging.views.mapview.table import controls, sentence, table
from charging.views.report.downloads import downloads
from charging.views.session import render_lock, state
from charging.views.session.caching import Answers


def render(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    """Show the view."""
    _run(answers, selection, settings, say)


PANEL_LINES = 4


@st.fragment(key=state.MAP)
def _run(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    with render_lock.turn():
        _map_and_panel(answers, selection, settings, say)


def _map_and_panel(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    if state.is_arriving() and state.viewport():
        st.rerun()
    chosen = state.selection()
    # the map goes out first, and what stands above it afterwards
    bar = st.container(key="bar", horizontal=True, vertical_alignment="center")
    viewport = map_pane.viewport(answers)
    frame = frame_for(viewport, detail=st.session_state.detail, last=state.last_frame())
    state.remember_frame(frame)
    drawing = Drawing(answers, selection, settings, say)
    with st.container(key="stage", horizontal=True, gap=None):
        with st.container(key="map_pane"):
            drawn = layers(drawing, frame, chosen)
            map_pane.show_map(answers, drawn.groups)
        render_lock.give_way()
        beside = st.container(key="panel")
    if drawn.note:
        st.caption(drawn.note)
    with bar:
        sentence(answers, selection, say)
        with st.container(key="controls", horizontal=True, width="content"):
            controls(answers, settings, say)
            with st.container(key="take", width="content"):
                downloads(drawing, frame, viewport, drawn.groups)
    if state.is_arriving() and not chosen:
        with beside:  # so that the map has its width from the start
            waiting(PANEL_LINES)
    else:
        with beside:
            panel(answers, selection, viewport, chosen, say)
        table(answers, selection, viewport, say)
    state.write_url(selection)  # here and not once a page: a click runs this fragment alone
