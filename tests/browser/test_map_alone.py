"""The map in a real Chromium, with the layers of `map_alone.py`."""

from pathlib import Path

import pytest
from browser.live import in_chromium, serving

pytestmark = [*in_chromium, pytest.mark.endurance]

HERE = "at=31,113,6"


@pytest.fixture(scope="module")
def server():
    with serving(Path(__file__).with_name("map_alone.py")) as url:
        yield url


def wait_for_view(seen, lat, lon, zoom):
    """Wait until the map stands there; a resize may have moved its centre by half a pixel."""
    seen.map.wait_for_function(
        """([lat, lon, zoom]) => map.getZoom() === zoom
            && Math.abs(map.getCenter().lat - lat) + Math.abs(map.getCenter().lng - lon) < 0.02""",
        arg=[lat, lon, zoom],
    )


def test_a_click_on_a_dot_tells_its_cell(visit):
    seen = visit().open("show=dots&at=31,113,7")
    point = seen.map.evaluate(
        """() => { const dot = charging.features().find(layer => layer.getRadius
            && map.getBounds().pad(-0.3).contains(layer.getLatLng()));
          return {...map.latLngToContainerPoint(dot.getLatLng()), id: dot.feature.properties.id}; }"""
    )
    seen.page.mouse.click(point["x"], point["y"])
    seen.page.get_by_text(f"hex {point['id']}", exact=True).wait_for()


def test_what_did_not_change_is_not_drawn_again_and_pans_leave_nothing_behind(visit):
    seen = visit().open(HERE)
    seen.stand_still()
    seen.keep_layers()
    cell = seen.click("hex")
    seen.page.get_by_text(f"hex {cell}", exact=True).wait_for()
    marked = "() => Object.values(map._layers).filter(layer => layer.options.fill === false).length >= 2"
    seen.map.wait_for_function(marked)
    assert seen.are_layers_kept()
    for step in range(10):
        seen.map.evaluate("x => { map.panBy([x, 0], {animate: false}); }", 120 if step % 2 else -120)
        seen.page.wait_for_timeout(450)
    groups, controls = seen.map.evaluate(
        "() => [window.feature_group.length, document.querySelectorAll('.charging-legend').length]"
    )
    assert (groups, controls) == (3, 1)


def test_the_url_follows_the_map_without_new_history(visit):
    seen = visit().open(f"lang=zh&{HERE}")
    seen.stand_still()
    before = seen.page.evaluate("() => history.length")
    seen.map.evaluate("() => { map.setView([23.1, 113.3], 7.5, {animate: false}); }")
    seen.page.wait_for_url("**/?lang=zh&at=23.1000,113.3000,7.5")
    assert seen.page.evaluate("() => history.length") == before
    seen.page.reload()
    seen.wait_drawn()
    assert seen.map.evaluate("() => map.getZoom()") == 7.5


@pytest.mark.parametrize("at", ["%E0%A4%A", "'><script>"])
def test_a_link_with_a_nonsense_view_starts_with_the_country(visit, at):
    seen = visit().open(f"at={at}")
    assert seen.map.evaluate("() => [map.getZoom(), Math.round(map.getCenter().lat)]") == [4.5, 35]


def test_a_narrow_screen_starts_further_out(visit):
    seen = visit(viewport={"width": 390, "height": 700}).open()
    assert seen.map.evaluate("() => [map.getZoom(), map.getSize().x]") == [3, 390]


def test_a_command_moves_the_map_once_and_a_theme_or_a_refusal_does_not(visit):
    seen = visit().open(HERE)
    seen.map.evaluate("() => { window.same = true; }")
    seen.page.get_by_text("Dark theme").click()
    seen.map.wait_for_selector(".leaflet-container[data-theme=dark]")
    seen.map.get_by_role("button", name="Near me").click()
    seen.map.get_by_text("Not allowed").wait_for()
    wait_for_view(seen, 31, 113, 6)
    seen.page.get_by_role("button", name="Fly").click()
    wait_for_view(seen, 23.1, 113.3, 7)
    seen.stand_still()
    seen.map.evaluate("() => { map.setView([31, 113], 6, {animate: false}); }")
    seen.page.wait_for_timeout(1_000)  # answers that repeat the command
    wait_for_view(seen, 31, 113, 6)
    seen.page.get_by_role("button", name="Fly").click()
    wait_for_view(seen, 23.1, 113.3, 7)
    assert seen.map.evaluate("() => window.same")  # it was one map all the time


def test_near_me_shows_the_reader_on_the_map(visit):
    beijing = {"latitude": 39.92, "longitude": 116.4, "accuracy": 50}
    seen = visit(permissions=["geolocation"], geolocation=beijing).open(HERE)
    seen.map.get_by_role("button", name="Near me").click()
    wait_for_view(seen, 39.92, 116.4, 14)
    blue = "() => Object.values(map._layers).filter(layer => layer.options.fillColor === '#1a6fe8').length"
    assert seen.map.evaluate(blue) == 2
