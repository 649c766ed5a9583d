"""Text folding for comparison, the same for the search column and for user input."""

import unicodedata
from collections.abc import Sequence

_NO_LETTERS = {code: None for code in range(128) if not chr(code).isalnum()}
_NO_LETTERS_OF_LINES = {code: None for code in _NO_LETTERS if chr(code) != "\n"}


def fold_text(text: str) -> str:
    """Return text in its search form: compatibility forms unified, case folded, spaces single.

    Idempotent; that needs the second normalisation, as folding can produce forms that normalise further.

    Examples
    --------
    >>> fold_text("  ＮＩＯ  蔚来 Straße ")
    'nio 蔚来 strasse'
    """
    if text.isascii():  # is normalised already
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def fold_letters(text: str) -> str:
    """Return only letters and digits, folded, without accents, blanks and apostrophes.

    Examples
    --------
    >>> fold_letters("Xi'an"), fold_letters("Lü liang"), fold_letters("西安 市")
    ('xian', 'luliang', '西安市')
    """
    if text.isascii():  # as below, in a tenth of the time
        return text.lower().translate(_NO_LETTERS)
    decomposed = unicodedata.normalize("NFKD", fold_text(text))
    return "".join(character for character in decomposed if character.isalnum())


def fold_all_letters(texts: Sequence[str]) -> list[str]:
    """Return texts of one line, each as `fold_letters` has it, those in ASCII all at once."""
    lines = "\n".join([text if text.isascii() else "" for text in texts])
    plain = lines.lower().translate(_NO_LETTERS_OF_LINES).split("\n")
    return [each if text.isascii() else fold_letters(text) for text, each in zip(texts, plain, strict=False)]


def fold_pinyin(text: str) -> str:
    """Return letters and digits as pinyin is compared: ü, which keyboards write as v, is u.

    Examples
    --------
    >>> fold_pinyin("Lü di"), fold_pinyin("lvdi"), fold_pinyin("ludi")
    ('ludi', 'ludi', 'ludi')
    """
    return fold_letters(text).replace("v", "u")
