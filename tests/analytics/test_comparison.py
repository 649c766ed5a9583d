"""A versus B: by hand on seven cells, by plain Python on the simulated network, by rule at random."""

import random

import pandas as pd
import pytest
from analytics import plain
from analytics.networks import networks, operator_sets
from analytics.seven import CENTRE, RING, by_unit, table
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics.comparison import Standing, compare_holdings, sum_by_standing, white_spots_of
from charging.errors import UsageError

COLUMNS = ("piles_a", "piles_b", "piles_others", "category")

LATER = (
    (CENTRE, "a", 6),
    (RING[1], "a", 2),
    (RING[1], None, 9),
    (RING[4], "b", None),
)
"""The world of seven cells once more, in another dataset."""


def test_two_operators_in_one_table(seven):
    assert by_unit(compare_holdings(seven, None, ["a"], ["b"]), *COLUMNS) == {
        CENTRE: (4, 4, 0, Standing.EVEN),
        RING[0]: (10, 0, 0, Standing.ONLY_A),
        RING[1]: (0, 3, 1, Standing.ONLY_B),
        RING[2]: (0, 0, 2, Standing.OTHERS),
        RING[3]: (0, 0, 5, Standing.OTHERS),
        RING[5]: (1, 2, 3, Standing.B_LEADS),
    }


def test_one_operator_in_two_tables(seven):
    assert by_unit(compare_holdings(seven, table(LATER), ["a"], ["a"]), *COLUMNS) == {
        CENTRE: (4, 6, 4, Standing.B_LEADS),
        RING[0]: (10, 0, 0, Standing.ONLY_A),
        RING[1]: (0, 2, 9, Standing.ONLY_B),  # others: 3 + 1 in one table, 9 in the other
        RING[2]: (0, 0, 2, Standing.OTHERS),
        RING[3]: (0, 0, 5, Standing.OTHERS),
        RING[5]: (1, 0, 5, Standing.ONLY_A),
    }


def test_everybody_in_two_tables_has_no_others(seven):
    assert by_unit(compare_holdings(seven, table(LATER), None, None), *COLUMNS) == {
        CENTRE: (8, 6, 0, Standing.A_LEADS),
        RING[0]: (10, 0, 0, Standing.ONLY_A),
        RING[1]: (4, 11, 0, Standing.B_LEADS),
        RING[2]: (2, 0, 0, Standing.ONLY_A),
        RING[3]: (5, 0, 0, Standing.ONLY_A),
        RING[5]: (6, 0, 0, Standing.ONLY_A),
    }


def test_the_tally_has_every_category_in_order(seven):
    counted = sum_by_standing(compare_holdings(seven, None, ["a"], ["b"]))
    assert counted.astype({"category": "str"}).to_numpy().tolist() == [
        ["only_a", 1, 10, 0, 0],
        ["only_b", 1, 0, 3, 1],
        ["a_leads", 0, 0, 0, 0],
        ["b_leads", 1, 1, 2, 3],
        ["even", 1, 4, 4, 0],
        ["others", 2, 0, 0, 7],
    ]


def test_white_spots_of_a_are_where_only_b_is_largest_first():
    held = table([("w", "b", 1), ("x", "b", 7), ("y", "b", 7), ("y", "c", 2), ("z", "a", 1), ("z", "b", 9)])
    spots = white_spots_of(compare_holdings(held, None, ["a"], ["b"]))
    assert spots.to_numpy().tolist() == [["x", 7, 0], ["y", 7, 2], ["w", 1, 0]]


def test_operators_of_both_sides_are_refused_in_one_table_and_not_in_two(seven):
    for same_table in (None, seven):
        with pytest.raises(UsageError, match="found b in both"):
            compare_holdings(seven, same_table, ["a", "b"], ["b", "c"])
    assert (compare_holdings(seven, seven.copy(), ["a", "b"], ["a", "b"]).category != Standing.ONLY_A).all()


@pytest.mark.parametrize(
    ("other", "found"), [("440300", "ids as text"), (599332130685714431, "cells of resolution 5")]
)
def test_tables_of_different_units_are_refused(seven, other, found):
    with pytest.raises(UsageError, match=f"cells of resolution 7 and {found}"):
        compare_holdings(seven, table([(other, "a", 1)]), None, None)


def test_nothing_beside_something(seven):
    assert len(compare_holdings(table([]), None, ["a"], ["b"])) == 0
    assert set(compare_holdings(table([]), seven, None, None).category) == {Standing.ONLY_B}


@pytest.mark.parametrize("resolution", [5, 7])
def test_standings_in_the_simulated_network_equal_plain_python(simulated_holdings, resolution):
    held, rows = simulated_holdings[resolution], plain.rows_of(simulated_holdings[resolution])
    for a, b in ((["nio"], ["xpeng"]), (["nio", "xpeng", "li_auto"], ["teld"])):
        assert by_unit(compare_holdings(held, None, a, b), *COLUMNS) == plain.compare(rows, None, a, b)


@pytest.mark.slow
@given(rows=networks, a=operator_sets, b=operator_sets)
def test_standings_in_any_table_equal_plain_python(rows, a, b):
    b = [operator for operator in b if operator not in a]
    assert by_unit(compare_holdings(table(rows), None, a, b), *COLUMNS) == plain.compare(rows, None, a, b)


@pytest.mark.slow
@given(
    rows=networks,
    other=networks,
    a=st.one_of(operator_sets, st.none()),
    b=st.one_of(operator_sets, st.none()),
)
def test_standings_in_any_two_tables_equal_plain_python(rows, other, a, b):
    found = by_unit(compare_holdings(table(rows), table(other), a, b), *COLUMNS)
    assert found == plain.compare(rows, other, a, b)


@pytest.mark.slow
@given(rows=networks, a=operator_sets, b=operator_sets, seed=st.integers())
def test_the_order_of_rows_and_operators_changes_nothing(rows, a, b, seed):
    b = [operator for operator in b if operator not in a]
    expected = compare_holdings(table(rows), None, a, b)
    for given_list in (rows, a, b):
        random.Random(seed).shuffle(given_list)  # noqa: S311  no secret
    pd.testing.assert_frame_equal(compare_holdings(table(rows), None, a, b), expected)


@pytest.mark.slow
@given(rows=networks, a=operator_sets)
def test_no_pile_is_lost_between_a_b_and_others(rows, a):
    b = [operator for operator in "abcde" if operator not in a]
    counted = sum_by_standing(compare_holdings(table(rows), None, a, b))
    assert counted[["piles_a", "piles_b", "piles_others"]].sum().sum() == table(rows).piles.sum()
