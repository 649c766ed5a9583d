"""Pairs of stations that may be one site, against every pair compared in plain Python."""

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from realdata import REALDATA

from charging.analytics.quality import duplicates
from charging.analytics.quality.duplicates import crowded_points, suspected_duplicates
from charging.analytics.quality.name_similarity import likeness, names_of, similarity
from charging.dataset.pipeline import import_files
from charging.errors import UsageError
from charging.queries.engine import Engine
from charging.queries.quality import station_points

METRE = 1 / 111_195.08  # degrees of latitude, on the sphere the distances are measured on

LAT, LON = 31.2304, 121.4737


def world(*stations):
    """Return stations from (id, source, metres north) and what else is known of each."""
    rows = [
        {
            "station_id": station_id,
            "source": source,
            "lat": LAT + north_m * METRE,
            "lon": LON,
            "name": None,
            "name_zh": None,
            "operator_id": None,
            "operator_raw": None,
            "piles": None,
            "updated_at": None,
            "status_at": None,
            "known_fields": 5,
            "pile_ids": None,
        }
        | known
        for station_id, source, north_m, known in stations
    ]
    columns = {"piles": "float64", "known_fields": "int64"}
    columns |= dict.fromkeys(("updated_at", "status_at"), "datetime64[us, UTC]")
    return pd.DataFrame(rows).astype(columns)


def pair(north_m=0.0, sources=("x", "y"), one=None, other=None):
    """Return what is reported of two stations: one row or none."""
    stations = world(("a", sources[0], 0.0, one or {}), ("b", sources[1], north_m, other or {}))
    return suspected_duplicates(stations)


TELD, NIO = {"operator_id": "teld"}, {"operator_id": "nio"}


def test_one_site_in_two_sources_is_likely():
    found = pair(
        3.0, one=TELD | {"name": "中关村", "piles": 8}, other=TELD | {"name": "中关村充电站", "piles": 8}
    )
    assert found.iloc[0].to_dict() | {"distance_m": 3} == {
        "keep": "a",
        "drop": "b",
        "kept_for": "first",
        "grade": "likely",
        "score": 9,
        "distance_m": 3,
        "same_operator": True,
        "name_similarity": 1.0,
        "same_piles": True,
        "same_ids": False,
        "keep_source": "x",
        "drop_source": "y",
    }
    assert found.distance_m[0] == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize(
    ("north_m", "sources", "one", "other", "score"),
    [
        (5, "xy", {}, {}, 4),
        (30, "xy", {}, {}, None),
        (30, "xy", TELD, TELD, 4),
        (100, "xy", TELD, TELD, None),
        (100, "xy", TELD | {"name": "虹桥天地"}, TELD | {"name": "虹桥天地"}, 5),
        (160, "xy", TELD | {"name": "虹桥天地"}, TELD | {"name": "虹桥天地"}, None),
        (5, "xy", TELD, NIO, None),
        (5, "xx", TELD, TELD, 5),
        (30, "xx", TELD, TELD, None),
        (60, "xx", TELD | {"name": "虹桥天地"}, TELD | {"name": "虹桥天地"}, None),
        (5, "xx", {"name": "虹桥天地"}, {"name": "虹桥天地"}, 5),
        (5, "xx", TELD | {"name": "虹桥天地"}, TELD | {"name": "浦东机场"}, None),
        (5, "xx", {"operator_raw": "Nobody's"}, {"operator_raw": "nobodys"}, 5),
        (5, "xx", {"operator_raw": "teld"}, TELD, None),
        (5, "xx", {"pile_ids": ["E-1", "E-2"]}, {"pile_ids": ["E-2"]}, 6),
        (5, "xx", {"pile_ids": ["E-1"]}, {"pile_ids": ["E-2"]}, None),
        (5, "xx", {"pile_ids": ["E-1"]}, {}, None),
        (30, "xx", {"pile_ids": ["E-1"]}, {"pile_ids": ["E-1"]}, 4),
        (30, "xx", TELD | {"pile_ids": ["E-1"]}, TELD | {"pile_ids": ["E-1"]}, 6),
        (5, "xy", TELD | {"pile_ids": ["E-1"]}, NIO | {"pile_ids": ["E-1"]}, 4),
    ],
)
def test_evidence_adds_up(north_m, sources, one, other, score):
    found = pair(north_m, sources, one, other)
    assert list(found.score) == ([] if score is None else [score])


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("万达广场1期", "万达广场2期"),
        ("万达广场A座", "万达广场B座"),
        ("万达广场东区", "万达广场西区"),
        ("百葛服务区(北京方向)", "百葛服务区(拉萨方向)"),
        ("百葛服务区北侧", "百葛服务区南侧"),
        ("Milford Northbound Plaza", "Milford Southbound Plaza"),
        ("Keizersgracht 12", "Keizersgracht 24"),
    ],
)
def test_names_that_differ_in_a_number_are_two_sites(name, other):
    assert pair(0.0, "xx", TELD | {"name": name}, TELD | {"name": other}).empty


