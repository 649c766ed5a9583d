"""The map view: the map, what is selected on it or in view, and the table that says the same in rows."""

import streamlit as st

from charging.maps.viewport import frame_for
from charging.views.elements.markup import waiting
from charging.views.mapview import map_pane
from charging.views.mapview.map_layers import layers
from charging.views.mapview.panel import panel
from charging.views.mapview.table import controls, sentence, table
from charging.views.report.downloads import downloads
from charging.views.session import render_lock, state
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit

PANEL_LINES = 4


def render(context: ViewContext) -> None:
    """Show the view."""
    _run(context)


@st.fragment(key=state.MAP)
def _run(context: ViewContext) -> None:
    with render_lock.turn():
        _map_and_panel(context)


def _map_and_panel(context: ViewContext) -> None:
    if visit.is_first_run and state.viewport():
        st.rerun()
    chosen = state.selection()
    # the map goes out first, and what is above it afterwards
    bar = st.container(key="bar", horizontal=True, vertical_alignment="center")
    viewport = map_pane.viewport(context)
    frame = frame_for(viewport, detail=visit.detail, last=visit.frame)
    visit.frame = frame
    with st.container(key="stage", horizontal=True, gap=None):
        with st.container(key="map_pane"):
            drawn = layers(context, frame, chosen)
            map_pane.show_map(context, drawn.groups)
        render_lock.give_way()
        beside = st.container(key="panel")
    if drawn.note:
        st.caption(drawn.note)
    with bar:
        sentence(context)
        with st.container(key="controls", horizontal=True, width="content"):
            controls(context)
            with st.container(key="take", width="content"):
                downloads(context, frame, viewport, drawn.groups)
    if visit.is_first_run and not chosen:
        with beside:  # so that the map has its width from the start
            waiting(PANEL_LINES)
    else:
        with beside:
            panel(context, viewport, chosen)
        table(context, viewport)
    state.write_url(context.selection)  # here and not once a page: a click runs this fragment alone
