"""The files the map's frame loads, served by this server: Leaflet, our scripts, the ground and city names.

Streamlit serves the folder of a component under `/component/<name>/`, below any base path; st_folium's frame
is itself such a page, so a relative URL reaches them. A component is registered only while a script runs.
"""

import functools
import hashlib

from streamlit.components.v1 import declare_component
from xstatic.pkg import leaflet

from charging.maps.base import AssetUrls
from charging.maps.static_files import FOLDER, SCRIPTS


def urls() -> AssetUrls:
    """Register the folders with the running server and return the URLs, relative to st_folium's frame.

    Call it in every run of the page; registering the same folder again changes nothing.
    """
    vendor = f"../{declare_component('leaflet', path=leaflet.BASE_DIR).name}"
    preload = f"{_asset_url('preload.js')}#{','.join(SCRIPTS)}"
    scripts = (preload, f"{vendor}/leaflet.js", *map(_asset_url, SCRIPTS))
    return AssetUrls(scripts, (f"{vendor}/leaflet.css", _asset_url("map.css")))


def picture_url() -> str:
    """Return the URL of the script that draws a picture of the map, relative to st_folium's frame."""
    return _asset_url("picture.js")


def _asset_url(name: str) -> str:
    return f"../{declare_component('charging', path=str(FOLDER)).name}/{name}?v={_version()}"


@functools.cache
def _version() -> str:
    """Return a digest of our own files, so that no cache keeps an old one for a new page."""
    digest = hashlib.sha256()
    for file in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
