"""The files the map's frame loads, served by this server: Leaflet, our scripts, the ground and city names.

They are folders of components, and st_folium's frame is a page of one, so that a relative URL reaches them.
"""

import functools
import hashlib

from charging.maps.base import AssetUrls
from charging.maps.static_files import FOLDER, SCRIPTS
from charging.views.elements import components


def urls() -> AssetUrls:
    """Return the URLs, relative to st_folium's frame."""
    vendor = f"../{components.LEAFLET.name}"
    preload = f"{_asset_url('preload.js')}#{','.join(SCRIPTS)}"
    scripts = (preload, f"{vendor}/leaflet.js", *map(_asset_url, SCRIPTS))
    return AssetUrls(scripts, (f"{vendor}/leaflet.css", _asset_url("map.css")))


def picture_url() -> str:
    """Return the URL of the script that draws a picture of the map, relative to st_folium's frame."""
    return _asset_url("picture.js")


def _asset_url(name: str) -> str:
    return f"../{components.MAP.name}/{name}?v={_version()}"


@functools.cache
def _version() -> str:
    """Return a digest of our own files, so that no cache keeps an old one for a new page."""
    digest = hashlib.sha256()
    for file in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
