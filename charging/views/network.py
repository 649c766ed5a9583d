"""The map view: the map, what is selected on it or in view, and the table that says the same in rows."""

import streamlit as st
from streamlit_folium import st_folium

from charging.domain.filters import Filters
from charging.maps.base import base_map
from charging.maps.frame import Frame, Viewport, fitting_view, frame_for
from charging.maps.layers import fly_to
from charging.maps.view import View
from charging.queries.stations import extent
from charging.settings import Settings
from charging.views import assets, state
from charging.views.caching import Answers
from charging.views.downloads import downloads
from charging.views.drawing import Drawing, Drawn, layers
from charging.views.panel import panel
from charging.views.table import controls, sentence, table
from charging.views.texts import Texts

ANSWERS = ("bounds", "zoom", "last_active_drawing", "last_object_clicked_count")
"""What the map reports; fixed at its first render."""


def render(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    """Show the view."""
    _map_and_panel(answers, selection, settings, say)


@st.fragment(key=state.MAP)
def _map_and_panel(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    chosen = state.selection()
    # the map goes out first, and what stands above it afterwards
    bar = st.container(key="bar", horizontal=True, vertical_alignment="center")
    start = _start_view(answers)
    viewport = state.viewport() or Viewport.around(start)
    frame = frame_for(viewport, detail=st.session_state.detail, last=state.last_frame())
    state.remember_frame(frame)
    drawing = Drawing(answers, selection, settings, say)
    with st.container(key="stage", horizontal=True, gap=None):
        with st.container(key="map_pane"):
            drawn = _map(drawing, frame, start, chosen)
        beside = st.container(key="panel")
    if drawn.note:
        st.caption(drawn.note)
    with bar:
        sentence(answers, selection, say)
        with st.container(key="controls", horizontal=True, width="content"):
            controls(answers, settings, say)
            with st.container(key="take", width="content"):
                downloads(drawing, frame, viewport, drawn.groups)
    if state.viewport() or chosen:  # before the map has answered, the browser has better to do
        with beside:
            panel(answers, selection, viewport, chosen, say)
        table(answers, selection, viewport, say)
    state.write_url(selection)  # here and not once a page: a click runs this fragment alone


def _map(drawing: Drawing, frame: Frame, start: View, chosen: state.Selection | None) -> Drawn:
    drawn = layers(drawing, frame, chosen)
    flight = state.flight()
    flights = [fly_to(*flight.view, token=flight.token)] if flight else []
    st_folium(
        base_map(assets.urls(), start),
        key=f"{state.MAP}",
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        returned_objects=list(ANSWERS),
        feature_group_to_add=[*drawn.groups, *flights],
    )
    return drawn


def _start_view(answers: Answers) -> View:
    """Return where the map starts: the deep link, or the box that holds the stations."""
    linked: View | None = st.session_state.start_view
    return linked or fitting_view(answers.ask(extent))


MAP_HEIGHT_PX = 640
"""Height st_folium is told; the style sheet stretches the frame to the window."""
