"""Distances found among the nearest few points, held against a tree of the selected points alone."""

from contextlib import closing

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charging.analytics import nearby
from charging.analytics.nearby import nearest_selected_km
from charging.analytics.reach import NOT_KNOWN, nearest_km
from charging.domain.filters import Filters
from charging.domain.vocabulary import Current
from charging.domain.weights import place_weights
from charging.queries.engine import Engine
from charging.queries.points import points

PLACES = place_weights()

SELECTIONS = st.builds(
    Filters,
    operators=st.sets(st.sampled_from(["nio", "teld", "state_grid", "nobody"])),
    currents=st.sets(st.sampled_from(Current)),
    min_power_kw=st.sampled_from([None, 60.0, 120.0, 250.0, 480.0]),
    include_unknown=st.booleans(),
)


@pytest.fixture(params=["tiny_dataset", "simulated"], scope="module")
def engine(request):
    with closing(Engine(request.getfixturevalue(request.param), memory_limit_mb=100)) as engine:
        yield engine


@pytest.mark.parametrize("few", [1, 8])
@given(SELECTIONS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_distances_are_those_to_the_selected_points(engine, monkeypatch, few, filters):
    monkeypatch.setattr(nearby, "FEW", few)
    engine.forget()
    found = nearest_selected_km(engine, PLACES, filters)
    pd.testing.assert_frame_equal(found, nearest_km(PLACES, points(engine, filters)), rtol=0, atol=1e-9)


def test_an_operator_without_a_selected_point_has_no_column(engine):
    found = nearest_selected_km(engine, PLACES, Filters(operators=("nio",), include_unknown=True))
    assert {"nio"} <= set(found) <= {"nio", NOT_KNOWN}
    assert nearest_selected_km(engine, PLACES, Filters(operators=("nobody",))).shape == (len(PLACES), 0)
