"""Their words for plugs, access and statuses, as ours."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from charging.domain.reference_data import FACTS_DIR, read_facts
from charging.domain.vocabulary import Connector
from charging.sources.recognition.header_words import fold_word

SEPARATORS = (",", ";", "|", "/", "+", "、", "\n")
"""What may stand between the plugs of one cell."""

_PLUGS: Sequence[tuple[str, Connector]] = (
    (r"gb[/ -]?t.*dc|gb[/ -]?t?[ -]?20234[.-]3|gbt_dc", Connector.GBT_DC),
    (r"gb[/ -]?t.*ac|gb[/ -]?t?[ -]?20234[.-]2|gbt_ac", Connector.GBT_AC_SOCKET),
    (r"chaoji", Connector.CHAOJI),
    (r"ccs ?1|ccs[ -]?type ?1|combo ?1|j1772 ?combo|sae combo|ccs/sae", Connector.CCS1),
    (r"iec_62196_t1_combo", Connector.CCS1),
    (r"ccs ?2?|ccs[ -]?t[yi]p[eo]? ?2|combo ?2?|t2 combo|combo[ -]ccs|ccs2.*", Connector.CCS2),
    (r"ccs[ -]combo.*|iec_62196_t2_combo|t[yi]p[eo]? ?2[ -]combo.*", Connector.CCS2),
    (r"chademo", Connector.CHADEMO),
    (r"nacs|j3400|tesla", Connector.NACS),
    (r"t[yi]p[eo]? ?1|sae ?j1772|j[- ]?1772|iec_62196_t1|yazaki", Connector.TYPE1),
    (r"t[yi]p[eo]? ?2|t2s?|iec_62196_t2|mennekes|iec ?62196[ -]?2", Connector.TYPE2),
    (r"schuko|domestic|household|cee ?7.*|t[yi]p[eo]? ?e(?:[ /-]?f)?|e[/-]f|ef", Connector.HOUSEHOLD),
    (r"nema.*|domestic_[a-z]", Connector.HOUSEHOLD),
)
"""What a part of a text says as a word of its own, the first that fits; texts are folded."""

_PLUGS_ANYWHERE: Sequence[tuple[str, Connector]] = (
    (r"차데모", Connector.CHADEMO),
    (r"콤보", Connector.CCS1),
    (r"国标.*直流|直流.*国标", Connector.GBT_DC),
    (r"国标.*交流|交流.*国标", Connector.GBT_AC_SOCKET),
)
"""The same in scripts without blanks."""


_PATTERNS = (
    *((re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])"), plug) for pattern, plug in _PLUGS),
    *((re.compile(pattern), plug) for pattern, plug in _PLUGS_ANYWHERE),
)


@cache
def _words(kind: str) -> dict[str, str]:
    """Return our values by their words, of one kind."""
    rows = read_facts(FACTS_DIR / "code_words.csv", ("kind", "value", "words"))
    return {_key(word): row["value"] for row in rows if row["kind"] == kind for word in row["words"].split()}


def _key(text: str) -> str:
    return re.sub(r"[\s_-]+", "", fold_word(text))


def access_of(text: str) -> str | None:
    """Return who may charge, or None where the text is no known word for it.

    Examples
    --------
    >>> access_of("Public"), access_of("Accès libre"), access_of("Public - Call ahead"), access_of("24/7")
    ('public', 'public', 'public', None)
    """
    key = _key(text)
    first = re.split(r"[-–:(,;]", text, maxsplit=1)[0]
    words = _words("access")
    return words.get(key) or words.get(_key(first)) or words.get(key.removesuffix("access"))


def status_of(text: str) -> str | None:
    """Return the status, or None where the text is no known word for it."""
    return _words("status").get(_key(text))


def is_not_built(text: str) -> bool:
    """Whether a status says that there is nothing yet."""
    return _key(text) in _words("not_built")


def is_removed(text: str) -> bool:
    """Whether a status says that there is nothing any more."""
    return _key(text) in _words("removed")


def connector_of(text: str) -> str | None:
    """Return the plug a text names, or None where it names none.

    Examples
    --------
    >>> connector_of("AC Typ 2 Steckdose"), connector_of("CCS (Type 2)"), connector_of("Fast DC")
    ('type2', 'ccs2', None)
    """
    folded = fold_word(text).replace("steckdose", "").replace("_socket", "").strip()
    found = next((plug for pattern, plug in _PATTERNS if pattern.search(folded)), None)
    return None if found is None else str(found)


def named_plug(header: str) -> tuple[str, str] | None:
    """Return the plug a header names, and what else the header says; None where it names none.

    Examples
    --------
    >>> named_plug("prise_type_combo_ccs"), named_plug("Number of CHAdeMO"), named_plug("Steckertyp 2")
    (('ccs2', 'prise type'), ('chademo', 'number of'), None)
    """
    text = fold_word(header).replace("_", " ")
    plug = next((plug for pattern, plug in _PATTERNS if pattern.search(text)), None)
    if plug is None:
        return None
    for pattern, other in _PATTERNS:
        text = pattern.sub(" ", text) if other is plug else text
    return str(plug), " ".join(text.split())


def separator_of(texts: Iterable[str]) -> str:
    """Return what stands between the plugs of cells: what leaves most parts that are known plugs."""
    texts = list(texts)

    def known_parts(separator: str) -> int:
        return sum(connector_of(part) is not None for text in texts for part in text.split(separator))

    return max(SEPARATORS, key=known_parts) if texts else SEPARATORS[0]
