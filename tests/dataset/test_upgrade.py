"""A dataset written by an older version of the program goes on, with all that is new."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from abroad import CITIES, build_abroad

from charging.cli import main
from charging.dataset.content_hash import content_hash
from charging.dataset.operators import operators_of
from charging.dataset.store import open_dataset
from charging.dataset.summary import summarise
from charging.dataset.upgrade import open_upgraded, upgrade_dataset
from charging.dataset.validate import find_damage
from charging.domain.schema import FORMAT_VERSION
from charging.errors import DatasetError
from charging.queries.engine import Engine
from charging.queries.stations import station

FIXTURES = Path(__file__).parents[1] / "fixtures"
FORMAT_1, FORMAT_2 = FIXTURES / "format_1", FIXTURES / "format_2"


@pytest.fixture
def old(tmp_path):
    return Path(shutil.copytree(FORMAT_1, tmp_path / "tiny"))


def test_an_old_dataset_is_read_as_it_is(old):
    dataset = open_dataset(old)
    assert dataset.manifest.format_version == 1
    assert [each.operator_id for each in operators_of(dataset)] == ["nio", "state_grid", "teld"]


def test_an_upgrade_writes_the_next_version_equal_to_one_built_today(old, tiny_dataset):
    upgraded = upgrade_dataset(old)
    assert (upgraded.number, upgraded.manifest.format_version) == (2, FORMAT_VERSION)
    assert upgraded.content_hash == tiny_dataset.content_hash
    assert summarise(upgraded) == summarise(tiny_dataset)
    assert operators_of(upgraded) == operators_of(tiny_dataset)


def test_a_dataset_of_this_format_is_left_alone(old):
    first = upgrade_dataset(old)
    assert upgrade_dataset(old).version == first.version == open_upgraded(old).version


def test_where_the_folder_cannot_be_written_the_old_version_is_opened(old, monkeypatch):
    def refuse(*_):
        raise DatasetError("read-only")

    monkeypatch.setattr("charging.dataset.upgrade.write_merged", refuse)
    assert open_upgraded(old).version.name == "v1"


def test_the_command_line_upgrades_a_dataset_once(old, capsys):
    assert main(["upgrade", str(old)]) == 0
    assert "Wrote" in capsys.readouterr().out
    assert main(["upgrade", str(old), "--json"]) == 0
    version = open_dataset(old).version.name
    assert json.loads(capsys.readouterr().out) == {"name": "tiny", "version": version, "upgraded_from": None}


def test_a_command_opens_an_old_dataset_with_its_operators(old, capsys):
    assert main(["info", str(old), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["piles_by_operator"]["无名充电"] == 6


@pytest.fixture
def abroad(tmp_path):
    return Path(shutil.copytree(FORMAT_2, tmp_path / "abroad"))


def test_a_dataset_of_format_2_gets_the_cities_it_would_be_built_with_today(abroad):
    assert {*pq.read_table(abroad / "v1" / "stations.parquet")["city_id"].to_pylist()} == {None, "110000"}
    upgraded = upgrade_dataset(abroad)
    assert (upgraded.number, upgraded.manifest.format_version) == (2, FORMAT_VERSION)
    assert upgraded.content_hash == content_hash(build_abroad().tables)
    rows = pq.read_table(upgraded.path("stations")).to_pylist()
    assert {row["source_id"]: (row["city_id"], row["city"]) for row in rows} == CITIES
    assert list(find_damage(upgraded)) == []


def test_an_older_format_is_sound_and_can_be_asked_without_an_upgrade(abroad):
    dataset = open_dataset(abroad)
    assert list(find_damage(dataset)) == []
    engine = Engine(dataset, memory_limit_mb=100)
    try:
        row = station(engine, "abroad:silent").row
    finally:
        engine.close()
    assert row[["city_id", "city_derived_km"]].isna().all()
