"""What is asked of the quality of a dataset is what the analyses say of its tables."""

import pytest

from charging.analytics.quality import fields, studies
from charging.analytics.quality.duplicates import suspected_duplicates
from charging.dataset.versions import write_version
from charging.queries.engine import Engine
from charging.queries.quality import field_counts, station_points
from charging.sources.records import PileRecord


@pytest.fixture
def engine(tiny_dataset):
    engine = Engine(tiny_dataset, memory_limit_mb=100)
    yield engine
    engine.close()


@pytest.mark.slow
def test_every_field_and_source_has_its_share_and_what_it_is_of(engine):
    table = studies.completeness(engine)
    assert table.equals(fields.completeness(field_counts(engine)))
    assert set(table.of[table.unit == "stations"]) == {12}


@pytest.mark.slow
def test_duplicates_carry_the_names_of_both(build, tiny_records, tiny_description, tmp_path):
    twin = tiny_records[0]._replace(
        source_id="twin", name="NIO Tiananmen again", piles=(PileRecord(count=6),)
    )
    built = build([*tiny_records, twin])
    other = Engine(write_version(tmp_path / "twins", built.tables, tiny_description), memory_limit_mb=100)
    try:
        pairs = studies.duplicates(other)
        assert len(pairs) == len(suspected_duplicates(station_points(other))) > 0
        names = dict(zip(pairs.keep, pairs.keep_name, strict=True))
        names |= dict(zip(pairs["drop"], pairs.drop_name, strict=True))
        assert names["tiny:twin"] == "NIO Tiananmen again"
    finally:
        other.close()


@pytest.mark.slow
def test_a_point_outside_its_region_carries_its_name(engine):
    outside = studies.outside_region(engine)
    assert {"name", "name_zh"} <= set(outside.columns)


@pytest.mark.slow
def test_a_single_source_tells_nothing_of_its_conversion(engine):
    assert studies.conversions(engine).verdict.tolist() == ["not_told"]
