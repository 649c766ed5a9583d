"""A sync as a whole: what it does to its dataset and to the rows of others, and what leaks nowhere."""

import datetime as dt
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sync.conftest import ENVIRONMENT, OCPI
from sync.loopback import TOKEN, OcpiServer, Reply, location

from charging import cli
from charging.dataset.building.build import Builder
from charging.dataset.merging import merge, unmerge
from charging.dataset.pipeline import describe_build
from charging.dataset.store import last_dataset, open_dataset
from charging.dataset.validate import find_damage
from charging.dataset.versions import write_version
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.errors import DatasetError, SourceError, UsageError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def other(house):
    """A second peer, whose stations go into the same dataset."""
    server = OcpiServer()
    house.describe("y", OCPI.format(base=server.base) + 'dataset = "x"\n')
    yield server
    server.close()


@pytest.fixture
def imported(house, tiny_records, tiny_source):
    """The dataset of the peer, which was imported from a file before."""
    builder = Builder(registry=load_operators(), cities=CityIndex(load_cities()))
    builder.add(tiny_records, source=tiny_source, retrieved_at=dt.datetime(2025, 1, 2, tzinfo=dt.UTC))
    built = builder.finish()
    return write_version(house.folder / "x", built.tables, describe_build("x", built))


def untouched(dataset, source="tiny"):
    """Return the rows of a source, but for the number operators have within a version."""
    tables = {name: pq.read_table(dataset.path(name)) for name in ("stations", "piles", "service_areas")}
    stations = [row for row in tables["stations"].to_pylist() if row["source"] == source]
    ids = {row["station_id"] for row in stations}
    piles = [row for row in tables["piles"].to_pylist() if row["station_id"] in ids]
    for row in (*stations, *piles):
        del row["operator_code"]
    return stations, piles, tables["service_areas"].to_pylist()


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi")
def test_the_first_sync_makes_a_dataset_and_opens_it_by_default(house):
    done = house.sync()
    assert (done.changes, done.dataset.number) == ((7, 0, 0, 0), 1)
    assert last_dataset(house.folder) == house.folder / "x"
    assert list(find_damage(done.dataset)) == []


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi")
def test_a_sync_without_news_changes_nothing_but_the_clock(house):
    first, second = house.sync(), house.sync()
    assert second.changes == (0, 0, 0, 0)
    assert second.dataset.content_hash == first.dataset.content_hash


@pytest.mark.slow
def test_opened_changed_closed_and_statuses_are_counted(house, ocpi):
    house.sync()
    later = {"last_updated": "2026-02-01T00:00:00Z"}
    ocpi.locations[0] = location(0, "REMOVED", **later)
    ocpi.locations[1] = location(1, "CHARGING", **later)
    ocpi.locations[2] = location(2, name="Renamed", **later)
    ocpi.locations.append(location(8, **later))
    assert house.sync().changes == (1, 1, 1, 1)


@pytest.mark.slow
def test_a_station_that_vanished_is_closed_by_a_full_pull_alone(house, ocpi):
    house.sync()
    ocpi.locations.pop(0)
    incremental, full = house.sync(), house.sync(is_full=True)
    assert (incremental.changes.closed, full.changes.closed) == (0, 1)
    assert any("seen by a full pull" in line for line in incremental.lines())


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi")
def test_rows_of_others_stay_as_they_are(house, imported):
    for _ in range(2):
        done = house.sync(is_full=True)
        assert untouched(done.dataset) == untouched(imported)
        assert list(find_damage(done.dataset)) == []
    assert len(house.ids()) == 7 + 12
    assert [rows.info.source for rows in done.dataset.manifest.sources] == ["tiny", "ocpi-x"]


@pytest.mark.slow
def test_the_report_is_that_of_all_parts(house, ocpi, imported):
    ocpi.locations[0]["publish"] = False
    house.sync()
    report = house.sync().dataset.manifest.report
    before = imported.manifest.report
    assert report.rows_read == before.rows_read + 7
    assert report.rejected == before.rejected + 1
    assert report.unresolved_operators == before.unresolved_operators + 1  # DE*ABC
    assert report.piles == before.piles + 6


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi")
def test_two_peers_share_a_dataset(house, other):
    house.sync("x")
    house.sync("y")
    other.locations.pop()
    done = house.sync("y", is_full=True)
    assert (done.changes.closed, len(house.ids())) == (1, 7 + 6)
    assert list(find_damage(done.dataset)) == []


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi")
def test_an_import_into_the_dataset_of_a_peer_is_completed_by_its_next_sync(house, tiny_built):
    house.sync()
    write_version(house.folder / "x", tiny_built.tables, describe_build("x", tiny_built))
    done = house.sync()
    assert (done.changes.opened, len(house.ids())) == (7, 19)
    assert list(find_damage(done.dataset)) == []


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi")
def test_merged_stations_stay_merged(house, imported):
    house.sync()
    merge(open_dataset(house.folder / "x"), [("tiny:bj-1", "ocpi-x:DE*ABC*L3")])
    done = house.sync()
    assert "ocpi-x:DE*ABC*L3" not in house.ids()
    assert (done.changes, list(find_damage(done.dataset))) == ((0, 0, 0, 0), [])
    assert len(unmerge(done.dataset).manifest.report.rejections) == len(imported.manifest.report.rejections)


@pytest.mark.slow
def test_service_areas_linked_by_distance_are_linked_again(house, ocpi, build, tiny_records):
    records = [record for record in tiny_records if getattr(record, "source_id", None) != "bj-4"]
    ocpi.locations[0]["coordinates"] = {"latitude": "40.0101", "longitude": "116.4003"}
    built = build(records)
    write_version(house.folder / "x", built.tables, describe_build("x", built))
    for _ in range(2):
        house.sync()
        linked = {row["station_id"] for row in house.rows() if row["service_area_id"]}
        assert linked == {"ocpi-x:DE*ABC*L0"}


