"""Where an expressway leaves its drivers without a pile: empty service areas, and the longest gaps.

Everything is counted by side of the road: a pile across the carriageway is out of reach. Two tables come in:

- `areas` of `charging.queries.highways.service_areas`, one row per side: service_area_id, name, expressway,
  direction, chainage_km, lat, lon;
- `holdings` of `charging.queries.holdings.holdings` by service area, one row per side and operator: unit (the
  service_area_id), operator_id (null: not known), piles (null: there are piles, and nobody says how many).

An area *has a pile* when at least one is counted there; with unknown counts only it is neither with
nor without, and is reported as unknown. Operators are given as ids; None means any, unknown ones included.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.holdings import Holdings
from charging.analytics.schematic import Line, pieces, schematic_lines
from charging.domain.expressways import points_of
from charging.domain.geography import great_circle_km

FITS_KM = 5.0
"""Distance from the schematic line up to which an area's chainage counts as measured along that line, km."""

_Reals = NDArray[np.float64]

_ROAD = ["expressway", "direction"]
_PLACE: dict[str, tuple[str, type]] = {
    "km": ("chainage_km", np.float64),
    "id": ("service_area_id", object),
    "name": ("name", object),
    "lat": ("lat", np.float64),
    "lon": ("lon", np.float64),
}
_NO_AREA = -1  # the end of a road
_MILLIMETRE_DIGITS = 6  # of a km: gaps closer than that are equal, and the first of them is returned


class Ends(StrEnum):
    """Where the ends of a road come from."""

    KNOWN = "known"  # the line of data/expressways.csv, along which the areas lie
    LISTED = "listed"  # the first and the last area of the list, since nothing is known beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaShare:
    """How many service areas have a pile, out of how many."""

    with_piles: int
    unknown: int  # piles are there, none of them counted; neither with nor empty
    areas: int

    @property
    def empty(self) -> int:
        """Service areas without a matching pile."""
        return self.areas - self.with_piles - self.unknown

    @property
    def share(self) -> float | None:
        """Share with a counted pile, 0 to 1; None where no service area is listed."""
        return self.with_piles / self.areas if self.areas else None


class Presence(StrEnum):
    """Whose piles are in a service area."""

    BASE = "base"
    PARTNERS = "partners"  # of them alone
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Roads:
    """The expressways and directions of a list of service areas, whoever serves them: see `roads_of`."""

    table: pd.DataFrame  # a row each: expressway, direction, ends, road_km, areas
    of_area: NDArray[np.int64]  # the row of each area
    points: "_RoadPoints"
    places: dict[str, NDArray[Any]]  # see `_places`
    breaks: dict[str, tuple[float, ...]]  # chainages where an expressway of known ends is interrupted


def area_piles(
    areas: pd.DataFrame, holdings: pd.DataFrame, operators: Collection[str] | None = None
) -> pd.Series:
    """Return the piles of the operators in each service area, in the order of `areas`.

    0 where they have none, null where they have some and none of the counts is known.
    """
    return pd.Series(_AreaPiles.read(areas, holdings).piles(operators), index=areas.index, name="piles")


def area_share(
    areas: pd.DataFrame, holdings: pd.DataFrame, operators: Collection[str] | None = None
) -> AreaShare:
    """Return how many service areas have a pile of the operators, with the denominator."""
    piles = _AreaPiles.read(areas, holdings).piles(operators)
    return AreaShare(with_piles=int((piles > 0).sum()), unknown=int(np.isnan(piles).sum()), areas=len(areas))


