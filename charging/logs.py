"""Where the loggers of the project write: lines of text for people, or of JSON for programs.

A module logs with `logging.getLogger(__name__)`: a message, and one dictionary of the values in it, which are
the `fields` in JSON. Only the command line and the server call `configure`, which touches no logger but
`charging`. No secret is logged, and no condition of a reader.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

_ROOT = logging.getLogger("charging")
_CLEAR_LINE = "\r\x1b[K"  # of a terminal, where a progress bar may be


def configure(level: int | str = "info", form: str = "text", stream: TextIO | None = None) -> None:
    """Write what is logged from a level on, instead of what an earlier call asked for.

    Parameters
    ----------
    level
        A level of `logging`, or its name in any case.
    form
        `text` or `json`.
    stream
        By default standard error.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter(is_terminal=stream.isatty()))
    _ROOT.handlers[:] = [handler]
    _ROOT.setLevel(level.upper() if isinstance(level, str) else level)
    _ROOT.propagate = False  # whoever writes what all loggers say would write it twice


def reset() -> None:
    """Leave the loggers as if `configure` had not been called."""
    _ROOT.handlers.clear()
    _ROOT.setLevel(logging.NOTSET)
    _ROOT.propagate = True


class TextFormatter(logging.Formatter):
    """A line for people: time, level, logger, message; the causes of a failure are indented under it."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        """Start; a line on a terminal replaces a progress bar."""
        super().__init__()
        self._start = _CLEAR_LINE if is_terminal else ""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; foreign text in it ends no line and moves no cursor."""
        message = _escape(record.getMessage())
        lines = [f"{self._start}{_time(record)} {record.levelname} {record.name}: {message}"]
        if record.exc_info:
            lines += [f"    {_escape(line)}" for line in self.formatException(record.exc_info).split("\n")]
        return "\n".join(lines)


class JsonFormatter(logging.Formatter):
    """A line of JSON: time, level, logger, message, fields; after a failure the exception with its causes."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        values: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "fields": record.args if isinstance(record.args, dict) else {},
        }
        if record.exc_info:
            values["exception"] = self.formatException(record.exc_info)
        return json.dumps(values, default=str)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _escape(text: str) -> str:
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )
