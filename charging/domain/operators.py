"""The registry of operators, and how a source's code or text is resolved to one.

It is read from data/operators.csv and data/operator_aliases.csv. A text that is not resolved stays raw:
better an unknown operator than the wrong one. Codes are T/CEC organisation codes and Wikidata ids
(https://www.wikidata.org/wiki/Wikidata:Identifiers).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from pathlib import Path

from charging.domain.operator_names import names_nobody, operator_key
from charging.domain.reference_data import FACTS_DIR, Row, read_facts, read_records
from charging.domain.text_folding import fold_text
from charging.domain.vocabulary import Relation
from charging.errors import SchemaError

_CACHED_TEXTS = 65_536  # resolved texts kept; a register repeats few operators over many stations

_LATIN = "[0-9a-z\u00df-\u024f]"  # case-folded Latin letters, accented ones included: "António"

_HAN = re.compile("[\u3400-\u9fff]")

_SUFFIX = re.compile(
    r"""[\s,.、·_-]* (?:
        \( (?: cn | china | 中国 ) \)
      | (?: 股份 | 责任 )? 有限 (?: 责任 )? 公司 | 公司
      | (?: 超级 | 快速 | 公共 )? 充电 [站桩] | [超目快] 充站
      | (?<=[\s,.]) (?: co | ltd | inc | corp | llc | limited )
    ) [\s,.、·_-]* $""",
    re.VERBOSE,
)


class OperatorKind(StrEnum):
    """Type of business of an operator."""

    THIRD_PARTY = "third_party"  # owns or runs piles for anyone
    PLATFORM = "platform"  # lists the piles of many owners under one app
    GRID = "grid"  # a power utility
    CARMAKER = "carmaker"
    OIL = "oil"  # an oil company
    EQUIPMENT = "equipment"  # a maker of piles that others run


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator; None and an empty tuple are "not known"."""

    id: str
    name_en: str
    name_zh: str | None
    kind: OperatorKind
    org_code: str | None  # T/CEC OperatorID, nine characters
    wikidata: tuple[str, ...]
    relation: Relation  # as Xiaomi sees it
    piles_2024_06: int | None  # public piles at the end of June 2024, as relayed from EVCIPA
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A spelling of an operator; without an operator it is another company, not to be confused with ours.

    A word is neither: it contains a spelling by chance, as 中国网球中心 contains 国网, and is skipped.
    """

    text: str
    operator_id: str | None
    is_exact: bool = False  # too common a word to be searched in a station's name
    is_word: bool = False
    country: str | None = None  # ISO 3166-1 alpha-2, the only country where it means this operator


def strip_suffixes(text: str) -> str:
    """Return a text case-folded and without generic company and site suffixes; idempotent.

    Examples
    --------
    >>> strip_suffixes("特来电（CN）有限公司"), strip_suffixes("NIO Co., Ltd."), strip_suffixes("蔚来超充站")
    ('特来电', 'nio', '蔚来')
    """
    rest = fold_text(text)
    while (shorter := _SUFFIX.sub("", rest)) not in (rest, ""):
        rest = shorter
    return rest


def is_operator_stated(*texts: str | None) -> bool:
    """Whether one of the texts that a source has for the operator names somebody."""
    return any(text and not names_nobody(text) for text in texts)


class OperatorRegistry:
    """The operators in the order of their file, by id or resolved from the text of a source."""

    def __init__(self, operators: Iterable[Operator], aliases: Iterable[Alias] = ()) -> None:
        self._operators = {operator.id: operator for operator in operators}
        self._by_org_code = {o.org_code: o.id for o in self if o.org_code}
        self._by_wikidata = {item: o.id for o in self for item in o.wikidata}
        own_names = [
            Alias(text=name, operator_id=o.id) for o in self for name in (o.name_en, o.name_zh) if name
        ]
        # A row of the alias file refines the operator's own name.
        by_text = {fold_text(alias.text): alias for alias in (*own_names, *aliases)}
        self._plain_words = [text for text, alias in by_text.items() if alias.is_word]
        by_text = {text: alias for text, alias in by_text.items() if not alias.is_word}
        self._by_exact_text = {strip_suffixes(alias.text): alias for alias in by_text.values()}
        self._needles = _needles_by_length(by_text)
        self._resolve_text = lru_cache(_CACHED_TEXTS)(self._uncached_resolve_text)

    def __iter__(self) -> Iterator[Operator]:
        return iter(self._operators.values())

    def __len__(self) -> int:
        return len(self._operators)

    def __contains__(self, operator_id: object) -> bool:
        return operator_id in self._operators

    def __getitem__(self, operator_id: str) -> Operator:
        """Return the operator with this id; an unknown id raises `KeyError`."""
        return self._operators[operator_id]

    def find(self, name: str) -> str | None:
        """Return the id of the operator with this name, but for case, punctuation and company form.

        Unlike `resolve`, this takes no part of the name for the operator.
        """
        alias = self._by_key.get(operator_key(name))
        return alias.operator_id if alias else None

    @cached_property
    def _by_key(self) -> dict[str, Alias]:
        return {operator_key(text): alias for text, alias in self._by_exact_text.items()}

    @cached_property
    def spellings(self) -> str:
        """Regular expression; folded text without a match contains the name of no operator."""
        return _any_pattern([needle for needle, _ in self._needles]).pattern

    def resolve(
        self,
        *,
        org_code: str | None = None,
        wikidata: str | None = None,
        raw: str | None = None,
        station_name: str | None = None,
        country: str | None = None,
    ) -> str | None:
        """Return the id of the operator a source means, or None if it is unknown.

        Parameters
        ----------
        org_code
            T/CEC organisation code.
        wikidata
            Wikidata id of operator or brand; of several separated by semicolons, as OpenStreetMap writes
            them, the first that is known.
        raw
            Operator as the source writes it.
        station_name
            Name of the station, searched last.
        country
            ISO 3166-1 alpha-2; some names mean another company abroad, and count only where it is given.

        Notes
        -----
        In this order: organisation code, Wikidata id, the whole raw text, then the longest alias inside the
        raw text. The first match wins, so a station hosted on another operator's map keeps its owner. The
        station's name tells only where the source names nobody: one in Latin letters by its longest alias, a
        Chinese one by the alias at its end, since what comes before says where the station is.
        """
        if org_code and (found := self._by_org_code.get(org_code.strip().upper())):
            return found
        for item in (wikidata or "").split(";"):
            if found := self._by_wikidata.get(item.strip().upper()):
                return found
        text, is_name = raw, False
        if not is_operator_stated(org_code, wikidata, raw):
            text, is_name = station_name, True
        alias = self._resolve_text(text, country, is_name=is_name) if text else None
        return alias.operator_id if alias else None

    # compiled when a text is first resolved: the page needs names and kinds only
    @cached_property
    def _plain_words_pattern(self) -> re.Pattern[str]:
        return _any_pattern(self._plain_words)

    def _uncached_resolve_text(self, text: str, country: str | None, *, is_name: bool) -> Alias | None:
        alias = None if is_name else self._by_exact_text.get(strip_suffixes(text))
        if alias and _applies_in(alias, country):
            return alias
        # Not the normalised text: "云快充电站" contains "云快充", its normalised form does not.
        haystack = self._plain_words_pattern.sub("|", fold_text(text))
        found = (
            (needle, alias)
            for needle, alias in self._needles
            if needle in haystack and _applies_in(alias, country) and _word_pattern(needle).search(haystack)
        )
        if is_name and _HAN.search(haystack):
            # of those that end at one place the longest, which comes first
            return max(found, key=lambda pair: haystack.rindex(pair[0]) + len(pair[0]), default=(None, None))[
                1
            ]
        return next((alias for _, alias in found), None)


@cache
def load_operators(
    path: Path = FACTS_DIR / "operators.csv", aliases_path: Path = FACTS_DIR / "operator_aliases.csv"
) -> OperatorRegistry:
    """Return the registry the two files describe.

    Raises
    ------
    SchemaError
        If a column is missing, an id is repeated, or a kind, relation or alias is not valid.
    """
    operators = read_records(path, Operator)
    known = {operator.id for operator in operators}
    if len(known) < len(operators):
        message = f"{path.name}: expected every id once"
        raise SchemaError(message)
    rows = read_facts(aliases_path, ("alias", "operator_id", "scope", "country"))
    for row in rows:
        if row["operator_id"] not in known | {""} or row["scope"] not in ("exact", "anywhere", "word"):
            message = f"{aliases_path.name}: expected an operator of {path.name} and a scope, found {row!r}"
            raise SchemaError(message)
    return OperatorRegistry(operators, map(_alias, rows))


def _alias(row: Row) -> Alias:
    return Alias(
        text=row["alias"],
        operator_id=row["operator_id"] or None,
        is_exact=row["scope"] == "exact",
        is_word=row["scope"] == "word",
        country=row["country"] or None,
    )


def _needles_by_length(by_text: Mapping[str, Alias]) -> list[tuple[str, Alias]]:
    needles = sorted((text for text, alias in by_text.items() if not alias.is_exact), key=len, reverse=True)
    return [(needle, by_text[needle]) for needle in needles]


def _any_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Match any of the words, a longer one before a shorter; of none, nothing."""
    choices = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(choices or r"(?!)")


@cache
def _word_pattern(needle: str) -> re.Pattern[str]:
    """Match a needle; if it begins or ends in a Latin letter or digit, no other may be next to it."""
    return re.compile(rf"(?<!{_LATIN}(?={_LATIN})){re.escape(needle)}(?!(?<={_LATIN}){_LATIN})")


def _applies_in(alias: Alias, country: str | None) -> bool:
    return alias.country is None or alias.country == country
