"""Texts in Windows code pages are told apart by their letters and their country."""

import random

import pytest

from charging.sources.io.code_pages import code_pages, find_code_page

TEXTS = {
    "PL": ("cp1250", "Łódź Główna;Żabka Świdnik;Częstochowa;Gdańsk Wrzeszcz"),
    "CZ": ("cp1250", "Plzeň Skvrňany;České Budějovice;Brno Židenice;Příbram"),
    "SK": ("cp1250", "Žilina;Košice Ťahanovce;Bánovce;Nové Mesto"),
    "HU": ("cp1250", "Győr Széchenyi út;Székesfehérvár;Kőszeg;Budapest Üllői út"),
    "RO": ("cp1250", "Bucureşti;Piaţa Unirii;Braşov;Constanţa"),
    "SI": ("cp1250", "Ljubljana Šiška;Žalec;Črnuče;Kočevje"),
    "HR": ("cp1250", "Šibenik;Đakovo;Varaždin;Čakovec;Kaštela"),
    "FR": ("cp1252", "Hôtel de Ville;Évry;Orléans Gare;Besançon"),
    "DE": ("cp1252", "Düsseldorf;Straße 5;München;Köln"),
    "ES": ("cp1252", "Málaga;Logroño;León;A Coruña"),
    "PT": ("cp1252", "São João;Avenida Júlio;Estação;Setúbal"),
    "IT": ("cp1252", "Città;Forlì;Cantù;Località"),
    "SE": ("cp1252", "Göteborg;Malmö;Västerås;Åre"),
    "DK": ("cp1252", "Ærø;Tårnby;Søborg;Nørre Aaby"),
    "FI": ("cp1252", "Jyväskylä;Hämeenlinna;Järvenpää"),
    "IS": ("cp1252", "Reykjavík;Þórunnarstræti;Suðurland;Sauðárkrókur"),
    "RU": ("cp1251", "Станция Север;Москва;Россети;Тула"),
    "UA": ("cp1251", "Київ Вокзальна;Львів;Запоріжжя"),
    "BG": ("cp1251", "София Младост;Пловдив;Бургас"),
    "RS": ("cp1251", "Београд Центар;Нови Сад;Ниш"),
    "GR": ("cp1253", "Σταθμός Αθήνα;Πάτρα;Θεσσαλονίκη;ΔΕΗ"),
    "TR": ("cp1254", "İstanbul Şişli;Muğla Bodrum;Eşarj;Kızılay"),
    "EE": ("cp1257", "Tallinn Põhja;Jõhvi;Võru"),
    "LV": ("cp1257", "Rīga Āgenskalns;Jūrmala;Liepāja"),
    "LT": ("cp1257", "Šiauliai;Panevėžys;Žemaičių"),
    "IL": ("cp1255", "תל אביב;ירושלים;חיפה"),
    "SA": ("cp1256", "الرياض مول;جدة;الدمام"),
}


@pytest.mark.parametrize("country", TEXTS)
def test_a_text_is_read_in_the_code_page_of_its_country(country):
    code_page, text = TEXTS[country]
    found = find_code_page(text.encode(code_page), [country])
    assert text.encode(code_page).decode(found.name) == text


@pytest.mark.parametrize("country", ["PL", "CZ", "SK", "SI", "FR", "DE", "ES", "IS", "RU", "UA", "BG", "GR"])
def test_where_letters_tell_it_nobody_needs_to_know_the_country(country):
    code_page, text = TEXTS[country]
    found = find_code_page(text.encode(code_page))
    assert text.encode(code_page).decode(found.name) == text


@pytest.mark.parametrize("country", TEXTS)
def test_a_text_that_is_surely_of_elsewhere_is_not_read_as_that_of_its_country(country):
    code_page, text = "cp1251", TEXTS["RU"][1]
    found = find_code_page(text.encode(code_page), [country])
    assert text.encode(code_page).decode(found.name) == text


def test_letters_that_are_the_same_everywhere_tell_nothing_and_need_nothing():
    assert find_code_page("Düsseldorf".encode("cp1252")).name == "cp1252"
    assert find_code_page("Düsseldorf".encode("cp1252"), ["PL"]).name == "cp1250"


def test_any_bytes_have_a_code_page():
    draws = random.Random(0)  # noqa: S311  not a secret
    for _ in range(50):
        assert find_code_page(draws.randbytes(60), ["PL"]).name in code_pages()
    assert find_code_page(b"").name in code_pages()
