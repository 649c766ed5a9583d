"""How a peer is described: a TOML file that says where its server is, and in which variables its secrets are.

The file is `peers/<name>.toml` in the build folder or in `data/`. It never holds a secret, only names of
environment variables.
"""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, Strict, StrictBool, ValidationInfo, field_validator

from charging.dataset.store import PEERS
from charging.domain.reference_data import FACTS_DIR
from charging.errors import UsageError
from charging.sources.records import SourceInfo
from charging.validation import NamedTable, Secret, suggest, validate

_NAME = re.compile(r"\w[\w-]{0,39}")
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_KEY_BYTES = 16  # of AES-128, as of its initial vector


class PeerKind(StrEnum):
    """The protocol a peer speaks."""

    OCPI = "ocpi"
    TCEC102 = "tcec102"


class TokenForm(StrEnum):
    """How an OCPI token is written into its header."""

    AUTO = "auto"  # Base64 first, and the other where that is refused
    BASE64 = "base64"  # OCPI 2.2.1 and later
    PLAIN = "plain"  # OCPI 2.1.1, and peers who never changed


def _check_address(url: str, info: ValidationInfo) -> str:
    try:
        parts = urlsplit(url.strip())
        host, is_plain = parts.hostname, parts.username is None and parts.password is None
        _ = parts.port
    except ValueError:
        host, is_plain, parts = None, False, urlsplit("")
    is_local = info.data.get("insecure") or host in _LOCAL_HOSTS
    if not (host and is_plain and (parts.scheme == "https" or (parts.scheme == "http" and is_local))):
        raise ValueError(
            "an https address without name and password (in a closed network, insecure = true allows http,"
            " over which anyone between can read the secrets)"
        )
    return url.strip()


def _check_variable(name: str) -> str:
    # what looks like no variable may be the secret itself
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", name):
        raise ValueError("the name of an environment variable, in capitals such as TOKEN_X")
    return name


Address = Annotated[Secret, AfterValidator(_check_address)]
Variable = Annotated[Secret, AfterValidator(_check_variable)]
Host = Annotated[str, AfterValidator(str.lower)]


class Peer(NamedTable):
    """A server that stations are pulled from, as its file describes it."""

    kind: PeerKind
    insecure: StrictBool = False  # http is allowed
    url: Address  # OCPI: its versions; T/CEC 102: what the names of the methods are put behind
    dataset: str = Field("", validate_default=True)  # its stations go into, by default of the peer's name
    title: str = ""
    licence: str | None = None
    attribution: str = ""
    hosts: tuple[Host, ...] = ()  # that may be asked besides the one of `url`
    page_size: Annotated[int, Strict(), Field(ge=1, le=10_000)] = 100  # stations; a server may send fewer
    # everything is pulled again after that: what has vanished is seen by that alone
    full_every_days: Annotated[float, Strict(), Field(ge=0, le=365)] = 7.0

    @field_validator("dataset")
    @classmethod
    def _named_dataset(cls, dataset: str, info: ValidationInfo) -> str:
        return dataset or str(info.context)

    @property
    def secret_names(self) -> Mapping[str, str]:
        """The environment variable by what it is for."""
        return {field.removesuffix("_env"): value for field, value in self if field.endswith("_env")}

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
            If a variable is not set, or a key is not as long as it must be; no value is shown.
        """
        found = {role: environment.get(name, "").strip() for role, name in self.secret_names.items()}
        # a header cannot carry control characters
        if missing := [
            self.secret_names[role] for role, value in found.items() if not (value and value.isprintable())
        ]:
            raise UsageError(
                f"Peer {self.name!r} needs the environment variables {', '.join(missing)}, which are not set,"
                " or not to one line of text"
            )
        for role in ("data_secret", "data_secret_iv"):
            if role in found and len(found[role].encode()) != _KEY_BYTES:
                raise UsageError(
                    f"Expected {_KEY_BYTES} bytes in {self.secret_names[role]}, as AES-128 has,"
                    f" found {len(found[role].encode())}"
                )
        return found


class OcpiPeer(Peer):
    """A peer that speaks OCPI."""

    token_env: Variable
    token_form: TokenForm = TokenForm.AUTO
    version: str = ""  # the one to use, by default the highest that both know
    country_code: str = ""  # OCPI 2.1.1: whose the ids are, which its locations do not tell
    party_id: str = ""


class TcecPeer(Peer):
    """A peer that speaks T/CEC 102."""

    operator_id: Annotated[str, Field(min_length=1)]  # who asks, nine characters
    operator_secret_env: Variable
    data_secret_env: Variable
    data_secret_iv_env: Variable
    sig_secret_env: Variable
    token_url: Address = ""  # where the token is asked for, if elsewhere


class _PeerHeader(BaseModel):
    kind: PeerKind


_MODELS: Mapping[PeerKind, type[OcpiPeer | TcecPeer]] = {PeerKind.OCPI: OcpiPeer, PeerKind.TCEC102: TcecPeer}


def load_peer(name: str, build_dir: Path) -> OcpiPeer | TcecPeer:
    """Return the peer of that name.

    Raises
    ------
    UsageError
        If there is none, or its description has a key or value that is not understood.
    """
    folders = (build_dir / PEERS, FACTS_DIR / PEERS)
    if not _NAME.fullmatch(name):
        raise UsageError(f"A peer's name is up to 40 letters, digits, '_' or '-', found {name[:60]!r}")
    for folder in folders:
        path = folder / f"{name}.toml"
        if path.is_file():
            return _read_peer(name, path)
    known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    raise UsageError(
        f"Expected a peer, found no {folders[0] / name}.toml; there are: {', '.join(known) or 'none'}"
        f"{suggest(name, known)}. Describe it there: docs/data.md says how."
    )


def _read_peer(name: str, path: Path) -> OcpiPeer | TcecPeer:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        # the text is not quoted: it may hold a secret by mistake
        message = f"{path}: expected TOML in UTF-8, found what cannot be read ({type(error).__name__})"
        raise UsageError(message) from None

    def refuse(faults: str) -> UsageError:
        advice = "Correct it there: docs/data.md says how. Secrets belong in environment variables alone."
        return UsageError(f"{path}: {faults}. {advice}")

    kind = validate(_PeerHeader, given, refuse).kind
    return validate(_MODELS[kind], given, refuse, context=name)
