"""IRVE dynamique: the statuses of charging points in France, a point a row, to the piles of a register.

The schema is https://schema.data.gouv.fr/etalab/schema-irve-dynamique/. The rows say neither where a point is
nor what it is, so they are read together with a register that has the same ids (`id_pdc_itinerance`), with or
without the marks between their parts. Of several rows of one point the latest counts.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from charging.domain.vocabulary import Status
from charging.errors import Fault, SourceError
from charging.sources.io.delimited import DELIMITERS, delimiter_of, rows
from charging.sources.io.files import open_text, read_head, text_part
from charging.sources.records import Reason, Record, Rejection, SourceInfo
from charging.sources.scalars import read_iso_time
from charging.sources.tabular.station_columns import TIMES, Coded, Stations

REQUIRED = ("id_pdc_itinerance", "etat_pdc", "occupation_pdc", "horodatage")
"""Columns the schema asks for."""

MAX_ROWS = 4_000_000
"""Rows read; France has some 200,000 points, and a day of changes some million rows."""

_ENCODINGS = ("utf-8", "cp1252")
_PLUG = "etat_prise_"  # how the names of the columns of single plugs begin
_OUT_OF_SERVICE = "hors_service"
_STATES: Mapping[str, Status | None] = {
    "en_service": Status.OPERATIONAL,
    _OUT_OF_SERVICE: Status.FAULT,
    "inconnu": None,
}
"""By `etat_pdc`."""

_OCCUPATIONS: Mapping[str, Status | None] = {
    "libre": Status.AVAILABLE,
    "occupe": Status.OCCUPIED,  # whether energy flows is not said
    "reserve": Status.RESERVED,
    "inconnu": None,
}
"""By `occupation_pdc`, of a point that is not out of service."""


class _Reading(NamedTuple):
    """What a row says of its point."""

    status: Status | None
    at: dt.datetime | None  # UTC
    point: str  # as the row writes it
    unmapped: tuple[tuple[str, str], ...]


def matches(head: bytes) -> bool:
    """Whether a file begins with the header of statuses, and not with that of a register that has them."""
    return _delimiter(head) is not None


def source() -> SourceInfo:
    """Return where the statuses come from."""
    return SourceInfo(
        source="irve",
        title="IRVE dynamique",
        licence="Licence Ouverte 2.0",
        attribution="data.gouv.fr, producers of the IRVE data",
        url="https://transport.data.gouv.fr/",
        unit_counted="charging point",
    )


def read(path: Path, *, companions: Sequence[Path] = ()) -> Iterator[Record]:
    """Return what of a file is no status: the statuses themselves are joined to the piles of its companions.

    Raises
    ------
    SourceError
        If it is read alone, or has other columns.
    """
    if not {*companions} - {path}:
        raise lacks_register(path)
    yield from PointStatuses([path]).rejections


def lacks_register(path: Path) -> SourceError:
    """Return the complaint about statuses without the piles they are of."""
    return SourceError(
        f"{path}: expected the register of the points (IRVE statique) too, found statuses alone (IRVE "
        "dynamique). Give both files together: statuses say neither where a point is nor what it is."
    )


class PointStatuses:
    """The statuses of files, and which of them a pile was found for."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Read the files."""
        self.rejections: list[Rejection] = []  # rows that are no status
        self._readings: dict[str, _Reading] = {}
        self._met: set[str] = set()
        for path in paths:
            self._read(path)

    def apply(self, stations: Stations) -> Stations:
        """Return stations whose piles have the statuses that are known of them, and their times."""
        piles = stations.piles
        kinds = piles.kind.to_list()
        times: list[dt.datetime | None] = stations.column("status_at").to_pylist()
        unmapped = dict(stations.unmapped)
        ids = zip(piles.station.tolist(), piles.pile_id.to_pylist(), strict=True)
        for at, (station, pile_id) in enumerate(ids):
            key = _point_key(pile_id or "")
            reading = self._readings.get(key)
            if reading is None:
                continue
            self._met.add(key)
            kinds[at] = kinds[at]._replace(status=reading.status)
            if reading.unmapped:
                unmapped[station] = (*unmapped.get(station, ()), *reading.unmapped)
            if reading.status and reading.at:
                times[station] = max(times[station] or reading.at, reading.at)
        columns = {**stations.columns, "status_at": pa.array(times, TIMES["status_at"])}
        joined = piles._replace(kind=Coded.of(kinds))
        return replace(stations, piles=joined, columns=columns, unmapped=unmapped)

    def join(self, records: Iterable[Record | Stations], *, is_last: bool) -> Iterator[Record | Stations]:
        """Yield records with their statuses, and after the last of all what no pile was found for."""
        for some in records:
            yield self.apply(some) if isinstance(some, Stations) else some
        if is_last:
            yield from self.left_over()

    def left_over(self) -> Iterator[Rejection]:
        """Yield the rows that are no status, and then the statuses that no pile was found for."""
        yield from self.rejections
        for key, reading in self._readings.items():
            if key not in self._met:
                value = reading.status.value if reading.status else None
                yield Rejection(
                    reason=Reason.NO_POINT, record_id=reading.point, field="etat_pdc", value=value
                )

    def _read(self, path: Path) -> None:
        part = text_part(path, matches)
        delimiter = _delimiter(read_head(part))
        with open_text(part, encoding=_ENCODINGS) as text:
            table = rows(text, delimiter or DELIMITERS[0])
            header = [name.strip() for name in next(table, (1, None))[1] or ()]
            if delimiter is None:
                raise SourceError(
                    f"{path}: expected the columns {', '.join(REQUIRED)} once each, found "
                    f"{', '.join(header)[:300]!r}. Give a file in the schema IRVE dynamique."
                )
            for number, (line, cells) in enumerate(table, start=1):
                if number > MAX_ROWS:
                    message = f"{path}: expected at most {MAX_ROWS:,} statuses, found more. Give the latest."
                    raise SourceError(message, Fault.TOO_LARGE)
                self._add(cells, header, line)

    def _add(self, cells: list[str] | None, header: Sequence[str], line: int) -> None:
        if cells is None or len(cells) != len(header):
            found = None if cells is None else f"{len(cells)} cells instead of {len(header)}"
            self.rejections.append(Rejection(reason=Reason.MALFORMED, record_id=f"line {line}", value=found))
            return
        row = dict(zip(header, map(str.strip, cells), strict=True))
        key = _point_key(row[REQUIRED[0]])
        if not key:
            self.rejections.append(
                Rejection(reason=Reason.MISSING_ID, record_id=f"line {line}", field=REQUIRED[0])
            )
            return
        reading, known = _reading(row), self._readings.get(key)
        if known is None or known.at is None or reading.at is None or reading.at >= known.at:
            self._readings[key] = reading


