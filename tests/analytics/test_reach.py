"""Reach, on a world along the equator and against loops over the simulated network."""

import math

import numpy as np
import pandas as pd
import pytest
from analytics import plain_reach
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics.reach import (
    NOT_KNOWN,
    is_within,
    nearest_km,
    nearest_of,
    reach_by_cell,
    reach_curve,
    reach_curves,
    unreached_places,
    weights_of_area,
)
from charging.domain.vocabulary import Current
from charging.domain.weights import place_weights, weights_at, weights_in
from charging.errors import UsageError
from charging.simulation.network import simulate_network
from charging.sources.records import StationRecord

DEGREE_KM = 6371.0088 * math.pi / 180  # on the equator: 111.195 km
OPERATORS = ("nio", "teld", "xpeng")


def points_of(*stations):
    return pd.DataFrame(stations, columns=["operator_id", "lat", "lon"]).astype({"operator_id": object})


def weights_of(*rows):
    lat, lon, weight = zip(*rows, strict=True) if rows else ((), (), ())
    return weights_at(lat, lon, weight, title="Towns", unit="people", source="by hand")


POINTS = points_of(("nio", 0.0, 0.0), ("teld", 0.0, 1.5), (None, 0.0, 9.9))
TOWNS = weights_of((0.0, 0.0, 100), (0.0, 1.0, 50), (0.0, 2.0, 0), (0.0, 10.0, 850))


def test_every_place_knows_the_nearest_station_of_each_operator():
    degrees = nearest_km(TOWNS, POINTS) / DEGREE_KM
    expected = {"nio": [0, 1, 2, 10], "teld": [1.5, 0.5, 0.5, 8.5], NOT_KNOWN: [9.9, 8.9, 7.9, 0.1]}
    pd.testing.assert_frame_equal(degrees, pd.DataFrame(expected, dtype=float), atol=1e-12)


def test_the_column_of_unknown_operators_stands_last():
    points = points_of(("zzz", 0.0, 0.0), (None, 0.0, 0.0), ("aaa", 0.0, 0.0))
    assert list(nearest_km(TOWNS, points)) == ["aaa", "zzz", NOT_KNOWN]


def test_of_several_stations_of_an_operator_the_nearest_counts():
    points = points_of(("nio", 0.0, 5.0), ("nio", 0.0, 3.0), ("nio", 0.0, -9.0))
    assert nearest_km(TOWNS, points).nio[0] == pytest.approx(3 * DEGREE_KM, abs=1e-9)


def test_without_stations_everything_is_infinitely_far():
    nearest = nearest_km(TOWNS, points_of())
    assert nearest.shape == (4, 0)
    assert nearest_of(nearest, None).tolist() == [math.inf] * 4


def test_an_operator_without_a_station_is_infinitely_far():
    nearest = nearest_km(TOWNS, POINTS)
    assert nearest_of(nearest, ["xpeng"]).tolist() == [math.inf] * 4
    assert nearest_of(nearest, ["xpeng", "nio"]).tolist() == nearest.nio.tolist()


def test_one_text_is_no_set_of_operators():
    with pytest.raises(UsageError):
        nearest_of(nearest_km(TOWNS, POINTS), "nio")


def test_the_bound_belongs_to_the_reach():
    nearest = pd.DataFrame({"nio": [1.0, 2.0, 3.0]})
    assert is_within(nearest, {"nio"}, 2.0).tolist() == [True, True, False]


def test_a_curve_gives_the_weight_within_each_distance():
    nearest = nearest_km(TOWNS, POINTS)
    expected = {
        "km": [120.0, 0.0, 60.0],
        "weight_reached": [150.0, 100.0, 100.0],
        "weight_whole": [1000.0] * 3,
        "share": [0.15, 0.1, 0.1],
    }
    pd.testing.assert_frame_equal(
        reach_curve(nearest, TOWNS, {"nio"}, [120, 0, 60]), pd.DataFrame(expected), rtol=1e-15
    )


def test_any_operator_includes_those_that_are_not_known():
    nearest = nearest_km(TOWNS, POINTS)
    assert reach_curve(nearest, TOWNS, None, [60]).share[0] == 1
    assert reach_curve(nearest, TOWNS, {"nio", "teld"}, [60]).share[0] == 0.15
    assert reach_curve(nearest, TOWNS, {NOT_KNOWN}, [60]).share[0] == 0.85


