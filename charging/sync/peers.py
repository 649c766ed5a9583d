"""How a peer is described: a TOML file that says where its server is, and in which variables its secrets are.

The file stands as `peers/<name>.toml` in the build folder, or in `data/`. It never holds a secret, only names
of environment variables.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from charging.domain.reference_data import FACTS_DIR
from charging.errors import UsageError
from charging.sources.records import SourceInfo

FOLDER = "peers"
"""Folder of the descriptions, in the build folder and in `data/`."""

USUAL_PAGE_SIZE = 100
"""Stations asked for at a time; a server may send fewer."""

USUAL_FULL_EVERY_DAYS = 7.0
"""Days after which everything is pulled again: what has vanished is seen by that alone."""

_NAME = re.compile(r"\w[\w-]{0,39}")
_LARGEST_PAGE = 10_000
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


class PeerKind(StrEnum):
    """The protocol a peer speaks."""

    OCPI = "ocpi"
    TCEC102 = "tcec102"


class TokenForm(StrEnum):
    """How an OCPI token is written into its header."""

    AUTO = "auto"  # Base64 first, and the other where that is refused
    BASE64 = "base64"  # OCPI 2.2.1 and later
    PLAIN = "plain"  # OCPI 2.1.1, and peers who never changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server that stations are pulled from."""

    name: str
    kind: PeerKind
    url: str  # OCPI: its versions; T/CEC 102: what the names of the methods are put behind
    dataset: str  # name of the dataset its stations go into
    secret_names: Mapping[str, str] = field(repr=False)  # environment variable by what it is for
    title: str = ""
    licence: str | None = None
    attribution: str = ""
    hosts: tuple[str, ...] = ()  # that may be asked besides the one of `url`
    page_size: int = USUAL_PAGE_SIZE
    full_every_days: float = USUAL_FULL_EVERY_DAYS
    token_form: TokenForm = TokenForm.AUTO
    version: str = ""  # OCPI: the one to use, by default the highest that both know
    country_code: str = ""  # OCPI 2.1.1: whose the ids are, which its locations do not tell
    party_id: str = ""
    operator_id: str = ""  # T/CEC 102: who asks, nine characters
    token_url: str = ""  # T/CEC 102: where the token is asked for, if elsewhere

    @property
    def source(self) -> SourceInfo:
        """Where its rows come from: each peer is a source of its own, so that no ids meet."""
        unit = "EVSE" if self.kind is PeerKind.OCPI else "EquipmentInfo"
        return SourceInfo(
            source=f"{self.kind}-{self.name}",
            title=self.title or self.name,
            licence=self.licence,
            attribution=self.attribution or "The operators of the charge points",
            unit_counted=unit,
        )

    def secrets(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the secrets of the peer by what each is for.

        Raises
        ------
        UsageError
            If a variable is not set, or a key has not the length it must have; no value is told.
        """
        found = {role: environment.get(name, "").strip() for role, name in self.secret_names.items()}
        # a header cannot carry control characters
        if missing := [self.secret_names[role] for role, value in found.items() if not _is_sayable(value)]:
            message = (
                f"Peer {self.name!r} needs the environment variables {', '.join(missing)}, which are not set,"
                " or not to one line of text"
            )
            raise UsageError(message)
        for role in ("data_secret", "data_secret_iv"):
            if role in found and len(found[role].encode()) != _KEY_BYTES:
                message = (
                    f"Expected {_KEY_BYTES} bytes in {self.secret_names[role]}, as AES-128 has,"
                    f" found {len(found[role].encode())}"
                )
                raise UsageError(message)
        return found


def _is_sayable(value: str) -> bool:
    return bool(value) and value.isprintable()


_KEY_BYTES = 16  # of AES-128, as of its initial vector

SECRETS: Mapping[PeerKind, tuple[str, ...]] = {
    PeerKind.OCPI: ("token",),
    PeerKind.TCEC102: ("operator_secret", "data_secret", "data_secret_iv", "sig_secret"),
}
"""What each kind needs; the key in the file has `_env` behind it."""

_TEXTS = ("title", "attribution", "licence", "dataset")
_OF_KIND: Mapping[PeerKind, tuple[str, ...]] = {
    PeerKind.OCPI: ("version", "country_code", "party_id", "token_form"),
    PeerKind.TCEC102: ("operator_id", "token_url"),
}
_COMMON = (*_TEXTS, "url", "kind", "hosts", "page_size", "full_every_days", "insecure")


def load_peer(name: str, build_dir: Path) -> Peer:
    """Return the peer of that name.

    Raises
    ------
    UsageError
        If there is none, or its description has a key or value that is not understood.
    """
    folders = (build_dir / FOLDER, FACTS_DIR / FOLDER)
    if not _NAME.fullmatch(name):
        message = f"A peer's name is up to 40 letters, digits, '_' or '-', found {name[:60]!r}"
        raise UsageError(message)
    for folder in folders:
        path = folder / f"{name}.toml"
        if path.is_file():
            return _peer(name, path)
    known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    message = (
        f"Expected a peer, found no {folders[0] / name}.toml; there are: {', '.join(known) or 'none'}."
        " Describe it there: docs/data.md says how."
    )
    raise UsageError(message)


def _peer(name: str, path: Path) -> Peer:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        # the text is not quoted: a secret may stand in it by mistake
        message = f"{path}: expected TOML in UTF-8, found what cannot be read ({type(error).__name__})"
        raise UsageError(message) from None
    kind = _kind(given, path)
    _check_keys(given, kind, path)
    texts = {key: str(given[key]) for key in (*_TEXTS, *_OF_KIND[kind]) if key in given}
    texts["dataset"] = texts.get("dataset") or name
    for key in ("url", "token_url"):
        if key in given:
            texts[key] = _url(given[key], path, key, is_insecure=given.get("insecure") is True)
    if kind is PeerKind.TCEC102 and not texts.get("operator_id"):
        message = f"{path}: expected operator_id, the nine characters you are known by; found none"
        raise UsageError(message)
    form = texts.pop("token_form", TokenForm.AUTO)
    if form not in list(TokenForm):
        message = f"{path}: expected token_form as one of {', '.join(TokenForm)}, found {form!r}"
        raise UsageError(message)
    return Peer(
        name=name,
        kind=kind,
        secret_names=_secret_names(given, kind, path),
        hosts=_hosts(given, path),
        page_size=int(_number(given, "page_size", USUAL_PAGE_SIZE, 1, _LARGEST_PAGE, path)),
        full_every_days=_number(given, "full_every_days", USUAL_FULL_EVERY_DAYS, 0, 365, path),
        token_form=TokenForm(form),
        **texts,
    )


def _kind(given: Mapping[str, Any], path: Path) -> PeerKind:
    try:
        return PeerKind(given.get("kind", ""))
    except ValueError as error:
        message = f"{path}: expected kind as one of {', '.join(PeerKind)}, found {given.get('kind')!r}"
        raise UsageError(message) from error


def _check_keys(given: Mapping[str, Any], kind: PeerKind, path: Path) -> None:
    known = (*_COMMON, *_OF_KIND[kind], *(f"{role}_env" for role in SECRETS[kind]))
    if strange := sorted(given.keys() - set(known)):
        message = (
            f"{path}: expected the keys {', '.join(known)}; found also {', '.join(strange)}."
            " A secret does not belong there: name the environment variable that holds it."
        )
        raise UsageError(message)
    for key in given.keys() & {*_TEXTS, *_OF_KIND[kind], "url"}:
        if not isinstance(given[key], str):
            message = f"{path}: expected text for {key}, found a {type(given[key]).__name__}"
            raise UsageError(message)


def _secret_names(given: Mapping[str, Any], kind: PeerKind, path: Path) -> dict[str, str]:
    names = {role: given.get(f"{role}_env", "") for role in SECRETS[kind]}
    for role, name in names.items():
        # what looks like no variable may be the secret itself, so it is not quoted
        if not isinstance(name, str) or not re.fullmatch(r"[A-Z_][A-Z0-9_]*", name):
            message = (
                f"{path}: expected {role}_env to name an environment variable, in capitals such as"
                f" {role.upper()}_X; found none"
            )
            raise UsageError(message)
    return names


def _url(value: str, path: Path, key: str, *, is_insecure: bool) -> str:
    try:
        parts = urlsplit(value.strip())
        host, is_plain = parts.hostname, parts.username is None and parts.password is None
        _ = parts.port
    except ValueError:
        host, is_plain, parts = None, False, urlsplit("")
    safe = parts.scheme == "https" or (
        parts.scheme == "http" and (is_insecure or (host or "") in _LOCAL_HOSTS)
    )
    if not (host and is_plain and safe):
        message = (
            f"{path}: expected {key} as an https address without name and password. In a closed network,"
            " insecure = true allows http, over which anyone between can read the secrets."
        )
        raise UsageError(message)
    return value.strip()


def _hosts(given: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    hosts = given.get("hosts", [])
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        message = f"{path}: expected hosts as a list of texts"
        raise UsageError(message)
    return tuple(host.lower() for host in hosts)


def _number(given: Mapping[str, Any], key: str, usual: float, least: float, most: float, path: Path) -> float:
    value = given.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        message = f"{path}: expected {key} as a number of {least} to {most}, found {value!r}"
        raise UsageError(message)
    return value
