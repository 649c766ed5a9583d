import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charging.domain.bounds import WORLD, Bounds
from charging.domain.hexes import MAX_RESOLUTION, MIN_RESOLUTION, flat_width_km
from charging.maps.view import CHINA, MAX_ZOOM, View
from charging.maps.viewport import (
    ASSUMED_SIZE_PX,
    STATIONS_FROM_ZOOM,
    Frame,
    Viewport,
    fitting_view,
    frame_for,
)

VIEWS = st.builds(
    View,
    st.floats(-70, 70),
    st.floats(-180, 180),
    st.integers(4, 2 * MAX_ZOOM).map(lambda halves: halves / 2),
)


def _inside(outer, inner):
    """Tell whether a box lies in another; a hair of rounding is forgiven."""
    start = (inner.west - outer.west + 1e-9) % 360
    across = outer.width >= 360 or start + inner.width <= outer.width + 1e-6
    return outer.south <= inner.south + 1e-9 and inner.north <= outer.north + 1e-9 and across


@given(VIEWS)
def test_a_frame_holds_the_viewport_with_a_margin(view):
    viewport = Viewport.around(view)
    frame = frame_for(viewport, detail=0, last=None)
    assert _inside(frame.bounds, viewport.bounds)
    assert frame.bounds.width >= min(1.49 * viewport.bounds.width, 360)


@given(VIEWS, st.floats(-0.24, 0.24), st.floats(-0.24, 0.24))
def test_a_small_pan_keeps_the_frame(view, up, right):
    viewport = Viewport.around(view)
    box = viewport.bounds
    frame = frame_for(viewport, detail=0, last=None)
    north, east = up * (box.north - box.south), right * box.width
    moved = Bounds.from_map(
        box.south + north, box.west + east, box.north + north, box.west + east + box.width
    )
    panned = frame_for(Viewport(moved, view.zoom), detail=0, last=frame)
    assert panned is frame or panned[1:] != frame[1:]  # another latitude may take another resolution


@given(VIEWS, VIEWS, st.integers(-1, 1))
def test_what_is_drawn_always_holds_what_is_shown(before, after, detail):
    last = frame_for(Viewport.around(before), detail=detail, last=None)
    viewport = Viewport.around(after)
    frame = frame_for(viewport, detail=detail, last=last)
    fresh = frame_for(viewport, detail=detail, last=None)
    assert _inside(frame.bounds, viewport.bounds)
    assert frame[1:] == fresh[1:]


def test_a_pan_beyond_the_margin_makes_a_new_frame():
    first = Viewport(Bounds(30, 110, 34, 116), 8)
    frame = frame_for(first, detail=0, last=None)
    assert frame.bounds == Bounds(29, 108.5, 35, 117.5)
    second = Viewport(Bounds(30, 112, 34, 118), 8)
    assert frame_for(second, detail=0, last=frame).bounds == Bounds(29, 110.5, 35, 119.5)


def test_another_zoom_or_detail_makes_a_new_frame():
    viewport = Viewport(Bounds(30, 110, 34, 116), 6)
    frame = frame_for(viewport, detail=0, last=None)
    finer = frame_for(viewport, detail=1, last=frame)
    closer = frame_for(viewport._replace(zoom=10), detail=0, last=frame)
    assert (finer.resolution, closer.is_close) == (frame.resolution + 1, True)


@given(VIEWS)
def test_cells_are_20_to_55_px_wide(view):
    frame = frame_for(Viewport.around(view), detail=0, last=None)
    lat = Viewport.around(view).bounds.centre_lat
    px_per_km = 2**view.zoom / (156.543034 * math.cos(math.radians(lat)))
    width_px = flat_width_km(frame.resolution) * px_per_km
    assert width_px >= 20 or frame.resolution == MIN_RESOLUTION
    assert width_px <= 55 or frame.resolution == MAX_RESOLUTION


