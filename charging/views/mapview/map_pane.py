"""The map of every view."""

from streamlit_folium import st_folium

from charging.maps.base import base_map
from charging.maps.layers import Layer, fly_to
from charging.views.elements import assets
from charging.views.mapview.current_view import start_view
from charging.views.session import state
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit

ANSWERS = ("bounds", "zoom", "last_active_drawing", "last_object_clicked_count")
"""What the map reports; fixed at its first render."""

MAP_HEIGHT_PX = 640
"""Height given to st_folium; the style sheet stretches the frame to the window."""


def show_map(context: ViewContext, layers: list[Layer]) -> None:
    """Show the map with its layers; the first is the surface."""
    flight = visit.flight
    flights = [fly_to(*flight.view, token=flight.token)] if flight else []
    answer = st_folium(
        base_map(assets.urls(), start_view(context.answers)),
        key=f"{state.MAP}",
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        returned_objects=list(ANSWERS),
        feature_group_to_add=[*layers, *flights],
        render=False,  # of the whole page, which is not read; the map is rendered all the same
    )
    state.take_earlier_answer(answer)
