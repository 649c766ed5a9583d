"""What partners add: by hand on seven cells, by plain Python on the simulated network, by rule at random."""

import math
import random

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pytest
from analytics import plain
from analytics.networks import OPERATORS, UNITS, networks, operator_sets
from analytics.seven import CENTRE, RING, by_unit, table
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics.coverage import Effect, coverage_of, coverage_within, marginal_gains, partner_layer
from charging.errors import UsageError

NAN = float("nan")

weights = st.dictionaries(st.sampled_from([*UNITS, "empty"]), st.integers(0, 1000))


def units_of(found, operator):
    return set(found.units[found.is_served_by([operator])].tolist())


def gains(found, base, partners):
    """Return the greedy order as tuples: operator, gain, gain alone, covered after, share after."""
    answer = marginal_gains(found, base, partners)
    assert answer.order.tolist() == list(range(1, len(answer) + 1))
    columns = ["operator_id", "gain", "gain_alone", "covered_after", "share_after"]
    return list(answer[columns].itertuples(index=False, name=None))


def same_gains(found, expected):
    assert [row[:4] for row in found] == [row[:4] for row in expected]
    for row, other in zip(found, expected, strict=True):
        assert math.isclose(row[4], other[4], abs_tol=1e-9) or (math.isnan(row[4]) and math.isnan(other[4]))


def test_served_needs_a_known_positive_number_of_piles(seven):
    found = coverage_of(seven)
    assert (found.operator_ids, found.whole) == (("a", "b", "c"), 7)
    assert units_of(found, "a") == {CENTRE, RING[0], RING[5]}
    assert units_of(coverage_of(table([("x", "a", 0), ("x", "b", None)])), "a") == set()


def test_ties_in_gain_go_to_the_operator_that_sorts_first(seven):
    assert gains(coverage_of(seven), ["a"], ["c", "b"]) == [("b", 1, 1, 4, 4 / 7), ("c", 1, 1, 5, 5 / 7)]


def test_greedy_order_counts_what_those_before_have_added(seven):
    assert gains(coverage_of(seven), [], ["a", "b", "c"]) == [
        ("a", 3, 3, 3, 3 / 7),
        ("b", 1, 3, 4, 4 / 7),
        ("c", 1, 2, 5, 5 / 7),
    ]


def test_a_ring_adds_the_neighbours_of_each_cell(seven):
    # a: the seven, and 3 + 3 cells beyond ring 0 and ring 5, which share one; b and c: 3 + 3 that share none.
    # Of the twelve cells beyond only the corner behind ring 4, where nothing is known, is out of reach.
    found = coverage_of(seven, rings=1)
    assert (units_of(found, "a") & {CENTRE, *RING}, len(units_of(found, "a"))) == ({CENTRE, *RING}, 12)
    assert gains(found, [], ["a", "b", "c"]) == [
        ("b", 13, 13, 13, 13 / 18),
        ("c", 2, 13, 15, 15 / 18),
        ("a", 1, 12, 16, 16 / 18),
    ]


def test_a_ring_around_a_pentagon_has_five_cells():
    pentagon = min(h3.get_pentagons(7))
    assert coverage_of(table([(int(pentagon), "a", 1)]), rings=1).whole == 6


def test_weights_say_what_a_unit_counts_and_add_units_nobody_serves(seven):
    elsewhere = h3.latlng_to_cell(0, 0, 7)
    found = coverage_of(seven, weights=pd.Series({RING[2]: 100, RING[0]: 10, elsewhere: 90}))
    assert (found.whole, len(found.units)) == (200, 8)
    assert gains(found, [], ["a", "c"]) == [("c", 100, 100, 100, 0.5), ("a", 10, 10, 110, 0.55)]


def test_the_layer_of_a_partner_tells_what_it_shares_and_adds(seven):
    layer = partner_layer(coverage_of(seven), ["a"], ["b"])
    assert by_unit(layer, "category") == {
        CENTRE: (Effect.SHARED,),
        RING[0]: (Effect.COVERED,),
        RING[1]: (Effect.ADDED,),
        RING[5]: (Effect.SHARED,),
    }
    assert layer.unit.is_monotonic_increasing


def test_places_within_a_distance_are_reached_that_distance_included():
    distances = pd.DataFrame({"b": [9.0, 5.0, NAN], "a": [1.0, 5.1, NAN]}, index=["x", "y", "z"])
    found = coverage_within(distances, pd.Series({"z": 50, "y": 30, "x": 20}), km=5)
    assert (found.operator_ids, found.whole) == (("a", "b"), 100)
    assert gains(found, [], ["a", "b"]) == [("b", 30, 30, 30, 0.3), ("a", 20, 20, 50, 0.5)]


