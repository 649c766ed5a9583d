"""Pulling stations and the states of their guns from a T/CEC 102 peer into its journal.

`query_token` opens the door, `query_stations_info` is paged, `query_station_status` is asked for fifty
stations at a time. The messages themselves are `charging.sync.tcec_messages`.
"""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from charging.errors import SourceError
from charging.sources.coordinates import read_number
from charging.sources.records import Rejection
from charging.sources.scalars import read_text
from charging.sources.tcec102.model import read_station
from charging.sources.tcec102.status import read_code, standard_keys
from charging.sync.http import Answer, Client, without_query
from charging.sync.journal import Journal, Pull
from charging.sync.peers import TcecPeer
from charging.sync.pulls import PullProgress, Watch
from charging.sync.tcec_messages import SHANGHAI, Keys, build_request, open_answer

MAX_STATIONS_PER_REQUEST = 50
"""Stations whose statuses are asked for at once, by the standard."""

_MAX_ATTEMPTS = 4
_OVERLAP = timedelta(minutes=10)  # clocks differ, and a station may be changed while it is asked for
_BUSY, _WRONG_TOKEN = frozenset({-1, 500}), 4002
_MEANINGS = {4001: "wrong signature", 4002: "wrong token", 4003: "not permitted", 4004: "wrong parameters"}
_MAX_TOKEN_S = 31 * 86_400.0  # more is a time of day in milliseconds, as one peer sends
_USUAL_TOKEN_S = 3_600.0
_TOKEN_SPARE_S = 60.0
_MAX_NUMBER = 9_999
_MAX_BYTES_SHOWN = 200


_log = logging.getLogger(__name__)


