"""By which names the server may be called, and from which pages.

Any website can send a browser to a name of its own that leads to this server (DNS rebinding), or open a
websocket to it. Neither gets past these checks: the name in `Host` and that in `Origin` must both be ours.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from charging.addresses import host_names, host_of, is_wildcard
from charging.server.asgi import Refusal, Scope, header_values

LOOPBACK = ("localhost", "127.0.0.1", "::1")

NO_HOST = Refusal(
    400,
    "The request names no host, or more than one, or none that can be read.",
    "请求没有给出可读的主机名，或给出了多个。",
)
FOREIGN_ORIGIN = Refusal(
    403,
    "This server answers its own pages only, and the request comes from another one. Whoever runs the server "
    "can allow that page's host with CHARGING_ALLOWED_HOSTS.",
    "本服务器只应答自己的页面，而该请求来自其他页面。服务器管理员可用 CHARGING_ALLOWED_HOSTS 允许该主机。",
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The names by which the server may be called; a first label `*` stands for any."""

    names: frozenset[str]

    @classmethod
    def of(cls, setting: str, address: str | None) -> "AllowedHosts":
        """Return those that are set, else those of this machine and the address the server listens on."""
        if setting:
            return cls(frozenset((*LOOPBACK, *host_names(setting))))
        own = host_of(address or "") or host_of(f"[{address}]")
        return cls(frozenset((*LOOPBACK, own) if own and not is_wildcard(address) else LOOPBACK))

    def __contains__(self, host: str) -> bool:
        """Return whether a host, as `host_of` writes it, is one of them."""
        return host in self.names or any(f"*{host[at:]}" in self.names for at in _dots(host))

    def called(self, scope: Scope) -> str:
        """Return the name and port a request calls the server by; empty where it is none of ours."""
        hosts = header_values(scope, b"host")
        host = host_of(hosts[0]) if len(hosts) == 1 else None
        return hosts[0] if host is not None and host in self else ""

    def refusal(self, scope: Scope) -> Refusal | None:
        """Return why a request is not for us or not from our pages; None if it is."""
        if not self.called(scope):
            hosts = header_values(scope, b"host")
            host = host_of(hosts[0]) if len(hosts) == 1 else None
            return NO_HOST if host is None else _foreign_host(host)
        origins = header_values(scope, b"origin")
        return None if all(map(self._is_ours, origins)) and len(origins) <= 1 else FOREIGN_ORIGIN

    def _is_ours(self, origin: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        host = host_of(parts.netloc)
        is_origin = parts.scheme in ("http", "https") and not (parts.path or parts.query or parts.fragment)
        return is_origin and host is not None and host in self


def _dots(host: str) -> Iterable[int]:
    return (at for at, char in enumerate(host) if char == ".")


def tell_who_may_call(setting: str, address: str | None) -> None:
    """Say in the log what to set where other machines can reach the server and none of its names is known."""
    if is_wildcard(address) and not setting:
        _log.warning(
            "The server listens on every address of this machine, and only calls to %(names)s are answered: "
            "set CHARGING_ALLOWED_HOSTS to the names or addresses others call it by",
            {"names": ", ".join(LOOPBACK)},
        )


def _foreign_host(host: str) -> Refusal:
    return Refusal(
        421,
        f"This server is not known by the name {host}. Whoever runs it can add the name with "
        f"CHARGING_ALLOWED_HOSTS={host}",
        f"本服务器不使用名称 {host}。服务器管理员可用 CHARGING_ALLOWED_HOSTS={host} 添加该名称。",
    )
