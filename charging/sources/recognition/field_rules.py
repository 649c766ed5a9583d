"""Which meanings of a header can be which field, and what its cells must then look like.

A header is a field only if each of its words is one that the field needs or allows: of "Federal Agency Name"
and "Available Chargers" nothing is taken, since one word too many may say that something else is meant.
"""

from collections.abc import Mapping
from typing import NamedTuple

from charging.sources.recognition.cells import SampleColumn
from charging.sources.recognition.field_cells import CELLS
from charging.sources.recognition.header_words import NUMBER, Meaning

_FROM_HEADER_ALONE = 0.9  # confidence where there are no cells to look at
_PER_STEP = 0.1  # confidence lost where only the last step of a path is understood


class FieldRule(NamedTuple):
    """A way to name a field."""

    needs: frozenset[str]
    allows: frozenset[str]
    confidence: float
    unknown: int  # words that may be in no list


class Candidate(NamedTuple):
    """A column that can be a field."""

    at: int  # its position
    confidence: float
    reason: str


_SITE = "station place charging display belongs flag"
_COUNTED = ("pile", "point", "port", "plug")
_UNIT = f"{' '.join(_COUNTED)} charging station display belongs rated"
_COUNTS = f"count total abbreviation {_UNIT}"

_WAYS: tuple[tuple[str, str, int, str], ...] = (
    # field; words allowed beside those needed; words in no list; needed words with the confidence they give
    ("lat", f"{_SITE} position address crs_name y", 0, "lat 1"),
    ("lon", f"{_SITE} position address crs_name x", 0, "lon 1"),
    ("position", f"{_SITE} crs_name x y pile address", 0, "lat lon 1, position .95, place .8"),
    (
        "piles",
        _COUNTS,
        0,
        "count total pile 1, count total point .98, count total port .96, count total plug .94",
    ),
    ("piles", _COUNTS, 0, "total pile 1, total point .98, total port .96, total plug .94"),
    (
        "piles",
        _COUNTS,
        0,
        "count pile .98, count point .96, count port .94, count plug .92, charging count .9",
    ),
    ("piles", _COUNTS, 0, "pile .88, point .86, port .84, plug .82"),
    ("piles", "total", 0, "count .8"),
    ("dc_piles", f"{_COUNTS} level {NUMBER}", 0, "dc .95"),
    ("ac_piles", _COUNTS, 0, "ac .95"),
    (
        "power_kw",
        f"{_UNIT} max kw w per",
        0,
        "power max 1, power kw .98, power .95, capacity kw .95, speed kw .95",
    ),
    ("power_kw", f"{_UNIT} max power per", 0, "kw .9, capacity .75"),
    ("connector", f"{_UNIT} type code name", 0, "plug type 1, plug .9, charging type .8, pile type .8"),
    ("connector", f"{_UNIT} code name", 0, "type .7, dc type .6"),
    ("name", f"{_SITE} pile point abbreviation", 0, "station name 1, name .9"),
    ("name", _SITE, 0, "abbreviation station 1, place name .95"),
    ("name", f"{_SITE} pile point", 0, "place charging .6"),
    ("name", f"{_SITE} pile point", 1, "station name .7"),
    ("name", _SITE.replace("place", ""), 0, "station .6"),
    (
        "operator",
        f"{_SITE} name company network abbreviation pile point provider detail",
        0,
        "operator name 1, abbreviation operator 1, operator .98, network .9, brand .85, provider .8",
    ),
    ("operator", f"{_SITE} name", 0, "company .7"),
    ("operator", _SITE, 0, "operator owner .7, operator id .6, operator code .6"),
    ("address", f"{_SITE} street name detail pile point {NUMBER}", 0, "address 1"),
    ("address", f"{_SITE} name detail pile point {NUMBER}", 0, "street .9"),
    ("city", f"{_SITE} name address", 0, "city 1, city postcode .9"),
    ("region", f"{_SITE} name address", 0, "region .95"),
    ("country", f"{_SITE} name address code iso {NUMBER}", 0, "country 1"),
    ("postcode", f"{_SITE} address code city count number", 0, "postcode 1"),
    ("opened_on", f"{_SITE} date pile point year rated", 0, "opened date 1, opened .9"),
    ("status", f"{_UNIT} type code flag", 0, "status .95"),
    ("access", f"{_SITE} type code pile point available name status", 0, "access .95"),
    ("access", _SITE, 0, "station type .5"),
    ("price", f"{_SITE} kwh energy access per electric", 0, "price .95"),
    ("price", f"{_SITE} kwh per", 1, "price .8"),
    ("id", f"{_SITE} code count", 0, "station id 1, id .95, station code .85, station number .75, code .6"),
    ("id", f"{_SITE} code", 0, "station key .7, key .65"),
    ("id", f"{_SITE} code {' '.join(_COUNTED)}", 0, "pile id .8, point id .8, port id .8, plug id .8"),
    ("id", f"{_SITE} {' '.join(_COUNTED)}", 0, "pile code .7, point code .7, port code .7, plug code .7"),
    ("id", "id", 0, "serial .5"),
    ("id", f"{_SITE} code {' '.join(_COUNTED)}", 1, "id .65"),
)


