"""The desk as one ASGI app: Streamlit's pages, our routes, the live socket, and the hub behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, WebSocketRoute

from dashboard.api_routes import ApiRoutes
from dashboard.badges import BadgeRoutes
from dashboard.desk import Desk
from dashboard.figures.routes import FigureRoutes
from dashboard.guard import Guard
from dashboard.live.endpoint import LiveEndpoint
from dashboard.media import MediaRoutes
from dashboard.routes import DeskRoutes
from dashboard.settings import DeskSettings
from dashboard.team import TeamRoutes

SCRIPT = Path(__file__).with_name("app.py")


class Parts(TypedDict):
    """What any Starlette application needs to be this desk, apart from Streamlit's pages."""

    routes: list[BaseRoute]
    middleware: list[Middleware]
    lifespan: Callable[[Any], AbstractAsyncContextManager[None]]


def parts(desk: Desk) -> Parts:
    """Our routes, what stands in front of them, and what runs behind them as long as the app does."""
    settings = desk.settings
    live = LiveEndpoint(settings, desk.sessions, desk.hub)
    media = MediaRoutes(settings, desk.sessions, desk.storage)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        desk.loop = asyncio.get_running_loop()
        hub = asyncio.create_task(desk.hub.run())
        try:
            yield
        finally:
            hub.cancel()
            await asyncio.gather(hub, return_exceptions=True)
            await media.close()
            await desk.http.aclose()

    return {
        "routes": [
            *DeskRoutes(settings, desk.sessions, desk.http).all(),
            *media.all(),
            *ApiRoutes(settings, desk.sessions, desk.api).all(),
            *BadgeRoutes(settings, desk.sessions, desk.storage).all(),
            *TeamRoutes(settings, desk.sessions, desk.storage).all(),
            *FigureRoutes(settings, desk.sessions, desk.storage).all(),
            WebSocketRoute("/rt", live.serve),
        ],
        "middleware": [Middleware(Guard, sessions=desk.sessions, cookie_name=settings.cookie_name)],
        "lifespan": lifespan,
    }


def create_app(settings: DeskSettings) -> st.App:
    """The app of this process; there can be only one, because Streamlit keeps its runtime in globals."""
    desk = Desk(settings)
    Desk.current = desk
    return st.App(SCRIPT, **parts(desk))
