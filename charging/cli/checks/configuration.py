"""What the server is told: its own settings, those of Streamlit, and the variables of peers."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from charging.addresses import is_wildcard
from charging.cli.checks.diagnosis import Diagnosis, fault, note, ok
from charging.dataset.store import PEERS
from charging.domain.reference_data import FACTS_DIR
from charging.errors import UsageError
from charging.paths import DASHBOARD
from charging.settings import Settings
from charging.sync.peers import load_peer

MIN_SECRET = 32
"""Characters of a secret that nobody guesses."""

_PREFIX = "STREAMLIT_"
_STREAMLIT_UPLOAD_MB = 200  # where it is told nothing

Options = Mapping[str, Any]
"""Options of Streamlit by their full names, such as `server.address`."""


def streamlit_options(environment: Mapping[str, str] = os.environ) -> Options:
    """Return the options of Streamlit as its server will have them: of files, and before them of variables.

    Raises
    ------
    UsageError
        If one of the files cannot be read.
    """
    found: dict[str, Any] = {}
    for path in dict.fromkeys(
        (Path.home() / ".streamlit", Path.cwd() / ".streamlit", DASHBOARD.parent / ".streamlit")
    ):
        found |= _in_file(path / "config.toml")
    for name in (
        "address",
        "baseUrlPath",
        "cookieSecret",
        "maxUploadSize",
        "enableXsrfProtection",
        "enableCORS",
    ):
        variable = _PREFIX + "SERVER_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
        if variable in environment:
            found[f"server.{name}"] = environment[variable]
    return found


def _in_file(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        message = f"{path}: expected TOML in UTF-8, found what cannot be read ({error})"
        raise UsageError(message) from error
    return {
        f"{section}.{name}": value
        for section, table in tables.items()
        if isinstance(table, dict)
        for name, value in table.items()
    }


def look_at_streamlit(options: Options, settings: Settings) -> Iterator[Diagnosis]:
    """Yield whether Streamlit's options fit the settings and each other."""
    given = options.get("server.maxUploadSize", _STREAMLIT_UPLOAD_MB)
    limit_mb = _number(given)
    if limit_mb is None or limit_mb < settings.upload_limit_mb:
        advice = "Set STREAMLIT_SERVER_MAX_UPLOAD_SIZE to CHARGING_UPLOAD_LIMIT_MB or more"
        found = f"Streamlit takes files of {given} MB, and {settings.upload_limit_mb} MB are allowed"
        yield fault("uploads", found, advice)
    else:
        yield ok("uploads", f"{settings.uploads}, up to {settings.upload_limit_mb} MB")
    secret = str(options.get("server.cookieSecret") or "")
    advice = "Set STREAMLIT_SERVER_COOKIE_SECRET to 64 letters of: openssl rand -hex 32"
    if not secret:
        yield note("secret", "every process makes its own, as is right for a single one", advice)
    elif len(secret) < MIN_SECRET:
        yield fault("secret", f"the secret of cookies has {len(secret)} characters", advice)
    else:
        yield ok("secret", "all processes with these settings have the same")
    for name in ("enableXsrfProtection", "enableCORS"):
        if str(options.get(f"server.{name}", True)).lower() in ("false", "0"):
            found = f"server.{name} is off, so that other sites can act for your visitors"
            yield fault("protection", found, "Leave it on")


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def look_at_proxy(options: Options, environment: Mapping[str, str] = os.environ) -> Iterator[Diagnosis]:
    """Yield whose word the server takes for the address of a visitor and for https."""
    address = str(options.get("server.address") or "")
    trusted = environment.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
    is_local = is_loopback(address)
    if "*" in trusted and not is_local:
        advice = "Name the address of the proxy in FORWARDED_ALLOW_IPS, or listen on 127.0.0.1"
        yield fault("proxy", f"whoever reaches {address or 'the server'} is believed to be a proxy", advice)
    elif not is_local and trusted == "127.0.0.1":
        advice = "If a proxy on another machine stands before it, name its address in FORWARDED_ALLOW_IPS"
        yield note("proxy", f"the server answers at {address or 'every address'} without a proxy", advice)
    else:
        yield ok("proxy", f"headers of a proxy are believed from {trusted}")


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address.

    Examples
    --------
    >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def look_at_hosts(options: Options, settings: Settings) -> Iterator[Diagnosis]:
    """Yield whether the server answers to the names that visitors know."""
    address = str(options.get("server.address") or "")
    if settings.allowed_hosts:
        yield ok("hosts", f"the server answers to {settings.allowed_hosts}")
    elif is_wildcard(address):
        advice = "Set CHARGING_ALLOWED_HOSTS to the public name of the server"
        yield fault("hosts", "it answers to every address, and to no name but localhost", advice)
    else:
        advice = "Behind a proxy, set CHARGING_ALLOWED_HOSTS to the public name"
        yield note("hosts", f"the server answers to {address} and localhost alone", advice)


def look_at_peers(settings: Settings, environment: Mapping[str, str] = os.environ) -> Iterator[Diagnosis]:
    """Yield whether each peer is described well, and whether its secrets are here."""
    folders = (settings.build_dir / PEERS, FACTS_DIR / PEERS)
    for name in sorted(
        {path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.toml")}
    ):
        try:
            peer = load_peer(name, settings.build_dir)
        except (UsageError, OSError) as error:
            yield fault("peer", str(error).rstrip("."), "No synchronisation can begin")
            continue
        try:
            peer.secrets(environment)
        except UsageError as error:
            advice = "Set them for 'charging sync'; the server itself needs none"
            yield note("peer", str(error).rstrip("."), advice)
        else:
            yield ok("peer", f"{name} has its secrets")
