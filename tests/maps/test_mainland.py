"""The outline holds what is shifted over Chinese tiles, and leaves out what has another datum next door."""

import csv
from pathlib import Path

import pytest

from charging.maps.mainland import OUTLINE

DATA = Path(__file__).parents[2] / "data"

SIDES = list(zip(OUTLINE, OUTLINE[1:] + OUTLINE[:1], strict=True))


def is_mainland(lat, lon):
    crossings = 0
    for (lat_a, lon_a), (lat_b, lon_b) in SIDES:
        if (lat_a > lat) != (lat_b > lat):
            crossings += lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
    return crossings % 2 == 1


@pytest.mark.parametrize("name", ["cities.csv", "places.csv"])
def test_every_city_and_town_of_the_mainland_lies_inside(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 300
    assert [row for row in rows if not is_mainland(float(row["lat"]), float(row["lon"]))] == []


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        pytest.param(22.2819, 114.1582, id="Hong Kong, Central"),
        pytest.param(22.505, 114.128, id="Hong Kong, Sheung Shui"),
        pytest.param(22.46, 114.0, id="Hong Kong, Tin Shui Wai"),
        pytest.param(22.1987, 113.5439, id="Macau"),
        pytest.param(22.14, 113.565, id="Macau, Cotai"),
        pytest.param(24.436, 118.318, id="Kinmen"),
        pytest.param(26.15, 119.93, id="Matsu"),
        pytest.param(25.03, 121.56, id="Taipei"),
        pytest.param(37.56, 126.99, id="Seoul"),
        pytest.param(21.03, 105.85, id="Hanoi"),
        pytest.param(28.6, 77.2, id="Delhi"),
        pytest.param(43.24, 76.9, id="Almaty"),
        pytest.param(47.9, 106.9, id="Ulaanbaatar"),
        pytest.param(43.1, 131.9, id="Vladivostok"),
    ],
)
def test_places_with_another_datum_lie_outside(lat, lon):
    assert not is_mainland(lat, lon)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        pytest.param(22.483, 113.916, id="Shekou"),
        pytest.param(22.541, 114.06, id="Futian"),
        pytest.param(22.2175, 113.549, id="Gongbei"),
        pytest.param(22.13, 113.53, id="Hengqin"),
        pytest.param(24.5, 118.195, id="Xiamen, the east coast"),
        pytest.param(25.5, 119.79, id="Pingtan"),
    ],
)
def test_what_lies_right_across_the_water_is_inside(lat, lon):
    assert is_mainland(lat, lon)
