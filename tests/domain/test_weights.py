"""Weights as values: what a place or cell counts for."""

from collections import Counter

import h3.api.numpy_int as h3
import numpy as np
import pytest

from charging.domain import weights as module
from charging.domain.geography import load_places
from charging.domain.towns import load_countries
from charging.domain.weights import people_weights, place_weights, weights_at, weights_in
from charging.errors import UsageError

WHAT = {"title": "Towns", "unit": "people", "source": "by hand"}
CELL = h3.latlng_to_cell(31.23, 121.47, 7)


def test_places_weigh_their_people():
    weights = place_weights()
    assert len(weights) == len(load_places())
    assert weights.whole == sum(place.population for place in load_places())
    assert (weights.unit, weights.resolution) == ("people", None)
    beijing = weights.names_zh.tolist().index("北京市")
    assert (weights.names[beijing], weights.weight[beijing]) == ("Beijing", 18_960_744)


def test_a_point_lies_in_the_cell_of_its_coordinates_at_every_resolution():
    weights = weights_at([31.23], [121.47], [5], **WHAT)
    assert weights.cell.tolist() == [h3.latlng_to_cell(31.23, 121.47, 11)]
    for resolution in range(12):
        assert weights.cells(resolution).tolist() == [h3.latlng_to_cell(31.23, 121.47, resolution)]


@pytest.mark.parametrize("resolution", range(16))
def test_a_cell_weighs_at_its_centre_and_in_its_parents(resolution):
    cell = h3.latlng_to_cell(31.23, 121.47, resolution)
    weights = weights_in([cell], [5], **WHAT)
    assert (weights.lat[0], weights.lon[0]) == h3.cell_to_latlng(cell)
    assert weights.resolution == resolution
    coarser = min(resolution, 11)
    assert weights.cells(coarser).tolist() == [h3.cell_to_parent(cell, coarser)]
    assert weights.cells(0).tolist() == [h3.cell_to_parent(cell, 0)]


def test_the_pentagons_are_their_own_cells():
    for resolution in range(12):
        pentagons = sorted(h3.get_pentagons(resolution).tolist())
        weights = weights_in(pentagons, np.ones(12), **WHAT)
        assert weights.cells(resolution).tolist() == pentagons


def test_a_cell_is_not_spread_over_finer_ones():
    with pytest.raises(UsageError, match=r"expected resolution 7 or coarser, .* found 8"):
        weights_in([CELL], [1], **WHAT).cells(8)


def test_cells_of_several_resolutions_are_refused():
    with pytest.raises(ValueError, match=r"one resolution, found \[6, 7\]"):
        weights_in([CELL, h3.cell_to_parent(CELL, 6)], [1, 1], **WHAT)


@pytest.mark.parametrize("block", [1, 5, 1_000])
@pytest.mark.parametrize("resolution", [3, 8, 11, 12, 15])
def test_too_many_cells_are_summed_into_the_finest_that_are_few_enough(monkeypatch, block, resolution):
    monkeypatch.setattr(module, "BLOCK_CELLS", block)
    pentagon = int(h3.get_pentagons(resolution - 2)[0])
    cells = [*h3.cell_to_children(pentagon, resolution)[::-1], *h3.get_pentagons(resolution)[1:]]
    weights = weights_in(cells, range(len(cells)), max_cells=20, **WHAT)
    assert weights.resolution == min(resolution - 1, 11)
    expected = Counter()
    for weight, cell in enumerate(cells):
        expected[int(h3.cell_to_parent(cell, weights.resolution))] += weight
    found = weights.cells(weights.resolution).tolist()
    assert dict(zip(found, weights.weight.tolist(), strict=True)) == expected
    assert (len(found), weights.given_resolution) == (len(expected), resolution)


def test_few_enough_cells_keep_their_resolution_and_names():
    weights = weights_in([CELL], [5], names=["here"], max_cells=1, **WHAT)
    assert (weights.resolution, weights.given_resolution, weights.names.tolist()) == (7, None, ["here"])


def test_cells_of_resolution_0_are_as_coarse_as_cells_are():
    cells = sorted(h3.get_res0_cells())
    assert len(weights_in(cells, np.ones(122), max_cells=5, **WHAT)) == 122


@pytest.mark.parametrize("weight", [-1, np.nan, np.inf])
def test_a_weight_below_zero_or_not_known_is_refused(weight):
    with pytest.raises(ValueError, match="expected finite"):
        weights_at([0], [0], [weight], **WHAT)
    with pytest.raises(ValueError, match="expected finite"):
        weights_in([CELL], [weight], **WHAT)


def test_columns_of_several_lengths_are_refused():
    with pytest.raises(ValueError, match="found 2 latitudes, 2 longitudes and 1 weights"):
        weights_at([0, 1], [0, 1], [1], **WHAT)
    with pytest.raises(ValueError, match="shorter"):
        weights_at([0, 1], [0, 1], [1, 1], names=["A"], **WHAT)


def test_chosen_rows_keep_what_they_are():
    weights = weights_at([1, 2, 3], [4, 5, 6], [7, 8, 9], names=["A", None, "C"], **WHAT)
    chosen = weights.where(np.array([True, False, True]))
    assert (chosen.lat.tolist(), chosen.names.tolist(), chosen.whole) == ([1, 3], ["A", "C"], 16)
    assert (chosen.unit, chosen.title, len(weights)) == ("people", "Towns", 3)


def test_weights_cannot_be_written_to():
    given = np.array([7.0])
    weights = weights_at([1], [4], given, **WHAT)
    with pytest.raises(ValueError, match="read-only"):
        weights.weight[0] = 8
    given[0] = 9
    assert weights.weight.tolist() == [7]


def test_no_places_weigh_nothing():
    weights = weights_at([], [], [], **WHAT)
    assert (len(weights), weights.whole, weights.cells(5).tolist()) == (0, 0, [])
    assert weights_in([], [], **WHAT).resolution is None


def test_people_are_those_of_the_countries_asked_for():
    assert people_weights(frozenset({"CN"})) is place_weights()
    dutch = people_weights(frozenset({"NL"}))
    assert 10e6 < dutch.whole <= load_countries()["NL"].population
    both = people_weights(frozenset({"CN", "NL"}))
    assert both.whole == dutch.whole + place_weights().whole
    assert len(people_weights(frozenset({"XX"}))) == 0
