import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.expressways import (
    Expressway,
    length_km,
    load_expressways,
    points_at,
)
from charging.domain.geography import great_circle_km
from charging.errors import SchemaError

EXPRESSWAYS = {road.number: road for road in load_expressways()}
HEADER = "number,name_zh,name_en,cities\n"


def written(folder, rows):
    path = folder / "expressways.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def test_all_trunk_lines_of_the_national_plan_are_there():
    radials = {f"G{n}" for n in range(1, 8)}
    north_south = {f"G{n}" for n in (11, 15, 25, 35, 45, 55, 59, 65, 69, 75, 85)}
    east_west = {f"G{n}" for n in (10, 12, 16, 18, 20, 22, 30, 36, 40, 42, 50, 56, 60, 70, 72, 76, 78, 80)}
    assert radials | north_south | east_west <= EXPRESSWAYS.keys()


def test_an_expressway_knows_its_cities_in_order():
    assert [city.name_en for city in EXPRESSWAYS["G2"].cities][::12] == ["Beijing", "Shanghai"]


def test_no_expressway_ends_where_it_begins_or_visits_a_city_twice():
    for road in EXPRESSWAYS.values():
        assert len(set(road.cities)) == len(road.cities), road.number


def test_no_leg_is_longer_than_its_cities_are_plausibly_apart():
    for road in EXPRESSWAYS.values():
        for section in road.sections:
            lat, lon = np.array([(city.lat, city.lon) for city in section]).T
            legs = great_circle_km(lat[:-1], lon[:-1], lat[1:], lon[1:])
            assert legs.max() < 1_200, road.number


def test_length_of_the_beijing_shanghai_line_is_near_the_real_one():
    assert length_km(EXPRESSWAYS["G2"]) == pytest.approx(1_262, rel=0.1)


def test_the_first_and_last_points_are_the_end_cities():
    road = EXPRESSWAYS["G4"]
    ends = points_at(road, [0.0, length_km(road)])
    cities = road.cities[0], road.cities[-1]
    assert ends.lat == pytest.approx([city.lat for city in cities])
    assert ends.lon == pytest.approx([city.lon for city in cities])


@pytest.mark.slow
@given(st.sampled_from(sorted(EXPRESSWAYS)), st.floats(0, 1), st.floats(0, 1))
def test_points_are_never_farther_apart_than_their_chainages(number, one, other):
    road = EXPRESSWAYS[number]
    if len(road.sections) > 1:
        road = Expressway(number=number, name_zh="", name_en="", sections=road.sections[:1])
    points = points_at(road, np.array([one, other]) * length_km(road))
    apart = great_circle_km(points.lat[0], points.lon[0], points.lat[1], points.lon[1])
    assert apart <= abs(points.chainage_km[1] - points.chainage_km[0]) + 1e-6


def test_bearing_points_along_the_line():
    road = EXPRESSWAYS["G36"]  # Nanjing to Luoyang: north-west
    assert 270 < np.median(points_at(road, np.linspace(1, 500, 50)).bearing_deg) < 360


def test_the_ferry_across_the_bohai_is_no_road():
    dalian, yantai = (section[end] for section, end in zip(EXPRESSWAYS["G15"].sections, (-1, 0), strict=True))
    assert (dalian.name_en, yantai.name_en) == ("Dalian", "Yantai")


@pytest.mark.parametrize("chainage_km", [-1.0, 1e6, float("nan")])
def test_a_chainage_off_the_line_is_refused(chainage_km):
    with pytest.raises(ValueError, match="expected chainages from 0"):
        points_at(EXPRESSWAYS["G2"], [chainage_km])


def test_an_unknown_city_is_refused_by_name(tmp_path):
    with pytest.raises(SchemaError, match="亚特兰蒂斯"):
        load_expressways(written(tmp_path, "G2,京沪高速,Beijing–Shanghai,北京市;亚特兰蒂斯\n"))


def test_a_section_of_one_city_is_refused(tmp_path):
    with pytest.raises(SchemaError, match="two or more cities"):
        load_expressways(written(tmp_path, "G2,京沪高速,Beijing–Shanghai,北京市;天津市|上海市\n"))


def test_a_number_given_twice_is_refused(tmp_path):
    row = "G2,京沪高速,Beijing–Shanghai,北京市;上海市\n"
    with pytest.raises(SchemaError, match="G2"):
        load_expressways(written(tmp_path, row + row))
