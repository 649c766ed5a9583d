"""Known and unknown counted by SQL, against the stored tables read a row at a time."""

import datetime as dt
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from charging.dataset.building.build import Builder
from charging.dataset.versions import write_version
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.queries.engine import Engine
from charging.queries.quality import PILE_FIELDS, STATION_FIELDS, field_counts, station_points
from charging.sources.records import PileRecord


@pytest.fixture(scope="module")
def engine(tiny_dataset):
    engine = Engine(tiny_dataset, memory_limit_mb=100)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def rows(tiny_dataset):
    return {name: pq.read_table(tiny_dataset.path(name)).to_pylist() for name in ("stations", "piles")}


@pytest.fixture(scope="module")
def counts(engine):
    return field_counts(engine).set_index(["unit", "field", "source"])


@pytest.mark.parametrize("field", STATION_FIELDS)
def test_stations_that_tell_a_field_are_counted(counts, rows, field):
    known = sum(row[field] is not None for row in rows["stations"])
    assert tuple(counts.loc["stations", field, "tiny"]) == (known, 12)


@pytest.mark.parametrize("field", PILE_FIELDS)
def test_piles_whose_group_tells_a_field_are_counted(counts, rows, field):
    counted = [row for row in rows["piles"] if row["count"] is not None]
    known = sum(row["count"] for row in counted if row[field] is not None)
    assert tuple(counts.loc["piles", field, "tiny"]) == (known, sum(row["count"] for row in counted))


def test_a_service_area_is_nothing_a_station_has_to_name(counts):
    assert "service_area_id" not in counts.index.get_level_values("field")


def test_points_are_the_stations_with_what_is_known_of_them(engine, rows):
    points = station_points(engine).set_index("station_id")
    assert list(points.index) == sorted(row["station_id"] for row in rows["stations"])
    for row in rows["stations"]:
        known = sum(row[field] is not None for field in STATION_FIELDS)
        assert points.known_fields[row["station_id"]] == known
        assert (points.lat[row["station_id"]], points.lon[row["station_id"]]) == (row["lat"], row["lon"])


def test_points_name_the_ids_of_piles_that_other_stations_have_too(
    tmp_path, build, tiny_records, tiny_description
):
    ids = (["E-1", "E-2"], ["E-2", "E-3"], ["E-3", "7"], ["7", None])
    stations = [
        tiny_records[0]._replace(source_id=str(at), piles=tuple(PileRecord(pile_id=each) for each in of))
        for at, of in enumerate(ids)
    ]
    engine = Engine(
        write_version(tmp_path / "d", build(stations).tables, tiny_description), memory_limit_mb=100
    )
    found = station_points(engine).pile_ids
    engine.close()
    assert [list(each) for each in found[:3]] == [["E-2"], ["E-2", "E-3"], ["E-3"]]
    assert found.isna().tolist() == [False, False, False, True]


@pytest.mark.slow
def test_sources_are_counted_apart_and_a_city_is_asked_everywhere(
    tmp_path, tiny_records, tiny_source, tiny_description
):
    builder = Builder(registry=load_operators(), cities=CityIndex(load_cities()))
    time = dt.datetime(2025, 1, 2, tzinfo=dt.UTC)
    abroad = tiny_records[0]._replace(country="DE", region="Berlin", city_raw=None)
    builder.add(tiny_records, source=tiny_source, retrieved_at=time)
    builder.add([abroad], source=replace(tiny_source, source="other"), retrieved_at=time)
    dataset = write_version(tmp_path / "d", builder.finish().tables, tiny_description)
    engine = Engine(dataset, memory_limit_mb=100)
    counts = field_counts(engine).set_index(["unit", "field", "source"])
    engine.close()
    assert tuple(counts.loc["stations", "name", "other"]) == (1, 1)
    assert tuple(counts.loc["stations", "city_id", "other"]) == (0, 1)
    assert tuple(counts.loc["piles", "power_kw", "other"]) == (6, 6)
    assert tuple(counts.loc["stations", "name", "tiny"]) == (11, 12)
