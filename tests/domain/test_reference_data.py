import datetime as dt
import gzip
from dataclasses import dataclass

import pytest

from charging.domain.reference_data import read_facts, read_records
from charging.errors import SchemaError


def test_cells_are_stripped_and_empty_ones_stay_empty(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text("id,name\n a , 蔚来\nb,\n", encoding="utf-8")
    assert read_facts(path, ("id", "name")) == [{"id": "a", "name": "蔚来"}, {"id": "b", "name": ""}]


@pytest.mark.parametrize("row", ["a\n", "a,b,c\n"], ids=["short", "long"])
def test_a_row_of_another_length_than_the_header_is_refused_with_its_line(tmp_path, row):
    path = tmp_path / "facts.csv"
    path.write_text("id,name\n" + row, encoding="utf-8")
    with pytest.raises(SchemaError, match=r"facts\.csv, line 2"):
        read_facts(path, ("id",))


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text("id,name\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="missing wikidata"):
        read_facts(path, ("id", "wikidata"))


def test_an_empty_file_has_no_columns(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(SchemaError):
        read_facts(path, ("id",))


@dataclass(frozen=True)
class Ferry:
    name: str
    boats: int
    length_km: float | None
    since: dt.date
    ports: tuple[str, ...]


def test_cells_are_read_as_the_fields_of_a_record(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text("since,name,boats,length_km,ports,other\n2003-01-07,a,4,,b c,d\n", encoding="utf-8")
    assert read_records(path, Ferry) == [Ferry("a", 4, None, dt.date(2003, 1, 7), ("b", "c"))]


@pytest.mark.parametrize("row", ["a,,1,2003-01-07,b", "a,1,far,2003-01-07,b", "a,1,1,then,b"])
def test_a_cell_of_another_type_is_refused_with_its_file(tmp_path, row):
    path = tmp_path / "facts.csv"
    path.write_text(f"name,boats,length_km,since,ports\n{row}\n", encoding="utf-8")
    with pytest.raises(SchemaError, match=r"facts\.csv"):
        read_records(path, Ferry)


def test_a_file_packed_with_gzip_is_read_as_it_is(tmp_path):
    path = tmp_path / "facts.csv.gz"
    path.write_bytes(gzip.compress("id,name\na,蔚来\n".encode()))
    assert read_facts(path, ("id", "name")) == [{"id": "a", "name": "蔚来"}]
