"""The client: its bounds, and whom it asks."""

import io
import json
import logging
import time
from base64 import b64encode
from html import escape
from urllib.parse import quote

import pytest
from examples import OF_EACH
from hypothesis import given, settings
from hypothesis import strategies as st
from sync.conftest import OCPI
from sync.loopback import OcpiServer, Reply

from charging import logs
from charging.errors import SourceError
from charging.sync.http import Answer, Client

BEFORE = [None, None]


@pytest.fixture
def stranger():
    server = OcpiServer()
    yield server
    server.close()


@pytest.mark.slow
def test_a_redirect_on_the_same_host_is_followed_with_the_token(house, ocpi):
    ocpi.faults = [Reply(status=307, headers=(("Location", "/versions?again=1"),))]
    assert house.sync().changes.opened == 7


@pytest.mark.parametrize("way", ["redirect", "link", "endpoint"])
def test_no_other_host_is_asked(house, ocpi, stranger, way):
    if way == "redirect":
        ocpi.faults = [Reply(status=302, headers=(("Location", f"{stranger.base}/versions"),))]
    elif way == "link":
        ocpi.host = stranger.base
    else:
        ocpi.faults = [lambda _: ocpi.envelope([{"version": "2.2.1", "url": f"{stranger.base}/2.2.1"}])]
    with pytest.raises(SourceError, match="expected it to name its own host"):
        house.sync()
    assert stranger.asked == []


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("http://peer.example/next", "https://peer.example/next"),
        ("next?offset=2", "https://peer.example/ocpi/next?offset=2"),
        ("https://peer.example:443/next", "https://peer.example/next"),
        ("https://two.example/next", "https://two.example/next"),
    ],
)
def test_addresses_are_resolved_to_the_hosts_of_the_peer(named, asked):
    client = Client("https://peer.example/ocpi/versions", hidden={}, hosts=("two.example",))
    assert client.resolve(named, "https://peer.example/ocpi/list") == asked
    client.close()


@pytest.mark.parametrize(
    "named",
    [
        "http://two.example/next",
        "https://peer.example:8443/next",
        "https://peer.example.evil.example/",
        "https://peer.example@evil.example/",
        "file:///etc/passwd",
        "//evil.example/next",
        "https://[",
    ],
)
def test_addresses_elsewhere_are_refused(named):
    client = Client("https://peer.example/ocpi/versions", hidden={}, hosts=("two.example",))
    with pytest.raises(SourceError, match="own host"):
        client.resolve(named, "https://peer.example/ocpi/list")
    client.close()


def test_an_endless_redirect_ends(house, ocpi):
    ocpi.faults = [Reply(status=302, headers=(("Location", "/versions"),))] * 9
    with pytest.raises(SourceError, match="more than 5 redirects"):
        house.sync()


@pytest.mark.usefixtures("ocpi")
def test_an_answer_that_is_too_long_is_refused(house):
    with pytest.raises(SourceError, match="at most 1,000 bytes"):
        house.sync(manners={"max_bytes": 1_000})


@pytest.mark.usefixtures("ocpi")
def test_a_body_that_drips_counts_as_cut(house):
    with pytest.raises(SourceError, match=r"none whole in 2 attempts \(ReadTimeout\)"):
        house.sync(manners={"max_answer_s": 0.0, "attempts": 2})


@pytest.mark.slow
def test_silence_in_an_answer_is_cut_short_and_asked_again(house, ocpi):
    ocpi.faults = [lambda _: time.sleep(0.5)]
    assert house.sync(manners={"read_timeout_s": 0.2}).changes.opened == 7
    assert len(house.pauses) == 1


def test_a_server_that_says_nothing_is_given_up(house, ocpi):
    dead = Reply(b"x" * 50, cut_after=0)
    ocpi.faults = [dead] * 5
    with pytest.raises(SourceError, match="none whole in 5 attempts"):
        house.sync()
    assert len(house.pauses) == 4


def test_a_server_that_is_not_there_is_told_by_its_address(house):
    house.describe("x", OCPI.format(base="http://127.0.0.1:9"))
    with pytest.raises(SourceError, match=r"http://127\.0\.0\.1:9/versions: expected an answer"):
        house.sync()


def test_a_retry_and_a_refusal_are_logged(house, ocpi, caplog):
    ocpi.faults = [Reply(status=503), Reply(status=400, body=b"not you")]
    with caplog.at_level(logging.INFO), pytest.raises(SourceError):
        house.sync()
    retry, refusal = (record for record in caplog.records if record.name == "charging.sync.http")
    assert (retry.args["status"], retry.args["address"]) == (503, f"{ocpi.base}/versions")
    assert (refusal.levelname, refusal.args["status"], refusal.args["said"]) == (
        "WARNING",
        400,
        "'not you'",
    )


TOKENS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=4).map("zq9 {}".format)
ECHOES = (str, quote, escape, json.dumps, lambda token: b64encode(token.encode()).decode())


def written(client, answer, form):
    """Return what is logged of a refusal, with the exception and another that it caused."""
    logs.configure("debug", form, stream := io.StringIO())
    error = SourceError(f"no page: {client.error_for(answer)}")
    error.__cause__ = client.error_for(answer)
    logging.getLogger("charging.some.where").error("Failed", exc_info=error)
    logs.reset()
    return stream.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("echo", ECHOES)
@settings(max_examples=OF_EACH)  # a client takes 20 ms to make
@given(token=TOKENS, before=st.integers(0, 220), status=st.sampled_from([401, 500]))
def test_no_token_that_a_server_repeats_is_logged(form, echo, token, before, status):
    client = Client("http://127.0.0.1:1/x", hidden={"token": token, "other": token[:5]})
    said = f"{'x' * before}{echo(token)} is wrong"
    address = f"http://name:{quote(token, '')}@127.0.0.1:1/{quote(token, '')}/x?key={quote(token, '')}"
    log = written(client, Answer(status, address, {}, io.BytesIO(said.encode())), form)
    client.close()
    assert "SourceError" in log
    forms = {each(token).strip('"') for each in ECHOES} | {token[:5]}
    assert [each for each in forms if each in log or json.dumps(each)[1:-1] in log] == []
