"""Run the command line: `charging`, or `python -m charging`."""

import gc
import os
import sys

from charging.cli import main


def run() -> int:
    """Run the command of this process and return its exit code."""
    gc.freeze()  # what is loaded is no garbage: to look through it when all ends takes a tenth of an import
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    return code


if __name__ == "__main__":
    sys.exit(run())
