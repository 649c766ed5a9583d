"""What reading one cell of a table gives, and what reads the cells of a column."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple, Protocol, runtime_checkable


class Read(NamedTuple):
    """Value of a cell or None, the codes in it not understood, and what was put right."""

    value: Any
    unread: tuple[str, ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()


Reader = Callable[[str], Read]
"""Reads the text of a cell that is not empty."""


@runtime_checkable
class ColumnReader(Protocol):
    """A reader that has to see the cells of a column before it reads one."""

    def observe(self, texts: Collection[str]) -> bool:
        """Learn from more cells; return whether that changes what a cell means."""

    def __call__(self, cell: str) -> Read:
        """Read a cell."""
