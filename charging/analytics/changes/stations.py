"""What changed between two snapshots of the same sources, station by station.

Two tables come in, those of `charging.queries.snapshot`: station_id, name, name_zh, operator_id, city_id,
lat, lon (WGS-84 degrees), cell (H3, resolution 11), piles (null: not known). Stations are the same when
their `station_id` is: ask `find_obstacles` first whether that can be so.

`changes` compares two snapshots. To ask about the same two datasets again and again, pair all their
stations once with `pair_stations`, and call `selected_changes` for each selection.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas.api.extensions import ExtensionArray

from charging.dataset.manifest import Description
from charging.domain.arrays import run_starts
from charging.domain.geography import great_circle_km
from charging.domain.hexes import cells_at
from charging.domain.text_folding import fold_text
from charging.queries.snapshot import SelectedPiles

MOVED_M = 50.0
"""Distance beyond which a station has moved, metres; below it a coordinate was made more exact."""


class Change(StrEnum):
    """What can have become of a station; several may hold at once."""

    OPENED = "opened"
    CLOSED = "closed"
    GROWN = "grown"
    SHRUNK = "shrunk"
    RENAMED = "renamed"
    MOVED = "moved"
    REASSIGNED = "reassigned"


KINDS = tuple(str(change) for change in Change)
"""The columns of `Change`."""

_FIELDS = ["station_id", "name", "name_zh", "operator_id", "city_id", "lat", "lon", "cell"]
_FORMER_FIELDS = ["name", "name_zh", "operator_id", "city_id", "lat", "lon", "cell"]
_COLUMNS = [
    *_FIELDS,
    *(f"{name}_before" for name in _FORMER_FIELDS),
    *("piles_before", "piles_after", "piles_change", "moved_m"),
    *KINDS,
    "piles_unknown",
]


class Obstacle(StrEnum):
    """Why two datasets do not compare, or not in everything."""

    NO_COMMON_SOURCE = "no_common_source"  # no station can be in both
    OTHER_SOURCES = "other_sources"  # a source of one only: all its stations count as opened or closed
    OTHER_KIND = "other_kind"  # a simulated and a real one
    OTHER_SIMULATION = "other_simulation"  # another seed or scale: the same ids for other stations
    OTHER_UNIT = "other_unit"  # what was counted as a pile differs
    MIXED_UNITS = "mixed_units"  # sources within one of them count differently


OF_NUMBERS = (Obstacle.OTHER_KIND, Obstacle.OTHER_UNIT, Obstacle.MIXED_UNITS)
"""What is said of A and B in two datasets: that their sources differ is the point of comparing them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomparable:
    """An obstacle, with what was found on each side."""

    obstacle: Obstacle
    old: str
    new: str

    @property
    def forbids_stations(self) -> bool:
        """Whether not even stations compare."""
        return self.obstacle in (Obstacle.NO_COMMON_SOURCE, Obstacle.OTHER_KIND)

    @property
    def forbids_piles(self) -> bool:
        """Whether numbers of piles do not compare: `changes` is then asked with `count_piles=False`."""
        return self.forbids_stations or self.obstacle is Obstacle.OTHER_UNIT


class ChangesBy(StrEnum):
    """What changes can be added up by: the name of the column."""

    OPERATOR = "operator_id"
    CITY = "city_id"
    CELL = "cell"


def find_obstacles(old: Description, new: Description) -> tuple[Incomparable, ...]:
    """Return every reason why two datasets do not compare, in the order of `Obstacle`; none is good.

    Sources are compared by their prefix of station_id; lists without stations are left out.
    """
    prefixes = [
        {rows.info.source for rows in manifest.sources if rows.info.unit_counted} for manifest in (old, new)
    ]
    sources = [", ".join(sorted(names)) for names in prefixes]
    units = [old.unit_counted, new.unit_counted]
    found = {
        Obstacle.NO_COMMON_SOURCE: (not prefixes[0] & prefixes[1], sources),
        Obstacle.OTHER_SOURCES: (bool(prefixes[0] & prefixes[1]) and prefixes[0] != prefixes[1], sources),
        Obstacle.OTHER_KIND: (old.kind != new.kind, [str(old.kind), str(new.kind)]),
        Obstacle.OTHER_SIMULATION: (
            old.kind == new.kind and (old.seed, old.scale) != (new.seed, new.scale),
            [_simulation(old), _simulation(new)],
        ),
        Obstacle.OTHER_UNIT: (units[0] != units[1], units),
        Obstacle.MIXED_UNITS: (units == ["mixed", "mixed"], units),
    }
    return tuple(
        Incomparable(obstacle=obstacle, old=said[0], new=said[1])
        for obstacle, (holds, said) in found.items()
        if holds
    )


