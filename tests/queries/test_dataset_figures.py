"""The figures that head a dataset of which none were published: not known where nothing is known."""

import pytest

from charging.dataset.summary import summarise
from charging.dataset.versions import write_version
from charging.domain.filters import Filters
from charging.domain.vocabulary import Current, Datum
from charging.queries.dataset_figures import city_ids, dataset_figures
from charging.queries.engine import Engine
from charging.sources.records import PileRecord, StationRecord


def abroad(number, **more):
    """Return a station of New York State, far from any town, of which nothing but its place is known."""
    return StationRecord(
        source_id=str(number), lat=44.1 + number / 100, lon=-74.9, datum=Datum.WGS84, country="US", **more
    )


@pytest.fixture
def figures_of(tmp_path, build, tiny_description):
    """Return the figures of records under a selection, and the summary of the same dataset."""
    engines = []

    def figures(*records, filters=Filters()):  # noqa: B008  frozen
        dataset = write_version(tmp_path / "some", build(records).tables, tiny_description)
        engines.append(Engine(dataset, memory_limit_mb=100))
        return dataset_figures(engines[-1], filters), summarise(dataset), city_ids(engines[-1])

    yield figures
    for engine in engines:
        engine.close()


def test_what_nobody_states_is_not_known_and_not_none(figures_of):
    figures, summary, cities = figures_of(abroad(1), abroad(2))
    assert (figures.stations, figures.stations_piles_unknown, cities) == (2, 2, ())
    unknown = ("piles", "dc_piles", "dc_share", "operators", "places", "max_power_kw")
    assert [getattr(figures, name) for name in unknown] == [None] * len(unknown)
    assert (summary.piles, summary.operators, summary.cities, summary.places) == (None,) * 4


def test_an_operator_without_a_known_number_of_piles_is_an_operator(figures_of):
    figures, summary, _ = figures_of(abroad(1, operator_raw="Tesla"), abroad(2, operator_raw="NIO"))
    assert figures.operators == summary.operators == 2
    assert summary.piles_by_operator == {}


def test_the_share_of_dc_is_of_the_piles_whose_current_is_known(figures_of):
    piles = (PileRecord(count=1, current=Current.DC), PileRecord(count=3, current=Current.AC))
    figures, _, _ = figures_of(abroad(1, piles=piles), abroad(2, piles=(PileRecord(count=6),)))
    assert (figures.piles, figures.current_known_piles, figures.dc_piles) == (10, 4, 1)
    assert figures.dc_share == 0.25


def test_towns_abroad_count_by_name_within_their_region(figures_of):
    rows = [("Albany", "NY"), ("ALBANY ", "NY"), ("Albany", "GA"), ("Troy", None), (None, "NY")]
    records = [abroad(at, city_raw=city, region=region) for at, (city, region) in enumerate(rows)]
    figures, summary, _ = figures_of(*records)
    assert figures.places == summary.places == 3
    assert (figures.stations_without_place, summary.cities) == (1, None)


def test_nothing_selected_is_nothing_and_not_unknown(figures_of):
    figures, _, _ = figures_of(abroad(1, piles=(PileRecord(count=2),)), filters=Filters(text="nowhere"))
    assert (figures.stations, figures.piles, figures.operators, figures.places) == (0, 0, 0, 0)
