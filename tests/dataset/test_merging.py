"""Merging leaves a station out on request, and undoing it brings back the very same dataset."""

import datetime as dt
from dataclasses import fields
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.dataset import merging
from charging.dataset.manifest import Description
from charging.dataset.merging import Merge, merge, merged_stations, read_merges, unmerge, write_merged
from charging.dataset.pipeline import import_files
from charging.dataset.store import open_dataset
from charging.dataset.validate import find_damage
from charging.dataset.versions import write_version
from charging.domain.schema import TABLES
from charging.errors import DatasetError, UsageError

TIME = dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.fixture
def dataset(tmp_path, tiny_built, tiny_description):
    return write_version(tmp_path / "d", tiny_built.tables, tiny_description)


def ids(dataset, table="stations"):
    return set(pq.read_table(dataset.path(table))["station_id"].to_pylist())


def tables_of(dataset):
    return {spec.name: pq.read_table(dataset.path(spec.name)) for spec in TABLES}


def description(dataset):
    return Description(**{spec.name: getattr(dataset.manifest, spec.name) for spec in fields(Description)})


def test_a_merged_station_and_its_piles_are_left_out_of_a_new_version(dataset):
    merged = merge(dataset, [("tiny:bj-1", "tiny:sh-1")])
    assert (merged.number, dataset.number) == (2, 1)
    assert open_dataset(dataset.folder) == merged
    assert ids(dataset) - ids(merged) == ids(dataset, "piles") - ids(merged, "piles") == {"tiny:sh-1"}
    assert merged.content_hash != dataset.content_hash
    assert list(find_damage(merged)) == []
    assert merged_stations(merged)["name"].to_pylist() == ["蔚来目的地站"]


def test_the_report_counts_what_was_merged_and_into_what(dataset):
    report = merge(dataset, [("tiny:bj-1", "tiny:sh-1"), ("tiny:bj-1", "tiny:sz-3")]).manifest.report
    (finding,) = [finding for finding in report.rejections if finding.what == "duplicate_site"]
    assert finding.count == 2
    assert [(one.record_id, one.value) for one in finding.examples] == [
        ("tiny:sh-1", "tiny:bj-1"),
        ("tiny:sz-3", "tiny:bj-1"),
    ]
    before = dataset.manifest.report
    assert (report.stations, report.rows_read) == (before.stations - 2, before.rows_read)
    assert report.piles == before.piles - 3 - 2


def test_undone_the_dataset_is_what_it_was(dataset):
    merge(dataset, [("tiny:bj-1", "tiny:sh-1"), ("tiny:bj-2", "tiny:sz-4")])
    back = unmerge(dataset)
    assert back.content_hash == dataset.content_hash
    assert back.manifest.report == dataset.manifest.report
    assert [file.sha256 for file in back.manifest.files] == [file.sha256 for file in dataset.manifest.files]
    assert read_merges(dataset.folder) == ()
    assert len(merged_stations(back)) == 0


@pytest.mark.slow
def test_one_of_several_merges_can_be_undone(dataset):
    merge(dataset, [("tiny:bj-1", "tiny:sh-1"), ("tiny:bj-2", "tiny:sz-4")])
    assert ids(dataset) - ids(unmerge(dataset, ["tiny:sh-1"])) == {"tiny:sz-4"}


@pytest.mark.slow
def test_merges_one_after_the_other_add_up_whatever_was_swept(dataset):
    merged = dataset
    for number in range(1, 5):
        older, merged = merged, merge(dataset, [("tiny:bj-1", f"tiny:sz-{number}")])
        for name in ("stations", "piles"):  # no older version is ever needed
            older.path(name).unlink()
    assert len(merged_stations(merged)) == 4
    assert unmerge(dataset).content_hash == dataset.content_hash


def test_decisions_stand_beside_the_versions(dataset):
    merge(dataset, [("tiny:bj-1", "tiny:sh-1")], why='"one, roof"\n=1+1', decided_at=TIME)
    assert read_merges(dataset.folder) == (
        Merge(keep="tiny:bj-1", drop="tiny:sh-1", decided_at=TIME, why='"one, roof"\n=1+1'),
    )
    merge(dataset, [("tiny:bj-1", "tiny:sh-1")])
    assert len(read_merges(dataset.folder)) == 1


def test_a_new_import_into_the_folder_is_merged_alike(dataset):
    merged = merge(dataset, [("tiny:bj-1", "tiny:sh-1")])
    again = write_merged(dataset.folder, tables_of(dataset), description(dataset))
    assert (again.content_hash, again.number) == (merged.content_hash, 3)
    assert again.manifest.report == merged.manifest.report
    assert unmerge(again).content_hash == dataset.content_hash


def test_what_is_not_in_a_new_import_changes_nothing_there(dataset, build, tiny_records):
    merge(dataset, [("tiny:bj-1", "tiny:sh-1"), ("tiny:sz-1", "tiny:sz-2")])
    left = [one for one in tiny_records if getattr(one, "source_id", None) not in ("bj-1", "sz-2")]
    new = build(left)
    again = write_merged(dataset.folder, new.tables, description(dataset))
    assert {"tiny:sh-1", "tiny:sz-1"} <= ids(again)  # the one to keep of the first pair is gone
    assert len(read_merges(dataset.folder)) == 2


