"""The listener that tells the figures of the server, at an address of its own that visitors do not reach."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socket import AF_INET, AF_INET6
from socketserver import TCPServer

from charging.addresses import Endpoint
from charging.server.metrics import CONTENT_TYPE

PATIENCE_S = 5.0
"""Seconds a client may take to ask, since others wait for it."""

_log = logging.getLogger(__name__)


@contextmanager
def telling(text: Callable[[], str], endpoint: Endpoint) -> Iterator[int]:
    """Answer `GET /metrics` with a text at an endpoint, and give its port; 0 is any that is free.

    Raises
    ------
    OSError
        If nothing can listen there.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_S

        def do_GET(self) -> None:
            body = b""
            if self.path.partition("?")[0] == "/metrics":
                body = text().encode()
            self.send_response(HTTPStatus.OK if body else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def version_string(self) -> str:
            return "charging"

        def log_message(self, *_args: object) -> None:
            """Say nothing of each request."""

    class Listener(TCPServer):  # that of `http.server` asks for its own name in the network
        address_family = AF_INET6 if ":" in endpoint.host else AF_INET
        allow_reuse_address = True

        def handle_error(self, *_args: object) -> None:
            _log.debug("A client of the metrics was not answered", exc_info=True)

    with Listener((endpoint.host, endpoint.port), Handler) as listener:
        threading.Thread(target=listener.serve_forever, name="metrics", daemon=True).start()
        try:
            yield listener.server_address[1]
        finally:
            listener.shutdown()
