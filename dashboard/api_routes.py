"""What pages ask of our api: the desk adds the person's token and passes the answer on.

Of their own beside `/rt`, because an answer may take as long as a model does, and nothing else of the page may wait.
"""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.api import Api
from dashboard.client import Refused
from dashboard.guard import is_same_origin
from dashboard.sessions import Sessions
from dashboard.settings import DeskSettings
from processors.errors import NotAllowed, NotSignedIn, StorageError

PATHS = ("/api/phone/say", "/api/assist/reply", "/api/assist/translate")
BODY_BYTES = 64_000


class ApiRoutes:
    """`POST` to each of PATHS: 2xx with what the api says; else {"reason", "text"}, 503 while it can't be reached."""

    def __init__(self, settings: DeskSettings, sessions: Sessions, api: Api) -> None:
        self._hosts = settings.hosts
        self._cookie_name = settings.cookie_name
        self._sessions = sessions
        self._api = api

    def all(self) -> list[Route]:
        """To be put among the desk's routes."""
        return [Route(path, self.ask, methods=["POST"]) for path in PATHS]

    async def ask(self, request: Request) -> Response:
        """The answer of the api to this person."""
        if not is_same_origin(request, self._hosts):
            return PlainTextResponse("This is only accepted from the desk's own page.", 403)
        session = self._sessions.find(request.cookies.get(self._cookie_name))
        if session is None:
            return _problem("signed_out", 401)
        body = await _body(request)
        if body is None:
            return _problem("too_large", 413)
        try:
            token = await self._sessions.access_token(session)
            answer = await self._api.post(request.url.path, body, token=token)
        except NotSignedIn:
            self._sessions.end(session)
            return _problem("signed_out", 401)
        except NotAllowed:
            return _problem("not_allowed", 403)
        except Refused as refused:
            status = {"PT404": 404, "PT409": 409}.get(refused.code, 422)
            return _problem(refused.reason, status, str(refused))
        except StorageError:
            return _problem("unavailable", 503)
        return JSONResponse(answer, headers={"cache-control": "no-store"})


def _problem(reason: str, status: int, text: str = "") -> JSONResponse:
    return JSONResponse({"reason": reason, "text": text}, status, {"cache-control": "no-store"})


async def _body(request: Request) -> dict[str, object] | None:
    """The JSON object of a request, empty for anything else, None when it is larger than any page sends."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
