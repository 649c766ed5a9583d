"""Pinyin of Chinese names, by which stations and operators are found on any keyboard.

A spelling depends on the phrase a character stands in: 重 is chong in 重庆, and zhong in 重点.
"""

import re
from functools import cache, lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from charging.domain.text_folding import fold_pinyin, fold_text
from charging.sources.io.arrow_texts import may_hold_han, whole

MAX_SPELLED = 200
"""Characters of a name that are spelled."""

_LAST_PARTS = 4_096  # of names, whose spellings are kept: many begin with an operator and a city

_HAN_RE2 = r"[\p{Han}〇]"
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_PARTS = re.compile(f"([{_HAN}]+)")
_NO_LETTER = re.compile("[^a-z0-9]")


def spell_name(name: str) -> str | None:
    """Return a name in pinyin, in full and by initials, as `fold_pinyin` writes it; None without Chinese.

    Letters and digits of the name stay in both.

    Examples
    --------
    >>> spell_name("重庆 E充站1号"), spell_name("NIO")
    ('chongqingechongzhan1hao cqecz1h', None)
    """
    others_and_chinese = _PARTS.split(fold_text(name[:MAX_SPELLED]))
    if len(others_and_chinese) == 1:
        return None
    full, initials = "", ""
    for number, part in enumerate(others_and_chinese):
        spelled, first_letters = _spell_chinese(part) if number % 2 else (_letters(part),) * 2
        full, initials = full + spelled, initials + first_letters
    return f"{full} {initials}" if full else None


@lru_cache(_LAST_PARTS)
def _spell_chinese(text: str) -> tuple[str, str]:
    # here, since reading its words takes half a second, which a table without Chinese does not need
    from pypinyin.contrib.mmseg import seg  # noqa: PLC0415

    syllables = [syllable for word in seg.cut(text) for syllable in _spell_word(word)]
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


@cache  # of the words of a dictionary, and of single characters
def _spell_word(word: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415  as above

    return tuple(letters for syllable in lazy_pinyin(word) if (letters := _letters(syllable)))


def _letters(text: str) -> str:
    letters = fold_pinyin(text)
    return letters if letters.isascii() else _NO_LETTER.sub("", letters)


def spell_names(names: pa.ChunkedArray) -> pa.Array:
    """Return a column of names in pinyin, each different one spelled once; null without Chinese."""
    texts = whole(names)
    if not may_hold_han(texts):
        return pa.nulls(len(texts), pa.string())
    has_chinese = pc.match_substring_regex(texts, _HAN_RE2)
    if not pc.any(has_chinese).as_py():
        return pa.nulls(len(texts), pa.string())
    encoded = pc.if_else(has_chinese, texts, pa.scalar(None, pa.string())).dictionary_encode()
    spelled = pa.array([spell_name(each) for each in encoded.dictionary.to_pylist()], pa.string())
    return spelled.take(encoded.indices)


def add_pinyin(stations: pa.Table) -> pa.Table:
    """Return stations with the column `pinyin`, made of their names; in place of one that is there."""
    own, chinese = (spell_names(stations[name]) for name in ("name", "name_zh"))
    both = pc.if_else(pc.equal(own, chinese), own, pc.binary_join_element_wise(own, chinese, " "))
    pinyin = pc.coalesce(both, own, chinese)
    if "pinyin" in stations.column_names:
        stations = stations.drop_columns(["pinyin"])
    return stations.append_column("pinyin", pinyin)
