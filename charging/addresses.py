"""Names of hosts, and where on a machine something listens, as settings and requests write them."""

import re
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

MAX_PORT = 65_535

_LABELS = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?"
_HOST = re.compile(rf"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>{_LABELS}))(?::(?P<port>[0-9]{{1,5}}))?")
_PATTERN = re.compile(rf"(?:\*\.)?{_LABELS}")
_SOURCE = re.compile(rf"https?://(?:\*\.)?{_LABELS}(?::[0-9]{{1,5}})?")

_EXPECTED_HOSTS = "names or addresses of hosts, without scheme, port or path, separated by commas"
_EXPECTED_ANCESTORS = "self, none, or origins such as https://portal.example.org, separated by commas"


class Endpoint(NamedTuple):
    """A host and a port to listen on."""

    host: str
    port: int


def host_of(text: str) -> str | None:
    """Return the host of `host[:port]`: in lower case, without brackets and final dot; None if it is none.

    Examples
    --------
    >>> host_of("Map.Example.org:8443"), host_of("[::1]:80"), host_of("a b")
    ('map.example.org', '::1', None)
    """
    found = _HOST.fullmatch(text.lower()) if text.isascii() else None
    if found is None or int(found["port"] or 0) > MAX_PORT:
        return None
    if found["six"] is None:
        return found["name"].removesuffix(".")
    try:
        return str(IPv6Address(found["six"]))
    except ValueError:
        return None


def host_names(text: str) -> tuple[str, ...]:
    """Return the hosts of a list with commas, as `host_of` writes them.

    `*.example.org` stands for all names below it.

    Raises
    ------
    ValueError
        If one of them is no host.

    Examples
    --------
    >>> host_names("Map.example.org, *.lan, [::1]")
    ('map.example.org', '*.lan', '::1')
    """
    return tuple(_host_name(each.strip().lower()) for each in text.split(",") if each.strip())


def _host_name(text: str) -> str:
    bare = text.removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(bare))
    except ValueError:
        if text.isascii() and _PATTERN.fullmatch(text):
            return text.removesuffix(".")
        raise ValueError(_EXPECTED_HOSTS) from None


def is_wildcard(address: str | None) -> bool:
    """Return whether an address to listen on means every address of the machine; none does."""
    try:
        return not address or ip_address(address.removeprefix("[").removesuffix("]")).is_unspecified
    except ValueError:
        return False


def frame_sources(text: str) -> tuple[str, ...]:
    """Return who may show the page in a frame, as sources of a content security policy.

    Raises
    ------
    ValueError
        If one of them is none, or `none` is not alone.

    Examples
    --------
    >>> frame_sources("self, https://portal.example.org")
    ("'self'", 'https://portal.example.org')
    """
    named = [each.strip().lower() for each in text.split(",") if each.strip()]
    if named == ["none"]:
        return ("'none'",)
    if not named or not all(each == "self" or (each.isascii() and _SOURCE.fullmatch(each)) for each in named):
        raise ValueError(_EXPECTED_ANCESTORS)
    return tuple("'self'" if each == "self" else each for each in named)


def endpoint(text: str) -> Endpoint:
    """Return the host and the port of `host:port`.

    Raises
    ------
    ValueError
        If it is not of that form.

    Examples
    --------
    >>> endpoint("127.0.0.1:9464"), endpoint("[::1]:9464").host
    (Endpoint(host='127.0.0.1', port=9464), '::1')
    """
    host, port = host_of(text), text.rpartition(":")[2]
    if host is None or not port.isdecimal() or text.endswith("]") or ":" not in text:
        raise ValueError("host:port, such as 127.0.0.1:9464")
    return Endpoint(host, int(port))
