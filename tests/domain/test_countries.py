import numpy as np
import pytest

from charging.domain.countries import BOXES, lies_in

CAPITALS = {
    "DE": (52.52, 13.40),
    "FR": (48.85, 2.35),
    "GB": (51.51, -0.13),
    "ES": (40.42, -3.70),
    "IT": (41.90, 12.50),
    "NL": (52.37, 4.90),
    "NO": (59.91, 10.75),
    "PL": (52.23, 21.01),
    "TR": (39.93, 32.86),
    "US": (38.90, -77.04),
    "CA": (45.42, -75.70),
    "BR": (-15.79, -47.88),
    "ZA": (-25.75, 28.19),
    "KE": (-1.29, 36.82),
    "IN": (28.61, 77.21),
    "JP": (35.68, 139.69),
    "AU": (-35.28, 149.13),
    "NZ": (-41.29, 174.78),
    "FJ": (-18.14, 178.44),
    "CN": (39.90, 116.40),
    "HK": (22.30, 114.17),
    "SG": (1.35, 103.82),
}
FAR_PARTS = [
    ("US", 61.2, -149.9),  # Anchorage
    ("US", 52.9, 173.2),  # Attu
    ("US", 21.3, -157.9),  # Honolulu
    ("FR", -21.1, 55.5),  # La Réunion
    ("FR", 4.9, -52.3),  # Cayenne
    ("ES", 28.1, -15.4),  # Las Palmas
    ("PT", 37.7, -25.7),  # Ponta Delgada
    ("RU", 64.7, -173.0),  # east of the 180th meridian
    ("EC", -0.7, -90.3),  # Galápagos
    ("NO", 78.2, 15.6),  # Longyearbyen
    ("CL", -27.1, -109.4),  # Easter Island
]


def is_in(country, lat, lon, **pad):
    return bool(lies_in(country, np.array([lat]), np.array([lon]), **pad)[0])


@pytest.mark.parametrize("country", CAPITALS)
def test_a_capital_lies_in_its_country_and_not_exchanged(country):
    lat, lon = CAPITALS[country]
    assert is_in(country, lat, lon, pad_deg=0)
    assert not is_in(country, lon, lat)


@pytest.mark.parametrize(("country", "lat", "lon"), FAR_PARTS)
def test_islands_and_overseas_parts_belong_to_their_country(country, lat, lon):
    assert is_in(country, lat, lon, pad_deg=0)


def test_a_country_without_a_box_holds_every_point():
    assert is_in("ZZ", 0.0, 0.0)


@pytest.mark.parametrize("country", BOXES)
def test_a_box_is_one(country):
    for box in BOXES[country]:
        assert -90 <= box.south < box.north <= 90
        assert 0 < box.width < 360
