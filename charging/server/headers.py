"""What every answer tells the browser to keep to: where scripts may come from, who may frame the page.

A policy is as tight as what it is for allows. The map's frame evaluates the script of our layers, so that it
alone may; what people take away may do nothing at all.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from charging.server.asgi import Headers
from charging.server.served_paths import PathKind

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    # hosts of street tiles want to know who asks, and are told no more than the name of the server
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
)


@dataclass(frozen=True, slots=True)
class Policies:
    """The content security policies of a server.

    `script_hashes` are those of the inline scripts of Streamlit's page, `tile_hosts` the origins of street
    tiles, `ancestors` who may show the page in a frame.
    """

    script_hashes: tuple[str, ...] = ()
    tile_hosts: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ("'self'",)

    def headers(self, kind: PathKind | None, host: str) -> Headers:
        """Return the headers of an answer; `host` is the checked name of the server, with its port."""
        return (*_ALWAYS, (b"content-security-policy", self._policy(kind, host).encode("ascii", "ignore")))

    def _policy(self, kind: PathKind | None, host: str) -> str:
        ancestors = self.ancestors
        if kind is PathKind.PAGE:
            own = {
                # components of the second kind are modules that Streamlit makes of our files in the browser
                # Streamlit's tables are drawn with WebAssembly
                "script-src": ("'self'", "blob:", "'wasm-unsafe-eval'", *self.script_hashes),
                "connect-src": ("'self'", *_websockets(host)),
                "img-src": ("'self'", "data:", "blob:"),
                "worker-src": ("'self'", "blob:"),
                "frame-src": ("'self'",),
                "form-action": ("'self'",),
            }
        elif kind is PathKind.MAP:
            own = {
                "script-src": ("'self'", "'unsafe-inline'", "'unsafe-eval'"),
                "connect-src": ("'self'",),
                "img-src": ("'self'", "data:", "blob:", *self.tile_hosts),
                "form-action": ("'none'",),
            }
            ancestors = ("'self'", *(each for each in ancestors if each not in ("'self'", "'none'")))
        elif kind is PathKind.ASSET:  # a worker keeps to the policy of its own file
            own = {}
        else:
            own = {"sandbox": (), "form-action": ("'none'",)} if kind is PathKind.MEDIA else {}
            return _written({"default-src": ("'none'",), **own, "frame-ancestors": ("'none'",)})
        common = {
            "default-src": ("'self'",),
            "style-src": ("'self'", "'unsafe-inline'"),
            "font-src": ("'self'", "data:"),
            "object-src": ("'none'",),
            "base-uri": ("'self'",),
        }
        return _written(common | own | {"frame-ancestors": ancestors})


def _websockets(host: str) -> tuple[str, ...]:
    """Return the sources of our own websockets, for browsers to which they are not 'self'.

    A policy has no way to write an IPv6 address.
    """
    return () if not host or host.startswith("[") else (f"ws://{host}", f"wss://{host}")


def _written(directives: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


def secured(headers: Headers) -> Headers:
    """Return the headers of an answer over https: no cookie in it goes out over http."""
    for name, value in headers:
        is_open = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
        yield name, value + b"; Secure" if is_open else value


def tile_hosts(urls: Iterable[str], subdomains: Sequence[str]) -> tuple[str, ...]:
    """Return the origins that templates of street tiles ask, with {s} for a subdomain.

    Examples
    --------
    >>> tile_hosts(["https://{s}.example.org/{z}/{x}/{y}.png"], ["a", "b"])
    ('https://a.example.org', 'https://b.example.org')
    """
    asked = [url.replace("{s}", each) for url in urls for each in (subdomains or ("",))]
    return tuple(dict.fromkeys(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, asked)))


def inline_script_hashes(page: str) -> tuple[str, ...]:
    """Return the sources that allow the inline scripts of a page, and no others."""
    finder = _InlineScripts()
    finder.feed(page)
    digests = (hashlib.sha256(text.encode()).digest() for text in finder.texts)
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


class _InlineScripts(HTMLParser):
    """Collects the texts of the scripts of a page that have no address."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_inside = tag == "script" and "src" not in dict(attrs)
        if self._is_inside:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.texts[-1] += data
