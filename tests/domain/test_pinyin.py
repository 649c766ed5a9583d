"""The pinyin of cities belongs to cities that exist, and tells them apart."""

from collections import Counter

from charging.domain.geography import load_cities
from charging.domain.pinyin import PINYIN
from charging.domain.text_folding import fold_letters


def test_every_name_is_one_citys():
    names = Counter(city.name_en for city in load_cities())
    assert {names[name] for name in PINYIN} == {1}


def test_pinyin_is_plain_letters_and_not_the_english_name():
    assert all(spelt.isascii() and spelt.isalpha() and spelt.islower() for spelt in PINYIN.values())
    assert [name for name, spelt in PINYIN.items() if fold_letters(name) == spelt] == []
