"""A dataset that is replaced again and again."""

import threading

import pytest
from endurance.sizes import sized

from charging.dataset.retention import sweep_versions
from charging.dataset.store import open_dataset, version_number, versions_in
from charging.dataset.validate import find_damage
from charging.dataset.versions import write_version
from charging.settings import Settings

OLD_GO = Settings(kept_versions=2, kept_hours=0)

pytestmark = pytest.mark.endurance


@pytest.fixture
def write(tmp_path, tiny_built, tiny_description):
    return lambda: write_version(tmp_path / "d", tiny_built.tables, tiny_description)


@pytest.mark.parametrize("versions", [sized(200, 1_000)])
def test_a_dataset_replaced_many_times_is_whole_and_keeps_the_last_versions(write, tmp_path, versions):
    hashes = {write().content_hash for _ in range(versions)}
    assert sweep_versions(tmp_path / "d", Settings()) == []  # young ones stay
    assert [*map(version_number, versions_in(tmp_path / "d"))] == [*range(1, versions + 1)]
    assert len(hashes) == 1
    last = write()
    assert len(sweep_versions(tmp_path / "d", OLD_GO)) == versions - 1
    assert list(find_damage(last)) == []
    assert [*map(version_number, versions_in(tmp_path / "d"))] == [versions, versions + 1]


@pytest.mark.parametrize("versions", [sized(200, 1_000)])
def test_a_reader_finds_a_whole_dataset_while_it_is_replaced_and_old_versions_are_removed(
    write, tmp_path, versions
):
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
            sweep_versions(tmp_path / "d", OLD_GO)
    finally:
        is_over.set()
        looking.join()
    assert found
    assert {*found} == {(digest,)}
    assert len(versions_in(tmp_path / "d")) <= OLD_GO.kept_versions + 1  # one that was being looked at