def test_a_simulated_dataset_takes_no_real_station(house, ocpi, imported):
    manifest = imported.version / "manifest.json"
    stored = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps(stored | {"kind": "simulated"}), "utf-8")
    with pytest.raises(UsageError, match="which is simulated"):
        house.sync()
    assert ocpi.asked == []


def test_a_name_kept_for_the_simulation_is_refused(house, ocpi):
    house.describe("x", OCPI.format(base=ocpi.base) + 'dataset = "simulated"\n')
    with pytest.raises(UsageError, match="kept for the simulated network"):
        house.sync()


@pytest.mark.slow
def test_a_pull_that_fails_leaves_the_version_there_was(house, ocpi):
    before = house.sync().dataset
    ocpi.locations = [location(number, "CHARGING") for number in range(7)]
    ocpi.faults = [None, None, None, *[Reply(status=500)] * 5]
    with pytest.raises(SourceError):
        house.sync(is_full=True)
    assert open_dataset(house.folder / "x").version == before.version


@pytest.mark.slow
def test_stations_that_can_none_be_taken_replace_nothing(house, ocpi):
    before = house.sync().dataset
    ocpi.locations = [location(number, publish=False) for number in range(7)]
    with pytest.raises(SourceError, match=r"Not one station .* not_public \(7\)"):
        house.sync(is_full=True)
    assert open_dataset(house.folder / "x").version == before.version


@pytest.mark.slow
def test_the_same_peer_is_not_pulled_twice_at_once(house, ocpi):
    may_go_on, found = threading.Event(), []

    def hold(_asked):
        may_go_on.wait(30)

    ocpi.faults = [hold]
    first = threading.Thread(target=lambda: found.append(house.sync()))
    first.start()
    while not ocpi.asked:
        time.sleep(0.01)
    with pytest.raises(DatasetError, match="'x' is being worked on by another process"):
        house.sync()
    may_go_on.set()
    first.join()
    assert found[0].changes.opened == 7


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi", "other")
def test_two_peers_at_once_lose_no_rows(house):
    threads = [threading.Thread(target=house.sync, args=(name,)) for name in ("x", "y")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(house.ids()) == 14
    assert list(find_damage(open_dataset(house.folder / "x"))) == []


@pytest.mark.slow
def test_a_killed_sync_leaves_the_dataset_whole_and_the_next_goes_on(house, ocpi):
    before = house.sync().dataset
    ocpi.locations = [location(number, "CHARGING") for number in range(7)]
    may_go_on = threading.Event()
    ocpi.faults = [None, None, None, lambda _: may_go_on.wait(60)]
    ocpi.asked.clear()
    environment = {**os.environ, **ENVIRONMENT, "CHARGING_BUILD_DIR": str(house.folder)}
    command = [sys.executable, "-m", "charging", "sync", "x", "--full"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    while len(ocpi.asked) < 4:
        time.sleep(0.05)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    may_go_on.set()
    after = open_dataset(house.folder / "x")
    assert (after.version, list(find_damage(after))) == (before.version, [])
    ocpi.asked.clear()
    assert house.sync().changes.statuses == 7
    assert ocpi.pages_asked() == [3, 6]


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi")
def test_a_sync_tells_what_it_pulls_and_what_became_of_it(house, caplog):
    with caplog.at_level(logging.INFO, "charging"):
        house.sync()
    said = [record.getMessage() for record in caplog.records if record.name == "charging.sync.update"]
    assert said == [
        "Pulling everything from x",
        "Pulled 7 records from x into x: 7 stations opened, 0 changed, 0 closed",
    ]


@pytest.mark.slow
def test_no_secret_is_written_or_said(house, ocpi, tcec, caplog, capfd):
    house.describe("y", OCPI.format(base=ocpi.base))
    with caplog.at_level(logging.DEBUG):
        house.sync("x")
        house.sync("y")
        ocpi.token = "changed"  # noqa: S105  of this test
        with pytest.raises(SourceError) as caught:
            house.sync("y")
    secrets = [*ENVIRONMENT.values(), b64encode(TOKEN.encode()).decode(), f"token-{tcec.tokens}"]
    said = caplog.text + "".join(capfd.readouterr()) + str(caught.value) + repr(caught.value.__context__)
    assert [secret for secret in secrets if secret in said] == []
    files = [path.read_bytes() for path in house.folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [secret for secret in secrets for data in files if secret.encode() in data] == []


@pytest.fixture
def command(house, monkeypatch, capsys):
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(house.folder))
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def _command(*arguments):
        code = cli.main(["sync", *arguments])
        return code, *capsys.readouterr()

    return _command


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi")
def test_the_command_tells_people_what_changed(command):
    code, out, _ = command("x")
    assert code == 0
    assert "Opened 7, changed 0, closed 0" in out


@pytest.mark.slow
@pytest.mark.usefixtures("ocpi")
def test_the_command_tells_programs_what_changed(command):
    code, out, _ = command("x", "--full", "--json")
    told = json.loads(out)
    assert (code, told["opened"], told["stations"], told["is_full"]) == (0, 7, 7, True)


def test_bad_use_exits_2_and_a_bad_peer_1(ocpi, command, monkeypatch):
    assert command("nobody")[0] == 2
    ocpi.versions = []
    code, _, error = command("x")
    assert (code, "expected one of the OCPI versions" in error) == (1, True)
    monkeypatch.delenv("OCPI_TOKEN_X")
    assert command("x")[0] == 2
