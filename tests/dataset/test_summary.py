import pytest

from charging.dataset.summary import summarise
from charging.dataset.versions import write_version
from charging.domain.vocabulary import Datum
from charging.sources.records import StationRecord


def test_the_figures_of_the_tiny_world(tiny_dataset):
    assert summarise(tiny_dataset).to_json() == {
        "stations": 12,
        "stations_without_pile_count": 1,
        "piles": 82,
        "repeated_piles": 0,
        "dc_piles": 40,
        "piles_without_current": 11,
        "piles_by_operator": {"teld": 42, "state_grid": 22, "nio": 10, "无名充电": 6},
        "piles_without_operator": 2,
        "operators": 5,
        "cities": 3,
        "places": 4,
        "service_areas": 2,
        "service_areas_with_piles": 1,
        "service_area_share": 0.5,
    }


@pytest.fixture
def bare(tmp_path, build, tiny_description):
    record = StationRecord(source_id="1", lat=39.9, lon=116.4, datum=Datum.WGS84, stated_piles=3)
    return write_version(tmp_path / "bare", build([record]).tables, tiny_description)


def test_what_is_not_known_is_not_zero(bare):
    summary = summarise(bare)
    assert (summary.dc_piles, summary.service_area_share) == (None, None)
    assert (summary.piles_without_current, summary.piles_without_operator) == (3, 3)
