"""Leases and locks: who holds them, and that they end with their process."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from charging.dataset.locks import claim, hold_lock, take_lease
from charging.errors import DatasetError

ROOT = Path(__file__).resolve().parents[2]

READER = """
import pathlib, sys, time
from charging.dataset.locks import take_lease
lease = take_lease(pathlib.Path(sys.argv[1]))
print("reading", flush=True)
time.sleep(60)
"""

needs_leases = pytest.mark.skipif(os.name != "posix", reason="needs locks of POSIX")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text("{}")
    return path


def open_files():
    return len([*Path("/proc/self/fd").iterdir()])


def is_free(file):
    with claim(file) as is_ours:
        return is_ours


@needs_leases
def test_a_leased_file_is_nobody_elses_until_the_last_has_let_go(file):
    first, second = take_lease(file), take_lease(file)
    assert first is second
    del first
    assert not is_free(file)
    del second
    assert is_free(file)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux says which files are open")
def test_many_leases_of_one_file_are_one_open_file(file):
    before = open_files()
    leases = [take_lease(file) for _ in range(100)]
    assert open_files() == before + 1
    assert len({*map(id, leases)}) == 1


@needs_leases
def test_a_claimed_file_cannot_be_leased(file):
    with claim(file) as is_ours:
        assert is_ours
        with pytest.raises(FileNotFoundError):
            take_lease(file)
    assert take_lease(file)


@needs_leases
def test_a_lease_is_of_the_file_that_is_there_now(file, tmp_path):
    lease = take_lease(file)
    shutil.copy(file, tmp_path / "other")
    (tmp_path / "other").replace(file)
    assert is_free(file)
    again = take_lease(file)
    assert again is not lease
    assert not is_free(file)


@needs_leases
def test_a_file_that_cannot_be_written_is_leased_all_the_same(file):
    file.chmod(0o440)
    file.parent.chmod(0o550)
    lease = take_lease(file)
    assert lease
    file.parent.chmod(0o750)


@needs_leases
@pytest.mark.slow
def test_a_lease_holds_between_processes_and_ends_with_its_own(file):
    command = [sys.executable, "-c", READER, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as reader:
        try:
            assert reader.stdout.readline() == "reading\n"
            assert not is_free(file)
        finally:
            reader.kill()
    assert is_free(file)


def test_what_is_not_there_cannot_be_leased_and_is_free(tmp_path):
    with pytest.raises(FileNotFoundError):
        take_lease(tmp_path / "none")
    assert is_free(tmp_path / "none")


@needs_leases
def test_a_disk_without_locks_has_no_leases(file, monkeypatch):
    def refuse(*_args):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("charging.dataset.locks.fcntl.flock", refuse)
    assert take_lease(file) is None
    assert is_free(file)


def test_a_lock_is_held_by_one(tmp_path):
    with (
        hold_lock(tmp_path / "lock", wait_s=0, what="The peer"),
        pytest.raises(DatasetError, match="The peer is being worked on"),
        hold_lock(tmp_path / "lock", wait_s=0, what="The peer"),
    ):
        pass
    with hold_lock(tmp_path / "lock", wait_s=0, what="The peer"):
        pass


def test_a_lock_ends_with_what_goes_wrong_inside(tmp_path):
    with pytest.raises(sqlite3.Error), hold_lock(tmp_path / "lock", wait_s=0, what="it"):
        raise sqlite3.OperationalError
    with hold_lock(tmp_path / "lock", wait_s=0, what="it"):
        pass


def test_a_lock_is_waited_for(tmp_path):
    order = []

    def work(name):
        with hold_lock(tmp_path / "lock", wait_s=10, what="it"):
            order.append(name)
            order.append(name)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order[::2] == order[1::2]
