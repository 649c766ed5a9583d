"""The end of a visit: what it brought and did not keep goes, but not while its page may come back."""

import asyncio
import itertools
from types import SimpleNamespace

import pytest

from charging.dataset.draft_folders import DRAFTS
from charging.dataset.drafts import Draft
from charging.dataset.sent_files import SentFile
from charging.views.session import visits

SESSION = "a visit"


@pytest.fixture
def active(monkeypatch):
    """The sessions whose page is open."""
    sessions = set()
    runtime = SimpleNamespace(
        is_active_session=sessions.__contains__, close_session=sessions.discard, uploaded_file_mgr=None
    )
    monkeypatch.setattr(visits, "Runtime", SimpleNamespace(exists=lambda: True, instance=lambda: runtime))
    monkeypatch.setattr(visits, "get_script_run_ctx", lambda: SimpleNamespace(session_id=SESSION))
    return sessions


def look(seconds_apart):
    """Look for visits that have ended a few times, which seem to be some seconds apart."""

    async def look_for_a_moment():
        clock = itertools.count(1e9, seconds_apart).__next__
        looking = asyncio.create_task(visits.end_visits(clock, every_s=0.01))
        await asyncio.sleep(0.2)
        looking.cancel()

    asyncio.run(look_for_a_moment())


@pytest.fixture
def draft(tmp_path, active):  # noqa: ARG001  the visit must be there first
    made = Draft([SentFile("a.csv", b"lat,lon\n1,2\n")], build_dir=tmp_path, max_bytes=1_000)
    visits.note_visit()
    visits.discard_at_end(made)
    return made


@pytest.mark.usefixtures("draft")
def test_a_draft_goes_when_its_visit_has_ended(tmp_path):
    look(1_000)
    assert [*(tmp_path / DRAFTS).iterdir()] == []


@pytest.mark.usefixtures("draft")
def test_a_draft_stays_while_its_page_is_open_or_may_come_back(tmp_path, active):
    active.add(SESSION)
    look(1_000)
    active.clear()
    look(0)
    assert len([*(tmp_path / DRAFTS).iterdir()]) == 1
