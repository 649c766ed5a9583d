"""How many connections and visits a server takes: no more than it has files for."""

import logging
from contextlib import suppress
from dataclasses import dataclass

from charging.server.asgi import Refusal

MAX_OPEN_FILES = 65_536
"""Open files a server asks for, where it may have more."""

RESERVED_FILES = 256
"""Of them for datasets, libraries, logs, and connections that are being refused."""

FILES_OF_A_VISIT = 3
"""Files of a visit beside its connection: the event loop of its script."""

MIN_VISITS = 8

FULL = Refusal(
    503,
    "The server has as many visitors as it can take. Try again in a minute.",
    "服务器访客已满，请一分钟后再试。",
    ((b"retry-after", b"60"),),
)

_log = logging.getLogger(__name__)


def raise_open_files() -> int:
    """Let this process open as many files as it may, up to `MAX_OPEN_FILES`; return how many that are."""
    try:
        import resource  # noqa: PLC0415  not on every system
    except ImportError:
        return MAX_OPEN_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = MAX_OPEN_FILES if hard == unlimited else min(hard, MAX_OPEN_FILES)
    if soft != unlimited and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return MAX_OPEN_FILES if soft == unlimited else soft


@dataclass(frozen=True, slots=True)
class Capacity:
    """Connections, those of visits among them, and visits that are open at a time."""

    connections: int
    visits: int

    @classmethod
    def of(cls, *, connections: int, visits: int, files: int) -> "Capacity":
        """Return what is asked for, or as much of it as there are files.

        Examples
        --------
        >>> Capacity.of(connections=4000, visits=500, files=65536)
        Capacity(connections=4000, visits=500)
        >>> Capacity.of(connections=4000, visits=500, files=1024)
        Capacity(connections=480, visits=96)
        """
        free = files - min(RESERVED_FILES, files // 2)
        # a page opens some connections beside the one that stays
        possible = max(free // (2 * (FILES_OF_A_VISIT + 1)), MIN_VISITS)
        taken = min(visits, possible)
        return cls(min(connections, free - FILES_OF_A_VISIT * taken), taken)

    def tell(self, *, connections: int, visits: int, files: int) -> None:
        """Say in the log where there are too few files for what is asked for."""
        if (self.connections, self.visits) != (connections, visits):
            _log.warning(
                "This process may open %(files)d files, which are enough for %(visits)d visits and "
                "%(connections)d connections: raise the limit (ulimit -n, LimitNOFILE), or lower "
                "CHARGING_VISIT_LIMIT and CHARGING_CONNECTION_LIMIT",
                {"files": files, "visits": self.visits, "connections": self.connections},
            )
