"""Gaps by hand, by the plain reference, and by the rules that hold on any road."""

from contextlib import closing

import pandas as pd
import pytest
from analytics import plain_highways as plain
from hypothesis import assume, given
from hypothesis import strategies as st

from charging.analytics.highways import (
    FITS_KM,
    AreaShare,
    area_layer,
    area_piles,
    area_share,
    gap_changes,
    gap_lines,
    gaps,
    roads_of,
)
from charging.domain.expressways import length_km, load_expressways, points_at
from charging.domain.filters import Filters
from charging.domain.geography import great_circle_km
from charging.queries.engine import Engine
from charging.queries.highways import service_areas
from charging.queries.holdings import Unit, holdings

ROADS = {road.number: road for road in load_expressways()}
HELD = ["unit", "operator_id", "piles"]
AREA = ["service_area_id", "name", "expressway", "direction", "chainage_km", "lat", "lon"]
BROKEN = next(road for road in ROADS.values() if len(road.sections) > 1)


def areas_at(*chainages_km, expressway="X1", direction="east"):
    """Return areas of a road that no file knows; the id says road, direction and chainage."""
    return pd.DataFrame(
        [
            (f"{expressway}-{direction}-{km:g}", f"K{km:g}", expressway, direction, km, 30.0, 100.0)
            for km in chainages_km
        ],
        columns=AREA,
    )


def along(road, *chainages_km, direction="A"):
    """Return areas that lie on the line of an expressway."""
    areas = areas_at(*chainages_km, expressway=road.number, direction=direction)
    points = points_at(road, [float(km) for km in chainages_km])
    return areas.assign(lat=points.lat, lon=points.lon)


def piles_in(*rows):
    return pd.DataFrame(rows, columns=HELD).astype({"piles": "float64"})


def only(table):
    assert len(table) == 1
    return table.iloc[0]


FIVE = areas_at(10, 40, 100, 160, 200)
SERVED = piles_in(("X1-east-40", "a", 2), ("X1-east-160", "b", 1), ("X1-east-100", "a", None))


def test_piles_are_those_of_the_operators_and_an_unknown_count_is_no_zero():
    found = area_piles(FIVE, SERVED, ["a"]).astype("object")
    assert found.where(found.notna(), None).tolist() == [0, 2, None, 0, 0]
    assert area_piles(FIVE, SERVED)[3] == 1


def test_a_share_tells_its_parts_and_what_is_not_known():
    share = area_share(FIVE, SERVED)
    assert share == AreaShare(with_piles=2, unknown=1, areas=5)
    assert (share.share, share.empty) == (0.4, 2)
    assert area_share(FIVE[:0], SERVED).share is None


def test_an_area_is_empty_for_an_operator_that_has_no_pile_there():
    for operators, empty in ((None, [10, 200]), (["b"], [10, 40, 100, 200])):
        assert FIVE.chainage_km[area_piles(FIVE, SERVED, operators) == 0].tolist() == empty


def test_a_list_of_an_unknown_road_ends_with_its_first_and_last_area():
    gap = only(gaps(FIVE, SERVED))
    assert (gap.ends, gap.road_km, gap.areas, gap.areas_with_piles, gap.areas_unknown) == (
        "listed",
        190,
        5,
        2,
        1,
    )
    assert (gap.gap_km, gap.from_km, gap.to_km) == (120, 40, 160)
    assert (gap.from_id, gap.from_name, gap.to_id, gap.areas_inside) == (
        "X1-east-40",
        "K40",
        "X1-east-160",
        1,
    )
    assert gap.crosses_break is pd.NA


def test_a_road_without_a_pile_is_one_gap():
    gap = only(gaps(FIVE, SERVED, ["nobody"]))
    assert (gap.gap_km, gap.from_id, gap.to_id, gap.areas_inside) == (190, "X1-east-10", "X1-east-200", 5)


def test_the_ends_of_a_known_road_count_as_ends_of_a_gap():
    road = ROADS["G1"]
    areas = along(road, 100, 500)
    gap = only(gaps(areas, piles_in(("G1-A-100", "a", 1), ("G1-A-500", "a", 1))))
    assert (gap.ends, gap.from_km, gap.from_id) == ("known", 500, "G1-A-500")
    assert gap.gap_km == pytest.approx(length_km(road) - 500)
    assert (gap.to_id, gap.to_name, gap.to_km) == (None, "哈尔滨市", length_km(road))
    first = only(gaps(along(road, 900), piles_in(("G1-A-900", "a", 1))))
    assert (first.from_km, first.from_id, first.from_name, first.gap_km) == (0, None, "北京市", 900)
    assert (first.from_lat, first.from_lon) == (road.cities[0].lat, road.cities[0].lon)


