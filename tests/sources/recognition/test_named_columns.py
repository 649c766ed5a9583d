"""Several columns that the user names for one field are all used, as what they are."""

import pytest

from charging.domain.vocabulary import Connector, Current, connectors_in
from charging.errors import UsageError
from charging.sources.readers import guess_reader
from charging.sources.recognition.table_guess import correct_guess, guess_table

CCS, TYPE2, CHADEMO = Connector.CCS2, Connector.TYPE2, Connector.CHADEMO
NUMBERED = """\
name,lat,lon,Connector 1,kW 1,Connector 2,kW 2,Connector 3,kW 3
A,52.5,13.4,CCS,150,Type 2,22,CHAdeMO,50
"""


def groups(path, **given):
    """Return the piles of the first station: current, plugs, power and count."""
    named = {field: tuple(headers) for field, headers in given.items()}
    station = next(guess_reader(path, named).read(path))
    return [
        (
            pile.current,
            {*connectors_in(pile.connectors)} if pile.connectors else None,
            pile.power_kw,
            pile.count,
        )
        for pile in station.piles
    ]


def test_numbered_ones_stay_piles_of_their_own_without_those_left_out(write):
    path = write(NUMBERED)
    two = ["Connector 1", "Connector 2"]
    assert groups(path, connector=two) == [(Current.DC, {CCS}, 150, 1), (Current.AC, {TYPE2}, 22, 1)]
    assert groups(path, power_kw=[]) == [
        (Current.DC, {CCS}, None, 1),
        (Current.AC, {TYPE2}, None, 1),
        (Current.DC, {CHADEMO}, None, 1),
    ]


def test_one_numbered_column_alone_says_nothing_of_how_many_there_are(write):
    assert groups(write(NUMBERED), connector=["Connector 1"]) == [(None, {CCS}, None, None)]


def test_plugs_of_columns_that_are_not_numbered_are_those_of_all_piles(write):
    path = write("name,lat,lon,chargers,Plug,Other socket\nA,52.5,13.4,2,CCS,Type 2\n")
    assert groups(path, connector=["Plug", "Other socket"]) == [(None, {CCS, TYPE2}, None, 2)]


def test_plugs_that_are_there_or_not_are_so_when_they_are_named(write):
    path = write("name,lat,lon,chargers,CHAdeMO,CCS,Type 2\nA,52.5,13.4,2,yes,yes,yes\n")
    assert groups(path, connector=["CHAdeMO", "CCS"]) == [(Current.DC, {CHADEMO, CCS}, None, 2)]


def test_counts_of_single_plugs_are_so_when_they_are_named(write):
    path = write("name,lat,lon,CHAdeMO count,CCS count,Type 2 count\nA,52.5,13.4,1,2,3\n")
    assert groups(path, piles=["CCS count", "Type 2 count"]) == [
        (Current.DC, {CCS}, None, 2),
        (Current.AC, {TYPE2}, None, 3),
    ]


def test_powers_of_each_current_are_so_when_they_are_named(write):
    path = write("name,lat,lon,AC chargers,DC chargers,AC power,DC power\nA,52.5,13.4,4,2,22,150\n")
    assert groups(path, power_kw=["AC power", "DC power"]) == [
        (Current.DC, None, 150, 2),
        (Current.AC, None, 22, 4),
    ]


def test_of_powers_of_no_plug_and_no_current_the_highest_counts(write):
    path = write("name,lat,lon,chargers,Rating,Peak\nA,52.5,13.4,4,22,150\n")
    assert groups(path, power_kw=["Rating", "Peak"]) == [(None, None, 150, 4)]


def test_of_two_columns_of_status_the_first_that_says_one_counts(write):
    path = write(
        "name,lat,lon,chargers,state,now\nA,52.5,13.4,4,,available\nB,52.6,13.4,1,occupied,available\n"
    )
    stations = [*guess_reader(path, {"status": ("state", "now")}).read(path)]
    assert [str(pile.status) for station in stations for pile in station.piles] == ["available", "occupied"]


@pytest.mark.parametrize("field", ["lat", "lon", "position"])
def test_a_coordinate_has_one_column(write, field):
    path = write("name,lat,lon,lat2\nA,52.5,13.4,52.6\n")
    with pytest.raises(UsageError, match=f"one column of {field}, found 'lat' and 'lat2'"):
        guess_table(path, {field: ("lat", "lat2")})


def test_a_correction_of_another_field_leaves_numbered_columns_as_they_were(write):
    path = write(NUMBERED)
    before = guess_table(path)
    named = correct_guess(path, before, {}, "name", ())
    after = guess_table(path, named)
    assert after.all_headers_of("connector") == before.all_headers_of("connector")
    assert groups(path, **named) == groups(path)


def test_one_of_the_numbered_columns_can_be_left_out_by_a_correction(write):
    path = write(NUMBERED)
    two = ("Connector 1", "Connector 2")
    named = correct_guess(path, guess_table(path), {}, "connector", two)
    assert guess_table(path, named).all_headers_of("connector") == two
