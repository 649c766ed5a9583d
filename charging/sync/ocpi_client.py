"""Pulling the Locations of an OCPI peer, page by page, into its journal.

The standard is at https://github.com/ocpi/ocpi, files `transport_and_format` and
`version_information_endpoint`.
Servers break it in many ways: tokens in the other encoding, an empty or relative `Link`, no total, a total
that falls, an error inside an answer with HTTP status 200. Each has its place below.
"""

import hashlib
import json
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from charging.errors import SourceError
from charging.sources.io.json_stream import Around
from charging.sources.ocpi.codes import read_time
from charging.sources.ocpi.envelopes import is_single_location, read_answers, with_party
from charging.sources.ocpi.model import read_station
from charging.sources.ocpi.names import NAMES
from charging.sources.records import Rejection, ServiceAreaRecord
from charging.sync.http import Answer, Client, with_query
from charging.sync.journal import Journal, Pull
from charging.sync.ocpi_paging import Page
from charging.sync.peers import OcpiPeer, TokenForm
from charging.sync.pulls import PullProgress, Watch

VERSIONS = ("2.3.0", "2.2.1", "2.1.1")
"""The versions that are spoken, the best first."""

T = TypeVar("T")

_MAX_ATTEMPTS = 3  # at an answer that came whole and makes no sense
_FIRST_CLIENT_ERROR, _FIRST_SERVER_ERROR = 2_000, 3_000
_UNAUTHORISED, _NOTHING_THERE = (401, 403), (400, 404, 405, 410, 422)
_FUTURE = timedelta(days=1)  # a time later than that is wrong, and would hide all that changes until then


_log = logging.getLogger(__name__)


class _GarbledError(Exception):
    """An answer that is worth asking for once more."""


