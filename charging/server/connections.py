"""The connections of the running server: how many there may be, and how long one may say nothing.

Streamlit starts uvicorn and passes none of the options that would bound them, nor has uvicorn one for a
client that never finishes its request. So the running server is looked up, and given what it lacks: a bound
at the door, and a look every second at who says nothing. Only names that uvicorn's own shutdown goes by are
used.
"""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, cast
from weakref import WeakKeyDictionary

from charging.server.capacity import FULL, Capacity

REQUEST_WITHIN_S = 10.0
"""Seconds in which a client must have sent its request, from the connection or the last answer on."""

STALLED_S = 60.0
"""Seconds for which a client may leave what is sent to it untouched."""

EVICTED_AFTER_S = 1.0
"""Seconds after which one who says nothing makes room for another, where there is none."""

ACCEPTED_AT_ONCE = 100
"""Connections taken in a turn of the event loop; asyncio tries so often where it can open no more files."""

WAITING_CONNECTIONS = 2_048
"""Connections the system keeps until they are taken."""

MAX_REFUSED = 64
"""Clients that are told at a time that there is no room; more are cut off."""

TOLD_EVERY_S = 60.0

_log = logging.getLogger(__name__)


class RunningServer(Protocol):
    """What is used of uvicorn's server."""

    config: Any
    server_state: Any
    servers: list[asyncio.Server]
    should_exit: bool


def running_server() -> RunningServer | None:
    """Return uvicorn's server, which handles the signal to stop; None where another runs the application."""
    owner = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return owner if hasattr(owner, "server_state") and hasattr(owner, "config") else None


class Connections:
    """Bounds the connections of a server."""

    def __init__(
        self,
        server: RunningServer,
        capacity: Capacity,
        *,
        request_within_s: float = REQUEST_WITHIN_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server, self._capacity = server, capacity
        self._request_within_s, self._clock = request_within_s, clock
        self._silent_since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        self._stalled: WeakKeyDictionary[Any, tuple[int, float]] = WeakKeyDictionary()
        self._refused: set[Refused] = set()
        self._told_at = -TOLD_EVERY_S

    def bound(self) -> None:
        """Put the bound at the door; to be called before the server listens."""
        config = self._server.config
        self._make_protocol = config.http_protocol_class
        config.http_protocol_class = self._protocol
        config.backlog = ACCEPTED_AT_ONCE
        config.encoded_headers[:] = [pair for pair in config.encoded_headers if pair[0].lower() != b"server"]
        asyncio.get_running_loop().set_exception_handler(self._handle_error)

    async def watch(self, every_s: float = 1.0) -> None:
        """Close who says nothing, for as long as the server runs."""
        await asyncio.sleep(every_s)
        for listener in (each for server in self._server.servers for each in server.sockets):
            with suppress(OSError), socket.fromfd(listener.fileno(), listener.family, listener.type) as again:
                again.listen(WAITING_CONNECTIONS)
        while True:
            self.look()
            await asyncio.sleep(every_s)

    def look(self) -> None:
        """Close those whose request is overdue, and cut off those who take nothing."""
        now = self._clock()
        for connection in tuple(self._server.server_state.connections):
            transport = connection.transport
            if is_silent(connection):
                if now - self._silent_since.setdefault(connection, now) >= self._request_within_s:
                    transport.close()
            else:
                self._silent_since.pop(connection, None)
            waiting = transport.get_write_buffer_size()
            before, since = self._stalled.get(connection, (0, now))
            if not waiting or waiting != before:
                self._stalled[connection] = (waiting, now)
            elif now - since >= STALLED_S:
                transport.abort()

    def _protocol(self, **given: Any) -> asyncio.Protocol:  # noqa: ANN401  as uvicorn calls it
        if len(self._server.server_state.connections) < self._capacity.connections or self._make_room():
            made: asyncio.Protocol = self._make_protocol(**given)
            return made
        self._tell("Every connection is in use: others are refused until one is free")
        return Refused(self._refused)

    def _make_room(self) -> bool:
        """Close the connection that has said nothing for longest; return whether there was one."""
        open_now = self._server.server_state.connections
        silent = [(since, each) for each, since in self._silent_since.items() if each in open_now]
        for since, connection in sorted(silent, key=lambda pair: pair[0]):
            if self._clock() - since < EVICTED_AFTER_S:
                return False
            if is_silent(connection):
                del self._silent_since[connection]
                connection.transport.abort()
                return True
        return False

    def _tell(self, what: str) -> None:
        if self._clock() - self._told_at >= TOLD_EVERY_S:
            self._told_at = self._clock()
            _log.warning(what)

    def _handle_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "accept" in context.get("message", "") and isinstance(context.get("exception"), OSError):
            self._tell("No file is left for another connection: raise the limit of open files (ulimit -n)")
        else:
            loop.default_exception_handler(context)


def is_silent(connection: Any) -> bool:  # noqa: ANN401  a protocol of uvicorn
    """Return whether a connection waits for the whole of a request; that of a websocket never does."""
    if not hasattr(connection, "cycle"):
        return False
    return connection.cycle is None or connection.cycle.response_complete


class Refused(asyncio.Protocol):
    """Tells a client that there is no room, once it has asked: who is told before may not read it."""

    def __init__(self, others: "set[Refused]", patience_s: float = EVICTED_AFTER_S) -> None:
        self._others, self._patience_s = others, patience_s

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the request."""
        self._transport = cast(asyncio.Transport, transport)
        if len(self._others) >= MAX_REFUSED:
            self._transport.abort()
            return
        self._others.add(self)
        asyncio.get_running_loop().call_later(self._patience_s, self._transport.abort)

    def data_received(self, data: bytes) -> None:  # noqa: ARG002
        """Answer, whatever is asked."""
        body = FULL.text.encode()
        lines = [b"HTTP/1.1 503 Service Unavailable", b"content-type: text/plain; charset=utf-8"]
        lines += [b"connection: close", b"content-length: %d" % len(body)]
        lines += [name + b": " + value for name, value in FULL.headers]
        self._transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Make room for another."""
        self._others.discard(self)
