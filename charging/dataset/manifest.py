"""The manifest of a dataset version: what it is, where it comes from, and what its files must be.

Stored as `manifest.json` with the tables. It never holds a secret or the path of an imported file.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator

from charging.dataset.report import ImportReport
from charging.domain.published import NETWORK
from charging.domain.schema import FORMAT_VERSION
from charging.domain.vocabulary import Kind
from charging.errors import DatasetError
from charging.sources.records import SourceInfo
from charging.validation import validate


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRows:
    """A source of a dataset, when it was read, and how many of its records were read and taken."""

    info: SourceInfo
    retrieved_at: datetime
    rows_read: int
    rows_taken: int


def _with_info(stored: object) -> object:
    """Return a stored source with what it says of itself as `info`, which is stored flat."""
    return {**stored, "info": stored} if isinstance(stored, dict) else stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the maker of a dataset knows about it before it is written."""

    name: str  # short, also the name of its folder
    title: str  # for people
    kind: Kind
    as_of: str | None  # what the data describes: a date or month in ISO form
    sources: tuple[Annotated[SourceRows, BeforeValidator(_with_info)], ...]
    report: ImportReport
    seed: int | None = None  # simulated datasets only
    scale: int | None = None
    published_as: str | None = None  # subject of data/published.csv whose figures are about this dataset

    @property
    def unit_counted(self) -> str:
        """What one count of `piles` is; `mixed` where sources differ, whose figures then do not compare."""
        units = {rows.info.unit_counted for rows in self.sources if rows.info.unit_counted}
        return units.pop() if len(units) == 1 else "mixed"

    @property
    def published_subject(self) -> str | None:
        """Subject of the published figures about this dataset; the simulated network is made by its own."""
        return NETWORK if self.kind is Kind.SIMULATED else self.published_as


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of a version, as it was written."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(Description):
    """The description of a version together with what writing it found out."""

    built_at: datetime
    content_hash: str
    counts: Mapping[str, int]  # rows of each table
    files: tuple[StoredFile, ...]
    format_version: int = FORMAT_VERSION

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as plain JSON values."""
        plain = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return plain | {
            "built_at": self.built_at.isoformat(),
            "counts": dict(self.counts),
            "files": [asdict(file) for file in self.files],
            "report": self.report.to_json(),
            "sources": [_source_to_json(rows) for rows in self.sources],
            "unit_counted": self.unit_counted,
        }

    @classmethod
    def from_json(cls, stored: Any) -> Self:  # noqa: ANN401  whatever the file holds
        """Return the manifest that `to_json` wrote.

        Raises
        ------
        DatasetError
            If it was written by a newer version of the program, or is not a manifest.
        """
        if not isinstance(stored, Mapping) or not isinstance(stored.get("format_version"), int):
            raise DatasetError("expected a JSON object with a format_version")
        if stored["format_version"] > FORMAT_VERSION:
            raise DatasetError(
                f"it has format {stored['format_version']}, and this program reads up to {FORMAT_VERSION}:"
                " update the program, or build the dataset again"
            )
        return validate(cls, stored, lambda faults: DatasetError(f"a field is missing or wrong: {faults}"))


def _source_to_json(rows: SourceRows) -> dict[str, Any]:
    return asdict(rows.info) | {
        "retrieved_at": rows.retrieved_at.isoformat(),
        "rows_read": rows.rows_read,
        "rows_taken": rows.rows_taken,
    }
