import re
from pathlib import Path

from xstatic.pkg import leaflet

from charging.maps.static_files import FOLDER, SCRIPTS
from charging.views.elements import assets


def test_every_file_is_served_from_this_server():
    scripts, styles = assets.urls()
    folders = {"map": FOLDER, "leaflet": Path(leaflet.BASE_DIR)}
    for url in (*scripts, *styles, assets.picture_url()):
        folder, name = re.match(r"\.\./charging\.(\w+)/([\w.]+)", url).groups()
        assert (folders[folder] / name).is_file()


def test_our_scripts_come_after_leaflet_in_their_order_and_are_asked_for_at_once():
    preload, vendor, *own = assets.urls().scripts
    assert preload.partition("#")[2].split(",") == list(SCRIPTS)
    assert vendor.endswith("/leaflet.js")
    version = preload.partition("#")[0].partition("preload.js")[2]
    assert own == [preload.partition("preload.js")[0] + name + version for name in SCRIPTS]


def test_our_own_files_carry_their_version():
    urls = assets.urls()
    assert urls.scripts[-1].split("?v=")[1] == urls.styles[-1].split("?v=")[1]
    assert urls == assets.urls()
