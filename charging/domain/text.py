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
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())