def _rules() -> Mapping[str, tuple[FieldRule, ...]]:
    found: dict[str, list[FieldRule]] = {}
    for field, allows, unknown, ways in _WAYS:
        for way in ways.split(","):
            *needs, confidence = way.split()
            rule = FieldRule(frozenset(needs), frozenset(allows.split()), float(confidence), unknown)
            found.setdefault(field, []).append(rule)
    return {field: tuple(rules) for field, rules in found.items()}


RULES = _rules()
"""The ways to name each field."""

_NEEDS_CELLS = frozenset({"position", "access", "status", "opened_on", "id"})
"""Fields whose header says too little without cells."""

_COUNT_WORDS = frozenset(_COUNTS.split())
_COUNT_FIELDS = ("piles", "dc_piles", "ac_piles")
_LEVELS = {1: "ac_piles", 2: "ac_piles", 3: "dc_piles"}


def candidate(field: str, at: int, meanings: tuple[Meaning, ...], column: SampleColumn) -> Candidate | None:
    """Return a column as what may be a field, or None where it may not be."""
    best: Candidate | None = None
    for meaning in meanings:
        score, reason = _named(field, meaning)
        is_vague = field in _NEEDS_CELLS or (field == "connector" and "plug" not in meaning.concepts)
        if not score or (column.is_empty and is_vague):
            continue
        fit = 1.0 if column.is_empty else CELLS[field](column, meaning)
        if column.is_empty:
            fit, reason = _FROM_HEADER_ALONE, f"{reason}; its cells are empty"
        found = Candidate(at, round(score * fit - _PER_STEP * bool(meaning.depth), 4), reason)
        if fit and (best is None or found.confidence > best.confidence):
            best = found
    return best


def names_field(field: str, meaning: Meaning) -> bool:
    """Whether a header of that meaning can name a field, whatever its cells are."""
    return _named(field, meaning)[0] > 0


def _named(field: str, meaning: Meaning) -> tuple[float, str]:
    """Return how surely a meaning names a field, 0 where it does not."""
    concepts = meaning.concepts
    if "number" in concepts and field in _COUNT_FIELDS and len(concepts) > 1:
        concepts = concepts - {"number"} | {"count"}
    level = _level_of(meaning)
    if "level" in concepts and field in _COUNT_FIELDS:
        is_count = concepts & {"count", "pile", "point", "port"}
        if level and _LEVELS.get(level) == field and is_count and not meaning.unknown:
            rest = concepts - {"level", NUMBER, "dc", "ac"} - _COUNT_WORDS
            return (0.95, f"its header counts chargers of level {level}") if not rest else (0.0, "")
        is_bare = concepts == {"level", NUMBER} and not meaning.unknown
        is_of_field = is_bare and _LEVELS.get(level or 0) == field
        return (0.9, f"its header says level {level}") if is_of_field else (0.0, "")
    if NUMBER in concepts and field != "dc_piles" and any(number > 1 for number in meaning.numbers):
        concepts = concepts | {"#more"}  # the second of several
    if field == "id" and "number" in concepts and meaning.order[-1] != "number":
        return 0.0, ""  # the number of something
    for rule in RULES[field]:
        if rule.needs <= concepts <= rule.needs | rule.allows and meaning.unknown <= rule.unknown:
            return rule.confidence, f"its header says {' '.join(sorted(rule.needs))}"
    return 0.0, ""


def _level_of(meaning: Meaning) -> int | None:
    """Return the number behind the word level, of 1 to 3."""
    if "level" not in meaning.order or not meaning.numbers:
        return None
    after = meaning.order.index("level") + 1
    is_behind = meaning.order[after : after + 1] == (NUMBER,)
    return meaning.numbers[meaning.order[:after].count(NUMBER)] if is_behind else None
