"""What every request meets first: an ASGI middleware around Streamlit's own.

In this order: health, the name the server is called by, whether there is such an address. What passes goes
on, and every answer on its way out gets the headers of its kind.
"""

from dataclasses import dataclass

from charging.server.asgi import (
    App,
    Message,
    Receive,
    Scope,
    Send,
    answer_json,
    header_values,
    refuse,
    without_header,
)
from charging.server.capacity import FULL, Capacity
from charging.server.headers import Policies, secured
from charging.server.hosts import AllowedHosts
from charging.server.metrics import METRICS
from charging.server.readiness import Readiness
from charging.server.served_paths import NOT_FOUND, PathKind, ServedPaths
from charging.server.uploads import UploadLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the edge decides by."""

    paths: ServedPaths
    hosts: AllowedHosts
    policies: Policies
    readiness: Readiness
    uploads: UploadLimits
    capacity: Capacity


class Edge:
    """The middleware."""

    def __init__(self, app: App, gate: Gate) -> None:
        self._app, self._gate = app, gate
        self._visits = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        kind = self._gate.paths.kind(scope["path"])
        await self._answer(scope, receive, self._with_headers(scope, kind, send), kind)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, kind: PathKind | None) -> None:
        gate = self._gate
        if kind is PathKind.ALIVE and scope["type"] == "http":
            await answer_json(scope, send, 200, {"alive": True})
        elif kind is PathKind.READY and scope["type"] == "http":
            await answer_json(scope, send, *await gate.readiness.answer())
        elif refusal := gate.hosts.refusal(scope):
            await refuse(scope, send, refusal)
        elif kind is None or (scope["type"] == "websocket") != (kind is PathKind.STREAM):
            await refuse(scope, send, NOT_FOUND)
        elif kind in (PathKind.PAGE, PathKind.STREAM) and self._visits >= gate.capacity.visits:
            await refuse(scope, send, FULL)
        elif kind is PathKind.STREAM:
            self._visits += 1
            try:
                await self._app(_as_same_origin(scope), receive, send)
            finally:
                self._visits -= 1
        elif kind is PathKind.UPLOAD:
            session = gate.paths.upload_session(scope["path"])
            await gate.uploads.hand_on(self._app, _as_same_origin(scope), receive, send, session)
        else:
            await self._app(_as_same_origin(scope), receive, send)

    def _with_headers(self, scope: Scope, kind: PathKind | None, send: Send) -> Send:
        async def _send(message: Message) -> None:
            if message["type"] == "http.response.start":
                METRICS.requested(kind.name.lower() if kind else "unknown", message["status"])
                called = self._gate.hosts.called(scope)
                headers = [*message.get("headers", ()), *self._gate.policies.headers(kind, called)]
                message = {**message, "headers": headers}
            if _is_secure(scope) and message["type"] in ("http.response.start", "websocket.accept"):
                message = {**message, "headers": [*secured(message.get("headers", ()))]}
            await send(message)

        return _send


def _is_secure(scope: Scope) -> bool:
    return scope.get("scheme") in ("https", "wss")


def _as_same_origin(scope: Scope) -> Scope:
    """Return a request whose origin has been checked as Streamlit takes it without a check of its own.

    It would compare names letter by letter, and where they differ ask a host outside for the address of this
    server, while everybody waits. A websocket without an origin would be taken for one of no browser.
    """
    bare = without_header(scope, b"origin")
    if scope["type"] == "http" or not header_values(scope, b"origin"):
        return bare
    scheme = "https" if _is_secure(scope) else "http"
    origin = f"{scheme}://{header_values(scope, b'host')[0]}"
    return {**bare, "headers": [*bare["headers"], (b"origin", origin.encode())]}
