"""The engine prepares its tables in the background: what goes wrong there reaches whoever asks."""

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import duckdb
import numpy as np
import pytest

from charging.domain.filters import Filters
from charging.errors import AbandonedError, DatasetError, SlowQueryError
from charging.queries.engine import Engine, Query
from charging.queries.sized_cache import SizedCache
from charging.queries.totals import totals
from charging.queries.wanted import asked_by

ENDLESS = Query("select sum(a.range * b.range) from range(10000000) a, range(10000000) b")


def test_a_dataset_that_cannot_be_read_is_told_to_everyone_who_asks(tiny_dataset, tmp_path):
    version = shutil.copytree(tiny_dataset.version, tmp_path / "v1")
    for path in version.glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:100])
    engine = Engine(replace(tiny_dataset, version=version), memory_limit_mb=100)
    for filters in (Filters(), Filters(text="a")):
        with pytest.raises(DatasetError, match=r"stations.parquet is not the file"):
            totals(engine, filters)


@pytest.mark.parametrize(("memory_limit_mb", "form"), [(1, "BASE TABLE"), (0, "VIEW")])
def test_the_wide_rows_are_held_up_to_the_memory_limit_and_above_it_stay_on_disk(
    tiny_dataset, memory_limit_mb, form
):
    with closing(Engine(tiny_dataset, memory_limit_mb=memory_limit_mb)) as engine:
        assert engine.run(Query("select count(*) as n from stations")).n[0] == 12
        kept = engine.run(
            Query("select table_type from information_schema.tables where table_name = 'stations'")
        )
    assert list(kept.table_type) == [form]


def test_of_what_was_found_only_so_much_is_remembered(tiny_dataset):
    with closing(Engine(tiny_dataset, memory_limit_mb=100, cache=SizedCache(40))) as engine:
        for asked in ("a", "b", "c"):
            engine.cached_rows(asked, lambda: np.arange(2))
        found = [engine.cached_rows(asked, lambda: np.arange(3)).size for asked in ("b", "c", "a")]
    assert found == [2, 2, 3]  # the first was forgotten


def test_an_engine_can_be_closed_before_anyone_has_asked(tiny_dataset):
    engine = Engine(tiny_dataset, memory_limit_mb=100)
    engine.close()
    with pytest.raises(duckdb.Error):
        engine.run(Query("select count(*) as n from stations"))


def test_a_query_that_takes_too_long_is_broken_off_and_others_go_on(tiny_dataset):
    with closing(Engine(tiny_dataset, memory_limit_mb=100, time_limit_s=0.2)) as engine:
        start = time.monotonic()
        with pytest.raises(SlowQueryError, match=r"longer than 0\.2 s .* CHARGING_QUERY_LIMIT_S"):
            engine.run(ENDLESS)
        assert time.monotonic() - start < 10
        assert engine.run(Query("select count(*) as n from stations")).n[0] == 12


@pytest.fixture
def ask(tiny_dataset):
    """Let somebody ask what is never answered, together with whoever asks the same; return what will come."""
    cache = SizedCache(100)
    with (
        closing(Engine(tiny_dataset, memory_limit_mb=100, cache=cache)) as engine,
        ThreadPoolExecutor(2) as pool,
    ):

        def _ask(is_there):
            def answer():
                with asked_by(is_there):
                    return cache.get("key", lambda: engine.run(ENDLESS))

            return pool.submit(answer)

        engine.wait()
        yield _ask


@pytest.mark.slow
def test_a_query_ends_when_the_one_who_asked_has_left(ask):
    is_gone = threading.Event()
    coming = ask(lambda: not is_gone.is_set())
    with pytest.raises(TimeoutError):
        coming.result(timeout=0.5)
    is_gone.set()
    with pytest.raises(AbandonedError):
        coming.result(timeout=10)


@pytest.mark.slow
def test_a_query_of_two_goes_on_until_the_last_of_them_has_left(ask):
    left = [threading.Event(), threading.Event()]
    first = ask(lambda: not left[0].is_set())
    time.sleep(0.2)  # so that the other waits for the same computation
    second = ask(lambda: not left[1].is_set())
    time.sleep(0.2)
    left[0].set()
    with pytest.raises(TimeoutError):
        first.result(timeout=1)
    left[1].set()
    for coming in (first, second):
        with pytest.raises(AbandonedError):
            coming.result(timeout=10)


def test_who_has_left_is_answered_nothing_any_more(tiny_dataset):
    with closing(Engine(tiny_dataset, memory_limit_mb=100)) as engine:
        with asked_by(lambda: False), pytest.raises(AbandonedError):
            engine.run(Query("select count(*) as n from stations"))
        assert engine.run(Query("select count(*) as n from stations")).n[0] == 12