def area_layer(
    areas: pd.DataFrame, holdings: pd.DataFrame, base: Collection[str], partners: Collection[str]
) -> pd.DataFrame:
    """Return whose piles are in each service area, in the order of `areas`.

    Returns
    -------
    table
        The columns of `areas`, `base_piles` and `partner_piles` as `area_piles` counts them (an operator of
        the base is no partner), and `category`, one of `Presence`: the base where it has a counted pile, else
        the partners where they have one; empty where neither has a pile. Null where the base or
        the partners have piles and none of their counts is known.
    """
    piles_by_area = _AreaPiles.read(areas, holdings)
    joining = set(partners) - set(base)
    table = areas.assign(base_piles=piles_by_area.piles(base), partner_piles=piles_by_area.piles(joining))
    category = np.full(len(table), None, dtype=object)
    category[((table.base_piles == 0) & (table.partner_piles == 0)).to_numpy()] = Presence.EMPTY
    category[(table.partner_piles > 0).to_numpy()] = Presence.PARTNERS
    category[(table.base_piles > 0).to_numpy()] = Presence.BASE
    return table.assign(category=pd.Series(category, index=table.index, dtype="object"))


def gaps(
    areas: pd.DataFrame,
    holdings: pd.DataFrame,
    operators: Collection[str] | None = None,
    *,
    roads: Roads | None = None,
) -> pd.DataFrame:
    """Return the longest gap of each expressway and direction.

    A gap is the road between two consecutive service areas with a pile of the operators; both ends of the
    road count as if a pile were there, so a road without any is one gap. An area whose counts are all
    unknown ends no gap. Of gaps equally long, to the millimetre, the one of lowest chainage is returned.

    Parameters
    ----------
    roads
        What `roads_of(areas)` returns, for callers who ask about the same areas again.

    Returns
    -------
    table
        One row per expressway and direction, the longest gap first, then by expressway and direction:

        - `ends`: `known` where every area of the expressway lies along the line of data/expressways.csv, so
          that the road runs from chainage 0 to the line's length; else `listed`: the road runs from the first
          to the last area of that direction, and what lies beyond is not counted;
        - `road_km`; `areas`, of which `areas_with_piles`, and `areas_unknown` with unknown counts only;
        - `gap_km`, and where it starts and ends, in order of chainage and not of travel: `from_km`,
          `from_id`, `from_name`, `from_lat`, `from_lon`, and `to_…` alike. The id is null at a known end of
          the road, which is named by its city; coordinates are WGS-84 degrees;
        - `areas_inside`: service areas without a counted pile in the gap, its edges included;
        - `crosses_break`: whether the expressway is interrupted inside the gap, by a ferry or a stretch that
          is not built; null where the ends are listed. Chainage does not count the interruption, so the gap
          is the expressway on both sides of it.

    Notes
    -----
    A known line is a schematic of great circles: its lengths are below those of the kilometre posts.
    """
    roads = roads or roads_of(areas)
    longest = pd.DataFrame(_longest_gaps(roads, _AreaPiles.read(areas, holdings).piles(operators)))
    table = pd.concat([roads.table, longest], axis="columns")  # by road: a stable order keeps that of equals
    return table.sort_values("gap_km", ascending=False, kind="stable", ignore_index=True)


def gap_changes(
    areas: pd.DataFrame,
    holdings: pd.DataFrame,
    base: Collection[str],
    partners: Collection[str],
    *,
    roads: Roads | None = None,
) -> pd.DataFrame:
    """Return what partners change in the longest gap of each expressway and direction.

    Parameters
    ----------
    base
        Ids of the operators before; none at all makes every road one gap.
    partners
        Ids of the operators that join them. One that is in the base already changes nothing.
    roads
        What `roads_of(areas)` returns, for callers who ask about the same areas again.

    Returns
    -------
    table
        One row per expressway and direction, the largest gain first, then by expressway and direction:
        `ends`, `road_km`, `areas`, then what `gaps` says with `_before` and `_after`, `shortened_km` (never
        below 0) and `areas_gained`, the service areas that get their first counted pile.
    """
    roads = roads or roads_of(areas)
    piles_by_area = _AreaPiles.read(areas, holdings)
    columns = {
        f"{name}_{side}": values
        for side, operators in (("before", base), ("after", {*base, *partners}))
        for name, values in _longest_gaps(roads, piles_by_area.piles(operators)).items()
    }
    columns["shortened_km"] = columns["gap_km_before"] - columns["gap_km_after"]
    columns["areas_gained"] = columns["areas_with_piles_after"] - columns["areas_with_piles_before"]
    table = pd.concat([roads.table, pd.DataFrame(columns)], axis="columns")
    return table.sort_values("shortened_km", ascending=False, kind="stable", ignore_index=True)


