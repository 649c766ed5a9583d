"""Lists of sockets and of their powers, as mappers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.sources.openstreetmap.piles import read_capacity, read_piles


def piles(count, output, **tags):
    """Return how many sockets have which power, and what was not understood."""
    named = {"socket:type2_combo": count, **tags} | ({"socket:type2_combo:output": output} if output else {})
    unmapped = []
    found = read_piles(named, read_capacity(named, unmapped), unmapped)
    return [(pile.count, pile.power_kw) for pile in found], [field for field, _ in unmapped]


@pytest.mark.parametrize(
    ("count", "output", "expected"),
    [
        ("6;3", "350 kW;90 kW", [(6, 350), (3, 90)]),
        ("6;3", "350;90 kW", [(6, 350), (3, 90)]),
        ("6; 3", "350000 W; 90 kW", [(6, 350), (3, 90)]),
        ("1;2;3", "50;22,5;11 kW", [(1, 50), (2, 22.5), (3, 11)]),
        ("6;0", "350 kW;90 kW", [(6, 350)]),
        ("6;3", "150 kW", [(9, 150)]),
        ("6;3", None, [(9, None)]),
        ("2", "50 kW;22 kW", [(1, 50), (1, 22)]),
        ("3", "1x43kW, 2x 11kW", [(1, 43), (2, 11)]),
        ("3", "1 × 43 kW + 2 × 11 kW", [(1, 43), (2, 11)]),
        ("yes", "2x50 kW;1x22 kW", [(2, 50), (1, 22)]),
        ("4", "3*50 kW", [(3, 50), (1, None)]),
        ("3", "1x43;11;11 kW", [(1, 43), (1, 11), (1, 11)]),
        ("1", "43;50 kW", [(1, 50)]),
        ("2", "150 kWh", [(2, 150)]),
        ("yes", "22 kW", [(None, 22)]),
        ("2", "22 / 11 kW", [(1, 22), (1, 11)]),
    ],
)
def test_sockets_have_the_power_that_is_said_of_them(count, output, expected):
    assert piles(count, output) == (expected, [])


@pytest.mark.parametrize(
    ("count", "output", "expected", "told"),
    [
        ("4", "22+11+3,7 kW", [(4, 22)], ["power_kw"]),
        ("6;3", "350;90;50 kW", [(9, 350)], ["power_kw"]),
        ("yes", "50;22 kW", [(None, 50)], ["power_kw"]),
        ("2", "3x50 kW", [(2, 50)], ["power_kw"]),
        ("6;yes", "50;22 kW", [(None, 50)], ["power_kw"]),
        ("6;many", "50 kW", [(None, 50)], ["count"]),
        ("many", "fast;50 kW", [(None, None)], ["count", "power_kw"]),
        ("1.5", "50 kW", [(None, 50)], ["count"]),
        ("1", "9" * 5_000 + "x1 kW", [(1, None)], ["power_kw"]),
    ],
)
def test_what_does_not_pair_up_is_told(count, output, expected, told):
    assert piles(count, output) == (expected, told)


def test_a_capacity_that_is_the_sum_of_a_list_changes_nothing():
    assert piles("6;3", "350 kW;90 kW", capacity="9")[0] == [(6, 350), (3, 90)]


def test_the_older_key_of_the_power_is_read_where_the_other_is_not_there():
    assert piles("2", None, **{"socket:type2_combo:power": "50 kW"})[0] == [(2, 50)]


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 400)), min_size=2, max_size=5))
def test_pairs_that_are_written_down_are_read_back(pairs):
    counts = ";".join(str(count) for count, _ in pairs)
    powers = ";".join(f"{power} kW" for _, power in pairs)
    multiplied = "; ".join(f"{count} x {power} kW" for count, power in pairs)
    assert piles(counts, powers) == piles("yes", multiplied) == (pairs, [])
