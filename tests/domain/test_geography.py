import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.geography import CityIndex, great_circle_km, load_cities, load_places
from charging.domain.text_folding import fold_letters
from charging.errors import SchemaError

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


@pytest.fixture(scope="module")
def index():
    return CityIndex(load_cities())


def test_there_are_365_cities_with_unique_codes_and_chinese_names():
    cities = load_cities()
    assert len(cities) == 365
    assert len({city.id for city in cities}) == 365
    assert len({city.name_zh for city in cities}) == 365


def test_codes_have_six_digits_and_agree_with_the_province():
    provinces = {}
    for city in load_cities():
        assert city.id.isdigit()
        assert len(city.id) == 6
        provinces.setdefault(city.id[:2], set()).add((city.province_zh, city.province_en))
    assert len(provinces) == 31
    assert all(len(names) == 1 for names in provinces.values())


def test_the_units_are_those_the_readme_counts():
    kinds = Counter(
        "municipality" if city.id.endswith("0000") else "prefecture" if city.id.endswith("00") else "county"
        for city in load_cities()
    )
    assert kinds == {"municipality": 4, "prefecture": 332, "county": 29}


def test_every_city_lies_near_the_others_of_its_province():
    cities = load_cities()
    for code in {city.id[:2] for city in cities}:
        own = [city for city in cities if city.id.startswith(code)]
        lat, lon = np.median([city.lat for city in own]), np.median([city.lon for city in own])
        limit_km = 1300 if code in {"15", "54", "65", "63", "62"} else 700
        assert all(great_circle_km(city.lat, city.lon, lat, lon) < limit_km for city in own), code


def test_the_largest_cities_are_the_ones_everybody_knows():
    largest = sorted(load_cities(), key=lambda city: -city.population)[:4]
    assert [city.name_en for city in largest] == ["Shanghai", "Beijing", "Shenzhen", "Guangzhou"]


def test_no_city_carries_the_people_of_a_whole_province():
    populations = {city.name_en: city.population for city in load_cities()}
    assert populations["Wuzhong"] < 1_000_000
    assert min(populations.values()) > 5_000


@pytest.mark.parametrize(
    ("name", "region", "city_id"),
    [
        ("深圳市", None, "440300"),
        ("深圳", "广东省", "440300"),
        ("SHENZHEN", "Guangdong", "440300"),
        ("Shenzhen City", None, "440300"),
        ("Xi’an", None, "610100"),
        ("Lüliang", None, "141100"),
        ("ürümqi", None, "650100"),
        ("阿克苏", None, "652900"),
        ("大理州", "云南", "532900"),
        ("大理白族自治州", None, "532900"),
        ("兴安盟", None, "152200"),
        ("神农架", None, "429021"),
        ("北京", "北京市", "110000"),
        ("Beijing", "Beijing Shi", "110000"),
        ("吉林市", None, "220200"),
        ("吉林", None, None),
        ("吉林", "吉林省", "220200"),
        ("海南", None, None),
        ("呼和浩特市", "内蒙古", "150100"),
        ("南宁", "广西壮族自治区", "450100"),
        ("Suzhou", None, None),
        ("Suzhou", "Jiangsu", "320500"),
        ("Suzhou", "安徽", "341300"),
        ("Suzhou", "Bavaria", None),
        ("朝阳区", "北京市", None),
        ("Chaoyang", "Beijing", None),
        ("", None, None),
        ("市", None, None),
    ],
)
def test_a_city_is_found_by_its_name(index, name, region, city_id):
    found = index.resolve(name, region)
    assert (found and found.id) == city_id


def test_every_city_is_found_by_its_full_chinese_name(index):
    assert [index.resolve(city.name_zh) for city in index.cities] == list(index.cities)


def test_every_city_is_found_by_its_english_name_and_province(index):
    assert [index.resolve(c.name_en, c.province_en) for c in index.cities] == list(index.cities)


@pytest.mark.parametrize(
    ("code", "city_id"),
    [("310151", "310000"), ("440305", "440300"), ("659001", "659001"), ("710100", None), ("31", None)],
)
def test_an_area_code_leads_to_its_city(index, code, city_id):
    found = index.city_of_area(code)
    assert (found and found.id) == city_id