def test_a_postcode_on_one_side_is_no_other_number():
    found = pair(0.0, "xx", TELD | {"name": "Keizersgracht 12"}, TELD | {"name": "Keizersgracht 12, 1015"})
    assert list(found.grade) == ["likely"]


def test_a_name_that_is_only_the_operator_tells_nothing():
    tesla = {"operator_id": "tesla", "operator_raw": "Tesla Motors"}
    found = pair(5.0, "xx", tesla | {"name": "Tesla Supercharger"}, tesla | {"name": "Tesla Supercharger"})
    assert found.name_similarity.isna().all()
    assert list(found.grade) == ["possible"]


def test_the_most_similar_of_the_names_in_two_scripts_counts():
    found = pair(
        5.0, one=TELD | {"name": "Hongqiao", "name_zh": "虹桥天地"}, other=TELD | {"name": "虹桥天地"}
    )
    assert found.name_similarity[0] == 1.0


@pytest.mark.parametrize(
    ("one", "other", "keep", "why"),
    [
        ({"known_fields": 9}, {}, "a", "more_known"),
        ({}, {"known_fields": 9}, "b", "more_known"),
        ({"updated_at": "2024-01-02T00:00Z"}, {"updated_at": "2024-01-01T00:00Z"}, "a", "newer"),
        ({}, {"updated_at": "2024-01-01T00:00Z"}, "b", "newer"),
        (
            {"known_fields": 9, "updated_at": "2024-02-10T00:00Z"},
            {"updated_at": "2024-06-07T00:00Z"},
            "b",
            "newer",
        ),
        (
            {"known_fields": 9, "updated_at": "2024-02-10T00:00Z"},
            {"status_at": "2024-06-07T00:00Z"},
            "b",
            "newer",
        ),
        ({"known_fields": 9}, {"updated_at": "2024-01-01T00:00Z"}, "b", "newer"),
        (
            {"known_fields": 9, "updated_at": "2024-01-01T00:00Z"},
            {"updated_at": "2024-01-01T05:00Z"},
            "a",
            "more_known",
        ),
        ({"updated_at": "2024-01-01T00:00Z"}, {"updated_at": "2024-01-01T05:00Z"}, "b", "newer"),
        ({}, {}, "a", "first"),
    ],
)
def test_the_one_that_was_told_later_or_says_more_is_kept(one, other, keep, why):
    one, other = (
        {name: pd.Timestamp(value) if name.endswith("_at") else value for name, value in known.items()}
        for known in (one, other)
    )
    found = pair(0.0, one=one, other=other)
    assert (found["keep"][0], found.kept_for[0]) == (keep, why)
    assert {found["keep"][0], found["drop"][0]} == {"a", "b"}


