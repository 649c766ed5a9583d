"""Whether a source was converted from GCJ-02, judged by another source with the same stations."""

from collections.abc import Callable
from enum import StrEnum
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from charging.analytics.quality.duplicates import chord_of
from charging.analytics.quality.name_similarity import NEAR_NAME, Names, likeness, names_of, operator_keys
from charging.domain.datum import CHINA, from_wgs84, is_shifted
from charging.domain.geography import Floats, great_circle_km, unit_vectors
from charging.domain.vocabulary import Datum

AGREE_M = 50.0
"""Distance up to which two sources give one place, m: the shift of GCJ-02 is longer in every city."""

MIN_MATCHES = 10
"""Stations of the other source that must be found, in place or shifted, before there is a verdict."""

MIN_SHIFTED = 5
"""Stations that must be found shifted before a conversion is called forgotten."""

FORGOTTEN_SHARE = 0.2
"""Share of shifted stations among those found from which a conversion was forgotten, at least for some."""

TIMES_CHANCE = 3
"""How many times more often than by chance stations must be found where the shift leads."""


class Verdict(StrEnum):
    """Whether a source was converted from GCJ-02."""

    FORGOTTEN = "forgotten"  # it lies where it would without the conversion, off the other source
    CONVERTED = "converted"  # it lies where the other source does
    UNDECIDED = "not_told"  # nothing to compare with, or too little


def forgotten_conversion(stations: pd.DataFrame, *, tolerance_m: float = AGREE_M) -> pd.DataFrame:
    """Return for each source whether it looks as if its conversion from GCJ-02 was forgotten.

    Points in GCJ-02 taken for WGS-84 lie 300 to 600 m off in most cities, all in the direction the shift has
    there. One source alone cannot show it: nothing says where its stations are. A second source shows it:
    stations of the same operator, or of a similar name, are often exactly one shift apart.

    Parameters
    ----------
    stations
        As `charging.queries.quality.station_points` returns them. Only those on the mainland are looked at.
    tolerance_m
        Distance up to which two sources give one place, m.

    Returns
    -------
    table
        A row per source and other source, in the order of their names, and one with a null `reference` where
        there is a single source: `source`, `reference`, `compared` (stations of the reference), `in_place`
        and `shifted` (how many of them have a match in the source at their place, and one shift from it),
        `by_chance` (how many have one where the shift leads when it is turned by a right angle, the mean of
        both sides), `share` (shifted ÷ (in_place + shifted), 0 to 1; NaN: none was found),
        `median_offset_m` and `expected_m` (of the shifted pairs: how far apart they are, and how long the
        shift is there), `verdict` (`Verdict`).

    Notes
    -----
    A source that was converted although it was in WGS-84 looks, seen from the other, as if *that* one had
    forgotten it: there is no telling which, and a third source or a map has to decide. A station with
    matches at both places counts in both figures.
    """
    rows = stations[_on_the_mainland(stations)].reset_index(drop=True)
    sources = sorted(stations.source.unique())
    if len(sources) == 1:
        return _table([_verdict_row(sources[0], None, _NOTHING)])
    sites = {source: _sites(rows[rows.source == source]) for source in sources}
    found = [
        _verdict_row(source, reference, _count_matches(sites[source], sites[reference], tolerance_m))
        for source, reference in permutations(sources, 2)
    ]
    return _table(found)


class _Sites(NamedTuple):
    """The stations of one source on the mainland."""

    lat: Floats
    lon: Floats
    operators: NDArray[np.object_]  # None: not known
    names: Callable[[int], Names]  # of the station at a position


class _Matches(NamedTuple):
    """What of a reference is found in a source."""

    compared: int
    in_place: int
    shifted: int
    by_chance: float
    median_offset_m: float  # NaN: nothing is shifted
    expected_m: float


_NOTHING = _Matches(0, 0, 0, 0.0, np.nan, np.nan)


def _on_the_mainland(stations: pd.DataFrame) -> NDArray[np.bool_]:
    """Return where the shift of GCJ-02 applies: by country and region, and only near China."""
    columns = ("country", "region", "city_id", "lat", "lon")
    rows = stations[list(columns)].astype(object).where(stations[list(columns)].notna(), None)
    return np.array(
        [
            CHINA.contains(lat, lon) and is_shifted(Datum.GCJ02, country, region, city_id)
            for country, region, city_id, lat, lon in rows.itertuples(index=False)
        ],
        dtype=np.bool_,
    )