@pytest.mark.parametrize(
    ("zoom", "is_close"), [(STATIONS_FROM_ZOOM - 0.5, False), (STATIONS_FROM_ZOOM, True)]
)
def test_stations_are_drawn_from_their_zoom_on(zoom, is_close):
    assert frame_for(Viewport.around(View(31, 121, zoom)), detail=0, last=None).is_close is is_close


@st.composite
def land(draw):
    """Return boxes a map can show whole: off the poles, not wider than the world."""
    south, north = sorted((draw(st.floats(-80, 80)), draw(st.floats(-80, 80))))
    west = draw(st.floats(-180, 180))
    return Bounds.from_map(south, west, north, west + draw(st.floats(0, 350)))


@given(land())
def test_the_fitting_view_shows_the_whole_box(bounds):
    view = fitting_view(bounds)
    shown = Viewport.around(view).bounds
    slack = 1e-3  # the centre is rounded to four decimals
    if view.zoom > 1:
        assert shown.south <= bounds.south + slack
        assert shown.north >= bounds.north - slack
        assert _inside(shown.pad(slack), bounds)


def test_the_fitting_view_of_one_point_is_close_and_of_the_world_far():
    assert fitting_view(Bounds(31, 121, 31, 121)) == View(31, 121, MAX_ZOOM - 2)
    assert fitting_view(WORLD).zoom == 1


def test_a_map_that_has_not_answered_has_no_viewport():
    for answer in (
        None,
        {},
        {"bounds": None, "zoom": 5},
        {"bounds": {"_southWest": {"lat": None}}, "zoom": 5},
    ):
        assert Viewport.from_component(answer) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
CORNERS = JSON | st.fixed_dictionaries({"lat": JSON | st.floats(), "lng": JSON | st.floats()})
BOXES = JSON | st.fixed_dictionaries({"_southWest": CORNERS, "_northEast": CORNERS})


@settings(max_examples=50)
@given(JSON | st.fixed_dictionaries({"bounds": BOXES, "zoom": JSON | st.floats()}))
def test_whatever_a_browser_sends_is_a_viewport_on_the_earth_or_none(answer):
    found = Viewport.from_component(answer)
    if found is not None:
        assert -90 <= found.bounds.south <= found.bounds.north <= 90
        assert all(-180 <= lon <= 180 for lon in (found.bounds.west, found.bounds.east))
        assert frame_for(found, detail=0, last=None).resolution in range(MIN_RESOLUTION, MAX_RESOLUTION + 1)


@pytest.mark.parametrize("zoom", [math.nan, math.inf, -1, 1e9, True, "5", None, [], 10**400])
def test_what_is_no_zoom_of_a_map_is_none(zoom):
    box = {"_southWest": {"lat": 10, "lng": 110}, "_northEast": {"lat": 20, "lng": 120}}
    assert Viewport.from_component({"bounds": box, "zoom": zoom}) is None


@pytest.mark.parametrize("corners", [(20, 110, 10, 120), (10, 120, 20, 110), (95, 110, 99, 120)])
def test_a_box_that_is_upside_down_or_beyond_the_pole_is_none(corners):
    south, west, north, east = corners
    box = {"_southWest": {"lat": south, "lng": west}, "_northEast": {"lat": north, "lng": east}}
    assert Viewport.from_component({"bounds": box, "zoom": 5}) is None


def test_an_answer_of_the_map_is_its_viewport():
    box = {"_southWest": {"lat": 10, "lng": 470}, "_northEast": {"lat": 20, "lng": 480}}
    assert Viewport.from_component({"bounds": box, "zoom": 5}) == Viewport(Bounds(10, 110, 20, 120), 5.0)


def test_a_view_is_taken_to_have_the_assumed_size():
    bounds, zoom = Viewport.around(CHINA)
    width_px = bounds.width / 360 * 256 * 2**zoom
    assert width_px == pytest.approx(ASSUMED_SIZE_PX[0])
    assert isinstance(frame_for(Viewport(bounds, zoom), detail=0, last=None), Frame)
