"""Which versions stay on the disk."""

import os
import re
import shutil

import pytest

from charging.dataset.retention import sweep_versions
from charging.dataset.store import open_dataset, version_number, versions_in
from charging.dataset.versions import write_version
from charging.settings import Settings

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


@pytest.mark.skipif(os.name != "posix", reason="needs locks of POSIX")
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