def test_every_centre_is_nearest_to_itself(index):
    lat = np.array([city.lat for city in index.cities])
    lon = np.array([city.lon for city in index.cities])
    nearest, distance_km = index.nearest_city(lat, lon)
    assert nearest.tolist() == list(range(365))
    assert distance_km.max() < 0.001


@pytest.mark.slow
@given(LATITUDES, LONGITUDES)
def test_no_city_is_nearer_than_the_nearest(lat, lon):
    index = CityIndex(load_cities())
    _, distance_km = index.nearest_city(np.array([lat]), np.array([lon]))
    brute = min(great_circle_km(lat, lon, city.lat, city.lon) for city in index.cities)
    assert distance_km[0] == pytest.approx(brute, abs=0.01)


def test_a_point_that_is_no_number_has_no_nearest_city(index):
    nearest, distance_km = index.nearest_city(np.array([np.nan, 22.5]), np.array([114.0, 114.0]))
    assert nearest[0] == -1
    assert math.isnan(distance_km[0])
    assert index.cities[nearest[1]].name_zh == "深圳市"


def test_no_points_give_no_answer(index):
    nearest, distance_km = index.nearest_city(np.array([]), np.array([]))
    assert len(nearest) == len(distance_km) == 0


def test_nothing_is_near_where_there_are_no_cities():
    with pytest.raises(ValueError, match="at least one city"):
        CityIndex([]).nearest_city(np.array([0.0]), np.array([0.0]))


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_a_distance_is_symmetric_and_at_most_half_way_round(lat, lon, other_lat, other_lon):
    there = great_circle_km(lat, lon, other_lat, other_lon)
    assert there == pytest.approx(great_circle_km(other_lat, other_lon, lat, lon), abs=1e-6)
    assert 0 <= there <= 20_016


def test_the_people_of_places_are_plausible():
    assert 600e6 < sum(place.population for place in load_places()) < 750e6
    assert all(place.population >= 5_000 for place in load_places())


def test_no_district_of_shanghai_stands_beside_the_city():
    assert [place.name for place in load_places() if place.province == "31"] == ["Shanghai"]


def test_places_have_unique_ids_and_cover_every_province():
    ids = [place.geonameid for place in load_places()]
    assert len(set(ids)) == len(ids)
    assert {place.province for place in load_places()} == {city.id[:2] for city in load_cities()}


@pytest.mark.parametrize("province", sorted({city.id[:2] for city in load_cities()}))
def test_places_lie_within_reach_of_a_city_of_their_province(province):
    index = CityIndex(city for city in load_cities() if city.id.startswith(province))
    places = [place for place in load_places() if place.province == province]
    _, distance_km = index.nearest_city(np.array([p.lat for p in places]), np.array([p.lon for p in places]))
    assert distance_km.max() < 700


@pytest.mark.parametrize(
    "rows",
    ["110000,北京市,B,,北京市,B,x,1,1\n", "110000,北京市,B,,北京市,B,1,1,1\n" * 2],
    ids=["number", "repeated"],
)
def test_a_damaged_list_of_cities_is_refused(tmp_path, rows):
    path = tmp_path / "cities.csv"
    header = "id,name_zh,name_en,pinyin,province_zh,province_en,lat,lon,population\n"
    path.write_text(header + rows, encoding="utf-8")
    with pytest.raises(SchemaError):
        load_cities(path)


def test_the_pinyin_of_a_city_is_plain_letters_belongs_to_it_alone_and_is_not_its_english_name():
    names = Counter(city.name_en for city in load_cities())
    spelt = [city for city in load_cities() if city.pinyin]
    assert len(spelt) > 30
    assert {names[city.name_en] for city in spelt} == {1}
    assert all(city.pinyin.isascii() and city.pinyin.isalpha() and city.pinyin.islower() for city in spelt)
    assert [city.id for city in spelt if fold_letters(city.name_en) == city.pinyin] == []
