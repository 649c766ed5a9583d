"""Which versions stay on the disk."""

import os
import re
import shutil

import pytest

from charging.dataset.locks import hold_lock
from charging.dataset.retention import (
    list_versions,
    remove_dataset,
    remove_version,
    roll_back,
    sweep_versions,
)
from charging.dataset.store import open_dataset, version_number, versions_in
from charging.dataset.versions import write_version
from charging.errors import DatasetError, DatasetNotFoundError, UsageError
from charging.settings import Settings

needs_leases = pytest.mark.skipif(os.name != "posix", reason="needs locks of POSIX")

OLD_GO = Settings(kept_versions=2, kept_hours=0)


@pytest.fixture
def write(tmp_path, tiny_built, tiny_description):
    return lambda: write_version(tmp_path / "d", tiny_built.tables, tiny_description)


def numbers(folder):
    return [*map(version_number, versions_in(folder))]


def test_old_versions_go_but_the_newest(write, tmp_path):
    for _ in range(4):
        write()
    assert [*map(version_number, sweep_versions(tmp_path / "d", OLD_GO))] == [1, 2]
    assert numbers(tmp_path / "d") == [3, 4]
    assert write().number == 5


def test_as_many_stay_as_is_set_and_for_as_long(write, tmp_path):
    for _ in range(4):
        write()
    assert sweep_versions(tmp_path / "d", Settings(kept_versions=1, kept_hours=1)) == []
    for version in (tmp_path / "d").glob("v*"):
        os.utime(version, (0, 0))
    sweep_versions(tmp_path / "d", Settings(kept_versions=3, kept_hours=1))
    assert numbers(tmp_path / "d") == [2, 3, 4]


def test_the_current_version_stays_however_old(write, tmp_path):
    first = write().version.name
    for _ in range(3):
        write()
    (tmp_path / "d" / "CURRENT").write_text(f"{first}\n")
    sweep_versions(tmp_path / "d", OLD_GO)
    assert numbers(tmp_path / "d") == [1, 3, 4]


@needs_leases
def test_a_version_in_use_stays_until_nobody_uses_it(write, tmp_path):
    write()
    used = open_dataset(tmp_path / "d")
    for _ in range(3):
        write()
    sweep_versions(tmp_path / "d", OLD_GO)
    assert numbers(tmp_path / "d") == [1, 3, 4]
    del used
    sweep_versions(tmp_path / "d", OLD_GO)
    assert numbers(tmp_path / "d") == [3, 4]


def test_whoever_finds_a_version_removed_opens_the_one_that_took_its_place(write, tmp_path, monkeypatch):
    write()

    def replace_first(file):
        monkeypatch.undo()
        write()
        raise FileNotFoundError(file)

    monkeypatch.setattr("charging.dataset.store.take_lease", replace_first)
    assert open_dataset(tmp_path / "d").number == 2


def test_no_two_versions_have_one_name_also_where_the_dataset_was_removed(write, tmp_path):
    first = write().version.name
    shutil.rmtree(tmp_path / "d")
    again = write().version.name
    assert re.fullmatch(r"v1-[0-9a-f]{8}", first)
    assert re.fullmatch(r"v1-[0-9a-f]{8}", again)
    assert first != again


def test_numbers_go_on_from_names_of_older_programs(write, tmp_path):
    write().version.rename(tmp_path / "d" / "v9")
    assert write().number == 10
    assert numbers(tmp_path / "d") == [9, 10]


@pytest.fixture
def folder(write, tmp_path):
    """Three versions."""
    for _ in range(3):
        write()
    return tmp_path / "d"


@needs_leases
def test_versions_are_listed_with_what_is_current_in_use_and_damaged(folder):
    used = open_dataset(folder)
    (folder / versions_in(folder)[0] / "manifest.json").write_text("{")
    first, second, third = list_versions(folder)
    assert [each.is_current for each in (first, second, third)] == [False, False, True]
    assert [each.is_used for each in (first, second, third)] == [False, False, True]
    assert "manifest.json" in first.problem
    assert third.manifest == used.manifest
    assert second.bytes == sum(path.stat().st_size for path in (folder / second.name).iterdir())


@pytest.mark.parametrize("version", [None, "2", "v2"])
def test_a_dataset_goes_back_to_the_version_before_or_the_one_that_is_named(folder, version):
    assert roll_back(folder, version).number == 2
    assert open_dataset(folder).number == 2
    assert roll_back(folder, versions_in(folder)[-1]).number == 3


def test_going_back_needs_a_version_that_is_another_and_can_be_read(folder):
    with pytest.raises(UsageError, match="another version than the current one"):
        roll_back(folder, "3")
    with pytest.raises(UsageError, match=r"found 'v9'. There are: v1-"):
        roll_back(folder, "v9")
    (folder / versions_in(folder)[1] / "piles.parquet").unlink()
    with pytest.raises(DatasetError, match=r"piles.parquet is missing"):
        roll_back(folder)
    assert open_dataset(folder).number == 3
    roll_back(folder, "1")
    with pytest.raises(UsageError, match="no version of d before"):
        roll_back(folder)


def test_a_pointer_that_was_lost_is_made_anew_by_going_back(folder):
    (folder / "CURRENT").unlink()
    assert roll_back(folder, "3").number == 3
    assert open_dataset(folder).number == 3


def test_a_version_written_after_going_back_is_the_highest_and_current(folder, write):
    roll_back(folder, "1")
    assert write().number == 4
    assert open_dataset(folder).number == 4


@needs_leases
def test_a_version_is_removed_unless_it_is_current_or_in_use(folder):
    with pytest.raises(UsageError, match="not the current one"):
        remove_version(folder, "3")
    roll_back(folder, "2")
    used = open_dataset(folder)
    roll_back(folder, "3")
    with pytest.raises(DatasetError, match="is in use by a server or another command"):
        remove_version(folder, "2")
    del used
    remove_version(folder, "2")
    assert numbers(folder) == [1, 3]


@needs_leases
def test_a_dataset_is_removed_whole_or_not_at_all(folder):
    before = sorted(folder.rglob("*"))
    used = open_dataset(folder)
    with pytest.raises(DatasetError, match="is in use"):
        remove_dataset(folder)
    (folder / ".peers").mkdir()
    with (
        hold_lock(folder / ".peers" / "x.lock", wait_s=0, what="x"),
        pytest.raises(DatasetError, match="worked on"),
    ):
        remove_dataset(folder)
    shutil.rmtree(folder / ".peers")
    (folder / "thesis.docx").touch()
    with pytest.raises(UsageError, match=r"thesis.docx"):
        remove_dataset(folder)
    (folder / "thesis.docx").unlink()
    assert sorted(folder.rglob("*")) == before
    del used
    remove_dataset(folder)
    assert [*folder.parent.iterdir()] == []


def test_what_is_no_dataset_is_not_removed(tmp_path):
    for change in (remove_dataset, roll_back, list_versions):
        with pytest.raises(DatasetNotFoundError):
            change(tmp_path)
    assert tmp_path.is_dir()
