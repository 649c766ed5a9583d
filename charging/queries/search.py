"""Finds what a reader means by a few letters: a point, a city, an operator, a town, a station.

Names are compared by their letters alone, so "xian", "xi an" and "Xi'an" are one; stations by the words of
their searched text, as the text filter does, or of their name in pinyin. Cities, towns and points need no
dataset.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from charging.dataset.operators import NamedOperator
from charging.domain.coordinates import WrittenPoint, read_point
from charging.domain.datum import CHINA, to_wgs84
from charging.domain.geography import City, Place, great_circle_km, load_cities, load_places
from charging.domain.operators import load_operators
from charging.domain.text_folding import fold_letters, fold_pinyin, fold_text
from charging.domain.towns import CHINA as CHINA_CODE
from charging.domain.vocabulary import Datum
from charging.queries.dataset_figures import countries
from charging.queries.engine import Engine, Query
from charging.queries.town_search import find_towns

MAX_TEXT_LENGTH = 100
"""Characters of a text that count."""

SAME_PLACE_KM = 50.0
"""A town with the name of a city and at most this far from it is that city."""


class HitKind(StrEnum):
    """What was found."""

    POINT = "point"
    CITY = "city"
    OPERATOR = "operator"
    TOWN = "town"
    STATION = "station"


MAX_HITS = {HitKind.CITY: 4, HitKind.OPERATOR: 3, HitKind.TOWN: 3}
"""Hits of a kind among all, so that the kinds after it are shown too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that was found; coordinates are WGS-84 degrees, None for what has no single place."""

    kind: HitKind
    id: str  # of the city, operator, place or station; of a point, its datum and what was written
    name: str | None
    name_zh: str | None = None
    region: str | None = None  # province of a city or town, address of a station
    region_zh: str | None = None
    city_id: str | None = None
    lat: float | None = None
    lon: float | None = None
    datum: Datum | None = None  # a point only: the datum its coordinates were read in

    @property
    def key(self) -> str:
        """What distinguishes this hit from every other."""
        return f"{self.kind}:{self.id}"


def find_hits(engine: Engine, text: str, limit: int = 8) -> tuple[Hit, ...]:
    """Return what a text may mean, the likeliest first, at most `limit` hits.

    Points come first, then cities (an exact name, then one that begins with the text, then one that contains
    it; those in the countries of the dataset first, then the larger), operators of the dataset, towns, and
    stations: those whose text begins so, whose pinyin begins so, that have every word as it is, and that have
    them in pinyin, each time the largest first.

    Parameters
    ----------
    text
        Chinese, English, or pinyin without tones, of operators and stations its initials too; only the first
        `MAX_TEXT_LENGTH` characters count.

    Notes
    -----
    A point without a datum is WGS-84; the hit after it is the same pair read as GCJ-02. GCJ-02 shifts points
    only inside the box around China, and all of them there: no map shows where the shift ends.
    """
    folded = fold_text(text)[:MAX_TEXT_LENGTH].strip()
    if not folded:
        return ()
    found = [*_points(folded), *_find_names(engine, fold_letters(folded))]
    missing = limit - len(found)
    if missing > 0:
        found.extend(_stations(engine, folded, missing))
    return tuple(found[:limit])


def _points(text: str) -> Iterator[Hit]:
    point = read_point(text)
    if point is None:
        return
    first = point.datum or Datum.WGS84
    yield _point(point, first)
    if CHINA.contains(point.lat, point.lon):
        yield _point(point, Datum.WGS84 if first is not Datum.WGS84 else Datum.GCJ02)


def _point(point: WrittenPoint, datum: Datum) -> Hit:
    is_shifted = CHINA.contains(point.lat, point.lon)
    lat, lon = to_wgs84(point.lat, point.lon, datum if is_shifted else Datum.WGS84)
    written = f"{round(point.lat, _DIGITS)}, {round(point.lon, _DIGITS)}"
    key = f"{datum}:{written}"
    return Hit(kind=HitKind.POINT, id=key, name=written, lat=float(lat), lon=float(lon), datum=datum)


_DIGITS = 6
"""Decimals of a degree that are shown: 0.1 m."""


class _Entry(NamedTuple):
    """A thing with a name, the forms of its name that are compared, and its size."""

    hit: Hit
    keys: tuple[str, ...]
    size: int
    pinyin: str | None = None  # as a dataset holds it


def _find_names(engine: Engine, letters: str) -> Iterator[Hit]:
    if not letters:
        return
    yield from _with_towns(engine, HitKind.CITY, _cities(), letters)
    operators = _rank_entries(_operators(engine.operators), letters)
    yield from (entry.hit for _, entry in operators[: MAX_HITS[HitKind.OPERATOR]])
    yield from _with_towns(engine, HitKind.TOWN, _towns(), letters)


def _with_towns(engine: Engine, kind: HitKind, entries: Iterable[_Entry], letters: str) -> Iterator[Hit]:
    """Yield the best of the entries of China and of the towns of the world together."""
    here, limit = countries(engine), MAX_HITS[kind]
    ranked = [
        ((rank, CHINA_CODE not in here, -entry.size), entry.hit)
        for rank, entry in _rank_entries(entries, letters)[:limit]
    ]
    towns = find_towns(letters, here, are_cities=kind is HitKind.CITY, limit=limit)
    ranked += [
        ((each.rank, not each.is_home, -each.city.population), _city(each.city, kind)) for each in towns
    ]
    yield from (hit for _, hit in sorted(ranked, key=itemgetter(0))[:limit])


def _rank_entries(entries: Iterable[_Entry], letters: str) -> list[tuple[int, _Entry]]:
    ranks = ((_rank_entry(entry, letters), entry) for entry in entries)
    return sorted((pair for pair in ranks if pair[0] < _NO_MATCH), key=lambda pair: (pair[0], -pair[1].size))


_NO_MATCH = 3

_CACHED_DATASETS = 8  # whose operators are kept


def _rank(key: str, letters: str) -> int:
    """Return 0 for an exact name, 1 for one that begins with the text, 2 for one that contains it."""
    if letters not in key:
        return _NO_MATCH
    return 0 if key == letters else 1 if key.startswith(letters) else 2


def _rank_entry(entry: _Entry, letters: str) -> int:
    rank = min(_rank(key, letters) for key in entry.keys)
    return min(rank, _rank_pinyin(entry.pinyin, letters)) if entry.pinyin else rank


def _rank_pinyin(pinyin: str, text: str) -> int:
    """Return as `_rank` how well a text fits a name in pinyin; its initials it begins, and never is."""
    letters = fold_pinyin(text)
    full, _, initials = pinyin.partition(" ")
    return min(_rank(full, letters), 1 if initials.startswith(letters) else _NO_MATCH)


def fits_pinyin(pinyin: str, text: str) -> bool:
    """Return whether a text is part of a name in pinyin, or begins its initials."""
    return bool(fold_pinyin(text)) and _rank_pinyin(pinyin, text) < _NO_MATCH


@cache
def _cities() -> tuple[_Entry, ...]:
    return tuple(_Entry(_city(city), _city_keys(city), city.population) for city in load_cities())


def _city(city: City, kind: HitKind = HitKind.CITY) -> Hit:
    return Hit(
        kind=kind,
        id=city.id,
        name=city.name_en,
        name_zh=city.name_zh,
        region=city.province_en,
        region_zh=city.province_zh,
        lat=city.lat,
        lon=city.lon,
    )


def _city_keys(city: City) -> tuple[str, ...]:
    # "suzhou anhui" and "安徽省宿州" distinguish two cities of one name
    names = (city.name_zh, f"{city.name_en} {city.province_en}", f"{city.province_zh}{city.name_zh}")
    spelt = (city.name_en, city.name_zh.removesuffix("市"), *([city.pinyin] if city.pinyin else []))
    return tuple(fold_letters(name) for name in (*spelt, *names))


@lru_cache(_CACHED_DATASETS)
def _operators(operators: tuple[NamedOperator, ...]) -> tuple[_Entry, ...]:
    piles = {operator.id: operator.piles_2024_06 or 0 for operator in load_operators()}
    return tuple(
        _Entry(
            Hit(kind=HitKind.OPERATOR, id=operator.operator_id, name=operator.name, name_zh=operator.name_zh),
            tuple(
                fold_letters(name) for name in (operator.name, operator.name_zh or "", operator.operator_id)
            ),
            piles.get(operator.operator_id, 0),
            operator.pinyin,
        )
        for operator in operators
    )


@cache
def _towns() -> tuple[_Entry, ...]:
    """Return the places that are not cities: a city has an entry already, at its centre."""
    provinces = {city.id[:2]: city for city in load_cities()}
    centres: dict[str, list[City]] = {}
    for city in load_cities():
        centres.setdefault(fold_letters(city.name_en), []).append(city)
    names = {city.name_zh for city in load_cities()}
    return tuple(
        _Entry(
            _town(place, provinces.get(place.province)),
            tuple(fold_letters(name) for name in (place.name, place.name_zh) if name),
            place.population,
        )
        for place in load_places()
        if place.name_zh not in names
        if all(
            great_circle_km(place.lat, place.lon, city.lat, city.lon) >= SAME_PLACE_KM
            for city in centres.get(fold_letters(place.name), [])
        )
    )


def _town(place: Place, neighbour: City | None) -> Hit:
    """Return a town; a city of its province lends the province's names."""
    return Hit(
        kind=HitKind.TOWN,
        id=str(place.geonameid),
        name=place.name,
        name_zh=place.name_zh,
        region=neighbour.province_en if neighbour else None,
        region_zh=neighbour.province_zh if neighbour else None,
        lat=place.lat,
        lon=place.lon,
    )


