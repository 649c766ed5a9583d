"""Run the command line: `charging`, or `python -m charging`."""

import gc
import os
import sys
from collections.abc import Callable


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
    from charging.cli import main  # noqa: PLC0415  the search is off by now

    gc.freeze()
    gc.enable()
    return main


if __name__ == "__main__":
    sys.exit(run())
