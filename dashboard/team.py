"""Routes of the switch in the header: whether the person is online, and who else is."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import orjson
from postgrest import AsyncPostgrestClient
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.client import Storage
from dashboard.guard import is_same_origin
from dashboard.queries import team
from dashboard.sessions import Sessions
from dashboard.settings import DeskSettings
from processors.errors import BadRequest, NotSignedIn, StorageError
from processors.model import Json

log = logging.getLogger(__name__)

BODY_BYTES = 1000
Ask = Callable[[AsyncPostgrestClient], Awaitable[Json]]


class TeamRoutes:
    """Each answers with the team as `my_team()` gives it.

    GET /team, and POST /team/here while somebody moves at the page. POST /team/state {state, hand_over, key} chooses.
    401 without a session, 403 from a foreign page, 422 for what no page sends, 503 while storage is away.
    """

    def __init__(self, settings: DeskSettings, sessions: Sessions, storage: Storage) -> None:
        self._settings = settings
        self._sessions = sessions
        self._storage = storage

    def all(self) -> list[BaseRoute]:
        """In the order in which they are tried."""
        return [
            Route("/team", self.look, methods=["GET"]),
            Route("/team/here", self.stay, methods=["POST"]),
            Route("/team/state", self.choose, methods=["POST"]),
        ]

    async def look(self, request: Request) -> Response:
        """Who is online."""
        return await self._answer(request, team.team)

    async def stay(self, request: Request) -> Response:
        """The person is here for some minutes more."""
        if not is_same_origin(request, self._settings.hosts):
            return JSONResponse({}, 403)
        return await self._answer(request, team.stay)

    async def choose(self, request: Request) -> Response:
        """The person is online or away from now on."""
        if not is_same_origin(request, self._settings.hosts):
            return JSONResponse({}, 403)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                return JSONResponse({}, 413)
        try:
            asked = orjson.loads(body)
            state, hand_over, key = str(asked["state"]), asked["hand_over"] is True, str(asked["key"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({}, 422)
        return await self._answer(
            request, lambda client: team.set_availability(client, state, hand_over=hand_over, key=key)
        )

    async def _answer(self, request: Request, ask: Ask) -> Response:
        headers = {"cache-control": "no-store"}
        session = self._sessions.find(request.cookies.get(self._settings.cookie_name))
        if session is None:
            return JSONResponse({}, 401, headers)
        try:
            found = await ask(self._storage.of(await self._sessions.access_token(session)))
        except NotSignedIn:
            return JSONResponse({}, 401, headers)
        except BadRequest:
            return JSONResponse({}, 422, headers)
        except StorageError as error:
            log.info("team: storage can't be asked (%s)", error.code or type(error).__name__)
            return JSONResponse({}, 503, headers)
        return JSONResponse(found, 200, headers)
