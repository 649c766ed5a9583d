"""The plain recipe: a multiselect, and a map whose `folium.GeoJson` is made anew in every run.

It shows the cells of the dashboard for the same view and the same operators, asks the same engine, and gives
its layer to st_folium as `feature_group_to_add`, since a map that carries it would be mounted anew at every
move. Query: at=lat,lon,zoom. The dataset is the folder named by CHARGING_DATASET.
"""

import os
from pathlib import Path

import folium
import peers
import streamlit as st
from streamlit_folium import st_folium

from charging.dataset.store import open_dataset
from charging.domain.filters import Filters
from charging.maps import base
from charging.maps.viewport import Viewport, frame_for
from charging.queries.engine import Engine
from charging.queries.hexes import hexes
from charging.settings import Settings
from charging.views.elements import assets
from charging.views.elements.components import register_components
from charging.views.elements.texts import Texts


@st.cache_resource
def engine() -> Engine:
    """Return the engine, shared by all."""
    dataset = open_dataset(Path(os.environ["CHARGING_DATASET"]))
    return Engine(dataset, memory_limit_mb=Settings().memory_limit_mb)


def page() -> None:
    """Show the choice and the map."""
    st.set_page_config(layout="wide", page_icon="⚡")
    say = Texts("en")
    operators = st.multiselect(
        "Operators",
        sorted(engine().operator_ids.values()),
        format_func=lambda operator: say(f"operator.{operator}"),
        key="operator",
    )
    start = base.View.from_text(st.query_params.get("at", "")) or base.CHINA
    viewport = Viewport.from_component(st.session_state.get("map")) or Viewport.around(start)
    frame = frame_for(viewport, detail=0, last=None)
    cells = hexes(engine(), Filters(operators=tuple(operators)), frame.bounds, frame.resolution)
    register_components()
    st_folium(
        base.base_map(assets.urls(), start),
        key="map",
        height=640,
        use_container_width=True,
        # a GeoJsonTooltip fails on a table without rows
        feature_group_to_add=peers.geojson(cells) if len(cells) else folium.FeatureGroup(control=False),
        returned_objects=["bounds", "zoom"],
    )


page()
