"""Run the command line: `python -m charging`."""

import sys

from charging.cli import main

if __name__ == "__main__":
    sys.exit(main())
