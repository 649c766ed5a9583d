"""Nobody calls the server by another's name, and no page of another site opens a websocket to it."""

import logging
import socket
import sys
import threading
import time
import urllib.request

import pytest
from browser.live import started
from hypothesis import given
from hypothesis import strategies as st

from charging.addresses import host_names, host_of
from charging.errors import UsageError
from charging.server.hosts import AllowedHosts, tell_who_may_call
from charging.settings import Settings

OURS = ["localhost", "LOCALHOST:8501", "127.0.0.1:8501", "[::1]:8501", "localhost.", "[0:0:0:0:0:0:0:1]"]
FOREIGN = [
    "evil.example",
    "localhost.evil.example",
    "evil.example:8501",
    "127.0.0.1.evil.example",
    "10.0.0.1",
]
UNREADABLE = [
    *("", " ", "a b", "localhost:port", "localhost:99999", "[::1", "::1", "user@localhost", "localhost/x"),
]
ORIGINS = ["http://localhost", "https://LocalHost:3000", "http://[::1]:8501", "http://127.0.0.1"]
FOREIGN_ORIGINS = [
    *("null", "", "file://", "http://evil.example", "http://localhost.evil.example", "localhost"),
    *("ftp://localhost", "http://localhost@evil.example", "http://localhost/evil", "http://[::1", "http://"),
]


@pytest.mark.parametrize("host", OURS)
def test_what_calls_the_server_by_its_name_reaches_it(edge, host):
    assert edge()(headers=[("host", host)]) == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/nothing"])
def test_a_foreign_host_is_told_so_and_reaches_nothing(edge, host, path):
    asked = edge()
    assert asked(path, headers=[("host", host)]) == 421
    assert f"CHARGING_ALLOWED_HOSTS={host.partition(':')[0]}" in asked.text
    assert asked.passed == []


@pytest.mark.parametrize("host", UNREADABLE)
def test_a_host_that_cannot_be_read_is_refused(edge, host):
    assert edge()(headers=[("host", host)]) == 400


@pytest.mark.parametrize("headers", [[], [("host", "localhost"), ("host", "localhost")]])
def test_no_host_and_two_hosts_are_refused(edge, headers):
    assert edge()(headers=headers, http_version="1.0") == 400


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_page_of_another_site_reaches_nothing(edge, kind, origin):
    asked = edge()
    path = "/" if kind == "http" else "/_stcore/stream"
    assert asked(path, kind=kind, headers=[("host", "localhost"), ("origin", origin)]) == 403
    assert asked.passed == []


def test_one_of_two_origins_is_no_proof(edge):
    headers = [("host", "localhost"), *[("origin", "http://localhost")] * 2]
    assert edge()("/_stcore/stream", kind="websocket", headers=headers) == 403


@pytest.mark.parametrize("origin", ORIGINS)
def test_streamlit_is_asked_as_by_its_own_page_so_that_it_looks_nothing_up(edge, origin):
    asked = edge()
    headers = [("host", "127.0.0.1:8501"), ("origin", origin)]
    assert asked("/_stcore/stream", kind="websocket", headers=headers) == 101
    assert (b"origin", b"http://127.0.0.1:8501") in asked.passed[0]["headers"]
    assert asked("/", headers=headers) == 200
    assert b"origin" not in dict(asked.passed[1]["headers"])


def test_a_websocket_without_an_origin_stays_one_without(edge):
    asked = edge()
    assert asked("/_stcore/stream", kind="websocket") == 101
    assert b"origin" not in dict(asked.passed[0]["headers"])


def test_hosts_that_are_set_come_beside_those_of_this_machine(edge):
    hosts = "Map.Example.org, *.lan, [2001:DB8::1]"
    for host in ("map.example.org:8443", "a.b.lan", "[2001:db8:0::1]", "localhost"):
        assert edge(hosts=hosts)(headers=[("host", host)]) == 200
    for host in ("example.org", "lan", "x.map.example.org", "evillan"):
        assert edge(hosts=hosts)(headers=[("host", host)]) == 421


@pytest.mark.parametrize(("address", "host"), [("192.168.1.5", "192.168.1.5:80"), ("fe80::1", "[fe80::1]")])
def test_the_address_the_server_listens_on_is_one_of_its_names(edge, address, host):
    assert edge(address=address)(headers=[("host", host)]) == 200


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "[::]"])  # noqa: S104
def test_a_server_on_every_address_says_what_to_set_and_answers_this_machine_alone(edge, address, caplog):
    with caplog.at_level(logging.WARNING):
        tell_who_may_call("", address)
        tell_who_may_call("map.example.org", address)
    (said,) = caplog.messages
    assert "set CHARGING_ALLOWED_HOSTS" in said
    assert edge(address=address)() == 200
    assert edge(address=address)(headers=[("host", "10.0.0.1")]) == 421


@pytest.mark.parametrize("wrong", ["https://example.org", "example.org:80", "a b", "*", "map/", "*.*.x"])
def test_a_setting_that_names_no_host_is_refused(wrong):
    with pytest.raises(UsageError, match="CHARGING_ALLOWED_HOSTS must be names or addresses of hosts"):
        Settings.from_environment({"CHARGING_ALLOWED_HOSTS": wrong})


@given(st.text(max_size=40))
def test_any_text_is_a_host_or_none(text):
    host = host_of(text)
    assert host is None or host_of(f"[{host}]" if ":" in host else host) == host
    assert host is None or host in AllowedHosts(frozenset(host_names(host)))


# with the real server


@pytest.fixture
def outside():
    """A proxy a server would ask anything outside through, answering nothing: its URL, and what was asked."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(1000))

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)


def websocket(port, host, origin):
    """Begin a websocket; return its connection, from which nothing has been read."""
    lines = [
        *("GET /_stcore/stream HTTP/1.1", f"Host: {host}", f"Origin: {origin}"),
        *("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ]
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall("\r\n".join(lines).encode())
    return connection


def handshake(port, host, origin):
    """Begin a websocket; return the status."""
    with websocket(port, host, origin) as connection:
        return int(connection.recv(1000).split()[1])


@pytest.mark.endurance
@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])  # noqa: S104
def test_nothing_makes_the_server_ask_anybody_or_wait(outside, address, tmp_path):
    proxy, asked = outside
    command = ["env", *(f"{name}={proxy}" for name in ("http_proxy", "https_proxy")), sys.executable, "-m"]
    command += ["streamlit", "run", "dashboard.py", f"--server.address={address}"]
    with started(command, BUILD_DIR=tmp_path) as (url, _):
        port = int(url.rpartition(":")[2])
        begun = time.monotonic()
        own = f"127.0.0.1:{port}"
        assert {handshake(port, own, f"http://{number}.example") for number in range(10)} == {403}
        assert handshake(port, "evil.example", "http://evil.example") == 403
        assert handshake(port, own, f"http://localhost:{port}") == 101
        opener = urllib.request.build_opener()
        opener.addheaders = [("Origin", "http://evil.example")]
        with pytest.raises(urllib.error.HTTPError, match="403"):
            opener.open(f"{url}/_stcore/health")
        urllib.request.urlopen(f"{url}/_stcore/health").close()  # noqa: S310  our own server
        assert time.monotonic() - begun < 2
    assert asked == []
