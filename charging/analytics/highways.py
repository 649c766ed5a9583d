"""Where an expressway leaves its drivers without a pile: empty service areas, and the longest gaps.

Everything is counted by side of the road: a pile across the carriageway is out of reach. Two tables come in:

- `areas` of `charging.queries.highways.service_areas`, one row per side: service_area_id, name, expressway,
  direction, chainage_km, lat, lon;
- `held` of `charging.queries.holdings.holdings` by service area, one row per side and operator: unit (the
  service_area_id), operator_id (null: not known), piles (null: piles stand there, and nobody says how many).

An area *has a pile* when at least one is counted there; where only unknown counts stand it is neither with
nor without, and is reported as unknown. Operators are given as ids; None means any, unknown ones included.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charging.analytics.schematic import Line, pieces, schematic_lines
from charging.domain.expressways import points_at
from charging.domain.geography import great_circle_km

FITS_KM = 5.0
"""Distance from the schematic line up to which an area's chainage counts as measured along that line, km."""

_Reals = NDArray[np.float64]

_ROAD = ["expressway", "direction"]
_MILLIMETRE_DIGITS = 6  # of a km: gaps closer than that are equal, and the first of them is told
_START, _AREA, _END = range(3)  # order of points that share a chainage


class Ends(StrEnum):
    """Where the ends of a road come from."""

    KNOWN = "known"  # the line of data/expressways.csv, along which the areas lie
    LISTED = "listed"  # the first and the last area of the list, since nothing is known beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaShare:
    """How many service areas have a pile, out of how many."""

    with_piles: int
    unknown: int  # piles stand there, none of them counted; neither with nor empty
    areas: int

    @property
    def empty(self) -> int:
        """Service areas where no matching pile stands."""
        return self.areas - self.with_piles - self.unknown

    @property
    def share(self) -> float | None:
        """Share with a counted pile, 0 to 1; None where no service area is listed."""
        return self.with_piles / self.areas if self.areas else None


class Presence(StrEnum):
    """Whose piles stand in a service area."""

    BASE = "base"
    PARTNERS = "partners"  # of them alone
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Roads:
    """The expressways and directions of a list of service areas, however they are served: see `roads_of`."""

    table: pd.DataFrame  # a row each: expressway, direction, ends, road_km, areas
    of_area: NDArray[np.int64]  # the row of each area
    ends: pd.DataFrame  # two points each, as `_points` has them
    breaks: dict[str, tuple[float, ...]]  # chainages where an expressway of known ends is interrupted


def area_piles(
    areas: pd.DataFrame, held: pd.DataFrame, operators: Collection[str] | None = None
) -> pd.Series:
    """Return the piles of the operators in each service area, in the order of `areas`.

    0 where none of theirs stands, null where theirs stand and none of the counts is known.
    """
    theirs = held if operators is None else held[_belongs_to(held.operator_id, operators)]
    sums = theirs.groupby("unit").piles.sum(min_count=1).astype("float64")
    at = pd.Index(sums.index).get_indexer(pd.Index(areas.service_area_id))
    stands = at >= 0
    piles = np.zeros(len(areas))
    piles[stands] = sums.to_numpy()[at[stands]]
    return pd.Series(piles, index=areas.index, name="piles")


def area_share(
    areas: pd.DataFrame, held: pd.DataFrame, operators: Collection[str] | None = None
) -> AreaShare:
    """Return how many service areas have a pile of the operators, with the denominator."""
    piles = area_piles(areas, held, operators)
    return AreaShare(with_piles=int((piles > 0).sum()), unknown=int(piles.isna().sum()), areas=len(areas))


