"""What a page asks for and is told: its HTTP requests, and the answers of Streamlit on its websocket."""

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

QUIET_MS = 1_000
PATIENCE_S = 60.0


@dataclass
class Traffic:
    """HTTP requests by address; messages and bytes on the websocket; runs finished; layers sent to the map.

    A map that is told to stay as it is, by a reference to the message it has, counts as a message only.
    """

    requests: list[str] = field(default_factory=list)
    messages: int = 0
    received_bytes: int = 0
    runs: int = 0
    maps: int = 0


@contextmanager
def listening(page: Page) -> Iterator[Traffic]:
    """Note the traffic of a page until the block ends."""
    traffic = Traffic()
    tools = page.context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if not url.startswith(("data:", "blob:")):
            traffic.requests.append(url)

    def answered(event: dict[str, Any]) -> None:
        payload = base64.b64decode(event["response"]["payloadData"])
        message = ForwardMsg.FromString(payload)
        traffic.messages += 1
        traffic.received_bytes += len(payload)
        traffic.runs += message.WhichOneof("type") == "script_finished"
        traffic.maps += "st_folium" in message.delta.new_element.component_instance.component_name

    tools.on("Network.requestWillBeSent", asked)
    tools.on("Network.webSocketFrameReceived", answered)
    tools.send("Network.enable")
    try:
        yield traffic
    finally:
        tools.detach()


def until_quiet(page: Page) -> None:
    """Wait until nothing has come or gone for a second: what a visit or a move starts is over by then.

    Raises
    ------
    TimeoutError
        If the page does not come to rest.
    """
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with listening(page) as traffic:
            page.wait_for_timeout(QUIET_MS)
        if not traffic.requests and not traffic.messages:
            return
    message = f"the page did not come to rest within {PATIENCE_S:g} s: {traffic}"
    raise TimeoutError(message)