def test_a_point_that_too_many_share_is_reported_as_such_and_in_no_pair():
    stations = world(*((f"a{number:02}", "x", 0.0, TELD) for number in range(21)), ("b", "y", 0.0, TELD))
    assert suspected_duplicates(stations).empty
    assert crowded_points(stations).iloc[0].to_dict() == {
        "lat": pytest.approx(LAT),
        "lon": LON,
        "stations": 22,
        "sources": 2,
        "example": "a00",
    }


def test_twenty_stations_at_one_point_are_compared():
    stations = world(*((f"a{number:02}", "x", 0.0, TELD) for number in range(20)))
    assert len(suspected_duplicates(stations)) == 190
    assert crowded_points(stations).empty


@pytest.mark.parametrize("within_m", [0, -1, math.nan])
def test_a_distance_of_nothing_is_refused(within_m):
    with pytest.raises(UsageError, match="above 0 m"):
        suspected_duplicates(world(("a", "x", 0.0, {})), within_m=within_m)


def test_too_many_pairs_are_refused_before_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr(duplicates, "MAX_PAIRS", 2)
    with pytest.raises(UsageError, match="found 3"):
        suspected_duplicates(world(*((name, "x", at, TELD) for at, name in enumerate("abc"))))


def test_one_station_and_none_have_no_pairs():
    one = world(("a", "x", 0.0, {}))
    for stations in (one, one.iloc[:0]):
        assert list(suspected_duplicates(stations).columns) == list(duplicates.COLUMNS)
        assert suspected_duplicates(stations).empty
        assert crowded_points(stations).empty


def test_pairs_across_the_date_line_and_at_a_pole_are_found():
    stations = world(("a", "x", 0.0, TELD), ("b", "y", 0.0, TELD), ("c", "x", 0.0, NIO), ("d", "y", 0.0, NIO))
    stations["lat"], stations["lon"] = [0.0, 0.0, 90.0, 90.0], [180.0, -179.99999, 0.0, 120.0]
    assert set(suspected_duplicates(stations)["drop"]) == {"b", "d"}


# the slow way: every pair, one rule after the other


def metres(one, other):
    phi, other_phi = math.radians(one["lat"]), math.radians(other["lat"])
    half_lat, half_lon = (other_phi - phi) / 2, math.radians(other["lon"] - one["lon"]) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_lon) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(chord))


def points_of(one, other, distance_m):
    score = 3 if distance_m <= 10 else 1 if distance_m <= 50 else 0
    score += one["source"] != other["source"]
    operators = [
        row["operator_id"] or (row["operator_raw"] and f"raw {row['operator_raw']}") for row in (one, other)
    ]
    if None not in operators:
        score += 2 if operators[0] == operators[1] else -3
    score += one["piles"] == other["piles"]  # NaN equals nothing
    score += 3 * bool(set(one["pile_ids"] or ()) & set(other["pile_ids"] or ()))
    alike = likeness(one["names"], other["names"])
    if alike.is_numbered_apart:
        return score - 3
    return score + (2 * (alike.similarity >= 0.9) or (alike.similarity >= 0.6) - 2 * (alike.similarity < 0.3))


def is_second_better(one, other):
    told, other_told = (
        max((time for time in (row["updated_at"], row["status_at"]) if time is not None), default=None)
        for row in (one, other)
    )
    if told == other_told:
        return other["known_fields"] > one["known_fields"]
    is_later = told is None or (other_told is not None and other_told > told)
    is_one_day = None not in (told, other_told) and abs(other_told - told) < pd.Timedelta(days=1)
    if is_one_day and one["known_fields"] != other["known_fields"]:
        return other["known_fields"] > one["known_fields"]
    return is_later


