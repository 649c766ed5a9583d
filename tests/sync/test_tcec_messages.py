"""Envelopes of T/CEC 102: the vector that goes with the standard, and what is refused."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sync.loopback import KEYS

from charging.errors import SourceError
from charging.sync.tcec_messages import (
    Keys,
    SignatureError,
    build_request,
    decrypt,
    encrypt,
    open_answer,
    signature,
)

PUBLIC = "1234567890abcdef"
STANDARD = Keys(operator_id="123456789", data_secret=PUBLIC, data_secret_iv=PUBLIC, sig_secret=PUBLIC)
DATA = (
    "il7B0BSEjFdzpyKzfOFpvg/Se1CP802RItKYFPfSLRxJ3jf0bVl9hvYOEktPAYW2nd7S8MBcyHYyacHKbISq5iTmDzG+ivnR+SZJ"
    "v3USNTYVMz9rCQVSxd0cLlqsJauko79NnwQJbzDTyLooYoIwz75qBOH2/xOMirpeEqRJrF/EQjWekJmGk9RtboXePu2rka+Xm51s"
    "yBPhiXJAq0GfbfaFu9tNqs/e2Vjja/ltE1M0lqvxfXQ6da6HrThsm5id4ClZFIi0acRfrsPLRixS/IQYtksxghvJwbqOsbIsITai"
    "l9Ayy4tKcogeEZiOO+4Ed264NSKmk7l3wKwJLAFjCFogBx8GE3OBz4pqcAn/ydA="
)


def answer(**given):
    given = {"Ret": 0, "Msg": "", "Data": encrypt(b'{"total": 1}', KEYS)} | given
    return {"Sig": signature(f"{given['Ret']}{given['Msg']}{given['Data']}", KEYS)} | given


def test_the_vector_of_the_standard_is_signed_alike():
    signed = f"123456789{DATA}201607291424000001"
    assert signature(signed, STANDARD) == "745166E8C43C84D37FFEC0F529C4136F"


def test_the_vector_of_the_standard_is_encrypted_alike():
    plain = decrypt(DATA, STANDARD)
    assert plain.startswith(b"{")
    assert encrypt(plain, STANDARD) == DATA


@given(st.binary(max_size=100))
def test_what_was_encrypted_is_decrypted(text):
    assert decrypt(encrypt(text, KEYS), KEYS) == text


def test_a_request_carries_the_time_of_shanghai_and_a_signature():
    now = dt.datetime(2016, 7, 29, 6, 24, tzinfo=dt.UTC)
    message = build_request({"PageNo": 1}, STANDARD, now, 1)
    assert (message["TimeStamp"], message["Seq"]) == ("20160729142400", "0001")
    assert message["Sig"] == signature(f"123456789{message['Data']}201607291424000001", STANDARD)
    assert json.loads(decrypt(message["Data"], STANDARD)) == {"PageNo": 1}


def test_names_with_a_small_first_letter_are_read():
    small = {name[0].lower() + name[1:]: value for name, value in answer().items()}
    assert open_answer(small, KEYS) == {"Total": 1}


@pytest.mark.parametrize("wrong", [{"Msg": "x"}, {"Sig": "0" * 32}, {"Sig": None}, {"Data": None}])
def test_an_answer_that_is_not_signed_by_the_peer_is_refused(wrong):
    with pytest.raises(SignatureError):
        open_answer(answer() | wrong, KEYS)


@pytest.mark.parametrize("data", [encrypt(b"[1]", KEYS), encrypt(b"{,}", KEYS), "AAAA", "no base64"])
def test_what_does_not_open_is_refused(data):
    with pytest.raises(SourceError, match="Expected"):
        open_answer(answer(Data=data), KEYS)
