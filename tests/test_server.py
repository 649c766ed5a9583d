import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

import pytest
from browser.live import started

from charging.paths import DASHBOARD
from charging.views.elements import assets

ROOT = Path(__file__).resolve().parents[1]
SERVE = [sys.executable, "-m", "charging", "serve"]
COMMANDS = {
    "streamlit run": [sys.executable, "-m", "streamlit", "run", "dashboard.py"],
    "charging serve": SERVE,
}
FRAME = "streamlit_folium.st_folium"
PATIENCE_S = 20


class TakesOver(BaseException):
    """Streamlit would run from here on, in the place of the process."""


@pytest.fixture
def served(run, monkeypatch):
    """Run `serve` up to where Streamlit takes over; return its exit code, or the command that takes over."""

    def take_over(_path, command):
        raise TakesOver(command)

    def _served(*arguments):
        monkeypatch.setattr(os, "execv", take_over)
        try:
            return run("serve", *arguments)
        except TakesOver as found:
            return found.args[0]

    return _served


@pytest.mark.endurance
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs to see what a process has loaded")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_server_gets_ready_before_anybody_asks_for_the_page(command, tiny_dataset, tmp_path):
    # a plain script, which dashboard.py is to a Streamlit that finds no app in it, loads nothing by itself
    with started(command, DATASET=tiny_dataset.folder, BUILD_DIR=tmp_path) as (_, process):
        loaded, deadline = Path(f"/proc/{process.pid}/maps"), time.monotonic() + PATIENCE_S
        while "duckdb" not in loaded.read_text("utf-8") and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "duckdb" in loaded.read_text("utf-8")


@pytest.mark.slow
def test_the_files_of_the_map_are_there_before_anybody_asks_for_the_page(tiny_dataset, tmp_path):
    # a proxy may send a visitor here who got the page from another process
    wanted = assets.urls()
    with started(SERVE, DATASET=tiny_dataset.folder, BUILD_DIR=tmp_path) as (url, _):
        frame = f"{url}/component/{FRAME}/index.html"
        for name in ("", *wanted.scripts, *wanted.styles):
            with urllib.request.urlopen(urljoin(frame, name), timeout=PATIENCE_S) as answer:  # noqa: S310  our own server
                assert answer.status == 200
                assert answer.read()


@pytest.mark.endurance
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_served_page(number, tmp_path):
    with started(SERVE, BUILD_DIR=tmp_path) as (url, process):
        process.send_signal(number)
        process.wait(PATIENCE_S)
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(url, timeout=1)  # noqa: S310  our own server


@pytest.mark.endurance
def test_serving_on_a_port_that_is_taken_fails():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [*SERVE, "--address", "127.0.0.1", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "is not available" in done.stderr


def test_what_is_served_is_the_script_of_the_checkout(served):
    assert served()[-2:] == ["run", str(DASHBOARD)]
    assert ROOT / "dashboard.py" == DASHBOARD


def test_port_and_address_are_passed_on(served):
    assert served("--port", 80, "--address", "::")[-2:] == ["--server.port=80", "--server.address=::"]


def test_the_start_prints_the_address_others_call(served):
    assert served("--address", "10.0.0.5")[-1] == "--browser.serverAddress=10.0.0.5"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "８０", "8501.0"])
def test_what_is_no_port_is_refused(served, port):
    code, _, err = served(f"--port={port}")
    assert code == 2
    assert "expected a port, 1 to 65535" in err
