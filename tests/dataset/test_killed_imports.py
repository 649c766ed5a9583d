import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from endurance.sizes import sized
from sync.loopback import TOKEN, OcpiServer
from sync.loopback import location as listed

from charging.dataset.checksums import check_files
from charging.dataset.store import CURRENT, current_version, open_dataset, versions_in
from charging.dataset.validate import find_damage

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked")

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "tests.dataset.forked_makers"
OLD, NEW = "old", "new"
WARNINGS = ("-W", "error", "-W", "ignore:This process:DeprecationWarning")  # of any fork beside threads
BETWEEN = 5  # kills that leave their litter to one import


class House:
    """A build folder with a dataset `d`, and a process whose children make the next version of it."""

    def __init__(self, folder, process):
        self.folder, self._process = folder, process
        self.hashes = {}
        for name in (NEW, OLD):
            self.run(name)
            self.hashes[open_dataset(folder / "d").content_hash] = name

    def run(self, *names, **how):
        """Import files at once; return whether all ended by themselves, and the seconds they took."""
        return self.work(*(("import", str(self.folder.parent / f"{name}.json")) for name in names), **how)

    def work(self, *jobs, kill_after_s=None, kill_at_step=None):
        """Do jobs at once, as `run`."""
        asked = {"jobs": jobs, "kill_after_s": kill_after_s, "kill_at_step": kill_at_step}
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        told = json.loads(self._process.stdout.readline())
        assert set(told["codes"]) <= {0, -signal.SIGKILL}
        return not any(told["codes"]), told["seconds"]

    def holds(self):
        """Return which of the files the dataset is, which must be whole."""
        dataset = open_dataset(self.folder / "d")
        assert list(find_damage(dataset)) == []
        return self.hashes[dataset.content_hash]

    def litter(self):
        """Return what stands in the folders that is no version and no pointer."""
        entries = [*self.folder.iterdir(), *(self.folder / "d").iterdir()]
        known = re.compile(r"LAST|d|peers|CURRENT|\.lock|\.peers|v\d+-[0-9a-f]{8}")
        return [path.name for path in entries if not known.fullmatch(path.name)]


def location(name, number):
    evse = {"uid": f"{number}", "status": "AVAILABLE", "connectors": [{"standard": "CHADEMO"}]}
    place = {"latitude": f"{51 + number / 1000}", "longitude": "4.5"}
    return {"id": f"{name}-{number}", "name": name, "coordinates": place, "evses": [evse]}


@pytest.fixture
def house(tmp_path):
    for name, count in ((OLD, 3), (NEW, 100)):
        locations = [location(name, number) for number in range(count)]
        (tmp_path / f"{name}.json").write_text(json.dumps({"data": locations}))
    build_dir = tmp_path / "build"
    environment = os.environ | {"OCPI_TOKEN_X": TOKEN}
    command = [sys.executable, *WARNINGS, "-m", PROGRAM, str(build_dir), str(tmp_path / "old.json")]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield House(build_dir, process)
        process.stdin.close()


@pytest.mark.parametrize("kills", [sized(60, 500)])
def test_an_import_killed_at_any_moment_leaves_the_dataset_whole(house, kills):
    moments = random.Random(7)  # noqa: S311  to be repeated, not to be secret
    longest_s = max(house.run(OLD)[1] for _ in range(3))
    for number in range(kills):
        has_ended, _ = house.run(NEW, kill_after_s=moments.uniform(0, longest_s))
        holds = house.holds()
        assert holds == NEW or not has_ended
        if number % BETWEEN == 0 or holds == NEW:
            assert house.run(OLD)[0]
            assert (house.holds(), house.litter()) == (OLD, [])


@pytest.mark.parametrize("stride", [sized(1, 1)])
def test_an_import_killed_before_any_step_is_not_there_or_whole(house, stride):
    found = []
    for step in itertools.count(1, stride):
        if house.run(NEW, kill_at_step=step)[0]:
            break
        found.append(house.holds())
        assert house.run(OLD)[0]
        assert (house.holds(), house.litter()) == (OLD, [])
    olds = found.count(OLD)
    assert 10 // stride < olds < len(found)
    assert found == [OLD] * olds + [NEW] * (len(found) - olds)  # there is one step by which it is there


@pytest.mark.parametrize("pairs", [sized(20, 100)])
def test_imports_at_once_do_not_mix(house, pairs):
    folder = house.folder / "d"
    before = len(versions_in(folder))
    for _ in range(pairs):
        assert house.run(OLD, NEW)[0]
        assert current_version(folder) == versions_in(folder)[-1]
    found = []
    for version in versions_in(folder)[before:]:
        (folder / CURRENT).write_text(f"{version}\n")
        found.append(house.holds())
    assert (found.count(OLD), found.count(NEW), house.litter()) == (pairs, pairs, [])


def ids(house):
    dataset = open_dataset(house.folder / "d")
    assert list(find_damage(dataset)) == []
    return {*pq.read_table(dataset.path("stations"))["station_id"].to_pylist()}


@pytest.mark.parametrize("kills", [sized(12, 50)])
def test_a_sync_killed_at_any_moment_loses_neither_its_stations_nor_those_of_others(house, kills):
    assert house.run(OLD)[0]
    others, server, moments = ids(house), OcpiServer(), random.Random(7)  # noqa: S311
    (house.folder / "peers").mkdir()
    peer = f'kind = "ocpi"\nurl = "{server.base}/versions"\ntoken_env = "OCPI_TOKEN_X"\ndataset = "d"\n'
    (house.folder / "peers" / "x.toml").write_text(peer)
    _, longest_s = house.work(("sync", "x"))
    known = ids(house)
    assert len(known) == len(others) + 7
    for number in range(kills):
        changed_at = f"{2027 + number}-01-01T00:00:00Z"
        server.locations.append(listed(7 + number, last_updated=changed_at))
        house.work(("sync", "x"), kill_after_s=moments.uniform(0, longest_s))
        found = ids(house)
        assert known <= found
        if number % BETWEEN == 0:
            assert house.work(("sync", "x"))[0]
            known = ids(house)
            assert (len(known), house.litter()) == (len(others) + 8 + number, [])
    server.close()


@pytest.mark.parametrize("kills", [sized(2, 50)])
def test_a_build_killed_at_any_moment_leaves_the_dataset_whole(house, kills):
    moments, started = random.Random(7), open_dataset(house.folder / "d").content_hash  # noqa: S311
    ended, longest_s = house.work(("build", 0))
    built = open_dataset(house.folder / "d").content_hash
    assert (ended, built != started) == (True, True)
    for _ in range(kills):
        house.work(("build", 1), kill_after_s=moments.uniform(0, longest_s))
        dataset = open_dataset(house.folder / "d")
        check_files(dataset, *dataset.tables)  # to read all of it would take longer than to build it
        assert dataset.manifest.seed in (0, 1)
    assert house.run(OLD)[0]
    assert (house.holds(), house.litter()) == (OLD, [])
