"""Points are read in every form people paste, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.coordinates import read_point
from charging.domain.vocabulary import Datum


@pytest.mark.parametrize(
    "text",
    [
        "31.23,121.47",
        "31.23，121.47",
        "121.47 31.23",
        "(31.23; 121.47)",
        "31.23°, 121.47°",
        "31.23N 121.47E",
        "E121.47 N31.23",
        "121.47° E, 31.23° N",
        "lat: 31.23, lng: 121.47",
        "北纬31.23度 东经121.47度",
        "31°13'48\"N 121°28′12″E",
        "  31.23/121.47  ",
    ],
)
def test_one_point_is_written_in_many_ways(text):
    assert read_point(text) == (pytest.approx(31.23), pytest.approx(121.47), None)


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("gcj 31.23,121.47", Datum.GCJ02),
        ("31.23,121.47 GCJ-02", Datum.GCJ02),
        ("高德 31.23,121.47", Datum.GCJ02),
        ("gcj02: 31.23, 121.47", Datum.GCJ02),
        ("WGS-84 31.23,121.47", Datum.WGS84),
        ("bd09 31.23,121.47", Datum.BD09),
    ],
)
def test_a_datum_that_is_named_is_read(text, datum):
    assert read_point(text) == (31.23, 121.47, datum)


@pytest.mark.parametrize("text", ["33.9S 18.4W", "-33.9, -18.4", "西经18.4 南纬33.9"])
def test_south_and_west_are_negative(text):
    assert read_point(text) == (-33.9, -18.4, None)


def test_latitude_comes_first_where_both_orders_are_possible():
    assert read_point("80.5, 40.2")[:2] == (80.5, 40.2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Shanghai",
        "31.23",
        "003973 12",
        "12 34",
        "31.23, 121.47, 5",
        "91.5, 181.5",
        "31.23N 121.47N",
        "31.23N, 121.47",
        "gcj wgs84 31.23,121.47",
        "nan, nan",
        "31.2.3, 121.4",
    ],
)
def test_other_texts_are_no_points(text):
    assert read_point(text) is None


@given(st.text(alphabet="0123456789.,°'\" NSEW+-北纬东经度分秒gcj", max_size=40))
def test_any_text_gives_a_point_on_the_globe_or_none(text):
    point = read_point(text)
    assert point is None or (abs(point.lat) <= 90 and abs(point.lon) <= 180)


@given(st.floats(-90, 90).map(lambda x: round(x, 5)), st.floats(-180, 180).map(lambda x: round(x, 5)))
def test_a_pair_of_decimals_is_read_back(lat, lon):
    assert read_point(f"{lat:.5f}, {lon:.5f}")[:2] == (lat, lon)
