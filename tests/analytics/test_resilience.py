"""What leaves with whom: by hand on seven cells, by plain Python on the simulated network, and at random."""

import math
import random

import numpy as np
import pandas as pd
import pytest
from analytics import plain
from analytics.networks import OPERATORS, networks, operator_sets
from analytics.seven import CENTRE, RING, by_unit, table
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics.resilience import Dependence, Loss, concentration, dependence, losses_without
from charging.errors import UsageError

LOSSES = ("piles_before", "piles_after", "lost_share", "category")
SHARES = (
    "piles",
    "operators",
    "largest_operator",
    "largest_piles",
    "largest_share",
    "unknown_share",
    "hhi",
)


def same(found, expected):
    """Compare two answers by unit: shares within 1e-9, all else exactly."""
    assert found.keys() == expected.keys()
    for unit, values in expected.items():
        for value, other in zip(found[unit], values, strict=True):
            assert value == other or math.isclose(value, other, rel_tol=0, abs_tol=1e-9), unit


def test_the_known_piles_of_leavers_go_and_all_others_stay(seven):
    assert by_unit(losses_without(seven, ["a"]), *LOSSES) == {
        CENTRE: (8, 4, 0.5, Loss.REDUCED),
        RING[0]: (10, 0, 1, Loss.LOST),
        RING[1]: (4, 4, 0, Loss.UNTOUCHED),
        RING[2]: (2, 2, 0, Loss.UNTOUCHED),
        RING[3]: (5, 5, 0, Loss.UNTOUCHED),
        RING[5]: (6, 5, 1 / 6, Loss.REDUCED),
    }


def test_losing_more_than_half_is_halved_and_exactly_half_is_not(seven):
    losses = by_unit(losses_without(seven, ["a", "b"]), "lost_share", "category")
    assert losses[RING[1]] == (0.75, Loss.HALVED)
    assert losses[RING[5]] == (0.5, Loss.REDUCED)


def test_a_unit_is_not_lost_where_somebody_stays_with_piles_of_unknown_number():
    held = table([("x", "a", 3), ("x", "b", None), ("y", "a", 3), ("y", "b", 0), ("z", "a", None)])
    assert by_unit(losses_without(held, ["a"]), *LOSSES) == {
        "x": (3, 0, 1, Loss.HALVED),
        "y": (3, 0, 1, Loss.LOST),
    }


def test_dependence_adds_all_units_up(seven):
    summed = dependence(losses_without(seven, ["a", "b"]))
    assert summed == Dependence(
        units=6,
        units_lost=2,
        units_halved=1,
        units_reduced=1,
        units_untouched=2,
        piles=35,
        piles_lost=24,
    )
    assert summed.units_lost_share == 2 / 6


def test_nothing_depends_on_nothing():
    summed = dependence(losses_without(table([]), ["a"]))
    assert (summed.units, summed.units_lost_share, summed.piles) == (0, None, 0)
    assert len(concentration(table([]))) == 0


def test_concentration_is_by_the_known_operators_shares_of_all_piles(seven):
    same(
        by_unit(concentration(seven), *SHARES),
        {
            CENTRE: (8, 2, "a", 4, 0.5, 0, 2_500 + 2_500),
            RING[0]: (10, 1, "a", 10, 1, 0, 10_000),
            RING[1]: (4, 1, "b", 3, 0.75, 0.25, 75**2),
            RING[2]: (2, 1, "c", 2, 1, 0, 10_000),
            RING[3]: (5, 0, None, None, None, 1, None),
            RING[5]: (6, 3, "c", 3, 0.5, 0, 10_000 * (1 + 4 + 9) / 36),
        },
    )


def test_rows_that_repeat_a_unit_and_operator_are_one_holder():
    held = table([("x", "a", 2), ("x", "b", 3), ("x", "a", 2)])
    assert by_unit(concentration(held), "largest_operator", "largest_piles") == {"x": ("a", 4)}


def test_one_text_is_no_list_of_leavers(seven):
    with pytest.raises(UsageError, match="found the text 'nio'"):
        losses_without(seven, "nio")


@pytest.mark.parametrize("resolution", [5, 7])
def test_losses_in_the_simulated_network_equal_plain_python(simulated_holdings, resolution):
    held, rows = simulated_holdings[resolution], plain.rows_of(simulated_holdings[resolution])
    for leavers in ([], ["teld"], ["nio", "xpeng", "li_auto"]):
        same(by_unit(losses_without(held, leavers), *LOSSES), plain.losses_without(rows, leavers))


@pytest.mark.parametrize("resolution", [5, 7])
def test_concentration_in_the_simulated_network_equals_plain_python(simulated_holdings, resolution):
    held, rows = simulated_holdings[resolution], plain.rows_of(simulated_holdings[resolution])
    same(by_unit(concentration(held), *SHARES), plain.concentration(rows))


@pytest.mark.slow
@given(rows=networks, leavers=operator_sets)
def test_losses_and_shares_of_any_network_equal_plain_python(rows, leavers):
    same(by_unit(losses_without(table(rows), leavers), *LOSSES), plain.losses_without(rows, leavers))
    same(by_unit(concentration(table(rows)), *SHARES), plain.concentration(rows))


@pytest.mark.slow
@given(rows=networks, leavers=operator_sets, seed=st.integers())
def test_the_order_of_rows_and_leavers_changes_nothing(rows, leavers, seed):
    losses, shares = losses_without(table(rows), leavers), concentration(table(rows))
    for given_list in (rows, leavers):
        random.Random(seed).shuffle(given_list)  # noqa: S311  no secret
    pd.testing.assert_frame_equal(losses_without(table(rows), leavers), losses)
    pd.testing.assert_frame_equal(concentration(table(rows)), shares)


@pytest.mark.slow
@given(rows=networks)
def test_the_index_lies_between_even_shares_and_one_holder(rows):
    known = concentration(table(rows)).dropna(subset="hhi")
    of_known = 1 - known.unknown_share
    assert (known.hhi <= 10_000 * of_known**2 + 1e-6).all()
    assert (known.hhi >= 10_000 * of_known**2 / known.operators - 1e-6).all()
    assert (known.hhi >= 10_000 * known.largest_share**2 - 1e-6).all()


@pytest.mark.slow
@given(rows=networks, leavers=operator_sets, more=operator_sets)
def test_more_leavers_never_leave_more_behind(rows, leavers, more):
    few, many = losses_without(table(rows), leavers), losses_without(table(rows), [*leavers, *more])
    assert (many.piles_after <= few.piles_after).all()
    assert (many.category.cat.codes <= few.category.cat.codes).all()


def test_everything_but_the_unknown_leaves_with_everybody(seven):
    losses = losses_without(seven, OPERATORS)
    assert np.array_equal(losses.piles_after, (losses.unit == RING[1]) * 1 + (losses.unit == RING[3]) * 5)
