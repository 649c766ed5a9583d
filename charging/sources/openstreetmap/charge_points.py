"""Single posts and the stations they belong to, by distance."""

import math
from collections.abc import Iterable, Iterator

from charging.domain.bounds import KM_PER_DEGREE, WORLD
from charging.domain.geography import great_circle_km
from charging.sources.records import StationRecord

SITE_M = 50.0
"""Largest distance of a post from the middle of its station, m; most car parks with posts are smaller."""

_STEP = SITE_M / (KM_PER_DEGREE * 1000)  # degrees of latitude


class ChargePosts:
    """Posts by place; each belongs to the first station that is near enough."""

    def __init__(self, posts: Iterable[StationRecord]) -> None:
        """Sort the posts by latitude."""
        self._by_row: dict[int | None, list[StationRecord]] = {}
        for post in posts:
            self._by_row.setdefault(_row(post), []).append(post)

    def join_posts(self, station: StationRecord) -> StationRecord:
        """Return a station with the posts at it: with their piles, where it gives none itself."""
        near = self._take_near(station)
        if not near:
            return station
        is_silent = not station.piles and station.stated_piles is None
        piles = tuple(pile for post in near for pile in post.piles) if is_silent else station.piles
        unmapped = tuple(pair for post in near for pair in post.unmapped) if is_silent else ()
        return station._replace(
            piles=piles, rows=station.rows + len(near), unmapped=station.unmapped + unmapped
        )

    def unassigned(self) -> Iterator[StationRecord]:
        """Yield the posts that belong to no station."""
        for posts in self._by_row.values():
            yield from posts

    def _take_near(self, station: StationRecord) -> list[StationRecord]:
        near: list[StationRecord] = []
        middle_row = _row(station)
        if middle_row is None:
            return near
        for row in range(middle_row - 1, middle_row + 2):
            there = self._by_row.get(row, [])
            found = [post for post in there if _distance_m(post, station) <= SITE_M]
            if found:
                self._by_row[row] = [post for post in there if post not in found]
                near += found
        return near


def _row(at: StationRecord) -> int | None:
    """Return the row of latitudes a place lies in; None for what lies nowhere, which is rejected later."""
    return math.floor(at.lat / _STEP) if WORLD.contains(at.lat, at.lon) else None


def _distance_m(one: StationRecord, other: StationRecord) -> float:
    return float(great_circle_km(one.lat, one.lon, other.lat, other.lon)) * 1000
