"""What the edge says in ASGI: short answers, refusals, and where a request's headers are."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered, for the person in front of the browser."""

    status: int
    english: str
    chinese: str
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def text(self) -> str:
        """Both languages: who is refused has not chosen one yet."""
        return f"{self.english}\n\n{self.chinese}\n"


def header_values(scope: Scope, name: bytes) -> list[str]:
    """Return the values of a header, in their order; `name` is in lower case."""
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key.lower() == name]


def without_header(scope: Scope, name: bytes) -> Scope:
    """Return a request that lacks a header; `name` is in lower case."""
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0].lower() != name]}


async def refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    """Answer a request with a refusal; the handshake of a websocket fails, and browsers show no reason."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = ((b"content-type", b"text/plain; charset=utf-8"), *refusal.headers)
    await _answer(scope, send, refusal.status, headers, refusal.text.encode())


async def answer_json(scope: Scope, send: Send, status: int, values: Mapping[str, Any]) -> None:
    """Answer a request with JSON that nobody may keep."""
    headers = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
    await _answer(scope, send, status, headers, json.dumps(values).encode())


async def _answer(scope: Scope, send: Send, status: int, headers: Headers, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