class TcecClient:
    """Asks one peer for its stations."""

    def __init__(self, peer: TcecPeer, client: Client, journal: Journal, secrets: Mapping[str, str]) -> None:
        """Start without a token."""
        self._peer = peer
        self._address = without_query(peer.url)
        self._client = client
        self._journal = journal
        self._operator_secret = secrets["operator_secret"]
        keys = {name: secrets[name] for name in ("data_secret", "data_secret_iv", "sig_secret")}
        self._keys = Keys(operator_id=peer.operator_id, **keys)
        self._token, self._token_until = "", 0.0
        self._second, self._number = "", 0

    def pull(self, pull: Pull, progress: PullProgress) -> Pull:
        """Bring the stations of the journal up to what the peer has, and return the pull as it ended.

        Raises
        ------
        SourceError
            If the peer cannot be asked, or answers what makes no sense; what came before is kept.
        """
        watch, page_no = Watch(), int(pull.next_url or 1)
        while page_no:
            data = self._ask("query_stations_info", self._query(pull, page_no))
            infos = self._list_in(data, "StationInfos")
            with self._journal.transaction():
                fresh = sum(self._store_station(info, pull) for info in infos)
            total, before = read_code(data.get("ItemSize")), pull.total
            pages = read_code(data.get("PageCount"))
            if infos:
                watch.page(str(page_no), fresh, self._address)
            has_fallen = total is not None and before is not None and total < before
            if has_fallen and page_no > 1:
                watch.note_step_back(self._address)
                page_no -= 1
            else:
                page_no = self._next_page(page_no, pages, len(infos))
            pull = replace(pull, total=total, next_url=str(page_no) if page_no else "")
            with self._journal.transaction():
                self._journal.set_facts(pull=pull.to_json())
            progress(self._journal.count_seen(pull), total)
        return pull

    def pull_statuses(self, progress: PullProgress) -> int:
        """Ask for the states of all guns, each group with its own time, and return the stations answered for.

        Raises
        ------
        SourceError
            As `pull`.
        """
        station_ids, answered = self._journal.station_ids(), 0
        for start in range(0, len(station_ids), MAX_STATIONS_PER_REQUEST):
            asked = station_ids[start : start + MAX_STATIONS_PER_REQUEST]
            asked_at = datetime.now(UTC).replace(microsecond=0)
            data = self._ask("query_station_status", {"StationIDs": asked})
            infos = self._list_in(data, "StationStatusInfos")
            with self._journal.transaction():
                for info in infos:
                    station_id = (
                        read_text(standard_keys(info).get("StationID")) if isinstance(info, dict) else None
                    )
                    if station_id in asked:
                        self._journal.put_status(station_id, info, asked_at)
                        answered += 1
            progress(start + len(asked), len(station_ids))
        return answered

    def _query(self, pull: Pull, page_no: int) -> dict[str, Any]:
        since = ""
        if not pull.is_full and (last := self._journal.fact("pulled_at")):
            since = f"{(datetime.fromisoformat(last) - _OVERLAP).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        return {"LastQueryTime": since, "PageNo": page_no, "PageSize": self._peer.page_size}

    def _store_station(self, info: object, pull: Pull) -> bool:
        record = read_station(info)
        record_id = record.record_id if isinstance(record, Rejection) else record.source_id
        asked_by = read_text(standard_keys(info).get("StationID")) if isinstance(info, dict) else None
        is_shown = not isinstance(record, Rejection)
        # one that is not shown needs no statuses
        name = record_id or f"?{json.dumps(info, sort_keys=True)[:_MAX_BYTES_SHOWN]}"
        return self._journal.put(name, info, pull, station=asked_by if is_shown else None)

    def _next_page(self, page_no: int, pages: int | None, count: int) -> int:
        """Return the next page, or 0 after the last."""
        if pages is None:
            return page_no + 1 if count >= self._peer.page_size else 0
        return page_no + 1 if page_no < pages else 0

    def _ask(self, method: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Ask with the token, with a new one if it is refused, and again if the peer is busy."""
        has_new = False
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            if time.monotonic() >= self._token_until:
                self._renew_token()
                has_new = True
            answer = self._post(f"{self._peer.url.rstrip('/')}/{method}", data, self._token)
            given = self._envelope(answer)
            code = read_code(given.get("Ret"))
            if (answer.status == 401 or code == _WRONG_TOKEN) and not has_new:  # noqa: PLR2004
                self._token_until = 0.0
                continue
            if code in _BUSY and attempt < _MAX_ATTEMPTS:
                self._client.pause(attempt)
                continue
            return self._open_answer(method, answer, given)
        message = f"{self._address}: expected an answer to {method}, found the token refused again and again."
        raise SourceError(message)

    def _renew_token(self) -> None:
        """Ask for a token; it is kept in memory alone."""
        data = {"OperatorID": self._peer.operator_id, "OperatorSecret": self._operator_secret}
        url = self._peer.token_url or f"{self._peer.url.rstrip('/')}/query_token"
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            answer = self._post(url, data, "")
            given = self._envelope(answer)
            if read_code(given.get("Ret")) not in _BUSY or attempt == _MAX_ATTEMPTS:
                break
            self._client.pause(attempt)
        given = self._open_answer("query_token", answer, given)
        token = read_text(given.get("AccessToken"))
        if read_code(given.get("SuccStat")) or not token:
            reason = self._client.quote(given.get("FailReason"))
            _log.warning(
                "%(peer)s refused a token with FailReason %(said)s", {"peer": self._peer.name, "said": reason}
            )
            raise SourceError(
                f"{self._address}: expected a token, found it refused with FailReason {reason}."
                " Check operator_id and OperatorSecret."
            )
        lasts_s = read_number(given.get("TokenAvailableTime")) or 0.0
        if not 0 < lasts_s <= _MAX_TOKEN_S:
            lasts_s = _USUAL_TOKEN_S
        self._token = token
        self._token_until = time.monotonic() + max(lasts_s - _TOKEN_SPARE_S, lasts_s / 2)

    def _post(self, url: str, data: Mapping[str, Any], token: str) -> Answer:
        now = datetime.now(UTC)
        second = now.strftime("%H%M%S")
        self._number = self._number % _MAX_NUMBER + 1 if second == self._second else 1
        self._second = second
        headers = {"Content-Type": "application/json;charset=utf-8"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        message = build_request(data, self._keys, now, self._number)
        return self._client.request("POST", url, headers, json.dumps(message).encode())

    def _envelope(self, answer: Answer) -> Mapping[str, Any]:
        given = answer.json()
        if answer.status not in (200, 401) or (answer.status == 200 and not isinstance(given, dict)):  # noqa: PLR2004
            raise self._client.error_for(answer)
        return standard_keys(given) if isinstance(given, dict) else {}

    def _open_answer(self, method: str, answer: Answer, given: Mapping[str, Any]) -> dict[str, Any]:
        code = read_code(given.get("Ret"))
        if code != 0 or answer.status != 200:  # noqa: PLR2004
            meant = f", {_MEANINGS[code]}" if code in _MEANINGS else ""
            reply = self._client.quote(given.get("Msg"))
            _log.warning(
                "%(peer)s refused %(method)s with Ret %(ret)s: %(said)s",
                {"peer": self._peer.name, "method": method, "ret": code, "said": reply},
            )
            raise SourceError(
                f"{self._address}: expected an answer to {method} with Ret 0, found {code}{meant}"
                f" ({reply}). Check keys and contract with the peer."
            )
        try:
            return open_answer(given, self._keys)
        except SourceError as error:
            raise type(error)(f"{self._address}, {method}: {error}") from None

    def _list_in(self, data: Mapping[str, Any], name: str) -> list[Any]:
        infos = data.get(name) or []
        if not isinstance(infos, list):
            message = f"{self._address}: expected {name} as an array of stations, found another value."
            raise SourceError(message)
        return infos
