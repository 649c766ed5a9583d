"""The map and nothing else, with made-up cells and stations: what the browser tests drive.

Query: theme=dark, lang=zh, show=dots.
"""

import uuid

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from charging.domain.hexes import cell_from_text, resolution_for_zoom
from charging.maps import base, layers, palette
from charging.views.elements import assets
from charging.views.elements.components import register_components

CITIES = (
    (31.23, 121.47),
    (39.9, 116.4),
    (23.1, 113.3),
    (30.6, 104.1),
    (30.6, 114.3),
    (34.3, 108.9),
    (43.8, 87.6),
)
OPERATORS = ("teld", "star_charge", "nio", "xpeng", "li_auto", "ykc", "sgcc", "xiaoju", "evcipa", "wancheng")
HOSTILE = (
    "</script><img src=x onerror='window.hostile = 1'> `${window.hostile = 1}` {{ 7 * 7 }} {% raw %} O'Neil"
)


def made_up_points(count: int) -> pd.DataFrame:
    """Return points scattered around large cities and thinly over the east of the country."""
    draws = np.random.default_rng(7)
    near = np.array(CITIES)[draws.integers(len(CITIES), size=count)] + draws.normal(0, 0.6, (count, 2))
    wide = np.column_stack([draws.uniform(22, 42, count), draws.uniform(103, 119, count)])
    points = np.where(draws.random((count, 1)) < 0.4, near, wide)
    table = pd.DataFrame(points, columns=["lat", "lon"])
    table["operator_id"] = np.array(OPERATORS)[
        np.minimum(draws.geometric(0.25, count) - 1, len(OPERATORS) - 1)
    ]
    table["piles"] = pd.array(draws.geometric(0.05, count), dtype="Int64")
    table["max_power_kw"] = draws.choice([7, 60, 120, 180, 480], count).astype(float)
    return table


def hex_layers(
    points: pd.DataFrame, zoom: float, lat: float, theme: palette.Theme, selected: str | None
) -> list:
    resolution = resolution_for_zoom(zoom, lat)
    points = points.assign(
        cell=[
            h3.latlng_to_cell(la, lo, resolution) for la, lo in zip(points["lat"], points["lon"], strict=True)
        ]
    )
    table = (
        points.groupby("cell")
        .agg(
            stations=("piles", "size"),
            piles=("piles", "sum"),
            max_power_kw=("max_power_kw", "max"),
            lead=("operator_id", lambda column: column.mode()[0]),
        )
        .reset_index()
    )
    table.loc[table.index % 17 == 0, ["piles", "lead"]] = None
    scale = palette.Scale.from_quantiles(
        table["piles"],
        column="piles",
        title="Charging piles",
        unit="per cell",
        unknown="not known",
        theme=theme,
    )
    rows = (
        layers.TooltipRow(column="stations", label="Stations"),
        layers.TooltipRow(column="piles", label="Piles"),
        layers.TooltipRow(column="max_power_kw", label="Highest power", unit="kW"),
        layers.TooltipRow(column="lead", label="Leading operator"),
    )
    tooltip = layers.Tooltip(rows=rows, unknown="not known", footer="Simulated network")
    groups = [
        layers.hexes(table, scale, tooltip, selected_cell=selected and cell_from_text(selected)),
        layers.legend(scale, table[scale.column], count_label="cells", footer="Simulated network"),
    ]
    if st.query_params.get("show") == "dots":
        dots = points.groupby(["cell", "operator_id"], as_index=False)["piles"].sum()
        colours = palette.operator_colours(OPERATORS, theme=theme)
        chosen = {operator: colours[operator] for operator in ("nio", "xpeng", "li_auto")}
        tip = layers.Tooltip(rows=rows[1:2], unknown="not known", heading="operator_id")
        groups.append(layers.operator_dots(dots, tip, colours=chosen))
    return groups


def station_layers(points: pd.DataFrame, theme: palette.Theme, selected: str | None) -> list:
    table = points.assign(station_id=[f"made_up:{at}" for at in range(len(points))], name=HOSTILE)
    table["status"] = np.resize(["available", "charging", "fault", None], len(points))
    colours = palette.operator_colours(OPERATORS, theme=theme)
    tooltip = layers.Tooltip(
        heading="name",
        unknown="not known",
        footer="Simulated network",
        rows=(
            layers.TooltipRow(column="operator_id", label="Operator"),
            layers.TooltipRow(column="piles", label="Piles"),
        ),
    )
    operators = palette.Categories.of_operators(
        table["operator_id"],
        column="operator_id",
        title="Operator",
        unit="",
        unknown="not known",
        other="Other operators",
        colours=colours,
        names={},
        theme=theme,
    )
    return [
        layers.stations(table, operators, tooltip, theme=theme, selected_id=selected),
        layers.legend(operators, table["operator_id"], count_label="stations", footer="Simulated network"),
    ]


def page() -> None:
    st.set_page_config(layout="wide", page_icon="⚡")
    st.html(
        "<style>.block-container{padding:0!important;max-width:none!important}[data-testid=stHeader]{display:none}"
        "iframe[title='streamlit_folium.st_folium']{height:100dvh!important}</style>"
    )
    is_dark = st.session_state.setdefault("dark", st.query_params.get("theme") == "dark")
    theme = palette.Theme.DARK if is_dark else palette.Theme.LIGHT
    language = st.query_params.get("lang", "en")
    linked = base.View.from_text(st.query_params.get("at", ""))
    view = st.session_state.setdefault("view", linked or base.CHINA)
    answer = st.session_state.get("map") or {}
    zoom = answer.get("zoom") or view.zoom
    box = answer.get("bounds")
    points = made_up_points(1_500)
    if box and box["_southWest"]["lat"] is not None:
        low, high = box["_southWest"], box["_northEast"]
        points = points[
            points["lat"].between(low["lat"], high["lat"]) & points["lon"].between(low["lng"], high["lng"])
        ]
    texts = layers.SurfaceTexts(
        label="Map of charging stations",
        zoom_in="Zoom in",
        zoom_out="Zoom out",
        attribution="Made up <b>data</b>",
        locate="Near me",
        locate_refused="Not allowed",
        locate_failed="Not found",
    )
    groups = [layers.surface(theme=theme, language=language, tiles=None, texts=texts)]
    if "command" in st.session_state:
        groups.append(layers.fly_to(23.1, 113.3, 7, token=st.session_state.command))
    clicked = (answer.get("last_active_drawing") or {}).get("properties") or {}
    if zoom >= 9:
        groups += station_layers(
            points, theme, clicked.get("id") if clicked.get("kind") == "station" else None
        )
    else:
        lat = view.lat
        groups += hex_layers(
            points, zoom, lat, theme, clicked.get("id") if clicked.get("kind") == "hex" else None
        )
    st_folium(
        base.base_map(assets.urls(), view),
        key="map",
        height=600,
        use_container_width=True,
        feature_group_to_add=groups,
        returned_objects=["bounds", "zoom", "last_active_drawing", "last_object_clicked_count"],
    )
    st.text(f"{clicked.get('kind')} {clicked.get('id')}")
    st.checkbox("Dark theme", key="dark")
    st.button("Fly", on_click=lambda: st.session_state.update(command=uuid.uuid4().hex))


if __name__ == "__main__":  # as Streamlit runs it; the search for examples only imports it
    register_components()
    page()
