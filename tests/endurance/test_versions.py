"""A dataset that is replaced again and again."""

import os
import threading

import pytest
from endurance.sizes import sized

from charging.dataset.store import open_dataset, versions_in
from charging.dataset.validate import find_damage
from charging.dataset.versions import MIN_AGE_S, write_version

pytestmark = pytest.mark.endurance


@pytest.fixture
def write(tmp_path, tiny_built, tiny_description):
    return lambda: write_version(tmp_path / "d", tiny_built.tables, tiny_description)


def let_age(folder):
    for number in versions_in(folder):
        age = (folder / f"v{number}").stat().st_mtime - MIN_AGE_S - 1
        os.utime(folder / f"v{number}", (age, age))


@pytest.mark.parametrize("versions", [sized(200, 1_000)])
def test_a_dataset_replaced_many_times_is_whole_and_keeps_the_last_versions(write, tmp_path, versions):
    hashes = {write().content_hash for _ in range(versions)}
    assert versions_in(tmp_path / "d") == list(range(1, versions + 1))  # young ones stay
    assert len(hashes) == 1
    let_age(tmp_path / "d")
    assert list(find_damage(write())) == []
    assert versions_in(tmp_path / "d") == [versions, versions + 1]


@pytest.mark.parametrize("versions", [sized(200, 1_000)])
def test_a_reader_finds_a_whole_dataset_while_it_is_replaced(write, tmp_path, versions):
    digest = write().content_hash
    is_over, found = threading.Event(), []

    def look():
        while not is_over.is_set():
            dataset = open_dataset(tmp_path / "d")
            found.append((dataset.content_hash, *find_damage(dataset)))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(versions):
            write()
    finally:
        is_over.set()
        looking.join()
    assert found
    assert {*found} == {(digest,)}
