"""Points of stations, against the slow reference."""

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.filters import Filters
from charging.domain.vocabulary import Current
from charging.queries.engine import Engine
from charging.queries.points import points


@pytest.fixture(scope="module")
def engine(tiny_dataset):
    with_tables = Engine(tiny_dataset, memory_limit_mb=100)
    yield with_tables
    with_tables.close()


@pytest.fixture(scope="module")
def groups(tiny_built):
    tables = (tiny_built.tables[name].to_pandas() for name in ("stations", "piles"))
    return reference.all_groups(*tables)


def plain_points(groups, filters):
    """Return the piles of each station's place and operator, where they are known and above zero."""
    held = reference.by(
        reference.selected(groups, filters), lambda group: (group["station_id"], group["operator_id"])
    )
    return {
        (round(part[0]["lat"], 9), round(part[0]["lon"], 9), part[0]["cell"], operator): piles
        for (_, operator), part in held.items()
        if (piles := sum(group["count"] or 0 for group in part))
    }


def as_dict(table):
    keys = zip(table.lat.round(9), table.lon.round(9), table.cell, table.operator_id, strict=True)
    return dict(zip(keys, table.piles, strict=True))


SELECTIONS = st.builds(
    Filters,
    operators=st.sets(st.sampled_from(["nio", "teld", "state_grid", "nobody"])),
    currents=st.sets(st.sampled_from(Current)),
    cities=st.sets(st.sampled_from(["110000", "310000", "440300"])),
    min_power_kw=st.sampled_from([None, 60.0, 200.0]),
    text=st.sampled_from(["", "蔚来", "%"]),
    include_unknown=st.booleans(),
)


@pytest.mark.slow
@given(SELECTIONS)
def test_points_are_those_of_the_reference(engine, groups, filters):
    assert as_dict(points(engine, filters)) == plain_points(groups, filters)


def test_a_station_whose_piles_are_not_known_is_no_point(engine, tiny_built):
    names = tiny_built.tables["stations"].to_pandas().set_index("station_id")
    table = points(engine, Filters())
    assert "tiny:bj-3" in names.index
    assert not table.lat.eq(names.lat["tiny:bj-3"]).any()


def test_a_station_is_a_point_of_each_of_its_operators(engine):
    airport = points(engine, Filters()).query("lat == 31.15")
    assert airport.operator_id.tolist()[:2] == ["nio", "teld"]
    assert airport.station_no.nunique() == 1


def test_an_operator_that_is_not_known_is_null_and_stands_last(engine):
    table = points(engine, Filters(cities=("440300",)))
    assert table.operator_id.dtype == object
    assert [owner for owner in table.operator_id if owner is None] == [None]


def test_points_are_ordered_by_station_and_typed(engine):
    table = points(engine, Filters())
    assert list(table) == ["station_no", "operator_id", "lat", "lon", "cell", "piles"]
    assert table.station_no.is_monotonic_increasing
    assert (table.cell.dtype, table.piles.dtype) == (np.int64, np.float64)


def test_nothing_selected_is_no_point(engine):
    table = points(engine, Filters(operators=("nobody",)))
    assert table.shape == (0, 6)
    assert table.cell.dtype == np.int64
