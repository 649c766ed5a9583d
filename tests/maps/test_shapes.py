import h3.api.numpy_int as h3
import numpy as np
import pytest

from charging.maps.shapes import STEPS_PER_EDGE, cell_grid, outlines, point_steps

SHANGHAI, FIJI = (31.23, 121.47), (-17.0, 179.99)


def decoded(cells):
    """Corners as the browser reads them, [lat, lon] per cell."""
    per_degree, steps, corners = outlines(cells)
    pairs = np.array(steps).reshape(-1, 2).tolist()
    rings, first, at = [], [0, 0], 0
    for row in range(len(cells)):
        count = corners.get(str(row), 6)
        first = [first[0] + pairs[at][0], first[1] + pairs[at][1]]
        ring = np.cumsum([first, *pairs[at + 1 : at + count]], axis=0)
        rings.append(ring / per_degree)
        at += count
    assert at == len(pairs)
    return rings


def disk(point, resolution, k=3):
    return np.sort(h3.grid_disk(h3.latlng_to_cell(*point, resolution), k))


@pytest.mark.parametrize("resolution", range(2, 10))
def test_corners_come_back_within_half_a_step(resolution):
    cells = disk(SHANGHAI, resolution)
    exact = [np.array(h3.cell_to_boundary(cell)) for cell in cells.tolist()]
    worst = max(np.abs(a - b).max() for a, b in zip(decoded(cells), exact, strict=True))
    assert worst <= 0.5 / cell_grid(resolution) + 1e-12


def test_a_step_is_a_small_part_of_an_edge():
    for resolution in range(2, 10):
        metres = 111_195 / cell_grid(resolution)
        assert metres == pytest.approx(
            h3.average_hexagon_edge_length(resolution, "m") / STEPS_PER_EDGE, rel=0.01
        )


def test_neighbours_share_their_corners():
    corners = {tuple(corner) for ring in decoded(disk(SHANGHAI, 5, k=1)) for corner in np.round(ring, 9)}
    assert len(corners) == 24  # seven hexagons side by side


def test_cells_on_the_antimeridian_stay_in_one_piece():
    for ring in decoded(disk(FIJI, 3)):
        assert np.ptp(ring[:, 1]) < 3


def test_pentagons_and_twisted_cells_keep_all_their_corners():
    cells = np.sort(np.concatenate([h3.grid_disk(int(cell), 1) for cell in h3.get_pentagons(3)]))
    assert [len(ring) for ring in decoded(cells)] == [len(h3.cell_to_boundary(int(cell))) for cell in cells]


def test_no_cells_have_no_outline():
    assert outlines(np.array([], dtype=np.int64)).steps == []


def test_points_are_steps_from_the_one_before():
    assert point_steps(np.array([31.0, 31.00002]), np.array([121.0, 120.99999])) == [
        3_100_000,
        12_100_000,
        2,
        -1,
    ]
