"""The files the map's frame loads, served by this server: Leaflet, our script, the ground and the city names.

Streamlit serves the folder of a component under `/component/<name>/`, below any base path; st_folium's frame
is itself such a page, so a relative URL reaches them. A component is registered only while a script runs.
"""

import functools
import hashlib
from pathlib import Path

from streamlit.components.v1 import declare_component
from xstatic.pkg import leaflet

from charging.maps.base import AssetUrls

STATIC = Path(__file__).parents[2] / "maps" / "static"


def urls() -> AssetUrls:
    """Register the folders with the running server and return the URLs, relative to st_folium's frame.

    Call it in every run of the page; registering the same folder again changes nothing.
    """
    vendor = f"../{declare_component('leaflet', path=leaflet.BASE_DIR).name}"
    own = f"../{declare_component('charging', path=str(STATIC)).name}"
    return AssetUrls(
        leaflet_js=f"{vendor}/leaflet.js",
        leaflet_css=f"{vendor}/leaflet.css",
        datum_js=f"{own}/datum.js?v={_version()}",
        shapes_js=f"{own}/shapes.js?v={_version()}",
        map_js=f"{own}/map.js?v={_version()}",
        map_css=f"{own}/map.css?v={_version()}",
    )


def picture_url() -> str:
    """Return the URL of the script that draws a picture of the map, relative to st_folium's frame."""
    own = declare_component("charging", path=str(STATIC)).name
    return f"../{own}/picture.js?v={_version()}"


@functools.cache
def _version() -> str:
    """Return a digest of our own files, so that no cache keeps an old one beside a new page."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
