import folium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit_folium import _get_header, _get_html, _get_map_string, generate_js_hash

from charging.maps.base import AssetUrls, base_map
from charging.maps.js_payload import dump
from charging.maps.static_files import static_json
from charging.maps.view import CHINA, View

URLS = AssetUrls(
    ("../c/preload.js?v=1", "../l/leaflet.js", "../c/map.js?v=1"), ("../l/leaflet.css", "../c/map.css?v=1")
)


def script(view=CHINA):
    chart = base_map(URLS, view)
    chart.get_root().render()
    return _get_map_string(chart)


def test_the_base_map_is_the_same_in_every_run():
    first, second = script(), script()
    assert first == second
    assert generate_js_hash(first) == generate_js_hash(second)


def test_the_base_map_has_no_tiles_and_no_data():
    assert "tileLayer" not in script()
    assert "charging.start(map_div, {" in script()


def test_the_limits_of_the_zoom_and_the_colours_are_those_of_the_theme():
    zoom = static_json("theme.json")["zoom"]
    assert f'"minZoom": {zoom["min"]},\n  "maxZoom": {zoom["max"]},' in script()
    assert dump(static_json("theme.json")) in script()


def test_a_deep_link_sets_the_first_view():
    assert '"zoom": 11.0' in script(View(31.23, 121.47, 11.0))


def test_st_folium_reads_the_header_that_folium_would_write():
    ours, written_by_folium = base_map(URLS), base_map(URLS)
    ours.render()
    folium.Map.render(written_by_folium)
    assert _get_header(ours).split() == _get_header(written_by_folium).split()
    assert "#map_div {" in _get_header(ours)
    assert _get_html(ours) == _get_html(written_by_folium) == ""


def test_only_our_files_are_loaded():
    chart = base_map(URLS)
    links = [url for _, url in (*chart.default_js, *chart.default_css)]
    assert links == [*URLS.scripts, *URLS.styles]
    assert "://" not in "".join(links)


@pytest.mark.parametrize(
    "text", ["", "31,121", "a,b,c", "nan,0,4", "91,0,4", "0,181,4", "0,0,99", "0,0,inf", "1,2,3,4"]
)
def test_nonsense_is_no_view(text):
    assert View.from_text(text) is None


@given(st.floats(-85, 85), st.floats(-180, 180), st.floats(0, 18))
def test_a_view_reads_back_from_its_text(lat, lon, zoom):
    assert View.from_text(f"{lat},{lon},{zoom}") == View(lat, lon, zoom)