def changes(old: pd.DataFrame, new: pd.DataFrame, *, count_piles: bool = True) -> pd.DataFrame:
    """Return the stations that differ between two snapshots.

    Parameters
    ----------
    old, new
        The snapshots, `station_id` unique in each. Both are of one selection: a station that came to match it
        counts as opened, one that ceased to as closed.
    count_piles
        False where the two count different things as a pile: every number of piles is then unknown.

    Returns
    -------
    table
        One row per station, those that stay and the opened ones in the order of `new`, then the closed ones
        in the order of `old`: what it is now (`name`, `name_zh`, `operator_id`, `city_id`,
        `lat`, `lon`, `cell`; of a closed station, what it was), the same with `_before` (null of an opened
        station) but for the coordinates, and

        - `piles_before`, `piles_after` (0 where the station is not there, null: not known), `piles_change`;
        - `moved_m`, great-circle distance in metres; null of an opened or closed station;
        - one truth value for each of `KINDS`, several of which may hold: `opened`, `closed`, `grown` and
          `shrunk` by known numbers alone, `renamed` where a name known on both sides differs by more than
          case and blanks, `moved` by more than `MOVED_M`, `reassigned` where both operators are known and
          differ;
        - `piles_unknown`: the difference is not known, since a number is missing on one side or both.

        A station of no kind has a row only where its number of piles is known on one side alone. What became
        known otherwise (a name, an operator) is no change.
    """
    pairs = pair_stations(old, new)
    all_of_them = (
        SelectedPiles(np.full(len(table), True), table.piles.to_numpy(np.float64)) for table in (old, new)
    )
    return selected_changes(pairs, *all_of_them, count_piles=count_piles)


@dataclass(frozen=True, slots=True)
class Pairs:
    """The stations of two snapshots side by side: what no selection changes. See `pair_stations`."""

    old: pd.DataFrame
    new: pd.DataFrame
    old_rows: NDArray[np.intp]  # by row of `new`, its row in `old`; -1: not there
    moved_m: NDArray[np.float64]  # by row of `new`, as all that follow; NaN where not there
    is_renamed: NDArray[np.bool_]
    is_reassigned: NDArray[np.bool_]


def pair_stations(old: pd.DataFrame, new: pd.DataFrame) -> Pairs:
    """Return two snapshots station by station, with what differs but their piles, which are not needed."""
    old_rows = _find_stations(old, new)

    def sides(name: str) -> tuple[ExtensionArray, ExtensionArray]:
        return old[name].array.take(old_rows, allow_fill=True), new[name].array

    (lat, new_lat), (lon, new_lon) = (np.asarray(sides(axis), dtype=np.float64) for axis in ("lat", "lon"))
    moved_m = np.where(old_rows < 0, np.nan, 0.0)
    differs = (old_rows >= 0) & ((lat != new_lat) | (lon != new_lon))
    moved_m[differs] = 1000 * great_circle_km(*(axis[differs] for axis in (lat, lon, new_lat, new_lon)))
    renamed = _is_renamed(*sides("name")) | _is_renamed(*sides("name_zh"))
    return Pairs(old, new, old_rows, moved_m, renamed, _both_known_and_differ(*sides("operator_id")))


def selected_changes(
    pairs: Pairs, old: SelectedPiles, new: SelectedPiles, *, count_piles: bool = True
) -> pd.DataFrame:
    """Return what `changes` says of the selected stations of two snapshots, whose piles are given here."""
    at = pairs.old_rows
    stays = new.holds & np.append(old.holds, False)[at]  # -1 points at what is appended
    was, now = np.append(old.piles, np.nan)[at], new.piles
    differs = pairs.is_renamed | pairs.is_reassigned | (pairs.moved_m > MOVED_M)
    if count_piles:
        differs |= (now != was) & ~(np.isnan(now) & np.isnan(was))
    kept = np.flatnonzero(stays & differs)
    opened = np.flatnonzero(new.holds & ~stays)
    is_closed = old.holds.copy()
    is_closed[at[stays]] = False
    closed = np.flatnonzero(is_closed)
    old_rows = np.concatenate([at[kept], np.full(opened.size, -1), closed])  # -1: not there
    new_rows = np.concatenate([kept, opened, np.full(closed.size, -1)])
    was, now = (
        np.append(selected.piles if count_piles else np.full_like(selected.piles, np.nan), 0.0)[rows]
        for selected, rows in ((old, old_rows), (new, new_rows))  # -1 points at what is appended
    )
    return _table(pairs, (old_rows, was), (new_rows, now))


