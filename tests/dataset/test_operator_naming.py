"""Every operator a source names is one of the dataset, also where the registry knows none of that name."""

import random

import pyarrow as pa
import pytest

from charging.dataset.building.operator_naming import make_ids, operator_table
from charging.dataset.operators import find_operator, operator_names, operators_of
from charging.dataset.versions import write_version
from charging.domain.operators import load_operators
from charging.domain.vocabulary import Datum
from charging.sources.records import PileRecord, StationRecord

SPELLINGS = ("Sparkpoint Network", "Sparkpoint network", "SPARKPOINT NETWORK Inc.", "Sparkpoint Network")


def station(number, operator, **more):
    return StationRecord(
        source_id=str(number),
        lat=40.0,
        lon=-73.0 + number / 100,
        datum=Datum.WGS84,
        operator_raw=operator,
        **more,
    )


@pytest.fixture
def stored(tmp_path, build, tiny_description):
    def _stored(records):
        return write_version(tmp_path / "theirs", build(records).tables, tiny_description)

    return _stored


def ids_of(built):
    return dict(
        zip(
            *(built.tables["stations"][name].to_pylist() for name in ("source_id", "operator_id")),
            strict=True,
        )
    )


@pytest.mark.slow
def test_spellings_of_one_operator_share_an_id_whatever_their_order(build):
    records = [station(number, text) for number, text in enumerate(SPELLINGS)]
    for seed in range(3):
        random.Random(seed).shuffle(records)  # noqa: S311  no secret
        assert set(ids_of(build(records)).values()) == {"sparkpoint_network"}


def test_an_operator_has_the_name_it_is_written_with_most_often(stored):
    dataset = stored([station(number, text) for number, text in enumerate(SPELLINGS)])
    assert operator_names(dataset) == {"sparkpoint_network": "Sparkpoint Network"}


def test_piles_have_the_operator_their_station_got(build):
    tables = build(
        [station(1, "Noname", piles=(PileRecord(count=2), PileRecord(count=1, operator_id="nio")))]
    ).tables
    assert sorted(tables["piles"]["operator_id"].to_pylist()) == ["nio", "noname"]


def test_nobody_stays_not_known_and_the_registry_comes_first(build):
    assert ids_of(build([station(1, "Non-Networked"), station(2, "特来电"), station(3, None)])) == {
        "1": None,
        "2": "teld",
        "3": None,
    }


def test_two_operators_whose_ids_would_be_one_are_numbered():
    long, longer = "x" * 60 + " one", "x" * 60 + " two"
    made = make_ids({long: 1, longer: 5, "Nio!": 1}, taken=["nio"])
    assert made == {long: "x" * 60, longer: "x" * 60 + "_2", "Nio!": "nio_2"}


def test_only_as_many_operators_as_codes_can_say_are_named_the_largest_first(monkeypatch):
    monkeypatch.setattr("charging.dataset.building.operator_naming.MAX_OPERATORS", 3)
    assert make_ids({"a": 1, "b": 3, "c": 2}, taken=["nio"]) == {"b": "b", "c": "c"}


def test_the_table_of_operators_has_each_once_in_the_order_of_the_codes(tiny_built):
    table = operator_table(tiny_built.tables, load_operators())
    assert table["operator_code"].to_pylist() == list(range(len(table)))
    assert dict(zip(table["operator_id"].to_pylist(), table["name"].to_pylist(), strict=True)) == {
        "nio": "NIO",
        "nobodys_charging": "Nobody's Charging",
        "state_grid": "State Grid",
        "teld": "TELD",
        "无名充电": "无名充电",
    }
    assert table.schema.field("operator_code").type == pa.int16()


def test_a_link_finds_an_operator_by_its_id_by_another_spelling_or_as_the_registry_has_it_now(stored):
    dataset = stored([station(1, "Spark-Point Network")])
    assert find_operator("spark_point_network", dataset) == "spark_point_network"
    assert find_operator("sparkpoint_network", dataset) == "spark_point_network"
    assert find_operator("特来电_公司", dataset) == "teld"
    assert find_operator("nio_of_nowhere", dataset) is None


def test_operators_are_read_with_their_names(tiny_dataset):
    assert [(each.operator_id, each.is_registered) for each in operators_of(tiny_dataset)] == [
        ("nio", True),
        ("nobodys_charging", False),
        ("state_grid", True),
        ("teld", True),
        ("无名充电", False),
    ]
