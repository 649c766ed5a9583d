"""Run the command line: `charging`, or `python -m charging`."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_THREADS = "OPENBLAS_NUM_THREADS"  # read by OpenBLAS when it is loaded


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
    if "import" not in sys.argv or _THREADS in os.environ:
        yield
        return
    os.environ[_THREADS] = "1"
    try:
        yield
    finally:
        del os.environ[_THREADS]  # for what this process starts, as the server


if __name__ == "__main__":
    sys.exit(run())
