"""Drafts: what is sent is looked at and read out of sight, and nothing changes before it is kept."""

import gc
import gzip
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from charging.dataset import drafts, pipeline
from charging.dataset.draft_folders import DRAFTS, DraftFolder, remove_drafts, sweep_drafts
from charging.dataset.drafts import WAITING, Draft, ReadOptions
from charging.dataset.sent_files import SentFile
from charging.dataset.store import dataset_names, last_dataset
from charging.domain.vocabulary import Datum
from charging.errors import ChargingError, DatasetError, SourceError, UsageError
from charging.sources.recognition.guessed_preset import save_preset
from charging.sources.recognition.table_guess import guess_table
from charging.sources.tabular.presets import OWN_PRESETS

ROOT = Path(__file__).resolve().parents[2]
HEADER = "station_id,longitude,latitude,charge_count,TAZID,area,perimeter\n"
REGISTER = f"{HEADER}1001,114.063014,22.540383,20,559,1.0,1.0\n1002,114.0701,22.545,7,559,1.0,1.0\n".encode()
AREAS = (Path(__file__).parents[1] / "fixtures" / "service_areas" / "areas.csv").read_bytes()
MAX_BYTES = 1_000_000


def draft(build_dir, *sent, max_bytes=MAX_BYTES):
    return Draft(sent or [SentFile("register.csv", REGISTER)], build_dir=build_dir, max_bytes=max_bytes)


def everything(folder):
    return {path.relative_to(folder): path.is_file() and path.read_bytes() for path in folder.rglob("*")}


def leftovers(build_dir):
    return list((build_dir / DRAFTS).iterdir()) if (build_dir / DRAFTS).is_dir() else []


def test_what_is_kept_is_a_dataset_of_the_build_folder_and_the_last_one(tmp_path):
    made = draft(tmp_path, SentFile("register.csv", REGISTER), SentFile("areas.csv", AREAS))
    made.read(ReadOptions("mine"))
    kept = made.keep()
    assert (kept.folder, kept.name) == (tmp_path / "mine", "mine")
    assert kept.manifest.counts == {"stations": 2, "piles": 2, "service_areas": 4}
    assert last_dataset(tmp_path) == tmp_path / "mine"
    assert leftovers(tmp_path) == []


def test_nobody_sees_a_draft_before_it_is_kept(build_dir):
    before = everything(build_dir)
    made = draft(build_dir)
    made.read(ReadOptions("mine"))
    assert dataset_names(build_dir) == ["tiny"]
    made.discard()
    left = everything(build_dir)
    assert {path: left[path] for path in left if DRAFTS not in path.parts} == before
    assert leftovers(build_dir) == []


def test_files_are_recognised_and_looked_at_before_they_are_read(tmp_path):
    made = draft(tmp_path, SentFile("register.csv", REGISTER), SentFile("areas.csv", AREAS))
    assert [(file.reader.name, file.reader.preset) for file in made.files] == [
        ("tabular", "urbanev"),
        ("service-areas", None),
    ]
    first = made.preview(made.files[0], ReadOptions("mine")).records[0]
    assert (first.source_id, first.stated_piles or sum(group.count for group in first.piles)) == ("1001", 20)
    assert made.suggested_name == "register"


def test_a_point_outside_its_region_is_told_before_the_file_is_read(tmp_path):
    rows = "".join(f"{number},48.1,11.6,Bayern\n" for number in range(4))
    text = f"id,lat,lon,Bundesland\n{rows}4,53.5,10.0,Bayern\n"
    made = draft(tmp_path, SentFile("stations.csv", text.encode()))
    [finding] = made.preview(made.files[0], ReadOptions("mine")).report.discrepancies
    assert (finding.what, finding.examples[0].record_id) == ("outside_region", "4")


def test_what_is_not_recognised_can_be_read_as_it_is_said_to_be(tmp_path):
    text = b"STATION_ID,east,north,charge_count\nx,114.06,22.54,20\n"
    made = draft(tmp_path, SentFile("other.csv", text))
    [file] = made.files
    assert file.reader is None
    assert "other.csv: expected columns of latitude and longitude" in file.problem
    with pytest.raises(SourceError):
        made.preview(file, ReadOptions("mine"))
    with pytest.raises(SourceError, match=r"other\.csv"):
        made.read(ReadOptions("mine", preset="urbanev"))


