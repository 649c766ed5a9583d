"""The same cells drawn in four ways: ours, the two usual ones of folium, and pydeck's.

Each shows the shape, a colour by piles, and a tooltip of the same four figures. A table has `cell` (int64)
and the columns of `FIGURES`.
"""

import folium
import h3.api.numpy_int as h3
import pandas as pd
import pydeck
from branca.element import MacroElement
from folium.template import Template

from charging.domain.hexes import cell_text
from charging.maps import layers
from charging.maps.palette import Scale, Theme
from charging.maps.view import View

FIGURES = {"piles": "Piles", "stations": "Stations", "dc_piles": "DC piles", "max_power_kw": "Highest power"}

NO_TOOLTIP = layers.Tooltip(rows=(), unknown="not known")
TOOLTIP = layers.Tooltip(
    rows=tuple(layers.TooltipRow(column=column, label=label) for column, label in FIGURES.items()),
    unknown="not known",
)

NO_BASE_MAP = 'data:application/json,{"version":8,"sources":{},"layers":[]}'
"""A style of its own keeps pydeck from asking another host for its base map."""


class _Run(MacroElement):
    """A comment, so that an empty layer differs from the one before and st_folium takes it in."""

    _template = Template("{% macro script(this, kwargs) %}/* run {{ this.run }} */{% endmacro %}")

    def __init__(self, run: int) -> None:
        super().__init__()
        self.run = run


def nothing(run: int) -> folium.FeatureGroup:
    """Return an empty layer, another one in every run."""
    group = folium.FeatureGroup(control=False)
    group.add_child(_Run(run))
    return group


def ours(table: pd.DataFrame, tooltip: layers.Tooltip = TOOLTIP) -> folium.FeatureGroup:
    """Return the layer of the dashboard."""
    return layers.hexes(table, _scale(table), tooltip)


def geojson(table: pd.DataFrame) -> folium.FeatureGroup:
    """Return one `folium.GeoJson` with a style function and a tooltip: the recipe of the documentation."""
    features = [
        {
            "type": "Feature",
            "id": cell_text(row["cell"]),
            "geometry": {"type": "Polygon", "coordinates": [_ring_lon_lat(row["cell"])]},
            "properties": {"id": cell_text(row["cell"]), "colour": colour}
            | {column: row[column] for column in FIGURES},
        }
        for row, colour in _rows(table)
    ]
    group = folium.FeatureGroup(control=False)
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "fillOpacity": 0.85,
            "weight": 0.75,
        },
        tooltip=folium.GeoJsonTooltip(list(FIGURES), aliases=list(FIGURES.values())),
    ).add_to(group)
    return group


def polygons(table: pd.DataFrame) -> folium.FeatureGroup:
    """Return one `folium.Polygon` object per cell."""
    group = folium.FeatureGroup(control=False)
    for row, colour in _rows(table):
        figures = "<br>".join(f"{label}: {row[column]}" for column, label in FIGURES.items())
        folium.Polygon(
            h3.cell_to_boundary(row["cell"]),
            tooltip=f"{cell_text(row['cell'])}<br>{figures}",
            fill_color=colour,
            fill_opacity=0.85,
            weight=0.75,
        ).add_to(group)
    return group


def deck(table: pd.DataFrame, view: View) -> pydeck.Deck:
    """Return pydeck's layer for H3 cells, drawn with WebGL."""
    data = [
        {"hex": cell_text(row["cell"]), "colour": [int(colour[at : at + 2], 16) for at in (1, 3, 5)]}
        | {column: row[column] for column in FIGURES}
        for row, colour in _rows(table)
    ]
    layer = pydeck.Layer(
        "H3HexagonLayer", data, get_hexagon="hex", get_fill_color="colour", extruded=False, pickable=True
    )
    return pydeck.Deck(
        layers=[layer],
        # deck.gl counts zoom in tiles of 512 px, Leaflet in 256
        initial_view_state=pydeck.ViewState(latitude=view.lat, longitude=view.lon, zoom=view.zoom - 1),
        map_style=NO_BASE_MAP,
        tooltip={"text": "\n".join(f"{label}: {{{column}}}" for column, label in FIGURES.items())},
    )


def _scale(table: pd.DataFrame) -> Scale:
    return Scale.from_quantiles(
        table["piles"], column="piles", title="Piles", unit="", unknown="not known", theme=Theme.LIGHT
    )


def _rows(table: pd.DataFrame) -> list[tuple[dict, str]]:
    """Return each row with its colour."""
    scale = _scale(table)
    colours = [scale.colours[at] for at in scale.classify(table["piles"])]
    return list(zip(table.to_dict("records"), colours, strict=True))


def _ring_lon_lat(cell: int) -> list[list[float]]:
    ring = [[lon, lat] for lat, lon in h3.cell_to_boundary(cell)]
    return [*ring, ring[0]]
