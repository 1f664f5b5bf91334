"""The objects of a running desk. The script that Streamlit runs finds them here: it is given nothing else."""

from __future__ import annotations

import asyncio

import httpx

from dashboard.api import Api
from dashboard.client import Storage, http_client
from dashboard.identity import Identity
from dashboard.live.hub import Hub
from dashboard.sessions import Session, Sessions
from dashboard.settings import DeskSettings
from processors.errors import NotSignedIn, StorageError

RIGHTS_SECONDS = 5.0
"""How long a page that is opened waits to learn what the person may do."""


class Desk:
    """Made once per process. `current` is the one that serves."""

    current: Desk | None = None

    loop: asyncio.AbstractEventLoop
    """Where clients and tokens live, set when the desk begins to serve."""

    def __init__(self, settings: DeskSettings, *, http: httpx.AsyncClient | None = None) -> None:
        self.settings = settings
        self.http = http or http_client(settings)
        self.storage = Storage(settings, self.http)
        self.sessions = Sessions(
            Identity(settings, self.http), self.storage, hours=settings.desk_session_hours
        )
        self.api = Api(settings, self.http)
        self.hub = Hub(settings, self.sessions, self.storage)

    def may_go_on(self, session: Session) -> bool:
        """Look up the person's rights as a page is opened, from its thread; False when they work here no more.

        What can't be asked stays as it was: the page says so itself, and storage decides anyway.
        """

        async def look() -> None:
            if await self.sessions.check(session):
                self.hub.rights_changed(session)

        try:
            asyncio.run_coroutine_threadsafe(look(), self.loop).result(RIGHTS_SECONDS)
        except NotSignedIn:
            return False
        except (StorageError, TimeoutError):
            pass
        return True

    @classmethod
    def signed_in(cls, cookies: dict[str, str]) -> Session | None:
        """The session that these cookies stand for, None while nobody is signed in."""
        desk = cls.current
        return desk.sessions.find(cookies.get(desk.settings.cookie_name)) if desk else None
