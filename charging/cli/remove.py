"""`remove`: a dataset, or one of its versions, goes."""

import argparse
from contextlib import suppress

from charging.cli.command import Output, add_name, locate_folder
from charging.dataset.retention import remove_dataset, remove_version
from charging.dataset.store import last_dataset
from charging.errors import DatasetError
from charging.settings import Settings


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_remove)
    add_name(sub)
    what = "remove this version alone, by its name or number; not the current one"
    sub.add_argument("--version", metavar="VERSION", help=what)


def _remove(options: argparse.Namespace, settings: Settings) -> Output:
    folder = locate_folder(options.name, settings)
    if options.version is not None:
        name = remove_version(folder, options.version)
        return Output({"name": folder.name, "removed": name}, [f"Removed {name} of {folder.name}."])
    is_last = False
    with suppress(DatasetError):  # what it names is gone
        is_last = last_dataset(settings.build_dir) == folder
    remove_dataset(folder)
    lines = [f"Removed {folder}, with the decisions about merges and the journals in it."]
    if is_last:
        lines.append("It was the one that is opened by default: the page asks for another now.")
    return Output({"name": folder.name, "removed": None, "was_default": is_last}, lines)
