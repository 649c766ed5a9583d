"""The base map: one map object that stays the same for a whole visit.

st_folium remounts its frame whenever the map's own script changes, so nothing here depends on data, theme,
language or the current view. Everything that does is in `layers`. Leaflet and our own scripts are
loaded from the local URLs of `charging.views.elements.assets`; nothing is loaded from another host.
"""

from functools import cache
from typing import NamedTuple, cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from charging.maps.js_payload import dump
from charging.maps.static_files import static_json
from charging.maps.view import CHINA, View


class AssetUrls(NamedTuple):
    """URLs of the map's scripts and styles, absolute or relative to st_folium's frame."""

    scripts: tuple[str, ...]  # in loading order
    styles: tuple[str, ...]


def base_map(urls: AssetUrls, view: View = CHINA) -> folium.Map:
    """Return the map of a visit: no tiles, no data, byte-identical for the same arguments.

    `view` is where the visit starts, on a map of about 820 px; a narrow screen starts further out. It is
    the same in every run: a `?at=` in the page's URL overrides it, so a map that is mounted again comes back
    where it was.
    """
    chart = _LocalMap(urls, view)
    chart.add_child(_Start())
    return chart


class _LocalMap(folium.Map):
    """A folium map that loads only these files."""

    def __init__(self, urls: AssetUrls, view: View) -> None:
        super().__init__(
            location=[view.lat, view.lon],
            zoom_start=view.zoom,  # type: ignore[arg-type]  # written into the script as it is
            tiles=None,
            prefer_canvas=True,
            zoom_control="bottomright",
            zoom_snap=0.5,
            world_copy_jump=True,
        )
        # folium's `min_zoom` belongs to its tiles; without limits the map would use those of the street tiles
        zoom = static_json("theme.json")["zoom"]
        self.options |= {"minZoom": zoom["min"], "maxZoom": zoom["max"]}
        self.default_js = [(url, url) for url in urls.scripts]
        self.default_css = [(url, url) for url in urls.styles]

    def render(self, **_options: object) -> str:
        """Write the header, which is all that st_folium reads of a page; folium compiles it in every run."""
        cast("Figure", self.get_root()).header = _Written(_header().replace(_NAME, self.get_name()))
        return ""


_NAME = "map_name"
"""What stands for the name of a map in the header of its page."""


@cache
def _header() -> str:
    """Return what folium writes into the header for a map that loads nothing."""
    chart = folium.Map(tiles=None)
    chart.default_js, chart.default_css = [], []
    chart.render()  # type: ignore[no-untyped-call]  # folium is half typed
    return cast("Figure", chart.get_root()).header.render().replace(chart.get_name(), _NAME)


class _Written(Element):
    """A part of a page that is written already."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_options: object) -> str:
        """Return the text."""
        return self._text


class _Start(MacroElement):
    """Passes the map and the themes to our script once the map exists."""

    _template = Template("""{% macro script(this, kwargs) %}
        charging.start({{ this._parent.get_name() }}, {{ this.themes }});
    {% endmacro %}""")

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is half typed
        self._name = "Start"
        self.themes = dump(static_json("theme.json"))
