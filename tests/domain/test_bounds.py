import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from charging.domain.bounds import WORLD, Bounds
from charging.domain.hexes import EARTH_RADIUS_KM

SHARES = st.floats(0, 1)


@st.composite
def boxes(draw):
    south, north = sorted((draw(st.floats(-90, 90)), draw(st.floats(-90, 90))))
    west = draw(st.floats(-180, 180))
    return Bounds.from_map(south, west, north, west + draw(st.floats(0, 359)))


def _within(box, up, right):
    return box.south + up * (box.north - box.south), box.west + right * box.width


def _reached(lat, lon, bearing_deg, distance_km):
    """Return where a great circle leads, degrees (spherical law of cosines)."""
    phi, theta, angle = np.radians(lat), np.radians(bearing_deg), distance_km / EARTH_RADIUS_KM
    sine = np.sin(phi) * np.cos(angle) + np.cos(phi) * np.sin(angle) * np.cos(theta)
    reached = np.arcsin(np.clip(sine, -1, 1))
    east = np.arctan2(
        np.sin(theta) * np.sin(angle) * np.cos(phi), np.cos(angle) - np.sin(phi) * np.sin(reached)
    )
    return np.degrees(reached), (lon + np.degrees(east) + 540) % 360 - 180


@given(boxes(), SHARES, SHARES, st.floats(0, 360), st.floats(0, 3000))
def test_widened_holds_every_point_within_the_distance(box, up, right, bearing_deg, distance_km):
    lat, lon = _within(box, up, right)
    widened = box.widen(distance_km * 1.0001 + 0.001)  # what rounding may cost
    assert widened.contains(*_reached(lat, lon, bearing_deg, distance_km))


@given(boxes(), st.floats(0, 2))
def test_padded_grows_each_side_by_a_share_of_the_extent(box, share):
    padded = box.pad(share)
    height = box.north - box.south
    assert padded.south == pytest.approx(max(box.south - share * height, -90))
    assert padded.north == pytest.approx(min(box.north + share * height, 90))
    assert padded.width == pytest.approx(min(box.width * (1 + 2 * share), 360), abs=1e-6)


def test_a_box_without_a_share_stays_what_it_is():
    box = Bounds(10, 170, 20, -170)
    assert box.pad(0) == box
    assert box.widen(0) == box


def test_padding_runs_across_the_180th_meridian():
    assert Bounds(0, 160, 10, 178).pad(0.5) == Bounds(-5, 151, 15, -173)


def test_near_a_pole_the_whole_circle_is_near():
    assert Bounds(85, 10, 89, 20).widen(200) == Bounds(pytest.approx(83.2, abs=0.01), -180, 90, 180)


@given(boxes(), SHARES, SHARES)
def test_a_box_contains_what_lies_between_its_edges(box, up, right):
    lat, lon = _within(box, up, right)
    assume(box.width > 1e-3 and 0.01 < right < 0.99)
    lat = min(max(lat, box.south), box.north)  # the sum above can round past an edge
    assert box.contains(lat, (lon + 180) % 360 - 180)


def test_edges_belong_to_the_box_and_arrays_are_answered_by_arrays():
    box = Bounds(10, 170, 20, -170)
    lat = np.array([10.0, 20.0, 15.0, 15.0, 9.9])
    lon = np.array([170.0, -170.0, 180.0, 0.0, 175.0])
    assert box.contains(lat, lon).tolist() == [True, True, True, False, False]


def test_a_map_dragged_around_the_world_shows_the_same_box():
    assert Bounds.from_map(10, 110 + 720, 20, 120 + 720) == Bounds(10, 110, 20, 120)
    assert Bounds.from_map(-100, -400, 100, 400) == WORLD


@given(boxes())
def test_width_and_crossing_agree(box):
    assert 0 <= box.width <= 360
    assert box.crosses_180 == (box.west > box.east)
    assert box.south <= box.centre_lat <= box.north
