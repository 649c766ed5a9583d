import errno
import os
import re
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from charging.dataset.locks import LOCK
from charging.dataset.store import open_dataset, remember_dataset
from charging.dataset.versions import write_version
from charging.errors import DatasetError, SchemaError

ROOT = Path(__file__).resolve().parents[2]

WRITER_THAT_STOPS = """
import pathlib, sys, time
import pyarrow.parquet as pq
from charging.dataset import store, versions

def stop(**_values):
    print("writing", flush=True)
    time.sleep(60)

dataset = store.open_dataset(pathlib.Path(sys.argv[1]))
tables = {name: pq.read_table(dataset.path(name)) for name in dataset.manifest.counts}
versions.Manifest = stop
versions.write_version(dataset.folder, tables, dataset.manifest)
"""


@pytest.fixture
def write(tmp_path, tiny_built, tiny_description):
    return lambda: write_version(tmp_path / "d", tiny_built.tables, tiny_description)


def entries(folder):
    """Return what stands in a folder, versions by their numbers, but for the lock of its writers."""
    names = {entry.name for entry in folder.iterdir()} - {LOCK}
    return sorted(re.sub(r"^(v\d+)-[0-9a-f]{8}$", r"\1", name) for name in names)


def test_each_write_is_a_new_version_and_becomes_current(write, tmp_path):
    first, second = write(), write()
    assert (first.number, second.number) == (1, 2)
    assert entries(tmp_path / "d") == ["CURRENT", "v1", "v2"]
    assert open_dataset(tmp_path / "d") == second
    assert first.path("stations").is_file()


def test_the_same_tables_give_the_same_hash_and_files(write):
    first, second = write(), write()
    assert first.content_hash == second.content_hash
    assert first.manifest.files == second.manifest.files


def test_row_groups_are_small_and_compressed(write):
    metadata = pq.read_metadata(write().path("stations"))
    assert metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.slow
def test_writers_at_once_all_succeed_and_the_highest_is_current(write, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        versions = [pool.submit(write) for _ in range(8)]
    assert {future.result().number for future in versions} == {*range(1, 9)}
    assert open_dataset(tmp_path / "d").number == 8
    assert entries(tmp_path / "d") == ["CURRENT", *(f"v{number}" for number in range(1, 9))]


@pytest.mark.parametrize(
    ("number", "advice"), [(errno.ENOSPC, "The disk is full"), (errno.EACCES, "can be written to")]
)
def test_a_disk_that_refuses_leaves_the_current_version(write, tmp_path, monkeypatch, number, advice):
    current = write()

    def refuse(*_args, **_options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("charging.dataset.versions.pq.write_table", refuse)
    with pytest.raises(DatasetError, match=advice):
        write()
    assert open_dataset(tmp_path / "d") == current
    assert entries(tmp_path / "d") == ["CURRENT", "v1"]


def test_a_full_disk_before_the_pointer_is_replaced_leaves_the_current_version(write, tmp_path, monkeypatch):
    current = write()

    def refuse(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("charging.dataset.versions.replace_text", refuse)
    with pytest.raises(DatasetError, match="The disk is full"):
        write()
    assert open_dataset(tmp_path / "d") == current
    monkeypatch.undo()
    assert write().number == 3


def test_an_error_half_way_leaves_nothing_behind(write, tmp_path, monkeypatch):
    write()

    def interrupt(**_values):
        raise KeyboardInterrupt

    monkeypatch.setattr("charging.dataset.versions.Manifest", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write()
    assert entries(tmp_path / "d") == ["CURRENT", "v1"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_killed_writer_harms_nothing_and_is_swept_at_the_next_write(write, tmp_path):
    current = write()
    command = [sys.executable, "-c", WRITER_THAT_STOPS, str(tmp_path / "d")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout.readline() == "writing\n"
            assert write().number == 2  # a writer that lives keeps its draft
            assert any(name.startswith(".new-") for name in entries(tmp_path / "d"))
        finally:
            writer.kill()
    assert open_dataset(tmp_path / "d") != current
    write()
    assert entries(tmp_path / "d") == ["CURRENT", "v1", "v2", "v3"]


def test_tables_against_the_schema_are_not_written(tmp_path, tiny_built, tiny_description):
    tables = {"stations": tiny_built.tables["stations"]}
    with pytest.raises(SchemaError):
        write_version(tmp_path / "d", tables, tiny_description)
    assert not (tmp_path / "d").exists()


def test_a_folder_of_something_else_is_left_alone(write, tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "thesis.docx").touch()
    with pytest.raises(DatasetError, match="holds other files"):
        write()
    assert entries(tmp_path / "d") == ["thesis.docx"]


@pytest.mark.skipif(os.name != "posix", reason="needs modes of POSIX")
@pytest.mark.parametrize(("umask", "file", "folder"), [(0, 0o640, 0o750), (0o077, 0o600, 0o700)])
def test_others_can_read_nothing_of_a_dataset_and_the_group_what_the_umask_lets_it(
    tmp_path, tiny_built, tiny_description, umask, file, folder
):
    before = os.umask(umask)
    try:
        dataset = write_version(tmp_path / "build" / "d", tiny_built.tables, tiny_description)
        remember_dataset(tmp_path / "build", dataset.folder)
    finally:
        os.umask(before)
    found = [tmp_path / "build", *(tmp_path / "build").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()} == {folder}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()} == {file}
