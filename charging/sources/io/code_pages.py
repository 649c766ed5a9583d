"""Which Windows code page a text without a mark is in: by the letters of its words, and where it is from.

A byte of such a text is a letter in each code page: 0xB3 is ł in the Central European one, ³ in the Western,
і in the Cyrillic. Words tell them apart: read in the wrong code page they have signs inside, capitals behind
small letters, letters their language has not, or no vowel. Where they tell little, the country does.
`data/code_pages.csv` has the letters beyond ASCII of each language.
"""

import codecs
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from charging.domain.reference_data import FACTS_DIR, read_facts

MAX_WORDS = 500
"""Different words that are looked at."""

MIN_FITNESS = 0.8
"""Share of the letters beyond ASCII that fit, from which on the language of a country is believed."""

_LEAD = 0.15  # by which the best of all languages may fit better than that of the country
_BETWEEN = frozenset("–—’·\xa0\xad")  # may stand between letters
_AROUND = _BETWEEN | frozenset("‘‚“”„•…‰‹›€™¡¿§©«®°±»´`¨²³º¼½¾×")  # may stand around words
_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_MIN_WITH_VOWEL = 4  # letters of a word that has a vowel, as long as it is no abbreviation


@dataclass(frozen=True, slots=True)
class _Language:
    """The letters beyond ASCII of a language, in both cases, and its vowels where it is no Latin one."""

    code_page: str
    countries: frozenset[str]
    letters: frozenset[str]
    vowels: frozenset[str]

    @property
    def is_latin(self) -> bool:
        return min(self.letters) < "\u0250"

    def fitting(self, word: str) -> Iterator[bool]:
        """Yield of each character beyond ASCII that is no mark whether it fits."""
        is_foreign = not self.is_latin and any(letter.isascii() for letter in word)
        is_mute = self.vowels and len(word) >= _MIN_WITH_VOWEL and not self.vowels & {*word.casefold()}
        inside = word.strip("".join(_AROUND))
        for before, letter in zip(" " + inside, inside, strict=False):
            if not letter.isascii() and letter not in _BETWEEN:
                is_inside_small = letter.isupper() and before.islower()
                yield letter in self.letters and not (is_foreign or is_mute or is_inside_small)


@dataclass(frozen=True, slots=True)
class CodePage:
    """A code page, and the share of the letters beyond ASCII that fit its best language."""

    name: str
    fitness: float


@cache
def _languages() -> tuple[_Language, ...]:
    columns = ("code_page", "language", "countries", "letters", "vowels")
    return tuple(
        _Language(
            row["code_page"],
            frozenset(row["countries"].split()),
            frozenset(row["letters"] + row["letters"].upper()),
            frozenset(row["vowels"]),
        )
        for row in read_facts(FACTS_DIR / "code_pages.csv", columns)
    )


@cache
def code_pages() -> tuple[str, ...]:
    """Return the code pages that are told apart."""
    return tuple(dict.fromkeys(language.code_page for language in _languages()))


def find_code_page(raw: bytes, countries: Collection[str] = (), among: Collection[str] = ()) -> CodePage:
    """Return the code page in which a text has most letters of a language, that of its country if it can be.

    Parameters
    ----------
    raw
        The beginning of the text.
    countries
        Where what it tells of may be, as codes of two letters.
    among
        The code pages that come into question; by default all.

    Examples
    --------
    >>> find_code_page("Łódź".encode("cp1250")).name, find_code_page("Москва".encode("cp1251")).name
    ('cp1250', 'cp1251')
    >>> find_code_page("Bäckerei".encode("cp1252"), ["PL"]).name
    'cp1250'
    """
    words = [word for word in dict.fromkeys(_WORD.findall(raw)) if not word.isascii()][:MAX_WORDS]
    decoded = {name: _decoded(words, name) for name in among or code_pages()}
    texts = {name: found for name, found in decoded.items() if found is not None}
    fitness = {
        language: _fitness(language, texts[language.code_page])
        for language in _languages()
        if language.code_page in texts
    }
    if not fitness:
        return CodePage("cp1252", 0.0)
    best = max(fitness, key=lambda language: fitness[language])
    of_country = [language for language in fitness if not language.countries.isdisjoint(countries)]
    own = max(of_country, key=lambda language: fitness[language], default=best)
    is_own = fitness[own] >= max(MIN_FITNESS, fitness[best] - _LEAD)
    chosen = own if is_own else best
    return CodePage(chosen.code_page, fitness[chosen])


def _decoded(words: Collection[bytes], code_page: str) -> list[str] | None:
    """Return words in a code page, None where most of them have bytes that are nothing in it."""
    decode = codecs.getdecoder(code_page)
    found = [decode(word, "replace")[0] for word in words]
    broken = sum("\ufffd" in word for word in found)
    return None if broken > len(found) / 2 else found


def _fitness(language: _Language, words: Collection[str]) -> float:
    fitting = [fits for word in words for fits in language.fitting(word)]
    return sum(fitting) / len(fitting) if fitting else 1.0
