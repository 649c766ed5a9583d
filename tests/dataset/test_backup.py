"""Backups: all that a build folder holds comes back, and nothing else is ever written."""

import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile

import pytest

from charging.dataset.backup import back_up, restore
from charging.dataset.merging import merge
from charging.dataset.store import LAST, open_dataset, remember_dataset, versions_in
from charging.dataset.validate import find_damage
from charging.errors import ChargingError, DatasetError, SourceError, UsageError


@pytest.fixture
def house(tmp_path, tiny_dataset):
    """A build folder with two datasets, one of them merged and with a journal that is being written."""
    build_dir = tmp_path / "build"
    for name in ("a", "b"):
        shutil.copytree(tiny_dataset.folder, build_dir / name)
    merge(open_dataset(build_dir / "a"), [("tiny:bj-1", "tiny:sh-1")])
    remember_dataset(build_dir, build_dir / "a")
    for path in ("presets/mine.toml", "peers/x.toml", "a/.peers/reports.json"):
        (build_dir / path).parent.mkdir(exist_ok=True)
        (build_dir / path).write_text(path)
    journal = sqlite3.connect(build_dir / "a" / ".peers" / "x.sqlite", isolation_level=None)
    journal.execute("create table records (id)")
    journal.execute("insert into records values (1)")
    journal.execute("begin")
    journal.execute("insert into records values (2)")  # not there yet
    (build_dir / ".drafts" / "d").mkdir(parents=True)
    (build_dir / ".drafts" / "d" / "secret.csv").touch()
    yield build_dir
    journal.close()