def _reading(row: Mapping[str, str]) -> _Reading:
    state, occupation = row["etat_pdc"].lower(), row["occupation_pdc"].lower()
    tables = ((state, _STATES), (occupation, _OCCUPATIONS))
    unmapped = tuple(("piles.status", code) for code, table in tables if code and code not in table)
    plugs = [
        value.lower()
        for name, value in row.items()
        if name.startswith(_PLUG) and value not in ("", "inconnu")
    ]
    status = _STATES.get(state)
    if plugs and all(plug == _OUT_OF_SERVICE for plug in plugs):
        status = Status.FAULT
    if status is not Status.FAULT:
        status = _OCCUPATIONS.get(occupation) or status
    return _Reading(status, read_iso_time(row["horodatage"]), row[REQUIRED[0]], unmapped)


def _point_key(text: str) -> str:
    """Return an id without what some producers write between its parts.

    Examples
    --------
    >>> _point_key("FR*ABC*E1") == _point_key("frabce1")
    True
    """
    return text.replace("*", "").replace("-", "").replace(" ", "").upper()


def _delimiter(head: bytes) -> str | None:
    """Return what separates the columns of statuses that begin so, or None where they are none."""
    return delimiter_of(head.decode("utf-8", errors="replace").lstrip(), _is_header)


def _is_header(cells: list[str]) -> bool:
    header = [name.strip() for name in cells]
    return all(header.count(name) == 1 for name in REQUIRED) and "coordonneesXY" not in header