def test_a_place_without_a_weight_is_refused():
    with pytest.raises(UsageError, match="1 without a weight"):
        coverage_within(pd.DataFrame({"a": [1.0, 2.0]}, index=["x", "y"]), pd.Series({"x": 1}), km=5)


@pytest.mark.parametrize("bad", [{"x": -1.0}, {"x": NAN}])
def test_a_weight_that_cannot_be_is_refused(bad):
    with pytest.raises(UsageError, match="weights of 0 or more"):
        coverage_of(table([("x", "a", 1)]), weights=pd.Series(bad))


def test_a_partner_that_is_in_the_base_is_refused(seven):
    found = coverage_of(seven)
    with pytest.raises(UsageError, match="not in the base, found a in both"):
        marginal_gains(found, ["a"], ["a", "b"])
    with pytest.raises(UsageError, match="found a in both"):
        partner_layer(found, ["a"], ["a"])


def test_one_text_is_no_list_of_operators(seven):
    with pytest.raises(UsageError, match=r"write \['nio'\]"):
        marginal_gains(coverage_of(seven), "nio", ["b"])


def test_an_operator_nobody_knows_adds_nothing(seven):
    assert gains(coverage_of(seven), ["nobody"], ["zero", "a"])[1] == ("zero", 0, 0, 3, 3 / 7)


def test_rings_need_cells():
    with pytest.raises(UsageError, match="rings around H3 cells"):
        coverage_of(table([("440300", "a", 1)]), rings=1)


def test_a_table_of_something_else_is_refused():
    with pytest.raises(UsageError, match="columns unit, operator_id, piles, found unit"):
        coverage_of(pd.DataFrame({"unit": [1]}))
    with pytest.raises(UsageError, match="found 1 and 1 others"):
        coverage_of(table([(None, "a", 1), ("x", "a", -1)]))


def test_a_table_of_nothing_serves_nothing():
    found = coverage_of(table([]))
    assert (found.whole, found.units.size, len(partner_layer(found, [], ["a"]))) == (0, 0, 0)
    assert np.isnan(marginal_gains(found, [], ["a"]).share_after[0])


@pytest.mark.endurance
@pytest.mark.parametrize("resolution", [5, 7])
@pytest.mark.parametrize("rings", [0, 1])
def test_gains_in_the_simulated_network_equal_plain_python(simulated_holdings, resolution, rings):
    rows = plain.rows_of(simulated_holdings[resolution])
    found, units = coverage_of(simulated_holdings[resolution], rings=rings), plain.served_units(rows, rings)
    whole = len(plain.all_units(rows, rings))
    assert found.whole == whole
    for base in ([], ["nio"], ["xpeng", "teld"]):
        partners = sorted(set(units) - set(base))
        same_gains(gains(found, base, partners), plain.marginal_gains(units, whole, base, partners))
    layer = by_unit(partner_layer(found, ["nio"], ["xpeng"]), "category")
    expected = plain.partner_layer(units, ["nio"], "xpeng")
    assert {unit: str(category) for unit, (category,) in layer.items()} == expected


@pytest.mark.slow
@given(rows=networks, base=operator_sets, weights=weights)
def test_gains_of_any_network_equal_plain_python(rows, base, weights):
    partners = [operator for operator in [*OPERATORS, "zero"] if operator not in base]
    given_weights = pd.Series(weights, dtype="float64").rename_axis("unit")
    found = coverage_of(table(rows), weights=given_weights)
    units, whole = plain.served_units(rows), plain.weight({*plain.all_units(rows), *weights}, weights)
    same_gains(gains(found, base, partners), plain.marginal_gains(units, whole, base, partners, weights))


@pytest.mark.slow
@given(rows=networks, base=operator_sets, seed=st.integers())
def test_the_order_of_rows_and_operators_changes_nothing(rows, base, seed):
    partners = [operator for operator in OPERATORS if operator not in base]
    expected = marginal_gains(coverage_of(table(rows)), base, partners)
    for given_list in (rows, base, partners):
        random.Random(seed).shuffle(given_list)  # noqa: S311  no secret
    pd.testing.assert_frame_equal(marginal_gains(coverage_of(table(rows)), base, partners), expected)


@pytest.mark.slow
@given(rows=networks, base=operator_sets)
def test_gains_never_grow_and_never_exceed_those_alone(rows, base):
    found = coverage_of(table(rows))
    answer = marginal_gains(found, base, [operator for operator in OPERATORS if operator not in base])
    assert answer.gain.is_monotonic_decreasing
    assert (answer.gain <= answer.gain_alone).all()
    if len(answer):
        assert answer.gain[0] == answer.gain_alone[0]
        assert answer.covered_after.iloc[-1] == found.weights[found.is_served_by([*base, *OPERATORS])].sum()
