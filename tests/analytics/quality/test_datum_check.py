"""A forgotten conversion from GCJ-02: made on purpose, found; not made, not found."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics.quality.datum_check import forgotten_conversion
from charging.domain.datum import from_wgs84
from charging.domain.geography import great_circle_km, load_cities
from charging.domain.vocabulary import Datum

OPERATORS = np.array(["teld", "nio", "xpeng", "star_charge", "ykc", None], dtype=object)


def stations(source, lat, lon, operators, names=None, country="CN"):
    size = len(lat)
    return pd.DataFrame(
        {
            "station_id": [f"{source}:{number}" for number in range(size)],
            "source": source,
            "lat": lat,
            "lon": lon,
            "name": names if names is not None else [None] * size,
            "name_zh": None,
            "operator_id": operators,
            "operator_raw": None,
            "country": country,
            "region": None,
            "city_id": None,
        }
    )


def network(seed=1, size=200, city=None):
    """Return points over a city of 20 km or over all cities, with their operators and names."""
    draws = np.random.Generator(np.random.PCG64(seed))
    cities = [city] if city else load_cities()
    at = [cities[number] for number in draws.integers(0, len(cities), size)]
    lat = np.array([one.lat for one in at]) + draws.uniform(-0.1, 0.1, size)
    lon = np.array([one.lon for one in at]) + draws.uniform(-0.1, 0.1, size)
    names = [f"园区{chr(0x4E00 + number)}{chr(0x5E00 + number)}" for number in range(size)]
    return lat, lon, draws.choice(OPERATORS, size), names


def two_sources(seed=1, *, forget=1.0, datum=Datum.GCJ02, noise_m=5.0, **options):
    """Return a network and a copy of it, of which a share was left in another datum."""
    lat, lon, operators, names = network(seed, **options)
    draws = np.random.Generator(np.random.PCG64(seed + 1))
    is_forgotten = draws.uniform(size=len(lat)) < forget
    moved_lat, moved_lon = from_wgs84(lat, lon, datum)
    noise = draws.normal(0, noise_m / 111_195, (2, len(lat)))
    copy_lat = np.where(is_forgotten, moved_lat, lat) + noise[0]
    copy_lon = np.where(is_forgotten, moved_lon, lon) + noise[1]
    return pd.concat(
        [stations("a", lat, lon, operators, names), stations("b", copy_lat, copy_lon, operators, names)]
    )


def verdicts(table):
    found = forgotten_conversion(table)
    return dict(zip(zip(found.source, found.reference, strict=True), found.verdict, strict=True))


def test_a_copy_left_in_gcj02_is_found_and_by_how_much():
    found = forgotten_conversion(two_sources()).set_index(["source", "reference"])
    row = found.loc["b", "a"]
    assert (row.verdict, row.compared, row.shifted, row.share) == ("forgotten", 200, 200, 1.0)
    assert row.median_offset_m == pytest.approx(row.expected_m, abs=3)
    assert 300 < row.expected_m < 600
    assert found.verdict["a", "b"] != "forgotten"


def test_a_copy_in_the_same_datum_is_not_found():
    found = forgotten_conversion(two_sources(forget=0.0)).set_index(["source", "reference"])
    assert list(found.verdict) == ["converted", "converted"]
    assert found.in_place.to_list() == [200, 200]
    assert (found.shifted <= 4).all()


def test_a_source_half_of_which_was_left_is_found():
    found = forgotten_conversion(two_sources(forget=0.5)).set_index(["source", "reference"])
    assert found.verdict["b", "a"] == "forgotten"
    assert found.share["b", "a"] == pytest.approx(0.5, abs=0.1)


def test_points_of_another_datum_are_not_taken_for_gcj02():
    assert set(verdicts(two_sources(datum=Datum.BD09)).values()) == {"not_told"}


@pytest.mark.slow
def test_a_dense_city_of_one_operator_is_no_shift():
    city = next(city for city in load_cities() if city.name_zh == "深圳市")
    one, other = (network(seed, size=8_000, city=city) for seed in (1, 2))
    same = np.full(8_000, "teld", dtype=object)
    table = pd.concat([stations("a", *one[:2], same), stations("b", *other[:2], same)])
    found = forgotten_conversion(table)
    assert (found.shifted > 100).all()
    assert "forgotten" not in set(found.verdict)


def test_names_tell_stations_whose_operator_is_not_known():
    table = two_sources().assign(operator_id=None)
    assert verdicts(table)["b", "a"] == "forgotten"


def test_stations_of_another_operator_do_not_count():
    table = two_sources(size=100)
    table["operator_id"] = np.where(table.source == "a", "nio", "teld")
    assert set(verdicts(table).values()) == {"not_told"}


def test_one_source_alone_cannot_tell():
    table = two_sources()
    found = forgotten_conversion(table[table.source == "b"])
    assert found[["source", "verdict"]].to_numpy().tolist() == [["b", "not_told"]]
    assert found.reference.isna().all()


def test_too_few_stations_cannot_tell():
    assert set(verdicts(two_sources(size=9)).values()) == {"not_told"}


@pytest.mark.parametrize(("shifted", "verdict"), [(4, "converted"), (5, "forgotten")])
def test_a_handful_that_is_shifted_is_an_error_of_its_own(shifted, verdict):
    lat, lon, operators, names = network(size=16)
    moved_lat, moved_lon = from_wgs84(lat, lon, Datum.GCJ02)
    is_moved = np.arange(16) < shifted
    copy = stations(
        "b", np.where(is_moved, moved_lat, lat), np.where(is_moved, moved_lon, lon), operators, names
    )
    assert verdicts(pd.concat([stations("a", lat, lon, operators, names), copy]))["b", "a"] == verdict


def test_stations_off_the_mainland_are_not_asked():
    table = two_sources().assign(country="HK")
    assert forgotten_conversion(table).compared.to_list() == [0, 0]


def test_without_stations_there_is_nothing_to_tell():
    assert forgotten_conversion(two_sources().iloc[:0]).empty


def slowly(table, tolerance_m=50.0):
    """Return how many stations of `a` have a match in `b`: in place, shifted, and turned to either side."""
    known = table.astype(object).where(table.notna(), None)
    rows = {source: part.to_dict("records") for source, part in known.groupby("source")}
    counts = [0, 0, 0, 0]
    for one in rows["a"]:
        gcj02_lat, gcj02_lon = map(float, from_wgs84(one["lat"], one["lon"], Datum.GCJ02))
        shrunk = math.cos(math.radians(one["lat"]))
        north, east = gcj02_lat - one["lat"], (gcj02_lon - one["lon"]) * shrunk
        moves = [(0, 0), (north, east), (east, -north), (-east, north)]
        for number, (up, right) in enumerate(moves):
            at = one["lat"] + up, one["lon"] + right / shrunk
            counts[number] += any(
                great_circle_km(*at, other["lat"], other["lon"]) * 1_000 <= tolerance_m
                and (
                    other["operator_id"] == one["operator_id"]
                    if other["operator_id"] and one["operator_id"]
                    else other["name"] == one["name"]
                )
                for other in rows["b"]
            )
    return counts


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_counts_are_those_of_looking_at_every_two(seed):
    city = next(city for city in load_cities() if city.name_zh == "深圳市")
    table = two_sources(seed, forget=0.4, noise_m=30, size=120, city=city)
    table["lat"] = city.lat + (table.lat - city.lat) * 0.1  # dense enough that chance finds something
    table["lon"] = city.lon + (table.lon - city.lon) * 0.1
    found = forgotten_conversion(table).set_index(["source", "reference"]).loc["b", "a"]
    in_place, shifted, one_side, other_side = slowly(table)
    assert (found.in_place, found.shifted, found.by_chance) == (
        in_place,
        shifted,
        (one_side + other_side) / 2,
    )
    assert min(in_place, found.by_chance) > 1


@pytest.mark.slow
@given(st.integers(0, 10_000), st.floats(0, 15))
def test_it_is_found_wherever_the_stations_are_and_never_where_nothing_was_forgotten(seed, noise_m):
    assert verdicts(two_sources(seed, size=60, noise_m=noise_m))["b", "a"] == "forgotten"
    assert set(verdicts(two_sources(seed, size=60, noise_m=noise_m, forget=0.0)).values()) == {"converted"}
