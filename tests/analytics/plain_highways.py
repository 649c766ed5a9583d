"""Gaps and changes in the plainest words: lists, dicts and math, a row at a time."""

import math
from itertools import pairwise

from charging.domain.expressways import load_expressways
from charging.domain.hexes import EARTH_RADIUS_KM


def piles_of(area_id, held, operators):
    """Return the known piles of the operators in an area: 0 where none stands, None where none is counted."""
    counts = [
        row["piles"]
        for row in held
        if row["unit"] == area_id and (operators is None or row["operator_id"] in operators)
    ]
    if not counts:
        return 0
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def gaps(areas, held, operators, lengths_km):
    """Return (gap, from, to, areas, with piles) of each road; its ends are 0 and a length, or as listed."""
    roads = {}
    for area in areas:
        roads.setdefault((area["expressway"], area["direction"]), []).append(area)
    return {road: longest(listed, held, operators, lengths_km.get(road[0])) for road, listed in roads.items()}


def longest(listed, held, operators, length_km):
    every = sorted(area["chainage_km"] for area in listed)
    served = [area for area in listed if (piles_of(area["service_area_id"], held, operators) or 0) > 0]
    first_km, last_km = (every[0], every[-1]) if length_km is None else (0.0, length_km)
    points = [first_km, *sorted(area["chainage_km"] for area in served), last_km]
    steps = list(pairwise(points))
    widest = max(round(end - start, 6) for start, end in steps)
    start, end = next(step for step in steps if round(step[1] - step[0], 6) == widest)
    return (end - start, start, end, len(listed), len(served))


def lengths_km():
    """Return the length of every expressway: the great circles between its cities, gaps not counted."""
    return {
        road.number: sum(
            distance_km(one.lat, one.lon, other.lat, other.lon)
            for section in road.sections
            for one, other in pairwise(section)
        )
        for road in load_expressways()
    }


def distance_km(lat, lon, other_lat, other_lon):
    """Return the length of the chord between two points, turned into the arc above it."""
    one, other = vector(lat, lon), vector(other_lat, other_lon)
    return 2 * EARTH_RADIUS_KM * math.asin(math.dist(one, other) / 2)


def vector(lat, lon):
    phi, lam = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)


def changes(old, new):
    """Return the kinds of every station that changed, and its difference of piles; rows are dicts."""
    before = {row["station_id"]: row for row in old}
    after = {row["station_id"]: row for row in new}
    found = {}
    for station_id in before.keys() | after.keys():
        kinds, difference = kinds_of(before.get(station_id), after.get(station_id))
        if kinds:
            found[station_id] = (kinds, difference)
    return found


def kinds_of(was, now):
    if was is None:
        return {"opened"} | ({"piles_unknown"} if now["piles"] is None else set()), now["piles"]
    if now is None:
        lost = None if was["piles"] is None else -was["piles"]
        return {"closed"} | ({"piles_unknown"} if lost is None else set()), lost
    kinds, difference = set(), None
    if was["piles"] is not None and now["piles"] is not None:
        difference = now["piles"] - was["piles"]
        kinds |= {"grown"} if difference > 0 else {"shrunk"} if difference < 0 else set()
    elif was["piles"] is not None or now["piles"] is not None:
        kinds.add("piles_unknown")
    if any(text(was[name]) and text(now[name]) and text(was[name]) != text(now[name]) for name in NAMES):
        kinds.add("renamed")
    if distance_km(was["lat"], was["lon"], now["lat"], now["lon"]) > 0.05:
        kinds.add("moved")
    if was["operator_id"] and now["operator_id"] and was["operator_id"] != now["operator_id"]:
        kinds.add("reassigned")
    if kinds and difference is None:
        kinds.add("piles_unknown")
    return kinds, difference


NAMES = ("name", "name_zh")


def text(name):
    return name and " ".join(name.casefold().split())
