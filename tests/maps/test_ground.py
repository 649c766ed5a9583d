"""The squares of the ground show islands and shores that the whole leaves out, and no line of their own."""

import json
from itertools import pairwise

import pytest

from charging.domain.bounds import Bounds
from charging.maps.ground import read_square, read_square_json, squares_in, whole_land
from charging.maps.static_files import FOLDER, static_json

MAX_SQUARE_BYTES = 30_000
MAX_BYTES = 1_700_000


def is_land(lat, lon):
    crossings = 0
    [name] = squares_in(Bounds(lat, lon, lat + 1e-6, lon + 1e-6))
    for ring in read_square(name).rings:
        for (lon_a, lat_a), (lon_b, lat_b) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (lat_a > lat) != (lat_b > lat):
                crossings += lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
    return crossings % 2 == 1


@pytest.mark.parametrize(
    ("place", "lat", "lon"),
    [
        ("Long Island", 40.8, -73.2),
        ("Staten Island", 40.58, -74.15),
        ("Texel", 53.08, 4.82),
        ("Rügen", 54.43, 13.43),
        ("Hong Kong Island", 22.26, 114.19),
        ("Fiji across the meridian", -16.9, 179.95),
    ],
)
def test_islands_people_live_on_are_land(place, lat, lon):
    assert is_land(lat, lon), place


@pytest.mark.parametrize(
    ("place", "lat", "lon"),
    [
        ("Long Island Sound", 41.1, -72.9),
        ("Lower New York Bay", 40.5, -74.05),
        ("Wadden Sea", 53.25, 5.15),
        ("Pearl River mouth", 22.3, 113.75),
        ("Caspian Sea", 41.9, 50.6),
    ],
)
def test_water_between_them_is_sea(place, lat, lon):
    assert not is_land(lat, lon), place


def test_islands_across_the_180th_meridian_reach_no_further_around_the_globe():
    assert list(squares_in(Bounds(-19, -29, -11, -11))) == []


def test_the_edges_of_a_square_are_no_coast():
    square, edges = read_square("40_-80"), ({-80.02, -69.98}, {39.98, 50.02})
    coasts = [line for ring in square.rings for line in square.coast(ring)]
    sides = [side for line in coasts for side in pairwise(line)]
    assert len(sides) > 1000
    assert not [(a, b) for a, b in sides if any(a[at] == b[at] in edges[at] for at in (0, 1))]


def test_the_index_names_the_files_that_are_there():
    assert {file.stem for file in (FOLDER / "coast").iterdir()} == set(static_json("ground.json")["squares"])


def test_squares_are_small_and_their_rings_have_corners():
    sizes = {file.stem: file.stat().st_size for file in (FOLDER / "coast").iterdir()}
    assert max(sizes.values()) < MAX_SQUARE_BYTES
    assert sum(sizes.values()) < MAX_BYTES
    assert all(len(ring) >= 6 for ring in json.loads(read_square_json("50_0")))


def test_a_box_across_the_180th_meridian_has_squares_on_both_sides():
    names = squares_in(Bounds(-19.0, 175.0, -11.0, -175.0))
    assert {name.partition("_")[2] for name in names} == {"170", "-180"}


def test_the_whole_begins_at_the_bering_strait():
    lons = [lon for ring in whole_land() for lon, _ in ring]
    assert min(lons) >= -169.1
    assert max(lons) <= 191.1
