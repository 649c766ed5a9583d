"""What the words of a header mean, in some twenty languages: `data/header_words.csv` has them by concept.

Headers are written in every way: `Power (kW)`, `max_power_kw`, `maxPowerKw`, `Längengrad [DG]`, `快充桩数`,
`AddressInfo.Latitude`. They are cut into words where case, blanks and marks say so, and words run together
are taken apart where known words cover them whole. A word may mean several things ("nombre" is a name in
Spanish and a number in French): a header then has several meanings, of which the cells decide.
"""

import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import islice, product
from typing import NamedTuple

from charging.domain.reference_data import FACTS_DIR, read_facts
from charging.domain.text_folding import fold_text

MAX_HEADER_LENGTH = 200
"""Characters of a header that are read."""

MAX_MEANINGS = 24
"""Meanings of a header that are told apart."""

UNKNOWN = "?"
"""The concept of a word that is in no list."""

NUMBER = "#"
"""The concept of a number in a header."""

MAX_NUMBER = 9_999
"""Highest number in a header that is told from others."""

_MAX_DIGITS = 5
_MAX_PHRASE = 4  # words
_MIN_PIECE = 3  # letters of a word that may be run together with others
_SHORT_PIECES = frozenset({"kw", "id", "dc", "ac", "ev", "nr", "no"})
_MIN_FUZZY = 7  # letters of a word that may be misspelt
_SIMILARITY = 0.88
_MIN_STEM = 3
_ENDINGS = ("es", "en", "er", "s", "n", "e")
_LINKS = ("s", "n", "en", "es", "e")
_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})
_WORD = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-zäöüéèß])(?=[A-ZÄÖÜ])|(?<=[A-Z])(?=[A-Z][a-zäöü])")
_UNIT = re.compile(r"(kW|KW|MW)(?![a-zA-Z])")
_ALONE = {
    "la": "lat",
    "y": "y",
    "x": "x",
    "no": "serial",
    "nr": "serial",
    "w": "w",
    "#": "serial",
    "lt": "lat",
    "ln": "lon",
}
"""Headers that mean something only when nothing stands beside them."""


class Meaning(NamedTuple):
    """What a header may mean."""

    concepts: frozenset[str]
    unknown: int  # words that are in no list
    numbers: tuple[int, ...]
    depth: int = 0  # of a flattened path whose last step alone was read: the steps above it
    order: tuple[str, ...] = ()  # concepts as they come