def test_without_decisions_a_version_is_written_as_ever(dataset):
    again = write_merged(dataset.folder, tables_of(dataset), description(dataset))
    assert (again.content_hash, again.manifest.files) == (dataset.content_hash, dataset.manifest.files)


def test_a_chain_leads_to_its_end(dataset):
    merged = merge(dataset, [("tiny:bj-2", "tiny:bj-3"), ("tiny:bj-1", "tiny:bj-2")])
    assert ids(dataset) - ids(merged) == {"tiny:bj-2", "tiny:bj-3"}
    (finding,) = merged.manifest.report.rejections
    assert {one.value for one in finding.examples} == {"tiny:bj-1"}


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("tiny:bj-1", "tiny:nowhere")], "'tiny:nowhere'"),
        ([("tiny:nowhere", "tiny:bj-1")], "'tiny:nowhere'"),
        ([("tiny:bj-1", "tiny:bj-1")], "circle"),
        ([("tiny:bj-1", "tiny:bj-2"), ("tiny:bj-2", "tiny:bj-1")], "circle"),
    ],
)
def test_a_merge_that_makes_no_sense_changes_nothing(dataset, pairs, words):
    with pytest.raises(UsageError, match=words):
        merge(dataset, pairs)
    assert open_dataset(dataset.folder) == dataset
    assert read_merges(dataset.folder) == ()


def test_a_circle_is_seen_across_older_decisions(dataset):
    merged = merge(dataset, [("tiny:bj-1", "tiny:bj-2")])
    with pytest.raises(UsageError, match="circle"):
        merge(dataset, [("tiny:bj-2", "tiny:bj-1")])
    assert open_dataset(dataset.folder) == merged


def test_only_what_was_merged_can_be_brought_back(dataset):
    with pytest.raises(UsageError, match="'tiny:bj-1'"):
        unmerge(dataset, ["tiny:bj-1"])


@pytest.mark.parametrize("has_decisions", [False, True])
def test_where_a_version_cannot_be_written_the_decisions_stay_as_they_were(
    dataset, monkeypatch, has_decisions
):
    if has_decisions:
        merge(dataset, [("tiny:bj-1", "tiny:sh-1")])
    before, current = read_merges(dataset.folder), open_dataset(dataset.folder)

    def refuse(*_given, **_named):
        raise DatasetError("the disk is full")

    monkeypatch.setattr(merging, "write_version", refuse)
    with pytest.raises(DatasetError, match="disk is full"):
        merge(dataset, [("tiny:bj-2", "tiny:sz-4")])
    assert (read_merges(dataset.folder), open_dataset(dataset.folder)) == (before, current)
    assert (dataset.folder / merging.MERGES).exists() == has_decisions


@pytest.mark.parametrize(
    "text",
    [
        "keep,drop\na,b\n",
        "keep,drop,decided_at,why\na,b,yesterday,\n",
        "keep,drop,decided_at,why\na\n",
        'keep,drop,decided_at,why\n"a,b,2025-01-01,\n',
        "keep,drop,decided_at,why\na,b,2025-01-01,\nb,a,2025-01-01,\n",
        "\udcff",
    ],
    ids=["columns", "time", "short", "quote", "circle", "encoding"],
)
def test_damaged_decisions_are_refused_and_named(dataset, text):
    (dataset.folder / merging.MERGES).write_bytes(text.encode("utf-8", "surrogateescape"))
    for action in (lambda: merge(dataset, []), lambda: unmerge(dataset)):
        with pytest.raises(DatasetError, match=r"merges\.csv"):
            action()
    assert open_dataset(dataset.folder) == dataset


def test_a_damaged_table_of_what_was_merged_is_found(dataset):
    merged = merge(dataset, [("tiny:bj-1", "tiny:sh-1")])
    merged.path("merged_stations").write_bytes(b"PAR1")
    assert any("merged_stations" in complaint for complaint in find_damage(merged))
    with pytest.raises(DatasetError, match="merged_stations"):
        unmerge(dataset)


def slowly(present, pairs):
    """Return who is left out: whoever reaches another present station by going from drop to keep."""

    def reached(station_id):
        return {end for keep, drop in pairs if drop == station_id for end in {keep} | reached(keep)}

    return {station_id for station_id in present if reached(station_id) & present}


@pytest.mark.slow
@given(
    st.sets(st.integers(0, 7)),
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]), max_size=10
    ),
)
def test_whoever_is_left_out_has_a_survivor_that_is_not(present, numbers):
    pairs = [(str(keep), str(drop)) for keep, drop in numbers]
    merges = [Merge(keep=keep, drop=drop, decided_at=TIME) for keep, drop in pairs]
    there = {str(number) for number in present}
    survivors = merging.find_survivors(merges, there)
    assert set(survivors) == slowly(there, pairs)
    assert all(end in there and end not in survivors for end in survivors.values())


@pytest.mark.slow
def test_a_file_imported_again_is_merged_as_it_was(tmp_path):
    register = Path(__file__).resolve().parents[1] / "fixtures" / "tabular" / "shenzhen.csv"
    first = import_files([register], build_dir=tmp_path)
    keep, drop, *_ = sorted(ids(first))
    merged = merge(first, [(keep, drop)])
    again = import_files([register], build_dir=tmp_path)
    assert (again.content_hash, again.number) == (merged.content_hash, 3)
    assert list(find_damage(again)) == []
    assert unmerge(again).content_hash == first.content_hash