def test_no_operator_reaches_nobody():
    curve = reach_curve(nearest_km(TOWNS, POINTS), TOWNS, (), [1e5])
    assert (curve.weight_reached[0], curve.share[0]) == (0, 0)


def test_a_share_of_nothing_is_null():
    towns = weights_of((0.0, 0.0, 0))
    curve = reach_curve(nearest_km(towns, POINTS), towns, None, [50])
    assert (curve.weight_reached[0], curve.weight_whole[0]) == (0, 0)
    assert math.isnan(curve.share[0])


def test_without_weights_nothing_is_said_to_be_zero():
    nobody = weights_of()
    curve = reach_curve(nearest_km(nobody, POINTS), nobody, None, [10, 50])
    assert curve.km.tolist() == [10, 50]
    assert curve.drop(columns="km").isna().all(axis=None)


def test_a_dataset_far_from_all_weights_has_none():
    berlin = points_of(("nio", 52.5, 13.4))
    assert len(weights_of_area(place_weights(), berlin)) == 0


def test_the_area_is_that_of_all_stations_whoever_runs_them():
    assert weights_of_area(TOWNS, POINTS, km=60).lon.tolist() == [0, 1, 2, 10]
    assert weights_of_area(TOWNS, POINTS, km=50).lon.tolist() == [0, 10]


def test_distances_of_other_places_are_refused():
    with pytest.raises(ValueError, match="4 places, found 1"):
        reach_curve(pd.DataFrame({"nio": [1.0]}), TOWNS, None, [50])


KMS = st.lists(st.floats(0, 300), min_size=1, max_size=8)


@st.composite
def reaches(draw):
    """Return distances of some operators, and the weights of the same places."""
    count = draw(st.integers(1, 12))
    column = st.lists(st.floats(0, 250), min_size=count, max_size=count)
    weight = draw(st.lists(st.floats(0, 1e7), min_size=count, max_size=count))
    nearest = pd.DataFrame({name: draw(column) for name in OPERATORS})
    return nearest, weights_of(*((0.0, 0.0, one) for one in weight))


@pytest.mark.slow
@given(reaches(), KMS, st.sets(st.sampled_from(OPERATORS)))
def test_a_curve_never_falls_and_never_passes_the_whole(reach, kms, operators):
    curve = reach_curve(*reach, operators, sorted(kms))
    assert curve.weight_reached.is_monotonic_increasing
    assert (curve.weight_reached <= curve.weight_whole).all()
    assert ((curve.share.dropna() >= 0) & (curve.share.dropna() <= 1)).all()


@pytest.mark.slow
@given(reaches(), KMS, st.sets(st.sampled_from(OPERATORS)), st.sets(st.sampled_from(OPERATORS)))
def test_a_larger_set_of_operators_never_reaches_less(reach, kms, some, more):
    fewer, all_of_them = (reach_curve(*reach, chosen, kms).weight_reached for chosen in (some, some | more))
    # sums of the same weights in another order differ in the last digits
    assert (all_of_them >= fewer - 1e-9 * reach[1].whole).all()


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(OPERATORS), st.floats(-90, 90), st.floats(-180, 180)), max_size=9))
def test_the_nearest_is_the_least_of_all_haversines_on_either_side_of_the_globe(stations):
    nearest = nearest_km(TOWNS, points_of(*stations))
    for at, row in enumerate(plain_reach.nearest_km(list(zip(TOWNS.lat, TOWNS.lon, strict=True)), stations)):
        assert set(nearest) == set(row)
        for name, km in row.items():
            # a haversine near the far side of the globe is itself good to a tenth of a metre
            assert nearest[name][at] == pytest.approx(km, abs=1e-9 if km < 10_000 else 1e-4)


@pytest.fixture(scope="module")
def simulated_stations():
    """The stations of the simulated network that have DC piles; every fiftieth names no operator."""
    stations = [
        (record.operator_id, record.lat, record.lon)
        for record in simulate_network()
        if isinstance(record, StationRecord)
        and any(group.current in (Current.DC, Current.AC_DC) and group.count for group in record.piles)
    ]
    return [
        (None if at % 50 == 0 else operator, lat, lon) for at, (operator, lat, lon) in enumerate(stations)
    ]


