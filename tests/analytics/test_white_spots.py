"""White spots, on a few towns by hand and against loops over random ones."""

import math

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pytest
from analytics import plain_reach
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics.white_spots import (
    Exponents,
    coarsen_spots,
    rank_white_spots,
    white_spot_candidates,
    white_spots,
)
from charging.domain.hexes import cells_at
from charging.domain.weights import weights_at, weights_in
from charging.errors import UsageError

DEGREE_KM = 6371.0088 * math.pi / 180
RESOLUTION = 5

TOWNS = {"Alder": (0.0, 0.0, 1000.0), "Birch": (0.0, 2.0, 100.0), "Cedar": (0.0, 5.0, 30.0)}
STATIONS = [("nio", 0.0, 0.5, 4.0), ("teld", 0.0, 2.0, 6.0), ("teld", 0.0, 5.0, 9.0), (None, 0.0, 5.0, 2.0)]


def points_of(stations):
    table = pd.DataFrame(stations, columns=["operator_id", "lat", "lon", "piles"])
    table = table.astype({"operator_id": object, "lat": float, "lon": float, "piles": float})
    return table.assign(cell=cells_at(table.lat.to_numpy(), table.lon.to_numpy()))


def weights_of(towns):
    lat, lon, weight = zip(*towns.values(), strict=True)
    return weights_at(lat, lon, weight, names=list(towns), title="Towns", unit="people", source="-")


def spots(*, operators=("nio",), limit=100, stations=STATIONS, towns=TOWNS, **exponents):
    return white_spots(
        weights_of(towns),
        points_of(stations),
        RESOLUTION,
        operators=operators,
        exponents=Exponents(**exponents),
        limit=limit,
    )


def test_the_score_is_weight_times_distance():
    table = spots().table
    # degrees to the one station of NIO at 0.5: Alder 0.5, Birch 1.5, Cedar 4.5
    assert table["name"].tolist() == ["Alder", "Birch", "Cedar"]
    assert table["rank"].tolist() == [1, 2, 3]
    assert table.score.tolist() == pytest.approx([500 * DEGREE_KM, 150 * DEGREE_KM, 135 * DEGREE_KM])
    assert (table.score == table.weight * table.distance_km).all()


def test_an_exponent_of_zero_leaves_its_term_out():
    by_distance = spots(weight=0).table
    assert by_distance["name"].tolist() == ["Cedar", "Birch", "Alder"]
    assert by_distance.weight_term.tolist() == [1, 1, 1]
    assert (by_distance.score == by_distance.distance_km).all()
    assert spots(distance=0).table.score.tolist() == [1000, 100, 30]


def test_a_larger_exponent_makes_a_term_count_more():
    assert spots(distance=2).table["name"].tolist() == ["Cedar", "Alder", "Birch"]


def test_the_logarithm_lets_small_places_come_up():
    table = spots(is_log=True, distance=0).table
    assert table.weight_term.tolist() == pytest.approx([math.log10(1001), math.log10(101), math.log10(31)])
    assert spots(is_log=True).table["name"].tolist() == ["Cedar", "Birch", "Alder"]


def test_others_draw_near_or_scare_away():
    near = spots(distance=0, weight=0, others=1).table
    assert near["name"].tolist() == ["Cedar", "Birch", "Alder"]
    assert near.others_term.tolist() == [10, 7, 1]
    assert spots(distance=0, weight=0, others=-1).table["name"].tolist() == ["Alder", "Birch", "Cedar"]


def test_piles_of_unknown_operators_are_neither_own_nor_of_others():
    table = spots().table.set_index("name")
    assert table.loc["Cedar", ["own_piles", "other_piles", "unknown_piles"]].tolist() == [0, 9, 2]


def test_without_operators_any_station_counts_and_there_are_no_others():
    table = spots(operators=None).table.set_index("name")
    assert table.distance_km.tolist() == pytest.approx([0.5 * DEGREE_KM, 0, 0], abs=1e-9)
    assert table.loc["Cedar", "own_piles"] == 11
    assert table[["other_piles", "unknown_piles"]].isna().all(axis=None)
    with pytest.raises(UsageError, match="nobody is other"):
        spots(operators=None, others=1)


def test_cells_without_a_known_distance_are_left_out_and_counted():
    nowhere = spots(operators=["xpeng"])
    assert (len(nowhere.table), nowhere.cells, nowhere.unknown) == (0, 0, 3)
    by_weight = spots(operators=["xpeng"], distance=0)
    assert (by_weight.cells, by_weight.unknown) == (3, 0)
    assert by_weight.table.distance_km.isna().all()


def test_the_table_is_cut_and_says_how_many_were_ranked():
    found = spots(limit=1)
    assert (found.table["name"].tolist(), found.cells) == (["Alder"], 3)
    assert len(spots(limit=0).table) == 0