def slowly(stations, within_m):
    rows = stations.sort_values("station_id").astype(object)
    rows = rows.where(rows.notna() | (rows.columns == "piles"), None)
    names = names_of(rows)
    rows = rows.assign(names=[names(position) for position in range(len(rows))]).to_dict("records")
    found = []
    for one, other in combinations(rows, 2):
        distance_m = metres(one, other)
        limit_m = within_m if one["source"] != other["source"] else min(within_m, 50)
        if distance_m <= limit_m and (score := points_of(one, other, distance_m)) >= 4:
            keep, drop = (other, one) if is_second_better(one, other) else (one, other)
            found.append(
                (
                    -score,
                    round(distance_m, 6),
                    one["station_id"],
                    other["station_id"],
                    keep["station_id"],
                    drop["station_id"],
                )
            )
    return [(keep, drop, -score) for score, _, _, _, keep, drop in sorted(found)]


def random_world(seed, size=200):
    draws = np.random.Generator(np.random.PCG64(seed))
    pick = lambda *choices: draws.choice(np.array(choices, dtype=object), size)  # noqa: E731
    return pd.DataFrame(
        {
            "station_id": [f"s{number:03}" for number in draws.permutation(size)],
            "source": pick("x", "y"),
            "lat": LAT + draws.integers(0, 60, size) * 7 * METRE,
            "lon": LON + draws.integers(0, 60, size) * 7 * METRE,
            "name": pick(None, "虹桥天地", "虹桥天地1期", "虹桥天地2期", "浦东机场", "浦东T2机场"),
            "name_zh": pick(None, "虹桥天地"),
            "operator_id": pick(None, "teld", "nio"),
            "operator_raw": pick(None, "teld"),
            "piles": draws.choice([np.nan, 2, 4], size),
            "updated_at": pd.to_datetime(
                pick(None, "2024-01-01", "2024-01-01T07:00", "2024-02-01"), utc=True, format="ISO8601"
            ),
            "status_at": pd.to_datetime(
                pick(None, None, "2024-01-01T09:00", "2024-03-01"), utc=True, format="ISO8601"
            ),
            "pile_ids": [ids and ids.split() for ids in pick(None, "E-1", "E-1 E-2", "E-3")],
            "known_fields": draws.integers(3, 6, size),
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("within_m", [20.0, 150.0])
def test_the_pairs_are_those_of_comparing_every_two(seed, within_m):
    stations = random_world(seed)
    found = suspected_duplicates(stations, within_m=within_m)
    expected = slowly(stations, within_m)
    assert len(expected) > 20
    assert sorted(zip(found["keep"], found["drop"], found.score, strict=True)) == sorted(expected)
    assert found.score.is_monotonic_decreasing


@pytest.mark.slow
@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_the_order_of_the_stations_does_not_matter(seed, other_seed):
    stations = random_world(seed, size=60)
    shuffled = stations.sample(frac=1, random_state=other_seed)
    before = shuffled.copy()
    pd.testing.assert_frame_equal(suspected_duplicates(stations), suspected_duplicates(shuffled))
    pd.testing.assert_frame_equal(before, shuffled)


@given(st.text(max_size=12), st.text(max_size=12))
def test_similarity_is_symmetric_and_whole_for_itself(name, other):
    one, two = similarity(name, other), similarity(other, name)
    assert one == two or (math.isnan(one) and math.isnan(two))
    assert math.isnan(one) or 0 <= one <= 1
    assert similarity(name, name) == 1 or math.isnan(similarity(name, name))


@pytest.mark.slow
@pytest.mark.realdata
def test_open_charge_map_has_some_sites_twice(tmp_path):

    dataset = import_files([REALDATA / "open_charge_map/poi_open_licensed.jsonl.gz"], build_dir=tmp_path)
    engine = Engine(dataset, memory_limit_mb=100)
    stations = station_points(engine)
    engine.close()
    found = suspected_duplicates(stations)
    print(f"{len(stations)} stations, pairs: {found.grade.value_counts().to_dict()}")
    assert 100 < len(found) < 250
    assert (found.distance_m <= 50).all()
    assert found.grade.eq("likely").mean() > 0.5
