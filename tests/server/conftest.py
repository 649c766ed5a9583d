"""What tests of the edge share: a gate of its own around an application that says what it was asked."""

import asyncio

import pytest

from charging.server.capacity import Capacity
from charging.server.edge import Edge, Gate
from charging.server.headers import Policies
from charging.server.hosts import AllowedHosts
from charging.server.readiness import Readiness
from charging.server.served_paths import ServedPaths
from charging.server.uploads import Held, UploadLimits

FILES = ("favicon.png", "index.html", "static/js/index.js")

KEEPS_NOTHING = Held(is_visit=lambda session: session == "open", bytes_by_visit=dict)


def make_gate(*, hosts="", address="localhost", paths=None, opened=dict, **given):
    return Gate(
        **{
            "paths": paths or ServedPaths.of("", FILES),
            "hosts": AllowedHosts.of(hosts, address),
            "policies": Policies(),
            "readiness": Readiness(opened),
            "capacity": Capacity(connections=100, visits=2),
            "uploads": UploadLimits(is_on=True, limit_mb=1, total_mb=2, held=KEEPS_NOTHING),
        }
        | given
    )


class Asked:
    """An edge, what reached the application behind it, and what came back."""

    def __init__(self, gate, app=None):
        self.passed, self.messages = [], []
        self._edge = Edge(app or self._app, gate)

    async def _app(self, scope, receive, send):  # noqa: ARG002
        self.passed.append(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"streamlit"})

    def __call__(self, path="/", *, headers=(("host", "localhost"),), kind="http", method="GET", **scope):
        return asyncio.run(self.answer(path, headers=headers, kind=kind, method=method, **scope))

    async def answer(self, path="/", *, headers=(("host", "localhost"),), kind="http", method="GET", **scope):
        """Ask; return the status; that of a websocket as uvicorn answers: 101 or 403."""
        body = scope.pop("body", [{"type": f"{kind}.request", "body": b"", "more_body": False}])
        waiting = iter(body)

        async def receive():
            return next(waiting)

        async def send(message):
            self.messages.append(message)

        encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers]
        made = {"type": kind, "method": method, "path": path, "headers": encoded, "scheme": "http"}
        self.messages.clear()
        await self._edge(made | scope, receive, send)
        if kind == "websocket":
            return 403 if self.messages[0]["type"] == "websocket.close" else 101
        return self.messages[0]["status"]

    @property
    def text(self):
        return b"".join(message["body"] for message in self.messages[1:]).decode()

    @property
    def headers(self):
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}


@pytest.fixture
def edge():
    return lambda **given: Asked(make_gate(**given))
