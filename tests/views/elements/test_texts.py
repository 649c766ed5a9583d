import datetime as dt

import pytest

from charging.views.elements.texts import LANGUAGES, Texts, operator_names, preferred_language

EN, ZH = (Texts(language) for language in LANGUAGES)


def test_a_key_without_a_text_is_never_left_out_silently():
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        EN("no.such.key")


def test_values_are_filled_in_as_they_stand():
    assert EN("figure.source", source="{x} <b> %s") == "Source: {x} <b> %s"


@pytest.mark.parametrize(
    ("key", "english", "chinese"),
    [
        ("operator.nio", "NIO", "蔚来"),
        ("city.110000", "Beijing", "北京"),
        ("city.geonames:5128581", "New York City", "纽约"),
        ("city.geonames:1", "geonames:1", "geonames:1"),
        ("operator.<script>", "<script>", "<script>"),
        ("city.Atlantis", "Atlantis", "Atlantis"),
    ],
)
def test_names_come_from_the_registries_and_fall_back_to_the_id(key, english, chinese):
    assert EN(key) == english
    assert ZH(key).startswith(chinese)


def test_every_operator_has_a_name_in_both_languages():
    english, chinese = (operator_names(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    assert all([*english.values(), *chinese.values()])


@pytest.mark.parametrize(
    ("value", "written"),
    [(1_020_000, "1,020,000"), (0, "0"), (None, "not known"), (float("nan"), "not known")],
)
def test_what_is_not_known_is_never_zero(value, written):
    assert EN.number(value) == written


def test_days_and_shares_are_written_as_the_language_does():
    day = dt.date(2024, 12, 5)
    assert [EN.date(day), ZH.date(day), EN.share(0.881)] == ["5 Dec 2024", "2024年12月5日", "88.1 %"]


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh-CN", "zh"),
        ("ZH", "zh"),
        ("zh-Hant-TW", "zh"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_browser_decides_the_first_language(locale, language):
    assert preferred_language(locale) == language
