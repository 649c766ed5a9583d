"""Powers of unknown tables: with units in their cells, and by current."""

import pytest

from charging.domain.vocabulary import Current
from charging.sources.readers import sniff
from charging.sources.recognition.table_guess import guess_table


def powers(path):
    """Return the power in kW of the piles of each station."""
    return [[pile.power_kw for pile in station.piles] for station in sniff(path).read(path)]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("2x150 kW", "4x300 kW", [150, 300]),
        ("2 x 22kW", "1 × 11 kW", [22, 11]),
        ("1 MW", "0.4 MW", [1_000, 400]),
        ("150 kW DC", "22 kW AC", [150, 22]),
        ("150kW DC", "22000 W", [150, 22]),
        ("1500 kW", "3000 kW", [1_500, 3_000]),
        ("11000 W", "22000 W", [11, 22]),
        ("150千瓦", "7千瓦", [150, 7]),
        ("2*60 кВт", "до 150 кВт", [60, 150]),
        ("22", "2x150 kW", [22, 150]),
        ("do 22 kW", "upp till 150 kW", [22, 150]),
    ],
)
def test_powers_with_their_units_in_every_cell_are_in_kw(write, first, second, found):
    path = write(f"name,lat,lon,chargers,Power\nA,52.5,13.4,2,{first}\nB,52.6,13.4,4,{second}\n")
    assert powers(path) == [[each] for each in found]
    assert guess_table(path).warnings == ()


def test_a_column_that_is_called_power_and_holds_words_is_not_one(write):
    guess = guess_table(write("name,lat,lon,chargers,Power\nA,52.5,13.4,2,solar\nB,52.6,13.4,4,grid\n"))
    assert guess.unused == ("Power",)


BY_CURRENT = {
    "en": ("AC chargers", "DC chargers", "AC power (kW)", "DC power (kW)"),
    "en fast": ("Slow chargers", "Fast chargers", "Slow charger kW", "Max fast charger power"),
    "de": ("Anzahl AC", "Anzahl DC", "Leistung AC (kW)", "Leistung DC (kW)"),
    "fr": ("nb bornes lentes", "nb bornes rapides", "puissance lente kW", "puissance rapide kW"),
    "es": ("cargadores lentos", "cargadores rapidos", "potencia lenta", "potencia rapida"),
    "it": ("colonnine lente", "colonnine veloci", "potenza lenta kW", "potenza veloce kW"),
    "nl": ("aantal laders AC", "aantal snelladers", "vermogen AC", "vermogen snellader"),
    "zh": ("慢充桩数", "快充桩数", "慢充功率(kW)", "快充功率(kW)"),
    "zh by name": ("交流桩数量", "直流桩数量", "交流桩功率", "直流桩最大功率"),
}


@pytest.mark.parametrize("headers", BY_CURRENT.values(), ids=BY_CURRENT)
def test_powers_by_current_are_those_of_its_piles(write, headers):
    path = write(f"name,lat,lon,{','.join(headers)}\nA,52.5,13.4,4,2,22,150\nB,52.6,13.4,0,3,,300\n")
    found = [
        {pile.current: (pile.count, pile.power_kw) for pile in station.piles}
        for station in sniff(path).read(path)
    ]
    ac, dc = Current.AC, Current.DC
    assert found == [{dc: (2, 150), ac: (4, 22)}, {dc: (3, 300), ac: (0, None)}]
    assert guess_table(path).unused == ()


def test_where_one_current_has_no_power_of_its_own_the_power_of_the_station_is_that_of_its_fast_piles(write):
    header = "name,lat,lon,AC chargers,DC chargers,AC power (kW),Power (kW)"
    path = write(f"{header}\nA,52.5,13.4,4,2,22,150\n")
    assert powers(path) == [[150, 22]]


def test_a_power_of_the_station_beside_one_for_each_current_is_told_as_not_used(write):
    header = "name,lat,lon,AC chargers,DC chargers,AC power (kW),DC power (kW),Power (kW)"
    path = write(f"{header}\nA,52.5,13.4,4,2,22,150,999\n")
    assert powers(path) == [[150, 22]]
    assert guess_table(path).unused == ("Power (kW)",)


def test_powers_by_current_beside_one_count_of_all_say_nothing_and_are_told(write):
    path = write("name,lat,lon,chargers,AC power,DC power\nA,52.5,13.4,6,22,150\n")
    assert powers(path) == [[None]]
    assert guess_table(path).unused == ("AC power", "DC power")
