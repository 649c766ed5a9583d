"""The questions of the page, held against the analyses asked directly and against counting by hand."""

from contextlib import closing

import h3.api.numpy_int as h3
import numpy as np
import pytest

from charging.analytics.coverage_options import Gain, Grid
from charging.analytics.population import people_of
from charging.analytics.reach import nearest_km, reach_curve
from charging.analytics.studies import (
    CURVE_KMS,
    Uncached,
    city_density,
    compare_operators,
    concentrations,
    distances_km,
    gains,
    losses,
    near_cities,
    reach_filters,
    reach_networks,
    spot_candidates,
    unknowns,
    usual_sets,
)
from charging.analytics.white_spots import white_spot_candidates
from charging.dataset.versions import write_version
from charging.domain.filters import Filters
from charging.domain.vocabulary import Current
from charging.domain.weights import weights_at
from charging.errors import UsageError
from charging.queries.engine import Engine
from charging.queries.holdings import Unit
from charging.queries.points import points


@pytest.fixture(scope="module")
def tiny(tiny_dataset):
    with closing(Engine(tiny_dataset, memory_limit_mb=100)) as engine:
        yield Uncached(engine)


def test_losses_are_of_the_selection(tiny):
    everywhere = losses(tiny, Filters(), ["nio"], Unit.CITY)
    assert dict(zip(everywhere.unit, everywhere.piles_after, strict=True)) == {
        "110000": 34,
        "310000": 18,
        "440300": 18,
    }
    strong = losses(tiny, Filters(min_power_kw=180), ["nio"], Unit.CITY)
    assert dict(zip(strong.unit, strong.category, strict=True)) == {"110000": "lost", "440300": "untouched"}


def test_the_whole_selection_has_stations_without_a_city_too(tiny):
    [row] = concentrations(tiny, Filters()).to_dict("records")
    assert (row["largest_operator"], row["largest_piles"], row["piles"]) == ("teld", 42, 82)
    assert row["hhi"] == pytest.approx(10_000 * (42**2 + 22**2 + 10**2 + 6**2) / 82**2)
    assert concentrations(tiny, Filters(), Unit.CITY).piles.sum() == 80


def test_of_nothing_there_is_no_concentration(tiny):
    assert concentrations(tiny, Filters(text="nowhere")).empty


def test_two_sets_are_compared_in_one_dataset_and_may_be_the_same_in_two(tiny):
    table = compare_operators(tiny, Filters(), ["nio"], ["teld"], Unit.CITY)
    assert table.category.to_list() == ["b_leads", "b_leads", "others"]
    with pytest.raises(UsageError, match="nio"):
        compare_operators(tiny, Filters(), ["nio"], ["nio"], Unit.CITY)
    same = compare_operators(tiny, Filters(), ["nio"], ["nio"], 6, tiny)
    assert same.piles_a.sum() == same.piles_b.sum() == 10


def test_what_is_not_known_is_counted(tiny):
    found = unknowns(tiny, Filters())
    assert (found.stations, found.stations_without_piles, found.stations_without_city) == (12, 1, 1)
    assert (found.piles, found.piles_without_operator) == (82, 2)
    assert unknowns(tiny, Filters(text="nowhere")).piles == 0


def test_a_cell_is_near_its_city_and_one_abroad_near_none():
    cells = np.array([h3.latlng_to_cell(22.54, 114.06, 7), h3.latlng_to_cell(52.5, 13.4, 7)], dtype=np.int64)
    near = near_cities(cells)
    assert near.city_id[0] == "440300"
    assert near.km[0] < 10
    assert near.iloc[1].isna().all()


def test_no_cells_are_near_no_cities():
    assert near_cities(np.array([], dtype=np.int64)).empty


def test_reach_is_asked_about_dc_unless_the_selection_says_otherwise():
    assert reach_filters(Filters(cities=("110000",))) == Filters(cities=("110000",), currents=(Current.DC,))
    assert reach_filters(Filters(currents=(Current.AC,))) == Filters(currents=(Current.AC,))


