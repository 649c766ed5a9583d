"""Two cookies by which a proxy sends what belongs to a visit to the process that has it.

A visit lives where its websocket is. The page sets random letters, by which a proxy chooses a process for a
browser that has no websocket yet. The handshake then names the process by its port, so that uploads,
downloads and other windows follow the websocket, also where it was opened anew in another process.
"""

from secrets import token_urlsafe

from charging.server.asgi import App, Message, Receive, Scope, Send, header_values

VISITOR_COOKIE = "charging_visitor"
PROCESS_COOKIE = "charging_process"


class VisitCookies:
    """An ASGI middleware that sets them; the edge around it keeps those of https there.

    Parameters
    ----------
    base_path
        Below which the page is; other pages of the same host do not get the cookies.
    """

    def __init__(self, app: App, base_path: str = "") -> None:
        self._app, self._path = app, f"/{base_path.strip('/')}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and its answer back with the cookies that are due."""
        due = {
            "http.response.start": self._for_page(scope),
            "websocket.accept": self._for_visit(scope),
        }

        async def _send(message: Message) -> None:
            if cookie := due.get(message["type"]):
                headers = [*message.get("headers", ()), (b"set-cookie", cookie.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, _send if any(due.values()) else send)

    def _for_page(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or scope["path"].removesuffix("/") != self._path.removesuffix("/"):
            return None
        return None if VISITOR_COOKIE in _cookies(scope) else self._cookie(VISITOR_COOKIE, token_urlsafe())

    def _for_visit(self, scope: Scope) -> str | None:
        server = scope.get("server") if scope["type"] == "websocket" else None
        if server is None or server[1] is None:  # a socket in the file system has no port
            return None
        return self._cookie(PROCESS_COOKIE, str(server[1]))

    def _cookie(self, name: str, value: str) -> str:
        return f"{name}={value}; Path={self._path}; HttpOnly; SameSite=Lax"


def _cookies(scope: Scope) -> set[str]:
    """Return the names of the cookies of a request."""
    given = header_values(scope, b"cookie")
    return {pair.partition("=")[0].strip() for value in given for pair in value.split(";")}
