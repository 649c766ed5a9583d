"""Rows of devices made into sites: rows that are the same in the fields a preset names are one station."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from charging.sources.presets import Sites
from charging.sources.records import PileRecord, Record, StationRecord

_OWN = {name: at for at, name in enumerate(StationRecord._fields)}
_FILLED = tuple(
    at
    for name, at in _OWN.items()
    if name not in {"source_id", "lat", "lon", "datum", "piles", "opened_on", "unmapped", "doubts", "rows"}
)
_KIND = ("operator_id", "current", "connectors", "power_kw", "status")
_kind = attrgetter(*_KIND)


def merged(records: Iterable[Record], sites: Sites) -> Iterator[Record]:
    """Return records with the rows of each site made one; what is no station comes first.

    A site has the fields of its first row, filled up from the others, the earliest date and the lowest id.
    Piles without an id that are alike become one group; a pile whose id was there before is told as a doubt,
    and not counted again where the preset says so.

    Notes
    -----
    Sites come when the last row is read. Until then one record is held for each of them, with every pile
    that has an id and each kind of pile that has none: the memory grows with the sites of a register and
    the ids of its piles, not with its rows.
    """
    key = attrgetter(*sites.same)
    gathered: dict[Any, StationRecord | _Site] = {}
    for record in records:
        if not isinstance(record, StationRecord):
            yield record
            continue
        place = key(record)
        before = gathered.get(place)
        if before is None:
            gathered[place] = record
        elif isinstance(before, _Site):
            before.add(record)
        else:
            gathered[place] = site = _Site(before, sites)
            site.add(record)
    while gathered:
        # taken out one by one, so that the memory of what was passed on is free again
        found = gathered.pop(next(iter(gathered)))
        if isinstance(found, _Site):
            yield found.record()
        else:
            yield found if len(found.piles) < 2 else _Site(found, sites).record()  # noqa: PLR2004  nothing to join


class _Site:
    """Rows that are one station, as far as they were read."""

    __slots__ = (
        "_alike",
        "_doubts",
        "_ids",
        "_is_once",
        "_named",
        "_sums",
        "_twice",
        "_uncounted",
        "_unmapped",
        "_values",
    )

    def __init__(self, first: StationRecord, sites: Sites) -> None:
        self._values: list[Any] = [*first]
        self._sums = tuple(_OWN[name] for name in sites.adds)
        self._is_once = bool(sites.once)
        self._named: list[PileRecord] = []
        self._ids: set[str] = set()
        self._alike: dict[Any, int] = {}
        self._uncounted: list[PileRecord] = []
        self._unmapped = [*first.unmapped]
        self._doubts = [*first.doubts]
        self._twice: list[tuple[str, str]] = []
        self._join(first.piles)

    def add(self, row: StationRecord) -> None:
        """Take one more row."""
        values = self._values
        for at in _FILLED:
            if values[at] is None:
                values[at] = row[at]
            elif at in self._sums and row[at] is not None:
                values[at] += row[at]
        lowest, opened_on, rows = _OWN["source_id"], _OWN["opened_on"], _OWN["rows"]
        values[lowest] = min(values[lowest], row.source_id, key=lambda each: (len(each), each))
        values[opened_on] = min(filter(None, (values[opened_on], row.opened_on)), default=None)
        values[rows] += row.rows
        self._unmapped.extend(row.unmapped)
        self._doubts.extend(row.doubts)
        self._join(row.piles)

    def record(self) -> StationRecord:
        """Return the station."""
        alike = (
            PileRecord(**dict(zip(_KIND, kind, strict=True)), count=count)
            for kind, count in self._alike.items()
        )
        return StationRecord._make(self._values)._replace(
            piles=(*self._named, *alike, *self._uncounted),
            unmapped=tuple(self._unmapped),
            doubts=(*self._doubts, *self._twice),
        )

    def _join(self, piles: Iterable[PileRecord]) -> None:
        """Take the groups of a row, and tell the piles that are there twice."""
        for pile in piles:
            if pile.pile_id is not None:
                is_known = pile.pile_id in self._ids
                if is_known:
                    self._twice.append(("pile_id", pile.pile_id))
                if not (is_known and self._is_once):
                    self._named.append(pile)
                self._ids.add(pile.pile_id)
            elif pile.count is None:
                self._uncounted.append(pile)
            else:
                kind = _kind(pile)
                self._alike[kind] = self._alike.get(kind, 0) + pile.count
