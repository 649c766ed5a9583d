"""What a pull changed: stations opened, changed and closed, and statuses, from the rows before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from charging.dataset.store import Dataset
from charging.domain.schema import PILES, STATIONS

_IGNORED_COLUMNS = {
    *("operator_code", "service_area_id", "search", "pinyin"),
    *("status_at", "updated_at", "retrieved_at"),
}
"""Columns of a station that differ without its being another: guesses, numbers of this dataset, clocks."""


class Changes(NamedTuple):
    """Stations of a peer by what became of them; one whose statuses alone differ is not changed."""

    opened: int
    changed: int
    closed: int
    statuses: int  # stations whose statuses differ, among those that were there before and are now


class _Fingerprint(NamedTuple):
    description: int
    statuses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync did."""

    peer: str
    dataset: Dataset
    is_full: bool
    is_sure: bool  # whether nothing can have been missed
    full_at: datetime | None  # of the last full pull
    pulled: int  # records that came
    stations: int  # of the peer, now in the dataset
    rejected: int  # of its records, by their readers
    asked_statuses: int | None  # stations that answered with statuses; None where records carry them
    changes: Changes

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        left_out = ("dataset", "changes", "full_at")
        values: dict[str, Any] = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name not in left_out
        }
        return values | {
            **self.changes._asdict(),
            "full_at": self.full_at.isoformat() if self.full_at else None,
            "dataset": self.dataset.name,
            "folder": str(self.dataset.folder),
            "version": self.dataset.version.name,
            "content_hash": self.dataset.content_hash,
        }

    def lines(self) -> list[str]:
        """Return it for people."""
        changes, kind = self.changes, "Full" if self.is_full else "Incremental"
        changed = f"Opened {changes.opened:,}, changed {changes.changed:,}, closed {changes.closed:,}"
        lines = [
            f"{kind} pull from {self.peer}: {self.pulled:,} records came, {self.rejected:,} are rejected.",
            f"{changed}; stations with other statuses: {changes.statuses:,}.",
            f"{self.stations:,} stations of {self.peer} in {self.dataset.version}.",
        ]
        if self.asked_statuses is not None:
            lines.append(f"Statuses came for {self.asked_statuses:,} stations.")
        if not self.is_full:
            when = f" (last {self.full_at:%Y-%m-%d %H:%M} UTC)" if self.full_at else ""
            lines.append(
                "An incremental pull sees a station close only where the peer says so; one that vanished is"
                f" seen by a full pull{when}."
            )
        elif not self.is_sure:
            lines.append(
                "The peer announced more than it sent, or its total fell in between: what did not come was"
                " kept and not counted as closed."
            )
        return lines


def changes_between(before: Mapping[str, pa.Table], after: Mapping[str, pa.Table]) -> Changes:
    """Return what became of stations, given their tables before and after, by the names of the schema."""
    old, new = _fingerprints(before), _fingerprints(after)
    both = old.keys() & new.keys()
    return Changes(
        opened=len(new.keys() - old.keys()),
        changed=sum(old[station_id].description != new[station_id].description for station_id in both),
        closed=len(old.keys() - new.keys()),
        statuses=sum(old[station_id].statuses != new[station_id].statuses for station_id in both),
    )


def _fingerprints(tables: Mapping[str, pa.Table]) -> dict[str, _Fingerprint]:
    """Return for each station one number for what is said of it, and one for the statuses of its piles."""
    names = [column.name for column in STATIONS.columns if column.name not in _IGNORED_COLUMNS]
    groups: dict[str, list[tuple[tuple[Any, ...], Any]]] = {}
    what_of_pile = [
        column.name
        for column in PILES.columns
        if column.name not in ("station_id", "status", "operator_code", "cell")
    ]
    for batch in tables[PILES.name].select(["station_id", "status", *what_of_pile]).to_batches():
        for station_id, status, *rest in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            groups.setdefault(station_id, []).append((tuple(rest), status))
    found = {}
    for batch in tables[STATIONS.name].select(names).to_batches():
        place = names.index("station_id")
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            piles = sorted(groups.get(row[place], ()), key=repr)
            of_piles = tuple(sorted((what for what, _ in piles), key=repr))
            found[row[place]] = _Fingerprint(hash((row, of_piles)), hash(tuple(piles)))
    return found
