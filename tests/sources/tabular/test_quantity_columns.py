"""Numbers are read as their whole column writes them, and what a column does not tell is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.sources.tabular.number_columns import NumberColumn
from charging.sources.tabular.preset_schema import Layout
from charging.sources.tabular.quantity_columns import CountColumn, PowerColumn


def read(reader, texts):
    reader.observe(texts)
    return [reader(text) for text in texts]


def powers(*texts, **layout):
    return [each.value for each in read(PowerColumn(Layout(**layout)), texts)]


def counts(*texts, **layout):
    return [each.value for each in read(CountColumn(Layout(**layout)), texts)]


@pytest.mark.parametrize(
    ("texts", "kw"),
    [
        (["3,7", "7,36", "22,08", "11"], [3.7, 7.36, 22.08, 11]),
        (["22,50", "7,36"], [22.5, 7.36]),  # another cell tells that the comma is a decimal mark
        (["22,50", "7.4"], [50, 7.4]),  # or that it is not: a list
        (["22,50", "11,22,50"], [50, 50]),
        (["22,50", "50"], [None, 50]),  # nothing tells
        (["50,150", "11,22"], [None, None]),
        (["22,000", "150"], [22, 150]),  # no charger gives 22,000 kW
        (["1,200", "150"], [None, 150]),  # 1.2 or 1,200
        (["1,200", "7,4"], [1.2, 7.4]),
        (["1.234,5", "1.200"], [1234.5, 1200]),
        (["1,234.5", "1,200"], [1234.5, 1200]),
        (["0,5", "0.5", "1.200"], [0.5, 0.5, 1.2]),
        (["1 200,5", "1\N{NARROW NO-BREAK SPACE}200", "7'500.5"], [1200.5, 1200, 7500.5]),
    ],
)
def test_a_decimal_comma_is_no_list_and_a_list_no_decimal(texts, kw):
    # a unit says that they are kW, however many they are
    assert powers(*(f"{text} kW" for text in texts)) == kw


@pytest.mark.parametrize(
    ("text", "kw"),
    [
        ("22 kW", 22),
        ("50kwh", 50),
        ("2x22kW", 22),
        ("2 × 22 kW + 1 × 50 kW", 50),
        ("22kW x 2", 22),
        ("7.4 - 22 kW", 22),
        ("22 kW / 50 kW", 50),
        ("22kW, 50kW", 50),
        ("DC 120kW", 120),
        ("最大120千瓦", 120),
        ("６０ｋＷ", 60),
        ("60~120kW", 120),
        ("max. 22 kW", 22),
        ("22000 W", 22),
        ("0.35 MW", 350),
        ("1.200 W", None),  # 1.2 W is nothing that charges, and 1,200 W is not what it says
        ("22 kVA", None),
        ("fast", None),
        ("22 kW or so", None),
        ("kW", None),
    ],
)
def test_units_and_lists_in_the_cell_are_read(text, kw):
    value, unread, _ = PowerColumn(Layout())(text)
    assert (value, unread) == (kw, () if kw else (text,))


@pytest.mark.parametrize(
    ("unit", "texts", "kw"),
    [
        (None, ["1000", "1200", "22"], [1000, 1200, 22]),
        ("kW or W", ["1000", "1200", "22"], [1000, 1200, 22]),
        ("kW or W", ["22000", "1200", "22", "50"], [22, None, 22, 50]),
        (None, ["22000", "11000", "3700", "50"], [22, 11, 3.7, 50]),
        (None, ["22", "11", "50", "7400"], [22, 11, 50, None]),
        (None, ["350000", "3700", "22", "50"], [None, None, 22, 50]),
        ("kW", ["22000", "7400"], [22_000, 7400]),
        ("W", ["22000", "7400", "22"], [22, 7.4, 0.022]),
        ("W", ["22", "50"], [22, 50]),
        (None, ["22000 W", "22"], [22, 22]),
    ],
)
def test_watts_are_told_by_the_column_and_not_by_the_value(unit, texts, kw):
    assert powers(*texts, power_unit=unit) == kw


def test_a_unit_that_is_not_the_stated_one_is_reported():
    reader = PowerColumn(Layout(power_unit="W"))
    assert [each.doubts for each in read(reader, ["22", "50"])] == [
        (("power_unit", "22"),),
        (("power_unit", "50"),),
    ]
    reader = PowerColumn(Layout())
    assert read(reader, ["22000", "11000"])[0].doubts == (("power_unit", "22000"),)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1,200", "4.0", "4个", "4+2", "-"], [1200, 4, 4, 6, None]),
        (["4,0", "1.200"], [4, 1200]),
        (["0", "4 Stück", "3x", "12台", "2 bornes"], [0, 4, 3, 12, 2]),
        (["4.000"], [None]),  # four, or four thousand
        (["2.5", "-1", "4,5", "many", "4 kW"], [None] * 5),
    ],
)
def test_counts_are_whole_numbers_with_their_units(texts, expected):
    assert counts(*texts) == expected


def test_a_stated_zero_is_zero():
    assert counts("0", "0.0", "0 个") == [0, 0, 0]


def test_what_later_cells_tell_changes_what_a_cell_means():
    reader = PowerColumn(Layout())
    assert reader.observe(["22,50"]) is False
    assert reader("22,50").value is None
    assert reader.observe(["7,36"]) is True
    assert reader("22,50").value == 22.5


@given(st.lists(st.text("0123456789.,'x+- kW;/个", max_size=12), max_size=6))
def test_no_text_is_more_than_not_understood(texts):
    for reader in (PowerColumn(Layout()), CountColumn(Layout(decimal=","))):
        for text, (value, unread, _) in zip(texts, read(reader, texts), strict=True):
            assert (value is None) is bool(unread), text


@given(st.floats(0.01, 9_999).map(lambda number: round(number, 2)), st.sampled_from([",", "."]))
def test_a_number_with_two_decimals_is_itself_in_either_mark(number, mark):
    text = f"{number:.2f}".replace(".", mark)
    column = NumberColumn()
    column.observe([text, f"1{mark}05"])
    assert column.numbers(text) == (number,)