def _sites(rows: pd.DataFrame) -> _Sites:
    operators = operator_keys(rows).astype(object)
    return _Sites(
        rows.lat.to_numpy(np.float64),
        rows.lon.to_numpy(np.float64),
        operators.where(operators.notna(), None).to_numpy(),
        names_of(rows),
    )


def _count_matches(sites: _Sites, reference: _Sites, tolerance_m: float) -> _Matches:
    """Return how many stations of a reference have a match in a source: in place, shifted, by chance."""
    if not len(sites.lat) or not len(reference.lat):
        return _NOTHING._replace(compared=len(reference.lat))
    lat, lon = reference.lat, reference.lon
    gcj02_lat, gcj02_lon = from_wgs84(lat, lon, Datum.GCJ02)
    parallel = np.cos(np.radians(lat))
    north, east = gcj02_lat - lat, (gcj02_lon - lon) * parallel  # both in degrees of latitude
    tree = cKDTree(unit_vectors(sites.lat, sites.lon))

    def matches(at_lat: Floats, at_lon: Floats) -> NDArray[np.intp]:
        found = tree.query_ball_point(unit_vectors(at_lat, at_lon), chord_of(tolerance_m))
        near: list[list[int]] = np.asarray(found, dtype=np.object_).tolist()
        pairs = [(own, other) for own, others in enumerate(near) for other in sorted(others)]
        held = [pair for pair in pairs if _is_match(reference, pair[0], sites, pair[1])]
        return np.array(held, dtype=np.intp).reshape(-1, 2)

    in_place, shifted = matches(lat, lon), matches(gcj02_lat, gcj02_lon)
    turned = [matches(lat + side * east, lon - side * north / parallel) for side in (1, -1)]
    own, other = shifted.T
    offset_km = great_circle_km(lat[own], lon[own], sites.lat[other], sites.lon[other])
    expected_km = great_circle_km(lat[own], lon[own], gcj02_lat[own], gcj02_lon[own])
    return _Matches(
        compared=len(lat),
        in_place=_count_stations(in_place),
        shifted=_count_stations(shifted),
        by_chance=sum(map(_count_stations, turned)) / len(turned),
        median_offset_m=float(np.median(offset_km)) * 1_000 if len(shifted) else np.nan,
        expected_m=float(np.median(expected_km)) * 1_000 if len(shifted) else np.nan,
    )


def _is_match(reference: _Sites, own: int, sites: _Sites, other: int) -> bool:
    """Return whether two stations are the same by operator, or by name where an operator is not known."""
    operator, other_operator = reference.operators[own], sites.operators[other]
    if operator is not None and other_operator is not None:
        return bool(operator == other_operator)
    alike = likeness(reference.names(own), sites.names(other))
    return alike.similarity >= NEAR_NAME and not alike.is_numbered_apart


def _count_stations(pairs: NDArray[np.intp]) -> int:
    """Return how many stations of the reference are in the pairs."""
    return len(np.unique(pairs[:, 0]))


def _verdict_row(source: str, reference: str | None, found: _Matches) -> dict[str, object]:
    """Return a row of the table."""
    matched = found.in_place + found.shifted
    shifted_share = found.shifted / matched if matched else np.nan
    chance = TIMES_CHANCE * found.by_chance
    verdict = Verdict.UNDECIDED
    if matched >= MIN_MATCHES:
        if found.shifted >= MIN_SHIFTED and found.shifted > chance and shifted_share >= FORGOTTEN_SHARE:
            verdict = Verdict.FORGOTTEN
        elif found.in_place > chance:
            verdict = Verdict.CONVERTED
    row = {"source": source, "reference": reference} | found._asdict()
    return row | {"share": shifted_share, "verdict": verdict}


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    columns = ["source", "reference", "compared", "in_place", "shifted", "by_chance", "share"]
    return pd.DataFrame(rows, columns=[*columns, "median_offset_m", "expected_m", "verdict"])
