"""Whoever closes the page waits for nothing any more: what is computed for nobody else ends."""

import asyncio
import sys

import pytest
from benchmarks.visitor import Visitor
from browser.live import started

PAGE = """
import os
from pathlib import Path

import streamlit as st

from charging.queries.engine import Query
from charging.settings import Settings
from charging.views.session.caching import open_answers

NOTES = Path(os.environ["CHARGING_BUILD_DIR"])


def endless(engine):
    (NOTES / "begun").touch()
    return engine.run(Query("select sum(a.range * b.range) from range(10000000) a, range(10000000) b"))


if st.toggle("Ask", key="ask"):
    (NOTES / f"asked {os.urandom(4).hex()}").touch()
    try:
        open_answers(Path(os.environ["CHARGING_DATASET"]), Settings()).ask(endless)
    except BaseException as error:
        (NOTES / f"ended {os.urandom(4).hex()}").write_text(type(error).__name__)
        raise
"""
PATIENCE_S = 20


@pytest.fixture
def notes(tmp_path):
    """Return the notes of the page of a kind, once there are as many as wanted."""

    async def _notes(kind, wanted):
        async with asyncio.timeout(PATIENCE_S):
            while len(found := [*tmp_path.glob(f"{kind}*")]) < wanted:  # noqa: ASYNC110  of another process
                await asyncio.sleep(0.05)
        return [each.read_text() for each in found]

    return _notes


async def ask(url):
    """Open the page and ask; return the visitor, and what will come."""
    visitor, _ = await Visitor.arrive(url, "")
    return visitor, asyncio.create_task(visitor.choose("ask", True))


async def leave(visitor, coming):
    coming.cancel()
    await visitor.leave()


@pytest.mark.endurance
def test_a_query_ends_when_the_last_page_that_waits_for_it_is_closed(tiny_dataset, tmp_path, notes):
    async def two_ask_and_leave(url):
        first = await ask(url)
        await notes("begun", 1)
        second = await ask(url)
        await notes("asked", 2)
        await asyncio.sleep(0.5)  # so that it waits for the same answer
        await leave(*first)
        await asyncio.sleep(2)
        assert await notes("ended", 0) == []
        await leave(*second)
        assert await notes("ended", 2) == ["StopException"] * 2

    script = tmp_path / "page.py"
    script.write_text(PAGE)
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    with started(command, DATASET=tiny_dataset.folder, BUILD_DIR=tmp_path) as (url, _):
        asyncio.run(two_ask_and_leave(url))