def roads_of(areas: pd.DataFrame) -> Roads:
    """Return the roads of a list of service areas, which do not depend on who serves them.

    An expressway whose areas all lie within `FITS_KM` of where its schematic line has their chainage has the
    ends of that line.
    """
    by_road = areas.groupby(_ROAD, sort=True)
    table = by_road.size().rename("areas").reset_index()
    of_area = np.asarray(by_road.ngroup(), dtype=np.int64)
    known = _known_lines(areas)
    is_known = table.expressway.isin(known).to_numpy()
    places = _places(areas, [known[number] for number in table.expressway[is_known]])
    km, size, every = places["km"], len(areas), np.arange(len(table))
    ordered = np.lexsort((areas.service_area_id.argsort().argsort(), km[:size], of_area))
    start = ordered[np.searchsorted(of_area[ordered], every)]
    end = ordered[np.searchsorted(of_area[ordered], every, side="right") - 1]
    start[is_known] = size + 2 * np.arange(is_known.sum())
    end[is_known] = start[is_known] + 1
    table = table.assign(ends=np.where(is_known, Ends.KNOWN, Ends.LISTED), road_km=km[end] - km[start])
    nowhere = np.full(len(table), _NO_AREA)
    parts = (every, of_area[ordered], every), (nowhere, ordered, nowhere), (start, ordered, end)
    along = np.argsort(np.concatenate(parts[0]), kind="stable")
    points = _RoadPoints(*(np.concatenate(part)[along] for part in parts))
    breaks = {number: line.breaks for number, line in known.items()}
    return Roads(table[[*_ROAD, "ends", "road_km", "areas"]], of_area, points, places, breaks)


class GapLine(NamedTuple):
    """An unbroken piece of a gap, WGS-84 degrees in order of chainage."""

    row: int  # of the table, by position
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]


def gap_lines(table: pd.DataFrame, areas: pd.DataFrame) -> list[GapLine]:
    """Return the gaps of a table as lines to draw, one for each piece between interruptions.

    Parameters
    ----------
    table
        Gaps with the columns `expressway`, `direction`, `ends`, `from_km` and `to_km` of `gaps`.
    areas
        The service areas they were found in.

    Notes
    -----
    Where the ends are `known` a line follows the schematic of great circles, else it joins the service areas
    of the list straight. Neither is the road.
    """
    lines = []
    for row, gap in enumerate(table[[*_ROAD, "ends", "from_km", "to_km"]].to_dict("records")):
        if gap["ends"] == Ends.KNOWN:
            line = schematic_lines()[gap["expressway"]]
            lines += [GapLine(row, *piece) for piece in pieces(line, gap["from_km"], gap["to_km"])]
        else:
            is_inside = (areas.expressway == gap["expressway"]) & (areas.direction == gap["direction"])
            is_inside &= areas.chainage_km.between(gap["from_km"], gap["to_km"])
            inside = areas[is_inside].sort_values(["chainage_km", "service_area_id"])
            lines.append(GapLine(row, inside.lat.to_numpy(np.float64), inside.lon.to_numpy(np.float64)))
    return lines


class _AreaPiles(NamedTuple):
    """The piles in service areas, operator by operator."""

    table: Holdings
    unit_no: NDArray[np.intp]  # of each area, among the units of the table; -1: nobody has piles there

    @classmethod
    def read(cls, areas: pd.DataFrame, holdings: pd.DataFrame) -> "_AreaPiles":
        table = Holdings.read(holdings)
        return cls(table, pd.Index(table.units).get_indexer(pd.Index(areas.service_area_id)))

    def piles(self, operators: Collection[str] | None) -> NDArray[np.float64]:
        """Return what `area_piles` says, as an array."""
        table = self.table
        rows = np.full(table.piles.size, True) if operators is None else table.belongs_to(operators)
        piles, is_known = table.piles_by_unit(rows), ~np.isnan(table.piles)
        known, all_rows = (
            np.bincount(table.unit_no[some], minlength=piles.size) for some in (rows & is_known, rows)
        )
        piles[(all_rows > 0) & (known == 0)] = np.nan
        return np.append(piles, 0.0)[self.unit_no]  # -1 points at what is appended


