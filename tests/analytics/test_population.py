"""Distances found among the nearest few points, held against a tree of the selected points alone."""

from contextlib import closing

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics import population
from charging.analytics.population import nearest_people_km, people_of
from charging.analytics.reach import NOT_KNOWN, nearest_km
from charging.domain.filters import Filters
from charging.domain.vocabulary import Current
from charging.queries.engine import Engine
from charging.queries.points import points

SELECTIONS = st.builds(
    Filters,
    operators=st.sets(st.sampled_from(["nio", "teld", "state_grid", "nobody"])),
    currents=st.sets(st.sampled_from(Current)),
    min_power_kw=st.sampled_from([None, 60.0, 120.0, 250.0, 480.0]),
    include_unknown=st.booleans(),
)


@pytest.fixture(
    params=[("tiny_dataset", 1), ("tiny_dataset", 8), ("simulated", 1), ("simulated", 8)],
    ids=lambda param: f"{param[0]}, the nearest {param[1]}",
    scope="module",
)
def engine(request):
    """Give an engine that has found the nearest few, once for all selections."""
    name, few = request.param
    with (
        pytest.MonkeyPatch.context() as patched,
        closing(Engine(request.getfixturevalue(name), memory_limit_mb=100)) as engine,
    ):
        patched.setattr(population, "POINTS_PER_PLACE", few)
        nearest_people_km(engine, Filters(operators=("nio",)))
        yield engine


@pytest.mark.slow
@given(SELECTIONS)
def test_distances_are_those_to_the_selected_points(engine, filters):
    found = nearest_people_km(engine, filters)
    expected = nearest_km(people_of(engine), points(engine, filters))
    pd.testing.assert_frame_equal(found, expected, rtol=0, atol=1e-9)


@pytest.mark.slow
def test_an_operator_without_a_selected_point_has_no_column(engine):
    found = nearest_people_km(engine, Filters(operators=("nio",), include_unknown=True))
    assert {"nio"} <= set(found) <= {"nio", NOT_KNOWN}
    assert nearest_people_km(engine, Filters(operators=("nobody",))).shape == (len(people_of(engine)), 0)
