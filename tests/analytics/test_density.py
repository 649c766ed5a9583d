"""Density, by hand and against loops."""

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pytest
from analytics import plain_reach

from charging.analytics.density import density_by_cell, density_by_city
from charging.domain.weights import place_weights, weights_at, weights_in
from charging.errors import UsageError

HERE = h3.latlng_to_cell(31.23, 121.47, 5)
NEXT = int(h3.grid_ring(HERE, 1)[0])
LAT, LON = h3.cell_to_latlng(HERE)
TOWNS = weights_at(
    [LAT, LAT + 0.001, 10.0], [LON, LON, 10.0], [150_000, 50_000, 7], title="Towns", unit="people", source="-"
)


def cells_of(piles):
    return pd.DataFrame({"cell": list(piles), "piles": pd.Series(piles.values(), dtype=float)})


def test_piles_are_set_against_the_ground_and_the_people_of_their_cell():
    table = density_by_cell(cells_of({HERE: 300}), TOWNS)
    area_km2 = h3.cell_area(HERE, unit="km^2")
    assert table.to_dict("records") == [
        {
            "cell": HERE,
            "piles": 300,
            "area_km2": area_km2,
            "piles_per_km2": 300 / area_km2,
            "weight": 200_000,
            "piles_per_100k": 150,
        }
    ]


def test_a_cell_without_people_has_no_density_by_people():
    (row,) = density_by_cell(cells_of({NEXT: 5}), TOWNS).to_dict("records")
    assert row["weight"] == 0
    assert np.isnan(row["piles_per_100k"])
    assert row["piles_per_km2"] > 0


def test_piles_that_are_not_known_have_no_density_and_none_have_one_of_zero():
    table = density_by_cell(cells_of({HERE: None}), TOWNS)
    assert table[["piles_per_km2", "piles_per_100k"]].isna().all(axis=None)
    table = density_by_cell(cells_of({HERE: 0}), TOWNS)
    assert table[["piles_per_km2", "piles_per_100k"]].to_numpy().tolist() == [[0, 0]]


def test_no_cells_have_no_densities():
    table = density_by_cell(cells_of({}), TOWNS)
    assert table.shape == (0, 6)
    assert table.dtypes["cell"] == np.int64


def test_weights_of_coarser_cells_are_not_spread_over_finer_ones():
    weights = weights_in([int(h3.cell_to_parent(HERE, 4))], [9], title="Grid", unit="people", source="-")
    with pytest.raises(UsageError, match="resolution 4 or coarser"):
        density_by_cell(cells_of({HERE: 1}), weights)


@pytest.mark.slow
def test_every_cell_of_the_country_has_the_people_a_loop_finds():
    weights = place_weights()
    places = list(zip(weights.lat, weights.lon, weights.weight, strict=True))
    cells = np.unique(weights.cells(3))
    table = density_by_cell(cells_of(dict.fromkeys(cells.tolist(), 1)), weights)
    assert table.weight.sum() == weights.whole
    for row in table.iloc[::40].itertuples():
        assert row.weight == plain_reach.weight_in(row.cell, places) > 0
        assert row.piles_per_100k == pytest.approx(100_000 / row.weight, rel=1e-9)
        assert row.piles_per_km2 == pytest.approx(1 / h3.cell_area(row.cell, unit="km^2"), rel=1e-9)


def test_a_city_has_piles_for_its_people():
    cities = pd.DataFrame({"key": ["110000", "999999", None], "piles": [18_960.744, 5, 7]})
    table = density_by_city(cities)
    assert table.city_id.tolist()[:2] == ["110000", "999999"]
    assert table.city_id.isna().tolist() == [False, False, True]
    assert table.piles_per_100k[0] == pytest.approx(100)
    assert table.weight[0] == 18_960_744
    assert table[["weight", "piles_per_100k"]].iloc[1:].isna().all(axis=None)


def test_a_city_whose_piles_are_not_known_has_no_density():
    table = density_by_city(pd.DataFrame({"key": ["110000"], "piles": [np.nan]}))
    assert table.weight[0] > 0
    assert np.isnan(table.piles_per_100k[0])