class _RoadPoints(NamedTuple):
    """All areas of each road, between its two ends."""

    road: NDArray[np.int64]
    area: NDArray[np.int64]  # its row; `_NO_AREA` of an end
    place: NDArray[np.int64]  # among those of `_places`


def _places(areas: pd.DataFrame, ends: Sequence[Line]) -> dict[str, NDArray[Any]]:
    """Return where the areas are, and then the first and last city of each line: km, id, name, lat, lon."""
    cities = [
        (km, None, city.name_zh, city.lat, city.lon)
        for line in ends
        for km, city in ((0.0, line.road.cities[0]), (line.length_km, line.road.cities[-1]))
    ]
    further = pd.DataFrame(cities, columns=list(_PLACE), dtype=object)
    return {
        name: np.append(areas[column].to_numpy(dtype), further[name].to_numpy(dtype))
        for name, (column, dtype) in _PLACE.items()
    }


def _known_lines(areas: pd.DataFrame) -> dict[str, Line]:
    """Return the expressways along whose schematic line every one of their areas lies."""
    lines = schematic_lines()
    drawn = areas[areas.expressway.isin(lines)]
    of_area, numbers = pd.factorize(drawn.expressway)
    if not len(numbers):
        return {}
    found = [lines[number] for number in numbers]
    chainage, lat, lon = (drawn[name].to_numpy(np.float64) for name in ("chainage_km", "lat", "lon"))
    points = points_of([line.road for line in found], of_area, chainage)
    length_km = np.array([line.length_km for line in found])[of_area]
    fits = great_circle_km(lat, lon, points.lat, points.lon) <= FITS_KM
    strays = set(of_area[~fits | (chainage < 0) | (chainage > length_km)].tolist())
    return {line.road.number: line for at, line in enumerate(found) if at not in strays}


def _longest_gaps(roads: Roads, piles: NDArray[np.float64]) -> dict[str, Any]:
    """Return the columns of `gaps` by road, in their order, for areas with so many piles."""
    has_piles, is_unknown = piles > 0, np.isnan(piles)
    road, area, place = roads.points
    km = roads.places["km"][place]
    at = np.flatnonzero(np.append(has_piles, True)[area])  # -1, an end, points at what is appended
    starts = _starts_of_longest(road[at], km[at])
    start, end = place[at[starts]], place[at[starts + 1]]
    from_km, to_km = km[at[starts]], km[at[starts + 1]]
    chainage, row = roads.places["km"][: len(piles)], roads.of_area
    is_inside = ~has_piles & (chainage >= from_km[row]) & (chainage <= to_km[row])

    def count_areas(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(row[flags], minlength=len(roads.table))

    edges = {
        f"{side}_{name}": values[of_side]
        for side, of_side in (("from", start), ("to", end))
        for name, values in roads.places.items()
    }
    return {
        "areas_with_piles": count_areas(has_piles),
        "areas_unknown": count_areas(is_unknown),
        "gap_km": to_km - from_km,
        **edges,
        "areas_inside": count_areas(is_inside),
        "crosses_break": pd.array(_crossings(roads, from_km, to_km), dtype="boolean"),
    }


def _starts_of_longest(road: NDArray[np.int64], km: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return where the longest gap of each road starts, given its points in order; the first of equals."""
    gap_km = np.round(np.diff(km), _MILLIMETRE_DIGITS)
    at = np.flatnonzero(road[1:] == road[:-1])
    order = at[np.lexsort((at, -gap_km[at], road[at]))]
    _, first = np.unique(road[order], return_index=True)
    return order[first]


def _crossings(roads: Roads, from_km: _Reals, to_km: _Reals) -> list[bool | None]:
    gaps = zip(roads.table.expressway, from_km.tolist(), to_km.tolist(), strict=True)
    return [
        any(start < km < end for km in roads.breaks[number]) if number in roads.breaks else None
        for number, start, end in gaps
    ]
