"""What visitors meet at the public address: whether the proxy passes on names, scheme and websockets."""

import http.client
import os
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import SplitResult, urlsplit

from charging.cli.checks.diagnosis import Diagnosis, fault, note, ok
from charging.errors import UsageError

PATIENCE_S = 10.0

_PAGE_COOKIE, _PROCESS_COOKIE = "charging_visitor", "charging_process"
_SWITCHING = 101


def look_at_site(url: str) -> Iterator[Diagnosis]:
    """Yield what a browser would find at the address of the page.

    Raises
    ------
    UsageError
        If it is no address.
    """
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        message = f"--url: expected an address such as https://charging.example.org, found {url[:200]!r}"
        raise UsageError(message)
    try:
        yield from _page(parts)
        yield from _websocket(parts)
    except (OSError, http.client.HTTPException) as error:
        advice = "Look whether server and proxy run, and at the certificate"
        yield fault("site", f"{url} cannot be asked ({type(error).__name__}: {error})", advice)


def _page(parts: SplitResult) -> Iterator[Diagnosis]:
    status, headers = _ask(parts, "/")
    if status != http.client.OK:
        advice = "Set CHARGING_ALLOWED_HOSTS to the public name, and pass the header Host on"
        yield fault("site", f"the page answers {status}", advice)
        return
    yield ok("site", "the page answers")
    cookie = _cookie(headers, _PAGE_COOKIE)
    if parts.scheme == "http":
        advice = "Let the proxy answer by https alone, as deploy/charging.nginx.conf does"
        yield note("https", "visitors and uploads are not encrypted", advice)
    elif "; secure" not in cookie.lower():
        advice = "Pass X-Forwarded-Proto on, and name the proxy's address in FORWARDED_ALLOW_IPS"
        yield fault("https", "the server takes requests by https for http", advice)
    else:
        yield ok("https", "the server knows that it is asked by https")


def _websocket(parts: SplitResult) -> Iterator[Diagnosis]:
    given = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": "streamlit",
        "Origin": f"{parts.scheme}://{parts.netloc}",
    }
    status, headers = _ask(parts, "/_stcore/stream", given)
    if status != _SWITCHING:
        advice = (
            "Pass the headers Upgrade, Connection, Host and Origin on, as deploy/charging.nginx.conf does"
        )
        yield fault("websocket", f"it is answered with {status} and not with {_SWITCHING}", advice)
    elif not _cookie(headers, _PROCESS_COOKIE):
        advice = "With several processes uploads fail: let the proxy pass on Set-Cookie of the handshake"
        yield note("websocket", "it opens, and names no process", advice)
    else:
        yield ok("websocket", "it opens, and names its process")


def _ask(
    parts: SplitResult, path: str, headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage]:
    """Return the status and the headers of an answer; what follows them is not waited for."""
    host, port = parts.hostname or "", parts.port
    connection = (
        http.client.HTTPSConnection(host, port, timeout=PATIENCE_S, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
    )
    with closing(connection):
        connection.request("GET", parts.path.rstrip("/") + path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers


def _cookie(headers: http.client.HTTPMessage, name: str) -> str:
    """Return a cookie as the answer sets it, empty if it does not."""
    return next((each for each in headers.get_all("Set-Cookie", []) if each.startswith(f"{name}=")), "")
