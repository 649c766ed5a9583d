"""Every answer says what a browser may do with it, each kind as tightly as it allows."""

import base64
import hashlib
from pathlib import Path

import pytest
from server.conftest import Asked, make_gate
from streamlit import file_util

from charging.addresses import frame_sources
from charging.errors import UsageError
from charging.server.headers import Policies, inline_script_hashes, tile_hosts
from charging.settings import Settings

PAGE = (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")
MAP = "/component/streamlit_folium.st_folium/index.html"
PATHS = ["/", "/static/js/index.js", MAP, "/component/x/y.js", "/media/a.html", "/_stcore/health", "/nothing"]


def policy(asked):
    parts = (part.split() for part in asked.headers["content-security-policy"].split("; "))
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_its_headers(edge, path):
    asked = edge()
    asked(path)
    assert asked.headers["x-content-type-options"] == "nosniff"
    assert asked.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert {"default-src", "frame-ancestors"} <= policy(asked).keys()


@pytest.mark.parametrize("path", PATHS)
def test_only_the_frame_of_the_map_runs_what_is_sent_to_it(edge, path):
    asked = edge()
    asked(path)
    sources = {*policy(asked).get("script-src", ())}
    assert bool(sources & {"'unsafe-inline'", "'unsafe-eval'"}) == (path == MAP)


def test_a_page_connects_to_its_own_server_alone(edge):
    asked = edge()
    asked("/", headers=[("host", "LocalHost:8501")])
    assert policy(asked)["connect-src"] == ["'self'", "ws://LocalHost:8501", "wss://LocalHost:8501"]
    asked("/", headers=[("host", "[::1]:8501")])  # which no policy can name
    assert policy(asked)["connect-src"] == ["'self'"]


def test_pictures_from_outside_are_street_tiles_and_stay_in_the_map(edge):
    policies = Policies(tile_hosts=tile_hosts(["https://{s}.tiles.example/{z}/{x}/{y}.png?key=secret"], "ab"))
    asked = edge(policies=policies)
    asked(MAP)
    assert {"https://a.tiles.example", "https://b.tiles.example"} <= {*policy(asked)["img-src"]}
    asked("/")
    assert [source for source in policy(asked)["img-src"] if "example" in source] == []


def test_what_people_made_runs_nothing(edge):
    asked = edge()
    asked("/media/report.html")
    assert policy(asked)["default-src"] == ["'none'"]
    assert "sandbox" in policy(asked)


@pytest.mark.parametrize(
    ("setting", "page", "map_frame"),
    [
        ("self", ["'self'"], ["'self'"]),
        ("none", ["'none'"], ["'self'"]),  # the map is a frame of the page
        ("self, https://*.portal.example:8443", ["'self'", "https://*.portal.example:8443"], None),
        ("https://portal.example", ["https://portal.example"], ["'self'", "https://portal.example"]),
    ],
)
def test_who_may_frame_the_page_is_a_setting(edge, setting, page, map_frame):
    asked = edge(policies=Policies(ancestors=frame_sources(setting)))
    asked("/")
    assert policy(asked)["frame-ancestors"] == page
    asked(MAP)
    assert policy(asked)["frame-ancestors"] == (map_frame or page)


@pytest.mark.parametrize("wrong", ["*", "self none", "none, self", "portal.example", "https://x.eu/a", "; x"])
def test_what_is_no_origin_may_not_frame_it(wrong):
    with pytest.raises(UsageError, match="CHARGING_FRAME_ANCESTORS must be self, none, or origins"):
        Settings.from_environment({"CHARGING_FRAME_ANCESTORS": wrong})


def test_the_inline_script_of_streamlits_page_is_allowed_by_what_it_says():
    text = PAGE.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert inline_script_hashes(PAGE) == (f"'sha256-{digest}'",)
    assert inline_script_hashes('<script src="x"></script><script async>1 < 2</script>') != ()


@pytest.mark.parametrize(
    ("scheme", "path", "start"),
    [("http", "/", "http.response.start"), ("ws", "/_stcore/stream", "websocket.accept")],
)
def test_cookies_set_over_https_stay_there(scheme, path, start):
    async def sets_cookies(scope, receive, send):  # noqa: ARG001
        cookies = [(b"set-cookie", b"a=b; Path=/"), (b"Set-Cookie", b"c=d; Secure")]
        await send({"type": start, "status": 200, "headers": cookies})

    for suffix, expected in (("", "a=b; Path=/"), ("s", "a=b; Path=/; Secure")):
        asked = Asked(make_gate(), sets_cookies)
        asked(path, kind="http" if scheme == "http" else "websocket", scheme=scheme + suffix)
        assert asked.headers["set-cookie"] == expected
        assert asked.headers["Set-Cookie"] == "c=d; Secure"


def test_a_handshake_without_headers_gets_none():
    async def accepts(scope, receive, send):  # noqa: ARG001
        await send({"type": "websocket.accept"})

    asked = Asked(make_gate(), accepts)
    assert asked("/_stcore/stream", kind="websocket", scheme="wss") == 101
    assert asked.headers == {}