def content(folder):
    """Return the files of a build folder with their bytes, but for journals and what is left out."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in paths
        if not path.name.endswith(".lock") and ".sqlite" not in path.name and ".drafts" not in path.parts
    }


def pack(path, *members):
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def member(name, kind=tarfile.REGTYPE, link=""):
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, 1 if kind == tarfile.REGTYPE else 0
    return made


def test_what_was_kept_comes_back_whole_and_nothing_else(house, tmp_path):
    kept = back_up(house, tmp_path / "kept.tar.gz")
    assert (kept.datasets, kept.versions) == (["a", "b"], 3)
    restored = restore(kept.path, tmp_path / "new" / "place")
    assert restored._replace(path=kept.path) == kept
    assert content(tmp_path / "new" / "place") == content(house)
    assert not (tmp_path / "new" / "place" / ".drafts").exists()
    for name in ("a", "b"):
        assert list(find_damage(open_dataset(tmp_path / "new" / "place" / name))) == []


def test_a_journal_comes_back_as_it_was_at_one_moment(house, tmp_path):
    restore(back_up(house, tmp_path / "kept.tar.gz").path, tmp_path / "new")
    journal = sqlite3.connect(tmp_path / "new" / "a" / ".peers" / "x.sqlite")
    assert journal.execute("select id from records").fetchall() == [(1,)]
    journal.close()


@pytest.mark.skipif(os.name != "posix", reason="needs modes of POSIX")
def test_others_can_read_nothing_of_a_backup_and_what_comes_of_it(house, tmp_path):
    kept = back_up(house, tmp_path / "kept.tar.gz").path
    restore(kept, tmp_path / "new")
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o007 for path in (kept, *(tmp_path / "new").rglob("*"))}
    assert modes == {0}


def test_a_backup_that_fails_leaves_no_file(house, tmp_path, monkeypatch):
    def refuse(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", refuse)
    with pytest.raises(DatasetError, match="No space left"):
        back_up(house, tmp_path / "kept.tar.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["build"]


def test_a_backup_replaces_no_file_and_keeps_no_damage(house, tmp_path):
    (tmp_path / "there").touch()
    with pytest.raises(UsageError, match="which is there"):
        back_up(house, tmp_path / "there")
    with pytest.raises(UsageError, match="found none"):
        back_up(tmp_path / "empty", tmp_path / "kept.tar.gz")
    path = open_dataset(house / "b").path("piles")
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(DatasetError, match=r"piles.parquet is not the file that was written"):
        back_up(house, tmp_path / "kept.tar.gz")


def test_a_backup_is_restored_into_a_new_or_an_empty_folder_alone(house, tmp_path):
    kept = back_up(house, tmp_path / "kept.tar.gz").path
    before = content(house)
    with pytest.raises(UsageError, match="new or empty build folder"):
        restore(kept, house)
    assert content(house) == before
    (tmp_path / "empty").mkdir()
    restore(kept, tmp_path / "empty")
    assert versions_in(tmp_path / "empty" / "a") == versions_in(house / "a")


@pytest.mark.parametrize(
    "hostile",
    [
        member("../up"),
        member("/etc/passwd"),
        member("a/../../up"),
        member("a/CURRENT/../../x"),
        member(".ssh/authorized_keys"),
        member("a/x.py"),
        member("presets/.hidden"),
        member("a/CURRENT", tarfile.SYMTYPE, "/etc/passwd"),
        member("a/CURRENT", tarfile.LNKTYPE, "LAST"),
        member("a/CURRENT", tarfile.CHRTYPE),
        member("a/CURRENT", tarfile.FIFOTYPE),
        member("a", tarfile.DIRTYPE),
    ],
    ids=lambda each: f"{each.name} {each.type}",
)
def test_what_is_no_file_of_a_build_folder_is_never_written(tmp_path, hostile):
    with pytest.raises(SourceError, match="expected a backup"):
        restore(pack(tmp_path / "bad.tar.gz", member("b/CURRENT"), hostile), tmp_path / "in" / "new")
    assert [*(tmp_path / "in" / "new").iterdir()] == []
    assert {path.name for path in tmp_path.iterdir()} == {"bad.tar.gz", "in"}


@pytest.mark.parametrize("data", [b"", b"PK", b"\x1f\x8b" + b"0" * 50])
def test_a_file_that_is_no_backup_is_told(tmp_path, data):
    (tmp_path / "bad").write_bytes(data)
    with pytest.raises(SourceError, match="expected a backup"):
        restore(tmp_path / "bad", tmp_path / "new")
    with pytest.raises(UsageError, match="found no file"):
        restore(tmp_path / "none", tmp_path / "new")


def test_a_damaged_backup_restores_nothing(house, tmp_path):
    kept = back_up(house, tmp_path / "kept.tar.gz").path
    data = kept.read_bytes()
    for number, damaged in enumerate((data[: len(data) // 2], data[:3000] + b"x" * 50 + data[3050:])):
        kept.write_bytes(damaged)
        with pytest.raises(ChargingError):
            restore(kept, tmp_path / f"new{number}")
        assert [*(tmp_path / f"new{number}").iterdir()] == []


def test_a_backup_of_damaged_datasets_restores_nothing(house, tmp_path):
    kept = back_up(house, tmp_path / "kept.tar.gz").path
    with tarfile.open(kept) as archive, tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as other:
        for each in archive:
            content = archive.extractfile(each).read()
            content = content[::-1] if each.name.endswith("piles.parquet") else content
            other.addfile(each, io.BytesIO(content))
    with pytest.raises(DatasetError, match=r"(?s)nothing was restored.*piles.parquet"):
        restore(tmp_path / "bad.tar.gz", tmp_path / "new")
    assert [*(tmp_path / "new").iterdir()] == []


def test_the_commands_keep_and_restore(run, build_dir, tmp_path, monkeypatch):
    remember_dataset(build_dir, build_dir / "tiny")
    code, out, _ = run("backup", "--to", tmp_path / "kept", "--json")
    told = json.loads(out)
    assert (code, told["datasets"], told["versions"]) == (0, ["tiny"], 1)
    assert [run("backup")[0], run("backup", "x", "--to", tmp_path)[0]] == [2, 2]
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(tmp_path / "new"))
    code, out, _ = run("restore", told["path"])
    assert (code, "1 dataset, 1 version, " in out) == (0, True)
    assert (tmp_path / "new" / LAST).read_text() == "tiny\n"
    assert run("restore", told["path"])[0] == 2