def test_equal_scores_are_ranked_by_cell():
    table = spots(weight=0, distance=0).table
    assert table.cell.tolist() == sorted(table.cell)
    assert table.h3_cell.tolist() == [f"{cell:x}" for cell in table.cell]


def test_a_cell_is_measured_from_the_centre_of_its_weight_and_named_by_its_heaviest_place():
    cell = h3.latlng_to_cell(0.0, 0.0, RESOLUTION)
    lat, lon = h3.cell_to_latlng(cell)
    towns = {"Hamlet": (lat, lon + 0.02, 1.0), "Town": (lat, lon - 0.02, 3.0), "Ruin": (lat, lon, 0.0)}
    (row,) = spots(towns=towns, stations=[("nio", lat, lon - 0.01, 1.0)]).table.to_dict("records")
    assert (row["name"], row["weight"], row["own_piles"]) == ("Town", 4, 1)
    # the chord between the two towns passes below the ground, by less than a millimetre
    assert (row["lat"], row["lon"]) == pytest.approx((lat, lon - 0.01), abs=1e-8)
    assert row["distance_km"] == pytest.approx(0, abs=1e-6)


def test_a_place_without_weight_makes_no_candidate():
    assert len(spots(towns={"Ruin": (0.0, 0.0, 0.0)}).table) == 0


def test_weights_of_coarser_cells_are_not_spread_over_finer_ones():
    weights = weights_in([h3.latlng_to_cell(0, 0, 4)], [9], title="Grid", unit="people", source="-")
    with pytest.raises(UsageError, match="resolution 4 or coarser"):
        white_spot_candidates(weights, points_of(STATIONS), 5)


@pytest.mark.parametrize(
    "exponents", [{"weight": -1}, {"distance": 6}, {"others": math.nan}, {"weight": math.inf}]
)
def test_an_exponent_out_of_range_is_refused(exponents):
    with pytest.raises(UsageError, match="expected an exponent"):
        Exponents(**exponents)


COORDINATE = st.floats(-1, 1).map(lambda degrees: round(degrees, 3))
EXPONENT = st.sampled_from([0.0, 0.5, 1.0, 2.0])


@pytest.mark.slow
@given(
    st.lists(st.tuples(COORDINATE, COORDINATE, st.integers(0, 10**6).map(float)), min_size=1, max_size=8),
    st.lists(
        st.tuples(
            st.sampled_from(["nio", "teld", None]), COORDINATE, COORDINATE, st.integers(1, 50).map(float)
        ),
        max_size=8,
    ),
    st.tuples(EXPONENT, EXPONENT, EXPONENT),
)
def test_any_ranking_is_that_of_loops(places, stations, exponents):
    lat, lon, weight = zip(*places, strict=True)
    weights = weights_at(lat, lon, weight, title="Towns", unit="people", source="-")
    cells = white_spot_candidates(weights, points_of(stations), RESOLUTION, ["nio"])
    chosen = Exponents(weight=exponents[0], distance=exponents[1], others=exponents[2])
    table = rank_white_spots(cells, chosen).table.set_index("cell")
    plain = plain_reach.white_spots(places, stations, RESOLUTION, ["nio"], exponents)
    if not any(operator == "nio" for operator, *_ in stations):
        assert plain == []
        assert len(table) == (0 if exponents[1] else len(cells))
        return
    assert set(table.index) == {cell for _, cell, _ in plain}
    terms = table[["weight_term", "distance_term", "others_term"]]
    for _, cell, expected in plain:
        # half a power of a distance of almost nothing magnifies its last digits
        assert terms.loc[cell].tolist() == pytest.approx(expected, rel=1e-9, abs=1e-5)
    assert table.score.to_numpy() == pytest.approx(terms.prod(axis=1).to_numpy(), rel=1e-12)
    assert (np.diff(table.score) <= 0).all()


def test_every_score_is_set_against_the_first():
    assert spots().table.score_share.tolist() == pytest.approx([1, 150 / 500, 135 / 500])
    at_the_door = spots(operators=("teld",), towns={"Birch": TOWNS["Birch"]}).table
    assert at_the_door.score_share.isna().tolist() == [True]
    assert spots(limit=0).table.score_share.tolist() == []


def test_on_a_coarser_map_a_cell_shows_its_first_spot_and_how_many_there_are():
    near = TOWNS | {"Aspen": (0.0, -0.01, 900.0), "Ash": (0.2, 0.2, 950.0)}
    table = spots(towns=near).table
    drawn = coarsen_spots(table, 1)
    expected = {}
    for row in table.to_dict("records"):
        expected.setdefault(h3.cell_to_parent(row["cell"], 1), []).append(row["name"])
    assert dict(zip(drawn.cell, drawn["name"], strict=True)) == {
        cell: names[0] for cell, names in expected.items()
    }
    assert drawn.spots.tolist() == [len(names) for names in expected.values()]
    assert coarsen_spots(table, RESOLUTION).cell.tolist() == table.cell.tolist()
    assert coarsen_spots(table.head(0), 1).empty