def fold_word(text: str) -> str:
    """Return a word as it is compared: without case and accents; syllables of Hangul stay whole.

    Examples
    --------
    >>> fold_word("Längengrad"), fold_word("İstasyon"), fold_word("위도")
    ('langengrad', 'istasyon', '위도')
    """
    decomposed = unicodedata.normalize("NFKD", fold_text(text).translate(_LETTERS))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Return the concepts of each word."""
    found: dict[str, dict[str, None]] = {}
    for row in read_facts(FACTS_DIR / "header_words.csv", ("concept", "language", "words")):
        for word in row["words"].split():
            found.setdefault(fold_word(word).replace("_", ""), {})[row["concept"]] = None
    return {word: tuple(concepts) for word, concepts in found.items()}


@lru_cache(maxsize=65_536)  # the headers of the widest table are asked for by each field
def meanings(header: str) -> tuple[Meaning, ...]:
    """Return what a header may mean, and of a path of steps what its last one alone may mean.

    Examples
    --------
    >>> [sorted(meaning.concepts) for meaning in meanings("Power (kW)")]
    [['kw', 'power']]
    >>> [sorted(meaning.concepts) for meaning in meanings("快充桩数")]
    [['count', 'dc']]
    """
    text = header.strip()[:MAX_HEADER_LENGTH]
    if alone := _ALONE.get(fold_word(text)):
        return (Meaning(frozenset({alone}), 0, (), 0, (alone,)),)
    steps = [step for step in re.split(r"[.:/@](?=\S)|\s-\s", text) if step.strip()]
    found = list(_meanings_of(text))
    if len(steps) > 1 and "://" not in text:
        found += [meaning._replace(depth=len(steps) - 1) for meaning in _meanings_of(steps[-1])]
    return tuple(dict.fromkeys(found))


def _meanings_of(text: str) -> Iterator[Meaning]:
    words = _words(text)
    numbers = tuple(min(int(word[:_MAX_DIGITS]), MAX_NUMBER) for word in words if word.isdecimal())
    for chosen in islice(product(*_concepts(words)), MAX_MEANINGS):  # of "yyyy …" there are millions
        order = tuple(each for each in chosen if each != "ignored")
        yield Meaning(frozenset(order) - {UNKNOWN}, order.count(UNKNOWN), numbers, 0, order)


def _words(text: str) -> list[str]:
    return [
        word
        for part in _CAMEL.sub(
            " ", _UNIT.sub(r" \1 ", text.replace("#", " number ")).replace("kWh", " kwh ")
        ).split()
        for word in _WORD.findall(fold_word(part))
    ]


def _concepts(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield the concepts of words, the longest phrases first."""
    at = 0
    while at < len(words):
        for size in range(min(_MAX_PHRASE, len(words) - at), 0, -1):
            known = vocabulary().get("".join(words[at : at + size]))
            if known:
                yield known
                at += size
                break
        else:
            yield from ((NUMBER,),) if words[at].isdecimal() else _parts(words[at])
            at += 1


@lru_cache(maxsize=8_192)
def _parts(word: str) -> tuple[tuple[str, ...], ...]:
    """Return the concepts of a word that is in no list as it stands: its stem, parts, or a likely word."""
    known = vocabulary()
    for variant in (word, word.replace("ae", "a").replace("oe", "o").replace("ue", "u")):
        if variant in known:
            return (known[variant],)
        stems = (variant.removesuffix(ending) for ending in _ENDINGS if variant.endswith(ending))
        for stem in stems:
            if len(stem) >= _MIN_STEM and stem in known:
                return (known[stem],)
        pieces = _pieces(variant) if variant.isascii() else _wide_pieces(variant)
        if pieces:
            return tuple(known.get(piece, (UNKNOWN,)) for piece in pieces)
    if len(word) >= _MIN_FUZZY and word.isascii():
        long = [each for each in known if len(each) >= _MIN_FUZZY and abs(len(each) - len(word)) <= 1]
        if near := get_close_matches(word, long, n=1, cutoff=_SIMILARITY):
            return (known[near[0]],)
    return ((UNKNOWN,),)


def _pieces(word: str) -> tuple[str, ...]:
    """Return the known words that a word is run together from, fewest first; nothing where none cover it."""
    known = vocabulary()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, piece = best[start], word[start:end]
            is_word = piece in known and (len(piece) >= _MIN_PIECE or piece in _SHORT_PIECES)
            is_link = bool(before) and end < len(word) and piece in _LINKS
            if before is None or not (is_word or is_link):
                continue
            found = (*before, piece) if is_word else before
            held = best[end]
            if held is None or len(found) < len(held):
                best[end] = found
    return best[-1] or ()


def _wide_pieces(word: str) -> tuple[str, ...]:
    """Return the words of a script without blanks, longest first; what lies between is one unknown."""
    known, found, at, unknown = vocabulary(), [], 0, ""
    longest = max(map(len, known))
    while at < len(word):
        size = next((size for size in range(longest, 0, -1) if word[at : at + size] in known), 0)
        if len(word[at : at + size]) < size:
            size = len(word) - at
        if size:
            found += [unknown, word[at : at + size]] if unknown else [word[at : at + size]]
            unknown, at = "", at + size
        else:
            unknown, at = unknown + word[at], at + 1
    return tuple([*found, unknown] if unknown else found)
