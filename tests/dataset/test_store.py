import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from charging.dataset.manifest import Manifest
from charging.dataset.store import (
    dataset_folder,
    dataset_names,
    find_dataset,
    last_dataset,
    locate_dataset,
    open_dataset,
    remember_dataset,
)
from charging.domain.schema import FORMAT_VERSION, TABLES
from charging.errors import DatasetError, DatasetNotFoundError, UsageError
from charging.settings import Settings


@pytest.fixture
def folder(tmp_path, tiny_dataset):
    """A copy of the tiny dataset that a test may damage."""
    return shutil.copytree(tiny_dataset.folder, tmp_path / "build" / "tiny")


@pytest.fixture
def version(folder):
    return folder / (folder / "CURRENT").read_text("utf-8").strip()


def change_manifest(folder, **values):
    path = open_dataset(folder).version / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


def refusal(folder, error=DatasetError):
    with pytest.raises(error) as caught:
        open_dataset(folder)
    return str(caught.value)


def test_what_is_opened_is_what_was_written(tiny_dataset):
    assert open_dataset(tiny_dataset.folder) == tiny_dataset
    assert (tiny_dataset.number, tiny_dataset.name, tiny_dataset.kind) == (1, "tiny", "real")


def test_tables_come_back_as_they_were_built(tiny_dataset, tiny_built):
    for spec in TABLES:
        assert pq.read_table(tiny_dataset.path(spec.name)) == tiny_built.tables[spec.name]


def test_parquet_carries_unit_and_meaning_of_each_column(tiny_dataset):
    field = pq.read_schema(tiny_dataset.path("piles")).field("power_kw")
    assert field.metadata == {b"unit": b"kW", b"meaning": b"Rated power of one pile"}


def test_a_manifest_survives_json(tiny_dataset):
    stored = json.loads(json.dumps(tiny_dataset.manifest.to_json()))
    assert Manifest.from_json(stored) == tiny_dataset.manifest


@pytest.mark.parametrize(
    ("kind", "published_as", "subject"),
    [("real", None, None), ("real", "network", "network"), ("simulated", None, "network")],
)
def test_published_figures_are_of_the_simulated_network_and_of_whatever_a_manifest_says(
    tiny_dataset, kind, published_as, subject
):
    stored = tiny_dataset.manifest.to_json() | {"kind": kind, "published_as": published_as}
    assert Manifest.from_json(stored).published_subject == subject
    del stored["published_as"]  # as older versions were written
    assert Manifest.from_json(stored).published_subject == (subject if published_as is None else None)


def test_nothing_there_is_not_found(tmp_path):
    assert "No dataset in" in refusal(tmp_path / "none", DatasetNotFoundError)
    assert "No dataset in" in refusal(tmp_path, DatasetNotFoundError)


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir, lambda path: path.write_bytes(b"\xff")])
def test_a_pointer_that_cannot_be_read_is_named_with_what_there_is(folder, version, make):
    (folder / "CURRENT").unlink()
    make(folder / "CURRENT")
    assert f"CURRENT, which names the current version. The versions there are: {version.name}." in refusal(
        folder
    )


def test_without_any_version_the_dataset_is_to_be_made_again(folder, version):
    shutil.rmtree(version)
    assert "There are no versions: build or import the dataset 'tiny' again" in refusal(folder)


def test_a_version_is_read_by_the_name_older_programs_gave_it(folder, version):
    version.rename(folder / "v7")
    (folder / "CURRENT").write_text("v7\n")
    assert (open_dataset(folder).version.name, open_dataset(folder).number) == ("v7", 7)


@pytest.mark.parametrize(
    "text", ["v9", "", "../tiny/v1", "v1/../v1", "v01", "\x00", f"v{'1' * 5000}", "v1-0f"]
)
def test_a_pointer_to_nowhere_says_what_there_is_and_how_to_go_there(folder, version, text):
    (folder / "CURRENT").write_text(text, "utf-8")
    told = refusal(folder)
    assert f"The versions there are: {version.name}." in told
    assert f"'charging rollback tiny {version.name}'" in told


def test_a_newer_format_names_both_numbers(folder):
    change_manifest(folder, format_version=FORMAT_VERSION + 6)
    assert f"has format {FORMAT_VERSION + 6}, and this program reads up to {FORMAT_VERSION}" in refusal(
        folder
    )


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"\xff\xfe", b"{}", b"null", b'{"format_version": 1}', b"[" * 100_000]
)
def test_a_garbage_manifest_is_refused(folder, version, data):
    (version / "manifest.json").write_bytes(data)
    assert "manifest.json" in refusal(folder)


