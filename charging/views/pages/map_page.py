"""The map view: the map, what is selected on it or in view, and the table that says the same in rows."""

import streamlit as st

from charging.maps.viewport import frame_for
from charging.views.elements.markup import show_placeholder
from charging.views.mapview import current_view, map_pane
from charging.views.mapview.map_layers import map_layers
from charging.views.mapview.panel import show_panel
from charging.views.mapview.table import show_map_controls, show_sentence, show_stations
from charging.views.report.downloads import show_downloads
from charging.views.session import render_lock, state
from charging.views.session.context import ViewContext
from charging.views.session.damage import tells_damage
from charging.views.session.visit import visit

PANEL_LINES = 4
"""Grey lines in the place of the panel until it comes."""


@st.fragment(key=state.MAP)
@tells_damage
def render(context: ViewContext) -> None:
    """Show the view."""
    with render_lock.render_lock():
        _show_map_and_panel(context)


def _show_map_and_panel(context: ViewContext) -> None:
    _go_on_where_the_map_answered()
    selected = state.selection()
    # the map goes out first, and what is above it afterwards
    bar = st.container(key="bar", horizontal=True, vertical_alignment="center")
    viewport = current_view.viewport(context)
    frame = frame_for(viewport, detail=visit.detail, last=visit.frame)
    visit.frame = frame
    with st.container(key="stage", horizontal=True, gap=None):
        with st.container(key="map_pane"):
            shown = map_layers(context, frame)
            map_pane.show_map(context, shown.layers)
        _go_on_where_the_map_answered()
        render_lock.yield_lock()
        panel_column = st.container(key="panel")
    if shown.note:
        st.caption(shown.note)
    with bar:
        show_sentence(context)
        with st.container(key="controls", horizontal=True, width="content"):
            show_map_controls(context)
            with st.container(key="take", width="content"):
                show_downloads(context, frame, viewport, shown.layers)
    if visit.is_first_run and not selected:
        with panel_column:  # so that the map has its width from the start
            show_placeholder(PANEL_LINES)
    else:
        with panel_column:
            show_panel(context, viewport, selected)
        show_stations(context, viewport)
    state.write_url(context.selection)  # here and not once a page: a click runs this fragment alone


def _go_on_where_the_map_answered() -> None:
    """Bring the whole page instead of its first run, if the map has answered.

    A map that was mounted before the visit began, since the server was started again under an open page, has
    answered when it is shown, and does not answer again.
    """
    if visit.is_first_run and state.viewport():
        st.rerun()
