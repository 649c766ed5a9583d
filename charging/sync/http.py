"""An HTTP client for one peer: answers of bounded size, retries, and tokens that reach no log or message.

A request is tried again after a cut, a time-out, 429 and 5xx, later each time, or when the server says. What
carries a secret goes to the peer's own hosts and nowhere else, redirected or not.
"""

import datetime as dt
import json
import logging
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from html import escape
from io import BytesIO, TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

from charging.errors import SourceError

MAX_BYTES = 512 * 2**20
"""Longest answer that is taken, bytes after unpacking: an unpaged country has some 200 MB."""

MAX_ATTEMPTS = 5
"""Times a request is made before it is given up."""

MAX_REDIRECTS = 5

_MAX_IN_MEMORY = 8 * 2**20  # bytes of an answer; longer ones wait on the disk
_MAX_QUOTED = 200  # characters of a server's message that are shown
_MAX_READ_TO_QUOTE = 2**16  # bytes: a secret that begins among those characters is read to its end
_CONNECT_TIMEOUT_S = 10.0
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({307, 308})
_DEFAULT_PORTS = {"http": 80, "https": 443}


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a server; its body can be read until the next request."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: IO[bytes]

    def text(self) -> TextIOWrapper:
        """Return the body as text; what is not UTF-8 is replaced, and will not parse."""
        self.body.seek(0)
        return TextIOWrapper(self.body, encoding="utf-8-sig", errors="replace")

    def json(self) -> Any:  # noqa: ANN401  JSON
        """Return the body as JSON, or None where it is not.

        A body of nothing but `null` is None too: no protocol here has one.
        """
        self.body.seek(0)
        try:
            return json.loads(self.body.read())
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long a client waits."""

    attempts: int = MAX_ATTEMPTS
    first_pause_s: float = 1.0
    max_pause_s: float = 60.0
    max_wait_s: float = 300.0  # a server that asks for more is left alone
    max_answer_s: float = 300.0  # from the first byte to the last: a drip is a cut
    read_timeout_s: float = 30.0  # between two parts of an answer
    max_bytes: int = MAX_BYTES
    sleep: Callable[[float], None] = time.sleep


class Client:
    """Asks the hosts of one peer."""

    def __init__(
        self,
        url: str,
        *,
        hidden: Mapping[str, str],
        hosts: tuple[str, ...] = (),
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        """Start with no connection.

        Parameters
        ----------
        url
            The peer's own address: only its scheme, host and port are asked.
        hidden
            Secrets, which no message shows even where the server repeats them.
        hosts
            Further hosts that may be asked, by https alone.
        """
        self._base = url
        self._hosts = hosts
        spellings = {spelling for secret in hidden.values() for spelling in _spellings(secret)}
        self._hidden = sorted(spellings, key=len, reverse=True)  # one may be part of another
        self._policy = retry_policy or RetryPolicy()
        self._body: IO[bytes] = BytesIO()
        self._client = httpx.Client(
            timeout=httpx.Timeout(self._policy.read_timeout_s, connect=_CONNECT_TIMEOUT_S),
            follow_redirects=False,
            headers={"User-Agent": "charging-map", "Accept": "application/json"},
        )

    def close(self) -> None:
        """Close the connections and the last answer."""
        self._client.close()
        self._body.close()

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Ask for an address; see `request`."""
        return self.request("GET", url, headers)

    def request(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> Answer:
        """Make a request, again where that may help, and return the answer, whatever its status.

        Raises
        ------
        SourceError
            If the address is not the peer's, no answer comes whole, it is too long, or the server asks to
            come back much later.
        """
        for attempt in range(1, self._policy.attempts + 1):
            is_last = attempt == self._policy.attempts
            try:
                answer = self._follow(method, url, headers, content)
            except (httpx.InvalidURL, UnicodeError) as error:
                message = f"Expected an address that can be asked, found none ({type(error).__name__})"
                raise SourceError(message) from None
            except (httpx.TransportError, httpx.DecodingError) as error:
                if is_last:
                    raise SourceError(
                        f"{self._safe_url(url)}: expected an answer, found none whole in {attempt} attempts"
                        f" ({type(error).__name__}). Check address and network, and try again later."
                    ) from None
                self.pause(attempt)
                continue
            if answer.status not in _RETRIED or is_last:
                return answer
            self.pause(attempt, answer)
        raise AssertionError  # the last attempt returns or raises

    def pause(self, attempt: int, answer: Answer | None = None) -> None:
        """Wait before the next attempt: as long as the server says, else twice as long each time.

        Raises
        ------
        SourceError
            If the server asks for more time than is waited.
        """
        wait_s = _retry_after_s(answer.headers.get("retry-after", "")) if answer else None
        if wait_s is not None and wait_s > self._policy.max_wait_s and answer:
            message = f"{self._safe_url(answer.url)}: the server asks to come back in {wait_s:,.0f} s. Do so."
            raise SourceError(message)
        limit_s = min(self._policy.first_pause_s * 2 ** (attempt - 1), self._policy.max_pause_s)
        random_s = limit_s * (0.5 + 0.5 * secrets.randbelow(1_000) / 1_000)  # not all clients at one moment
        pause_s = random_s if wait_s is None else wait_s
        _log.info(
            "Asking %(address)s again in %(pause_s).1f s",
            {
                "address": self._safe_url(answer.url if answer else self._base),
                "attempt": attempt,
                "status": answer.status if answer else None,
                "pause_s": pause_s,
            },
        )
        self._policy.sleep(pause_s)

    def resolve(self, url: str, against: str) -> str:
        """Return an address a server names, made absolute.

        Servers behind a proxy name themselves with another scheme: they are asked by that of the peer.

        Raises
        ------
        SourceError
            If it is not one of the peer's hosts, to which alone its secrets go.
        """
        try:
            full = urljoin(against, url.strip())
            parts, base = urlsplit(full), urlsplit(self._base)
            is_base = parts.scheme in _DEFAULT_PORTS and _host_and_port(full) == _host_and_port(self._base)
            if is_base:
                full = parts._replace(scheme=base.scheme, netloc=base.netloc).geturl()
            is_known = is_base or (parts.scheme == "https" and (parts.hostname or "") in self._hosts)
        except ValueError:
            is_known, full = False, url
        if not is_known:
            raise SourceError(
                f"{self._safe_url(self._base)}: expected it to name its own host, found"
                f" {self.quote(without_query(full))}. Add the host to `hosts` in the peer's description if"
                " you trust it with the secrets."
            )
        return full

    def quote(self, text: object) -> str:
        """Return what a server said, short and without secrets, for a message."""
        return repr(" ".join(self.hide(str(text)).split())[:_MAX_QUOTED])

    def hide(self, text: str) -> str:
        """Return a text without secrets."""
        for secret in self._hidden:
            text = text.replace(secret, "•••")
        return text

    def error_for(self, answer: Answer) -> SourceError:
        """Return the complaint about an answer that is no success."""
        answer.body.seek(0)
        reply = self.quote(answer.body.read(_MAX_READ_TO_QUOTE).decode("utf-8", "replace"))
        address = self._safe_url(answer.url)
        _log.warning(
            "%(address)s refused with HTTP status %(status)d: %(said)s",
            {"address": address, "status": answer.status, "said": reply},
        )
        return SourceError(
            f"{address}: expected an answer with HTTP status 200, found {answer.status}"
            f" ({reply}). {_advice_for(answer.status)}"
        )

    def _safe_url(self, url: str) -> str:
        return self.hide(without_query(url))[:_MAX_QUOTED]

    def _follow(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        url = self.resolve(url, self._base)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._send(method, url, headers, content)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not target:
                return answer
            url = self.resolve(target, url)
            if method != "GET" and answer.status not in _KEEP_METHOD:
                raise self.error_for(answer)  # its content would be lost on the way
        message = f"{self._safe_url(url)}: expected an answer, found more than {MAX_REDIRECTS} redirects."
        raise SourceError(message)

    def _send(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        self._body.close()
        # bytes, since a token may be any text
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        body = self._body = SpooledTemporaryFile(max_size=_MAX_IN_MEMORY)  # noqa: SIM115  closed with the next
        with self._client.stream(method, url, headers=sent, content=content) as response:
            ends_at = time.monotonic() + self._policy.max_answer_s
            for part in response.iter_bytes():
                body.write(part)
                if body.tell() > self._policy.max_bytes:
                    raise SourceError(
                        f"{self._safe_url(url)}: expected at most {self._policy.max_bytes:,} bytes,"
                        " found more. Ask the peer for pages."
                    )
                if time.monotonic() > ends_at:
                    raise httpx.ReadTimeout("the answer takes too long")
            return Answer(response.status_code, url, dict(response.headers), body)


def with_query(url: str, **values: str | int) -> str:
    """Return an address with values of its query set.

    Examples
    --------
    >>> with_query("https://example.org/locations?limit=5", offset=10)
    'https://example.org/locations?limit=5&offset=10'
    """
    return str(httpx.URL(url).copy_merge_params(values))


def without_query(url: str) -> str:
    """Return an address without name, password and query, for a message.

    Examples
    --------
    >>> without_query("https://name:password@example.org/locations?key=secret")
    'https://example.org/locations'
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def _host_and_port(url: str) -> tuple[str | None, int | None]:
    """Return host and port of an address; no port is that of its scheme, whichever."""
    parts = urlsplit(url)
    return parts.hostname, None if parts.port in _DEFAULT_PORTS.values() else parts.port


def _spellings(secret: str) -> set[str]:
    """Return a secret as a server may repeat it: as it is, in Base64, in JSON, in an address, in HTML."""
    in_json = {json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    return {
        secret,
        b64encode(secret.encode()).decode(),
        quote(secret),
        quote(secret, ""),
        escape(secret),
        *in_json,
    }


def _retry_after_s(value: str) -> float | None:
    """Return the seconds a `Retry-After` asks for, in either of its forms, or None where it says nothing."""
    if value.strip().isdecimal():
        return float(value)
    try:
        time_then = parsedate_to_datetime(value)
    except ValueError:
        return None
    then = time_then if time_then.tzinfo else time_then.replace(tzinfo=dt.UTC)
    return max(0.0, (then - dt.datetime.now(dt.UTC)).total_seconds())


def _advice_for(status: int) -> str:
    if status in (401, 403):
        return "Check that the token is the current one, and meant for this server."
    if status in _RETRIED:
        return "The server is busy or broken: try again later."
    return "Check the address in the peer's description."
