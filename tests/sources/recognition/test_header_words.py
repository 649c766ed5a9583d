import pytest

from charging.sources.recognition.decision import guess_columns
from charging.sources.recognition.header_words import MAX_MEANINGS, meanings, vocabulary


def concepts(header):
    return [set(meaning.concepts) for meaning in meanings(header)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Power (kW)", {"power", "kw"}),
        ("max_power_kw", {"max", "power", "kw"}),
        ("maxPowerKW", {"max", "power", "kw"}),
        ("MAXPOWER", {"max", "power"}),
        ("Leistung [kW]", {"power", "kw"}),
        ("最大功率(kW)", {"max", "power", "kw"}),
        ("最大出力kW", {"max", "power", "kw"}),
        ("Längengrad [DG]", {"lon", "display"}),
        ("Laengengrad", {"lon"}),
        ("Lattitude", {"lat"}),
        ("İstasyon Adı", {"station", "name"}),
        ("Vĩ độ", {"lat"}),
        ("急速充電器数", {"dc", "pile", "count"}),
        ("급속충전기대수", {"dc", "pile", "count"}),
        ("aantallaadpunten", {"count", "point"}),
        ("# Chargers", {"number", "pile"}),
        ("No. of Connectors", {"number", "plug"}),
        ("Date de mise en service", {"date", "opened"}),
    ],
)
def test_a_header_is_understood_however_it_is_written(header, expected):
    assert expected in concepts(header)


def test_a_word_of_two_languages_has_both_meanings():
    assert {"name"} in concepts("nombre")
    assert {"count"} in concepts("nombre")


def test_of_a_path_its_last_step_is_understood_alone_too():
    assert [(set(each.concepts), each.depth) for each in meanings("Access.Latitude")] == [
        ({"access", "lat"}, 0),
        ({"lat"}, 1),
    ]


@pytest.mark.parametrize(
    "header", ["level 123456789", "Level2 chargers 20000", "level " + "9" * 5_000, "#" * 300]
)
def test_long_numbers_do_no_harm(header):
    assert guess_columns([header, "lat", "lon"], [["1", "52.5", "13.4"]]).is_importable


def test_a_word_in_no_list_is_counted_and_not_guessed():
    (meaning,) = meanings("Quux chargers")
    assert (set(meaning.concepts), meaning.unknown) == ({"pile"}, 1)


def test_every_word_of_the_lists_is_found_by_itself():
    assert [word for word in vocabulary() if len(word) > 1 and meanings(word)[0].unknown] == []


@pytest.mark.parametrize("header", ["y" * 60, "y " * 40, "x y " * 20, "lat lon " * 12])
def test_a_header_of_many_words_of_several_meanings_has_a_few_of_them(header):
    assert 1 <= len(meanings(header)) <= 2 * MAX_MEANINGS
