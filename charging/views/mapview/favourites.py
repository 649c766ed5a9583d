"""Favourite stations: a star at a station and a list in the sidebar, kept in the browser and nowhere else."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from charging.maps.view import View
from charging.views.elements.component import component
from charging.views.session import state
from charging.views.session.context import ViewContext
from charging.views.session.visit import Selection, widget_value

KEY = "favourites"

ZOOM = 15.0
"""How near the map goes to a favourite, Web Mercator."""


@st.fragment
def show_favourites(context: ViewContext) -> None:
    """Show the list; it takes no room while there is no favourite."""
    say, dataset = context.say, context.dataset.manifest.name
    texts = {name: say(f"favourite.{name}") for name in ("title", "go", "elsewhere", "remove", "json", "csv")}
    result = component(__file__)(
        key=KEY, data={"dataset": dataset, "texts": texts}, on_go_change=lambda: go_to_favourite(dataset)
    )
    if result.go:
        st.rerun()


def show_star(context: ViewContext, row: pd.Series, name: str) -> None:
    """Show the star of a station, by which it becomes a favourite and ceases to be one."""
    station = {
        "station_id": row.station_id,
        "name": name,
        "lat": float(row.lat),
        "lon": float(row.lon),
        "dataset": context.dataset.manifest.name,
    }
    texts = {name: context.say(f"favourite.{name}") for name in ("add", "remove")}
    component(__file__)(key="star", data={"station": station, "texts": texts}, width="content")


def go_to_favourite(dataset: str) -> None:
    """Go to a favourite, which comes from the browser as a link does, and is read as one."""
    wanted = widget_value(KEY).go
    if not isinstance(wanted, Mapping):
        return
    view = View.from_text(f"{wanted.get('lat')},{wanted.get('lon')},{ZOOM}")
    if view is None:
        return
    if wanted.get("dataset") == dataset:
        state.select(Selection("station", str(wanted.get("station_id"))))
    state.fly_to(*view)