@pytest.mark.parametrize(
    "values", [{"kind": "dream"}, {"sources": 3}, {"report": {}}, {"files": [1]}, {"built_at": None}]
)
def test_a_manifest_with_a_wrong_field_is_refused(folder, values):
    change_manifest(folder, **values)
    assert "a field is missing or wrong" in refusal(folder)


def test_a_missing_table_is_found_on_opening(folder, version):
    (version / "piles.parquet").unlink()
    assert "piles.parquet is missing" in refusal(folder)


def test_a_truncated_table_is_found_on_opening(folder, version):
    path = version / "stations.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    assert "stations.parquet has" in refusal(folder)


@pytest.mark.parametrize("name", ["shenzhen", "深圳-2023.02", "a_b.c"])
def test_a_name_is_a_folder_of_the_build_folder(tmp_path, name):
    assert dataset_folder(tmp_path, name) == tmp_path / name


@pytest.mark.parametrize(
    "name", ["", "..", ".hidden", "a/b", "../up", "/etc", "a\\b", "a b", "LAST", "x" * 81, "a\n", "a\x00"]
)
def test_a_name_never_leads_out_of_the_build_folder(tmp_path, name):
    with pytest.raises(UsageError):
        dataset_folder(tmp_path, name)


def test_the_last_dataset_is_remembered_inside_and_outside(folder, tmp_path):
    build_dir = folder.parent
    assert last_dataset(build_dir) is None
    remember_dataset(build_dir, folder)
    assert (build_dir / "LAST").read_text("utf-8") == "tiny\n"
    assert last_dataset(build_dir) == folder
    outside = shutil.copytree(folder, tmp_path / "elsewhere")
    remember_dataset(build_dir, outside)
    assert last_dataset(build_dir) == outside


@pytest.mark.parametrize("data", [b"", b"gone\n", b"\xff", b"..\n", b"x" * 5000, b"a\0b", b"[" * 100_000])
def test_a_last_dataset_that_is_gone_is_missed_and_the_others_are_named(folder, data):
    (folder.parent / "LAST").write_bytes(data)
    for find in (last_dataset, lambda build_dir: find_dataset(Settings(build_dir=build_dir))):
        with pytest.raises(DatasetError, match=r"The datasets there are: tiny. Name one of them") as caught:
            find(folder.parent)
        assert len(str(caught.value)) < 1000


def test_a_last_dataset_that_is_a_folder_cannot_be_read(folder):
    (folder.parent / "LAST").mkdir()
    with pytest.raises(DatasetError, match=r"Cannot read .*LAST"):
        last_dataset(folder.parent)


def test_a_last_dataset_without_its_pointer_is_the_last_all_the_same(folder):
    remember_dataset(folder.parent, folder)
    (folder / "CURRENT").unlink()
    assert last_dataset(folder.parent) == folder


def test_a_dataset_is_located_by_folder_or_name(folder):
    assert locate_dataset(folder.parent, str(folder)) == folder
    assert locate_dataset(folder.parent, "tiny") == folder
    with pytest.raises(DatasetNotFoundError, match="neither a folder nor a name"):
        locate_dataset(folder.parent, "other")


def test_the_setting_comes_before_the_last_dataset(folder):
    build_dir = folder.parent
    assert find_dataset(Settings(build_dir=build_dir / "empty")) is None
    with pytest.raises(DatasetNotFoundError, match=r"No dataset of .* was chosen"):
        find_dataset(Settings(build_dir=build_dir))
    assert find_dataset(Settings(build_dir=build_dir, dataset="tiny")) == folder
    remember_dataset(build_dir, folder)
    assert find_dataset(Settings(build_dir=build_dir)) == folder
    with pytest.raises(DatasetNotFoundError):
        find_dataset(Settings(build_dir=build_dir, dataset="other"))


def test_the_datasets_of_a_build_folder_are_named_in_order(folder):
    build_dir = folder.parent
    shutil.copytree(folder, build_dir / "another")
    shutil.copytree(folder, build_dir / "not a name")
    (build_dir / "empty").mkdir()
    remember_dataset(build_dir, folder)
    assert dataset_names(build_dir) == ["another", "tiny"]
    assert dataset_names(build_dir / "nowhere") == []
