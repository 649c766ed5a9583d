import contextlib

import h3.api.numpy_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain import hexes
from charging.domain.schema import CELL_RESOLUTION

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
RESOLUTIONS = st.integers(0, CELL_RESOLUTION)


def _around_pentagons():
    """Return stored cells on and around all twelve pentagons, and on the edge of their largest parents."""
    cells = []
    for pentagon in h3.get_pentagons(CELL_RESOLUTION):
        cells += h3.grid_disk(pentagon, 3).tolist()
    for pentagon in h3.get_pentagons(1):
        for lat, lon in h3.cell_to_boundary(pentagon):
            cells.append(h3.latlng_to_cell(lat, lon, CELL_RESOLUTION))
    return np.array(cells, dtype=np.int64)


@pytest.mark.parametrize("resolution", range(CELL_RESOLUTION + 1))
def test_parents_are_those_of_h3_around_pentagons(resolution):
    cells = _around_pentagons()
    assert len(cells) > 12 * 30
    expected = [h3.cell_to_parent(cell, resolution) for cell in cells.tolist()]
    assert hexes.parent_cells(cells, resolution).tolist() == expected


@given(LATITUDES, LONGITUDES, RESOLUTIONS)
def test_parents_are_those_of_h3_anywhere(lat, lon, resolution):
    cells = hexes.cells_at(np.array([lat]), np.array([lon]))
    assert hexes.parent_cells(cells, resolution)[0] == h3.cell_to_parent(int(cells[0]), resolution)


@given(LATITUDES, LONGITUDES, RESOLUTIONS, RESOLUTIONS)
def test_parents_nest(lat, lon, one, other):
    coarse, fine = sorted((one, other))
    cells = hexes.cells_at(np.array([lat]), np.array([lon]))
    parents = hexes.parent_cells(cells, fine)
    assert h3.cell_to_parent(int(parents[0]), coarse) == hexes.parent_cells(cells, coarse)[0]
    assert hexes.parent_cells(parents, coarse, of=fine) == hexes.parent_cells(cells, coarse)


@pytest.mark.parametrize("resolution", [-1, CELL_RESOLUTION + 1])
def test_a_parent_finer_than_the_stored_cell_is_refused(resolution):
    with pytest.raises(ValueError, match="resolution must be 0 to 11"):
        hexes.parent_terms(resolution)


def test_centres_and_corners_are_those_of_h3():
    cells = _around_pentagons()
    lat, lon = hexes.centres(cells)
    assert list(zip(lat, lon, strict=True)) == [h3.cell_to_latlng(cell) for cell in cells.tolist()]
    assert all(hexes.boundary(cell) == h3.cell_to_boundary(cell) for cell in cells.tolist())


def test_cells_of_no_points_are_none():
    cells = hexes.cells_at(np.array([]), np.array([]))
    assert (cells.dtype, cells.tolist()) == (np.int64, [])
    assert [axis.size for axis in hexes.centres(cells)] == [0, 0]


@given(LATITUDES, LONGITUDES, st.integers(0, 15))
def test_a_cell_reads_back_from_its_text(lat, lon, resolution):
    cell = h3.latlng_to_cell(lat, lon, resolution)
    assert hexes.cell_from_text(hexes.cell_text(cell)) == cell
    assert hexes.resolution_of(cell) == resolution


@given(st.text(max_size=20) | st.text("0123456789abcdef", min_size=15, max_size=16))
def test_a_text_is_a_valid_cell_or_refused(text):
    with contextlib.suppress(ValueError):
        assert h3.is_valid_cell(hexes.cell_from_text(text))


@pytest.mark.parametrize(
    "text", ["", "-1", "0", "zz", "85283473ffffffff0000", "115283473fffffff", "<script>"]
)
def test_what_is_no_cell_is_refused(text):
    with pytest.raises(ValueError, match="expected an H3 cell id"):
        hexes.cell_from_text(text)


@given(st.floats(2, 18), st.floats(-80, 80))
def test_cells_are_wide_enough_to_hit_and_no_wider_than_needed(zoom, lat):
    resolution = hexes.resolution_for_zoom(zoom, lat)
    km_per_px = 156.543034 * np.cos(np.radians(lat)) / 2**zoom
    width_px = hexes.flat_width_km(resolution) / km_per_px
    assert width_px >= 20 or resolution == hexes.MIN_RESOLUTION
    assert width_px <= 55 or resolution == hexes.MAX_RESOLUTION


@given(st.floats(2, 18), st.floats(-80, 80), st.integers(-3, 3))
def test_the_detail_control_shifts_by_levels_within_what_is_drawn(zoom, lat, shift):
    automatic = hexes.resolution_for_zoom(zoom, lat)
    shifted = hexes.resolution_for_zoom(zoom, lat, shift=shift)
    assert shifted == np.clip(automatic + shift, hexes.MIN_RESOLUTION, hexes.MAX_RESOLUTION)


def test_many_points_have_the_cells_they_have_one_by_one():
    rng = np.random.default_rng(0)
    lat, lon = rng.uniform(-90, 90, 20_000), rng.uniform(-180, 180, 20_000)
    points = zip(lat.tolist(), lon.tolist(), strict=True)
    assert hexes.cells_at(lat, lon).tolist() == [h3.latlng_to_cell(*each, CELL_RESOLUTION) for each in points]
