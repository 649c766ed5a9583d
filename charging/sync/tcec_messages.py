"""Messages of T/CEC 102.4-2016 on the wire: encrypted with AES-128-CBC, signed with HMAC-MD5.

The envelope alone: its content is read by the client and `charging.sources.tcec102.model`.
"""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from charging.errors import SourceError
from charging.sources.tcec102.status import standard_keys

SHANGHAI = timezone(timedelta(hours=8))
"""The zone of every time in a message; it has had no summer time since 1991."""

_BLOCK_BITS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The secrets of a peer and one direction, and who sends."""

    operator_id: str
    data_secret: str = field(repr=False)
    data_secret_iv: str = field(repr=False)
    sig_secret: str = field(repr=False)


class SignatureError(SourceError):
    """A message is not signed by who it should be from."""


def encrypt(text: bytes, keys: Keys) -> str:
    """Return bytes as the `Data` of a message.

    Examples
    --------
    >>> keys = Keys(operator_id="1", data_secret="k" * 16, data_secret_iv="v" * 16, sig_secret="s")
    >>> decrypt(encrypt(b"{}", keys), keys)
    b'{}'
    """
    padder = PKCS7(_BLOCK_BITS).padder()
    encryptor = _cipher(keys).encryptor()
    padded = padder.update(text) + padder.finalize()
    return b64encode(encryptor.update(padded) + encryptor.finalize()).decode("ascii")


def decrypt(data: str, keys: Keys) -> bytes:
    """Return the bytes that `encrypt` was given.

    Raises
    ------
    SourceError
        If they cannot have been encrypted with these keys.
    """
    try:
        decryptor = _cipher(keys).decryptor()
        unpadder = PKCS7(_BLOCK_BITS).unpadder()
        padded = decryptor.update(b64decode(data, validate=True)) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise SourceError(
            "Expected `Data` encrypted with the DataSecret and DataSecretIV of this peer, found what these"
            " keys do not open. Check both."
        ) from None


def signature(parts: str, keys: Keys) -> str:
    """Return the `Sig` of the joined parts of a message: 32 capital hexadecimal digits."""
    return hmac.new(keys.sig_secret.encode(), parts.encode(), "md5").hexdigest().upper()


def build_request(data: Mapping[str, Any], keys: Keys, now: datetime, number: int) -> dict[str, str]:
    """Return a request with `data` inside; `number` counts the requests of one second, from 1."""
    encrypted = encrypt(json.dumps(data, ensure_ascii=False).encode(), keys)
    stamp, sequence = now.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S"), f"{number:04d}"
    return {
        "OperatorID": keys.operator_id,
        "Data": encrypted,
        "TimeStamp": stamp,
        "Seq": sequence,
        "Sig": signature(f"{keys.operator_id}{encrypted}{stamp}{sequence}", keys),
    }


def open_answer(answer: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    """Return the content of an answer, with its names as the standard writes them.

    Raises
    ------
    SignatureError
        If the signature is missing or wrong.
    SourceError
        If it cannot be decrypted, or holds no JSON object.
    """
    given = standard_keys(answer)
    data, sig = given.get("Data"), given.get("Sig")
    signed = "".join("" if part is None else str(part) for part in (given.get("Ret"), given.get("Msg"), data))
    if not isinstance(sig, str) or not isinstance(data, str):
        raise SignatureError("Expected an answer with `Data` and `Sig` as text, found it without.")
    if not hmac.compare_digest(signature(signed, keys).encode(), sig.strip().upper().encode()):
        raise SignatureError(
            "Expected an answer signed with the SigSecret of this peer, found another signature. Check it."
        )
    try:
        inside = json.loads(decrypt(data, keys))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        inside = None
    if not isinstance(inside, dict):
        raise SourceError("Expected a JSON object inside `Data`, found something else.")
    return dict(standard_keys(inside))


def _cipher(keys: Keys) -> Cipher[CBC]:
    return Cipher(AES128(keys.data_secret.encode()), CBC(keys.data_secret_iv.encode()))
