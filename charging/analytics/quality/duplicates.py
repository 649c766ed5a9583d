"""Stations that may be the same site twice, within a source or between two.

Pairs are found by distance and judged by evidence; each is reported with what speaks for and against it, and
with a suggestion which of the two to keep. Nothing is merged here: that is asked for with
`charging.dataset.merging`, and can be undone.
"""

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from charging.analytics.quality.name_similarity import (
    NEAR_NAME,
    SAME_NAME,
    Likeness,
    likeness,
    names_of,
    operator_keys,
)
from charging.domain.geography import great_circle_km, unit_vectors
from charging.domain.hexes import EARTH_RADIUS_KM
from charging.errors import UsageError

WITHIN_M = 150.0
"""Distance up to which two stations are compared, m: the length of a car park, the error of an address."""

SAME_POINT_M = 10.0
"""Distance up to which two points are one, m: four decimals of a degree round by up to 8 m."""

NEAR_M = 50.0
"""Distance up to which two points are of one site, m: a station that is farther has moved."""

OTHER_NAME = 0.3
"""Similarity below which names are different."""

LIKELY, POSSIBLE = 6, 4
"""Points of evidence a pair must have to be likely or possible; with fewer it is not reported."""

MAX_AT_ONE_POINT = 20
"""Stations at exactly one point above which it is a default of its source and says nothing of them."""

MAX_PAIRS = 5_000_000
"""Pairs that are compared at most: of 16 bytes an index, and 20 more columns, some 2 GB."""

_POINTS = {
    "same_point": 3,
    "near": 1,
    "between_sources": 1,  # a source seldom lists a site twice, two sources always do
    "same_operator": 2,
    "other_operator": -3,  # two operators in one car park are usual
    "same_name": 2,
    "near_name": 1,
    "other_name": -2,
    "numbered_apart": -3,  # "Block 1" and "Block 2"
    "same_piles": 1,
    "same_ids": 3,  # the ids of piles are unique, but not all sources keep to it
}
"""What each piece of evidence counts."""

_DAY = pd.Timedelta(days=1)
"""How much later a station must be told to be newer; copies of one pull differ by minutes."""

_STEP_DEG = 1e-6  # points this close are exactly one: a tenth of a metre


class Grade(StrEnum):
    """How much speaks for a pair."""

    LIKELY = "likely"
    POSSIBLE = "possible"


class KeepReason(StrEnum):
    """Why one of a pair is suggested to be kept."""

    NEWER = "newer"  # its source changed it, or told its status, later
    MORE_KNOWN = "more_known"  # of one day with the other, and more of its fields are known
    FIRST = "first"  # neither decides: the first by id


COLUMNS = (
    *("keep", "drop", "kept_for", "grade", "score", "distance_m"),
    *("same_operator", "name_similarity", "same_piles", "same_ids", "keep_source", "drop_source"),
)


