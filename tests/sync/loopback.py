"""Servers on loopback that speak OCPI and T/CEC 102, and misbehave as a test asks."""

import json
import socket
import threading
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from charging.sync.tcec_messages import Keys, decrypt, encrypt, signature

TOKEN = "токен-s3cret"  # noqa: S105  of this test; beyond ASCII, which Base64 is there for
SECRETS = {
    "data_secret": "data-secret-1234",
    "data_secret_iv": "data-vector-1234",
    "sig_secret": "sig-secret-12345",
}
KEYS = Keys(operator_id="123456789", **SECRETS)


class Reply(NamedTuple):
    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    cut_after: int | None = None  # bytes, after which the line goes dead


class Asked(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Loopback:
    """A server whose answers are made by `answer`; `faults` come first, one a request, None for none."""

    def __init__(self):
        self.asked, self.faults = [], []
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                loopback._serve(self)

            do_POST = do_GET  # noqa: N815  the name http.server asks for

            def log_message(self, *_):
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_):
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, handler):
        parts = urlsplit(handler.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        asked = Asked(handler.command, parts.path, query, dict(handler.headers), body)
        self.asked.append(asked)
        fault = self.faults.pop(0) if self.faults else None
        reply = fault(asked) if callable(fault) else fault
        reply = reply if isinstance(reply, Reply) else self.answer(asked)
        handler.send_response(reply.status)
        for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
            handler.send_header(name, value)
        handler.end_headers()
        with suppress(OSError):
            handler.wfile.write(reply.body[: reply.cut_after])
            if reply.cut_after is not None:
                handler.wfile.flush()
                handler.connection.shutdown(socket.SHUT_RDWR)


def location(number, status="AVAILABLE", **given):
    """Return a location of OCPI 2.2.1."""
    evse = {
        "uid": f"E{number}",
        "status": status,
        "last_updated": "2026-01-01T00:00:00Z",
        "connectors": [
            {"id": "1", "standard": "IEC_62196_T2_COMBO", "power_type": "DC", "max_electric_power": 150_000}
        ],
    }
    return {
        "country_code": "DE",
        "party_id": "ABC",
        "id": f"L{number}",
        "publish": True,
        "name": f"Site {number}",
        "country": "DEU",
        "coordinates": {"latitude": f"{52.5 + number / 100:.4f}", "longitude": "13.4000"},
        "last_updated": "2026-01-01T00:00:00Z",
        "evses": [evse],
    } | given


class OcpiServer(Loopback):
    """A peer with locations L0, L1, …; its attributes are its manners."""

    def __init__(self):
        self.locations = [location(number) for number in range(7)]
        self.versions = ["2.0", "2.1.1", "2.2.1"]
        self.token, self.is_base64 = TOKEN, True
        self.most, self.link, self.has_total = 3, "absolute", True
        self.host = ""  # that links name, where it is not this server
        super().__init__()

    def answer(self, asked):
        token = b64encode(self.token.encode()).decode() if self.is_base64 else self.token
        if asked.headers.get("Authorization") != f"Token {token}":
            # some servers say what they were sent
            return Reply(asked.headers.get("Authorization", "").encode(), 401)
        if asked.path == "/versions":
            return self.envelope([{"version": each, "url": f"{self.base}/{each}"} for each in self.versions])
        if asked.path != "/list":
            endpoint = {"identifier": "locations", "role": "SENDER", "url": f"{self.base}/list"}
            return self.envelope({"version": asked.path[1:], "endpoints": [endpoint]})
        return self.page(asked.query)

    def page(self, query):
        since = query.get("date_from", "")
        chosen = [each for each in self.locations if each["last_updated"][:19] >= since[:19]]
        offset = int(query.get("offset", 0))
        page = chosen[offset : offset + self.most]
        headers = [("X-Total-Count", str(len(chosen)))] if self.has_total else []
        is_last = offset + self.most >= len(chosen)
        following = f"/list?{urlencode(query | {'offset': offset + self.most})}"
        if self.link == "absolute" and not is_last:
            headers.append(("Link", f'<{self.host or self.base}{following}>; rel="next"'))
        elif self.link == "relative" and not is_last:
            headers.append(("Link", f'<{following}>; rel="next"'))
        elif self.link == "empty":
            headers.append(("Link", ""))
        return self.envelope(page, headers)

    @staticmethod
    def envelope(data, headers=(), code=1000):
        body = json.dumps({"data": data, "status_code": code, "timestamp": "2026-01-01T00:00:00Z"})
        return Reply(body.encode(), headers=tuple(headers))

    def pages_asked(self):
        return [int(asked.query.get("offset", 0)) for asked in self.asked if asked.path == "/list"]


def station_info(number, **given):
    """Return a StationInfo with one pile of one gun."""
    gun = {"ConnectorID": f"G{number}", "ConnectorType": 4, "Power": 120}
    pile = {"EquipmentID": f"P{number}", "EquipmentType": 1, "Power": 120, "ConnectorInfos": [gun]}
    return {
        "StationID": f"S{number}",
        "OperatorID": "395815801",
        "StationName": f"站{number}",
        "CountryCode": "CN",
        "AreaCode": "110105",
        "StationType": 1,
        "StationStatus": 50,
        "StationLng": 116.4 + number / 1000,
        "StationLat": 39.9,
        "EquipmentInfos": [pile],
    } | given


class TcecServer(Loopback):
    """A peer with stations S0, S1, …, whose guns are all charging."""

    def __init__(self):
        self.infos = [station_info(number) for number in range(5)]
        self.codes = {}  # status by ConnectorID, 3 for others
        self.tokens, self.lasts = 0, 7200
        self.size, self.operator_secret = 2, "operator-secret!"
        self.signs_with = KEYS
        self.queries = []
        super().__init__()

    def answer(self, asked):
        method = asked.path.rpartition("/")[2]
        message = json.loads(asked.body)
        signed = "".join(message[name] for name in ("OperatorID", "Data", "TimeStamp", "Seq"))
        if signature(signed, KEYS) != message["Sig"]:
            return self.sealed({}, 4001)
        data = json.loads(decrypt(message["Data"], KEYS))
        self.queries.append((method, data))
        if method != "query_token" and asked.headers.get("Authorization") != f"Bearer token-{self.tokens}":
            return self.sealed({}, 4002)
        return self.sealed(getattr(self, method)(data))

    def query_token(self, data):
        if data["OperatorSecret"] != self.operator_secret:
            return {"SuccStat": 1, "FailReason": 2}
        self.tokens += 1
        return {"SuccStat": 0, "AccessToken": f"token-{self.tokens}", "TokenAvailableTime": self.lasts}

    def query_stations_info(self, data):
        start = (data["PageNo"] - 1) * self.size
        return {
            "PageNo": data["PageNo"],
            "PageCount": -(-len(self.infos) // self.size),
            "ItemSize": len(self.infos),
            "StationInfos": self.infos[start : start + self.size],
        }

    def query_station_status(self, data):
        def guns(number):
            return [{"ConnectorID": f"G{number}", "Status": self.codes.get(f"G{number}", 3)}]

        asked = [name for name in data["StationIDs"] if name in {info["StationID"] for info in self.infos}]
        infos = [{"StationID": name, "ConnectorStatusInfos": guns(name[1:])} for name in asked]
        return {"Total": 1, "StationStatusInfos": infos}  # the total is wrong, as with real ones

    def sealed(self, data, code=0):
        sealed = encrypt(json.dumps(data).encode(), KEYS)
        sig = signature(f"{code}ok{sealed}", self.signs_with)
        return Reply(json.dumps({"Ret": code, "Msg": "ok", "Data": sealed, "Sig": sig}).encode())


def just_now():
    """Return the time as OCPI writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
