"""How alike two stations are called, once what every station of an operator is called is left out."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from charging.domain.operators import load_operators
from charging.domain.text_folding import fold_letters, fold_text

SAME_NAME = 0.9
"""Similarity from which two names are the same: one typing error in a name of some ten letters."""

NEAR_NAME = 0.6
"""Similarity from which two names are near: most words are shared, in any order."""

_EVERY_STATION = re.compile(
    r"charging|chargers?|charge|stations?|points?|superchargers?|supercharging|destination|hub|ev"
    r"|(?:超级|快速|公共)?充电[站桩]?|[超目快]充站?|电动汽车|换电站"
)
"""Words of any station's name, folded."""

_NUMBER = re.compile(
    r"\d+|(?<![^\W\d_])[a-z](?![^\W\d_])|[a-z](?=[座栋区])|(?:north|south|east|west)(?:bound)?"
    r"|[一二三四五六七八九十东南西北左右](?=[号期区栋座库侧向])|[上下](?=行)|[^\W\d_]{2}(?=方向)"
)
"""What distinguishes places of one name: a number, a single Latin letter, a side of the road, and the like
of 二期 and 东区."""


_LAST_OPERATORS = 4_096  # operators whose words are kept
_LAST_NAMES = 16_384  # stations whose names are kept, of some 5 kB each


class Name(NamedTuple):
    """A name as it is compared."""

    pairs: frozenset[str]
    pairs_without_number: frozenset[str]
    numbers: frozenset[str]


Names = tuple[Name, ...]
"""The names of one station."""


class Likeness(NamedTuple):
    """How alike two names are."""

    similarity: float  # 0 to 1; NaN: one of the two is not known
    is_numbered_apart: bool = False  # near, but for numbers that contradict each other


NOT_KNOWN = Likeness(float("nan"))


def similarity(name: str, other: str) -> float:
    """Return how alike two names are, 0 to 1; NaN where one has no letter or digit.

    Notes
    -----
    Dice's coefficient of the pairs of neighbouring letters, folded, without blanks, signs and accents: 2 ×
    shared pairs ÷ all pairs, each pair counted once. A single letter is a pair by itself.

    Examples
    --------
    >>> similarity("Gare du Nord", "gare-du-nord"), similarity("night", "nacht")
    (1.0, 0.25)
    """
    return _dice(_letter_pairs(fold_letters(name)), _letter_pairs(fold_letters(other)))


def names_of(stations: pd.DataFrame) -> Callable[[int], Names]:
    """Return a function that gives the names of the station at a position, in a form to compare.

    A station whose names say no more than its operator has none. Names are prepared when they are asked for,
    which takes longer than all else, and the last ones are kept. Of `stations` are read `name`, `name_zh`,
    `operator_id` and `operator_raw`; null: not known.
    """
    columns = [stations[column].to_list() for column in ("name", "name_zh", "operator_id", "operator_raw")]

    @lru_cache(_LAST_NAMES)
    def names(position: int) -> Names:
        texts = [column[position] for column in columns]
        name, name_zh, *operator = (text if isinstance(text, str) else "" for text in texts)
        own = _own_words(*operator)
        prepared = (_prepare_name(own.sub(" ", fold_text(text))) for text in dict.fromkeys([name, name_zh]))
        return tuple(one for one in prepared if one.pairs)

    return names


def operator_keys(stations: pd.DataFrame) -> pd.Series:
    """Return what distinguishes operators: the resolved id, else the letters of the raw text, else null."""
    raw = stations.operator_raw.map(lambda text: fold_letters(text) or None, na_action="ignore").astype(
        "object"
    )
    # a raw text is never taken for an id that happens to be spelt alike
    return stations.operator_id.astype("object").where(stations.operator_id.notna(), "raw:" + raw)


def likeness(names: Names, others: Names) -> Likeness:
    """Return how alike the two most similar of two stations' names are."""
    found = (_likeness(name, other) for name in names for other in others)
    return max(found, key=lambda alike: alike.similarity, default=NOT_KNOWN)


def _likeness(name: Name, other: Name) -> Likeness:
    alike = _dice(name.pairs, other.pairs)
    # one of two addresses may have a postcode too, which is no contradiction
    contradict = not (name.numbers <= other.numbers or other.numbers <= name.numbers)
    is_numbered_apart = contradict and (
        name.pairs_without_number == other.pairs_without_number
        or _dice(name.pairs_without_number, other.pairs_without_number) >= NEAR_NAME
    )
    return Likeness(alike, is_numbered_apart)


def _prepare_name(text: str) -> Name:
    rest = _EVERY_STATION.sub(" ", text)
    numbers = frozenset(number.lstrip("0") or "0" for number in _NUMBER.findall(rest))
    pairs = _letter_pairs(fold_letters(rest))
    without = _letter_pairs(fold_letters(_NUMBER.sub(" ", rest))) if numbers else pairs
    return Name(pairs, without, numbers)


@lru_cache(_LAST_OPERATORS)
def _own_words(operator_id: str, operator_raw: str) -> re.Pattern[str]:
    """Match what an operator is called: in the registry, and by the source."""
    registry = load_operators()
    called = [operator_raw]
    if operator_id in registry:
        called += [registry[operator_id].name_en, registry[operator_id].name_zh or ""]
    words = sorted({fold_text(text) for text in called} - {""}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)) or r"(?!)")


def _letter_pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(max(len(text) - 1, min(len(text), 1))))


def _dice(pairs: frozenset[str], others: frozenset[str]) -> float:
    whole = len(pairs) + len(others)
    return 2 * len(pairs & others) / whole if pairs and others else float("nan")
