import math

import numpy as np
import pytest

from charging.dataset.building.coordinates import coordinate_refusal, in_wgs84
from charging.domain.datum import from_wgs84, is_shifted
from charging.domain.vocabulary import Datum
from charging.sources.records import Reason


@pytest.mark.parametrize(
    ("lat", "lon", "country", "reason"),
    [
        (39.9, 116.4, "CN", None),
        (-21.1, 55.5, "FR", None),
        (None, 116.4, "CN", Reason.MISSING_COORDINATE),
        (39.9, math.nan, "CN", Reason.MISSING_COORDINATE),
        (0.0, 0.0, None, Reason.ZERO_COORDINATE),
        (0.0, 116.4, "CN", Reason.ZERO_COORDINATE),
        (52.5, 0.0, "DE", Reason.ZERO_COORDINATE),
        (51.5, 0.0, "GB", None),
        (0.0, 37.07, "KE", None),
        (0.0, 116.4, None, None),
        (13.4, 52.5, "DE", Reason.SWAPPED_COORDINATE),
        (48.85, 2.35, "DE", None),  # a neighbour's, which is told and not refused
        (13.4, 52.5, None, None),
        (-17.5, -149.6, "FR", None),
        (-17.7, 177.5, "FJ", None),
        (64.5, -170.5, "RU", None),
        (116.4, 39.9, None, Reason.SWAPPED_COORDINATE),
        (80.5, 35.3, "CN", Reason.SWAPPED_COORDINATE),
        (80.5, 35.3, "NO", None),
        (52.0, 520.0, None, Reason.OUT_OF_RANGE),
        (math.inf, 1.0, None, Reason.OUT_OF_RANGE),
        (3990.0, 11640.0, "CN", Reason.PROJECTED),
        (5_934_000.0, 565_000.0, "DE", Reason.PROJECTED),
        (52_520_008.0, 13_404_954.0, None, Reason.PROJECTED),
        (52.5, 13_404.0, None, Reason.OUT_OF_RANGE),
    ],
)
def test_a_pair_that_cannot_be_a_place_is_refused(lat, lon, country, reason):
    rejection = coordinate_refusal("7", lat, lon, country)
    assert (rejection and rejection.reason) == reason


def test_a_refusal_names_the_record_the_field_and_the_value():
    rejection = coordinate_refusal("7", 116.4, 39.9, None)
    assert (rejection.record_id, rejection.field, rejection.value) == ("7", "lat, lon", "116.4, 39.9")


@pytest.mark.parametrize(
    ("country", "region", "city_id", "shifted"),
    [
        ("CN", None, None, True),
        (None, None, None, True),
        ("CN", "广东省", "440300", True),
        ("HK", None, None, False),
        ("TW", None, None, False),
        ("CN", "香港特别行政区", None, False),
        ("CN", "Hong Kong", None, False),
        ("CN", None, "820000", False),
        ("JP", None, None, False),
    ],
)
def test_only_the_mainland_is_shifted(country, region, city_id, shifted):
    assert is_shifted(Datum.GCJ02, country, region, city_id) is shifted
    assert not is_shifted(Datum.WGS84, country, region, city_id)


def test_each_row_is_moved_from_its_own_datum():
    datums = (Datum.WGS84, Datum.GCJ02, Datum.BD09)
    lat, lon = np.array([from_wgs84(22.5431, 114.0579, datum) for datum in datums]).T
    moved = in_wgs84(lat, lon, np.array([None, Datum.GCJ02, Datum.BD09], dtype=object))
    assert np.allclose(moved, [[22.5431] * 3, [114.0579] * 3], rtol=0, atol=1e-7)


def test_rows_that_are_not_shifted_stay_whatever_their_datum():
    lat, lon = np.array([22.3]), np.array([114.17])
    assert np.array_equal(in_wgs84(lat, lon, np.array([None], dtype=object)), [lat, lon])
