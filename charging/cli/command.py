"""What commands share: their result, the options DIR, --query and --resolution, and loading the dataset."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import parse_qs

from charging.dataset.operators import find_operator
from charging.dataset.store import Dataset, find_dataset, locate_dataset
from charging.dataset.upgrade import open_upgraded
from charging.domain.filters import Filters
from charging.domain.schema import CELL_RESOLUTION
from charging.errors import DatasetNotFoundError, UsageError
from charging.settings import Settings

SUCCESS, BAD_DATA, BAD_USE = 0, 1, 2

DEFAULT_RESOLUTION = 6  # cells some 6.5 km across
DEFAULT_ROWS = 20

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  it has no other name

_DEFAULT_DIR = "by default CHARGING_DATASET, else the dataset last built or imported"


class Output(NamedTuple):
    """Result of a command: values for programs, lines for people, and the exit code."""

    values: dict[str, Any]
    lines: list[str]
    code: int = SUCCESS


def add_command(commands: Commands, name: str, what: str) -> argparse.ArgumentParser:
    """Add a command under its name, with `--json`."""
    sub = commands.add_parser(name, help=what, description=what)
    sub.add_argument("--json", action="store_true", help="print JSON for programs")
    add_verbose(sub, argparse.SUPPRESS)  # keeps a -v given before the command
    return sub


def add_verbose(parser: argparse.ArgumentParser, default: object) -> None:
    """Add `--verbose`."""
    what = "log progress and the causes of errors to standard error; -vv logs more"
    parser.add_argument("-v", "--verbose", action="count", default=default, help=what)


def add_dir(sub: argparse.ArgumentParser) -> None:
    """Add DIR, the dataset of a command."""
    sub.add_argument("dir", nargs="?", metavar="DIR", help=f"a folder or a name; {_DEFAULT_DIR}")


def add_name(sub: argparse.ArgumentParser, **options: Any) -> None:  # noqa: ANN401  as argparse has them
    """Add NAME, the dataset of a command that changes what is kept: never one that was not named."""
    sub.add_argument("name", metavar="NAME", help="name of the dataset, or its folder", **options)


def add_query(sub: argparse.ArgumentParser) -> None:
    """Add `--query`, the selection."""
    what = "selection as in a link of the page: 'operator=nio&min_kw=120'"
    sub.add_argument("--query", default="", help=what)


def add_resolution(sub: argparse.ArgumentParser, what: str = "cells") -> None:
    """Add `--resolution`, the size of the cells."""
    sub.add_argument(
        "--resolution",
        type=int,
        choices=range(CELL_RESOLUTION + 1),
        default=DEFAULT_RESOLUTION,
        metavar="N",
        help=f"H3 resolution of {what}, 0 to {CELL_RESOLUTION}, {DEFAULT_RESOLUTION} by default",
    )


def add_rows(sub: argparse.ArgumentParser) -> None:
    """Add `--rows`, the length of tables for people."""
    what = f"rows of a long table for people, {DEFAULT_ROWS} by default; programs get all"
    sub.add_argument("--rows", type=int, default=DEFAULT_ROWS, metavar="N", help=what)


def parse_selection(query: str, *datasets: Dataset) -> Filters:
    """Return the selection of a link's query; on the command line an invalid one is an error, not a note.

    Its operators are those of the registry and of the datasets.

    Raises
    ------
    UsageError
        If a condition cannot be read, or an operator does not exist.
    """
    filters, problems = Filters.from_query(parse_qs(query.removeprefix("?"), keep_blank_values=True))
    operators = {name: find_operator(name, *datasets) for name in filters.operators}
    strange = [*problems, *(("operator", name) for name, found in operators.items() if found is None)]
    if strange:
        found = ", ".join(f"{key}={value}" for key, value in strange)
        message = f"--query has what cannot be read: {found[:200]!r}. Copy it from the page's address."
        raise UsageError(message)
    return replace(filters, operators=tuple(dict.fromkeys(filter(None, operators.values()))))


def locate_folder(folder_or_name: str | None, settings: Settings) -> Path:
    """Return the folder of the dataset of a command.

    Raises
    ------
    DatasetNotFoundError
        If there is none.
    """
    folder = locate_dataset(settings.build_dir, folder_or_name) if folder_or_name else find_dataset(settings)
    if folder is None:
        raise DatasetNotFoundError(
            f"No dataset was built or imported yet in {settings.build_dir}: run 'build' or 'import' first."
        )
    return folder


def load_dataset(folder_or_name: str | None, settings: Settings) -> Dataset:
    """Open the dataset of a command, in the present format.

    Raises
    ------
    DatasetError
        If there is none, or it cannot be read.
    """
    return open_upgraded(locate_folder(folder_or_name, settings))
