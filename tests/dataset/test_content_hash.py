import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.dataset.content_hash import content_hash
from charging.domain.vocabulary import Current, Datum
from charging.sources.records import PileRecord, StationRecord

LATER = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def changed(records, **values):
    return [records[0]._replace(**values), *records[1:]]


def with_nulls(table, name):
    position = table.schema.get_field_index(name)
    return table.set_column(position, name, pa.nulls(len(table), table.schema.field(name).type))


def test_the_hash_is_the_same_on_every_platform(build):
    piles = (PileRecord(current=Current.DC, power_kw=120.5, count=4), PileRecord(count=None))
    record = StationRecord(
        source_id="1",
        lat=39.9087,
        lon=116.3975,
        datum=Datum.WGS84,
        name="充电站",
        city_raw="北京",
        piles=piles,
    )
    tables = build([record]).tables
    assert content_hash(tables) == "c4b57d60849586f5e59c6e412b58d4823725c3607f85766cacc7c8eee5266747"
    without_pinyin = tables | {"stations": with_nulls(tables["stations"], "pinyin")}
    assert content_hash(without_pinyin) == (  # as in older formats
        "5ee4ad10775177fc28d900066732f6e519cb24a946ba897ad644408ce9cf9306"
    )


def test_a_city_that_is_derived_is_content(build):
    record = StationRecord(source_id="1", lat=52.52, lon=13.4, datum=Datum.WGS84, country="DE")
    tables = build([record]).tables
    silent = with_nulls(tables["stations"], "city_derived_km")
    assert content_hash(tables) != content_hash(tables | {"stations": silent})


@pytest.mark.slow
@given(order=st.permutations(range(14)))
def test_the_order_of_the_input_does_not_matter(build, tiny_records, tiny_built, order):
    shuffled = build([tiny_records[position] for position in order])
    assert content_hash(shuffled.tables) == content_hash(tiny_built.tables)


def test_the_time_of_reading_does_not_matter(build, tiny_records, tiny_built):
    later = build(tiny_records, retrieved_at=LATER)
    assert later.tables != tiny_built.tables
    assert content_hash(later.tables) == content_hash(tiny_built.tables)


def test_a_millionth_of_a_degree_does_not_matter(build, tiny_records, tiny_built):
    moved = build(changed(tiny_records, lat=tiny_records[0].lat + 1e-6))
    assert content_hash(moved.tables) == content_hash(tiny_built.tables)


@pytest.mark.parametrize(
    "values",
    [
        {"lat": 39.9088},
        {"name": "another"},
        {"name": None},
        {"opened_on": dt.date(2020, 1, 1)},
        {"updated_at": LATER},
        {"access": None},
        {"operator_id": "teld"},
        {"piles": ()},
        {"source_id": "bj-0"},
    ],
)
def test_any_other_value_does_matter(build, tiny_records, tiny_built, values):
    other = build(changed(tiny_records, **values))
    assert content_hash(other.tables) != content_hash(tiny_built.tables)


def test_null_is_not_empty_and_text_does_not_run_into_its_neighbour(tiny_built):
    stations = tiny_built.tables["stations"]
    position = stations.schema.get_field_index("address")

    def with_addresses(*values):
        column = pa.array([*values, *[None] * (len(stations) - len(values))], pa.string())
        return tiny_built.tables | {"stations": stations.set_column(position, "address", column)}

    cases = ((None, None), ("", None), ("ab", "c"), ("a", "bc"), ("abc", ""))
    assert len({content_hash(with_addresses(*case)) for case in cases}) == len(cases)


def test_how_a_column_lies_in_memory_does_not_matter(tiny_built):
    def sliced(table):
        doubled = pa.concat_tables([table, table])
        return pa.concat_tables([doubled.slice(len(table), 1), doubled.slice(len(table) + 1, len(table) - 1)])

    tables = {name: sliced(table) for name, table in tiny_built.tables.items()}
    assert content_hash(tables) == content_hash(tiny_built.tables)
