from pathlib import Path

from xstatic.pkg import leaflet

from charging.views.elements import assets


def test_every_file_is_served_from_this_server():
    for url in assets.urls():
        assert url.startswith("../charging.views.elements.assets.")
    assert (Path(leaflet.BASE_DIR) / "leaflet.js").is_file()
    own = ("map.js", "shapes.js", "map.css", "ground.json", "labels.json")
    assert all((assets.STATIC / name).is_file() for name in own)


def test_our_own_files_carry_their_version():
    urls = assets.urls()
    assert urls.map_js.split("?v=")[1] == urls.map_css.split("?v=")[1]
    assert urls == assets.urls()
