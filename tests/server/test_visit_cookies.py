import asyncio

import pytest

from charging.server.visit_cookies import PROCESS_COOKIE, VISITOR_COOKIE, VisitCookies


def cookies(kind, path="/", *, given="", base_path="", server=("127.0.0.1", 8501)):
    """Return the cookies that an answer sets, as they are written."""
    start = {"http": "http.response.start", "websocket": "websocket.accept"}[kind]
    scope = {"type": kind, "path": path, "server": server}
    scope["headers"] = [(b"cookie", given.encode())] if given else []
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": start, "headers": [(b"x-own", b"1")]})
        await send({"type": "http.response.body" if kind == "http" else "websocket.send"})

    async def send(message):
        sent.append(message)

    asyncio.run(VisitCookies(app, base_path)(scope, None, send))
    assert (b"x-own", b"1") in sent[0]["headers"]
    assert "headers" not in sent[1]
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


def test_the_page_gives_a_browser_random_letters_once():
    (one,), (other,) = cookies("http"), cookies("http", given="_xsrf=1; theme")
    assert one.startswith(f"{VISITOR_COOKIE}=")
    assert one.endswith("; Path=/; HttpOnly; SameSite=Lax")
    assert one != other
    assert cookies("http", given=f"broken; {VISITOR_COOKIE}=abc") == []


@pytest.mark.parametrize("path", ["/static/js/main.js", "/media/a.csv", "/_stcore/health", "//"])
def test_what_is_no_page_gives_none(path):
    assert cookies("http", path) == []


def test_below_a_base_path_they_stay_there():
    [cookie] = cookies("http", "/ev/", base_path="/ev/")
    assert "; Path=/ev;" in cookie
    assert cookies("http", "/", base_path="ev") == []


def test_the_handshake_of_a_visit_names_its_process_every_time():
    path, given = "/_stcore/stream", f"{PROCESS_COOKIE}=8502"
    assert cookies("websocket", path, given=given) == [
        f"{PROCESS_COOKIE}=8501; Path=/; HttpOnly; SameSite=Lax"
    ]


@pytest.mark.parametrize("server", [None, ("socket", None)])
def test_a_process_without_a_port_has_no_name(server):
    assert cookies("websocket", "/_stcore/stream", server=server) == []
