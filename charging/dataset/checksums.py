"""Whether the files of a version are those that were written: nothing is added up from a damaged one.

A table is held against the checksum in the manifest before it is read; that takes less time than reading it.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from charging.dataset.store import Dataset
from charging.errors import DatasetError


def check_files(dataset: Dataset, *tables: str) -> None:
    """Refuse tables that are not the files that were written; one that the manifest does not name is none.

    Raises
    ------
    DatasetError
        If a file was changed, or cannot be read.
    """
    written = {file.name: file.sha256 for file in dataset.manifest.files}
    for table in tables:
        path = dataset.path(table)
        with reading(dataset, path):
            if sha256_of(path) != written.get(path.name):
                message = f"{path} is not the file that was written: its checksum differs."
                raise DatasetError(f"{message} {_advice(dataset)}")


@contextmanager
def reading(dataset: Dataset, path: Path) -> Iterator[None]:
    """Say of a file of a dataset that cannot be read which one it is, and what to do."""
    try:
        yield
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        if isinstance(error, DatasetError):
            raise
        raise DatasetError(f"Cannot read {path} ({error}). {_advice(dataset)}") from error


def sha256_of(path: Path) -> str:
    """Return the checksum of a file, as a manifest has it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _advice(dataset: Dataset) -> str:
    name = dataset.folder.name
    return (
        f"Go back to an older version with 'charging rollback {name}', restore a backup, or build or import"
        " the dataset again."
    )
