"""Which addresses the server has: those of the page and what belongs to it. Any other is not found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from charging.server.asgi import Refusal

NOT_FOUND = Refusal(404, "There is nothing at this address.", "此地址没有内容。")


class PathKind(Enum):
    """What an address leads to."""

    PAGE = auto()
    ASSET = auto()  # a file that never changes under its name
    MAP = auto()  # the frame of the map, which runs scripts that are sent to it
    COMPONENT = auto()
    MEDIA = auto()  # what a person made or takes away
    UPLOAD = auto()
    STREAM = auto()  # the websocket of a visit
    CORE = auto()  # what Streamlit's page asks about its server
    ALIVE = auto()
    READY = auto()


_EXACT = {
    "": PathKind.PAGE,
    "index.html": PathKind.PAGE,
    "_stcore/stream": PathKind.STREAM,
    "_stcore/health": PathKind.CORE,
    "_stcore/host-config": PathKind.CORE,
    "healthz": PathKind.ALIVE,
    "readyz": PathKind.READY,
}
_BELOW = {
    "component/streamlit_folium.": PathKind.MAP,
    "component/": PathKind.COMPONENT,
    "_stcore/bidi-components/": PathKind.COMPONENT,
    "_stcore/upload_file/": PathKind.UPLOAD,
    "media/": PathKind.MEDIA,
}


@dataclass(frozen=True, slots=True)
class ServedPaths:
    """The addresses of a server, below its base path.

    `files` are those of Streamlit's own page, relative to it: it answers any other name with its page.
    """

    base_path: str = ""
    files: frozenset[str] = frozenset()
    also: frozenset[str] = field(default=frozenset())
    """More of what Streamlit serves, where it is switched on."""

    @classmethod
    def of(cls, base_path: str, files: Iterable[str], also: Iterable[str] = ()) -> "ServedPaths":
        """Return the paths; a base path may have slashes around it."""
        return cls(base_path.strip("/"), frozenset(files), frozenset(also))

    def kind(self, path: str) -> PathKind | None:
        """Return what the path of a request leads to; None for nothing."""
        found = _EXACT.get(path.removeprefix("/"))
        if found in (PathKind.ALIVE, PathKind.READY):  # who asks for these may not know the base path
            return found
        root = f"/{self.base_path}" if self.base_path else ""
        if path == root:
            return PathKind.PAGE
        if not path.startswith(f"{root}/"):
            return None
        return self._kind_below(path.removeprefix(f"{root}/"))

    def _kind_below(self, name: str) -> PathKind | None:
        if name in _EXACT:
            return _EXACT[name]
        if name in self.files:
            return PathKind.ASSET
        if name in self.also:
            return PathKind.CORE
        return next((kind for start, kind in _BELOW.items() if name.startswith(start)), None)

    def upload_session(self, path: str) -> str:
        """Return the id of the session in the path of an upload."""
        return path.partition("_stcore/upload_file/")[2].partition("/")[0]