def test_a_preset_of_the_users_own_is_found_for_what_is_dropped(tmp_path):
    table = tmp_path / "first.csv"
    table.write_bytes(b"name,lat,lon,n\nA,52.5,13.4,4\n")
    folder = tmp_path / OWN_PRESETS
    save_preset(folder, "ours", table, guess_table(table), info=lambda info: info, datum=None)
    [file] = draft(tmp_path, SentFile("next.csv", table.read_bytes())).files
    assert (file.reader.preset.name, file.reader.guess) == ("ours", None)


def test_a_datum_that_is_known_better_is_taken(tmp_path):
    made = draft(tmp_path)
    places = []
    for datum in (None, Datum.WGS84):
        dataset = made.read(ReadOptions("mine", datum=datum))
        places.append(dataset.content_hash)
    assert places[0] != places[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["../../escaped.csv", "/etc/passwd", "a\x00b\n\u202e.csv", ".hidden", "..", "", "x" * 5_000, "<b>`${1}`"],
)
def test_no_name_of_a_file_leads_out_of_the_draft_or_changes_what_is_shown(tmp_path, name):
    made = draft(tmp_path / "build", SentFile(name, REGISTER), SentFile(name, AREAS))
    assert {path.name for path in tmp_path.iterdir()} == {"build"}
    assert {path.name for path in (tmp_path / "build").iterdir()} == {DRAFTS}
    assert all(file.name.isprintable() and 0 < len(file.name) <= 80 for file in made.files)
    made.read(ReadOptions(made.suggested_name))
    assert made.keep().folder.parent == tmp_path / "build"


@pytest.mark.parametrize(
    "name", ["../escaped", "a/b", "", ".drafts", "LAST", "simulated", "x" * 81, "tiny", "TINY"]
)
def test_a_name_that_is_bad_or_taken_is_refused_and_changes_nothing(build_dir, name):
    before = everything(build_dir)
    made = draft(build_dir)
    with pytest.raises(UsageError):
        made.read(ReadOptions(name))
    made.discard()
    assert {path: data for path, data in everything(build_dir).items() if DRAFTS not in path.parts} == before


def test_a_suggested_name_is_free_and_good(build_dir):
    assert draft(build_dir, SentFile("tiny.csv", REGISTER)).suggested_name == "tiny-data"
    assert draft(build_dir, SentFile("simulated.csv", REGISTER)).suggested_name == "simulated-data"
    assert draft(build_dir, SentFile("???", REGISTER)).suggested_name == "upload"


