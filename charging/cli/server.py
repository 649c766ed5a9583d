"""Show the page: Streamlit takes the place of this process, so that signals and exit codes are its own."""

import argparse
import os
import sys
from typing import NoReturn

from charging.cli.command import Commands
from charging.paths import DASHBOARD
from charging.settings import Settings

MAX_PORT = 65_535


def add_to(commands: Commands) -> None:
    """Add the command; it prints no figures, so there is no `--json`."""
    what = "Show the page in the browser, until it is stopped."
    sub = commands.add_parser("serve", help=what, description=what)
    sub.add_argument(
        "--port", type=_port, metavar="N", help="port to answer on; by default 8501 or the next that is free"
    )
    sub.add_argument(
        "--address",
        metavar="HOST",
        help="address to answer on; by default localhost, which no other machine reaches: "
        "no password is asked",
    )
    sub.set_defaults(command=_serve)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MAX_PORT):
        message = f"expected a port, 1 to {MAX_PORT}, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _serve(options: argparse.Namespace, _settings: Settings) -> NoReturn:
    # -P: a folder that happens to hold modules of the same names must not stand in for what is installed
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(DASHBOARD)]
    command += [
        f"--server.{name}={value}"
        for name, value in (("port", options.port), ("address", options.address))
        if value is not None
    ]
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606  no shell, and our own arguments
