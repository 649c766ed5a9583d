"""What a text says in the place of an operator: nobody, or a name and the id that is made from it.

A register writes one operator in many ways: `Charge-Point`, `CHARGE POINT` and `ChargePoint Inc.` are one,
and its id is made from the text alone, so that another import finds the same. What names nobody, and the
forms of companies, are in data/operator_words.csv.
"""

import re
import unicodedata
from functools import cache, lru_cache

from charging.domain.reference_data import FACTS_DIR, read_facts
from charging.domain.text_folding import fold_letters, fold_text

MAX_ID_LENGTH = 60

_KEPT = 65_536  # texts whose words are kept

_LAST_PHRASES = (
    ("und", "co", "kg"),
    ("und", "co"),
    ("and", "co"),
    ("sp", "z", "oo"),
    ("spol", "s", "ro"),
    ("pvt", "ltd"),
    ("sdn", "bhd"),
    ("a", "s"),
)
_CHINESE_FORM = re.compile(
    r"^(?:株式会社|有限会社|주식회사)"
    r"|(?:(?:股份|责任|控股)?有限(?:责任)?公司|股份公司|公司|株式会社|有限会社|주식회사)$"
)
_INITIALS = re.compile(r"(?<![^\W_])((?:[^\W\d_]\.){2,}|[^\W\d_](?:\.[^\W\d_])+)(?![^\W_])")
_APOSTROPHE = re.compile(r"(?<=\w)['’`ʼ](?=\w)")
_REMARK = re.compile(r"\((?:[a-z]{2}|cn|china|中国|deutschland|germany|france|usa|uk|nederland|株)\)")


def names_nobody(text: str) -> bool:
    """Tell whether a text in the place of an operator names nobody.

    Examples
    --------
    >>> [names_nobody(text) for text in ("Non-Networked", "-", "(Unknown Operator)", "Nobody's Garage")]
    [True, True, True, False]
    """
    letters = fold_letters(text)
    return letters in _known_words()["nobody"] or not letters.strip("0")


def operator_key(text: str) -> str:
    """Return what the spellings of one operator share: all but case, blanks, punctuation and company form.

    Examples
    --------
    >>> {operator_key(text) for text in ("ChargePoint, Inc.", "Charge-Point", "CHARGE POINT")}
    {'chargepoint'}
    """
    return "".join(_words(text))


def make_operator_id(text: str) -> str:
    """Return an id made from the name of an operator, at most 60 characters.

    Examples
    --------
    >>> make_operator_id("EnBW mobility+ AG und Co.KG"), make_operator_id("Électricité de Crête S.A.")
    ('enbw_mobility', 'électricité_de_crête')
    >>> make_operator_id("北京智充科技有限公司")
    '北京智充科技'
    """
    return "_".join(_words(text))[:MAX_ID_LENGTH].strip("_")


@lru_cache(_KEPT)
def _words(text: str) -> tuple[str, ...]:
    """Return the words of a name without its company form; of one that is nothing else, all its words."""
    folded = _REMARK.sub(" ", _APOSTROPHE.sub("", fold_text(text)))
    folded = _INITIALS.sub(lambda found: found[0].replace(".", ""), folded)
    words = "".join(each if unicodedata.category(each)[0] in "LNM" else " " for each in folded).split()
    rest = _without_forms(words)
    return tuple(rest or words)


def _without_forms(words: list[str]) -> list[str]:
    forms = _known_words()
    while words:  # one form after another: "GmbH & Co. KG" is three
        phrase = next((each for each in _LAST_PHRASES if tuple(words[-len(each) :]) == each), None)
        if phrase:
            words = words[: -len(phrase)]
        elif words[-1] in forms["last_form"]:
            words = words[:-1]
        elif words[0] in forms["first_form"]:
            words = words[1:]
        elif (shorter := _CHINESE_FORM.sub("", words[-1])) != words[-1]:
            words = [*words[:-1], shorter] if shorter else words[:-1]
        elif (shorter := _CHINESE_FORM.sub("", words[0])) != words[0]:
            words = [shorter, *words[1:]] if shorter else words[1:]
        else:
            break
    return words


@cache
def _known_words() -> dict[str, frozenset[str]]:
    words: dict[str, frozenset[str]] = {}
    for row in read_facts(FACTS_DIR / "operator_words.csv", ("kind", "language", "words")):
        folded = map(fold_letters, row["words"].split())
        words[row["kind"]] = words.get(row["kind"], frozenset()).union(folded)
    return words
