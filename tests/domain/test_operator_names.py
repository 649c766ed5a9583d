"""What an operator is called where only its source knows it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.operator_names import MAX_ID_LENGTH, make_operator_id, names_nobody, operator_key

NOBODY = ["unknown", "None", "Inconnu", "onbekend", "Desconocido", "未知", "无", "неизвестный", "알수없음"]


@pytest.mark.parametrize(
    "spellings",
    [
        ("ChargePoint", "Charge-Point", "CHARGE POINT", "ChargePoint, Inc.", "chargepoint inc"),
        ("EnBW mobility+", "EnBW Mobility +", "ENBW MOBILITY AG und Co. KG", "EnBW mobility+ AG & Co.KG"),
        ("E.ON Drive", "E.ON Drive GmbH", "EON Drive G.m.b.H.", "e.on drive"),
        ("Clever A/S", "Clever", "CLEVER"),
        ("Polenergia eMobility Sp. z o.o.", "Polenergia eMobility"),
        ("Энергия", 'ООО "Энергия"'),
        ("北京智充科技有限公司", "北京智充科技", "北京智充科技股份有限公司"),
        ("e-Mobility Power", "株式会社e-Mobility Power"),
        ("McDonald's", "McDonald’s", "Mcdonalds"),
    ],
)
def test_spellings_that_differ_by_case_blanks_punctuation_or_company_form_are_one(spellings):
    assert len({operator_key(text) for text in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("EVgo", "EV Connect"),
        ("Shell Recharge", "Shell"),
        ("Circle K", "Circle"),
        ("智充", "智电"),
        ("GmbH", "AG"),
    ],
)
def test_other_names_are_other_operators(one, other):
    assert operator_key(one) != operator_key(other)


@pytest.mark.parametrize(
    "text", [*NOBODY, "Non-Networked", "(Unknown Operator)", "-", "--", "?", "n/a", "N.A.", "0"]
)
def test_texts_that_name_nobody_are_not_known(text):
    assert names_nobody(text)


@pytest.mark.parametrize(
    "text", ["Nobody's Charging", "24/7", "7-Eleven", "Nonnet", "Noname AG", "无锡充电", "KN", "123"]
)
def test_every_other_text_names_somebody(text):
    assert not names_nobody(text)


@pytest.mark.parametrize(
    ("text", "operator_id"),
    [
        ("Électricité de Crête S.A.", "électricité_de_crête"),
        ("  Blink   Charging  Co. ", "blink_charging"),
        ("กฟผ. ชาร์จ", "กฟผ_ชาร์จ"),
        ("<b>Go & Charge</b>", "b_go_charge_b"),
        ("GmbH & Co. KG", "gmbh_co_kg"),
        ("x" * 200, "x" * MAX_ID_LENGTH),
    ],
)
def test_an_id_is_made_of_the_letters_of_any_script(text, operator_id):
    assert make_operator_id(text) == operator_id


@given(st.text(max_size=120))
def test_an_id_is_short_and_of_letters_digits_and_underscores_and_means_the_same_operator(text):
    made = make_operator_id(text)
    assert len(made) <= MAX_ID_LENGTH
    assert all(each == "_" or unicodedata.category(each)[0] in "LNM" for each in made)
    if len(made) < MAX_ID_LENGTH - 1:
        assert operator_key(text).startswith(operator_key(made)) or not made
