"""How texts are compared: one folding, for the search column and for what people type."""

import unicodedata


def folded(text: str) -> str:
    """Return text in the form it is searched in: compatibility forms unified, case folded, spaces single.

    Idempotent, which takes the second normalisation: folding can produce forms that normalise further.

    Examples
    --------
    >>> folded("  ＮＩＯ  蔚来 Straße ")
    'nio 蔚来 strasse'
    """
    if text.isascii():  # is normal as it stands
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def letters(text: str) -> str:
    """Return letters and digits alone, folded, without accents, blanks and apostrophes.

    Examples
    --------
    >>> letters("Xi'an"), letters("Lü liang"), letters("西安 市")
    ('xian', 'luliang', '西安市')
    """
    decomposed = unicodedata.normalize("NFKD", folded(text))
    return "".join(character for character in decomposed if character.isalnum())
