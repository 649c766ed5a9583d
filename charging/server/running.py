"""What runs beside the server while it serves, from its start to its end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from charging.addresses import endpoint
from charging.server.connections import Connections, running_server
from charging.server.draining import Draining
from charging.server.edge import Gate
from charging.server.metrics import METRICS, Gauge
from charging.server.metrics_listener import telling

_log = logging.getLogger(__name__)


@asynccontextmanager
async def running(gate: Gate, *, drain_s: float, metrics: str) -> AsyncIterator[None]:
    """Bound the connections of the server that is about to listen, and end it in good order.

    `metrics` is where its figures are told, as `host:port`; nowhere if it is empty.
    """
    with ExitStack() as beside:
        if metrics:
            _tell_figures(beside, metrics)
        async with _bounded(gate, drain_s):
            yield


def _tell_figures(beside: ExitStack, metrics: str) -> None:
    try:
        port = beside.enter_context(telling(METRICS.text, endpoint(metrics)))
    except OSError:  # the page is worth more than its figures
        _log.exception("The figures of the server cannot be told at CHARGING_METRICS=%s", metrics)
    else:
        _log.info("The figures of the server are told at port %(port)d", {"port": port})


@asynccontextmanager
async def _bounded(gate: Gate, drain_s: float) -> AsyncIterator[None]:
    server = running_server()
    if server is None:
        _log.warning("This server is not run by Streamlit: bound its connections and times in front of it")
        yield
        return
    connections = Connections(server, gate.capacity)
    connections.bound()
    state = server.server_state
    METRICS.show(
        Gauge("charging_connections", "Connections that are open", lambda: [({}, len(state.connections))])
    )
    Draining(server, gate.readiness, drain_s).listen()
    watching = asyncio.create_task(connections.watch(), name="watch connections")
    try:
        yield
    finally:
        watching.cancel()
