"""Writes a version of a dataset and makes it the current one, so that no reader ever sees half of one.

A version is written into a hidden folder, synchronised to the disk, and renamed to the next free `v<n>`; then
the pointer is replaced. Whatever fails on the way, the current version is unharmed. Two writers at once both
succeed, and the pointer ends at the higher version.
"""

import errno
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from charging.dataset.building.operator_naming import operator_table
from charging.dataset.content_hash import content_hash
from charging.dataset.manifest import Description, Manifest, StoredFile
from charging.dataset.staging import age_s, sweep_unfinished, unfinished_path
from charging.dataset.store import CURRENT, MANIFEST, Dataset, current_version, replace_text, versions_in
from charging.dataset.validate import validate_tables
from charging.domain.operators import load_operators
from charging.domain.schema import OPERATORS, TABLES
from charging.errors import DatasetError

ROW_GROUP_ROWS = 65_536
"""Rows of a Parquet row group: small enough that a map's viewport reads few of them."""

_HARDLY_REPEATED = frozenset(
    {"station_id", "source_id", "pile_id", "name", "search", "pinyin", "address", "cell"}
)
"""Columns written as they are: a dictionary of values that seldom repeat takes time, and room besides."""

KEPT_VERSIONS = 2
"""Versions a sweep leaves, the current one besides."""

MIN_AGE_S = 3_600.0
"""Age in seconds under which a version is never swept: it may have just been opened."""


_log = logging.getLogger(__name__)


def write_version(
    folder: Path,
    tables: Mapping[str, pa.Table],
    description: Description,
    *,
    aside: Mapping[str, pa.Table] | None = None,
) -> Dataset:
    """Write the tables as a new version of the dataset in `folder`, make it current, and return it.

    Parameters
    ----------
    tables
        Those of the schema, by name.
    aside
        Further tables by name, kept in the version but no part of what it says: they are neither validated
        nor counted, and the content hash leaves them out.

    Raises
    ------
    SchemaError
        If the tables do not follow the schema; nothing is written.
    DatasetError
        If `folder` holds something else, or the disk is full or refuses; the current version stays.
    """
    validate_tables(tables)
    digest = content_hash(tables)
    try:
        _prepare(folder)
        draft = unfinished_path(folder)
        draft.mkdir()
        try:
            ours = {spec.name: tables[spec.name] for spec in TABLES}
            further = {OPERATORS.name: operator_table(ours, load_operators())} | dict(aside or {})
            files = tuple(_write_table(draft, *each) for each in (ours | further).items())
            manifest = Manifest(
                **{spec.name: getattr(description, spec.name) for spec in fields(Description)},
                built_at=datetime.now(UTC).replace(microsecond=0),
                content_hash=digest,
                counts={name: len(table) for name, table in ours.items()},
                files=files,
            )
            text = json.dumps(manifest.to_json(), ensure_ascii=False, indent=1)
            (draft / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
            _synchronise(draft / MANIFEST)
            _synchronise(draft)
            version = _publish(folder, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        sweep_versions(folder)
    except OSError as error:
        raise DatasetError(_advice_for(folder, error)) from error
    _log.info(
        "Wrote %(version)s of %(folder)s, content %(content_hash)s",
        {"folder": folder, "version": version.name, "content_hash": digest},
    )
    return Dataset(folder, version, manifest)


def sweep_versions(folder: Path, *, keep: int = KEPT_VERSIONS, min_age_s: float = MIN_AGE_S) -> list[str]:
    """Remove old versions of a dataset and return their names.

    The `keep` highest versions, the current one, and those written less than `min_age_s` seconds ago stay.
    No reader is asked: an hour after it was replaced twice, a version counts as no longer in use.
    """
    kept = {f"v{number}" for number in versions_in(folder)[-keep:]} | {current_version(folder)}
    swept = []
    for number in versions_in(folder):
        version = folder / f"v{number}"
        if version.name not in kept and age_s(version) >= min_age_s:
            shutil.rmtree(version, ignore_errors=True)
            swept.append(version.name)
    if swept:
        _log.info("Removed %(versions)s of %(folder)s", {"folder": folder, "versions": ", ".join(swept)})
    return swept


def _prepare(folder: Path) -> None:
    """Make the folder, see that it is ours to write into, and clear what killed writers left."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = list(folder.iterdir())
    is_ours = (folder / CURRENT).exists() or versions_in(folder) or all(e.name[0] == "." for e in entries)
    if not is_ours:
        raise DatasetError(f"{folder} holds other files and no dataset: choose an empty or a new folder.")
    sweep_unfinished(folder)


def _write_table(draft: Path, name: str, table: pa.Table) -> StoredFile:
    path = draft / f"{name}.parquet"
    pq.write_table(
        table,
        path,
        compression="zstd",
        row_group_size=ROW_GROUP_ROWS,
        use_dictionary=[name for name in table.column_names if name not in _HARDLY_REPEATED],
        # in an order by place, the least and the greatest text say nothing
        write_statistics=[field.name for field in table.schema if not pa.types.is_string(field.type)],
    )
    _synchronise(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return StoredFile(name=path.name, bytes=path.stat().st_size, sha256=digest)


def _publish(folder: Path, draft: Path) -> Path:
    """Give a complete draft the next free number, and point to the highest there is."""
    number = max(versions_in(folder), default=0) + 1
    while True:
        version = folder / f"v{number}"
        try:
            draft.rename(version)
            break
        except OSError:  # another writer was first: renaming onto a folder that is not empty is refused
            if not version.exists():
                raise
            number += 1
    _synchronise(folder)
    # A slower writer may have read the folder before a faster one renamed: whoever is last, looks again.
    pointed = 0
    while pointed != (highest := versions_in(folder)[-1]):
        replace_text(folder / CURRENT, f"v{highest}\n")
        pointed = highest
    return version


def _synchronise(path: Path) -> None:
    """Ask the disk to keep a file or folder; a folder can only be asked on POSIX."""
    if path.is_dir() and os.name != "posix":
        return
    # Windows synchronises only what is open for writing
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _advice_for(folder: Path, error: OSError) -> str:
    what = f"Could not write the dataset in {folder}; what was there before is unharmed."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{what} The disk is full: free some space, or choose a folder on another disk."
    return f"{what} The system says {error.strerror or error!s}: check that the folder can be written to."
