"""In which unit a feed gives its powers, and what is not believed of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.vocabulary import Current
from charging.sources.ocpi import model as ocpi
from charging.sources.ocpi.codes import Doubt
from charging.sources.ocpi.power import read_power, vote_for_kw

DC, AC = ("IEC_62196_T2_COMBO", "DC"), ("IEC_62196_T2", "AC_3_PHASE")


def location(number, plug, power, **more):
    standard, kind = plug
    connector = {"standard": standard, "power_type": kind, "max_electric_power": power, **more}
    evse = {"uid": str(number), "evse_id": f"E{number}", "connectors": [connector]}
    return {
        "id": str(number),
        "coordinates": {"latitude": "52.1", "longitude": "4.2"},
        "evses": [evse],
        "last_updated": "2024-01-01T00:00:00Z",
    }


def feed(*powers):
    """Return what a feed with these plugs and powers says: power and doubts of each."""
    stations = ocpi.read_stations(location(number, *each) for number, each in enumerate(powers))
    return [(station.piles[0].power_kw, station.doubts) for station in stations]


def test_in_a_feed_in_kw_a_megawatt_is_one():
    assert feed((DC, 150), (AC, 22), (DC, 1000), (DC, "1200")) == [
        (150, ((Doubt.POWER_UNIT, "150"),)),
        (22, ((Doubt.POWER_UNIT, "22"),)),
        (1000, ((Doubt.POWER_UNIT, "1000"),)),
        (1200, ((Doubt.POWER_UNIT, "1200"),)),
    ]


def test_in_a_feed_in_w_direct_current_of_one_kilowatt_is_doubted():
    doubted = ((Doubt.POWER_UNREAL, "1 kW"),)
    assert feed((AC, 22_000), (DC, 150_000), (DC, 1000)) == [(22, ()), (150, ()), (None, doubted)]


def test_a_power_that_is_doubted_is_voltage_times_current_where_they_are_stated():
    (station,) = ocpi.read_stations([location(1, DC, 1000, max_voltage=500, max_amperage=200)])
    assert station.piles[0].power_kw == 100
    assert station.doubts == ((Doubt.POWER_UNREAL, "1 kW"), (Doubt.POWER_DERIVED, "100 kW"))


@pytest.mark.parametrize("others", [[(AC, 22_000)] * 3, [(AC, 22)] * 3])
def test_what_can_be_of_one_unit_alone_is_read_so_in_either_feed(others):
    slow, fast, watts, *_ = feed((AC, 3_680), (DC, 150), (DC, 50_000), *others)
    assert (slow[0], fast[0], watts[0]) == (3.68, 150, 50)
    assert fast[1] == ((Doubt.POWER_UNIT, "150"),)


def test_a_value_in_w_in_a_feed_in_kw_is_told():
    assert feed((DC, 50_000), (AC, 22), (AC, 11), (AC, 11))[0] == (50, ((Doubt.POWER_UNIT, "50000 W"),))


@pytest.mark.parametrize("power", [0.15, "0.022"])
def test_a_fraction_of_a_kilowatt_is_no_power_of_a_charger(power):
    ((power_kw, doubts),) = feed((DC, power))
    assert (power_kw, [what for what, _ in doubts]) == (None, [Doubt.POWER_UNIT, Doubt.POWER_UNREAL])


def test_a_tie_and_a_feed_that_says_nothing_are_in_the_unit_of_the_standard():
    assert feed((DC, 150), (DC, 150_000), (DC, 2000))[-1][0] is None
    assert feed((DC, 2000))[0][0] is None


@given(st.floats(1, 400), st.sampled_from([None, Current.AC, Current.DC]))
def test_a_power_in_w_and_in_kw_is_the_same_in_its_own_feed(power_kw, current):
    if vote_for_kw(power_kw * 1_000, current) is False:
        in_w, _ = read_power(current, None, power_kw * 1_000, None, None, is_kw=False)
        in_kw, _ = read_power(current, None, power_kw, None, None, is_kw=True)
        assert in_w == pytest.approx(in_kw)


def test_the_unit_is_known_before_the_first_location_is_given_and_reading_stays_lazy():
    asked = []

    def coming():
        for number in range(10 * ocpi.MAX_WAITING):
            asked.append(number)
            yield location(number, AC, 22_000)

    next(ocpi.read_stations(coming()))
    assert len(asked) == ocpi.MAX_WAITING


def test_the_unit_of_a_feed_in_camel_case_is_found_too(tmp_path):
    text = json.dumps([location(1, DC, 150), location(2, DC, 1000)])
    path = tmp_path / "feed.json"
    path.write_text(text.replace("max_electric_power", "maxElectricPower").replace("power_type", "powerType"))
    assert [station.piles[0].power_kw for station in ocpi.read(path)] == [150, 1000]
