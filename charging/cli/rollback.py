"""`rollback`: another version of a dataset becomes the current one."""

import argparse

from charging.cli.command import Output, add_name, locate_folder
from charging.dataset.retention import roll_back
from charging.settings import Settings


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_rollback)
    add_name(sub)
    what = "its name or number, as 'versions' shows it; by default the one before the current one"
    sub.add_argument("version", nargs="?", metavar="VERSION", help=what)


def _rollback(options: argparse.Namespace, settings: Settings) -> Output:
    dataset = roll_back(locate_folder(options.name, settings), options.version)
    values = {"name": dataset.folder.name, "version": dataset.version.name}
    return Output(
        values, [f"{dataset.version} is current now; pages that are open show it with their next step."]
    )
