"""A snapshot has the stations of a selection, with their selected piles."""

from contextlib import closing

import pandas as pd
import pytest

from charging.domain.filters import Filters
from charging.domain.vocabulary import Current
from charging.queries.engine import Engine
from charging.queries.snapshot import every_station, selected_piles, snapshot
from charging.queries.totals import totals


@pytest.fixture(scope="module")
def engine(tiny_dataset):
    with closing(Engine(tiny_dataset, memory_limit_mb=500)) as opened:
        yield opened


def piles(table):
    rows = table.set_index("station_id").piles.astype("object")
    return rows.where(rows.notna(), None).to_dict()


def test_every_station_is_there_once_with_what_identifies_it(engine):
    table = snapshot(engine, Filters())
    assert list(table) == [
        "station_id", "name", "name_zh", "operator_id", "city_id", "lat", "lon", "cell", "piles"
    ]  # fmt: skip
    assert table.station_id.is_unique
    assert len(table) == 12
    row = table.set_index("station_id").loc["tiny:bj-2"]
    assert (row["name"], row.operator_id, row.city_id, row.piles) == ("特来电中关村", "teld", "110000", 30)


@pytest.mark.parametrize("most_listed", [0, 100])
def test_a_dataset_that_stays_on_disk_has_the_same_snapshot(engine, tiny_dataset, monkeypatch, most_listed):
    monkeypatch.setattr("charging.queries.engine.MAX_LISTED", most_listed)
    with closing(Engine(tiny_dataset, memory_limit_mb=0)) as on_disk:
        found = snapshot(on_disk, Filters())
    pd.testing.assert_frame_equal(found, snapshot(engine, Filters()), check_dtype=False)


def test_every_station_is_a_row_of_the_snapshot_of_everything(engine):
    pd.testing.assert_frame_equal(every_station(engine), snapshot(engine, Filters()).drop(columns="piles"))


def test_a_count_that_is_not_known_is_null_and_no_zero(engine):
    found = piles(snapshot(engine, Filters()))
    assert found["tiny:bj-3"] is None
    assert found["tiny:sh-1"] == 3  # of two groups the count of one is known


def test_only_selected_piles_count_and_a_station_without_one_is_not_there(engine):
    found = piles(snapshot(engine, Filters(currents=(Current.AC,))))
    assert found == {"tiny:bj-2": 20, "tiny:sh-1": 3, "tiny:sh-2": 5, "tiny:sz-1": 2, "tiny:sz-2": 6}


@pytest.mark.parametrize("filters", [Filters(), Filters(operators=("nio",)), Filters(cities=("310000",))])
def test_its_sums_are_the_totals(engine, filters):
    table, sums = snapshot(engine, filters), totals(engine, filters).iloc[0]
    assert (len(table), table.piles.sum(), table.piles.isna().sum()) == (
        sums.stations,
        sums.piles,
        sums.stations_piles_unknown,
    )


def test_a_selection_of_nothing_is_an_empty_table_of_the_same_columns(engine):
    nothing = snapshot(engine, Filters(operators=("nobody",)))
    assert len(nothing) == 0
    assert list(nothing) == list(snapshot(engine, Filters()))


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(operators=("nio",)), Filters(currents=(Current.AC,)), Filters(text="x")]
)
def test_the_numbers_of_a_selection_are_those_of_its_snapshot(engine, filters):
    everything, found = snapshot(engine, Filters()), selected_piles(engine, filters)
    assert len(found.holds) == len(found.piles) == len(everything)
    table = everything.assign(piles=found.piles)[found.holds]
    assert piles(table) == piles(snapshot(engine, filters))
