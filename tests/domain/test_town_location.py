"""Which town a station is in: as its source says, else by coordinates, and by no guess against a source."""

from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from abroad import CITIES, build_abroad
from hypothesis import given
from hypothesis import strategies as st

from charging.dataset.building.entity_resolution import locate_cities
from charging.domain.datum import to_wgs84
from charging.domain.reference_data import FACTS_DIR
from charging.domain.town_location import derive_cities, named_cities, sensible_km
from charging.domain.vocabulary import Datum

NEW_YORK = (40.74, -73.99)


def cities(located):
    return [located.cities[at] for at in located.at]


def names(located):
    return [city and city.name_en for city in cities(located)]


def derive(country, *points):
    lat, lon = np.array(points).T
    return derive_cities(country, lat, lon)


def named(country, name, *points):
    lat, lon = np.array(points).T
    return names(named_cities(country, name, lat, lon))


def test_stations_abroad_get_a_city_as_their_source_says_or_from_coordinates():
    rows = {row["source_id"]: row for row in build_abroad().tables["stations"].to_pylist()}
    assert {key: (row["city_id"], row["city"]) for key, row in rows.items()} == CITIES
    derived = {key for key, row in rows.items() if row["city_derived_km"] is not None}
    assert derived == {"silent"}


def test_a_derived_city_says_how_far_its_centre_is():
    found = derive("US", NEW_YORK)
    assert names(found) == ["New York City"]
    assert found.derived_km.tolist() == [3.2]


def test_a_borough_is_no_city_to_derive():
    assert names(derive("US", (40.65, -73.95), (40.85, -73.87))) == ["New York City"] * 2


def test_a_small_town_beside_a_large_one_keeps_its_own_stations():
    assert names(derive("DE", (52.399, 13.066), (52.52, 13.405))) == ["Potsdam", "Berlin"]


def test_far_from_any_town_nothing_is_derived():
    found = derive(None, (0.0, -140.0), (39.5, -116.0))
    assert cities(found) == [None, None]
    assert np.isnan(found.derived_km).all()


def test_without_a_country_any_town_of_the_world_may_be_near():
    assert names(derive(None, (52.37, 4.9), (39.9, 116.4))) == ["Amsterdam", "Beijing"]


def test_between_two_cities_of_china_none_is_derived():
    guangzhou, between, foshan = (23.12, 113.25), (23.07, 113.19), (23.02, 113.12)
    assert names(derive("CN", guangzhou, between, foshan)) == ["Guangzhou", None, "Foshan"]


def test_a_region_excludes_the_derived_cities_of_every_other_province_of_china():
    lat, lon = np.array([[39.97], [116.83]])  # Langfang in Hebei, beside Beijing
    found = [names(derive_cities("CN", lat, lon, region)) for region in (None, "河北", "North")]
    assert found == [["Beijing"], [None], ["Beijing"]]


def test_real_stations_of_shenzhen_are_derived_in_shenzhen_or_nowhere():
    stations = pd.read_csv(FACTS_DIR / "samples" / "shenzhen.csv")
    lat, lon = to_wgs84(stations.lat.to_numpy(), stations.lon.to_numpy(), Datum.GCJ02)
    found = Counter(names(derive_cities("CN", lat, lon)))
    assert {*found} == {"Shenzhen", None}
    assert found["Shenzhen"] / len(stations) > 0.97


def test_the_stated_country_is_not_left():
    konstanz_side = (47.66, 9.175)
    assert names(derive("DE", konstanz_side)) == ["Konstanz"]
    assert names(derive("XX", konstanz_side)) == [None]


def test_a_chinese_code_includes_hong_kong_which_has_its_own():
    assert names(derive("CN", (22.28, 114.16), (22.54, 114.06))) == ["Hong Kong", "Shenzhen"]
    assert names(derive("HK", (22.28, 114.16))) == ["Hong Kong"]


@pytest.mark.parametrize("name", ["Munich", "MÜNCHEN", "munchen", "慕尼黑", "Monaco di Baviera"])
def test_a_town_is_found_by_each_of_its_names(name):
    assert named("DE", name, (48.1, 11.6)) == ["Munich"]


def test_of_several_towns_of_a_name_the_nearest_is_meant():
    assert named("US", "Springfield", (39.8, -89.64), (42.1, -72.58), (48.0, -100.0)) == [
        "Springfield",
        "Springfield",
        None,
    ]
    [illinois], [massachusetts] = (
        cities(named_cities("US", "Springfield", np.array([lat]), np.array([lon])))
        for lat, lon in ((39.8, -89.64), (42.1, -72.58))
    )
    assert illinois.id != massachusetts.id


def test_a_state_excludes_a_town_of_that_name_in_another():
    lat, lon = np.array([42.65]), np.array([-73.76])
    [there], [elsewhere] = (cities(named_cities("US", "Albany", lat, lon, region)) for region in ("NY", "GA"))
    assert (there.province_en, elsewhere) == ("NY, United States", None)
    assert cities(named_cities("US", "Albany", lat, lon, "Upstate")) == [there]


def test_letters_of_a_state_exclude_no_town_of_another_country():
    lat, lon = np.array([45.46]), np.array([9.19])
    [milan] = names(named_cities("IT", "Milano", lat, lon, "MI"))
    assert milan == "Milan"


def test_a_name_without_a_country_is_looked_for_in_the_nearest_one():
    assert named(None, "Paris", (48.86, 2.35), (33.66, -95.55)) == ["Paris", "Paris"]
    assert named(None, "Paris", (52.5, 13.4)) == [None]


def test_a_name_nobody_knows_is_not_replaced_by_the_nearest_town():
    columns = (pa.array(["US", "US"]), pa.array(["NY", None]), pa.array(["Nowhere at All", None]))
    found = locate_cities(*columns, *np.array([NEW_YORK] * 2).T)
    assert names(found) == [None, "New York City"]


def test_nothing_is_located_among_no_stations():
    empty = pa.array([], pa.string())
    assert names(locate_cities(empty, empty, empty, np.empty(0), np.empty(0))) == []


@given(st.floats(-85, 85), st.floats(-180, 180))
def test_a_derived_city_is_within_what_is_sensible_for_its_size(lat, lon):
    found = derive(None, (lat, lon))
    for city, km in zip(cities(found), found.derived_km, strict=True):
        assert city is None or km <= sensible_km(np.array([city.population]))[0] + 0.1