def change_totals(
    diff: pd.DataFrame, by: ChangesBy | None = None, *, resolution: int | None = None
) -> pd.DataFrame:
    """Return what changed in all, or by operator, city or cell.

    Parameters
    ----------
    diff
        What `changes` returned.
    by
        What to add up by; one row in all without it.
    resolution
        H3 resolution of the cells, 0 to 11; only with cells, and needed there.

    Returns
    -------
    table
        `key` (only with `by`; null: not known), the number of stations of each of `KINDS`, `piles_gained`
        and `piles_lost` (both 0 or more, of the differences that are known), `piles_net` (gained less lost)
        and `stations_piles_unknown`, the stations whose difference is not known. Ordered by piles gained and
        lost together, descending, then by key, null last.

    Raises
    ------
    ValueError
        If `resolution` is missing with cells, given without, or none.

    Notes
    -----
    A station that was reassigned, or moved into another city or cell, changes its key. It is counted under
    the new one; its piles are lost by the former and gained by the latter, so that the net of a key is what
    it holds now less what it held. Sums by key and in all thus differ in gained and lost, but, where all
    numbers are known, not in net.
    """
    if (by is ChangesBy.CELL) != (resolution is not None):
        message = f"expected a resolution with cells and only there, found {resolution!r} by {by}"
        raise ValueError(message)
    keys, code, former = _number_keys(diff, by, resolution)
    went = np.zeros(len(diff), dtype=bool)
    if by is not None:
        went = (diff.reassigned if by is ChangesBy.OPERATOR else diff.moved).to_numpy(bool)
    went = went & (former != code)
    change = diff.piles_change.fillna(0.0).to_numpy()
    was, now = (diff[f"piles_{side}"].to_numpy() for side in ("before", "after"))
    sums: dict[str, Any] = {kind: _sums(code, diff[kind], keys).astype(np.int64) for kind in KINDS}
    gained = np.where(went, np.nan_to_num(now), np.maximum(change, 0.0))
    lost = np.where(went, 0.0, np.maximum(-change, 0.0))
    sums["piles_gained"] = _sums(code, gained, keys)
    sums["piles_lost"] = _sums(code, lost, keys) + _sums(former[went], np.nan_to_num(was[went]), keys)
    unknown = _sums(code, diff.piles_unknown, keys) + _sums(former[went], np.isnan(was[went]), keys)
    sums["piles_net"] = sums["piles_gained"] - sums["piles_lost"]
    table = pd.DataFrame(sums | {"stations_piles_unknown": unknown.astype(np.int64)})
    if by is not None:
        table.insert(0, "key", keys)
        occurs = np.zeros(len(keys), dtype=bool)
        occurs[code] = occurs[former[went]] = True
        table = table[occurs]
    order = (-(table.piles_gained + table.piles_lost)).argsort(kind="stable")
    return table.iloc[order].reset_index(drop=True)


def _simulation(manifest: Description) -> str:
    return f"seed {manifest.seed}, scale {manifest.scale}"


_RowsAndPiles = tuple[NDArray[np.intp], NDArray[np.float64]]


def _table(pairs: Pairs, old: _RowsAndPiles, new: _RowsAndPiles) -> pd.DataFrame:
    """Return the table of `changes`, given the rows of its stations in both snapshots and their piles."""
    (old_rows, was), (new_rows, now) = old, new
    is_opened, is_closed = old_rows < 0, new_rows < 0
    stays = ~is_opened & ~is_closed
    sides = pairs.new[_FIELDS].iloc[new_rows[~is_closed]], pairs.old[_FIELDS].iloc[old_rows[is_closed]]
    shown = pd.concat(sides, ignore_index=True)
    columns: dict[str, Any] = {name: shown[name] for name in _FIELDS}
    for name in _FORMER_FIELDS:
        values = pairs.old[name]
        array = (values.astype("Int64") if name == "cell" else values).array  # a double cannot hold a cell
        columns[f"{name}_before"] = array.take(old_rows, allow_fill=True)
    change = now - was
    flags = (pairs.is_renamed, False), (pairs.is_reassigned, False)
    moved_m, renamed, reassigned = (
        np.append(values, nothing)[np.where(stays, new_rows, -1)]
        for values, nothing in ((pairs.moved_m, np.nan), *flags)
    )
    columns |= {
        "piles_before": was,
        "piles_after": now,
        "piles_change": change,
        "moved_m": moved_m,
        "renamed": renamed,
        "reassigned": reassigned,
        "opened": is_opened,
        "closed": is_closed,
        "grown": stays & (change > 0),
        "shrunk": stays & (change < 0),
        "moved": moved_m > MOVED_M,
        "piles_unknown": np.isnan(change),
    }
    return pd.DataFrame({name: columns[name] for name in _COLUMNS})


