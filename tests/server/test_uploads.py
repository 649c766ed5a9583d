"""What visitors send is counted while it comes: no more is held than the settings say."""

import asyncio

import pytest
from server.conftest import Asked, make_gate

from charging.server.edge import Edge
from charging.server.uploads import MB, Held, UploadLimits

FILE = "/_stcore/upload_file/open/f1"


class Keeper:
    """Stands for Streamlit: reads a request whole, and keeps it."""

    def __init__(self):
        self.kept = {}

    async def __call__(self, scope, receive, send):
        if scope["method"] == "DELETE":
            self.kept.pop(scope["path"], None)
        else:
            size, more = 0, True
            while more:
                message = await receive()
                size, more = size + len(message["body"]), message["more_body"]
                await asyncio.sleep(0)  # others send at the same time
            self.kept[scope["path"]] = size
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def by_visit(self):
        found = {}
        for path, size in self.kept.items():
            visit = path.split("/")[3]
            found[visit] = found.get(visit, 0) + size
        return found


@pytest.fixture
def server():
    """An edge with limits of 1 MB a visitor and 2 MB in all, whose sessions open1, open2 … are there."""

    def _server(*, is_on=True):
        keeper = Keeper()
        held = Held(is_visit=lambda session: session.startswith("open"), bytes_by_visit=keeper.by_visit)
        limits = UploadLimits(is_on=is_on, limit_mb=1, total_mb=2, held=held)
        return Asked(make_gate(uploads=limits), keeper), keeper, limits

    return _server


def body(size):
    """Return the messages of a body, in parts of 64 kB."""
    parts = [b"x" * min(1 << 16, size - at) for at in range(0, size, 1 << 16)] or [b""]
    return [{"type": "http.request", "body": part, "more_body": part is not parts[-1]} for part in parts]


def put(asked, size, path=FILE, headers=(), method="PUT"):
    return asked(path, method=method, body=body(size), headers=[("host", "localhost"), *headers])


def test_a_file_of_an_open_visit_is_taken(server):
    asked, keeper, _ = server()
    assert put(asked, MB // 2) == 204
    assert keeper.kept == {FILE: MB // 2}


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_where_uploads_are_off_nothing_is_read(server, method):
    asked, keeper, _ = server(is_on=False)
    assert put(asked, 1, method=method) == 403
    assert "CHARGING_UPLOADS" in asked.text
    assert keeper.kept == {}


def test_a_file_of_no_open_visit_is_not_read(server):
    asked, keeper, _ = server()
    assert put(asked, 1, path="/_stcore/upload_file/gone/f1") == 400
    assert keeper.kept == {}


@pytest.mark.parametrize("headers", [[], [("content-length", "7")], [("content-length", "-1")]])
def test_a_file_is_counted_by_what_comes_and_not_by_what_it_says(server, headers):
    asked, keeper, limits = server()
    assert put(asked, 3 * MB // 2, headers=headers) == 413
    assert "1 MB" in asked.text
    assert (keeper.kept, limits.coming) == ({}, {})


def test_a_file_that_says_it_is_too_large_is_not_read(server):
    asked, _, _ = server()
    assert (
        asked(FILE, method="PUT", body=[], headers=[("host", "localhost"), ("content-length", "9" * 30)])
        == 413
    )


def test_many_small_files_of_a_visit_are_one_large_one(server):
    asked, keeper, _ = server()
    sizes = [put(asked, MB // 4, path=f"/_stcore/upload_file/open/f{number}") for number in range(6)]
    assert sizes == [204] * 4 + [413] * 2
    assert asked(FILE.replace("f1", "f0"), method="DELETE") == 204
    assert put(asked, MB // 4, path="/_stcore/upload_file/open/f9") == 204
    assert sum(keeper.kept.values()) == MB


def test_what_all_visitors_have_sent_has_an_end_too(server):
    asked, _, _ = server()
    sent = [put(asked, 3 * MB // 4, path=f"/_stcore/upload_file/open{number}/f") for number in range(4)]
    assert sent == [204, 204, 503, 503]
    assert asked.headers["retry-after"] == "120"


def test_files_that_come_at_once_are_counted_together(server):
    _, keeper, limits = server()
    gate = make_gate(uploads=limits)

    async def send_five():
        requests = (
            Asked(gate, keeper).answer(f"/_stcore/upload_file/open/f{n}", method="PUT", body=body(MB // 2))
            for n in range(5)
        )
        return await asyncio.gather(*requests)

    assert sorted(asyncio.run(send_five())).count(204) <= 2
    assert sum(keeper.kept.values()) <= MB
    assert limits.coming == {}


def test_files_that_are_kept_are_not_added_up_for_every_piece_of_another(server):
    asked, keeper, limits = server()
    looks = []
    limits.held = Held(
        is_visit=limits.held.is_visit, bytes_by_visit=lambda: looks.append(1) or keeper.by_visit()
    )
    assert put(asked, MB // 2) == 204
    assert len(looks) == 2


def test_what_is_removed_while_a_file_comes_makes_room_for_it(server):
    _, keeper, limits = server()
    keeper.kept = {FILE: MB}
    removes = Asked(make_gate(uploads=limits), keeper)

    async def removes_then_reads(scope, receive, send):
        await removes.answer(FILE, method="DELETE")
        await keeper(scope, receive, send)

    other = FILE.replace("f1", "f2")
    assert put(Asked(make_gate(uploads=limits), removes_then_reads), MB // 2, path=other) == 204
    assert keeper.kept == {other: MB // 2}


def test_a_file_that_stops_coming_is_broken_off(server):
    _, keeper, limits = server()
    limits.stalled_s = 0.05

    async def begins_and_stops():
        gate = make_gate(uploads=limits)
        parts = iter([{"type": "http.request", "body": b"x", "more_body": True}])
        sent = []

        async def receive():
            return next(parts, None) or await asyncio.Event().wait()

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "PUT", "path": FILE, "headers": [(b"host", b"localhost")]}
        await Edge(keeper, gate)(scope | {"scheme": "http"}, receive, send)
        return sent[0]["status"]

    assert asyncio.run(begins_and_stops()) == 408
    assert (keeper.kept, limits.coming) == ({}, {})


def test_what_was_coming_is_forgotten_when_its_sender_leaves(server):
    _, _, limits = server()

    async def leaves(scope, receive, send):  # noqa: ARG001
        await receive()
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        put(Asked(make_gate(uploads=limits), leaves), MB // 2)
    assert limits.coming == {}
