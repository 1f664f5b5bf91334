"""The desk as one ASGI app: Streamlit's pages, our routes, the live socket, and the hub behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from dashboard.desk import Desk
from dashboard.guard import Guard
from dashboard.live.endpoint import LiveEndpoint
from dashboard.routes import DeskRoutes
from dashboard.settings import DeskSettings

SCRIPT = Path(__file__).with_name("app.py")


def create_app(settings: DeskSettings) -> st.App:
    """The app of this process; there can be only one, because Streamlit keeps its runtime in globals."""
    desk = Desk(settings)
    Desk.current = desk

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncIterator[None]:
        hub = asyncio.create_task(desk.hub.run())
        try:
            yield
        finally:
            hub.cancel()
            await asyncio.gather(hub, return_exceptions=True)
            await desk.http.aclose()

    live = LiveEndpoint(settings, desk.sessions, desk.hub)
    return st.App(
        SCRIPT,
        lifespan=lifespan,
        routes=[*DeskRoutes(settings, desk.sessions, desk.http).all(), WebSocketRoute("/rt", live.serve)],
        middleware=[Middleware(Guard, sessions=desk.sessions, cookie_name=settings.cookie_name)],
    )
