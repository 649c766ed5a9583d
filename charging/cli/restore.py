"""`restore`: a backup becomes a new build folder."""

import argparse
from pathlib import Path

from charging.cli.backup import describe_backup
from charging.cli.command import Output
from charging.dataset.backup import restore
from charging.settings import Settings


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_restore)
    sub.add_argument("file", type=Path, metavar="FILE", help="a file that 'backup' wrote")


def _restore(options: argparse.Namespace, settings: Settings) -> Output:
    lead = f"Restored {options.file} into {settings.build_dir}, checked file by file:"
    return describe_backup(restore(options.file, settings.build_dir), lead)