def empty_areas(
    areas: pd.DataFrame, held: pd.DataFrame, operators: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the service areas where no pile of the operators stands, in the order of `areas`.

    Those where only unknown counts stand are not among them; `area_share` counts them.
    """
    return areas[(area_piles(areas, held, operators) == 0).to_numpy()].reset_index(drop=True)


def area_layer(
    areas: pd.DataFrame, held: pd.DataFrame, base: Collection[str], partners: Collection[str]
) -> pd.DataFrame:
    """Return whose piles stand in each service area, in the order of `areas`.

    Returns
    -------
    table
        The columns of `areas`, `base_piles` and `partner_piles` as `area_piles` counts them (an operator of
        the base is no partner), and `category`, one of `Presence`: the base where it has a counted pile, else
        the partners where they have one; empty where neither has a pile. Null where piles of the base or of
        the partners stand and none of their counts is known.
    """
    joining = set(partners) - set(base)
    table = areas.assign(
        base_piles=area_piles(areas, held, base), partner_piles=area_piles(areas, held, joining)
    )
    category = np.full(len(table), None, dtype=object)
    category[((table.base_piles == 0) & (table.partner_piles == 0)).to_numpy()] = Presence.EMPTY
    category[(table.partner_piles > 0).to_numpy()] = Presence.PARTNERS
    category[(table.base_piles > 0).to_numpy()] = Presence.BASE
    return table.assign(category=pd.Series(category, index=table.index, dtype="object"))


def gaps(
    areas: pd.DataFrame,
    held: pd.DataFrame,
    operators: Collection[str] | None = None,
    *,
    roads: Roads | None = None,
) -> pd.DataFrame:
    """Return the longest gap of each expressway and direction.

    A gap is the road between two consecutive service areas with a pile of the operators; both ends of the
    road count as if a pile stood there, so a road without any is one gap. An area whose counts are all
    unknown ends no gap. Of gaps equally long, to the millimetre, the one of lowest chainage is told.

    Parameters
    ----------
    roads
        What `roads_of(areas)` returns, for whoever asks about the same areas again.

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
    return _by_length(_longest(roads, areas, area_piles(areas, held, operators)))


def gap_changes(
    areas: pd.DataFrame,
    held: pd.DataFrame,
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
        What `roads_of(areas)` returns, for whoever asks about the same areas again.

    Returns
    -------
    table
        One row per expressway and direction, the largest gain first, then by expressway and direction:
        `ends`, `road_km`, `areas`, then what `gaps` says with `_before` and `_after`, `shortened_km` (never
        below 0) and `areas_gained`, the service areas that get their first counted pile.
    """
    roads = roads or roads_of(areas)
    fixed = [*_ROAD, "ends", "road_km", "areas"]
    before, after = (
        _longest(roads, areas, area_piles(areas, held, operators)) for operators in (base, {*base, *partners})
    )
    table = before.merge(after.drop(columns=fixed[2:]), on=_ROAD, suffixes=("_before", "_after"))
    table["shortened_km"] = table.gap_km_before - table.gap_km_after
    table["areas_gained"] = table.areas_with_piles_after - table.areas_with_piles_before
    return table.sort_values(
        ["shortened_km", *_ROAD], ascending=[False, True, True], kind="stable", ignore_index=True
    )


def roads_of(areas: pd.DataFrame) -> Roads:
    """Return the roads of a list of service areas, which do not depend on who serves them.

    An expressway whose areas all lie within `FITS_KM` of where its schematic line has their chainage has the
    ends of that line.
    """
    by_road = areas.groupby(_ROAD, sort=True)
    of_area = np.asarray(by_road.ngroup(), dtype=np.int64)
    table = by_road.size().rename("areas").reset_index()
    known = _known(areas)
    is_known = np.array([number in known for number in table.expressway], dtype=bool)
    ordered = areas.assign(road=of_area).sort_values(["road", "chainage_km", "service_area_id"])
    listed = ordered[~is_known[ordered.road.to_numpy()]]
    ends = [
        _points(listed.drop_duplicates("road", keep=keep), rank)
        for keep, rank in (("first", _START), ("last", _END))
    ]
    ends += [_known_ends(table[is_known], known)]
    both = pd.concat([part for part in ends if len(part)] or ends, ignore_index=True)
    reach = both.groupby("road").km.agg(["min", "max"])
    table["ends"] = np.where(is_known, Ends.KNOWN, Ends.LISTED)
    table["road_km"] = (reach["max"] - reach["min"]).reindex(table.index).to_numpy(dtype=np.float64)
    breaks = {number: line.breaks for number, line in known.items()}
    return Roads(table[[*_ROAD, "ends", "road_km", "areas"]], of_area, both, breaks)


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
    for row, gap in enumerate(table.to_dict("records")):
        if gap["ends"] == Ends.KNOWN:
            line = schematic_lines()[gap["expressway"]]
            lines += [GapLine(row, *piece) for piece in pieces(line, gap["from_km"], gap["to_km"])]
        else:
            is_inside = (areas.expressway == gap["expressway"]) & (areas.direction == gap["direction"])
            is_inside &= areas.chainage_km.between(gap["from_km"], gap["to_km"])
            inside = areas[is_inside].sort_values(["chainage_km", "service_area_id"])
            lines.append(GapLine(row, inside.lat.to_numpy(np.float64), inside.lon.to_numpy(np.float64)))
    return lines


def _belongs_to(operator_ids: pd.Series, operators: Collection[str]) -> NDArray[np.bool_]:
    numbers, known = pd.factorize(operator_ids)
    return np.array([*(operator_id in operators for operator_id in known), False])[numbers]


def _by_length(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(
        ["gap_km", *_ROAD], ascending=[False, True, True], kind="stable", ignore_index=True
    )


def _points(areas: pd.DataFrame, rank: int) -> pd.DataFrame:
    """Return areas as points of their roads: road, km, rank, id, name, lat, lon."""
    points = areas.rename(columns={"chainage_km": "km", "service_area_id": "id"}).assign(rank=rank)
    return points[["road", "km", "rank", "id", "name", "lat", "lon"]]


def _known(areas: pd.DataFrame) -> dict[str, Line]:
    """Return the expressways along whose schematic line every one of their areas lies."""
    chainage, lat, lon = (areas[name].to_numpy(np.float64) for name in ("chainage_km", "lat", "lon"))
    known = {}
    for number, rows in areas.groupby("expressway").indices.items():
        line = schematic_lines().get(str(number))
        if line is not None and _fits(line, chainage[rows], lat[rows], lon[rows]):
            known[str(number)] = line
    return known


def _fits(line: Line, chainage_km: _Reals, lat: _Reals, lon: _Reals) -> bool:
    if chainage_km.min() < 0 or chainage_km.max() > line.length_km:
        return False
    points = points_at(line.road, chainage_km)
    return bool(great_circle_km(lat, lon, points.lat, points.lon).max() <= FITS_KM)


def _known_ends(table: pd.DataFrame, known: dict[str, Line]) -> pd.DataFrame:
    rows = []
    for at, number in table.expressway.items():
        line = known[number]
        for rank, km, city in (
            (_START, 0.0, line.road.cities[0]),
            (_END, line.length_km, line.road.cities[-1]),
        ):
            rows.append((at, km, rank, None, city.name_zh, city.lat, city.lon))
    return pd.DataFrame(rows, columns=["road", "km", "rank", "id", "name", "lat", "lon"])


def _longest(roads: Roads, areas: pd.DataFrame, piles: pd.Series) -> pd.DataFrame:
    """Return the rows of `gaps`, by expressway and direction."""
    has_piles, is_unknown = (piles > 0).to_numpy(), piles.isna().to_numpy()
    served = _points(areas.assign(road=roads.of_area)[has_piles], _AREA)
    points = pd.concat([roads.ends, served], ignore_index=True) if len(served) else roads.ends
    points = points.sort_values(["road", "km", "rank", "id"], ignore_index=True)
    starts = _starts_of_longest(points.road.to_numpy(dtype=np.int64), points.km.to_numpy(dtype=np.float64))
    table = roads.table.copy()
    for name, flags in (("areas_with_piles", has_piles), ("areas_unknown", is_unknown)):
        table[name] = np.bincount(roads.of_area, weights=flags, minlength=len(table)).astype(np.int64)
    start, end = points.iloc[starts], points.iloc[starts + 1]
    table["gap_km"] = end.km.to_numpy(dtype=np.float64) - start.km.to_numpy(dtype=np.float64)
    for side, point in (("from", start), ("to", end)):
        for name in ("km", "id", "name", "lat", "lon"):
            table[f"{side}_{name}"] = point[name].to_numpy()
    chainage = areas.chainage_km.to_numpy(dtype=np.float64)
    first_km, last_km = (
        table[name].to_numpy(dtype=np.float64)[roads.of_area] for name in ("from_km", "to_km")
    )
    is_inside = ~has_piles & (chainage >= first_km) & (chainage <= last_km)
    table["areas_inside"] = np.bincount(roads.of_area, weights=is_inside, minlength=len(table)).astype(
        np.int64
    )
    table["crosses_break"] = pd.array(_crossings(table, roads.breaks), dtype="boolean")
    return table


def _starts_of_longest(road: NDArray[np.int64], km: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return where the longest gap of each road starts, given its points in order; the first of equals."""
    gap_km = np.round(np.diff(km), _MILLIMETRE_DIGITS)
    at = np.flatnonzero(road[1:] == road[:-1])
    order = at[np.lexsort((at, -gap_km[at], road[at]))]
    _, first = np.unique(road[order], return_index=True)
    return order[first]


def _crossings(table: pd.DataFrame, breaks: dict[str, tuple[float, ...]]) -> list[bool | None]:
    found = zip(table.expressway, table.from_km, table.to_km, strict=True)
    return [
        any(from_km < km < to_km for km in breaks[number]) if number in breaks else None
        for number, from_km, to_km in found
    ]