def _stations(engine: Engine, text: str, limit: int) -> Iterator[Hit]:
    """Return the stations that have every word, in the order of `find_hits`."""
    words, ranks = [_word_condition(word) for word in text.split()], _station_ranks(text)
    has_all = " and ".join(word.sql for word in words)
    cases = " ".join(f"when {rank.sql} then {number}" for number, rank in enumerate(ranks))
    # the best are found before their texts are fetched
    best = (
        f"select station_no, case {cases} else {len(ranks)} end as rank from stations"
        f" where {has_all} order by rank, piles desc nulls last, station_no limit {int(limit)}"
    )
    rows = engine.run(
        Query(
            "select station_id as id, name, name_zh, address as region, address as region_zh, city_id,"
            " lat, lon"
            f" from ({best}) best join stations using (station_no)"
            " order by rank, piles desc nulls last, station_no",
            tuple(each for condition in (*ranks, *words) for each in condition.parameters),
        )
    )
    known = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return (Hit(kind=HitKind.STATION, **{str(name): value for name, value in row.items()}) for row in known)


class _Condition(NamedTuple):
    """SQL that is true or false of a station, with its bound parameters."""

    sql: str
    parameters: tuple[str, ...]


def _has_words(text: str) -> _Condition:
    words = text.split()
    likes = " and ".join("search like ? escape '!'" for _ in words)
    return _Condition(f"({likes})", tuple(f"%{_escape_like(word)}%" for word in words))


def _escape_like(text: str) -> str:
    """Return a text that `like ... escape '!'` takes literally."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _word_condition(word: str) -> _Condition:
    """Return the condition that a station has a word in its text, or its letters in its pinyin."""
    written, letters = _has_words(word), fold_pinyin(word)
    if not (letters and letters.isascii()):
        return written
    return _Condition(f"({written.sql} or pinyin like ?)", (*written.parameters, f"%{letters}%"))


def _station_ranks(text: str) -> list[_Condition]:
    """Return the conditions of which a better station meets an earlier one."""
    ranks = [_Condition("search like ? escape '!'", (f"{_escape_like(text)}%",)), _has_words(text)]
    letters = fold_pinyin(text)
    if letters and letters.isascii():
        begins = _Condition("pinyin like ? or pinyin like ?", (f"{letters}%", f"% {letters}%"))
        ranks.insert(1, begins)
    return ranks
