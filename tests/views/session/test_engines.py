"""Engines of the server: how many are open, and that none is closed while it answers."""

import shutil
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from endurance.sizes import sized
from views.paged import html, layer, opened, page_over

from charging.dataset.retention import sweep_versions
from charging.dataset.store import open_dataset, versions_in
from charging.dataset.versions import write_version
from charging.domain.filters import Filters
from charging.queries.totals import totals
from charging.settings import Settings
from charging.views.session.caching import open_answers
from charging.views.session.engines import OpenEngines

MANY = Settings(max_engines=2, kept_versions=1, kept_hours=0)


@pytest.fixture
def datasets(tmp_path, tiny_built, tiny_description):
    return [
        write_version(
            tmp_path / f"d{number}", tiny_built.tables, replace(tiny_description, name=f"d{number}")
        )
        for number in range(4)
    ]


@pytest.fixture
def worlds(build, tiny_records):
    """Two small networks with other sums."""
    areas = tiny_records[-2:]
    return [build([*tiny_records[:number], *areas]) for number in (8, 12)]


def stations(engine):
    return int(totals(engine, Filters(), sums_of=("stations",)).stations[0])


def test_those_asked_last_stay_open_and_the_others_close_when_nobody_asks_them(datasets):
    engines, opened_ones = OpenEngines(), []
    for dataset in datasets:
        engine = engines.get(dataset, MANY)
        engine.wait()
        opened_ones.append(weakref.ref(engine))
        del engine
    while opened_ones[1]():  # its thread has just ended
        time.sleep(0.01)
    assert [each() is None for each in opened_ones] == [True, True, False, False]


def test_an_engine_that_was_dropped_answers_whoever_has_it_and_is_the_one_others_get(datasets):
    engines = OpenEngines()
    used = engines.get(datasets[0], MANY)
    for dataset in datasets[1:]:
        engines.get(dataset, MANY)
    assert stations(used) == 12
    assert engines.get(datasets[0], MANY) is used


def test_an_engine_that_could_not_read_is_opened_onesanew(datasets):
    engines, path = OpenEngines(), datasets[0].path("piles")
    whole = path.read_bytes()
    path.write_bytes(b"PAR1" * 100)
    with pytest.raises(Exception):  # noqa: B017, PT011  whatever it is
        stations(engines.get(datasets[0], MANY))
    path.write_bytes(whole)
    assert stations(engines.get(datasets[0], MANY)) == 12


@pytest.mark.parametrize("asked", [sized(400, 4_000)])
@pytest.mark.endurance
def test_more_datasets_than_engines_answer_all_readers(datasets, asked):
    engines = OpenEngines()

    def ask(number):
        return stations(engines.get(datasets[number % len(datasets)], MANY))

    with ThreadPoolExecutor(8) as pool:
        assert {*pool.map(ask, range(asked))} == {12}


@pytest.mark.parametrize("versions", [sized(40, 1_000)])
@pytest.mark.endurance
def test_readers_of_a_dataset_that_is_replaced_get_whole_answers_and_the_disk_stays_flat(
    worlds, tmp_path, tiny_description, record_property, versions
):
    folder, readers = tmp_path / "d", 20

    def write(number):
        world = worlds[number % 2]
        about = replace(tiny_description, report=world.report, sources=world.sources)
        write_version(folder, world.tables, about)
        sweep_versions(folder, MANY)

    write(0)
    is_over, found, most = threading.Event(), [], []

    def read():
        while not is_over.is_set():
            answers = open_answers(folder, MANY)
            expected = answers.dataset.manifest.report.stations
            found.append((expected, stations(answers.engine)))

    with ThreadPoolExecutor(readers) as pool:
        reading = [pool.submit(read) for _ in range(readers)]
        try:
            for number in range(1, versions):
                write(number)
                most.append((len(versions_in(folder)), open_files()))
        finally:
            is_over.set()
        for each in reading:
            each.result()
    versions_at_most, files_at_most = map(max, zip(*most, strict=True))
    record_property(
        "found", f"{len(found):,} answers, {versions_at_most} versions, {files_at_most} open files"
    )
    assert {*found} == {(8, 8), (12, 12)}
    half = len(most) // 2
    for before, after in zip(zip(*most[:half], strict=True), zip(*most[half:], strict=True), strict=True):
        assert max(after) <= max(before) + readers  # the disk, then the open files
    left = 1 + MANY.max_engines  # the current version, and what the engines that are open read
    deadline = time.monotonic() + 20  # an engine that was dropped ends its reading first
    while len(versions_in(folder)) > left and time.monotonic() < deadline:
        time.sleep(0.1)
        sweep_versions(folder, MANY)
    assert len(versions_in(folder)) <= left


def open_files():
    return len([*Path("/proc/self/fd").iterdir()])


@pytest.mark.parametrize("version", ["as it was written", "v1"])
def test_a_dataset_removed_and_made_again_under_its_name_shows_its_own_numbers(
    worlds, tmp_path, tiny_description, monkeypatch, version
):
    def write(world):
        about = replace(tiny_description, report=world.report, sources=world.sources)
        dataset = write_version(tmp_path / "shared", world.tables, about)
        if version == "v1":  # as older programs named the first version of all datasets
            dataset.version.rename(dataset.folder / version)
            (dataset.folder / "CURRENT").write_text(version)
        return open_dataset(dataset.folder)

    for world in worlds:
        dataset = write(world)
        page = opened(page_over(dataset, tmp_path, monkeypatch))
        count = world.report.stations
        sums = {row["label"]: sum(row["values"]) for row in layer(page, "hexes")["tooltip"]["rows"][:2]}
        assert sums["Stations"] == count
        assert f">{count}</b>" in html(page)  # beside the figures at the top
        answers = open_answers(dataset.folder, Settings())
        assert answers.engine.station_rows(None, ["address"]).shape == (count, 1)  # read when first asked for
        shutil.rmtree(tmp_path / "shared")
