"""What runs beside the server while it serves, from its start to its end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from charging.server.connections import Connections, running_server
from charging.server.draining import Draining
from charging.server.edge import Gate

_log = logging.getLogger(__name__)


@asynccontextmanager
async def running(gate: Gate, *, drain_s: float) -> AsyncIterator[None]:
    """Bound the connections of the server that is about to listen, and end it in good order."""
    server = running_server()
    if server is None:
        _log.warning("This server is not run by Streamlit: bound its connections and times in front of it")
        yield
        return
    connections = Connections(server, gate.capacity)
    connections.bound()
    Draining(server, gate.readiness, drain_s).listen()
    watching = asyncio.create_task(connections.watch(), name="watch connections")
    try:
        yield
    finally:
        watching.cancel()
