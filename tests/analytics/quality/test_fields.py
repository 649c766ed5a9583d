"""Completeness and points outside their region, by hand and against a plain search of every city."""

import math

import numpy as np
import pandas as pd
import pytest
from realdata import REALDATA

from charging.analytics.quality.fields import completeness, outside_region
from charging.dataset.pipeline import import_files
from charging.domain.geography import great_circle_km, load_cities
from charging.queries.engine import Engine
from charging.queries.quality import field_counts, station_points

CITIES = load_cities()


def counts(*rows):
    return pd.DataFrame(rows, columns=["unit", "field", "source", "known", "of"])


def station(station_id, lat, lon, region=None, city_id=None, country="CN"):
    place = {"lat": lat, "lon": lon, "country": country, "region": region, "city_id": city_id}
    return {"station_id": station_id, "source": "x"} | place


def outside(*stations):
    return outside_region(pd.DataFrame(stations), CITIES)


def test_a_share_stands_beside_what_it_is_a_share_of():
    table = completeness(counts(("stations", "name", "x", 3, 4), ("stations", "price", "x", 0, 4)))
    assert table.share.to_list() == [0.75, 0.0]
    assert table.of.to_list() == [4, 4]


def test_of_nothing_no_share_is_known():
    assert math.isnan(completeness(counts(("piles", "status", "x", 0, 0))).share[0])


def test_a_station_in_shanghai_is_not_in_guangdong():
    found = outside(station("a", 31.2304, 121.4737, region="广东省"))
    assert found.iloc[0][["station_id", "region", "nearest_region", "nearest_city_id"]].to_list() == [
        "a",
        "广东省",
        "上海市",
        "310000",
    ]
    assert found.nearest_km[0] < 10
    assert found.stated_km[0] > 900


@pytest.mark.parametrize("region", ["上海", "上海市", "Shanghai", "SHANGHAI "])
def test_a_region_is_read_as_people_write_it(region):
    assert outside(station("a", 31.2304, 121.4737, region=region)).empty
    assert len(outside(station("a", 22.5431, 114.0579, region=region))) == 1


def test_a_place_just_across_a_provincial_border_is_let_be():
    # Kunshan in Jiangsu, whose nearest city may be Shanghai
    assert outside(station("a", 31.29, 121.15, region="江苏")).empty


def test_without_a_region_the_city_says_where_a_station_should_be():
    assert list(outside(station("a", 39.9, 116.4, city_id="440300")).region) == ["广东省"]


@pytest.mark.parametrize(
    "known",
    [
        {"region": "Hong Kong"},
        {"region": "Bavaria"},
        {"region": "广东", "country": "DE"},
        {"region": "  "},
        {"region": None},
        {"region": "Bavaria", "city_id": "440300"},
    ],
)
def test_where_no_province_is_stated_nothing_is_said(known):
    assert outside(station("a", 48.1, 11.5, **known)).empty


def test_a_point_abroad_said_to_be_in_a_province_is_outside_it():
    assert len(outside(station("a", 48.1, 11.5, region="广东", country=None))) == 1


def test_without_stations_the_table_is_empty_with_its_columns():
    table = outside_region(pd.DataFrame([station("a", 1.0, 1.0)]).iloc[:0], CITIES)
    assert table.empty
    assert "stated_km" in table


def slowly(stations):
    found = []
    for row in stations.to_dict("records"):
        km = {city.id: float(great_circle_km(row["lat"], row["lon"], city.lat, city.lon)) for city in CITIES}
        nearest = min(CITIES, key=lambda city: km[city.id])
        stated_km = min(km[city.id] for city in CITIES if city.province_zh == row["region"])
        if nearest.province_zh != row["region"] and stated_km > 100:
            found.append((row["station_id"], round(stated_km, 6), round(km[nearest.id], 6)))
    return sorted(found, key=lambda one: (-one[1], one[0]))


@pytest.mark.slow
def test_points_outside_are_those_a_plain_search_finds():
    draws = np.random.Generator(np.random.PCG64(5))
    provinces = sorted({city.province_zh for city in CITIES})
    stations = pd.DataFrame(
        [
            station(
                f"s{n}", draws.uniform(20, 50), draws.uniform(80, 130), region=provinces[draws.integers(31)]
            )
            for n in range(150)
        ]
        + [
            station(f"t{n}", city.lat + draws.uniform(-2, 2), city.lon, region=city.province_zh)
            for n, city in enumerate(CITIES)
        ]
    )
    found, expected = outside_region(stations, CITIES), slowly(stations)
    rows = zip(found.station_id, found.stated_km.round(6), found.nearest_km.round(6), strict=True)
    assert list(rows) == expected
    assert 100 < len(expected) < len(stations) - 100


@pytest.mark.slow
@pytest.mark.realdata
def test_real_registers_say_what_one_expects_of_them(tmp_path):
    paths = ("open_charge_map/poi_open_licensed.jsonl.gz", "shenzhen_urbanev/inf_raw.csv")
    dataset = import_files([REALDATA / path for path in paths], build_dir=tmp_path)
    engine = Engine(dataset, memory_limit_mb=100)
    table = completeness(field_counts(engine)).set_index(["unit", "field", "source"])
    found = outside_region(station_points(engine), CITIES)
    engine.close()
    print(table.share.to_string(), f"\noutside their region: {len(found)}")
    sources = table.index.get_level_values("source").unique()
    assert len(sources) == 2
    shenzhen = next(source for source in sources if source != "ocm")
    assert table.share["stations", "piles", shenzhen] == 1
    assert table.share["stations", "name", shenzhen] == 0
    assert table.share["stations", "name", "ocm"] > 0.99
    assert (table.share["piles", "power_kw", "ocm"] > 0.1, len(found) < 20) == (True, True)