@pytest.mark.endurance
def test_the_simulated_network_is_reached_as_loops_say(simulated_stations):
    assert len(simulated_stations) > 80_000
    places = place_weights().where(np.arange(len(place_weights())) % 170 == 0)
    nearest = nearest_km(places, points_of(*simulated_stations))
    plain = plain_reach.nearest_km(list(zip(places.lat, places.lon, strict=True)), simulated_stations)
    assert len(plain) == 15
    for at, row in enumerate(plain):
        assert {name or NOT_KNOWN for name in row} == set(nearest)
        assert [nearest[name or NOT_KNOWN][at] for name in row] == pytest.approx(
            list(row.values()), abs=1e-9, rel=0
        )
    for operators, km in ((None, 3.0), ({"nio"}, 40.0), ({"nio", "teld"}, 10.0)):
        reached = reach_curve(nearest, places, operators, [km]).weight_reached[0]
        assert 0 < reached == plain_reach.reached_weight(plain, places.weight, operators, km)


def test_curves_of_several_networks_are_those_of_each():
    nearest, networks = nearest_km(TOWNS, POINTS), {"one": ["nio"], "any": None, "none": []}
    found = reach_curves(nearest, TOWNS, networks, iter([10, 200]))
    for name, operators in networks.items():
        own = found[found.network == name].drop(columns="network").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, reach_curve(nearest, TOWNS, operators, [10, 200]))


def test_a_cell_is_reached_wholly_partly_or_not_at_all():
    # two towns 5.6 and 11.1 km from a station, in one cell; one far away; one without people
    towns = weights_of((0.0, 0.05, 100), (0.0, 0.1, 50), (0.0, 10.0, 850), (0.0, 20.0, 0))
    nearest = nearest_km(towns, POINTS)
    cells = towns.cells(3)
    assert cells[0] == cells[1]
    verdicts = [reach_by_cell(nearest, towns, ["nio"], km, 3).set_index("cell") for km in (6, 12, 2000)]
    assert [table.category[cells[0]] for table in verdicts] == ["partly", "reached", "reached"]
    assert [table.category[cells[2]] for table in verdicts] == ["missed", "missed", "reached"]
    assert verdicts[0].loc[cells[0], ["weight", "weight_missed"]].to_list() == [150, 50]
    assert all(len(table) == 2 for table in verdicts)


def test_cells_of_weights_are_not_looked_at_more_finely_than_they_are():
    weights = weights_in([0x85283473FFFFFFF], [1], title="Cells", unit="people", source="by hand")
    with pytest.raises(UsageError, match="resolution 5 or coarser"):
        reach_by_cell(nearest_km(weights, POINTS), weights, None, 5, 6)


def test_places_that_are_not_reached_come_by_weight():
    nearest = nearest_km(TOWNS, POINTS)
    far = unreached_places(nearest, TOWNS, ["nio"], 10)
    assert far.table.weight.to_list() == [850, 50]
    assert far.table.distance_km.to_list() == pytest.approx([10 * DEGREE_KM, DEGREE_KM])
    assert far.weight == 900
    assert unreached_places(nearest, TOWNS, [], 10).table.distance_km.isna().all()


@pytest.mark.slow
@given(st.lists(st.tuples(st.floats(0, 9), st.integers(0, 9)), max_size=30), st.integers(0, 9))
def test_what_is_missed_is_the_same_for_the_curve_the_cells_and_the_list(rows, degrees):
    towns = weights_of(*((0.0, lon, weight) for lon, weight in rows))
    nearest, km = nearest_km(towns, POINTS), degrees * DEGREE_KM
    missed = towns.whole - sum(
        weight for (_, weight), is_near in zip(rows, is_within(nearest, ["nio"], km), strict=True) if is_near
    )
    assert unreached_places(nearest, towns, ["nio"], km).weight == missed
    cells = reach_by_cell(nearest, towns, ["nio"], km, 4)
    assert (cells.weight_missed.sum(), cells.weight.sum()) == (missed, towns.whole)
