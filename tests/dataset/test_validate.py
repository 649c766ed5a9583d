import pyarrow as pa
import pytest

from charging.dataset.validate import find_damage, validate_tables
from charging.dataset.versions import write_version
from charging.errors import SchemaError


def with_column(table, name, values):
    position = table.schema.get_field_index(name)
    return table.set_column(position, name, pa.array(values, table.schema.field(name).type))


def complaint(tables):
    with pytest.raises(SchemaError) as caught:
        validate_tables(tables)
    return str(caught.value)


def test_every_complaint_is_collected(tiny_built):
    stations, piles = tiny_built.tables["stations"], tiny_built.tables["piles"]
    stations = with_column(stations, "access", ["anyone"] * len(stations))
    stations = with_column(stations, "lat", [None] * len(stations))
    text = complaint({"stations": stations, "piles": piles.drop_columns(["count"]), "other": piles})
    for words in (
        "service_areas: the table is missing",
        "other: no table",
        "stations.access: expected one of public, members, private, found 'anyone'",
        "stations.lat: 12 values are missing",
        "piles.count: the column is missing",
    ):
        assert words in text


def test_a_wrong_type_is_named_with_the_right_one(tiny_built):
    piles = tiny_built.tables["piles"]
    position = piles.schema.get_field_index("count")
    wrong = piles.set_column(position, "count", piles["count"].cast(pa.float64()))
    assert "piles.count: expected int64, found double" in complaint(tiny_built.tables | {"piles": wrong})


def test_keys_are_unique(tiny_built):
    stations = tiny_built.tables["stations"]
    twice = tiny_built.tables | {"stations": pa.concat_tables([stations, stations.slice(0, 2)])}
    assert "station_id must be unique, 2 rows repeat" in complaint(twice)


def test_piles_belong_to_a_station(tiny_built):
    orphans = tiny_built.tables | {"stations": tiny_built.tables["stations"].slice(1)}
    assert "piles.station_id: 1 rows name none of stations, such as 'tiny:sh-2'" in complaint(orphans)


def test_a_sound_dataset_has_no_damage(tiny_dataset):
    assert list(find_damage(tiny_dataset)) == []


def test_a_changed_byte_is_found(tmp_path, tiny_built, tiny_description):
    dataset = write_version(tmp_path / "d", tiny_built.tables, tiny_description)
    path = dataset.path("stations")
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    assert list(find_damage(dataset)) == ["The files are not those that were written: stations.parquet"]
