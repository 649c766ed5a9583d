"""The least a map page can be: Streamlit, folium and an empty st_folium, with Leaflet from this server."""

import folium
import streamlit as st
from streamlit.components.v1 import declare_component
from streamlit_folium import st_folium
from xstatic.pkg import leaflet

st.set_page_config(layout="wide")
vendor = f"../{declare_component('leaflet', path=leaflet.BASE_DIR).name}"
chart = folium.Map(location=[35.0, 104.5], zoom_start=4, tiles=None)
chart.default_js = [("leaflet", f"{vendor}/leaflet.js")]
chart.default_css = [("leaflet_css", f"{vendor}/leaflet.css")]
st_folium(chart, key="map", height=640, use_container_width=True, returned_objects=["bounds", "zoom"])