def _find_stations(old: pd.DataFrame, new: pd.DataFrame) -> NDArray[np.intp]:
    """Return the row in `old` of each station of `new`; -1: not there.

    Most stations are still in their cell, as the same one of it: comparing two texts finds that out, and only
    the ids of the others are looked up.
    """
    guess = _same_in_cell(old["cell"].to_numpy(np.int64), new["cell"].to_numpy(np.int64))
    ids = old.station_id.array.take(guess, allow_fill=True)
    place = np.where(np.asarray(ids == new.station_id.array, dtype=bool), guess, -1)
    sought = np.flatnonzero(place < 0)
    is_left = np.ones(len(old), dtype=bool)
    is_left[place[place >= 0]] = False
    left = np.flatnonzero(is_left)
    found = pd.Index(old.station_id.iloc[left]).get_indexer(pd.Index(new.station_id.iloc[sought]))
    place[sought] = np.append(left, -1)[found]
    return place


def _same_in_cell(old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return of the n-th row of each cell the n-th one of that cell in others, both ascending; -1: none."""
    rows = np.arange(new.size)
    nth = rows - np.maximum.accumulate(np.where(run_starts(new), rows, 0))
    guess = np.searchsorted(old, new) + nth
    return np.where(guess < old.size, guess, -1)


def _both_known_and_differ(before: ExtensionArray, after: ExtensionArray) -> NDArray[np.bool_]:
    differs = np.asarray(after != before)
    return np.asarray(differs & ~after.isna() & ~before.isna(), dtype=bool)


def _is_renamed(before: ExtensionArray, after: ExtensionArray) -> NDArray[np.bool_]:
    renamed = _both_known_and_differ(before, after)
    at = np.flatnonzero(renamed)
    renamed[at] = [fold_text(now) != fold_text(was) for was, now in zip(before[at], after[at], strict=True)]
    return renamed


def _sums(code: NDArray[np.intp], values: ArrayLike, keys: pd.Series) -> NDArray[np.float64]:
    sums = np.bincount(code, weights=np.asarray(values, dtype=np.float64), minlength=len(keys))
    return np.asarray(sums, dtype=np.float64)


def cells_now_and_before(diff: pd.DataFrame, resolution: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cell of each station of a diff, and the one it lay in before: of an opened one, the same."""
    lat, lon, lat_before, lon_before = (
        diff[name].to_numpy(np.float64) for name in ("lat", "lon", "lat_before", "lon_before")
    )
    now = cells_at(lat, lon, resolution)
    was, elsewhere = now.copy(), ~np.isnan(lat_before) & ((lat != lat_before) | (lon != lon_before))
    was[elsewhere] = cells_at(lat_before[elsewhere], lon_before[elsewhere], resolution)
    return now, was


def _number_keys(
    diff: pd.DataFrame, by: ChangesBy | None, resolution: int | None
) -> tuple[pd.Series, NDArray[np.intp], NDArray[np.intp]]:
    """Return the keys in order, null last, and the position among them of what each row is and was."""
    if by is None:
        everything = np.zeros(len(diff), dtype=np.intp)
        return pd.Series([None], dtype="object"), everything, everything
    if resolution is not None:
        now, was = (pd.Series(cells) for cells in cells_now_and_before(diff, resolution))
    else:
        now, was = diff[by], diff[f"{by}_before"]
    both, keys = pd.factorize(pd.concat([now, was], ignore_index=True), sort=True)
    both = np.where(both < 0, len(keys), both).astype(np.intp)
    if resolution is None:
        keys = pd.Index([*keys, None], dtype="object")
    return pd.Series(keys), both[: len(diff)], both[len(diff) :]
