"""A page with one map and some 2,000 cells around its centre: the layer of the dashboard, of a peer, or none.

Query: layer=none|ours|geojson|polygons|pydeck. The map under the layer is the dashboard's for all of them.
"""

import folium
import h3.api.numpy_int as h3
import pandas as pd
import peers
import streamlit as st
from streamlit_folium import st_folium

from charging.maps import base
from charging.maps.viewport import Viewport
from charging.views.elements import assets
from charging.views.elements.components import register_components

START = base.View(32.0, 113.0, 7)
RESOLUTION = 5
RINGS, CELLS = 26, 2_000

COLUMNS = ("piles", "stations", "dc_piles", "max_power_kw")


def cells_around(lat: float, lon: float) -> pd.DataFrame:
    """Return the cells around a point with figures that follow from their ids: same place, same figures."""
    cells = h3.grid_disk(h3.latlng_to_cell(lat, lon, RESOLUTION), RINGS)[:CELLS]
    piles = (cells >> 30) * 7919 % 997 + 1
    return pd.DataFrame(
        {
            "cell": cells,
            "piles": piles,
            "stations": piles // 9 + 1,
            "dc_piles": piles * 4 // 5,
            "max_power_kw": (piles % 8 + 1) * 60.0,
        }
    )


def page() -> None:
    """Show the map, or pydeck's."""
    st.set_page_config(layout="wide", page_icon="⚡")
    layer = st.query_params.get("layer", "none")
    viewport = Viewport.from_component(st.session_state.get("map"))
    lat, lon = START[:2]
    if viewport:
        box = viewport.bounds
        lat, lon = box.centre_lat, box.west + box.width / 2
    if layer == "pydeck":
        st.pydeck_chart(peers.deck(cells_around(lat, lon), START), height=640)
        return
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    groups: dict[str, folium.FeatureGroup] = {
        "none": lambda: peers.nothing(st.session_state.runs),
        "ours": lambda: peers.ours(cells_around(lat, lon)),
        "geojson": lambda: peers.geojson(cells_around(lat, lon)),
        "polygons": lambda: peers.polygons(cells_around(lat, lon)),
    }
    register_components()
    st_folium(
        base.base_map(assets.urls(), START),
        key="map",
        height=640,
        use_container_width=True,
        feature_group_to_add=groups[layer](),
        returned_objects=["bounds", "zoom"],
    )


page()
