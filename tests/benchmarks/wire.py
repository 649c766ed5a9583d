"""Bytes a cell costs between server and browser, before compression: the country view of the simulated
network.

Counted is the script st_folium is handed for the layer: all of it, divided by the number of cells.
"""

from contextlib import closing
from pathlib import Path

import folium
import peers
from report import Row
from streamlit_folium import _get_feature_group_string

from charging.dataset.store import open_dataset
from charging.domain.filters import Filters
from charging.maps import base
from charging.maps.viewport import Viewport, frame_for
from charging.queries.engine import Engine
from charging.queries.hexes import hexes
from charging.settings import Settings

BAR = "country view on the wire"
MEMORY_MB = Settings().memory_limit_mb
SHAPE_BYTES, TOOLTIP_BYTES = 60, 20


def measure(data: Path) -> list[Row]:
    """Return bytes a cell for ours, without and with the tooltip, and for folium's two ways."""
    frame = frame_for(Viewport.around(base.CHINA), detail=0, last=None)
    with closing(Engine(open_dataset(data / "simulated"), memory_limit_mb=MEMORY_MB)) as engine:
        table = hexes(engine, Filters(), frame.bounds, frame.resolution)

    def row(who: str, size: float, **more: object) -> Row:
        return Row(bar=BAR, who=who, measured=size, unit="bytes a cell", **more)

    def per_cell(group: folium.FeatureGroup) -> float:
        return _size(group) / len(table)

    bare = per_cell(peers.ours(table, peers.NO_TOOLTIP))
    whole = per_cell(peers.ours(table))

    def beside_ours(who: str, size: float) -> Row:
        return row(who, size, ratio=size / whole, peer="ours")

    return [
        row("ours: shape, id, colour", bare, at_most=SHAPE_BYTES, note=f"{len(table)} cells"),
        row("ours: tooltip besides", whole - bare, at_most=TOOLTIP_BYTES, note="four figures"),
        beside_ours("folium.GeoJson", per_cell(peers.geojson(table))),
        beside_ours("folium.Polygon objects", per_cell(peers.polygons(table))),
    ]


def _size(group: folium.FeatureGroup) -> int:
    chart = base.base_map(base.AssetUrls(("l.js", "m.js"), ("l.css", "m.css")))
    chart.get_root().render()
    return len(_get_feature_group_string(group, chart).encode())
