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

    @classmethod
    def signed_in(cls, cookies: dict[str, str]) -> Session | None:
        """The session that these cookies stand for, None while nobody is signed in."""
        desk = cls.current
        return desk.sessions.find(cookies.get(desk.settings.cookie_name)) if desk else None
