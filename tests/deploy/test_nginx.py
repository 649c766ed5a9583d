"""Two processes behind nginx with the shipped site: visits, uploads, another dataset, a process that dies."""

import asyncio
import os
import signal
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest
from browser.live import free_port
from deploy.proxy import NGINX, PATIENCE_S, Guest, nginx, process_on, trust

from charging.cli.checks.diagnosis import Level
from charging.cli.checks.public_site import look_at_site
from charging.dataset.store import remember_dataset
from charging.dataset.versions import write_version

REQUIRED = os.environ.get("CHARGING_REQUIRE_NGINX") == "1"

pytestmark = [
    pytest.mark.endurance,
    pytest.mark.skipif(not (NGINX or REQUIRED), reason="no nginx found"),
]

DATASETS = ("first", "second")
VISITS = 20


@pytest.fixture
def datasets(tmp_path, tiny_built, tiny_description):
    """A build folder with two datasets, of which the first is shown."""
    folder = tmp_path / "build"
    for name in DATASETS:
        named = replace(tiny_description, name=name, title=f"The {name} network")
        write_version(folder / name, tiny_built.tables, named)
    remember_dataset(folder, folder / "first")
    return folder


@pytest.fixture
def running(tmp_path, datasets, monkeypatch):
    """Two processes and nginx; give what starts a process, the processes by port, and the proxy's address."""
    monkeypatch.setenv("STREAMLIT_SERVER_COOKIE_SECRET", "0123456789abcdef" * 4)
    folder = tmp_path / "nginx"
    folder.mkdir()
    ports = [free_port(), free_port()]
    with ExitStack() as stack:

        def start(port):
            return stack.enter_context(process_on(port, BUILD_DIR=datasets))

        processes = {port: start(port) for port in ports}
        http, https = stack.enter_context(nginx(folder, ports))
        yield start, processes, http, https, folder


async def arrive(url, folder, number=1, query=""):
    return await asyncio.gather(*(Guest(url, folder).arrive(query) for _ in range(number)))


async def leave(guests):
    await asyncio.gather(*(guest.leave() for guest in guests))


def test_visits_uploads_and_another_dataset_work_in_twenty_of_twenty(running, datasets):
    _, processes, _, url, folder = running

    async def visit():
        guests = await arrive(url, folder, VISITS)
        uploads = await asyncio.gather(*(guest.upload() for guest in guests))
        await leave(guests)
        return guests, uploads

    for name in DATASETS:
        remember_dataset(datasets, datasets / name)
        guests, uploads = asyncio.run(visit())
        assert uploads == [204] * VISITS
        assert [guest.errors for guest in guests] == [()] * VISITS
        assert all(guest.sees(f"The {name} network") for guest in guests)
        assert {guest.process for guest in guests} == {str(port) for port in processes}


def test_the_visitors_of_a_process_that_is_killed_go_on_in_the_other(running):
    start, processes, _, url, folder = running

    async def visit():
        guests = await arrive(url, folder, VISITS)
        dying, staying = (str(port) for port in processes)
        hit = [guest for guest in guests if guest.process == dying]
        spared = [guest for guest in guests if guest.process == staying]
        assert hit
        assert spared
        processes[int(dying)].send_signal(signal.SIGKILL)
        processes[int(dying)].wait()
        assert not any([await guest.is_connected() for guest in hit])
        assert all([await guest.is_connected() for guest in spared])
        await asyncio.gather(*(guest.connect() for guest in hit))
        assert [guest.errors for guest in hit] == [()] * len(hit)
        assert {guest.process for guest in hit} == {staying}
        assert {await guest.upload() for guest in guests} == {204}
        # the process comes back, and the visits stay where they are now
        await asyncio.to_thread(start, int(dying))
        assert {await guest.upload() for guest in guests} == {204}
        newcomers = await arrive(url, folder, VISITS)
        assert {guest.process for guest in newcomers} == {dying, staying}
        await leave([*guests, *newcomers])

    asyncio.run(visit())


def test_processes_that_are_started_anew_one_after_the_other_lose_no_visitor(running):
    start, processes, _, url, folder = running

    async def visit():
        guests = await arrive(url, folder, VISITS)
        for port, process in processes.items():
            hit = [guest for guest in guests if guest.process == str(port)]
            assert hit
            process.terminate()
            assert await asyncio.to_thread(process.wait, PATIENCE_S) == 0
            assert not any([await guest.is_connected() for guest in hit])
            await asyncio.gather(*(guest.connect() for guest in hit))
            assert [guest.errors for guest in hit] == [()] * len(hit)
            assert all(guest.sees("The first network") for guest in hit)
            await asyncio.to_thread(start, port)
            assert all([await guest.is_connected() for guest in guests])
            assert {await guest.upload() for guest in guests} == {204}
        newcomers = await arrive(url, folder, VISITS)
        assert {guest.process for guest in newcomers} == {str(port) for port in processes}
        await leave([*guests, *newcomers])

    asyncio.run(visit())


def test_the_site_answers_by_https_alone_and_compresses(running):
    _, _, http, https, folder = running
    moved = httpx.get(f"{http}/?view=data", trust_env=False)
    assert (moved.status_code, moved.headers["location"]) == (301, "https://localhost/?view=data")
    with httpx.Client(base_url=https, verify=trust(folder), trust_env=False) as client:
        script = client.get("/component/charging.leaflet/leaflet.js")
        assert script.headers["content-encoding"] == "gzip"
        assert client.get("/_stcore/metrics").status_code == 404
        assert client.put("/anything", content=bytes(100_000)).status_code == 413


def test_the_doctor_finds_nothing_wrong_with_the_site(running, monkeypatch):
    _, _, http, https, folder = running
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "fullchain.pem"))
    told = {finding.check: finding for finding in look_at_site(https)}
    assert {check: finding.level for check, finding in told.items()} == dict.fromkeys(
        ("site", "https", "websocket"), Level.OK
    )
    assert {finding.level for finding in look_at_site(http)} == {Level.FAULT}  # it leads elsewhere
