"""Serve the page: Streamlit replaces this process, so that signals and exit codes are its own."""

import argparse
import os
import sys
from typing import NoReturn

from charging.addresses import MAX_PORT, is_wildcard
from charging.cli.command import Commands
from charging.paths import DASHBOARD
from charging.settings import Settings


def add_to(commands: Commands) -> None:
    """Add the command; it prints no figures, so it has no `--json`."""
    what = "Serve the page in the browser until stopped."
    sub = commands.add_parser("serve", help=what, description=what)
    port_help = "port to listen on; by default 8501 or the next free one"
    sub.add_argument("--port", type=_port, metavar="N", help=port_help)
    address_help = "address to listen on; by default localhost, which no other machine can reach: there is no"
    sub.add_argument("--address", metavar="HOST", help=f"{address_help} password")
    sub.set_defaults(command=_serve)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MAX_PORT):
        message = f"expected a port, 1 to {MAX_PORT}, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _serve(options: argparse.Namespace, _settings: Settings) -> NoReturn:
    # -P: modules of the same name in the current folder must not replace the installed ones
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(DASHBOARD)]
    # the start prints an address of the browser; one to which no browser can go stays what is configured
    printed = options.address if options.address and not is_wildcard(options.address) else None
    given = {"server.port": options.port, "server.address": options.address, "browser.serverAddress": printed}
    command += [f"--{name}={value}" for name, value in given.items() if value is not None]
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606  no shell, and our own arguments