BROKEN = {
    "empty": b"",
    "binary": bytes(range(256)) * 40,
    "cut": gzip.compress(REGISTER * 50)[:-20],
    "bomb": gzip.compress(HEADER.encode() + b"1,1,1,1,1,1,1\n" * 400_000),
    "no station": HEADER.encode() + b"1,0,0,1,1,1,1\n",
    "html": b"<html><script>alert(1)</script></html>",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_told_without_where_it_lies_and_changes_nothing(build_dir, what):
    before = everything(build_dir)
    made = draft(build_dir, SentFile("mine.csv", BROKEN[what]))
    with pytest.raises(ChargingError) as raised:
        made.read(ReadOptions("mine"))
    assert "mine.csv" in str(raised.value)
    assert str(build_dir) not in str(raised.value)
    assert (made.dataset, dataset_names(build_dir)) == (None, ["tiny"])
    made.discard()
    assert {path: data for path, data in everything(build_dir).items() if DRAFTS not in path.parts} == before


def test_too_large_files_are_refused_before_anything_is_stored(tmp_path):
    with pytest.raises(UsageError, match="at most 0 MB together"):
        draft(tmp_path, SentFile("a.csv", REGISTER), SentFile("b.csv", REGISTER), max_bytes=len(REGISTER) + 1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_endless_records_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "RECORDS_BETWEEN", 1)
    monkeypatch.setattr(drafts, "MAX_REPORTS", 2)
    rows = "".join(f"{number},114.06,22.54,1,1,1,1\n" for number in range(9))
    made = draft(tmp_path, SentFile("many.csv", (HEADER + rows).encode()))
    with pytest.raises(UsageError, match="fewer records"):
        made.read(ReadOptions("mine"))
    assert made.dataset is None


class GoneError(BaseException):
    """The reader of the page went on to something else."""


def test_an_aborted_import_leaves_everything_as_it_was_and_can_be_begun_again(build_dir):
    made = draft(build_dir)

    def leave(_share, _what):
        raise GoneError

    with pytest.raises(GoneError):
        made.read(ReadOptions("mine"), leave)
    assert made.dataset is None
    assert dataset_names(build_dir) == ["tiny"]
    made.read(ReadOptions("mine"))
    assert made.keep().manifest.counts["stations"] == 2


@pytest.mark.slow
def test_of_two_drafts_of_one_name_the_second_is_refused_and_harms_nothing(tmp_path):
    first, second = (
        draft(tmp_path),
        draft(tmp_path, SentFile("other.csv", HEADER.encode() + REGISTER.split(b"\n")[1])),
    )
    for made in (first, second):
        made.read(ReadOptions("mine"))
    kept = first.keep()
    with pytest.raises(UsageError, match="taken"):
        second.keep()
    assert dataset_names(tmp_path) == ["mine"]
    assert kept.manifest.counts["stations"] == 2
    second.read(ReadOptions("other"))
    assert second.keep().manifest.counts["stations"] == 1


@pytest.mark.slow
def test_two_imports_at_once_wait_for_each_other(tmp_path):
    one, other = draft(tmp_path), draft(tmp_path)
    reading, heard = threading.Event(), []

    def slow(_share, what):
        assert what != WAITING
        reading.set()
        deadline = time.monotonic() + 10
        while WAITING not in heard and time.monotonic() < deadline:
            time.sleep(0.01)

    thread = threading.Thread(target=one.read, args=(ReadOptions("one"), slow))
    thread.start()
    reading.wait(10)
    other.read(ReadOptions("other"), lambda _share, what: heard.append(what))
    thread.join()
    assert heard[0] == WAITING
    assert {made.keep().name for made in (one, other)} == {"one", "other"}


def test_nothing_can_be_kept_that_was_not_read(tmp_path):
    with pytest.raises(UsageError, match="read them first"):
        draft(tmp_path).keep()


@pytest.mark.slow
def test_a_draft_nobody_holds_any_more_is_gone(tmp_path):
    made = draft(tmp_path)
    made.read(ReadOptions("mine"))
    assert leftovers(tmp_path)
    del made
    gc.collect()
    assert leftovers(tmp_path) == []


LEFT_BY_A_KILLED_PROGRAM = """
import os, pathlib, signal, sys
from charging.dataset.draft_folders import DraftFolder
folder = DraftFolder(pathlib.Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs locks of POSIX")
def test_what_a_killed_program_left_is_swept_at_once_and_what_another_holds_stays(tmp_path):
    held = DraftFolder(tmp_path)
    subprocess.run([sys.executable, "-c", LEFT_BY_A_KILLED_PROGRAM, str(tmp_path)], cwd=ROOT, check=False)
    drafts = {entry.name for entry in (tmp_path / DRAFTS).iterdir()}
    assert {*sweep_drafts(tmp_path)} == drafts - {held.path.name} != set()
    assert held.path.is_dir()


def test_drafts_without_a_lease_are_swept_when_they_are_old(tmp_path):
    (tmp_path / DRAFTS / "left").mkdir(parents=True)
    assert sweep_drafts(tmp_path) == []
    os.utime(tmp_path / DRAFTS / "left", (0, 0))
    assert sweep_drafts(tmp_path) == ["left"]
    assert sweep_drafts(tmp_path / "nowhere") == []


def test_a_process_that_ends_takes_its_drafts_along(tmp_path):
    made = draft(tmp_path)
    remove_drafts()
    assert leftovers(tmp_path) == []
    made.discard()


@pytest.mark.skipif(os.name != "posix", reason="needs modes of POSIX")
def test_others_can_read_nothing_of_a_draft(tmp_path):
    made = draft(tmp_path)
    paths = [*(tmp_path / DRAFTS).rglob("*")]
    assert len(paths) > 2
    assert [path for path in paths if path.stat().st_mode & 0o007] == []
    made.discard()


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="nothing was changed"):
        draft(tmp_path / "file")
