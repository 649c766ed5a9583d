"""Run the command line: `charging`, or `python -m charging`."""

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

_THREADS = "OPENBLAS_NUM_THREADS"  # read by OpenBLAS when it is loaded


def start() -> NoReturn:
    """Run the command of this process, and end it with the exit code of the command.

    An import does not take down what it loaded: that takes a fortieth of a large one, and leaves nothing.
    """
    code = run()
    if not _is_import():
        sys.exit(code)
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # whoever read it is gone
            stream.flush()
    os._exit(code)


def run() -> int:
    """Run the command of this process and return its exit code."""
    main = _load()
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    return code


def _load() -> Callable[[], int]:
    """Load the commands, and leave what is loaded out of the search for garbage, of which it has none.

    That search takes a tenth of a small import, most of it when the process ends.
    """
    gc.disable()
    with _no_threads_for_matrices():
        from charging.cli import main  # noqa: PLC0415  the search is off by now

    gc.freeze()
    gc.enable()
    return main


@contextmanager
def _no_threads_for_matrices() -> Iterator[None]:
    """Let numpy load without threads for products of matrices where only files are read.

    They look for work as soon as they start: a twentieth of a second on each core but one.
    """
    if not _is_import() or _THREADS in os.environ:
        yield
        return
    os.environ[_THREADS] = "1"
    try:
        yield
    finally:
        del os.environ[_THREADS]  # for what this process starts, as the server


def _is_import() -> bool:
    return "import" in sys.argv


if __name__ == "__main__":
    start()
