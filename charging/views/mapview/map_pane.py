"""The map of every view."""

from streamlit_folium import st_folium

from charging.maps.base import base_map
from charging.maps.layers import Layer, fly_to
from charging.maps.view import View
from charging.maps.viewport import Viewport, fitting_view
from charging.queries.stations import extent
from charging.views.elements import assets
from charging.views.session import state
from charging.views.session.caching import Answers
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit

ANSWERS = ("bounds", "zoom", "last_active_drawing", "last_object_clicked_count")
"""What the map reports; fixed at its first render."""

MAP_HEIGHT_PX = 640
"""Height given to st_folium; the style sheet stretches the frame to the window."""


def viewport(context: ViewContext) -> Viewport:
    """Return what the map shows, or will show once it is there."""
    return state.viewport() or Viewport.around(_start_view(context.answers))


def show_map(context: ViewContext, layers: list[Layer]) -> None:
    """Show the map with its layers; the first is the surface."""
    flight = visit.flight
    flights = [fly_to(*flight.view, token=flight.token)] if flight else []
    st_folium(
        base_map(assets.urls(), _start_view(context.answers)),
        key=f"{state.MAP}",
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        returned_objects=list(ANSWERS),
        feature_group_to_add=[*layers, *flights],
        render=False,  # of the whole page, which is not read; the map is rendered all the same
    )


def _start_view(answers: Answers) -> View:
    """Return where the map starts: the deep link, or the box that holds the stations."""
    return visit.start_view or fitting_view(answers.ask(extent))
