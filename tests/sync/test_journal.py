"""The journal: what it keeps of records and pulls."""

import datetime as dt
import stat

import pytest

from charging.errors import DatasetError
from charging.sync.journal import Journal, Pull

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "x.sqlite")
    yield journal
    journal.close()


def pull(number, *, is_full=False):
    return Pull(number=number, is_full=is_full, begun_at=NOW)


def bodies(journal):
    return [kept.body for kept in journal.records()]


def test_the_latest_record_of_an_id_is_kept(journal):
    assert journal.put("a", {"n": 1}, pull(1), updated_at="2026-01-01")
    assert journal.put("a", {"n": 2}, pull(2), updated_at="2026-01-02")
    assert not journal.put("a", {"n": 0}, pull(2), updated_at="2025-12-31")
    assert bodies(journal) == [{"n": 2}]


def test_a_full_pull_is_the_new_truth_even_if_its_clock_goes_back(journal):
    journal.put("a", 1, pull(1), updated_at="2026-01-02")
    journal.put("a", 2, pull(2), updated_at="2026-01-01")
    assert bodies(journal) == [1]
    journal.put("a", 3, pull(3, is_full=True), updated_at="2026-01-01")
    assert bodies(journal) == [3]


def test_what_a_pull_did_not_see_can_be_forgotten(journal):
    for name in "abc":
        journal.put(name, name, pull(1))
    journal.put("b", "b", pull(2))
    assert (journal.count_seen(pull(2)), journal.delete_unseen(pull(2)), bodies(journal)) == (1, 2, ["b"])


def test_a_status_outlives_a_new_record(journal):
    journal.put("a", 1, pull(1), station="S")
    journal.put_status("S", {"Status": 3}, NOW)
    journal.put("a", 2, pull(2), station="S")
    (kept,) = journal.records()
    assert kept == (2, {"Status": 3}, NOW)


def test_a_page_that_fails_is_not_kept_at_all(journal):
    def two():
        yield "a"
        raise KeyError

    with pytest.raises(KeyError), journal.transaction():
        sum(journal.put(name, 1, pull(1)) for name in two())
    assert bodies(journal) == []


def test_a_pull_survives_the_process(tmp_path):
    going = Pull(number=3, is_full=True, begun_at=NOW, next_url="u", total=9, is_sure=False, high_water="h")
    first = Journal(tmp_path / "x.sqlite")
    first.set_facts(pull=going.to_json())
    first.close()
    second = Journal(tmp_path / "x.sqlite")
    assert Pull.from_json(second.fact("pull")) == going
    second.close()


def test_a_damaged_journal_is_told_with_what_to_do(tmp_path):
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"no journal at all, but long enough to be taken for one" * 40)
    with pytest.raises(DatasetError, match="remove the journal"):
        Journal(path)


@pytest.mark.parametrize("text", ["'); drop table records; --", "\ud800", "\u202e\0"])
def test_hostile_text_is_data(journal, text):
    journal.put("a", {"name": text}, pull(1))
    assert bodies(journal) == [{"name": text}]


def test_others_can_read_nothing_of_a_journal_an_older_one_too(tmp_path):
    path = tmp_path / "x.sqlite"
    path.touch(mode=0o644)
    Journal(path).close()
    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
