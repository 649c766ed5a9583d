"""Writes a version of a dataset and makes it the current one, so that no reader ever sees half of one.

A version is written into a hidden folder, synchronised to the disk, and renamed to the next `v<n>-<random>`;
then the pointer is replaced. Whatever fails on the way, the current version is unharmed. Two writers at once
both succeed, one after the other, and the pointer ends at the higher version. Old versions stay until they
are swept (`charging.dataset.retention`).
"""

import errno
import json
import logging
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from charging.dataset.building.operator_naming import operator_table
from charging.dataset.checksums import sha256_of
from charging.dataset.content_hash import content_hash
from charging.dataset.locks import LOCK, MAX_WAIT_S, Lease, hold_lock, take_lease
from charging.dataset.manifest import Description, Manifest, StoredFile
from charging.dataset.staging import FOLDER_MODE, make_file, make_folder, sweep_unfinished, unfinished_path
from charging.dataset.store import CURRENT, MANIFEST, Dataset, replace_text, version_number, versions_in
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
        draft.mkdir(mode=FOLDER_MODE)
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
            make_file(draft / MANIFEST)
            (draft / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
            _synchronise(draft / MANIFEST)
            _synchronise(draft)
            version, lease = _publish(folder, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise DatasetError(_advice_for(folder, error)) from error
    _log.info(
        "Wrote %(version)s of %(folder)s, content %(content_hash)s",
        {"folder": folder, "version": version.name, "content_hash": digest},
    )
    return Dataset(folder, version, manifest, lease)


def _prepare(folder: Path) -> None:
    """Make the folder, see that it is ours to write into, and clear what killed writers left."""
    make_folder(folder)
    entries = list(folder.iterdir())
    is_ours = (folder / CURRENT).exists() or versions_in(folder) or all(e.name[0] == "." for e in entries)
    if not is_ours:
        raise DatasetError(f"{folder} holds other files and no dataset: choose an empty or a new folder.")
    sweep_unfinished(folder)


def _write_table(draft: Path, name: str, table: pa.Table) -> StoredFile:
    path = draft / f"{name}.parquet"
    make_file(path)
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
    return StoredFile(name=path.name, bytes=path.stat().st_size, sha256=sha256_of(path))


def _publish(folder: Path, draft: Path) -> tuple[Path, Lease | None]:
    """Give a complete draft the next number and a name that no version had, lease it, and point to it."""
    with hold_lock(folder / LOCK, wait_s=MAX_WAIT_S, what=f"{folder}"):
        number = max(map(version_number, versions_in(folder)), default=0) + 1
        version = folder / f"v{number}-{secrets.token_hex(4)}"
        draft.rename(version)
        _synchronise(folder)
        lease = take_lease(version / MANIFEST)
        replace_text(folder / CURRENT, f"{version.name}\n")
    return version, lease


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
