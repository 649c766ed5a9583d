import pytest

from charging.domain.reference_data import read_facts
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