def suspected_duplicates(stations: pd.DataFrame, *, within_m: float = WITHIN_M) -> pd.DataFrame:
    """Return pairs of stations that may be the same site, with the evidence.

    Parameters
    ----------
    stations
        As `charging.queries.quality.station_points` returns them: `station_id` (unique), `source`, `name`,
        `name_zh`, `operator_id`, `operator_raw`, `lat`, `lon` (WGS-84 degrees), `piles`, `updated_at`,
        `status_at`, `known_fields`, `pile_ids` (those of them that other stations have too). Null: not known.
        Their order does not matter.
    within_m
        Great-circle distance up to which stations of two sources are compared, m; those of one source are
        compared up to `NEAR_M`, since a street may have ten posts of one name.

    Returns
    -------
    table
        A row per pair, the strongest first, then the closest, then by ids: `keep` and `drop` (station ids, as
        suggested), `kept_for` (`KeepReason`), `grade` (`Grade`), `score` (points), `distance_m`,
        `same_operator` and `same_piles` (True, False, or null: one of the two is not known), `same_ids`
        (whether a pile of one has the id of a pile of the other), `name_similarity` (0 to 1; null: one has no
        name of its own), `keep_source`, `drop_source`.

    Raises
    ------
    UsageError
        If `within_m` is not above zero, or more than `MAX_PAIRS` pairs lie within it.

    Notes
    -----
    Evidence is added up in points: same point (`SAME_POINT_M`) 3 or near (`NEAR_M`) 1; two sources 1; same
    operator 2, another one −3; same name 2, near 1, another −2, the same but for its number −3; same number
    of piles 1; a pile of the same id 3. What is not known counts nothing. From `POSSIBLE` points on a pair is
    reported, from `LIKELY` on as likely: two sources with one point agree in the operator or the name, one
    source with one point in both. The thresholds are this project's own, and no share of true pairs is
    claimed for a grade.

    To be kept is suggested the one that its source changed later, or told the status of, by a day or more; of
    others the one of which more is known, then the later one, then the first by id.

    A pair of operators that both are unresolved is the same where their raw texts are. Names are compared
    without the operator's own, so that two "Tesla Supercharger" of Tesla are nameless.

    Stations at one of the points of `crowded_points` are not compared.
    """
    if not within_m > 0:
        message = f"Expected a distance above 0 m to compare stations within, found {within_m!r}"
        raise UsageError(message)
    rows = stations.sort_values("station_id", ignore_index=True)
    at_point = rows.groupby(_points_of(rows)).station_id.transform("size")
    rows = rows[at_point <= MAX_AT_ONE_POINT].reset_index(drop=True)
    lat, lon = (rows[axis].to_numpy(np.float64) for axis in ("lat", "lon"))
    first, second, distance_m = near_pairs(lat, lon, within_m)
    operators, source = operator_keys(rows), rows.source.to_numpy(dtype=object)
    is_asked = (source[first] != source[second]) | (distance_m <= NEAR_M)
    first, second, distance_m = first[is_asked], second[is_asked], distance_m[is_asked]
    pairs = pd.DataFrame(
        {
            "first": first,
            "second": second,
            "distance_m": distance_m,
            "same_operator": _compare_values(operators, first, second),
            "same_piles": _compare_values(rows.piles, first, second),
            "same_ids": _share_ids(rows.pile_ids, first, second),
        }
    )
    pairs["score"] = _score_without_names(pairs, source[first] != source[second])
    # names are slow to compare: only where they can still decide
    pairs = pairs[pairs.score + _POINTS["same_name"] >= POSSIBLE].reset_index(drop=True)
    alike = _compare_names(rows, pairs)
    pairs["name_similarity"] = np.array([pair.similarity for pair in alike], dtype=np.float64)
    pairs["score"] += np.array([_name_points(pair) for pair in alike], dtype=np.int64)
    return _report_pairs(rows, pairs[pairs.score >= POSSIBLE])


def crowded_points(stations: pd.DataFrame) -> pd.DataFrame:
    """Return points that too many stations share to be true of all: defaults and centres of towns.

    Parameters
    ----------
    stations
        With `station_id`, `source`, `lat`, `lon` (WGS-84 degrees).

    Returns
    -------
    table
        A row per point with more than `MAX_AT_ONE_POINT` stations, the most crowded first: `lat`, `lon`,
        `stations`, `sources` (how many), `example` (the first id).
    """
    table = stations.groupby(_points_of(stations), sort=True).agg(
        lat=("lat", "first"),
        lon=("lon", "first"),
        stations=("station_id", "size"),
        sources=("source", "nunique"),
        example=("station_id", "min"),
    )
    crowded = table[table.stations > MAX_AT_ONE_POINT]
    return crowded.sort_values(["stations", "example"], ascending=[False, True], ignore_index=True)


