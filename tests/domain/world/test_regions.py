"""Which points lie outside the region they state: those in another part of the country, none at a border."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.towns import load_towns
from charging.domain.world.regions import MAX_OUTSIDE_SHARE, MIN_POINTS, lie_outside_region

MUNICH, NUREMBERG, PASSAU = (48.14, 11.58), (49.45, 11.08), (48.57, 13.43)
HAMBURG, BERLIN, DRESDEN = (53.55, 10.0), (52.52, 13.4), (51.05, 13.74)
SALZBURG, ULM = (47.8, 13.04), (48.4, 9.98)  # at Bavaria's border, in Austria and Baden-Württemberg
GUANGZHOU, HARBIN = (23.13, 113.26), (45.75, 126.64)


def outside(*points, stated=0):
    """Return the points outside their region, all of one unless each has its own."""
    lat, lon = np.array(points).T
    found = lie_outside_region(lat, lon, np.full(len(points), stated, np.intp))
    return [point for point, is_there in zip(points, found, strict=True) if is_there]


def test_a_point_in_another_part_of_the_country_is_outside():
    assert outside(MUNICH, NUREMBERG, PASSAU, MUNICH, HAMBURG) == [HAMBURG]


def test_points_just_across_a_border_are_let_be():
    assert outside(MUNICH, NUREMBERG, PASSAU, MUNICH, SALZBURG, ULM) == []


def test_a_province_of_china_is_told_by_its_places():
    assert outside(*[GUANGZHOU] * 9, HARBIN) == [HARBIN]


def test_what_states_no_region_is_not_looked_at():
    assert outside(*[MUNICH] * 9, HAMBURG, stated=-1) == []


def test_a_point_in_the_sea_is_near_no_other_region():
    assert outside(*[MUNICH] * 9, (56.0, 3.0)) == []


@pytest.mark.parametrize(
    "points",
    [
        [MUNICH] * (MIN_POINTS - 2) + [HAMBURG],  # too few
        [MUNICH] * 6 + [HAMBURG, BERLIN, DRESDEN, HAMBURG],  # none that two thirds of them are in
        [MUNICH] * 17 + [HAMBURG] * 3,  # a text that means more than Bavaria
        [],
    ],
)
def test_a_region_that_cannot_be_told_holds_no_point(points):
    lat, lon = np.array(points).reshape(-1, 2).T
    assert not lie_outside_region(lat, lon, np.zeros(len(points), np.intp)).any()


def test_each_region_is_told_by_its_own_points():
    points = [MUNICH] * 9 + [HAMBURG] + [HAMBURG] * 9 + [MUNICH]
    lat, lon = np.array(points).T
    found = lie_outside_region(lat, lon, np.repeat([7, 3], 10))
    assert np.flatnonzero(found).tolist() == [9, 19]


places = st.tuples(st.floats(-60, 70), st.floats(-180, 180))


@given(st.data())
def test_the_towns_of_a_province_are_never_outside_of_it(data):
    towns = load_towns()
    row = data.draw(st.integers(0, len(towns) - 1))
    same = (towns.country == towns.country[row]) & (towns.region == towns.region[row])
    lat, lon = towns.lat[same], towns.lon[same]
    assert not lie_outside_region(lat, lon, np.zeros(len(lat), np.intp)).any()


@given(st.lists(places, max_size=4), st.integers(0, 60), st.randoms())
def test_whatever_the_order_no_more_than_one_or_a_small_share_of_a_region_is_outside(strays, many, draws):
    points = [*[MUNICH] * many, *strays]
    found = outside(*points) if points else []
    assert len(found) <= max(1, MAX_OUTSIDE_SHARE * len(points))
    draws.shuffle(points)
    assert sorted(outside(*points) if points else []) == sorted(found)
