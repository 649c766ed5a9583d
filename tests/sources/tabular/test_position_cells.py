"""Coordinates as people write them: letters, minutes, pairs, and the geometries of standards."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.sources.coordinates import read_angle, read_point
from charging.sources.records import Reason
from charging.sources.tabular.position_cells import Form, read_pair, read_wkb

POINT = struct.pack("<BI2d", 1, 1, 2.35, 48.85)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("118.24 W", (-118.24, "lon")),
        ("W118.24", (-118.24, "lon")),
        ("33.86 S", (-33.86, "lat")),
        ("34°03′36″ N", (34.06, "lat")),
        ("34° 3' 36'' S", (-34.06, "lat")),
        ("34º03.6'N", (34.06, "lat")),
        ("34:03:36", (34.06, None)),
        ("52,5°", (52.5, None)),
        ("北纬31°30′", (31.5, "lat")),
        ("东经121度30分", (121.5, "lon")),
        ("52.5 Nord", (52.5, "lat")),
    ],
)
def test_an_angle_is_read_with_its_letter(text, expected):
    assert read_angle(text) == expected


@pytest.mark.parametrize(
    "text", ["-33.86 S", "+13.4 W", "33°70′", "33°10′75″", "13.4 O", "1.2.3", "N", "", "N 52 S", "5200 N"]
)
def test_an_angle_that_may_be_two_is_none(text):
    assert read_angle(text) is None


def test_a_letter_of_the_other_axis_tells_that_the_columns_are_exchanged():
    assert read_point("13.4 E", "52.5 N", "7").reason is Reason.SWAPPED_COORDINATE


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("34.05 N, 118.24 W", (34.05, -118.24, Form.LAT_LON)),
        ("118.24 W, 34.05 N", (-118.24, 34.05, Form.LON_LAT)),
        ("33°51′36″S 151°12′36″E", (-33.86, 151.21, Form.LAT_LON)),
        ("40.4N3.7W", (40.4, -3.7, Form.LAT_LON)),
        ("lat: 52.5, lon: 13.4", (52.5, 13.4, Form.LAT_LON)),
        ("东经121.5° 北纬31°15′", (121.5, 31.25, Form.LON_LAT)),
        ("48.85, 2.35", (48.85, 2.35, Form.BARE)),
        ("(48.85 2.35)", (48.85, 2.35, Form.BARE)),
        ("48.85;-2.35", (48.85, -2.35, Form.BARE)),
        ("39,9;116,4", (39.9, 116.4, Form.BARE)),
        ("39,9 / 116,4", (39.9, 116.4, Form.BARE)),
        ("52,52, 13,40", (52.52, 13.4, Form.BARE)),
        ("[2.35, 48.85]", (2.35, 48.85, Form.ARRAY)),
        ("POINT (2.35 48.85)", (2.35, 48.85, Form.LON_LAT)),
        ("point z(2.35 48.85 100)", (2.35, 48.85, Form.LON_LAT)),
        ("SRID=4326;POINT(2.35 48.85)", (2.35, 48.85, Form.LON_LAT)),
        ("POLYGON ((2 48, 4 48, 4 50, 2 50, 2 48))", (3, 49, Form.LON_LAT)),
        ('{"type": "Point", "coordinates": [2.35, 48.85]}', (2.35, 48.85, Form.LON_LAT)),
        ('{"latitude": "48.85", "longitude": "2.35"}', (48.85, 2.35, Form.LAT_LON)),
        (POINT.hex(), (2.35, 48.85, Form.LON_LAT)),
        (POINT.hex().upper(), (2.35, 48.85, Form.LON_LAT)),
    ],
)
def test_a_pair_is_read_with_what_tells_its_order(text, pair):
    assert read_pair(text)[:3] == pair


def test_decimal_commas_may_stand_at_a_blank_or_a_comma_where_the_comma_is_the_mark():
    assert read_pair("39,9 116,4", ",")[:2] == (39.9, 116.4)
    assert read_pair("39,9,116,4", ",")[:2] == (39.9, 116.4)
    assert read_pair("52,13", ",") is None  # one number


@pytest.mark.parametrize(
    "text", ["", "east, 50", "48.85", "1,2,3", "POINT EMPTY", "POINT (x y)", "N 1 N 2", "{", "[]", "00" * 21]
)
def test_what_is_no_pair_is_none(text):
    assert read_pair(text) is None


def wkb_of(kind, body, order="<", srid=None):
    head = struct.pack(f"{order}BI", order == "<", kind | (0x20000000 if srid else 0))
    return head + (struct.pack(f"{order}I", srid) if srid else b"") + body


@pytest.mark.parametrize("order", ["<", ">"])
def test_wkb_is_read_in_either_order_of_bytes_with_its_system_and_height(order):
    xy = struct.pack(f"{order}2d", 2.35, 48.85)
    assert read_wkb(wkb_of(1, xy, order, srid=25832))[:4] == (2.35, 48.85, Form.LON_LAT, 25832)
    for kind in (1001, 0x80000001):
        assert read_wkb(wkb_of(kind, xy + struct.pack(f"{order}d", 7), order))[:2] == (2.35, 48.85)


def test_the_point_of_a_shape_in_wkb_is_the_middle_of_its_box():
    ring = struct.pack("<I8d", 4, 2, 48, 4, 48, 4, 50, 2, 48)
    polygon = wkb_of(3, struct.pack("<I", 1) + ring)
    assert read_wkb(polygon)[:2] == (3, 49)
    assert read_wkb(wkb_of(6, struct.pack("<I", 1) + polygon))[:2] == (3, 49)
    assert read_wkb(wkb_of(4, struct.pack("<I", 2) + POINT + POINT))[:2] == (2.35, 48.85)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader_of_wkb(raw):
    pair = read_wkb(raw)
    assert pair is None or pair.first == pair.first


@given(st.text("0123456789.,;NSEW°′″ -{}[]():POINT", max_size=30), st.sampled_from([".", ","]))
def test_no_text_breaks_the_reader_of_pairs(text, decimal):
    pair = read_pair(text, decimal)
    assert pair is None or len(pair) == 4


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_pair_with_letters_is_its_point(lat, lon):
    lat, lon = round(lat, 5), round(lon, 5)
    text = f"{abs(lat):.5f}{'S' if lat < 0 else 'N'}, {abs(lon):.5f}{'W' if lon < 0 else 'E'}"
    assert read_pair(text)[:2] == pytest.approx((lat, lon))