def near_pairs(
    lat: NDArray[np.float64], lon: NDArray[np.float64], within_m: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return pairs of points within a great-circle distance: two positions, the smaller first, and metres.

    Pairs are ordered by their positions. Points are WGS-84 degrees.

    Raises
    ------
    UsageError
        If there are more than `MAX_PAIRS`.
    """
    tree = cKDTree(unit_vectors(lat, lon))
    chord = chord_of(within_m)
    count = (tree.count_neighbors(tree, chord) - len(lat)) // 2
    if count > MAX_PAIRS:
        message = (
            f"Expected at most {MAX_PAIRS:,} pairs of stations within {within_m:g} m of each other,"
            f" found {count:,}: compare within a shorter distance"
        )
        raise UsageError(message)
    pairs = tree.query_pairs(chord, output_type="ndarray")
    first, second = np.sort(pairs, axis=1).T
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    distance_m = great_circle_km(lat[first], lon[first], lat[second], lon[second]) * 1_000
    is_within = distance_m <= within_m
    return first[is_within], second[is_within], distance_m[is_within]


def chord_of(distance_m: float) -> float:
    """Return the straight line through a unit sphere for a distance on the ground, a hair too long."""
    return float(2 * np.sin(min(distance_m / 2_000 / EARTH_RADIUS_KM, np.pi / 2)) * (1 + 1e-9))


def _points_of(stations: pd.DataFrame) -> list[pd.Series]:
    """Return the exact point of each station, in steps of latitude and of longitude."""
    return [(stations[axis] / _STEP_DEG).round() for axis in ("lat", "lon")]


def _compare_values(values: pd.Series, first: NDArray[np.intp], second: NDArray[np.intp]) -> pd.Series:
    """Return whether two values are equal; null where one is not known."""
    codes, _ = pd.factorize(values)
    one, other = codes[first], codes[second]
    is_known = (one >= 0) & (other >= 0)
    return pd.Series(one == other, dtype="boolean").where(is_known)


def _share_ids(pile_ids: pd.Series, first: NDArray[np.intp], second: NDArray[np.intp]) -> pd.Series:
    """Return whether two stations have a pile of one id."""
    has_ids = pile_ids.notna().to_numpy()
    found = np.zeros(len(first), np.bool_)
    asked = np.flatnonzero(has_ids[first] & has_ids[second])
    if asked.size:
        ids = [
            frozenset(each) if known else frozenset() for each, known in zip(pile_ids, has_ids, strict=True)
        ]
        found[asked] = [
            not ids[one].isdisjoint(ids[other])
            for one, other in zip(first[asked].tolist(), second[asked].tolist(), strict=True)
        ]
    return pd.Series(found, dtype="boolean")


def _score_without_names(pairs: pd.DataFrame, is_between: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the points of place, operator and number of piles."""
    distance_m = pairs.distance_m.to_numpy()
    near = np.where(distance_m <= NEAR_M, _POINTS["near"], 0)
    score = np.where(distance_m <= SAME_POINT_M, _POINTS["same_point"], near)
    score = score + _POINTS["between_sources"] * is_between
    for evidence, holds in (
        ("same_operator", pairs.same_operator),
        ("other_operator", ~pairs.same_operator),
        ("same_piles", pairs.same_piles),
        ("same_ids", pairs.same_ids),
    ):
        score = score + _POINTS[evidence] * holds.fillna(value=False).to_numpy(dtype=np.bool_)
    return np.asarray(score, dtype=np.int64)


def _compare_names(rows: pd.DataFrame, pairs: pd.DataFrame) -> list[Likeness]:
    """Return how alike the names of each pair are."""
    names = names_of(rows)
    return [
        likeness(names(first), names(second))
        for first, second in zip(pairs["first"].tolist(), pairs["second"].tolist(), strict=True)
    ]


def _name_points(alike: Likeness) -> int:
    if alike.is_numbered_apart:
        return _POINTS["numbered_apart"]
    if alike.similarity >= SAME_NAME:
        return _POINTS["same_name"]
    if alike.similarity >= NEAR_NAME:
        return _POINTS["near_name"]
    return _POINTS["other_name"] if alike.similarity < OTHER_NAME else 0  # NaN is below nothing


def _report_pairs(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs as they are shown, with the one to keep."""
    first, second = (pairs[side].to_numpy(np.intp) for side in ("first", "second"))
    more = rows.known_fields.to_numpy()[second] - rows.known_fields.to_numpy()[first]
    later = _later_by(_latest_times(rows), first, second)
    is_newer = np.abs(later) >= _DAY.total_seconds()
    decides = np.where(is_newer | (more == 0), later, more)
    # rows are in the order of their ids: where nothing decides, the first is kept
    keep, drop = np.where(decides > 0, (second, first), (first, second))
    kept_for = np.select(
        [is_newer, more != 0, later != 0],
        [KeepReason.NEWER, KeepReason.MORE_KNOWN, KeepReason.NEWER],
        KeepReason.FIRST,
    )
    ids, source = (rows[name].to_numpy(dtype=object) for name in ("station_id", "source"))
    table = pairs.assign(
        keep=ids[keep],
        drop=ids[drop],
        kept_for=kept_for,
        grade=np.where(pairs.score >= LIKELY, Grade.LIKELY, Grade.POSSIBLE),
        keep_source=source[keep],
        drop_source=source[drop],
    )
    order = ["score", "distance_m", "first", "second"]
    table = table.sort_values(order, ascending=[False, True, True, True], ignore_index=True)
    return table[list(COLUMNS)]


def _latest_times(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return when a source last changed a station or told its status, in s; not known is before all times."""
    times = pd.concat([pd.to_datetime(rows[name], utc=True) for name in ("updated_at", "status_at")], axis=1)
    latest = times.max(axis=1)
    seconds = (latest - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    return np.asarray(seconds.fillna(-np.inf), dtype=np.float64)


def _later_by(
    times: NDArray[np.float64], first: NDArray[np.intp], second: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return by how much the second of each pair was told later than the first, in s."""
    one, other = times[first], times[second]
    later: NDArray[np.float64] = np.zeros(len(first))
    np.subtract(other, one, out=later, where=one != other)
    return later
