"""Our client against an OCPI server by another hand, which runs in an environment of its own.

`CHARGING_OCPI_PEER_PYTHON` names the Python that has the package extrawest-ocpi, by default the one of
`.venv-ocpi`. `CHARGING_REQUIRE_PEER=1` makes its absence a failure.
"""

import json
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest
from sync.conftest import OCPI
from sync.loopback import location

from charging.dataset.validate import find_damage
from charging.errors import SourceError

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get("CHARGING_OCPI_PEER_PYTHON", ROOT / ".venv-ocpi/bin/python"))
MAX_START_S = 60
ENVIRONMENT = {"OCPI_TOKEN_X": "a-token-between-us"}


class Peer:
    """The server, and the file its locations are in."""

    def __init__(self, folder, port):
        self.file, self.base = folder / "locations.json", f"http://127.0.0.1:{port}/ocpi"

    def holds(self, locations):
        self.file.write_text(json.dumps(locations), "utf-8")


def there(number, status="AVAILABLE", **given):
    """Return a location with all that the standard requires, which this server checks."""
    time_then = f"2026-01-{number + 1:02d}T00:00:00+00:00"
    required = {
        "last_updated": time_then,
        "address": "Road 1",
        "city": "Berlin",
        "time_zone": "Europe/Berlin",
    }
    whole = location(number, status, **required | given)
    whole["evses"][0]["last_updated"] = time_then
    for connector in whole["evses"][0]["connectors"]:
        connector |= {"format": "CABLE", "max_voltage": 400, "max_amperage": 400, "last_updated": time_then}
    return whole


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    if not PYTHON.is_file():
        found = f"no Python with extrawest-ocpi at {PYTHON}, which .ci/run makes"
        if os.environ.get("CHARGING_REQUIRE_PEER"):
            pytest.fail(f"CHARGING_REQUIRE_PEER is set, and there is {found}")
        pytest.skip(found)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Peer(tmp_path_factory.mktemp("peer"), port)
    environment = {
        "PATH": os.environ["PATH"],
        "LOCATIONS": str(made.file),
        "TOKEN": ENVIRONMENT["OCPI_TOKEN_X"],
        "OCPI_HOST": f"127.0.0.1:{port}",
        "PROTOCOL": "http",
    }
    command = [PYTHON, "-m", "uvicorn", "extrawest_server:app", "--app-dir", Path(__file__).parent]
    log = made.file.with_name("log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=made.file.parent,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(port, process, log)
        yield made
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port, process, log):
    deadline = time.monotonic() + MAX_START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def synced(house, peer):
    peer.holds([there(number) for number in range(25)])
    house.describe("x", OCPI.format(base=peer.base).replace("page_size = 3", "page_size = 10"))
    return lambda **given: house.sync(**{"environment": ENVIRONMENT} | given)


def test_every_page_of_an_independent_server_is_pulled(house, synced):
    done = synced()
    assert (done.changes.opened, done.is_sure) == (25, True)
    assert list(find_damage(done.dataset)) == []
    assert {row["power_kw"] for row in house.rows("piles")} == {150.0}


def test_what_changed_since_is_pulled_from_an_independent_server(peer, synced):
    synced()
    later = {"last_updated": "2026-02-01T00:00:00+00:00"}
    changed = [there(0, "CHARGING", **later), there(1, name="Renamed", **later), there(2, "REMOVED", **later)]
    peer.holds([*changed, there(30, **later), *(there(number) for number in range(3, 25))])
    done = synced()
    # the four, and again the latest of the first time
    assert (done.is_full, done.pulled, done.changes) == (False, 5, (1, 1, 1, 1))


def test_what_vanished_from_an_independent_server_is_closed_by_a_full_pull(peer, synced):
    synced()
    peer.holds([there(number) for number in range(5, 25)])
    assert synced(is_full=True).changes.closed == 5


def test_a_wrong_token_is_refused_by_an_independent_server(synced):
    with pytest.raises(SourceError, match=r"403|status_code 3000"):
        synced(environment={"OCPI_TOKEN_X": "another"})