def test_a_number_that_is_known_says_nothing_about_a_list_that_lies_elsewhere():
    areas = along(ROADS["G1"], 100, 500)
    assert only(gaps(areas, piles_in())).ends == "known"
    away = areas.assign(lat=areas.lat + 1.5 * FITS_KM / 111)
    assert only(gaps(away, piles_in())).ends == "listed"
    beyond = areas.assign(chainage_km=[100.0, 99_999.0])
    assert only(gaps(beyond, piles_in())).road_km == 99_899


def test_of_equal_gaps_the_first_is_told():
    gap = only(gaps(areas_at(0, 50, 100, 150), piles_in(("X1-east-50", "a", 1), ("X1-east-100", "a", 1))))
    assert (gap.from_km, gap.gap_km) == (0, 50)


def test_the_sides_of_a_road_are_two_roads():
    areas = pd.concat([FIVE, areas_at(10, 200, direction="west")], ignore_index=True)
    table = gaps(areas, SERVED)
    assert table[["direction", "gap_km"]].to_numpy().tolist() == [["west", 190], ["east", 120]]


def test_a_gap_over_a_ferry_counts_the_road_on_both_sides_and_says_so():
    end_km = length_km(type(BROKEN)(number="", name_zh="", name_en="", sections=BROKEN.sections[:1]))
    areas = along(BROKEN, end_km - 20, end_km + 30)
    gap = only(gaps(areas, piles_in()))
    assert (gap.gap_km, gap.crosses_break) == (length_km(BROKEN), True)
    served = piles_in(*((area_id, "a", 1) for area_id in areas.service_area_id))
    assert not only(gaps(areas, served)).crosses_break


def test_no_areas_have_no_gaps():
    assert len(gaps(FIVE[:0], SERVED)) == 0
    assert list(gaps(FIVE[:0], SERVED)) == list(gaps(FIVE, SERVED))


def test_a_partner_shortens_the_gap_where_its_piles_stand():
    changed = only(gap_changes(FIVE, SERVED, ["a"], ["b"]))
    assert (changed.gap_km_before, changed.gap_km_after, changed.shortened_km) == (160, 120, 40)
    assert (changed.areas, changed.areas_with_piles_before, changed.areas_gained) == (5, 1, 1)
    assert only(gap_changes(FIVE, SERVED, ["a"], ["a"])).shortened_km == 0
    assert only(gap_changes(FIVE, SERVED, [], ["a"])).gap_km_before == 190


def test_several_partners_join_at_once():
    both = only(gap_changes(FIVE, SERVED, [], ["a", "b"]))
    assert (both.gap_km_before, both.gap_km_after, both.areas_gained) == (190, 120, 2)


def test_roads_made_before_answer_as_those_made_anew():
    roads = roads_of(FIVE)
    pd.testing.assert_frame_equal(gaps(FIVE, SERVED, roads=roads), gaps(FIVE, SERVED))
    changed = gap_changes(FIVE, SERVED, ["a"], ["b"], roads=roads)
    pd.testing.assert_frame_equal(changed, gap_changes(FIVE, SERVED, ["a"], ["b"]))


def test_an_area_says_whose_piles_stand_there():
    there = piles_in(
        ("X1-east-10", "a", 2),
        ("X1-east-10", "b", 1),
        ("X1-east-40", "b", 1),
        ("X1-east-40", "a", None),
        ("X1-east-100", "c", 9),
        ("X1-east-160", "b", None),
    )
    layer = area_layer(FIVE, there, ["a"], ["a", "b"])
    assert layer.category.tolist() == ["base", "partners", "empty", None, "empty"]
    assert layer.partner_piles.fillna(-1).tolist() == [1, 1, 0, -1, 0]


@pytest.mark.slow
@given(base=st.lists(st.sampled_from("abc"), unique=True), partners=st.lists(st.sampled_from("abc")))
def test_the_classes_of_areas_add_up_to_the_shares(base, partners):
    """What is classed is what the shares before and after count."""
    classes = area_layer(FIVE, SERVED, base, partners).category
    before, after = (area_share(FIVE, SERVED, found) for found in (base, [*base, *partners]))
    assert (classes == "base").sum() == before.with_piles
    assert classes.isin(["base", "partners"]).sum() == after.with_piles
    assert ((classes == "empty").sum(), classes.isna().sum()) == (after.empty, after.unknown)


def test_a_gap_of_a_known_road_is_drawn_along_its_line_and_torn_at_a_ferry():
    areas = along(BROKEN, 10)
    pieces = gap_lines(gaps(areas, piles_in()), areas)
    assert [piece.row for piece in pieces] == [0] * len(BROKEN.sections)
    drawn_km = [float(great_circle_km(p.lat[:-1], p.lon[:-1], p.lat[1:], p.lon[1:]).sum()) for p in pieces]
    # chords cut the corners at cities, a little
    assert sum(drawn_km) == pytest.approx(length_km(BROKEN), rel=0.01)
    first = BROKEN.sections[0][-1]
    assert (pieces[0].lat[-1], pieces[0].lon[-1]) == pytest.approx((first.lat, first.lon), abs=1e-4)


