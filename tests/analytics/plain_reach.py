"""The slow, obvious way to reach, density and white spots: loops, `math` and h3, a row at a time."""

import math
from collections import defaultdict

import h3.api.numpy_int as h3

RADIUS_KM = 6371.0088


def haversine_km(lat, lon, other_lat, other_lon):
    """Return the great-circle distance of two points, degrees."""
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    half_lat, half_lon = (other_phi - phi) / 2, math.radians(other_lon - lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_lon) ** 2
    return 2 * RADIUS_KM * math.asin(math.sqrt(min(1, chord)))


def nearest_km(places, stations):
    """Return, for each (lat, lon), the distance to the nearest (operator, lat, lon) by operator."""
    table = []
    for lat, lon in places:
        row = {}
        for operator, station_lat, station_lon in stations:
            km = haversine_km(lat, lon, station_lat, station_lon)
            row[operator] = min(km, row.get(operator, math.inf))
        table.append(row)
    return table


def reached_weight(table, weights, operators, km):
    """Return the weight of the rows of `nearest_km` that have one of the operators (None: any) within km."""
    total = 0.0
    for row, weight in zip(table, weights, strict=True):
        if any(row[name] <= km for name in row if operators is None or name in operators):
            total += weight
    return total


def white_spots(places, stations, resolution, own, exponents):
    """Return (score, cell, terms) of every cell with weight, the best first.

    Places are (lat, lon, weight), stations (operator or None, lat, lon, piles), exponents three numbers.
    """
    held = defaultdict(list)
    for lat, lon, weight in places:
        if weight > 0:
            held[_cell(lat, lon, resolution)].append((lat, lon, weight))
    ranking = []
    for cell, inside in held.items():
        lat, lon = _balance(inside)
        km = min((haversine_km(lat, lon, s[1], s[2]) for s in stations if s[0] in own), default=None)
        others = sum(
            piles
            for operator, station_lat, station_lon, piles in stations
            if operator not in own
            and operator is not None
            and _cell(station_lat, station_lon, resolution) == cell
        )
        if km is not None:
            bases = (sum(weight for _, _, weight in inside), km, 1 + others)
            terms = tuple(base**exponent for base, exponent in zip(bases, exponents, strict=True))
            ranking.append((math.prod(terms), cell, terms))
    return sorted(ranking, key=lambda entry: (-entry[0], entry[1]))


def weight_in(cell, places):
    """Return the weight of the (lat, lon, weight) whose cell this is."""
    return sum(w for lat, lon, w in places if _cell(lat, lon, h3.get_resolution(cell)) == cell)


def _cell(lat, lon, resolution):
    return h3.latlng_to_cell(lat, lon, resolution)


def _balance(inside):
    x = y = z = 0.0
    for lat, lon, weight in inside:
        phi, lam = math.radians(lat), math.radians(lon)
        x += weight * math.cos(phi) * math.cos(lam)
        y += weight * math.cos(phi) * math.sin(lam)
        z += weight * math.sin(phi)
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))
