"""A server that is told to stop says so, closes its pages in order, and is gone."""

import json
import signal
import socket
import sys
import time
import urllib.error
import urllib.request

import pytest
from browser.live import started
from server.test_hosts import websocket

SERVERS = {
    "streamlit run": [sys.executable, "-m", "streamlit", "run", "dashboard.py"],
    "charging serve": [sys.executable, "-m", "charging", "serve"],
}
GOODBYE = b"\x88\x02\x03\xf4"  # a frame that closes a websocket with 1012: the service restarts

pytestmark = pytest.mark.endurance


def ready(url):
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310  our own server
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize("command", SERVERS.values(), ids=SERVERS)
def test_it_is_not_ready_at_once_and_closes_open_pages_before_it_ends(command, tiny_dataset, tmp_path):
    with started(command, DATASET=tiny_dataset.folder, BUILD_DIR=tmp_path, DRAIN_S=2) as (url, process):
        assert ready(url)[0] == 200
        port = int(url.rpartition(":")[2])
        with websocket(port, f"127.0.0.1:{port}", url) as page:
            page.recv(1000)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            time.sleep(0.3)
            status, told = ready(url)
            assert (status, told["ready"]) == (503, False)
            assert "about to stop" in told["reason"]
            page.settimeout(15)
            heard = b""
            while part := page.recv(1000):
                heard += part
            assert heard.endswith(GOODBYE)
        assert process.wait(20) == 0
        assert time.monotonic() - began < 20
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), timeout=1)


def test_told_twice_it_does_not_wait(tmp_path):
    with started(SERVERS["streamlit run"], BUILD_DIR=tmp_path, DRAIN_S=60) as (url, process):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert ready(url)[0] == 503
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
