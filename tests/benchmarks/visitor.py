"""A visitor without a browser: what a page of Streamlit says over its websocket, and what it is told.

Fifty browsers would measure browsers. A visitor sends the messages the page sends (a whole run at first, then
the run of a widget's fragment, with all values of the session and the messages still held) and reads every
answer to its end, compressed on the wire as a browser asks for it.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import StringArray
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from charging.maps.view import View
from charging.maps.viewport import Viewport

MAP = "map"
"""The component of streamlit-folium; other widgets are called by their key."""

PATIENCE_S = 60.0

HELD_RUNS = 2
"""Runs for which a page holds large messages and need not get them again: `global.maxCachedMessageAge`."""

CHOICES = {"button_group", "multiselect", "selectbox", "slider", "checkbox"}
"""Elements with a value to choose; a toggle is a checkbox."""

DONE = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}


def reported(view: View) -> tuple[dict[str, dict[str, float]], float]:
    """Return the bounds and the zoom that a browser reports once the map has come to rest at a view."""
    south, west, north, east = Viewport.around(view).bounds
    return {"_southWest": {"lat": south, "lng": west}, "_northEast": {"lat": north, "lng": east}}, view.zoom


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one change.

    `took_ms` runs from sending until the server said the run is finished, `wire_bytes` is what the socket
    received meanwhile, `layers` the script of the map's layers (empty if the map was not sent), `errors` what
    was shown of exceptions.
    """

    took_ms: float
    wire_bytes: int
    layers: str
    errors: tuple[str, ...]


class Widget(NamedTuple):
    """A widget as the page last showed it: its id, kind, the fragment it runs, and its options, if any."""

    id: str
    kind: str
    fragment: str
    options: tuple[str, ...] = ()


class _Counted(ClientConnection):
    """A connection that counts the bytes it receives, before they are inflated."""

    received = 0

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        super().data_received(data)


class Visitor:
    """One session of a page."""

    def __init__(self, socket: _Counted, query: str) -> None:
        self._socket = socket
        self._query = query
        self._values: dict[str, WidgetState] = {}
        self._held: dict[str, tuple[int, Delta]] = {}
        self._runs = 0
        self.texts: list[str] = []  # of our own HTML, as last shown
        self.session_id = ""  # as the server knows the visit
        self.widgets: dict[str, Widget] = {}

    @classmethod
    async def arrive(cls, url: str, query: str, **options: Any) -> tuple[Self, Answer]:
        """Open a page and wait for its first run; options are those of the websocket."""
        address = url.replace("http", "ws", 1) + "/_stcore/stream"
        options = {"subprotocols": ["streamlit"], "max_size": None, "proxy": None} | options
        socket = await connect(address, create_connection=_Counted, **options)
        visitor = cls(socket, query)
        return visitor, await visitor._run(fragment="")

    @property
    def cookies(self) -> list[str]:
        """What the handshake of the websocket set, as `Set-Cookie` writes it."""
        answer = self._socket.response
        return answer.headers.get_all("Set-Cookie") if answer else []

    async def ping(self) -> bool:
        """Return whether the server still answers."""
        try:
            await asyncio.wait_for(await self._socket.ping(), PATIENCE_S)
        except ConnectionClosed:
            return False
        return True

    async def leave(self) -> None:
        """Close the page."""
        await self._socket.close()

    async def show(self, bounds: dict[str, dict[str, float]], zoom: float) -> Answer:
        """Report what the map shows, as streamlit-folium does when the map has come to rest."""
        value = {"bounds": bounds, "zoom": zoom, "last_active_drawing": None, "last_object_clicked_count": 0}
        return await self._change(MAP, json_value=json.dumps(value))

    async def choose(self, key: str, value: str | Sequence[str] | bool) -> Answer:  # noqa: FBT001
        """Choose what a widget shall say: an option, several of them, or yes or no.

        Raises
        ------
        ValueError
            If the widget does not offer that.
        """
        kind, options = self.widgets[key].kind, self.widgets[key].options
        if isinstance(value, bool):
            return await self._change(key, bool_value=value)
        chosen = [value] if isinstance(value, str) else list(value)
        if not set(chosen) <= set(options):
            message = f"{key}: expected some of {options}, found {chosen}"
            raise ValueError(message)
        if kind == "selectbox":
            return await self._change(key, string_value=chosen[0])
        return await self._change(key, string_array_value=StringArray(data=chosen))

    async def _change(self, key: str, **value: Any) -> Answer:
        widget = self.widgets[key]
        self._values[widget.id] = WidgetState(id=widget.id, **value)
        return await self._run(fragment=widget.fragment)

    async def _run(self, *, fragment: str) -> Answer:
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.fragment_id = self._query, fragment
        run.widget_states.widgets.extend(self._values.values())
        run.cached_message_hashes.extend(self._held)
        run.context_info.locale, run.context_info.timezone = "en-GB", "Europe/Berlin"
        self._runs += 1
        before, start = self._socket.received, time.perf_counter()
        await self._socket.send(message.SerializeToString())
        deltas = await asyncio.wait_for(self._deltas(), PATIENCE_S)
        took_ms = (time.perf_counter() - start) * 1000
        self._forget()
        layers, errors = self._read(deltas)
        return Answer(took_ms, self._socket.received - before, layers, errors)

    async def _deltas(self) -> list[Delta]:
        """Return what is shown by the run under way, once it is finished."""
        deltas = []
        while True:
            message = ForwardMsg.FromString(await self._socket.recv())
            kind = message.WhichOneof("type")
            if kind == "script_finished" and message.script_finished in DONE:
                return deltas
            if kind == "new_session":
                self.session_id = message.new_session.initialize.session_id
            elif kind == "delta":
                deltas.append(message.delta)
                if message.metadata.cacheable:
                    self._held[message.hash] = self._runs, message.delta
            elif kind == "ref_hash":
                delta = self._held[message.ref_hash][1]
                self._held[message.ref_hash] = self._runs, delta
                deltas.append(delta)

    def _forget(self) -> None:
        held = self._held.items()
        self._held = {key: (run, delta) for key, (run, delta) in held if run > self._runs - HELD_RUNS}

    def _read(self, deltas: list[Delta]) -> tuple[str, tuple[str, ...]]:
        layers, errors = "", []
        self.texts = [each.new_element.html.body for each in deltas if each.new_element.html.body]
        for delta in deltas:
            element = delta.new_element
            kind = element.WhichOneof("type")
            if kind == "exception":
                errors.append(f"{element.exception.type}: {element.exception.message}")
            elif kind == "component_instance" and "st_folium" in element.component_instance.component_name:
                self.widgets[MAP] = Widget(element.component_instance.id, kind, delta.fragment_id)
                layers = json.loads(element.component_instance.json_args)["feature_group"]
            elif kind in CHOICES:
                shown = getattr(element, kind)
                options = tuple(getattr(each, "content", each) for each in getattr(shown, "options", ()))
                self.widgets[_key(shown.id)] = Widget(shown.id, kind, delta.fragment_id, options)
        return layers, tuple(errors)


def _key(widget_id: str) -> str:
    """Return the key of a widget, with which its id ends; keys of our own have no hyphen."""
    return widget_id.rpartition("-")[2]
