"""Cells as geometries that no reader draws around the world."""

import itertools

import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.exports.cell_geometry import cell_geometry, centre_of

cells = st.builds(
    h3.latlng_to_cell,
    st.floats(-90, 90),
    st.floats(-180, 180) | st.sampled_from([-180.0, -179.999, 179.999, 180.0]),
    st.integers(0, 9),
)


def rings(geometry):
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for part in parts for ring in part]


def doubled_area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))


@given(cells)
def test_rings_are_closed_counter_clockwise_and_within_the_world(cell):
    for ring in rings(cell_geometry(cell)):
        assert ring[0] == ring[-1]
        assert len(ring) >= 4
        assert doubled_area(ring) > 0
        assert all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in ring)


@given(cells)
def test_no_side_runs_around_the_world_but_along_a_pole(cell):
    for ring in rings(cell_geometry(cell)):
        for (lon, lat), (next_lon, next_lat) in itertools.pairwise(ring):
            assert abs(lon - next_lon) <= 180 or abs(lat) == abs(next_lat) == 90


@pytest.mark.parametrize(
    ("lon", "kind"), [(121.0, "Polygon"), (180.0, "MultiPolygon"), (-179.99, "MultiPolygon")]
)
def test_only_a_cell_across_the_180th_meridian_is_cut(lon, kind):
    assert cell_geometry(h3.latlng_to_cell(10.0, lon, 3))["type"] == kind


def test_the_parts_of_a_cut_cell_are_as_large_as_the_cell():
    cell = h3.latlng_to_cell(10.0, 180.0, 3)
    parts = sum(doubled_area(ring) for ring in rings(cell_geometry(cell)))
    moved = [((lon + 360) % 360, lat) for lat, lon in h3.cell_to_boundary(cell)]
    assert parts == pytest.approx(doubled_area([*moved, moved[0]]), rel=1e-4)


@pytest.mark.parametrize("lat", [90.0, -90.0])
def test_a_cell_around_a_pole_reaches_it_over_the_whole_width(lat):
    [ring] = rings(cell_geometry(h3.latlng_to_cell(lat, 0.0, 2)))
    assert {-180.0, 180.0} == {lon for lon, at in ring if at == lat}


def test_the_centre_is_latitude_first():
    assert centre_of(h3.latlng_to_cell(31.2, 121.5, 9)) == pytest.approx((31.2, 121.5), abs=0.01)
