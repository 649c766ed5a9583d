"""A crowd, and clients that say nothing, keep nobody else from the page."""

import asyncio
import resource
import socket
import sys
import time
import urllib.error
import urllib.request

import pytest
from browser.live import started
from server.conftest import Asked, make_gate

from charging.server.capacity import Capacity, raise_open_files

SERVER = [sys.executable, "-m", "streamlit", "run", "dashboard.py"]
FILES, SILENT = 512, 700


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  our own server
        return answer.status


@pytest.mark.parametrize("files", [128, 256, 1_024, 4_096, 65_536])
def test_what_is_taken_fits_into_the_files_there_are(files):
    taken = Capacity.of(connections=100_000, visits=100_000, files=files)
    assert taken.connections + 3 * taken.visits < files
    assert taken.connections > taken.visits >= 8


def test_a_server_takes_as_many_files_as_it_may():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[0], 512), before[1]))
        assert raise_open_files() == min(before[1], 65_536)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(before[1], 65_536), before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_who_comes_when_the_server_is_full_is_asked_to_come_back_and_the_others_stay():
    left = asyncio.Event()
    messages = []

    async def stays(scope, receive, send):  # noqa: ARG001
        if scope["type"] == "websocket":
            await left.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def visit_when_full():
        asked = Asked(make_gate(capacity=Capacity(connections=10, visits=2)), stays)
        pages = [asyncio.create_task(asked.answer("/_stcore/stream", kind="websocket")) for _ in range(2)]
        await asyncio.sleep(0)
        assert await asked.answer("/") == 503
        messages.append((asked.text, asked.headers["retry-after"]))
        assert await asked.answer("/_stcore/stream", kind="websocket") == 403
        assert await asked.answer("/_stcore/health") == 200
        left.set()
        await asyncio.gather(*pages)
        assert await asked.answer("/") == 200

    asyncio.run(visit_when_full())
    (text, wait) = messages[0]
    assert "as many visitors as it can take" in text
    assert wait == "60"


@pytest.mark.endurance
def test_hundreds_of_silent_clients_stop_neither_the_page_nor_the_log(tmp_path, capfd):
    few_files = ["sh", "-c", f'ulimit -n {FILES} && exec "$@"', "sh"]
    with started([*few_files, *SERVER], BUILD_DIR=tmp_path) as (url, _):
        port = int(url.rpartition(":")[2])
        silent = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(SILENT)]
        try:
            time.sleep(2.5)  # a browser tries again when it is told to
            began = time.monotonic()
            assert [get(f"{url}/"), get(f"{url}/_stcore/health")] == [200, 200]
            assert time.monotonic() - began < 5
            silent[-1].settimeout(20)
            assert silent[-1].recv(1) in (b"", b"H")  # closed, with a word or without
        finally:
            for each in silent:
                each.close()
        assert get(f"{url}/") == 200
    logged = capfd.readouterr().err
    assert len(logged.encode()) < 20_000
    assert "raise the limit" in logged


@pytest.mark.endurance
@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
def test_a_client_that_never_finishes_its_request_is_closed(said, module_server):
    port = int(module_server.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        began = time.monotonic()
        client.sendall(said)
        assert client.recv(1) == b""
        assert 5 < time.monotonic() - began < 25


@pytest.fixture(scope="module")
def module_server(tmp_path_factory):
    with started(SERVER, BUILD_DIR=tmp_path_factory.mktemp("build")) as (url, _):
        yield url


@pytest.mark.endurance
def test_no_answer_says_what_the_server_is_made_of(module_server):
    for path in ("/", "/healthz", "/nothing"):
        try:
            answer = urllib.request.urlopen(module_server + path)  # noqa: S310  our own server
        except urllib.error.HTTPError as error:
            answer = error
        assert answer.headers["Server"] is None
        answer.close()
