"""`backup`: the build folder as one file."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from charging.cli.command import Output
from charging.dataset.backup import Backup, back_up
from charging.errors import UsageError
from charging.settings import Settings


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_backup)
    sub.add_argument("file", nargs="?", type=Path, metavar="FILE", help="new file to write, such as a.tar.gz")
    to_help = "folder to write it into, under a name with the time, in place of FILE"
    sub.add_argument("--to", type=Path, metavar="DIR", help=to_help)


def _backup(options: argparse.Namespace, settings: Settings) -> Output:
    if (options.file is None) is (options.to is None):
        found = "both" if options.to else "neither"
        raise UsageError(f"Expected a file or --to with a folder, found {found}.")
    target = options.file or options.to / f"charging-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    return describe_backup(back_up(settings.build_dir, target), f"Kept {settings.build_dir} as {target}:")


def describe_backup(backup: Backup, lead: str) -> Output:
    """Return what a backup holds, for programs and people."""
    values = backup._asdict() | {"path": str(backup.path)}
    counts = {"dataset": len(backup.datasets), "version": backup.versions}
    texts = [f"{count:,} {what}{'' if count == 1 else 's'}" for what, count in counts.items()]
    texts.append(f"{backup.bytes / 1e6:,.1f} MB")
    return Output(values, [lead, f"{', '.join(texts)}: {', '.join(backup.datasets)}."])
