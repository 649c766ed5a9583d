"""Whether an answer is still wanted: whoever asked for it may leave before it is there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

IsThere = Callable[[], bool]
"""Whether somebody who asked still waits; called from any thread, again and again."""


def _stays() -> bool:
    return True


_asker: ContextVar[IsThere] = ContextVar("asker", default=_stays)


@contextmanager
def asked_by(is_there: IsThere) -> Iterator[None]:
    """Let what this thread asks be broken off when `is_there` says no; without it, somebody always waits."""
    token = _asker.set(is_there)
    try:
        yield
    finally:
        _asker.reset(token)


def asker() -> IsThere:
    """Return whether somebody waits for what this thread asks now."""
    return _asker.get()