@pytest.mark.parametrize("filters", [Filters(), Filters(currents=(Current.AC,))])
def test_people_that_partners_add_are_those_that_reach_tells_of(tiny, filters):
    base, partners, km = ("state_grid",), ("nio", "teld"), 5.0
    added = gains(tiny, filters, base, partners, Grid(km=km))[Gain.PEOPLE]
    reached = reach_curve(
        distances_km(tiny, reach_filters(filters)), tiny.ask(people_of), (*base, *partners), [km]
    )
    assert added.covered_after.iloc[-1] == reached.weight_reached[0] > 0
    assert added.whole[0] == reached.weight_whole[0]


def test_reach_in_a_selection_is_that_of_its_points(tiny):
    filters = reach_filters(Filters())
    people = tiny.ask(people_of)
    own = nearest_km(people, tiny.ask(points, filters))
    assert distances_km(tiny, filters).equals(own)
    assert distances_km(tiny, filters, people).equals(own)
    share = reach_curve(own, people, None, CURVE_KMS).share
    assert share.is_monotonic_increasing


def test_who_lives_in_the_area_is_found_once_for_all_selections(tiny, monkeypatch):
    people = tiny.ask(people_of)
    monkeypatch.delattr("charging.analytics.population.weights_of_area")  # whoever finds it again fails
    assert len(distances_km(tiny, Filters(min_power_kw=60))) == len(people) > 0


def test_candidates_for_white_spots_are_of_the_people_of_the_area_or_of_given_weights(tiny):
    people, own = tiny.ask(people_of), ("nio",)
    expected = white_spot_candidates(people, tiny.ask(points, Filters()), 5, own)
    assert spot_candidates(tiny, Filters(), 5, own).equals(expected)
    town = weights_at([39.9], [116.4], [7], title="Town", unit="weight", source="by hand")
    [row] = spot_candidates(tiny, Filters(), 5, own, town).to_dict("records")
    assert row["weight"] == 7


def test_cities_come_by_piles_per_person_and_those_without_people_last(tiny):
    cities = city_density(tiny, Filters())
    assert set(cities.city_id.dropna()) == {"110000", "310000", "440300"}
    assert cities.piles_per_100k.dropna().is_monotonic_decreasing
    assert cities.city_id.isna().to_list() == [False, False, False, True]
    assert cities.piles.sum() == 82


def test_the_carmakers_join_the_public_operators_unless_others_are_chosen(tiny):
    sets = usual_sets(tiny)
    assert (sets.partner, sets.leaver) == (("nio",), ("nio",))
    assert sets.base == ("teld", "state_grid", "无名充电", "nobodys_charging")
    assert (sets.a, sets.b) == (("nio",), ("teld",))


def test_without_carmakers_the_others_join_the_largest(build, tiny_records, tiny_description, tmp_path):
    public = [record for record in tiny_records[:4] if getattr(record, "operator_id", None) != "nio"]
    built = build(public)
    dataset = write_version(tmp_path / "public", built.tables, tiny_description)
    with closing(Engine(dataset, memory_limit_mb=100)) as engine:
        sets = usual_sets(Uncached(engine))
    assert (sets.base, sets.partner) == (("teld",), ("state_grid", "nobodys_charging"))


def test_of_many_operators_only_the_largest_are_in_the_usual_sets(tiny, monkeypatch):
    monkeypatch.setattr("charging.analytics.studies.MAX_USUAL", 1)
    assert (usual_sets(tiny).base, usual_sets(tiny).partner) == (("teld",), ("nio",))


def test_reach_is_told_of_base_both_all_and_each_partner():
    assert reach_networks(["teld"], ["nio"]) == {
        "base": ("teld",),
        "both": ("teld", "nio"),
        "all": None,
        "alone.nio": ("nio",),
    }
    assert list(reach_networks([], ["nio"])) == ["both", "all"]
    assert list(reach_networks(["teld"], [])) == ["base", "all"]
