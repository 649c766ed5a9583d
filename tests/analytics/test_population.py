"""Distances found among the nearest few points, held against a tree of the selected points alone."""

from contextlib import closing

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics import population
from charging.analytics.population import nearest_people_km, people_of
from charging.analytics.reach import NOT_KNOWN, nearest_km
from charging.dataset.versions import write_version
from charging.domain.filters import Filters
from charging.domain.vocabulary import Current, Datum
from charging.queries.engine import Engine
from charging.queries.points import points
from charging.sources.records import PileRecord, StationRecord

SELECTIONS = st.builds(
    Filters,
    operators=st.sets(st.sampled_from(["nio", "teld", "state_grid", "nobody"])),
    currents=st.sets(st.sampled_from(Current)),
    min_power_kw=st.sampled_from([None, 60.0, 120.0, 250.0, 480.0]),
    include_unknown=st.booleans(),
)


FEW = [
    ("tiny_dataset", 1),
    ("tiny_dataset", 8),
    pytest.param(("simulated", 1), marks=pytest.mark.endurance),
    ("simulated", 8),
]


@pytest.fixture(params=FEW, ids=lambda param: f"{param[0]}, the nearest {param[1]}", scope="module")
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


SHANGHAI, BEIJING = (31.23, 121.47), (39.91, 116.39)


@pytest.fixture
def people_around(tmp_path, build, tiny_description):
    """Return how many people a dataset covers, given the piles of each station; None: not known."""

    def _people_around(**piles):
        records = [
            StationRecord(
                source_id=name,
                lat=lat,
                lon=lon,
                datum=Datum.WGS84,
                country="CN",
                piles=(PileRecord(count=piles[name], current=Current.DC),) if piles[name] else (),
            )
            for name, (lat, lon) in (("shanghai", SHANGHAI), ("beijing", BEIJING))
            if name in piles
        ]
        dataset = write_version(tmp_path / "some", build(records).tables, tiny_description)
        with closing(Engine(dataset, memory_limit_mb=100)) as engine:
            return people_of(engine).whole

    return _people_around


def test_a_station_whose_piles_are_not_known_covers_its_surroundings_too(people_around):
    both = people_around(shanghai=4, beijing=1)
    assert people_around(shanghai=4, beijing=None) == people_around(shanghai=None, beijing=None) == both
    assert people_around(shanghai=4) < both
