"""The journal of a peer: the latest record of each of its stations as it was sent, and how far the pull is.

One SQLite file per peer, in the folder of its dataset. A page and the place of the next one are written
together, so a pull that was cut continues where it stopped. A journal is read by its own peer's pull alone.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from charging.dataset.staging import make_file, make_folder
from charging.errors import DatasetError

_TABLES = """
create table if not exists records (
    id text primary key, station text, body text not null, updated_at text, pull integer not null,
    status text, status_at text
);
create index if not exists records_by_station on records (station);
create index if not exists records_by_pull on records (pull);
create table if not exists facts (name text primary key, value text not null) without rowid;
"""

_PUT = """
insert into records (id, station, body, updated_at, pull) values (:id, :station, :body, :updated_at, :pull)
on conflict (id) do update set
    station = excluded.station, body = excluded.body, updated_at = excluded.updated_at, pull = excluded.pull
where {rule}
"""
_NOT_OLDER = "excluded.updated_at is null or updated_at is null or excluded.updated_at >= updated_at"
_FIRST_IN_PULL = "pull < excluded.pull"


class JournalRecord(NamedTuple):
    """A record of the journal, with the latest statuses."""

    body: Any  # JSON
    status: Any  # JSON; None where none was asked
    status_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull in progress; written after every page."""

    number: int  # counts the pulls of a peer; a record carries the one that last saw it
    is_full: bool
    begun_at: datetime
    next_url: str = ""  # where it goes on, or the number of the page; empty at its beginning
    total: int | None = None  # records the server announced
    is_sure: bool = True  # whether nothing can have been missed
    high_water: str = ""  # latest time seen on a record

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return asdict(self) | {"begun_at": self.begun_at.isoformat()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        plain = {spec.name: stored[spec.name] for spec in fields(cls)}
        return cls(**plain | {"begun_at": datetime.fromisoformat(stored["begun_at"])})


class Journal:
    """The stored records of a peer."""

    def __init__(self, path: Path) -> None:
        """Open the journal, or create it.

        Raises
        ------
        DatasetError
            If the file is damaged or cannot be written.
        """
        self._path = path
        with self._journal_errors():
            make_folder(path.parent)
            make_file(path)  # of records that may not be public
            self._base = sqlite3.connect(path, isolation_level=None)
            self._base.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that is put inside, or nothing of it."""
        with self._journal_errors():
            self._base.execute("begin immediate")
            try:
                yield
                self._base.execute("commit")
            finally:
                if self._base.in_transaction:
                    self._base.execute("rollback")

    def put(
        self, record_id: str, body: object, pull: Pull, *, station: str | None = None, updated_at: str = ""
    ) -> bool:
        """Keep a record as the latest of its id, and return whether this pull sees it for the first time.

        One older than the stored one changes nothing, unless a full pull brings it: that is the new truth.

        Parameters
        ----------
        station
            The id its statuses are asked by.
        updated_at
            When it was changed, ISO 8601 in UTC, all of one length; empty where it is not known.
        """
        row = self._base.execute("select pull from records where id = ?", (record_id,)).fetchone()
        is_first = row is None or row[0] != pull.number
        rule = f"({_FIRST_IN_PULL}) or ({_NOT_OLDER})" if pull.is_full else _NOT_OLDER
        values = {
            "id": record_id,
            "station": station,
            "body": json.dumps(body),
            "updated_at": updated_at or None,
            "pull": pull.number,
        }
        if not self._base.execute(_PUT.format(rule=rule), values).rowcount:
            # an older one, which was seen all the same
            self._base.execute("update records set pull = ? where id = ?", (pull.number, record_id))
        return is_first

    def put_status(self, station: str, status: object, status_at: datetime) -> None:
        """Keep the statuses of a station, and when they were asked for."""
        self._base.execute(
            "update records set status = ?, status_at = ? where station = ?",
            (json.dumps(status), status_at.isoformat(), station),
        )

    def delete_unseen(self, pull: Pull) -> int:
        """Remove what a full pull did not see, and return how many records that were."""
        return self._base.execute("delete from records where pull <> ?", (pull.number,)).rowcount

    def count_seen(self, pull: Pull) -> int:
        """Return how many records a pull has seen."""
        (count,) = self._base.execute(
            "select count(*) from records where pull = ?", (pull.number,)
        ).fetchone()
        return int(count)

    def records(self) -> Iterator[JournalRecord]:
        """Yield the records in the order of their ids, one by one."""
        with self._journal_errors():
            for body, status, at in self._base.execute(
                "select body, status, status_at from records order by id"
            ):
                yield JournalRecord(
                    json.loads(body),
                    json.loads(status) if status else None,
                    datetime.fromisoformat(at) if at else None,
                )

    def station_ids(self) -> list[str]:
        """Return the ids that statuses are asked by, each once."""
        rows = self._base.execute(
            "select distinct station from records where station is not null order by station"
        )
        return [station for (station,) in rows]

    def fact(self, name: str) -> Any:  # noqa: ANN401  JSON
        """Return a fact about the peer's pulls, or None."""
        row = self._base.execute("select value from facts where name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def set_facts(self, **facts: object) -> None:
        """Keep facts about the peer's pulls; None removes one."""
        for name, value in facts.items():
            self._base.execute("delete from facts where name = ?", (name,))
            if value is not None:
                self._base.execute("insert into facts values (?, ?)", (name, json.dumps(value)))

    @contextmanager
    def _journal_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise DatasetError(
                f"Cannot use the journal {self._path} ({error}); the dataset is unharmed. Free the disk, or"
                " remove the journal: everything is then pulled again."
            ) from error
