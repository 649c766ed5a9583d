"""Rows of devices made into sites: rows that are the same in the fields a preset names are one station."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.sources.io.arrow_texts import are_rising
from charging.sources.tabular.preset_schema import Sites
from charging.sources.tabular.station_columns import (
    Coded,
    Pairs,
    Piles,
    Rows,
    Stations,
    codes_of,
    distinct,
    joined,
    nothing_but,
)

SITES = 65_536
"""Sites handed over at a time."""

_ID, _OPENED_ON, _STATED = "source_id", "opened_on", "stated_piles"
_kind = attrgetter("operator_id", "current", "connectors", "power_kw", "status")


def merged(parts: Iterable[Stations], sites: Sites) -> Iterator[Stations]:
    """Return stations with the rows of each site made one; what is no station comes first.

    A site has the fields of its first row, filled up from the others, the earliest date and the lowest id.
    Piles without an id that are alike become one group; where each row repeats the counts of its site, those
    at one place in the row do, with the highest power. A pile whose id was there before is told as a doubt,
    and not counted again where the preset says so.

    Notes
    -----
    Sites come when the last row is read. Until then all rows are held as columns.
    """
    held = []
    for part in parts:
        if part.between:
            yield nothing_but([rejection for _, rejection in part.between])
        if len(part):
            held.append(part)
    if not held:
        return
    whole = joined(held)
    held.clear()
    if sites.equal:
        whole = _with_equal_rows_told(whole, is_one=sites.equal == "one")
    if sites.repeats:
        is_alone = _are_alone(whole, sites)
        if is_alone.all():
            yield whole
            return
        yield whole.of(is_alone)
        whole = whole.of(~is_alone)
    found = _of_sites(whole, sites)
    number = np.arange(len(found))
    for start in range(0, len(found), SITES):
        yield found.of(number // SITES == start // SITES)


def _are_alone(rows: Stations, sites: Sites) -> NDArray[np.bool_]:
    """Tell which rows are the only ones of their sites."""
    if _ID in sites.same and are_rising(rows.column(_ID)):
        return np.ones(len(rows), np.bool_)
    _, site = distinct([_codes(rows, name) for name in sites.same], len(rows))
    is_alone: NDArray[np.bool_] = np.bincount(site)[site] == 1
    return is_alone


def _with_equal_rows_told(rows: Stations, *, is_one: bool) -> Stations:
    """Return rows, and a doubt for each that is like one before it, left out where it is the same."""
    groups: list[list[tuple[int, str | None]]] = [[] for _ in range(len(rows))]
    for station, kind, pile_id in zip(
        rows.piles.station.tolist(), rows.piles.kind.at.tolist(), rows.piles.pile_id.to_pylist(), strict=True
    ):
        groups[station].append((kind, pile_id))
    keys = [_codes(rows, name) for name in ("lat", "lon", "stated_piles", *rows.columns)]
    first, like = distinct([*keys, Coded.of(list(map(tuple, groups))).at], len(rows))
    again = np.flatnonzero(first[like] != np.arange(len(rows)))
    if not len(again):
        return rows
    ids = rows.column(_ID)
    doubts = dict(rows.doubts)
    for row in again.tolist():
        at = int(first[like[row]]) if is_one else row
        doubts[at] = (*doubts.get(at, ()), ("equal_rows", ids[row].as_py() or ""))
    if not is_one:
        return replace(rows, doubts=doubts)
    is_first = np.zeros(len(rows), np.bool_)
    is_first[first] = True
    summed = np.bincount(like, rows.rows, len(first)).astype(np.int64)
    order = np.argsort(first)
    return replace(replace(rows, doubts=doubts).of(is_first), rows=summed[order])


def _of_sites(rows: Stations, sites: Sites) -> Stations:
    first, site = distinct([_codes(rows, name) for name in sites.same], len(rows))
    order = np.argsort(site, kind="stable")
    columns = {name: _first_known(column, order, site, len(first)) for name, column in rows.columns.items()}
    if _ID not in sites.same:
        columns[_ID] = _lowest(columns[_ID], rows.column(_ID), site)
    if _OPENED_ON in columns:
        columns[_OPENED_ON] = _earliest(rows.column(_OPENED_ON), site, len(first))
    piles, twice = _piles(rows.piles, site[rows.piles.station], sites)
    return Stations(
        lat=rows.lat[first],
        lon=rows.lon[first],
        datum=Coded(rows.datum.values, rows.datum.at[first]),
        columns=columns,
        stated_piles=_stated(rows.stated_piles, site, len(first), is_sum=_STATED in sites.adds),
        piles=piles,
        rows=np.bincount(site, rows.rows, len(first)).astype(np.int64),
        unmapped=_gathered(rows.unmapped, site),
        doubts=_added(_gathered(rows.doubts, site), twice),
    )


def _codes(rows: Stations, name: str) -> Rows:
    if name in ("lat", "lon"):
        return np.unique(getattr(rows, name), return_inverse=True)[1]
    if name == _STATED:
        return Coded.of(rows.stated_piles.values).at[rows.stated_piles.at]
    return codes_of(rows.column(name))


def _first_known(column: pa.Array, order: Rows, site: Rows, sites: int) -> pa.Array:
    """Return the first value of each site that is not null."""
    known = order[np.asarray(column.is_valid())[order]]
    first = np.full(sites, -1)
    first[site[known][::-1]] = known[::-1]  # the last one written stays
    return column.take(pa.array(first, mask=first < 0))


def _lowest(first: pa.Array, ids: pa.Array, site: Rows) -> pa.Array:
    """Return the shortest id of each site, of equally long ones the lowest."""
    several = np.flatnonzero(np.bincount(site)[site] > 1)
    found = first.to_pylist()
    for number, each in zip(site[several].tolist(), ids.take(pa.array(several)).to_pylist(), strict=True):
        if (len(each), each) < (len(found[number]), found[number]):
            found[number] = each
    return pa.array(found, pa.string())


def _earliest(days: pa.Array, site: Rows, sites: int) -> pa.Array:
    latest = np.iinfo(np.int32).max
    earliest = np.full(sites, latest, np.int32)
    np.minimum.at(earliest, site, pc.fill_null(days.cast(pa.int32()), latest).to_numpy())
    return pa.array(earliest, mask=earliest == latest).cast(days.type)


def _stated(stated: Coded, site: Rows, sites: int, *, is_sum: bool) -> Coded:
    """Return what sites state: the sum, or what the first row says that says anything."""
    found: list[int | None] = [None] * sites
    for number, value in zip(site.tolist(), stated.to_list(), strict=True):
        if value is not None:
            before = found[number]
            found[number] = value if before is None else before + value if is_sum else before
    return Coded.of(found)


def _gathered(notes: Mapping[int, Pairs], site: Rows) -> dict[int, Pairs]:
    found: dict[int, Pairs] = {}
    for row in sorted(notes):
        number = int(site[row])
        found[number] = found.get(number, ()) + notes[row]
    return found


def _added(notes: dict[int, Pairs], more: Iterable[tuple[int, tuple[str, str]]]) -> dict[int, Pairs]:
    for site, pair in more:
        notes[site] = (*notes.get(site, ()), pair)
    return notes


def _piles(piles: Piles, site: Rows, sites: Sites) -> tuple[Piles, list[tuple[int, tuple[str, str]]]]:
    """Return the groups of sites, those with an id first, and by site the ids that were there before."""
    order = np.argsort(site, kind="stable")
    number = _numbers_in_rows(piles.station)[order]
    site, kind = site[order], Coded(piles.kind.values, piles.kind.at[order])
    ids = piles.pile_id.take(pa.array(order))
    is_named = np.asarray(ids.is_valid())
    named = np.flatnonzero(is_named)
    first, like = distinct([site[named], codes_of(ids)[named]], len(named))
    is_known = first[like] != np.arange(len(named))
    twice = named[is_known]
    doubts = [
        (number, ("pile_id", pile_id))
        for number, pile_id in zip(site[twice].tolist(), ids.take(pa.array(twice)).to_pylist(), strict=True)
    ]
    kept = named[~is_known] if sites.once else named
    is_counted = kind.where(lambda pile: pile.count is not None)
    if sites.repeats:
        uncounted = np.empty(0, np.intp)
        sums, summed = _once(kind, site, number, np.flatnonzero(~is_named))
    else:
        uncounted = np.flatnonzero(~is_named & ~is_counted)
        sums, summed = _summed(kind, site, np.flatnonzero(~is_named & is_counted))
    together = Coded.joined([Coded(kind.values, kind.at[kept]), sums, Coded(kind.values, kind.at[uncounted])])
    at = np.concatenate([kept, summed, uncounted])
    in_order = np.argsort(site[at], kind="stable")
    at = at[in_order]
    return Piles(site[at], Coded(together.values, together.at[in_order]), ids.take(pa.array(at))), doubts


def _numbers_in_rows(station: Rows) -> Rows:
    """Return the number of each group within its row, from 0."""
    first, like = distinct([station], len(station))
    numbers: Rows = np.arange(len(station)) - first[like]
    return numbers


def _once(kind: Coded, site: Rows, number: Rows, rows: Rows) -> tuple[Coded, Rows]:
    """Return groups that the rows of a site repeat, with the highest power, and the first of each."""
    first, like = distinct([site[rows], number[rows]], len(rows))
    highest: list[float | None] = [None] * len(first)
    for group, pile in zip(like.tolist(), kind.at[rows].tolist(), strict=True):
        power_kw = kind.values[pile].power_kw
        highest[group] = max(filter(None, (power_kw, highest[group])), default=None)
    firsts = rows[first]
    coded = Coded.of(list(zip(kind.at[firsts].tolist(), highest, strict=True)))
    return Coded([kind.values[of]._replace(power_kw=power) for of, power in coded.values], coded.at), firsts


def _summed(kind: Coded, site: Rows, alike: Rows) -> tuple[Coded, Rows]:
    """Return groups with the sum of the counts of those that are alike, and the first of each."""
    kinds = Coded.of(list(map(_kind, kind.values)))
    first, like = distinct([site[alike], kinds.at[kind.at[alike]]], len(alike))
    counts: list[int] = [0] * len(first)
    for group, pile in zip(like.tolist(), kind.at[alike].tolist(), strict=True):
        counts[group] += kind.values[pile].count
    firsts = alike[first]
    coded = Coded.of(list(zip(kind.at[firsts].tolist(), counts, strict=True)))
    return Coded([kind.values[of]._replace(count=count) for of, count in coded.values], coded.at), firsts
