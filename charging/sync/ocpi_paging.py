"""From one page of an OCPI list to the next: by the `Link` the server gives, or by our own count.

What servers were seen to do: an empty `Link` on the last page or on all, a relative one, one that names
nothing there is, conditions written as `None`, no `X-Total-Count`.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from charging.sync.http import with_query

_NEXT = re.compile(r'<([^>]*)>[^,]*?;\s*rel\s*=\s*"?next\b', re.IGNORECASE)
_EMPTY_VALUES = frozenset({"none", "null", "undefined"})
_MAX_DIGITS = 15


class Page(NamedTuple):
    """What came on a page."""

    url: str  # as it was asked for
    headers: Mapping[str, str]
    records: int
    fresh: int  # that the pull had not seen
    high_water: str  # latest time on a record, ISO 8601

    @property
    def total(self) -> int | None:
        """How many records the server announces in all."""
        return _whole_number(self.headers.get("x-total-count"))

    @property
    def offset(self) -> int | None:
        """Records before this page, where its address says so."""
        return _whole_number(parse_qs(urlsplit(self.url).query).get("offset", [""])[0])

    @property
    def link(self) -> str:
        """The next page as the server names it, without conditions that it wrote as nothing; empty for none.

        Examples
        --------
        >>> headers = {"link": '<https://example.org/list?offset=2&date_to=None>; rel="next"'}
        >>> Page("", headers, 2, 2, "").link
        'https://example.org/list?offset=2'
        """
        found = _NEXT.search(self.headers.get("link", ""))
        address, mark, query = (found[1].strip() if found else "").partition("?")
        pairs = [pair for pair in query.split("&") if pair.partition("=")[2].casefold() not in _EMPTY_VALUES]
        return f"{address}{mark}{'&'.join(pairs)}"

    def next_by_count(self, *, has_links: bool) -> str:
        """Return the next page by our own count; empty after the last.

        Parameters
        ----------
        has_links
            Whether the server names next pages at all: then one without is the last, if no total says more.
        """
        if self.offset is None or not self.records:
            return ""
        following = with_query(self.url, offset=self.offset + self.records)
        if self.total is not None:
            return following if self.offset + self.records < self.total else ""
        # a page that is full to the brim may have another behind it
        asked = _whole_number(parse_qs(urlsplit(self.url).query).get("limit", [""])[0])
        brim = _whole_number(self.headers.get("x-limit")) or asked
        return following if not has_links and self.fresh and self.records == brim else ""

    def page_before(self, removed: int) -> str:
        """Return the page that begins as many records earlier; empty where the address cannot say that."""
        return "" if self.offset is None else with_query(self.url, offset=max(0, self.offset - removed))


def _whole_number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS else None
