"""`versions`: what versions of datasets there are, and which is current or in use."""

import argparse
from pathlib import Path
from typing import Any

from charging.cli.command import Output, add_name, locate_folder
from charging.cli.tables import align_table, figure
from charging.dataset.retention import StoredVersion, list_versions
from charging.dataset.store import dataset_names
from charging.errors import UsageError
from charging.settings import Settings


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_versions)
    add_name(sub, nargs="?")
    sub.add_argument("--all", action="store_true", help="of all datasets of the build folder")


def _versions(options: argparse.Namespace, settings: Settings) -> Output:
    if bool(options.name) is options.all:
        found = f"{options.name} and --all" if options.all else "neither"
        raise UsageError(f"Expected the name of a dataset or --all, found {found}.")
    names = dataset_names(settings.build_dir) if options.all else [options.name]
    folders = [locate_folder(name, settings) for name in names]
    listed = {folder: list_versions(folder) for folder in folders}
    values = {"datasets": [_values(folder, versions) for folder, versions in listed.items()]}
    rows = [_row(folder, version) for folder, versions in listed.items() for version in versions]
    header = ("dataset", "version", "built (UTC)", "stations", "MB", "")
    return Output(values, align_table(header, rows) if rows else ["No dataset."])


def _values(folder: Path, versions: list[StoredVersion]) -> dict[str, Any]:
    return {
        "name": folder.name,
        "folder": str(folder),
        "versions": [_version_values(each) for each in versions],
    }


def _version_values(version: StoredVersion) -> dict[str, Any]:
    manifest = version.manifest
    return {
        "version": version.name,
        "current": version.is_current,
        "in_use": version.is_used,
        "bytes": version.bytes,
        "built_at": manifest and manifest.built_at.isoformat(),
        "stations": manifest and manifest.report.stations,
        "content_hash": manifest and manifest.content_hash,
        "problem": version.problem or None,
    }


def _row(folder: Path, version: StoredVersion) -> tuple[str, ...]:
    manifest = version.manifest
    notes = {"current": version.is_current, "in use": version.is_used, "damaged": manifest is None}
    return (
        folder.name,
        version.name,
        f"{manifest.built_at:%Y-%m-%d %H:%M}" if manifest else "",
        figure(manifest.report.stations if manifest else None),
        figure(version.bytes / 1e6, 1),
        ", ".join(note for note, holds in notes.items() if holds),
    )