class OcpiClient:
    """Asks one peer for its locations."""

    def __init__(self, peer: OcpiPeer, client: Client, journal: Journal, token: str) -> None:
        """Start with the form of the token that worked last."""
        self._peer = peer
        self._client = client
        self._journal = journal
        self._token = token
        known = journal.fact("token_form") or TokenForm.BASE64
        self._form = TokenForm(known) if peer.token_form is TokenForm.AUTO else peer.token_form
        self._read_to = ""

    def pull(self, pull: Pull, progress: PullProgress) -> Pull:
        """Bring the journal up to what the peer has, and return the pull as it ended.

        Raises
        ------
        SourceError
            If the peer cannot be asked, or answers what makes no sense; what came before is kept.
        """
        endpoint = self._endpoint()
        watch, has_links, is_counting = Watch(), False, False
        url = pull.next_url or self._first_url(endpoint, pull)
        spare = self._first_url(endpoint, pull) if pull.next_url else ""
        while url:
            before = pull.total
            try:
                page, pull = self._fetch_page(url, pull)
            except _NothingThereError:
                if not spare:
                    raise
                # the link leads nowhere: from here on pages are counted; those read are met again
                url, spare, is_counting, watch = spare, "", True, Watch()
                pull = replace(pull, number=pull.number + 1) if not has_links else pull
                continue
            progress(self._journal.count_seen(pull), pull.total)
            link = "" if is_counting else page.link
            has_links = has_links or bool(link)
            is_probe = not has_links and pull.total is None and not page.fresh
            if not is_probe and (page.records or link):
                watch.page(url, page.fresh, self._safe_url(url))
            spare = page.next_by_count(has_links=has_links)
            if before is not None and pull.total is not None and pull.total < before:
                # records were removed, and others moved up: those may be on pages before this one
                watch.note_step_back(self._safe_url(url))
                again = page.page_before(before - pull.total)
                pull = pull if again else replace(pull, is_sure=False)
                url = again or self._resolve_link(link, page)
            else:
                url = self._resolve_link(link, page) or spare
                watch.check_unvisited(url, self._safe_url(url or endpoint))
            pull = replace(pull, next_url=url)
            with self._journal.transaction():
                self._journal.set_facts(pull=pull.to_json(), token_form=self._form)
        return pull

    def _resolve_link(self, link: str, page: Page) -> str:
        return self._client.resolve(link, page.url) if link else ""

    def _endpoint(self) -> str:
        """Return where the locations are, by the best version that both know."""
        data = self._fetch_data(self._peer.url)
        url = self._peer.url
        if not (isinstance(data, dict) and "endpoints" in NAMES.rename(data)):
            url = self._client.resolve(self._version_url(data), url)
            data = self._fetch_data(url)
        offered = NAMES.rename(data).get("endpoints") if isinstance(data, dict) else None
        for each in _tables_in(offered):
            # 2.1.1 has no roles; a RECEIVER takes locations and has none to give
            is_sender = str(each.get("role") or "SENDER").upper() == "SENDER"
            if each.get("identifier") == "locations" and each.get("url") and is_sender:
                return self._client.resolve(str(each["url"]), url)
        raise SourceError(
            f"{self._safe_url(url)}: expected an endpoint `locations` of a SENDER, found none. Ask the"
            " peer whether the token may read locations."
        )

    def _version_url(self, data: Any) -> str:  # noqa: ANN401  JSON
        offered = {str(each.get("version")): str(each["url"]) for each in _tables_in(data) if each.get("url")}
        wanted = (self._peer.version,) if self._peer.version else VERSIONS
        for version in wanted:
            if version in offered:
                return offered[version]
        raise SourceError(
            f"{self._safe_url(self._peer.url)}: expected one of the OCPI versions {', '.join(wanted)}, found"
            f" {self._client.quote(', '.join(offered) or 'none')}. Check that the address is the one of the"
            " versions."
        )

    def _fetch_data(self, url: str) -> Any:  # noqa: ANN401  JSON
        """Return the `data` of a small answer."""
        return self._fetch(url, lambda answer: self._read_data(answer, url))

    def _read_data(self, answer: Answer, url: str) -> Any:  # noqa: ANN401  JSON
        envelope = answer.json()
        if isinstance(envelope, list):
            return envelope
        if not isinstance(envelope, dict):
            raise _GarbledError("what is no JSON object")
        given = NAMES.rename(envelope)
        self._check_code(given, url)
        return given.get("data", given)

    def _first_url(self, endpoint: str, pull: Pull) -> str:
        since = "" if pull.is_full else self._journal.fact("high_water") or ""
        query: dict[str, str | int] = {"offset": 0, "limit": self._peer.page_size}
        if since:
            # whole seconds, rounded down: what changed within that second comes again
            query["date_from"] = f"{since[:19]}Z"
        return with_query(endpoint, **query)

    def _fetch_page(self, url: str, pull: Pull) -> tuple[Page, Pull]:
        """Keep the records of a page, or none of them."""
        page = self._fetch(url, lambda answer: self._store_page(answer, url, pull))
        return page, replace(pull, total=page.total, high_water=max(pull.high_water, page.high_water))

    def _fetch(self, url: str, read: Callable[[Answer], T]) -> T:
        """Return what `read` makes of an answer; one that makes no sense is asked for again."""
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            answer = self._get(url)
            try:
                return read(answer)
            except _GarbledError as error:
                if attempt == _MAX_ATTEMPTS:
                    raise SourceError(
                        f"{self._safe_url(url)}: expected an OCPI answer, found {error}. Nothing of it was"
                        " taken; try again later, or tell the peer."
                    ) from None
            self._client.pause(attempt)
        raise AssertionError  # the last attempt returns or raises

    def _store_page(self, answer: Answer, url: str, pull: Pull) -> Page:
        count, fresh, high_water = 0, 0, ""
        latest = _timestamp(datetime.now(UTC) + _FUTURE)
        with self._journal.transaction():
            for location in self._read_locations(answer):
                record_id, updated_at = _identity_of(location)
                count += 1
                fresh += self._journal.put(record_id, location, pull, updated_at=updated_at)
                if updated_at <= latest:
                    high_water = max(high_water, updated_at)
        return Page(url, answer.headers, count, fresh, high_water)

    def _read_locations(self, answer: Answer) -> Iterator[Any]:
        """Yield the locations of an answer one by one; an error may only be told at its end."""
        text = answer.text()
        if text.read(64).lstrip()[:1] not in ("{", "["):
            raise _GarbledError("what is no JSON")
        text.seek(0)
        is_whole = False
        try:
            check_answer = partial(self._check_code, url=answer.url)
            for value in read_answers(text, Path(self._safe_url(answer.url)), check_answer):
                if not isinstance(value, Around):
                    is_whole = True  # a bare array
                    yield self._with_party(value)
                elif value.has_records:
                    is_whole = True
                elif is_single_location(value):
                    yield self._with_party(value.members)
            if not is_whole and self._body_is_object(answer):
                raise _GarbledError("an answer without `data`")
        except SourceError as error:
            if isinstance(error, _RefusedError):
                raise
            raise _GarbledError(self._client.quote(error)) from None

    @staticmethod
    def _body_is_object(answer: Answer) -> bool:
        answer.body.seek(0)
        return answer.body.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"

    def _with_party(self, location: Any) -> Any:  # noqa: ANN401  JSON
        """Return a location with the party it belongs to, which 2.1.1 leaves to the peer's description."""
        if not (self._peer.country_code and self._peer.party_id):
            return location
        party = {"country_code": self._peer.country_code, "party_id": self._peer.party_id}
        return with_party(location, party)

    def _check_code(self, envelope: Mapping[str, Any], url: str) -> None:
        """Refuse an answer that says it failed, although its HTTP status is 200."""
        code = envelope.get("status_code")
        if not isinstance(code, int) or code < _FIRST_CLIENT_ERROR:
            return
        problem = f"status_code {code} ({self._client.quote(envelope.get('status_message'))})"
        if code >= _FIRST_SERVER_ERROR:
            raise _GarbledError(problem)
        _log.warning("%(peer)s refused with %(said)s", {"peer": self._peer.name, "said": problem})
        message = f"{self._safe_url(url)}: expected an OCPI answer with status_code 1000, found {problem}."
        raise _RefusedError(message)

    def _get(self, url: str) -> Answer:
        """Ask for an address, and with the token in its other form where the first is refused."""
        answer = self._client.get(url, self._headers(self._form))
        if answer.status in _UNAUTHORISED and self._peer.token_form is TokenForm.AUTO:
            other = TokenForm.PLAIN if self._form is TokenForm.BASE64 else TokenForm.BASE64
            answer = self._client.get(url, self._headers(other))
            if answer.status not in _UNAUTHORISED:
                self._form = other
        if answer.status in _NOTHING_THERE:
            raise _NothingThereError(str(self._client.error_for(answer)))
        if answer.status != 200:  # noqa: PLR2004  OK
            raise self._client.error_for(answer)
        return answer

    def _safe_url(self, url: str) -> str:
        """Return an address as messages name it: without its query."""
        parts = urlsplit(url)
        return self._client.hide(f"{parts.netloc.rpartition('@')[2]}{parts.path}")

    def _headers(self, form: TokenForm) -> dict[str, str]:
        token = self._token if form is TokenForm.PLAIN else b64encode(self._token.encode()).decode()
        return {"Authorization": f"Token {token}"}


class _NothingThereError(SourceError):
    """The address leads nowhere, or is refused as it is."""


class _RefusedError(SourceError):
    """The peer says what is wrong with the request: asking again does not help."""


def _identity_of(location: Any) -> tuple[str, str]:  # noqa: ANN401  JSON
    """Return what tells a location apart, and when it was changed."""
    record = read_station(location)
    assert not isinstance(record, ServiceAreaRecord)  # noqa: S101  narrows the type
    record_id = record.record_id if isinstance(record, Rejection) else record.source_id
    if record_id is None:
        # without an id it is kept for the report alone, and once
        digest = hashlib.sha256(json.dumps(location, sort_keys=True).encode()).hexdigest()[:16]
        return f"?{digest}", ""
    updated_at = read_time(NAMES.rename(location).get("last_updated"))
    return record_id, _timestamp(updated_at) if updated_at else ""


def _tables_in(values: object) -> list[dict[str, Any]]:
    given = values if isinstance(values, list) else []
    return [dict(NAMES.rename(each)) for each in given if isinstance(each, dict)]


def _timestamp(time: datetime) -> str:
    """Return a time as text whose order is that of time."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")
