"""How much visitors may send: counted while it comes, by what the server holds of each and of all.

Streamlit counts one file at a time, and only what its header says of it before it is there. Here the bytes of
a request count as they arrive, together with those of the files its visit has left on the server, and a
request that goes too far is broken off.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from charging.server.asgi import App, Message, Receive, Refusal, Scope, Send, header_values, refuse

MB = 1 << 20
"""Bytes of a megabyte, as Streamlit counts it."""

FRAMING_BYTES = 1 << 16
"""Bytes of a request that are not of its file: the names and lines around it."""

OFF = Refusal(
    403,
    "This server takes no files: CHARGING_UPLOADS is off.",
    "本服务器不接收文件：CHARGING_UPLOADS 为 off。",
)
NO_VISIT = Refusal(
    400,
    "The page that sends this file is not open on this server. Reload it and send the file again.",
    "发送该文件的页面未在本服务器上打开。请刷新页面后重新发送。",
)
BUSY = Refusal(
    503,
    "The server holds as many uploads as it can. Try again in some minutes.",
    "服务器保存的上传文件已满，请几分钟后再试。",
    ((b"retry-after", b"120"),),
)


STALLED = Refusal(408, "The file stopped coming. Send it again.", "文件传输中断，请重新发送。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the server holds of uploads: questions to whoever keeps the files."""

    is_visit: Callable[[str], bool]
    """Whether a session is open."""

    bytes_by_visit: Callable[[], dict[str, int]]
    """Bytes of the files kept, by session."""


class _BrokenOffError(Exception):
    """A request is not read to its end."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


@dataclass(slots=True, kw_only=True)
class UploadLimits:
    """Lets uploads through as far as they may go."""

    is_on: bool
    limit_mb: int
    total_mb: int
    held: Held
    stalled_s: float = 30.0
    """Seconds for which the sender of a file may say nothing."""

    coming: Counter[str] = field(default_factory=Counter)
    """Bytes of requests under way, by session."""

    _kept: dict[str, int] = field(default_factory=dict)  # bytes of files, when a request last began or ended
    _kept_in_all: int = 0

    async def hand_on(self, app: App, scope: Scope, receive: Receive, send: Send, session: str) -> None:
        """Answer a request to the address of a file: refuse it, or hand it on and count what it brings."""
        if scope["method"] not in ("PUT", "POST"):
            await app(scope, receive, send)
        elif not self.is_on:
            await refuse(scope, send, OFF)
        elif not self.held.is_visit(session):
            await refuse(scope, send, NO_VISIT)
        else:
            await self._count(app, scope, receive, send, session)

    async def _count(self, app: App, scope: Scope, receive: Receive, send: Send, session: str) -> None:
        brought, has_begun = 0, False

        async def _receive() -> Message:
            nonlocal brought
            try:
                async with asyncio.timeout(self.stalled_s):
                    message = await receive()
            except TimeoutError:
                raise _BrokenOffError(STALLED) from None
            size = len(message.get("body", b""))
            brought += size
            self.coming[session] += size
            self._check(session)
            return message

        async def _send(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        self._look()
        try:
            self._check(session, announced=_announced(scope))
            await app(scope, _receive, _send)
        except _BrokenOffError as error:
            if not has_begun:
                await refuse(scope, send, error.refusal)
        finally:
            self.coming[session] -= brought
            self.coming += Counter()  # forgets those of which nothing is coming
            self._look()

    def _look(self) -> None:
        """Add up the files that are kept: they become more only where a request ends."""
        self._kept = self.held.bytes_by_visit()
        self._kept_in_all = sum(self._kept.values())

    def _check(self, session: str, announced: int = 0) -> None:
        """Raise if more is here, or said to come, than may be."""
        if self._refusal(session, announced):
            self._look()  # some of it may be gone meanwhile
            if refusal := self._refusal(session, announced):
                raise _BrokenOffError(refusal)

    def _refusal(self, session: str, announced: int) -> Refusal | None:
        own = self._kept.get(session, 0) + self.coming[session] + announced
        if own > self.limit_mb * MB + FRAMING_BYTES:
            return _too_large(self.limit_mb)
        if self._kept_in_all + self.coming.total() + announced > self.total_mb * MB:
            return BUSY
        return None


def _announced(scope: Scope) -> int:
    """Return how long a request says it is; nothing where it does not, or not in plain digits."""
    values = header_values(scope, b"content-length")
    return int(values[0]) if len(values) == 1 and values[0].isdecimal() and values[0].isascii() else 0


def _too_large(limit_mb: int) -> Refusal:
    return Refusal(
        413,
        f"A visitor may leave {limit_mb} MB of files on this server at a time. Remove a file, or send a "
        "smaller one; whoever runs the server can set CHARGING_UPLOAD_LIMIT_MB.",
        f"每位访客在本服务器上最多保留 {limit_mb} MB 文件。请删除文件或发送较小的文件；"
        "服务器管理员可设置 CHARGING_UPLOAD_LIMIT_MB。",
    )