def test_a_gap_of_a_listed_road_joins_its_areas():
    areas = FIVE.assign(lat=[30.0, 31.0, 32.0, 33.0, 34.0])
    (piece,) = gap_lines(gaps(areas, SERVED), areas)
    assert piece.lat.tolist() == [31.0, 32.0, 33.0]


chainages = st.lists(st.integers(0, 3000), min_size=1, max_size=12, unique=True).map(
    lambda found: sorted(km / 10 for km in found)
)
operators = st.sampled_from(["a", "b", None])
counts = st.sampled_from([1.0, 5.0, None])


@st.composite
def roadsides(draw):
    """Return areas of up to two roads, and what some operators hold there."""
    areas = pd.concat(
        [areas_at(*draw(chainages), direction=direction) for direction in ("east", "west")],
        ignore_index=True,
    )
    pairs = draw(st.lists(st.tuples(st.sampled_from(areas.service_area_id.tolist()), operators, counts)))
    return areas, piles_in(
        *{(area_id, operator): (area_id, operator, n) for area_id, operator, n in pairs}.values()
    )


def records(table):
    return table.astype("object").where(table.notna(), None).to_dict("records")


def same_as_plain(areas, holdings_, wanted, lengths_km):
    expected = plain.gaps(records(areas), records(holdings_), wanted, lengths_km)
    found = gaps(areas, holdings_, wanted)
    assert len(found) == len(expected)
    for row in found.itertuples():
        row_values = (row.gap_km, row.from_km, row.to_km, row.areas, row.areas_with_piles)
        assert row_values == pytest.approx(expected[row.expressway, row.direction], rel=0, abs=1e-9)


@pytest.mark.slow
@given(world=roadsides(), wanted=st.sampled_from([None, [], ["a"], ["a", "b"]]))
def test_gaps_are_those_of_the_plain_reference(world, wanted):
    same_as_plain(*world, wanted, {})


@pytest.mark.slow
@given(world=roadsides(), partner=st.sampled_from(["a", "b", "nobody"]))
def test_a_partner_never_lengthens_a_gap(world, partner):
    changed = gap_changes(*world, ["a"], [partner])
    assert (changed.shortened_km >= 0).all()
    assert (changed.areas_gained >= 0).all()


@pytest.mark.slow
@given(km=chainages)
def test_the_gaps_of_a_road_add_up_to_its_length(km):
    """Each pair of neighbours is a road of its own here, whose only gap is the one between them."""
    assume(len(km) > 1)
    areas = areas_at(*km)
    served = piles_in(*((area_id, "a", 1) for area_id in areas.service_area_id))
    whole = only(gaps(areas, served))
    pairs = [areas.iloc[at : at + 2].assign(direction=str(at)) for at in range(len(areas) - 1)]
    parts = gaps(pd.concat(pairs, ignore_index=True), served)
    assert parts.gap_km.sum() == pytest.approx(whole.road_km)
    assert parts.gap_km.max() == whole.gap_km


@pytest.fixture(scope="module")
def simulated_roads(simulated):
    with closing(Engine(simulated, memory_limit_mb=500)) as engine:
        return service_areas(engine, Filters()), holdings(engine, Filters(), Unit.SERVICE_AREA)


@pytest.mark.endurance
@pytest.mark.parametrize("wanted", [None, ["nio", "xpeng", "li_auto"]])
def test_gaps_of_the_simulated_network_are_those_of_the_plain_reference(simulated_roads, wanted):
    areas, holdings_ = simulated_roads
    by_area = {}
    for row in records(holdings_):
        by_area.setdefault(row["unit"], []).append(row)
    found = gaps(areas, holdings_, wanted)
    lengths_km = plain.lengths_km()
    assert (found.ends == "known").all()
    for row in found.itertuples():
        mine = areas[(areas.expressway == row.expressway) & (areas.direction == row.direction)]
        there = [held_ for area_id in mine.service_area_id for held_ in by_area.get(area_id, [])]
        row_values = (row.gap_km, row.from_km, row.to_km, row.areas, row.areas_with_piles)
        expected = plain.longest(records(mine), there, wanted, lengths_km[row.expressway])
        assert row_values == pytest.approx(expected, rel=0, abs=1e-9)


def test_the_share_of_the_simulated_network_is_the_published_one(simulated_roads):
    share = area_share(*simulated_roads)
    assert round(100 * share.share, 1) == 88.1
    assert (area_piles(*simulated_roads) == 0).sum() == share.empty == share.areas - share.with_piles
