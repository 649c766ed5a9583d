import re

import pyarrow as pa
import pytest

from charging.domain.schema import CELL_RESOLUTION, PILES, SERVICE_AREAS, STATIONS, TABLES

COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in TABLES
    for column in table.columns
]
UNIT_SUFFIXES = {"kw": "kW", "km": "km", "deg": "deg"}


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_is_named_typed_and_explained(table, column):  # noqa: ARG001
    assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
    assert isinstance(column.type, pa.DataType)
    assert column.meaning.strip() == column.meaning != ""
    assert column.when_null


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_unit_in_a_name_is_the_unit_of_the_column(table, column):  # noqa: ARG001
    suffix = column.name.rsplit("_", 1)[-1]
    if suffix in UNIT_SUFFIXES:
        assert column.unit == UNIT_SUFFIXES[suffix]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_closed_set_is_stored_as_text(table, column):  # noqa: ARG001
    if column.values:
        assert pa.types.is_string(column.type)
        assert len(column.values) > 1


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_an_arrow_schema_with_unit_and_meaning(table):
    schema = table.arrow_schema
    assert schema.names == [column.name for column in table.columns]
    assert [field.nullable for field in schema] == [not column.required for column in table.columns]
    assert all(set(field.metadata) == {b"unit", b"meaning"} for field in schema)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_names_are_unique_and_keys_are_required_columns(table):
    names = [column.name for column in table.columns]
    required = {column.name for column in table.columns if column.required}
    assert len(set(names)) == len(names)
    assert set(table.key) <= required


def test_a_column_of_two_tables_is_one_quantity():
    seen = {}
    for table in TABLES:
        for column in table.columns:
            assert seen.setdefault(column.name, (column.type, column.unit)) == (column.type, column.unit)


def test_every_table_has_the_cell_every_query_groups_by():
    cells = [next(column for column in table.columns if column.name == "cell") for table in TABLES]
    assert [(cell.type, cell.required) for cell in cells] == [(pa.int64(), True)] * 3
    assert CELL_RESOLUTION == 11


def test_the_tables_are_those_of_a_dataset():
    assert TABLES == (STATIONS, PILES, SERVICE_AREAS)
    assert [table.name for table in TABLES] == ["stations", "piles", "service_areas"]
