"""What stands in front of every request: who may come in, from where, and what browsers are told to refuse.

Streamlit checks nothing on routes of an app, so it is done here, once, for pages, posts and sockets.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.sessions import Session, Sessions
from processors.errors import StorageError

OPEN_PATHS = (
    "/login",
    "/password",
    "/auth/login",
    "/auth/password",
    "/auth/logout",
    "/healthz",
    "/_stcore/health",
    "/favicon.png",
)
OPEN_FOLDERS = ("/assets/", "/static/")
"""Code and pictures that are the same for everybody."""

SOCKET_PATHS = ("/rt",)
"""They say themselves why they close, which a refused handshake can't."""

# Streamlit's page has inline styles and scripts; what matters is that nothing leaves for, or comes from, others.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}


class Guard:
    """ASGI middleware: signed-out people get the log-in page, everybody gets the security headers."""

    def __init__(self, app: ASGIApp, *, sessions: Sessions, cookie_name: str) -> None:
        self._app = app
        self._sessions = sessions
        self._cookie_name = cookie_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            if not _is_open(scope["path"]) and await self._session(scope) is None:
                await self._refuse(scope, receive, send)
                return
        except StorageError:
            await self._ask_to_wait(scope, receive, send)
            return
        await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)

    async def _session(self, scope: Scope) -> Session | None:
        return await self._sessions.look(HTTPConnection(scope).cookies.get(self._cookie_name))

    async def _ask_to_wait(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Somebody may well be signed in, but storage can't be asked just now: they come back by themselves."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013})
            return
        headers = {"refresh": "3", "retry-after": "3"}
        response = PlainTextResponse("Just a moment: the desk is starting.", 503, headers)
        await response(scope, receive, _with_headers(send))

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        response: Response = PlainTextResponse("Sign in first.", 401)
        if scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            target = scope["path"] + (f"?{query}" if query else "")
            suffix = "" if target == "/" else f"?next={quote(target, safe='')}"
            response = RedirectResponse(f"/login{suffix}", 303)
        await response(scope, receive, _with_headers(send))


def is_same_origin(connection: HTTPConnection, hosts: Collection[str]) -> bool:
    """Whether a request comes from a page of the desk itself.

    `Host` must be one of ours, so that a foreign name that points here gets nowhere; `Origin`, which every
    browser sends with posts and sockets, must be on one of ours too.
    """
    if connection.headers.get("host", "").lower() not in hosts:
        return False
    origin = urlsplit(connection.headers.get("origin", ""))
    return origin.scheme in ("http", "https") and origin.netloc.lower() in hosts


def safe_target(target: str | None) -> str:
    """A path of the desk to go on to; anything that could lead elsewhere becomes `/`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\", "/login", "/auth/")):
        return "/"
    return target if target.isprintable() and "\\" not in target else "/"


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path in SOCKET_PATHS or path.startswith(OPEN_FOLDERS)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
