"""The towns of the world: counted once, named, and none of China's, which have a file of their own."""

import gzip
from collections import Counter

import numpy as np
import pytest

from charging.domain.geography import great_circle_km
from charging.domain.towns import (
    cities_of,
    city_name,
    find_city,
    is_of_china,
    load_countries,
    load_towns,
    nearest_countries,
)
from charging.errors import SchemaError

TOWNS = load_towns()
NEW_YORK, MUNICH = 5128581, 2867714


def test_no_country_has_more_people_in_its_towns_than_in_all():
    people = Counter()
    for row in np.flatnonzero(TOWNS.part_of == 0).tolist():
        people[TOWNS.country[row]] += int(TOWNS.population[row])
    countries = load_countries()
    assert {code for code in people if people[code] > countries[code].population} == set()
    assert people["JP"] > 90e6


def test_every_country_with_towns_has_a_name_in_both_languages():
    countries = load_countries()
    assert set(TOWNS.country) <= set(countries)
    assert all(country.name and country.name_zh for country in countries.values())
    assert "CN" not in set(TOWNS.country)


def test_a_borough_is_counted_in_its_city():
    boroughs = {"Brooklyn", "Queens", "Manhattan", "The Bronx", "Staten Island"}
    is_near = great_circle_km(TOWNS.lat, TOWNS.lon, 40.714, -74.006) < 40
    rows = [row for row in np.flatnonzero(is_near).tolist() if TOWNS.name[row] in boroughs]
    assert {TOWNS.name[row] for row in rows} == boroughs
    assert {int(TOWNS.part_of[row]) for row in rows} == {NEW_YORK}


def test_a_district_names_a_town_of_its_country_that_is_no_district():
    own = {
        int(geonameid): code
        for geonameid, part_of, code in zip(TOWNS.geonameid, TOWNS.part_of, TOWNS.country, strict=True)
        if not part_of
    }
    districts = np.flatnonzero(TOWNS.part_of)
    assert all(own.get(int(TOWNS.part_of[row])) == TOWNS.country[row] for row in districts.tolist())


def test_ids_are_unique_and_points_are_on_the_globe():
    assert len(set(TOWNS.geonameid.tolist())) == len(TOWNS)
    assert (abs(TOWNS.lat) <= 90).all()
    assert (abs(TOWNS.lon) <= 180).all()
    assert (TOWNS.population > 0).all()


def test_the_rows_of_a_country_are_all_of_it_the_largest_first():
    rows = TOWNS.rows_of("NL")
    assert set(TOWNS.country[rows]) == {"NL"}
    assert rows.stop - rows.start == (TOWNS.country == "NL").sum()
    assert (np.diff(TOWNS.population[rows]) <= 0).all()
    assert TOWNS.rows_of("XX") == slice(0, 0)


@pytest.mark.parametrize(
    ("city_id", "english", "chinese"),
    [
        (f"geonames:{NEW_YORK}", "New York City", "纽约"),
        (f"geonames:{MUNICH}", "Munich", "慕尼黑"),
        ("110000", "Beijing", "北京市"),
        ("geonames:1", "geonames:1", "geonames:1"),
        ("geonames:１", "geonames:１", "geonames:１"),
        ("", "", ""),
    ],
)
def test_a_city_is_named_by_its_id_in_both_languages(city_id, english, chinese):
    assert (city_name(city_id, "en"), city_name(city_id, "zh")) == (english, chinese)


def test_where_there_is_no_chinese_name_the_own_one_stands():
    row = next(row for row, name in enumerate(TOWNS.name_zh) if name is None)
    city = TOWNS.city(row)
    assert city.name_zh == city.name_en == TOWNS.name[row]


def test_the_cities_of_countries_are_those_that_are_counted():
    assert len(cities_of(frozenset({"CN"}))) == 365
    assert all(is_of_china(city.id) for city in cities_of(frozenset({"CN"})))
    dutch = cities_of(frozenset({"NL"}))
    assert "Amsterdam" in {city.name_en for city in dutch}
    assert sum(city.population for city in dutch) <= load_countries()["NL"].population
    assert cities_of(frozenset({"XX"})) == ()


def test_a_town_of_the_united_states_says_its_state():
    assert find_city(f"geonames:{NEW_YORK}").province_en == "NY, United States"


def test_the_nearest_town_tells_the_country():
    found = nearest_countries(np.array([52.5, 31.2, 40.7]), np.array([13.4, 121.5, -74.0]))
    assert found.tolist() == ["DE", "CN", "US"]


@pytest.mark.parametrize("text", ["geonameid,name\n1,A\n", "geonameid,lat\nx,y\n", None])
def test_a_file_that_is_none_of_towns_is_refused(tmp_path, text):
    path = tmp_path / "towns.csv.gz"
    path.write_bytes(b"no gzip" if text is None else gzip.compress(text.encode()))
    with pytest.raises(SchemaError, match=r"towns\.csv\.gz"):
        load_towns(path)
