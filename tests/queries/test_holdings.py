"""What operators hold equals the slow reference, in cells of every resolution, cities and service areas."""

import pytest
import reference
from examples import OF_EACH
from hypothesis import given, settings
from queries.test_queries import light_selections, world  # noqa: F401  the random world of all queries

from charging.domain.filters import Filters
from charging.queries.engine import Engine
from charging.queries.holdings import Unit, holdings


def expected_holdings(groups, by):
    """Return (unit, operator, stations, piles, DC piles) of each pair, in order; None is "not known"."""
    pairs = reference.by(groups, lambda group: (unit_of(group, by), group["operator_id"]))
    sums = {pair: reference.sums(part) for pair, part in pairs.items() if pair[0] is not None}
    return [
        (*pair, *(sums[pair][name] for name in ("stations", "piles", "dc_piles")))
        for pair in sorted(sums, key=lambda pair: (pair[0], pair[1] is None, pair[1] or ""))
    ]


def unit_of(group, by):
    return group[str(by)] if isinstance(by, Unit) else reference.cell_of(group, by)


def rows_of(table):
    values = table.astype(object).where(table.notna(), None)
    return list(values.itertuples(index=False, name=None))


@pytest.fixture
def tiny(tiny_dataset):
    engine = Engine(tiny_dataset, memory_limit_mb=100)
    yield engine
    engine.close()


@pytest.mark.slow
@pytest.mark.parametrize("by", [*range(12), *Unit])
@settings(max_examples=OF_EACH)
@given(filters=light_selections)
def test_holdings_equal_the_reference(world, by, filters):  # noqa: F811
    found = holdings(world.engine, filters, by)
    assert rows_of(found) == expected_holdings(reference.selected(world.groups, filters), by)


def test_holdings_in_cities_are_in_order_and_keep_what_is_not_known(tiny):
    found = holdings(tiny, Filters(cities=("310000",)), Unit.CITY)
    assert rows_of(found) == [
        ("310000", "nio", 2, 4, 1),  # its pile in a station of another operator counts
        ("310000", "state_grid", 1, 8, None),
        ("310000", "teld", 2, 10, 9),
    ]


def test_a_service_area_without_a_station_has_no_row(tiny):
    assert rows_of(holdings(tiny, Filters(), Unit.SERVICE_AREA)) == [("G6-1-out", "state_grid", 1, 4, 4)]


@pytest.mark.parametrize("by", [7, Unit.CITY])
def test_a_selection_of_nothing_has_no_rows_and_the_same_columns(tiny, by):
    none, some = (holdings(tiny, Filters(operators=ids), by) for ids in (("nobody",), ()))
    assert (len(none), none.dtypes.to_dict()) == (0, some.dtypes.to_dict())
    assert none.columns.tolist() == ["unit", "operator_id", "stations", "piles", "dc_piles"]


@pytest.mark.parametrize("resolution", [-1, 12])
def test_a_resolution_finer_than_the_stored_one_is_refused(tiny, resolution):
    with pytest.raises(ValueError, match="resolution must be 0 to 11"):
        holdings(tiny, Filters(), resolution)
