"""The numbers beside the names of pages. The header asks for them, whichever page is open."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.client import Storage
from dashboard.queries.attention import attention_count
from dashboard.sessions import Sessions
from dashboard.settings import DeskSettings
from processors.errors import NotSignedIn, StorageError

log = logging.getLogger(__name__)


class BadgeRoutes:
    """`GET /badges` → `{page: number}` for whoever is signed in; 401 without a session, 503 while storage is away."""

    def __init__(self, settings: DeskSettings, sessions: Sessions, storage: Storage) -> None:
        self._settings = settings
        self._sessions = sessions
        self._storage = storage

    def all(self) -> list[BaseRoute]:
        """In the order in which they are tried."""
        return [Route("/badges", self.badges, methods=["GET"])]

    async def badges(self, request: Request) -> Response:
        """The numbers as this person sees them."""
        headers = {"cache-control": "no-store"}
        session = self._sessions.find(request.cookies.get(self._settings.cookie_name))
        if session is None:
            return JSONResponse({}, 401, headers)
        try:
            token = await self._sessions.access_token(session)
            count = await attention_count(self._storage.of(token))
        except NotSignedIn:
            return JSONResponse({}, 401, headers)
        except StorageError as error:
            log.info("badges: storage can't be asked (%s)", error)
            return JSONResponse({}, 503, headers)
        return JSONResponse({"attention": count}, 200, headers)
