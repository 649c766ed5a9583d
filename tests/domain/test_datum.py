import numpy as np
import prcoords
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.datum import from_wgs84, may_be_in_china, to_wgs84
from charging.domain.geography import load_cities, load_places
from charging.domain.vocabulary import Datum

CITIES = [
    # WGS-84 lat, lon; GCJ-02 lat, lon; BD-09 lat, lon; metres to GCJ-02, to BD-09
    ("Beijing", 39.9087, 116.3975, 39.910103, 116.403744, 39.916443, 116.410117, 554.9, 1378.1),
    ("Shanghai", 31.2304, 121.4737, 31.228458, 121.478223, 31.234311, 121.484781, 481.2, 1139.8),
    ("Guangzhou", 23.1291, 113.2644, 23.126423, 113.269730, 23.132711, 113.276151, 621.0, 1266.9),
    ("Shenzhen", 22.5431, 114.0579, 22.540383, 114.063014, 22.546042, 114.069564, 605.9, 1241.7),
    ("Chengdu", 30.5723, 104.0665, 30.569846, 104.069005, 30.575856, 104.075481, 363.3, 946.4),
    ("Urumqi", 43.8256, 87.6168, 43.826805, 87.619650, 43.832950, 87.626100, 265.0, 1106.5),
    ("Harbin", 45.7567, 126.6424, 45.758651, 126.648370, 45.764346, 126.654999, 511.4, 1295.4),
]
MICRODEGREE = 1e-6

latitudes = st.floats(18, 53)
longitudes = st.floats(74, 135)
points = st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=50).map(np.array)


def metres_between(lat, lon, other_lat, other_lon):
    south, north = np.radians(lat), np.radians(other_lat)
    half = np.sin((north - south) / 2) ** 2
    half = half + np.cos(south) * np.cos(north) * np.sin(np.radians(other_lon - lon) / 2) ** 2
    return 2 * 6_371_000 * np.arcsin(np.sqrt(half))


@pytest.mark.parametrize("city", CITIES, ids=lambda city: city[0])
def test_known_cities_have_their_gcj02_and_bd09_points(city):
    _, lat, lon, gcj_lat, gcj_lon, bd_lat, bd_lon, gcj_m, bd_m = city
    gcj02 = from_wgs84(lat, lon, Datum.GCJ02)
    bd09 = from_wgs84(lat, lon, Datum.BD09)
    assert gcj02 == pytest.approx((gcj_lat, gcj_lon), abs=MICRODEGREE)
    assert bd09 == pytest.approx((bd_lat, bd_lon), abs=MICRODEGREE)
    assert metres_between(lat, lon, *gcj02) == pytest.approx(gcj_m, abs=0.5)
    assert metres_between(lat, lon, *bd09) == pytest.approx(bd_m, abs=0.5)


@given(latitudes, longitudes)
def test_gcj02_and_bd09_agree_with_an_independent_implementation(lat, lon):
    gcj02 = prcoords.wgs_gcj((lat, lon), check_china=False)
    bd09 = prcoords.wgs_bd((lat, lon), check_china=False)
    assert from_wgs84(lat, lon, Datum.GCJ02) == pytest.approx(gcj02, abs=1e-9)
    assert from_wgs84(lat, lon, Datum.BD09) == pytest.approx(bd09, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("datum", Datum)
@given(points=points)
def test_the_way_there_and_back_ends_within_a_millimetre(datum, points):
    lat, lon = points.T
    back_lat, back_lon = to_wgs84(*from_wgs84(lat, lon, datum), datum)
    assert metres_between(lat, lon, back_lat, back_lon).max() < 0.001


@pytest.mark.parametrize("datum", Datum)
def test_an_array_gives_what_its_points_give_alone(datum):
    lat, lon = np.array([[22.5, 31.2], [39.9, 45.7]]), np.array([[114.0, 121.4], [116.3, 126.6]])
    many_lat, many_lon = to_wgs84(lat, lon, datum)
    assert many_lat.shape == (2, 2)
    for row in np.ndindex(lat.shape):
        assert (many_lat[row], many_lon[row]) == to_wgs84(lat[row], lon[row], datum)


def test_the_points_given_are_left_as_they_were():
    lat, lon = np.array([22.5]), np.array([114.0])
    moved, _ = to_wgs84(lat, lon, Datum.WGS84)
    moved[0] = 0
    assert (lat[0], lon[0]) == (22.5, 114.0)


def test_a_missing_coordinate_stays_missing():
    lat, lon = to_wgs84([np.nan, 22.5], [114.0, 114.0], Datum.GCJ02)
    assert np.isnan(lat).tolist() == [True, False]
    assert not np.isnan(lon[1])


def test_every_place_of_the_mainland_may_be_in_china():
    lat, lon = np.array([(place.lat, place.lon) for place in (*load_places(), *load_cities())]).T
    assert may_be_in_china(lat, lon).all()


@pytest.mark.parametrize(
    "place",
    [
        (37.57, 126.98),  # Seoul
        (35.68, 139.69),  # Tokyo
        (25.03, 121.56),  # Taipei
        (43.12, 131.89),  # Vladivostok
        (47.92, 106.92),  # Ulan Bator
        (43.24, 76.89),  # Almaty
        (28.61, 77.21),  # Delhi
        (27.70, 85.32),  # Kathmandu
        (10.78, 106.70),  # Ho Chi Minh City
        (14.60, 120.98),  # Manila
        (52.52, 13.40),
        (40.71, -74.01),
    ],
)
def test_no_point_abroad_is_taken_for_one_of_the_mainland(place):
    assert not may_be_in_china(*np.array(place)[:, None])[0]
