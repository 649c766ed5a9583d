"""Files as a visitor sends them: how large they may be, and what of their names is used."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from charging.errors import Fault, UsageError

_MAX_NAME_LENGTH = 80


class SentFile(NamedTuple):
    """An uploaded file."""

    name: str  # as its sender calls it; never part of a path
    content: bytes | memoryview


def check_size(sent: Sequence[SentFile], max_bytes: int) -> None:
    """Refuse no files at all, and more than may be sent.

    Raises
    ------
    UsageError
        If there are none, or they are too large together.
    """
    if not sent:
        raise UsageError("Expected at least one file, found none")
    size = sum(len(file.content) for file in sent)
    if size > max_bytes:
        message = (
            f"Expected files of at most {max_bytes / 1e6:,.0f} MB together, found {size / 1e6:,.1f} MB."
            " Pack them (gzip or zip), or bring fewer of them."
        )
        raise UsageError(message, Fault.TOO_LARGE)


def file_name(name: str) -> str:
    """Return a name of the same meaning that is one part of a path, and no hidden one."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[-_MAX_NAME_LENGTH:].lstrip(".") or "file"


def display_name(name: str) -> str:
    """Return a name as it can be shown: on one line, without what turns the direction of a text."""
    kept = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    return kept[-_MAX_NAME_LENGTH:] or "file"
